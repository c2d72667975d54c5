//! Monitors: Entrust watches whether somebody whom it approved appears on a list.
//!
//! A monitor is about an applicant and not about a run, and a match changes no run. So
//! the monitor carries the run's id as a tag, and a run whose applicant has a match that
//! nobody at the issuer's has disabled reads as that of somebody listed, unless it was
//! refused.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use symbolon_core::verification::{Fact, Standing};

use super::{client::Client, run};
use crate::{FetchError, Watching, id, read};

const SUBJECT: &str = "monitor:";
const TAG: &str = "symbolon-run:";

/// Which lists are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// Sanctions, warnings and persons in public office.
    WatchlistStandard,
    /// The same, and adverse media.
    WatchlistAml,
}

impl Monitor {
    const fn report(self) -> &'static str {
        match self {
            Self::WatchlistStandard => "watchlist_standard",
            Self::WatchlistAml => "watchlist_aml",
        }
    }
}

/// What a hint calls a monitor.
pub(super) fn subject(monitor: &str) -> String {
    format!("{SUBJECT}{monitor}")
}

/// The run that a subject is, or after which a monitor was made.
pub(super) async fn run_of(client: &Client, subject: &str) -> Result<String, FetchError> {
    let Some(monitor) = subject.strip_prefix(SUBJECT) else {
        return id::subject(subject).map(str::to_owned);
    };
    let monitor = client.monitor(id::subject(monitor)?).await?;
    let tags = read::list(&monitor, "/tags").iter();
    let mut runs = tags.filter_map(|tag| tag.as_str()?.strip_prefix(TAG));
    // One that somebody made by hand is about none of our runs.
    let run = runs
        .find(|run| id::is_id(run))
        .ok_or(FetchError::NotFound)?;
    Ok(run.to_owned())
}

pub(super) async fn begin(
    client: &Client,
    lists: Monitor,
    run: &str,
) -> Result<Watching, FetchError> {
    let record = client.run(run).await?;
    let applicant = run::applicant(&record)?;
    let monitors = client.monitors(applicant).await?;
    let tag = format!("{TAG}{run}");
    let ours = |monitor: &Value| {
        let mut tags = read::list(monitor, "/tags").iter();
        read::text(monitor, "/report_name") == Some(lists.report())
            && tags.any(|each| each.as_str() == Some(&tag))
    };
    if read::list(&monitors, "/monitors").iter().any(ours) {
        return Ok(Watching::Already);
    }
    let wanted = json!({
        "applicant_id": applicant,
        "report_name": lists.report(),
        "tags": [tag],
    });
    client.create("watchlist_monitors", &wanted).await?;
    Ok(Watching::Begun)
}

/// Says of a run that its applicant is listed, while there are matches.
pub(super) async fn hold(
    client: &Client,
    applicant: &str,
    fact: &mut Fact,
) -> Result<(), FetchError> {
    if !matches!(fact.standing, Standing::Approved | Standing::OnHold) {
        return Ok(());
    }
    for monitor in ids(&client.monitors(applicant).await?)? {
        let matches = client.matches(&monitor).await?;
        let list = matches.pointer("/matches").and_then(Value::as_array);
        let list = list.ok_or(FetchError::Answer {
            problem: "no list of matches",
        })?;
        let disabled = |one: &Value| one.get("enabled") == Some(&Value::Bool(false));
        if !list.iter().all(disabled) {
            fact.standing = Standing::Listed;
        }
    }
    Ok(())
}

/// Ends all monitors of an applicant.
pub(super) async fn end(client: &Client, applicant: &str) -> Result<(), FetchError> {
    for monitor in ids(&client.monitors(applicant).await?)? {
        match client.delete_monitor(&monitor).await {
            Ok(()) | Err(FetchError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn ids(monitors: &Value) -> Result<Vec<String>, FetchError> {
    let unreadable = FetchError::Answer {
        problem: "no list of monitors",
    };
    let list = monitors.pointer("/monitors").and_then(Value::as_array);
    let ids = list.ok_or(unreadable)?.iter().map(|monitor| {
        let id = read::text(monitor, "/id").filter(|id| id::is_id(id));
        id.map(str::to_owned).ok_or(unreadable)
    });
    ids.collect()
}
