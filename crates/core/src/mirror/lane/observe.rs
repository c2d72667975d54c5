//! What the lane makes of a look at the chain.

use super::{Effect, Hold, Lane, Nonce, Observation, Outcome, Receipt, Urgency};
use crate::{
    mirror::planted::{Bug, is_planted},
    time::{Millis, UnixMillis},
};

/// A nonce that is used up without a receipt for any of its tries is given up
/// after this many looks, and no sooner than an idle interval: a node may know
/// the count before the receipt.
const LOOKS_BEFORE_DROPPED: u64 = 5;

impl Lane {
    pub(super) fn observe(&mut self, now: UnixMillis) -> Option<Effect> {
        if self.observing || now < self.observe_at {
            return None;
        }
        self.observing = true;
        Some(Effect::Observe(
            self.slots
                .values()
                .filter(|slot| slot.is_open())
                .map(|slot| (slot.nonce, slot.hashes()))
                .collect(),
        ))
    }

    pub(super) fn observed(&mut self, observation: Observation, now: UnixMillis) {
        self.observing = false;
        self.market = Some(observation.market);
        self.block_number = observation.block_number;
        let something_happened = observation.mined_nonce > self.mined_nonce;
        self.mined_nonce = observation.mined_nonce;
        self.next_nonce = self.next_nonce.max(observation.mined_nonce);
        self.look_for_gap();
        // Seen twice: its nonces were counted before the first time.
        let barred = self.barred_since.filter(|_| observation.barred);
        let depth = |since| (observation.block_number + 1).saturating_sub(since);
        let silenced = barred.is_some_and(|since| depth(since) >= self.policy.confirmations.max(1));
        self.barred_since = observation
            .barred
            .then_some(barred.unwrap_or(observation.block_number));
        let mut receipts = observation.receipts;
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for slot in self.slots.values_mut().filter(|slot| slot.is_open()) {
            let receipt = receipts
                .iter()
                .position(|(nonce, _)| *nonce == slot.nonce)
                .map(|at| receipts.swap_remove(at).1);
            slot.receipt = receipt;
            if let Some(receipt) = &slot.receipt {
                slot.missing = 0;
                slot.missing_since = None;
                let needed = match is_planted(Bug::FinalAtOnce) {
                    true => 1,
                    false => self.policy.confirmations.max(1),
                };
                if depth(receipt.block_number) >= needed {
                    let which = if receipt.succeeded {
                        &mut taken
                    } else {
                        &mut refused
                    };
                    which.push(slot.urgency());
                    slot.outcome = Some(outcome(receipt.clone()));
                }
            } else if slot.nonce < observation.mined_nonce {
                slot.missing += 1;
                let since = *slot.missing_since.get_or_insert(now);
                let looks = LOOKS_BEFORE_DROPPED.max(self.policy.confirmations);
                if slot.missing >= looks && now >= since.after(self.policy.idle_interval) {
                    slot.outcome = Some(Outcome::Dropped);
                }
            } else if silenced {
                slot.outcome = Some(Outcome::Dropped);
            }
        }
        for (urgency, hold) in [
            (Urgency::Denials, &mut self.planning.denials.hold),
            (Urgency::Approvals, &mut self.planning.approvals.hold),
        ] {
            if refused.contains(&urgency) {
                hold.begin(now, &self.policy);
            } else if taken.contains(&urgency) {
                *hold = Hold::default();
            }
        }
        if !refused.is_empty() {
            self.max_upserts = (self.max_upserts / 2).max(1);
        } else if self.is_idle() {
            self.max_upserts = self.policy.max_upserts;
        }
        let front = self.slots.get_mut(&self.mined_nonce);
        if let Some(front) = front.filter(|_| !something_happened) {
            front.left_out_by(self.block_number, now, &self.policy);
        }
        self.patience = if something_happened {
            self.policy.eager_interval
        } else {
            Millis(self.patience.0 * 2).min(self.policy.busy_interval)
        };
        let interval = if self.slots.values().any(super::Slot::is_open) {
            self.patience
        } else {
            self.policy.idle_interval
        };
        self.observe_at = now.after(interval);
    }

    pub(super) fn settled(&mut self, nonces: &[Nonce]) {
        let mut mined = Vec::with_capacity(nonces.len());
        for nonce in nonces {
            match self.slots.remove(nonce).and_then(|slot| slot.outcome) {
                Some(Outcome::Mined(_)) => mined.push(*nonce),
                // Whatever was read before this is read again, and what is read
                // after it must not be held against writes that never were.
                _ => self.under_way.settled(&[*nonce], &[]),
            }
        }
        self.under_way.settled(&mined, &self.planning.pulling());
        self.planning.settled();
    }
}

fn outcome(receipt: Receipt) -> Outcome {
    if receipt.succeeded || is_planted(Bug::FailureTakenForSuccess) {
        Outcome::Mined(receipt)
    } else {
        Outcome::Failed(receipt)
    }
}
