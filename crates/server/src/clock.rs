//! The time, as an argument: production reads the system's, tests set their own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use symbolon_core::time::{UnixMillis, UnixSeconds};

/// Where the server reads the time. Clones of a manual clock move together.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until it is moved.
    pub fn manual(start: UnixSeconds) -> Self {
        Self(Source::Manual(Arc::new(AtomicU64::new(
            start.0.saturating_mul(1000),
        ))))
    }

    /// Now, in whole seconds: what verdicts are held against.
    pub fn now(&self) -> UnixSeconds {
        UnixSeconds(self.now_ms().0 / 1000)
    }

    /// Now, in milliseconds: what lanes and caches count in.
    pub fn now_ms(&self) -> UnixMillis {
        match &self.0 {
            Source::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
            }
            Source::Manual(millis) => UnixMillis(millis.load(Ordering::Acquire)),
        }
    }

    /// Moves a manual clock on. The system's clock does not move for us.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(millis) = &self.0 {
            let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
            millis.fetch_add(by, Ordering::AcqRel);
        }
    }
}
