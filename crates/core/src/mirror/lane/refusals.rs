//! What a chain would not carry out, and when it is tried again.

use std::{collections::HashMap, hash::Hash};

use super::LanePolicy;
use crate::{
    time::{Millis, UnixMillis},
    wallet::WalletAddress,
};

/// The longest that a refused denial waits, in idle intervals, doubled so often.
const MOST_DOUBLINGS: u32 = 5;

/// What was refused of one urgency.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// Whether a node is asked about what is sent next.
    pub(super) careful: bool,
    /// How many wallets it is being asked about.
    pub(super) asking: Option<usize>,
    /// It is asked no sooner.
    pub(super) ask_at: UnixMillis,
    /// Denials that it would not carry out.
    pub(super) aside: Aside<WalletAddress>,
}

/// What a contract would not carry out though it stood alone: how often, and when it
/// is next tried.
#[derive(Debug)]
pub(super) struct Aside<K>(HashMap<K, (u32, UnixMillis)>);

impl<K> Default for Aside<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl Refusals {
    pub(super) fn be_careful(&mut self) {
        self.careful = true;
    }

    /// Something was carried out.
    pub(super) fn trust(&mut self) {
        self.careful = false;
    }
}

impl<K: Eq + Hash> Aside<K> {
    pub(super) fn set(&mut self, key: K, now: UnixMillis, policy: &LanePolicy) {
        let (times, until) = self.0.entry(key).or_default();
        let wait = policy.idle_interval.0 << (*times).min(MOST_DOUBLINGS);
        *until = now.after(Millis(wait));
        *times += 1;
    }

    /// Whether it waits for its next try.
    pub(super) fn holds(&self, key: &K, now: UnixMillis) -> bool {
        let aside = self.0.get(key);
        aside.is_some_and(|(_, until)| now < *until)
    }

    /// It was carried out, or is not to be any more.
    pub(super) fn forgive(&mut self, key: &K) {
        self.0.remove(key);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;
    use crate::mirror::lane::tests::POLICY;

    #[test]
    fn a_denial_that_is_refused_again_waits_twice_as_long() {
        let wallet = WalletAddress::new(Address::with_last_byte(1)).unwrap();
        let mut aside = Aside::default();
        let mut now = UnixMillis(1);
        for seconds in [1, 2, 4, 8, 16, 32, 32] {
            aside.set(wallet, now, &POLICY);
            let until = now.after(Millis(1_000 * seconds));
            assert!(aside.holds(&wallet, UnixMillis(until.0 - 1)), "{seconds}");
            assert!(!aside.holds(&wallet, until), "{seconds}");
            now = until;
        }
        assert_eq!(aside.len(), 1);
        aside.forgive(&wallet);
        assert_eq!(aside.len(), 0);
    }
}
