//! One command for many investors, and how its answers are shown.

use clap::{ArgGroup, Args};
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::{ExternalId, IssuerId},
    register::Refusal,
};
use symbolon_store::{Decision, Request, Store};

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{counted, table},
    subject::{Target, operator},
};

/// Decided in one transaction.
const CHUNK: usize = 500;

/// Whom it is about, and who asks for it.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whom").args(["targets", "external_id"]).required(true).multiple(true)))]
pub(crate) struct WhomArgs {
    /// Wallets (all wallets of the holder are affected) or ids of investors
    #[arg(value_name = "WALLET|INVESTOR")]
    targets: Vec<Target>,

    /// The issuer's own reference of an investor; may be repeated
    #[arg(long, value_name = "ID")]
    external_id: Vec<ExternalId>,

    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,
}

/// Decides the command for each of them, and says what became of it: `done`, or why not.
pub(crate) async fn decide(
    whom: WhomArgs,
    command: &Command,
    done: &'static str,
    context: &Context,
) -> Result<Exit> {
    let answers = context
        .with_issuer(async |store, issuer| Answers::to(whom, command, store, issuer, context).await)
        .await?;
    answers.print(done, context)
}

/// What became of each.
pub(crate) struct Answers(Vec<(Target, Result<Decision, Refusal>)>);

impl Answers {
    /// Decides the command for each of them, in the order in which they were named.
    pub(crate) async fn to(
        whom: WhomArgs,
        command: &Command,
        store: &Store,
        issuer: &IssuerId,
        context: &Context,
    ) -> Result<Self> {
        let actor = Actor::command_line(&operator(whom.operator.as_deref())?);
        let references = whom.external_id.into_iter().map(Target::ExternalId);
        let targets: Vec<Target> = whom.targets.into_iter().chain(references).collect();
        let mut answers = Vec::with_capacity(targets.len());
        for chunk in targets.chunks(CHUNK) {
            let requests = chunk.iter().map(|target| Request {
                subject: target.clone().into(),
                command: command.clone(),
            });
            let mut transaction = store.begin(issuer).await?;
            let decided = transaction
                .decide(requests.collect(), &actor, context.clock.now())
                .await?;
            transaction.commit().await?;
            answers.extend(chunk.iter().cloned().zip(decided));
        }
        Ok(Self(answers))
    }

    /// Prints them, where `done` is what became of those that were carried out.
    pub(crate) fn print(&self, done: &str, context: &Context) -> Result<Exit> {
        let carried_out = self.0.iter().filter(|(_, answer)| answer.is_ok()).count();
        let document = json!({
            done: carried_out,
            "refused": self.0.len() - carried_out,
            "results": self.0.iter().map(|answer| shown(answer, done)).collect::<Vec<_>>(),
        });
        context
            .output
            .result(&document, || self.text(carried_out, done))?;
        Ok(self.exit())
    }

    fn exit(&self) -> Exit {
        let answers = || self.0.iter().map(|(_, answer)| answer);
        if answers().all(Result::is_ok) {
            Exit::Done
        } else if answers().all(|answer| answer.as_ref().is_err_and(is_unknown)) {
            Exit::NotFound
        } else {
            Exit::Refused
        }
    }

    fn text(&self, carried_out: usize, done: &str) -> String {
        let mut table = table(["whom", "result"]);
        for (target, answer) in &self.0 {
            let result = match answer {
                Ok(decision) => {
                    let wallets = decision.investor.wallets.len() as u64;
                    format!("{done}, with {}", counted(wallets, "wallet", "wallets"))
                }
                Err(refusal) => format!("refused: {}", words(refusal)),
            };
            table.add_row([target.to_string(), result]);
        }
        let investors = counted(carried_out as u64, "investor", "investors");
        format!("{table}\n{investors} {done}")
    }
}

fn is_unknown(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::UnknownInvestor | Refusal::UnknownWallet(_)
    )
}

/// Of a wallet that is nobody's the register says that it is not "this" investor's.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UnknownWallet(_) => "the register does not know this wallet".to_owned(),
        other => other.to_string(),
    }
}

fn shown((target, answer): &(Target, Result<Decision, Refusal>), done: &str) -> Value {
    match answer {
        Ok(decision) => json!({
            "target": target.to_string(),
            done: true,
            "investor": decision.investor.id,
            "wallets": decision.investor.wallets.iter().map(|w| w.address.to_string()).collect::<Vec<_>>(),
            "entry": decision.entry,
        }),
        Err(refusal) => json!({
            "target": target.to_string(),
            done: false,
            "code": refusal.code(),
            "message": words(refusal),
        }),
    }
}
