//! Tells the lanes in this process at once that an issuer's chains may be owed
//! something new, or that one of its lanes is free. PostgreSQL's NOTIFY does the same across processes, some
//! milliseconds later; polling remains the truth.

use symbolon_core::ids::IssuerId;
use tokio::sync::broadcast;

/// Enough for a burst. A lane that misses some learns that it lagged, and
/// looks anyway.
const BACKLOG: usize = 256;

/// The bell that committed changes ring.
#[derive(Clone, Debug)]
pub struct Wake {
    owed: broadcast::Sender<IssuerId>,
    freed: broadcast::Sender<IssuerId>,
}

impl Wake {
    /// A bell that nobody listens to yet.
    pub fn new() -> Self {
        Self {
            owed: broadcast::channel(BACKLOG).0,
            freed: broadcast::channel(BACKLOG).0,
        }
    }

    /// Listens from now on. `Lagged` means that any issuer may have changed.
    pub fn subscribe(&self) -> broadcast::Receiver<IssuerId> {
        self.owed.subscribe()
    }

    /// Listens from now on for lanes that a server has given back.
    pub(crate) fn subscribe_freed(&self) -> broadcast::Receiver<IssuerId> {
        self.freed.subscribe()
    }

    /// Says that this issuer has changed, after the commit and never before.
    pub fn wake(&self, issuer: &IssuerId) {
        ring(&self.owed, issuer);
    }

    /// Says that a lane of this issuer's is free.
    pub(crate) fn lane_freed(&self, issuer: &IssuerId) {
        ring(&self.freed, issuer);
    }
}

fn ring(bell: &broadcast::Sender<IssuerId>, issuer: &IssuerId) {
    if bell.receiver_count() > 0 {
        // It fails only when the last listener has just left.
        let _ = bell.send(issuer.clone());
    }
}

/// Returns when the bell rings for this issuer.
pub(crate) async fn heard(bell: &mut broadcast::Receiver<IssuerId>, issuer: &IssuerId) {
    loop {
        match bell.recv().await {
            Ok(changed) if changed == *issuer => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // Nobody is left to ring: timers go on.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Default for Wake {
    fn default() -> Self {
        Self::new()
    }
}
