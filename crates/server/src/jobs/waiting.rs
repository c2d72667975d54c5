//! Looks at providers' records of which nobody has told: a webhook may be lost, and then no
//! person waits for ever, and nobody stays verified whom the provider has refused since.
//!
//! They never stand in the way of what a webhook wants: no more are taken up than workers
//! are free for, and of attempts that have ended one a second.

use std::time::Duration;

use symbolon_core::{ids::IssuerId, investor::Status};
use symbolon_store::{DueLook, StoreError, Unasked, Verification};

use crate::{state::AppState, verifying::customer_of};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);
/// While so many records are to be looked at, nobody looks unasked.
const BUSY: u32 = 8;
/// Records of attempts that have ended, taken up at a time, so that providers' limits are
/// not reached: 86,400 a day.
const ENDED: u32 = 1;
/// Attempts of one person that are considered.
const ATTEMPTS: u32 = 16;

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
        for (unasked, most) in [(Unasked::Waiting, BUSY), (Unasked::Ended, ENDED)] {
            let due = store.due_looks(issuer, unasked, seconds, free.min(most));
            for look in due.await? {
                take(state, issuer, &look).await?;
                taken += 1;
            }
        }
    }
    Ok(taken)
}

async fn take(state: &AppState, issuer: &IssuerId, look: &DueLook) -> Result<(), StoreError> {
    let attempt = &look.verification;
    let matters = attempt.state.is_at_provider(&attempt.concerns)
        || is_relied_upon(state, issuer, attempt).await?;
    let account = state.services.accounts.find(issuer, &attempt.provider);
    let by_name = || account?.provider.subject_of(&customer_of(attempt.investor));
    let subject = attempt.reference.clone().or_else(by_name);
    let subject = subject.filter(|_| matters);
    let now = state.clock.now_ms();
    let wanted = state
        .store
        .look_unasked(issuer, look, subject.as_deref(), now);
    wanted.await
}

/// Whether somebody is verified, and this is the last that its provider has said of it.
async fn is_relied_upon(
    state: &AppState,
    issuer: &IssuerId,
    attempt: &Verification,
) -> Result<bool, StoreError> {
    let (store, investor) = (&state.store, attempt.investor);
    let status = store.investor(issuer, investor).await?.investor.status;
    let now = state.clock.now();
    let verified = matches!(&status, Status::Verified(held) if held.holds_at(now));
    let attempts = store.verifications_of(issuer, investor, ATTEMPTS).await?;
    let last = attempts
        .iter()
        .find(|one| one.provider == attempt.provider && one.state.is_watched(&one.concerns));
    Ok(verified && last.is_some_and(|last| last.id == attempt.id))
}
