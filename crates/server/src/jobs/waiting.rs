//! Looks at providers' records of which nobody has told: a webhook may be lost, and then no
//! person waits for ever, and nobody stays verified whom the provider has refused since.
//!
//! They hardly stand in the way of what a webhook wants, which goes first: no more are
//! taken up than half of those who look can be at, and of attempts that have ended one a
//! second.

use std::time::Duration;

use symbolon_core::{
    ids::IssuerId,
    investor::{Source, Status},
};
use symbolon_store::{DueLook, StoreError, Unasked, Verification};

use crate::{state::AppState, verifying::customer_of};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);
/// While so many records are to be looked at, nobody looks unasked: half of those who look
/// are left to webhooks.
const BUSY: u32 = 4;
/// Attempts that have ended, considered at a time. One of their records is looked at, so
/// that providers' limits are not reached: 86,400 a day.
const ENDED: u32 = 100;

/// Runs until the server ends.
pub(crate) async fn run(state: AppState) {
    loop {
        match sweep(&state).await {
            Ok(0) => {}
            Ok(_) => state.hinted.notify_one(),
            Err(error) => tracing::warn!(%error, "nobody looked at records unasked; trying again"),
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Wants a look at attempts that have waited long enough; says at how many.
async fn sweep(state: &AppState) -> Result<usize, StoreError> {
    let mut taken = 0;
    for issuer in state.services.accounts.issuers() {
        let (store, now) = (&state.store, state.clock.now_ms());
        let free = BUSY - store.looks_due(issuer, now, BUSY).await?.min(BUSY);
        let seconds = state.clock.now();
        let due = store.due_looks(issuer, Unasked::Waiting, seconds, free);
        for look in due.await? {
            taken += usize::from(take(state, issuer, &look).await?);
        }
        if free == 0 {
            continue;
        }
        let due = store.due_looks(issuer, Unasked::Ended, seconds, ENDED);
        for look in due.await? {
            if take(state, issuer, &look).await? {
                taken += 1;
                break;
            }
        }
    }
    Ok(taken)
}

/// Wants a look at an attempt's records, if they matter; says whether it does.
async fn take(state: &AppState, issuer: &IssuerId, look: &DueLook) -> Result<bool, StoreError> {
    let attempt = &look.verification;
    let mut subjects = state.store.references_of(issuer, attempt.id).await?;
    let matters = attempt.state.is_at_provider(&attempt.concerns)
        || is_relied_upon(state, issuer, attempt, &subjects).await?;
    if subjects.is_empty()
        && let Some(account) = state.services.accounts.find(issuer, &attempt.provider)
    {
        subjects.extend(account.provider.subject_of(&customer_of(attempt.investor)));
    }
    if !matters {
        subjects.clear();
    }
    let now = state.clock.now_ms();
    let wanted = state.store.look_unasked(issuer, look, &subjects, now);
    wanted.await?;
    Ok(!subjects.is_empty())
}

/// Whether somebody is verified, and upon one of these records or after the last attempt with its
/// provider.
async fn is_relied_upon(
    state: &AppState,
    issuer: &IssuerId,
    attempt: &Verification,
    references: &[String],
) -> Result<bool, StoreError> {
    let (store, investor) = (&state.store, attempt.investor);
    let status = store.investor(issuer, investor).await?.investor.status;
    let now = state.clock.now();
    let held = match &status {
        Status::Verified(held) if held.holds_at(now) => held,
        _ => return Ok(false),
    };
    let upon_it = match &held.source {
        Source::Provider { name, reference } => {
            *name == attempt.provider.to_string() && references.contains(reference)
        }
        _ => false,
    };
    let last = store.last_ended(issuer, investor, &attempt.provider);
    Ok(upon_it || last.await? == Some(attempt.id))
}
