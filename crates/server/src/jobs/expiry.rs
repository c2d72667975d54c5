//! Verdicts that have ended by themselves become `Expired` in the register.
//! The chains knew at that very second, so nothing is sent.

use std::time::Duration;

use symbolon_core::{actor::Actor, command::Command, ids::IssuerId};
use symbolon_store::{Request, Store, StoreError, Subject};
use tokio_util::sync::CancellationToken;

use crate::{clock::Clock, wake::Wake};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many verdicts end in one transaction.
const PAGE: u32 = 500;

pub(super) async fn run(store: Store, clock: Clock, wake: Wake, shutdown: CancellationToken) {
    loop {
        if let Err(error) = sweep(&store, &clock, &wake).await {
            tracing::warn!(%error, "ended verdicts could not be noted; trying again");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Notes every verdict that has ended by now, for all issuers; says how many.
pub async fn sweep(store: &Store, clock: &Clock, wake: &Wake) -> Result<usize, StoreError> {
    let mut ended = 0;
    for issuer in store.issuers().await? {
        let noted = sweep_issuer(store, &issuer.id, clock).await?;
        if noted > 0 {
            wake.wake(&issuer.id);
        }
        ended += noted;
    }
    Ok(ended)
}

async fn sweep_issuer(
    store: &Store,
    issuer: &IssuerId,
    clock: &Clock,
) -> Result<usize, StoreError> {
    let actor = Actor::system("expiry");
    let mut ended = 0;
    loop {
        let now = clock.now();
        let due = store.due_expiries(issuer, now, PAGE).await?;
        if due.is_empty() {
            return Ok(ended);
        }
        let requests = due
            .into_iter()
            .map(|investor| Request {
                subject: Subject::Investor(investor),
                command: Command::Expire,
            })
            .collect();
        let mut transaction = store.begin(issuer).await?;
        let decisions = transaction.decide(requests, &actor, now).await?;
        transaction.commit().await?;
        let done = decisions.iter().filter(|decision| decision.is_ok()).count();
        if done == 0 {
            // Renewed between the look and the lock; the next sweep looks again.
            return Ok(ended);
        }
        ended += done;
    }
}
