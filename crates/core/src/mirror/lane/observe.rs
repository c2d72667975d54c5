//! What the lane makes of a look at the chain.

use super::{Effect, Lane, Observation, Outbox, Outcome, Receipt};
use crate::time::UnixMillis;

/// A nonce that is used up without a receipt for any of its tries is given up
/// after this many looks: a node may know the count before the receipt.
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
        self.mined_nonce = observation.mined_nonce;
        self.next_nonce = self.next_nonce.max(observation.mined_nonce);
        let mut receipts = observation.receipts;
        let mut failed = false;
        for slot in self.slots.values_mut().filter(|slot| slot.is_open()) {
            let receipt = receipts
                .iter()
                .position(|(nonce, _)| *nonce == slot.nonce)
                .map(|at| receipts.swap_remove(at).1);
            slot.receipt = receipt;
            if let Some(receipt) = &slot.receipt {
                slot.missing = 0;
                let depth = (observation.block_number + 1).saturating_sub(receipt.block_number);
                if depth >= self.policy.confirmations.max(1) {
                    failed |= !receipt.succeeded;
                    slot.outcome = Some(outcome(receipt.clone(), slot.batch.len()));
                }
            } else if slot.nonce < observation.mined_nonce {
                slot.missing += 1;
                if slot.missing >= LOOKS_BEFORE_DROPPED.max(self.policy.confirmations) {
                    slot.outcome = Some(Outcome::Dropped);
                }
            }
        }
        if failed {
            self.max_upserts = (self.max_upserts / 2).max(1);
        } else if self.slots.is_empty() {
            self.max_upserts = self.policy.max_upserts;
        }
        let interval = if self.slots.values().any(super::Slot::is_open) {
            self.policy.busy_interval
        } else {
            self.policy.idle_interval
        };
        self.observe_at = now.after(interval);
    }

    pub(super) fn settled(&mut self, nonce: super::Nonce) {
        let Some(slot) = self.slots.remove(&nonce) else {
            return;
        };
        self.under_way.retain(|_, (carrier, _)| *carrier != nonce);
        // Unless all went well, its wallets are back in the outbox.
        if !matches!(slot.outcome, Some(Outcome::Mined(_))) {
            self.denials = Outbox::MayHold;
            self.approvals = Outbox::MayHold;
        }
    }
}

fn outcome(receipt: Receipt, wallets: usize) -> Outcome {
    if receipt.succeeded {
        Outcome::Mined(receipt)
    } else {
        let requeue = wallets > 1;
        Outcome::Failed { receipt, requeue }
    }
}
