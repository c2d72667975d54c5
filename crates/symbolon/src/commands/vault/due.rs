//! Profiles that the law keeps no longer.

use clap::Args;
use serde_json::json;
use symbolon_core::{custody::must_have_ended_by, ids::IssuerId, log::EntryNumber};
use symbolon_store::{DueProfile, Store};

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{counted, table},
};

/// Looked for at a time.
const PAGE: u32 = 500;

/// The arguments of `symbolon vault due`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon vault due
  symbolon vault due --after 4711 --limit 1000 --json

The relation ended longer ago than profiles are kept, and no hold lies on them. `symbolon vault
erase --due` erases them.")]
pub(super) struct DueArgs {
    /// Only those who became known after this entry of the log: `next` of the list before
    #[arg(long, value_name = "ENTRY", default_value_t = 0)]
    after: u64,

    /// So many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

/// A page of them, and where the next one begins.
pub(super) async fn page(
    store: &Store,
    issuer: &IssuerId,
    after: EntryNumber,
    limit: u32,
    context: &Context,
) -> Result<Vec<DueProfile>> {
    let mut transaction = store.begin(issuer).await?;
    let retention = transaction.retention().await?;
    drop(transaction);
    let Some(ended_by) = must_have_ended_by(retention.years, context.clock.now()) else {
        return Ok(Vec::new());
    };
    Ok(store.due_profiles(issuer, ended_by, after, limit).await?)
}

/// Runs `symbolon vault due`.
pub(super) async fn run(args: &DueArgs, context: &Context) -> Result<Exit> {
    let limit = args.limit as usize;
    let (due, more) = context
        .with_issuer(async |store, issuer| {
            let mut due = Vec::new();
            let mut after = EntryNumber(args.after);
            // One more than asked tells whether there is more.
            while due.len() <= limit {
                let found = page(store, issuer, after, PAGE, context).await?;
                let Some(last) = found.last() else { break };
                after = last.created;
                due.extend(found);
            }
            let more = due.len() > limit;
            due.truncate(limit);
            Ok((due, more))
        })
        .await?;
    let next = due.last().filter(|_| more).map(|last| last.created);
    let shown: Vec<_> = due
        .iter()
        .map(|due| json!({ "investor": due.investor, "relation_ended": due.ended.to_string() }))
        .collect();
    let document = json!({ "due": shown, "next": next });
    context.output.result(&document, || {
        let mut table = table(["investor", "relation ended"]);
        for due in &due {
            table.add_row([due.investor.to_string(), due.ended.to_string()]);
        }
        let count = counted(due.len() as u64, "profile", "profiles");
        let more = match next {
            Some(next) => format!(", and more: --after {}", next.0),
            None => String::new(),
        };
        match due.is_empty() {
            true => "no profile is due".to_owned(),
            false => format!("{table}\n{count} due{more}"),
        }
    })?;
    Ok(Exit::Done)
}
