//! PostgreSQL's hints that another process queued work, or gave a lane back,
//! passed on to the lanes.

use std::time::Duration;

use symbolon_store::{Hint, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::wake::Wake;

const BEFORE_RETRY: Duration = Duration::from_secs(1);

/// Listens until shutdown. While the connection is down, the lanes' own
/// polling stands in for it.
pub(super) async fn run(store: Store, wake: Wake, shutdown: CancellationToken) {
    loop {
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return,
            outcome = listen(&store, &wake) => outcome,
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "listening for hints failed; lanes poll meanwhile");
        }
        tokio::time::sleep(BEFORE_RETRY).await;
    }
}

async fn listen(store: &Store, wake: &Wake) -> Result<(), StoreError> {
    let mut hints = store.listen().await?;
    loop {
        match hints.next().await? {
            Hint::Issuer(issuer) => wake.wake(&issuer),
            Hint::LaneFreed(issuer) => wake.lane_freed(&issuer),
            // Any may have grown: each lane asks by itself within a second.
            Hint::Any => {}
        }
    }
}
