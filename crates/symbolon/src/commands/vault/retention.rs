//! For how many years profiles are kept.

use clap::Args;
use serde_json::json;
use symbolon_core::{
    custody::{Retention, RetentionYears, must_have_ended_by},
    ids::IssuerId,
    log::EntryNumber,
};
use symbolon_store::Store;

use super::ByArgs;
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon vault retention`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon vault retention
  symbolon vault retention 10
  symbolon vault retention --by-itself yes --yes

The law that has profiles kept also has them erased then. Nobody can undo
that, so servers do it by themselves only once you say so; until then
`symbolon vault due` lists them, `symbolon doctor` reminds you, and `symbolon
vault erase --due` erases them. The log keeps who changed it, from what to
what.")]
pub(super) struct RetentionArgs {
    /// From now on so many years; the law of most places asks for 5 [default: show them]
    #[arg(value_name = "YEARS", value_parser = clap::value_parser!(u8).range(..=100))]
    years: Option<u8>,

    /// Whether servers erase profiles then without anybody's doing, an hour later at most; holds
    /// are kept [a new issuer: no]
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    by_itself: Option<String>,

    /// Yes, keep them for fewer years, or let servers erase them by themselves
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    by: ByArgs,
}

impl RetentionArgs {
    /// What is asked for, where it stands so now.
    fn applied_to(&self, kept: Retention) -> Retention {
        let by_itself = self.by_itself.as_ref().map(|word| word == "yes");
        Retention {
            years: self.years.map_or(kept.years, RetentionYears),
            erases_by_itself: by_itself.unwrap_or(kept.erases_by_itself),
        }
    }
}

/// What the law of most places says to so few years.
pub(in crate::commands) fn too_short(years: RetentionYears) -> String {
    format!(
        "{years} is less than the {} that the law of most places asks for",
        RetentionYears::default()
    )
}

/// Runs `symbolon vault retention`.
pub(super) async fn run(args: &RetentionArgs, context: &Context) -> Result<Exit> {
    let (issuer, before, kept, entry) = context
        .with_issuer(async |store, issuer| {
            let mut transaction = store.begin(issuer).await?;
            let before = transaction.retention().await?;
            let wanted = args.applied_to(before);
            if wanted == before {
                return Ok((issuer.clone(), before, wanted, None));
            }
            if !args.yes && before.is_hastened_by(wanted) {
                // A query over the log, for which nobody is to wait.
                drop(transaction);
                let due = due_by(wanted.years, store, issuer, context).await?;
                return Err(unsure(before, wanted, due));
            }
            let (by, now) = (args.by.actor()?, context.clock.now());
            let entry = transaction.set_retention(wanted, &by, now).await??;
            transaction.commit().await?;
            Ok((issuer.clone(), before, wanted, entry))
        })
        .await?;
    if kept.years.is_short() {
        let warning = too_short(kept.years);
        context
            .output
            .note(format_args!("warning: {warning}: ask a lawyer"));
    }
    let document = json!({
        "issuer": issuer,
        "retention_years": kept.years,
        "erased_by_itself": kept.erases_by_itself,
        "before": entry.map(|_| json!({
            "retention_years": before.years,
            "erased_by_itself": before.erases_by_itself,
        })),
        "entry": entry,
    });
    context.output.result(&document, || {
        let then = match kept.erases_by_itself {
            true => "its servers erase them then",
            false => "somebody erases them then: `symbolon vault erase --due`",
        };
        let years = kept.years;
        format!("{issuer} keeps profiles for {years} after the relation has ended; {then}")
    })?;
    Ok(Exit::Done)
}

/// Profiles that would be due by so many years; of more than these it is enough to know
/// that there are.
const MOST_COUNTED: u32 = 1_000;

async fn due_by(
    years: RetentionYears,
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<usize> {
    let Some(ended_by) = must_have_ended_by(years, context.clock.now()) else {
        return Ok(0);
    };
    let first = EntryNumber::default();
    let due = store.due_profiles(issuer, ended_by, first, MOST_COUNTED);
    Ok(due.await?.len())
}

/// What is erased too early nobody brings back.
fn unsure(before: Retention, wanted: Retention, due: usize) -> Failure {
    let what = if wanted.years < before.years {
        format!(
            "profiles would be kept for {} instead of {}",
            wanted.years, before.years
        )
    } else {
        "servers would erase profiles by themselves".to_owned()
    };
    let more = if due == MOST_COUNTED as usize {
        "or more "
    } else {
        ""
    };
    Failure::usage(format!(
        "{what}, {due} {more}of which would be due at once, and what is erased nobody brings back: repeat with --yes if that is meant"
    ))
}
