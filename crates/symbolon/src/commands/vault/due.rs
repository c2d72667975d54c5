//! Profiles that the law keeps no longer.

use clap::Args;
use serde_json::json;
use symbolon_core::{
    custody::{RetentionYears, kept_until, must_have_ended_by},
    ids::IssuerId,
    log::EntryNumber,
};
use symbolon_store::{DueProfile, Store};

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::counted,
};

/// Looked for at a time.
const PAGE: u32 = 500;

/// The arguments of `symbolon vault due`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon vault due
  symbolon vault due --after 4711 --limit 1000 --json

The relation ended longer ago than profiles are kept, and no hold lies on them.
`symbolon vault erase --due` erases them. Those that a hold alone keeps are
listed below them, with its reference.")]
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
    let (retention, due, held) = context
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
            let retention = store.begin(issuer).await?.retention().await?;
            let held = held(store, issuer, retention.years, args.limit, context).await?;
            Ok((retention, due, held))
        })
        .await?;
    let more = due.len() > limit;
    let due = due.get(..limit).unwrap_or(&due);
    let next = due.last().filter(|_| more).map(|last| last.created);
    let shown = |profiles: &[DueProfile]| -> Vec<_> {
        let shown = profiles.iter().map(|profile| {
            let holds: Vec<_> = profile.holds.iter().collect();
            json!({
                "investor": profile.investor,
                "external_id": profile.external_id,
                "status": profile.status,
                "relation_ended": profile.ended.to_string(),
                "due_since": kept_until(profile.ended, retention.years).to_string(),
                "holds": holds,
            })
        });
        shown.collect()
    };
    let document = json!({
        "retention_years": retention.years,
        "due": shown(due),
        "held": shown(&held),
        "next": next,
    });
    context.output.result(&document, || {
        let all = due.iter().chain(&held);
        let mut lines: Vec<_> = all.map(|profile| text(profile, retention.years)).collect();
        let mut summary = counted(due.len() as u64, "profile due", "profiles due");
        if !held.is_empty() {
            let held = counted(held.len() as u64, "more held", "more held");
            summary.push_str(&format!(", {held}"));
        }
        lines.push(format!("{summary}, by a retention of {}", retention.years));
        if let Some(next) = next {
            lines.push(format!("there are more: --after {}", next.0));
        }
        lines.join("\n")
    })?;
    Ok(Exit::Done)
}

/// One of them. An id takes most of a line, so the rest is below it.
fn text(profile: &DueProfile, years: RetentionYears) -> String {
    let DueProfile {
        investor,
        external_id,
        status,
        holds,
        ended,
        ..
    } = profile;
    let known_as = external_id.as_ref().map(|id| format!("{id}, "));
    let mut lines = vec![
        investor.to_string(),
        format!("  {}{status} since {ended}", known_as.unwrap_or_default()),
        format!("  due since {}", kept_until(*ended, years)),
    ];
    lines.extend(holds.iter().map(|hold| format!("  held by {hold}")));
    lines.join("\n")
}

/// Whom a hold alone keeps.
async fn held(
    store: &Store,
    issuer: &IssuerId,
    years: RetentionYears,
    limit: u32,
    context: &Context,
) -> Result<Vec<DueProfile>> {
    let Some(ended_by) = must_have_ended_by(years, context.clock.now()) else {
        return Ok(Vec::new());
    };
    let first = EntryNumber::default();
    let held = store.held_profiles(issuer, ended_by, first, limit);
    Ok(held.await?)
}
