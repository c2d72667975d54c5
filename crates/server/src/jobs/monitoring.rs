//! Asks providers to watch whoever is verified upon their records, until they do.

use std::time::Duration;

use symbolon_core::{ids::IssuerId, investor::Status, time::Millis};
use symbolon_providers::{FetchError, Watching};
use symbolon_store::{Monitoring, StoreError};

use super::patience::Patience;
use crate::{metrics, state::AppState};

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
            Err(error) => tracing::warn!(%error, "providers are still to watch; trying again"),
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
        let next = state.store.next_monitoring(issuer, now, now.after(LEASE));
        if let Some(monitoring) = next.await? {
            taken += 1;
            ask(state, issuer, &monitoring).await?;
        }
    }
    Ok(taken)
}

async fn ask(
    state: &AppState,
    issuer: &IssuerId,
    monitoring: &Monitoring,
) -> Result<(), StoreError> {
    let (store, now) = (&state.store, state.clock.now_ms());
    let Some(account) = state.services.accounts.find(issuer, &monitoring.provider) else {
        metrics::monitored(&monitoring.provider, "failed");
        let due = now.after(PATIENCE.longest);
        let error = "no account of this name is configured: add it";
        return store.monitor_again(issuer, monitoring, due, error).await;
    };
    let investor = store.investor(issuer, monitoring.investor).await?.investor;
    if !matches!(investor.status, Status::Verified(_)) {
        // Whoever is verified again is owed it again.
        metrics::monitored(&monitoring.provider, "denied");
        return store.monitored(issuer, monitoring).await;
    }
    let outcome = match account.provider.watch(&monitoring.reference).await {
        Ok(Watching::Begun) => "begun",
        Ok(Watching::Already) => "already",
        Ok(Watching::NotAsked) => "not_asked",
        Err(FetchError::NotFound) => "absent",
        Err(error) => {
            metrics::monitored(&monitoring.provider, "failed");
            tracing::warn!(%issuer, provider = %monitoring.provider, %error, "a provider does not watch somebody who is verified; trying again");
            let due = PATIENCE.again(error.retry_after(), monitoring.tries, now);
            let error = error.to_string();
            return store.monitor_again(issuer, monitoring, due, &error).await;
        }
    };
    metrics::monitored(&monitoring.provider, outcome);
    store.monitored(issuer, monitoring).await
}
