//! Whose verdict is about to end.

use clap::Args;
use serde_json::{Value, json};
use symbolon_core::{ids::IssuerId, renewal::RemindDays};
use symbolon_store::{DueRenewal, LetterFate, Store, WhichRenewals};

use crate::{
    config,
    context::Context,
    exit::{Exit, Failure, Result},
    output::{counted, table},
};

/// Looked for at a time.
const PAGE: u32 = 500;

/// The arguments of `symbolon links due`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon links due
  symbolon links due --days 90 --json

Whose verdict holds and is about to end, or stands on a document that is; the
nearest end first. A running `symbolon serve` takes notice of each verdict once.
With `send = true` in the configuration's [[renewal]] it sends that person a
link; else this does:
  symbolon links create --investor ID --no-wallet --send")]
pub(super) struct DueArgs {
    /// Those that end within so many days, 1 to 365 [default: remind_days of the configuration's
    /// [[renewal]], else 30]
    #[arg(long, value_name = "DAYS")]
    days: Option<u16>,

    /// So many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

/// Runs `symbolon links due`.
pub(super) async fn run(args: &DueArgs, context: &Context) -> Result<Exit> {
    let asked = args.days.map(RemindDays::new).transpose();
    let asked = asked.map_err(|error| Failure::usage(format!("--days: {error}")))?;
    let renewals = config::renewals(&context.config.renewals);
    let limit = args.limit as usize;
    let mut due = context
        .with_issuer(async |store, issuer| {
            let remind = asked.unwrap_or(renewals.of(issuer).remind);
            within(store, issuer, remind, limit, context).await
        })
        .await?;
    let more = due.len() > limit;
    due.truncate(limit);
    let document = json!({
        "due": due.iter().map(shown).collect::<Vec<_>>(),
        "more": more,
    });
    context.output.result(&document, || text(&due, more))?;
    Ok(Exit::Done)
}

/// One more than asked for tells whether there is more.
async fn within(
    store: &Store,
    issuer: &IssuerId,
    remind: RemindDays,
    limit: usize,
    context: &Context,
) -> Result<Vec<DueRenewal>> {
    let now = context.clock.now();
    let mut due: Vec<DueRenewal> = Vec::new();
    while due.len() <= limit {
        let after = due.last().map(DueRenewal::place);
        let page = store.due_renewals(
            issuer,
            WhichRenewals::All,
            (now, remind.reach(now)),
            after,
            PAGE,
        );
        let page = page.await?;
        if page.is_empty() {
            break;
        }
        due.extend(page);
    }
    Ok(due)
}

fn shown(due: &DueRenewal) -> Value {
    let notice = due.notice.as_ref();
    json!({
        "investor": due.investor,
        "external_id": due.external_id,
        "ends": due.ends.to_string(),
        "ending": due.ending,
        "noticed": notice.map(|notice| notice.noticed.to_string()),
        "link": notice.and_then(|notice| Some(notice.link?.to_string())),
        "unsent": notice.and_then(|notice| notice.unsent.as_deref()),
        "letter": due.letter.as_ref().map(LetterFate::as_str),
        "sent": match due.letter {
            Some(LetterFate::Sent(at)) => Some(at.to_string()),
            _ => None,
        },
    })
}

fn text(due: &[DueRenewal], more: bool) -> String {
    if due.is_empty() {
        return "no verdict is about to end".to_owned();
    }
    let mut rows = table(["external id", "investor", "ends", "ending", "done about it"]);
    for one in due {
        rows.add_row([
            one.external_id
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            one.investor.to_string(),
            one.ends.to_string(),
            one.ending.as_str().to_owned(),
            done(one),
        ]);
    }
    let count = counted(due.len() as u64, "verdict", "verdicts");
    let more = if more { ", and more: --limit" } else { "" };
    format!("{rows}\n{count} to be renewed{more}")
}

fn done(due: &DueRenewal) -> String {
    match due
        .notice
        .as_ref()
        .map(|notice| (notice.link, notice.unsent.as_deref()))
    {
        Some((Some(link), _)) => format!("link {link}{}", letter(due.letter.as_ref())),
        Some((None, Some(why))) => format!("nothing was sent: {why}"),
        Some((None, None)) => "noticed".to_owned(),
        None => "nothing yet".to_owned(),
    }
}

fn letter(fate: Option<&LetterFate>) -> String {
    match fate {
        None => String::new(),
        Some(LetterFate::Waiting { error: None }) => ", its letter waits".to_owned(),
        Some(LetterFate::Waiting { error: Some(why) }) => format!(", its letter waits: {why}"),
        Some(LetterFate::Sent(at)) => format!(", sent {at}"),
        Some(LetterFate::Dropped { error }) => format!(", its letter was not sent: {error}"),
    }
}
