//! Asks providers to forget whoever was erased here (I7), until they have. An erasure
//! waits for none of them.

use std::time::Duration;

use symbolon_core::{
    ids::IssuerId,
    time::{Millis, UnixMillis},
};
use symbolon_providers::FetchError;
use symbolon_store::{Forgetting, StoreError};

use super::patience::Patience;
use crate::{metrics, state::AppState, verifying::customer_of};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long a worker may take; afterwards another one asks again.
const LEASE: Millis = Millis(60_000);
const PATIENCE: Patience = Patience {
    first: Millis(2_000),
    longest: Millis(3_600_000),
};

/// Runs until the server ends.
pub(crate) async fn run(state: AppState) {
    loop {
        match sweep(&state).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "providers are still to forget; trying again"),
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Asks once for each issuer that has an account; says how many were due.
async fn sweep(state: &AppState) -> Result<usize, StoreError> {
    let mut taken = 0;
    for issuer in state.services.accounts.issuers() {
        let now = state.clock.now_ms();
        let next = state.store.next_forgetting(issuer, now, now.after(LEASE));
        if let Some(forgetting) = next.await? {
            taken += 1;
            ask(state, issuer, &forgetting).await?;
        }
    }
    Ok(taken)
}

async fn ask(
    state: &AppState,
    issuer: &IssuerId,
    forgetting: &Forgetting,
) -> Result<(), StoreError> {
    let (store, now) = (&state.store, state.clock.now_ms());
    let Some(account) = state.services.accounts.find(issuer, &forgetting.provider) else {
        let due = now.after(PATIENCE.longest);
        let error = "no account of this name is configured: add it, or have the person forgotten in the provider's console";
        return store.forget_again(issuer, forgetting, due, error).await;
    };
    let provider = &account.provider;
    let by_name = || provider.subject_of(&customer_of(forgetting.investor));
    let Some(subject) = forgetting.reference.clone().or_else(by_name) else {
        metrics::forgotten(&forgetting.provider, "unasked");
        let why = "the provider never said what it calls this person: look in its console";
        let now = state.clock.now();
        return store.forget_unasked(issuer, forgetting, why, now).await;
    };
    match provider.deactivate(&subject).await {
        Ok(()) => {
            metrics::forgotten(&forgetting.provider, "forgotten");
            let now = state.clock.now();
            store.forgotten(issuer, forgetting, now).await
        }
        Err(error) => {
            metrics::forgotten(&forgetting.provider, "failed");
            tracing::warn!(%issuer, provider = %forgetting.provider, %error, "a provider did not forget somebody who was erased; trying again");
            let due = again(error, forgetting.tries, now);
            let error = error.to_string();
            store.forget_again(issuer, forgetting, due, &error).await
        }
    }
}

fn again(error: FetchError, tries: u32, now: UnixMillis) -> UnixMillis {
    PATIENCE.again(error.retry_after(), tries, now)
}
