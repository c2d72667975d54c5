//! `symbolon revoke`: verdicts withdrawn. The chains follow; balances stay.

use clap::Args;
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor, command::Command, ids::ExternalId, investor::RevocationReason, register::Refusal,
};
use symbolon_store::{Decision, Request};

use crate::{
    context::Context,
    exit::{Exit, Result},
    kind::ReasonName,
    output::{counted, table},
    subject::{Target, operator},
};

/// Verdicts withdrawn in one transaction.
const CHUNK: usize = 500;

/// The arguments of `symbolon revoke`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon revoke 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --reason sanctions
  symbolon revoke --external-id C-00001 --external-id C-00002 --reason account_closed --json")]
pub(crate) struct RevokeArgs {
    /// Wallets (all wallets of the holder are affected) or ids of investors
    #[arg(
        value_name = "WALLET|INVESTOR",
        required_unless_present = "external_id"
    )]
    targets: Vec<Target>,

    /// The issuer's own reference of an investor; may be repeated
    #[arg(long, value_name = "ID")]
    external_id: Vec<ExternalId>,

    /// Why
    #[arg(long)]
    reason: ReasonName,

    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,
}

type Answer = (Target, Result<Decision, Refusal>);

/// Runs `symbolon revoke`.
pub(crate) async fn run(args: RevokeArgs, context: &Context) -> Result<Exit> {
    let reason = RevocationReason::from(args.reason);
    let actor = Actor::command_line(&operator(args.operator.as_deref())?);
    let references = args.external_id.into_iter().map(Target::ExternalId);
    let targets: Vec<Target> = args.targets.into_iter().chain(references).collect();
    let answers = context
        .with_issuer(async |store, issuer| {
            context.warn_without_chain(store, issuer).await?;
            let mut answers: Vec<Answer> = Vec::with_capacity(targets.len());
            for chunk in targets.chunks(CHUNK) {
                let requests = chunk
                    .iter()
                    .map(|target| Request {
                        subject: target.clone().into(),
                        command: Command::Revoke(reason),
                    })
                    .collect();
                let mut transaction = store.begin(issuer).await?;
                let decided = transaction
                    .decide(requests, &actor, context.clock.now())
                    .await?;
                transaction.commit().await?;
                answers.extend(chunk.iter().cloned().zip(decided));
            }
            Ok(answers)
        })
        .await?;
    let refused = answers.iter().filter(|(_, answer)| answer.is_err()).count();
    let revoked = answers.len() - refused;
    let document = json!({
        "revoked": revoked,
        "refused": refused,
        "results": answers.iter().map(shown).collect::<Vec<_>>(),
    });
    context
        .output
        .result(&document, || text(&answers, revoked))?;
    Ok(exit(&answers))
}

fn exit(answers: &[Answer]) -> Exit {
    if answers.iter().all(|(_, answer)| answer.is_ok()) {
        Exit::Done
    } else if answers
        .iter()
        .all(|(_, answer)| answer.as_ref().is_err_and(is_unknown))
    {
        Exit::NotFound
    } else {
        Exit::Refused
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

fn shown((target, answer): &Answer) -> Value {
    match answer {
        Ok(decision) => json!({
            "target": target.to_string(),
            "revoked": true,
            "investor": decision.investor.id,
            "wallets": decision.investor.wallets.iter().map(|w| w.address.to_string()).collect::<Vec<_>>(),
            "entry": decision.entry,
        }),
        Err(refusal) => json!({
            "target": target.to_string(),
            "revoked": false,
            "code": refusal.code(),
            "message": words(refusal),
        }),
    }
}

fn text(answers: &[Answer], revoked: usize) -> String {
    let mut table = table(["whom", "result"]);
    for (target, answer) in answers {
        let result = match answer {
            Ok(decision) => {
                let wallets = decision.investor.wallets.len() as u64;
                format!("revoked, with {}", counted(wallets, "wallet", "wallets"))
            }
            Err(refusal) => format!("refused: {}", words(refusal)),
        };
        table.add_row([target.to_string(), result]);
    }
    format!(
        "{table}\n{} revoked",
        counted(revoked as u64, "investor", "investors")
    )
}
