//! Takes up what providers hinted at, one worker at a time for each of their records.

use std::time::Duration;

use symbolon_core::{
    ids::IssuerId,
    time::{Millis, UnixMillis},
};
use symbolon_store::{Look, StoreError};

use super::patience::Patience;
use crate::{
    metrics,
    state::AppState,
    verifying::{self, LookFailure, Looked},
};

/// How often to look without having been told.
const INTERVAL: Duration = Duration::from_millis(500);
/// How long a worker may take; afterwards another one does it again.
const LEASE: Millis = Millis(60_000);
/// Records that are read at the same time.
const WORKERS: usize = 8;
const PATIENCE: Patience = Patience {
    first: Millis(1_000),
    longest: Millis(3_600_000),
};

/// Runs until the server ends.
pub(crate) async fn run(state: AppState) {
    let workers = (0..WORKERS).map(|_| work(&state));
    futures::future::join_all(workers).await;
}

async fn work(state: &AppState) {
    loop {
        match sweep(state).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "providers' records wait; trying again"),
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = state.hinted.notified() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Takes one look for each issuer that has an account; says how many were due.
pub(crate) async fn sweep(state: &AppState) -> Result<usize, StoreError> {
    let mut taken = 0;
    for issuer in state.services.accounts.issuers() {
        let now = state.clock.now_ms();
        let next = state.store.next_look(issuer, now, now.after(LEASE)).await?;
        if let Some(look) = next {
            taken += 1;
            take(state, issuer, &look).await?;
        }
    }
    Ok(taken)
}

async fn take(state: &AppState, issuer: &IssuerId, look: &Look) -> Result<(), StoreError> {
    let Some(account) = state.services.accounts.find(issuer, &look.provider) else {
        let due = state.clock.now_ms().after(PATIENCE.longest);
        let error = "no account of this name is configured: add it, or end the attempt";
        return state.store.look_again(issuer, look, due, error).await;
    };
    match verifying::look(state, issuer, account, look).await {
        Ok(Looked::NotOurs) => {
            metrics::looked(&look.provider, "not_ours");
            state.store.looked(issuer, look).await
        }
        Ok(Looked::Absent) => {
            metrics::looked(&look.provider, "absent");
            state.store.looked(issuer, look).await
        }
        Ok(Looked::Taken(stands)) => {
            metrics::looked(&look.provider, stands.as_str());
            state.store.looked(issuer, look).await
        }
        Err(failure) => {
            metrics::looked(&look.provider, "failed");
            tracing::warn!(%issuer, provider = %look.provider, %failure, "a provider's record was not taken in; trying again");
            let due = again(&failure, look.tries, state.clock.now_ms());
            let error = failure.to_string();
            state.store.look_again(issuer, look, due, &error).await
        }
    }
}

fn again(failure: &LookFailure, tries: u32, now: UnixMillis) -> UnixMillis {
    let asked = match failure {
        LookFailure::Provider(error) => error.retry_after(),
        LookFailure::Vault(_) | LookFailure::Store(_) | LookFailure::Overtaken => None,
    };
    PATIENCE.again(asked, tries, now)
}
