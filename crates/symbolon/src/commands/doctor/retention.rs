//! For how long profiles are kept, and whose time has come. It needs no master key.

use symbolon_core::{
    custody::{kept_until, must_have_ended_by},
    ids::IssuerId,
    log::EntryNumber,
};
use symbolon_server::Clock;
use symbolon_store::Store;

use super::Findings;
use crate::{commands::vault::retention::too_short, exit::Result, output::counted};

const NAME: &str = "retention";

/// Profiles that are counted; of more it is enough to know that there are.
const MOST: u32 = 1_000;

pub(super) async fn check(store: &Store, clock: &Clock, findings: &mut Findings) {
    let checked = async {
        for issuer in store.issuers().await? {
            of(&issuer.id, store, clock, findings).await?;
        }
        Ok::<_, crate::exit::Failure>(())
    };
    if let Err(failure) = checked.await {
        findings.failure(NAME, failure);
    }
}

async fn of(
    issuer: &IssuerId,
    store: &Store,
    clock: &Clock,
    findings: &mut Findings,
) -> Result<()> {
    let retention = store.begin(issuer).await?.retention().await?;
    if retention.years.is_short() {
        findings.warn(
            NAME,
            format!("{issuer}: {}", too_short(retention.years)),
            "ask a lawyer, or set it: `symbolon vault retention 5`",
        );
    }
    let Some(ended_by) = must_have_ended_by(retention.years, clock.now()) else {
        return Ok(());
    };
    let first = EntryNumber::default();
    let due = store.due_profiles(issuer, ended_by, first, MOST).await?;
    let Some(since) = due.iter().map(|due| due.ended).min() else {
        return Ok(());
    };
    let since = kept_until(since, retention.years);
    let more = if due.len() == MOST as usize {
        "at least "
    } else {
        ""
    };
    let count = counted(due.len() as u64, "profile is", "profiles are");
    let detail = format!(
        "{issuer} keeps profiles longer than it must: {more}{count} due, the first since {since}"
    );
    match retention.erases_by_itself {
        // A server that runs does so within the hour.
        true => findings.warn(
            NAME,
            detail,
            "a server with a master key erases them within the hour: see that one runs",
        ),
        false => findings.warn(
            NAME,
            detail,
            "look at `symbolon vault due`, then `symbolon vault erase --due`, or let servers do it: `symbolon vault retention --by-itself yes --yes`",
        ),
    }
    Ok(())
}
