//! Looks at providers' records of which nobody has told: a webhook may be lost, and no
//! person waits for that.

use std::time::Duration;

use symbolon_store::StoreError;

use crate::{state::AppState, verifying::customer_of};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);
/// Attempts that are taken up at a time.
const PAGE: u32 = 100;

/// Runs until the server ends.
pub(crate) async fn run(state: AppState) {
    loop {
        match sweep(&state).await {
            Ok(0) => {}
            Ok(_) => state.hinted.notify_one(),
            Err(error) => tracing::warn!(%error, "attempts that wait were not looked at"),
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Wants a look at each attempt that has waited long enough; says at how many.
async fn sweep(state: &AppState) -> Result<usize, StoreError> {
    let mut taken = 0;
    for issuer in state.services.accounts.issuers() {
        let due = state.store.due_looks(issuer, state.clock.now(), PAGE);
        for look in due.await? {
            let attempt = &look.verification;
            let account = state.services.accounts.find(issuer, &attempt.provider);
            let by_name = || account?.provider.subject_of(&customer_of(attempt.investor));
            let subject = attempt.reference.clone().or_else(by_name);
            let now = state.clock.now_ms();
            let wanted = state
                .store
                .look_unasked(issuer, &look, subject.as_deref(), now);
            wanted.await?;
            taken += 1;
        }
    }
    Ok(taken)
}
