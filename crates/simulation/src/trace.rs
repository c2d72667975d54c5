//! What happened, as one number.

use std::hash::{DefaultHasher, Hash, Hasher};

use symbolon_core::{
    mirror::{batch::Batch, record::WalletRecord},
    time::UnixMillis,
    wallet::WalletAddress,
};

/// The hash over everything that happened so far, and its words if somebody
/// wants to read them.
pub(crate) struct Trace {
    hasher: DefaultHasher,
    told: bool,
}

impl Trace {
    pub(crate) fn new(told: bool) -> Self {
        Self {
            hasher: DefaultHasher::new(),
            told,
        }
    }

    /// Something happened: which is a word, what any value.
    pub(crate) fn note(
        &mut self,
        now: UnixMillis,
        which: &'static str,
        what: impl Hash + std::fmt::Debug,
    ) {
        now.0.hash(&mut self.hasher);
        which.hash(&mut self.hasher);
        what.hash(&mut self.hasher);
        self.tell(now, which, || format!("{what:?}"));
    }

    /// What follows from what is noted, for whoever reads the story.
    pub(crate) fn tell(
        &self,
        now: UnixMillis,
        which: &'static str,
        words: impl FnOnce() -> String,
    ) {
        if self.told {
            #[allow(clippy::print_stderr, reason = "somebody asked for the whole story")]
            {
                eprintln!("{:>9.3} {which} {}", now.0 as f64 / 1000.0, words());
            }
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hasher.finish()
    }
}

/// A record in a few words.
pub(crate) fn brief(record: WalletRecord) -> String {
    let mut words = format!("v{}", record.version().0);
    if !record.authority().is_owner() {
        words += &format!(" by {}", record.authority());
    }
    for (holds, word) in [
        (record.is_approved(), "approved"),
        (!record.is_contained(), "nobody"),
        (record.is_restricted(), "restricted"),
        (record.is_frozen(), "frozen"),
    ] {
        if holds {
            words += " ";
            words += word;
        }
    }
    words
}

/// A batch in a few words.
pub(crate) fn told_by(batch: &Batch) -> String {
    let wallet = |wallet: WalletAddress| format!("{:02x}", wallet.address()[0]);
    let words: Vec<_> = match batch {
        Batch::Upsert(entries) => entries
            .iter()
            .map(|one| format!("{} {}", wallet(one.wallet), brief(one.record)))
            .collect(),
        Batch::Deny(entries) => entries
            .iter()
            .map(|one| {
                format!(
                    "{} v{} {:?}",
                    wallet(one.wallet),
                    one.version.0,
                    one.grounds
                )
            })
            .collect(),
        Batch::Authority(one) => vec![format!("authority {} {}", one.authority, one.restricted)],
        Batch::Companion(batch) => vec![format!("{:?}", batch.call())],
    };
    words.join(", ")
}
