//! `symbolon audit`: the log's proof and its export (I9).

mod notaries;
pub(super) mod write;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::ids::IssuerId;
use symbolon_store::{AuditError, AuditReport, Store};

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{counted, grouped},
};
use notaries::Notary;

/// The arguments of `symbolon audit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon audit verify --json
  symbolon audit export --output log.jsonl")]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Detect any edit, deletion, reordering or truncation
    ///
    /// Walks the log's hash chain, replays every investor from it, holds the API
    /// keys of authorities and approvers against it, and finds each head that the mirror's transactions carried to a configured chain
    /// in the log.
    #[command(after_help = "Example:\n  symbolon audit verify --issuer acme --json")]
    Verify,
    /// Write out all entries with their hashes, a JSON line each
    #[command(after_help = "Example:\n  symbolon audit export --output log.jsonl")]
    Export {
        /// Into this file instead of stdout
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Runs `symbolon audit`.
pub(crate) async fn run(args: &AuditArgs, context: &Context) -> Result<Exit> {
    match &args.action {
        Action::Verify => {
            context
                .with_issuer(async |s, issuer| verify(s, issuer, context).await)
                .await
        }
        Action::Export { output } => write::run(output.as_deref(), context).await,
    }
}

async fn verify(store: &Store, issuer: &IssuerId, context: &Context) -> Result<Exit> {
    let report = match store.verify_log(issuer).await {
        Ok(report) => report,
        Err(AuditError::Log(found)) => return tampered(issuer, &found.to_string(), context),
        Err(AuditError::State(found)) => return tampered(issuer, &found.to_string(), context),
        Err(AuditError::Store(error)) => return Err(error.into()),
    };
    let notaries = notaries::ask(store, issuer, context).await?;
    let unknown = notaries.iter().any(|notary| !notary.unknown.is_empty());
    let unasked = notaries.iter().any(|notary| notary.error.is_some());
    let document = json!({
        "ok": !unknown,
        "issuer": issuer,
        "entries": report.head.number,
        "head": report.head.hash,
        "investors": report.investors,
        "wallets": report.wallets,
        "granted_keys": report.granted_keys,
        "chains": notaries,
    });
    context
        .output
        .result(&document, || text(&report, &notaries))?;
    Ok(if unknown {
        Exit::Tampering
    } else if unasked {
        Exit::Chain
    } else {
        Exit::Done
    })
}

fn tampered(issuer: &IssuerId, problem: &str, context: &Context) -> Result<Exit> {
    let document = json!({ "ok": false, "issuer": issuer, "problem": problem });
    context.output.result(&document, || {
        format!(
            "TAMPERED: {problem}\nStop the server, keep this database as evidence, and compare it with a backup."
        )
    })?;
    Ok(Exit::Tampering)
}

fn text(report: &AuditReport, notaries: &[Notary]) -> String {
    let entries = report.head.number.0;
    let mut lines = vec![
        format!(
            "{} hold together; head {}",
            counted(entries, "entry", "entries"),
            report.head.hash
        ),
        format!(
            "{} and {} are what the log makes of them",
            counted(report.investors, "investor", "investors"),
            counted(report.wallets, "wallet", "wallets"),
        ),
        format!(
            "{}, as the log grants them",
            counted(report.granted_keys, "API key", "API keys"),
        ),
    ];
    if notaries.is_empty() {
        lines.push(
            "no chain was asked: configure [[lane]]s to hold the log against what they notarised"
                .to_owned(),
        );
    }
    for notary in notaries {
        let chain = notary.registry;
        lines.push(match (&notary.error, notary.unknown.first()) {
            (Some(error), _) => format!("chain {chain} was not asked: {error}"),
            (None, Some(head)) => format!(
                "TAMPERED: chain {chain} notarised {} that the log does not have, such as {head}",
                counted(notary.unknown.len() as u64, "head", "heads"),
            ),
            (None, None) => {
                format!(
                    "chain {chain} notarised {} heads, all in the log",
                    grouped(notary.heads)
                )
            }
        });
    }
    lines.join("\n")
}
