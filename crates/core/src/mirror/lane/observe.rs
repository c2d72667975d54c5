//! What the lane makes of a look at the chain.

use std::collections::HashMap;

use super::{Effect, Lane, Nonce, Observation, Outcome, Receipt, Urgency};
use crate::{
    mirror::{
        batch::{AuthorityRestriction, Batch},
        planted::{Bug, is_planted},
    },
    time::{Millis, UnixMillis},
};

/// A nonce that is used up without a receipt for any of its tries is given up
/// after this many looks, and no sooner than an idle interval: a node may know
/// the count before the receipt.
const LOOKS_BEFORE_DROPPED: u64 = 5;
/// What nodes have turned away so often is given up.
const TURNED_AWAY: u32 = 3;

impl Lane {
    pub(super) fn observe(&mut self, now: UnixMillis) -> Option<Effect> {
        if self.observing || now < self.observe_at {
            return None;
        }
        self.observing = true;
        let mut looked_for = Vec::new();
        for slot in self.slots.values_mut() {
            slot.doubt();
            slot.looked_for = slot.wants_look(self.final_block);
            if slot.looked_for {
                looked_for.push((slot.nonce, slot.hashes()));
            }
        }
        Some(Effect::Observe(looked_for))
    }

    pub(super) fn observed(&mut self, observation: Observation, now: UnixMillis) {
        self.observing = false;
        self.market = Some(observation.market);
        self.block_number = observation.block_number;
        self.final_block = observation.final_block;
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
        let (mut taken, mut refused) = (Vec::new(), HashMap::new());
        for slot in self.slots.values_mut().filter(|slot| slot.is_open()) {
            if slot.looked_for {
                let found = receipts.iter().position(|(nonce, _)| *nonce == slot.nonce);
                slot.receipt = found.map(|at| receipts.swap_remove(at).1);
            }
            if slot.nonce >= observation.mined_nonce && slot.receipt.is_some() {
                slot.undo();
            }
            if let Some(receipt) = &slot.receipt {
                slot.missing = 0;
                slot.missing_since = None;
                slot.quarantine = None;
                // One that was seen before that block was final may be of a
                // block that was replaced since. What was refused need not be
                // final: to be told again in vain costs little.
                let block = receipt.block_number;
                let is_final = slot.looked_for && block <= observation.final_block;
                let is_deep = depth(block) >= self.policy.confirmations.max(1);
                let at_once = is_planted(Bug::FinalAtOnce);
                if is_final || at_once || (is_deep && !receipt.succeeded) {
                    match receipt.succeeded {
                        true => taken.push(slot.urgency()),
                        false => {
                            refused.insert(slot.urgency(), (slot.head, slot.batch.clone()));
                        }
                    }
                    slot.outcome = Some(outcome(&slot.batch, receipt.clone()));
                }
            } else if slot.nonce < observation.mined_nonce {
                if !slot.looked_for {
                    continue;
                }
                slot.missing += 1;
                let since = *slot.missing_since.get_or_insert(now);
                let looks = LOOKS_BEFORE_DROPPED.max(self.policy.confirmations);
                if slot.missing >= looks && now >= since.after(self.policy.idle_interval) {
                    slot.quarantine.get_or_insert_default();
                }
            } else if silenced || slot.turned_away >= TURNED_AWAY {
                slot.quarantine.get_or_insert_default();
            } else {
                // A reorganisation has freed the nonce again.
                slot.quarantine = None;
            }
        }
        let was_refused = refused.keys().any(|urgency| *urgency != Urgency::Errands);
        for urgency in Urgency::ALL {
            let desk = self.planning.desk(urgency);
            if let Some(refused) = refused.remove(&urgency) {
                desk.refusals.be_careful();
                desk.hold.begin(refused, now, &self.policy);
            } else if taken.contains(&urgency) {
                desk.refusals.trust();
                desk.hold.end();
            }
        }
        if was_refused {
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
        self.observe_at = self.next_look(now);
    }

    /// At once where something has become final since it was asked for; in no
    /// hurry where nothing else than that is waited for.
    fn next_look(&self, now: UnixMillis) -> UnixMillis {
        let (mut is_due, mut is_waiting) = (false, false);
        for slot in self.slots.values().filter(|slot| slot.is_open()) {
            is_waiting |= slot.receipt.is_none();
            let is_mined = slot.receipt.is_some();
            is_due |= is_mined && !slot.looked_for && slot.wants_look(self.final_block);
        }
        if is_due {
            now
        } else if is_waiting {
            now.after(self.patience)
        } else {
            now.after(self.policy.idle_interval)
        }
    }

    /// Nodes take none of a slot's bytes. What they never took cannot be mined,
    /// and holds up whatever waits behind it.
    pub(super) fn turned_away(&mut self, nonce: Nonce, now: UnixMillis) {
        let Some(slot) = self.slots.get_mut(&nonce) else {
            return;
        };
        slot.turned_away += 1;
        let urgency = slot.urgency();
        if slot.turned_away >= TURNED_AWAY {
            self.observe_at = self.observe_at.min(now);
            self.planning.desk(urgency).refusals.be_careful();
            self.max_upserts = (self.max_upserts / 2).max(1);
        }
    }

    pub(super) fn settled(&mut self, nonces: &[Nonce]) {
        let mut mined = Vec::with_capacity(nonces.len());
        for nonce in nonces {
            let slot = self.slots.remove(nonce);
            let cuts_off = slot.as_ref().is_some_and(|slot| slot.batch.cuts_off());
            match slot.and_then(|slot| slot.outcome) {
                Some(Outcome::Mined(receipt)) => {
                    for (wallet, _) in &receipt.records {
                        self.planning.denials.refusals.aside.forgive(wallet);
                    }
                    mined.push(*nonce);
                }
                // Whatever was read before this is read again, and what is read
                // after it must not be held against writes that never were.
                _ => {
                    self.under_way.settled(&[*nonce], &[]);
                    if cuts_off {
                        self.planning.cut_off_in_vain();
                    }
                }
            }
        }
        self.under_way.settled(&mined, &self.planning.pulling());
        self.planning.settled();
    }
}

fn outcome(batch: &Batch, mut receipt: Receipt) -> Outcome {
    if !receipt.succeeded && !is_planted(Bug::FailureTakenForSuccess) {
        return Outcome::Failed(receipt);
    }
    // The registry says nothing where it lifts nothing: the authority was cut off
    // again, by a restriction that nobody here knows of.
    if let Some(authority) = batch.lifts().filter(|_| receipt.authorities.is_empty()) {
        let stands = AuthorityRestriction::cut_off(authority);
        receipt.authorities.push(stands);
    }
    Outcome::Mined(receipt)
}
