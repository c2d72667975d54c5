//! Tells the lanes in this process at once that an issuer's chains may be owed
//! something new. PostgreSQL's NOTIFY does the same across processes, some
//! milliseconds later; polling remains the truth.

use symbolon_core::ids::IssuerId;
use tokio::sync::broadcast;

/// Enough for a burst. A lane that misses some learns that it lagged, and
/// looks anyway.
const BACKLOG: usize = 256;

/// The bell that committed changes ring.
#[derive(Clone, Debug)]
pub struct Wake(broadcast::Sender<IssuerId>);

impl Wake {
    /// A bell that nobody listens to yet.
    pub fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    /// Listens from now on. `Lagged` means that any issuer may have changed.
    pub fn subscribe(&self) -> broadcast::Receiver<IssuerId> {
        self.0.subscribe()
    }

    /// Says that this issuer has changed, after the commit and never before.
    pub fn wake(&self, issuer: &IssuerId) {
        if self.0.receiver_count() > 0 {
            // It fails only when the last listener has just left.
            let _ = self.0.send(issuer.clone());
        }
    }
}

impl Default for Wake {
    fn default() -> Self {
        Self::new()
    }
}
