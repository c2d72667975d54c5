//! `symbolon certificates`: what investors are certified for (ERC-5851).

mod define;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use symbolon_chain::deploy;
use symbolon_core::{
    actor::Actor,
    certificate::{CertificateId, RequirementVersion},
    command::Command,
    ids::ExternalId,
    mirror::companion::Companion,
    register::Refusal,
    time::{UnixSeconds, parse_expiry},
};
use symbolon_store::{Decision, Request};

use super::companion::{self, AttachArgs, DeployArgs, Kind};
use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{counted, table},
    subject::{Target, operator},
};

/// Certificates decided in one transaction.
const CHUNK: usize = 500;

/// The arguments of `symbolon certificates`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon certificates deploy 8453 --owner-key-file owner.key
  symbolon certificates define 8453 7 requirements.json --owner-key-file owner.key
  symbolon certificates issue --certificate 7 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon certificates revoke --certificate 7 --external-id C-00042 --json

A certificate counts for each of the holder's wallets while the holder is verified and not barred.")]
pub(crate) struct CertificatesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Certify investors, the first time or again
    #[command(after_help = "\
Example:
  symbolon certificates issue --certificate 7 --expiry 2027-12-31 \\
      0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    Issue {
        #[command(flatten)]
        whom: WhomArgs,
        /// The version of its requirements by which they were examined
        #[arg(long, value_name = "VERSION", default_value_t = 1)]
        requirements: u32,
        /// When it ends: a date or RFC 3339 moment [default: with the verdict]
        #[arg(long, value_name = "WHEN", value_parser = expiry)]
        expiry: Option<UnixSeconds>,
    },
    /// Take certificates back, or refuse them beforehand
    #[command(after_help = "\
Example:
  symbolon certificates revoke --certificate 7 --external-id C-00042")]
    Revoke {
        #[command(flatten)]
        whom: WhomArgs,
    },
    /// Say what a certificate requires on a chain, as its registry's owner
    Define(define::DefineArgs),
    /// Put a `CertificateRegistry` in place beside a registry
    #[command(after_help = "\
Example:
  symbolon certificates deploy 8453 --owner-key-file owner.key

Whoever may write to the registry may certify there, and the lane does so for the register.")]
    Deploy(DeployArgs),
    /// Let the lane write to a `CertificateRegistry` that stands already
    #[command(after_help = "\
Example:
  symbolon certificates attach 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

The lane's signer must be a mirror of the contract: its owner calls `addMirror(SIGNER)`.")]
    Attach(AttachArgs),
}

/// Whose certificate.
#[derive(Debug, Args)]
struct WhomArgs {
    /// Which certificate: the id that contracts know it by
    #[arg(long, value_name = "ID")]
    certificate: CertificateId,

    /// Wallets (all wallets of the holder are meant) or ids of investors
    #[arg(
        value_name = "WALLET|INVESTOR",
        required_unless_present = "external_id"
    )]
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

const CERTIFICATES: Kind = Kind {
    companion: Companion::Certificates,
    code: |owner, _| deploy::certificates_code(owner),
    next: |_| "say what each certificate requires: `symbolon certificates define`".to_owned(),
};

/// Runs `symbolon certificates`.
pub(crate) async fn run(args: CertificatesArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Issue {
            whom,
            requirements,
            expiry,
        } => {
            let certify = Command::Certify {
                certificate: whom.certificate,
                requirements: RequirementVersion(requirements),
                expiry,
            };
            decide(whom, &certify, "certified", context).await
        }
        Action::Revoke { whom } => {
            let revoke = Command::RevokeCertificate {
                certificate: whom.certificate,
            };
            decide(whom, &revoke, "revoked", context).await
        }
        Action::Define(args) => define::run(&args, context).await,
        Action::Deploy(args) => companion::put(&CERTIFICATES, &args, context).await,
        Action::Attach(args) => companion::attach(&CERTIFICATES, &args, context).await,
    }
}

type Answer = (Target, Result<Decision, Refusal>);

async fn decide(
    whom: WhomArgs,
    command: &Command,
    done: &'static str,
    context: &Context,
) -> Result<Exit> {
    let actor = Actor::command_line(&operator(whom.operator.as_deref())?);
    let references = whom.external_id.into_iter().map(Target::ExternalId);
    let targets: Vec<Target> = whom.targets.into_iter().chain(references).collect();
    let answers = context
        .with_issuer(async |store, issuer| {
            let mut answers: Vec<Answer> = Vec::with_capacity(targets.len());
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
            Ok(answers)
        })
        .await?;
    let refused = answers.iter().filter(|(_, answer)| answer.is_err()).count();
    let carried_out = answers.len() - refused;
    let document = json!({
        done: carried_out,
        "refused": refused,
        "results": answers.iter().map(shown).collect::<Vec<_>>(),
    });
    context
        .output
        .result(&document, || text(&answers, carried_out, done))?;
    Ok(exit(&answers))
}

fn exit(answers: &[Answer]) -> Exit {
    let is_unknown = |answer: &Result<Decision, Refusal>| {
        let unknown = |refusal: &Refusal| {
            matches!(
                refusal,
                Refusal::UnknownInvestor | Refusal::UnknownWallet(_)
            )
        };
        answer.as_ref().is_err_and(unknown)
    };
    if answers.iter().all(|(_, answer)| answer.is_ok()) {
        Exit::Done
    } else if answers.iter().all(|(_, answer)| is_unknown(answer)) {
        Exit::NotFound
    } else {
        Exit::Refused
    }
}

fn shown((target, answer): &Answer) -> Value {
    match answer {
        Ok(decision) => json!({
            "target": target.to_string(),
            "done": true,
            "investor": decision.investor.id,
            "entry": decision.entry,
        }),
        Err(refusal) => json!({
            "target": target.to_string(),
            "done": false,
            "code": refusal.code(),
            "message": refusal.to_string(),
        }),
    }
}

fn text(answers: &[Answer], carried_out: usize, done: &str) -> String {
    let mut table = table(["whom", "result"]);
    for (target, answer) in answers {
        let result = match answer {
            Ok(_) => done.to_owned(),
            Err(refusal) => format!("refused: {refusal}"),
        };
        table.add_row([target.to_string(), result]);
    }
    let investors = counted(carried_out as u64, "investor", "investors");
    format!("{table}\n{investors} {done}")
}

fn expiry(text: &str) -> Result<UnixSeconds, String> {
    parse_expiry(text).map_err(|error| error.to_string())
}
