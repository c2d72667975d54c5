//! `symbolon issuer`: the tenants of this database.

pub(super) mod writer;

use clap::{Args, Subcommand};
use serde::Serialize;
use symbolon_core::ids::IssuerId;
use symbolon_store::Issuer;

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::table,
};

/// The arguments of `symbolon issuer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon issuer create acme --title \"Acme Tokens AG\"
  symbolon issuer list --json")]
pub(crate) struct IssuerArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an issuer with an empty register
    #[command(after_help = "Example:\n  symbolon issuer create acme --title \"Acme Tokens AG\"")]
    Create {
        /// Its short name: a–z, 0–9 and `-`
        #[arg(value_name = "NAME")]
        id: IssuerId,
        /// Its name for people [default: the short name]
        #[arg(long, value_name = "TITLE")]
        title: Option<String>,
    },
    /// Say within how many seconds a revocation is promised to be on every chain
    #[command(
        after_help = "Examples:\n  symbolon issuer promise 300\n  symbolon issuer promise --none"
    )]
    Promise {
        /// From the decision to a block of every chain
        #[arg(value_name = "SECONDS", required_unless_present = "none",
            value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
        seconds: Option<u32>,
        /// Promise nothing any more
        #[arg(long, conflicts_with = "seconds")]
        none: bool,
    },
    /// List the issuers of this database
    #[command(after_help = "Example:\n  symbolon issuer list --json")]
    List,
    /// Choose who decides about an issuer's investors: its register, or a registrar on chain
    Writer(writer::WriterArgs),
}

#[derive(Serialize)]
struct Shown {
    issuer: IssuerId,
    title: String,
    created: String,
    entries: u64,
    promised_seconds: Option<u32>,
    writer: serde_json::Value,
    #[serde(skip)]
    decides: String,
}

impl From<Issuer> for Shown {
    fn from(issuer: Issuer) -> Self {
        Self {
            issuer: issuer.id,
            title: issuer.name,
            created: issuer.created.to_string(),
            entries: issuer.head.number.0,
            promised_seconds: issuer.promised_seconds,
            writer: writer::shown(issuer.writer),
            decides: writer::in_words(issuer.writer),
        }
    }
}

/// Runs `symbolon issuer`.
pub(crate) async fn run(args: &IssuerArgs, context: &Context) -> Result<Exit> {
    match &args.action {
        Action::Writer(args) => return writer::run(args, context).await,
        Action::Promise { seconds, .. } => {
            let issuer = context
                .with_issuer(async |store, issuer| {
                    store.promise(issuer, *seconds).await?;
                    Ok(store.issuer(issuer).await?)
                })
                .await?;
            context
                .output
                .result(&Shown::from(issuer), || match seconds {
                    Some(seconds) => format!(
                        "receipts tell whether a revocation was on every chain within {seconds} s"
                    ),
                    None => "nothing is promised".to_owned(),
                })?;
        }
        Action::Create { id, title } => {
            let title = title.as_deref().unwrap_or(id.as_str());
            let issuer = context
                .with_new_store(async |store| {
                    store.create_issuer(id, title, context.clock.now()).await?;
                    Ok(store.issuer(id).await?)
                })
                .await?;
            context.output.result(&Shown::from(issuer), || {
                format!("issuer {id} is made; next: `symbolon import FILE --issuer {id}`")
            })?;
        }
        Action::List => {
            let issuers = context
                .with_store(async |store| Ok(store.issuers().await?))
                .await?;
            let issuers: Vec<_> = issuers.into_iter().map(Shown::from).collect();
            context.output.result(&issuers, || {
                if issuers.is_empty() {
                    return "no issuer yet: make one with `symbolon issuer create NAME`".to_owned();
                }
                let mut table = table(["issuer", "title", "since", "log entries", "decided by"]);
                for found in &issuers {
                    let entries = crate::output::grouped(found.entries);
                    table.add_row([
                        found.issuer.as_str(),
                        &found.title,
                        &found.created,
                        &entries,
                        &found.decides,
                    ]);
                }
                table.to_string()
            })?;
        }
    }
    Ok(Exit::Done)
}
