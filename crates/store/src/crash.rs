//! Points at which a process under test kills itself: `make chaos`.
//!
//! Only a build with the feature `crash-points` knows how to, and nothing that
//! is shipped has it. There `SYMBOLON_CRASH_AT=<point>:<passage>` names one of
//! [`CrashPoint::ALL`] and at which passage SIGKILL comes: nothing is unwound,
//! flushed or given back. In any other build [`CrashPoint::pass`] does nothing.

/// A moment of the mirror at which nothing may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CrashPoint {
    /// A decision is written, and not committed.
    Deciding,
    /// A decision is committed, and no lane was told.
    CommittedNotRung,
    /// The lane is this server's, which has done nothing with it.
    LeaseTaken,
    /// What the chain is owed was read.
    Pulled,
    /// A transaction is planned.
    BeforeSigning,
    /// It is signed, and nobody else knows of it.
    SignedNotStored,
    /// It is written, and not committed.
    Storing,
    /// It is stored, and was never sent (I11).
    StoredNotBroadcast,
    /// A node has answered to it, and nobody has noted that.
    BroadcastNotNoted,
    /// The chain was looked at.
    Observed,
    /// What became of a transaction is written, and not committed.
    Settling,
    /// It is committed, and the lane does not know.
    SettledNotTold,
}

impl CrashPoint {
    /// All of them, in the order in which a denial comes by.
    pub const ALL: [Self; 12] = [
        Self::Deciding,
        Self::CommittedNotRung,
        Self::LeaseTaken,
        Self::Pulled,
        Self::BeforeSigning,
        Self::SignedNotStored,
        Self::Storing,
        Self::StoredNotBroadcast,
        Self::BroadcastNotNoted,
        Self::Observed,
        Self::Settling,
        Self::SettledNotTold,
    ];

    /// Its name in `SYMBOLON_CRASH_AT` and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deciding => "deciding",
            Self::CommittedNotRung => "committed-not-rung",
            Self::LeaseTaken => "lease-taken",
            Self::Pulled => "pulled",
            Self::BeforeSigning => "before-signing",
            Self::SignedNotStored => "signed-not-stored",
            Self::Storing => "storing",
            Self::StoredNotBroadcast => "stored-not-broadcast",
            Self::BroadcastNotNoted => "broadcast-not-noted",
            Self::Observed => "observed",
            Self::Settling => "settling",
            Self::SettledNotTold => "settled-not-told",
        }
    }

    /// The process comes by here.
    #[cfg(not(feature = "crash-points"))]
    #[inline(always)]
    pub fn pass(self) {}

    /// The process comes by here, and no further if it is its time.
    #[cfg(feature = "crash-points")]
    pub fn pass(self) {
        armed::pass(self);
    }
}

#[cfg(feature = "crash-points")]
mod armed {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    use rustix::process::{Signal, getpid, kill_process};

    use super::CrashPoint;

    /// Which point, and at which passage.
    static TARGET: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let target = std::env::var("SYMBOLON_CRASH_AT").ok()?;
        let (point, passage) = target.split_once(':')?;
        Some((point.to_owned(), passage.parse().ok()?))
    });

    static PASSAGES: AtomicU32 = AtomicU32::new(0);

    pub(super) fn pass(point: CrashPoint) {
        let Some((name, passage)) = &*TARGET else {
            return;
        };
        if name != point.name() || PASSAGES.fetch_add(1, Ordering::Relaxed) + 1 != *passage {
            return;
        }
        #[allow(
            clippy::print_stderr,
            reason = "a subscriber's buffer would die with us"
        )]
        {
            eprintln!("killing itself at {name}, passage {passage}");
        }
        let _ = kill_process(getpid(), Signal::KILL);
        std::process::abort();
    }
}
