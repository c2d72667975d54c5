//! A nonce that nothing of ours has, with something of ours behind it.
//!
//! Somebody else used the signer's key, say, and then a reorganisation undid
//! that. No node mines what waits behind such a gap, denials among it. So where
//! a gap stays for as many blocks as a transaction needs to count, it is filled
//! with what waits next: to write a batch twice in a row is to write it once.

use super::{Attempt, Effect, Envelope, Lane, Nonce};
use crate::mirror::{
    plan::Discharge,
    planted::{Bug, is_planted},
};

/// A gap that was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// How far the chain had counted.
    front: Nonce,
    /// The block that first showed it.
    since: u64,
}

impl Lane {
    /// Looks whether there is one.
    pub(super) fn look_for_gap(&mut self) {
        let front = self.mined_nonce;
        let known = self.gap.filter(|gap| gap.front == front);
        let since = known.map_or(self.block_number, |gap| gap.since);
        self.gap = self.missing().map(|_| Gap { front, since });
    }

    /// The lowest nonce that is neither mined nor ours.
    fn missing(&self) -> Option<Nonce> {
        let ours = self
            .slots
            .range(self.mined_nonce..)
            .map(|(nonce, _)| *nonce);
        let missing = ours.fold(self.mined_nonce, |lowest, nonce| match nonce == lowest {
            true => nonce.next(),
            false => lowest,
        });
        Some(missing).filter(|missing| *missing < self.next_nonce)
    }

    /// Fills it, nonce by nonce, once it is none of a node that is late.
    pub(super) fn fill_gap(&mut self) -> Option<Effect> {
        let market = self.market?;
        let since = self.gap?.since;
        let patience = self.policy.confirmations.max(1);
        if is_planted(Bug::GapLeftOpen) {
            return None;
        }
        if self.planning.is_at_work() || self.block_number < since + patience {
            return None;
        }
        let Some(nonce) = self.missing() else {
            self.gap = None;
            return None;
        };
        let Some((_, next)) = self.slots.range(nonce..).next() else {
            // Nothing waits behind it: it is the next one to use.
            self.next_nonce = nonce;
            return None;
        };
        self.planning.take_up(next.urgency());
        Some(Effect::Store(Envelope {
            nonce,
            attempt: Attempt(0),
            gas_limit: self.policy.gas_limit(&next.batch),
            price: self.policy.fees.first(market),
            head: next.head,
            batch: next.batch.clone(),
            discharge: Discharge::default(),
        }))
    }
}
