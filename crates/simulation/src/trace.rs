//! What happened, as one number.

use std::hash::{DefaultHasher, Hash, Hasher};

use symbolon_core::time::UnixMillis;

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
        if self.told {
            #[allow(clippy::print_stderr, reason = "somebody asked for the whole story")]
            {
                eprintln!("{:>9.3} {which} {what:?}", now.0 as f64 / 1000.0);
            }
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hasher.finish()
    }
}
