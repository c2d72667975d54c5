//! The lane: one chain and one signer's nonces, as a machine that is polled.
//!
//! The driver asks [`Lane::poll`] for the next [`Effect`], carries it out, and
//! tells the result to [`Lane::handle`]. The lane itself does no IO and reads
//! no clock, so the server, the simulator and the canister run the same code.
//!
//! The life of a transaction, which the lane calls a slot since it owns a nonce:
//!
//! 1. [`Effect::Pull`] asks the store which wallets the chain must be told
//!    about, denials before approvals (I3).
//! 2. [`Effect::Store`] has a batch of them signed and stored, and in the same
//!    transaction notes that the chain is no longer owed them (I1, I11).
//! 3. [`Effect::Broadcast`] sends the stored bytes; the same bytes go again
//!    whenever a node may have forgotten them, and at once where blocks go by
//!    without the one at the front.
//! 4. A slot that waits too long at the front is stored anew with the same
//!    nonce and a higher, bounded fee.
//! 5. [`Effect::Observe`] reads head, fees, nonce and receipts. What a
//!    reorganisation undoes is unmined again, and its bytes are sent again.
//! 6. [`Effect::Settle`] records what became of it, once its block is final,
//!    and queues its wallets again if the chain did not take them. After each
//!    refusal the lane waits twice as long before it tries its kind again, or until
//!    a node says that it would be taken.
//!
//! When the store fails, nobody knows whether it stored: the driver abandons
//! the lane and makes a new one from what is stored.
//!
//! Once the chain has refused something, a node is asked about what follows
//! before it is sent, and a batch at fault is taken apart ([`estimate`]). A nonce
//! of which nobody can say what became is shown to people, and the registry is
//! asked what it holds before its wallets are told again ([`inspect`]).
//!
//! A slot that is stored but not broadcast is not in flight: it is sent again
//! for as long as it takes, and a nonce that nobody has is filled ([`gap`]), so
//! slots never jam.
//!
//! Where the signer changes, [`Lane::former`] ends what the one before it left
//! open, and [`Lane::succeeding`] writes meanwhile.

mod effect;
mod estimate;
mod gap;
mod inspect;
mod observe;
mod planning;
mod refusals;
mod slot;
mod succession;
#[cfg(test)]
mod tests;
mod under_way;

use std::collections::BTreeMap;

pub use effect::{
    Attempt, Broadcast, Effect, Envelope, Estimate, Input, Inspection, Nonce, Observation, Outcome,
    Part, Pulled, Receipt, Signed, Urgency,
};
use gap::Gap;
use planning::Planning;
pub use slot::{OpenTransaction, Slot};
use succession::Role;
use under_way::UnderWay;

use super::{
    batch::Batch,
    fees::{FeePolicy, Gas, Market},
    planted::{Bug, is_planted},
};
use crate::{
    log::EntryNumber,
    time::{Millis, UnixMillis},
};

/// Slots to a settlement, so that none holds up the next for long.
const MOST_SETTLED: usize = 16;

/// How one chain wants to be driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanePolicy {
    /// What was seen in this many blocks in a row is no passing view of a late
    /// node, and no short-lived fork's. When a transaction is final is what
    /// [`Observation::final_block`] tells.
    pub confirmations: u64,
    /// Wallets in one approval transaction, at most.
    pub max_upserts: usize,
    /// Wallets in one denial transaction, at most.
    pub max_denials: usize,
    /// Unmined transactions beyond which no approvals are sent.
    pub max_in_flight: usize,
    /// Further transactions that only denials may use.
    pub denial_reserve: usize,
    /// Keys of companions read at once, at most.
    pub max_errands: usize,
    /// Gas for a transaction without wallets.
    pub base_gas: Gas,
    /// Gas for each upsert, generously.
    pub gas_per_upsert: Gas,
    /// Gas for each denial, generously.
    pub gas_per_denial: Gas,
    /// What a transaction may cost.
    pub fees: FeePolicy,
    /// How soon to look after something was sent or mined; while nothing
    /// happens, each look waits twice as long as the one before it.
    pub eager_interval: Millis,
    /// How often to look at least while something is under way.
    pub busy_interval: Millis,
    /// How often to look while nothing is.
    pub idle_interval: Millis,
    /// When to send the same bytes again.
    pub rebroadcast_after: Millis,
    /// When to replace the transaction at the front by a dearer one.
    pub replace_after: Millis,
}

impl LanePolicy {
    fn gas_limit(&self, batch: &Batch) -> Gas {
        let entries = batch.entries() as u64;
        let more = match batch {
            Batch::Upsert(_) => self.gas_per_upsert.0 * entries,
            Batch::Deny(_) => self.gas_per_denial.0 * entries,
            Batch::Authority(_) => 0,
            Batch::Companion(batch) => batch.call().gas(entries).0,
        };
        Gas(self.base_gas.0 + more)
    }
}

/// How a lane's transactions stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Stored, and in no block.
    pub unmined: usize,
    /// In a block that may still be undone.
    pub unfinal: usize,
    /// Of the unmined: sent with a higher fee since.
    pub replaced: usize,
    /// Nobody can say what became of them.
    pub quarantined: usize,
    /// Wallets whose denial the registry would not carry out. They are tried
    /// again, ever less often.
    pub refused_denials: usize,
    /// Keys that a companion would not take. They are tried again, too.
    pub refused_errands: usize,
}

/// The machine of one chain and one signer.
#[derive(Debug)]
pub struct Lane {
    policy: LanePolicy,
    role: Role,
    slots: BTreeMap<Nonce, Slot>,
    next_nonce: Nonce,
    under_way: UnderWay,
    planning: Planning,
    market: Option<Market>,
    /// The newest block that was seen.
    block_number: u64,
    /// The newest final one that was seen.
    final_block: u64,
    mined_nonce: Nonce,
    gap: Option<Gap>,
    /// The block since which the registry takes no writes from the signer.
    barred_since: Option<u64>,
    observing: bool,
    observe_at: UnixMillis,
    /// How long the next look waits.
    patience: Millis,
    broadcasting: usize,
    /// No planning before this: the signer is out of funds.
    held_until: UnixMillis,
    /// Fewer than the policy allows, while a batch that failed is taken apart.
    max_upserts: usize,
}

impl Lane {
    /// A lane with what the store still has open, in any order, to a chain that
    /// is no longer owed any change up to `through`, what the outbox holds aside.
    pub fn new(policy: LanePolicy, open: Vec<OpenTransaction>, through: EntryNumber) -> Self {
        let mut lane = Self {
            policy,
            role: Role::Alone,
            slots: BTreeMap::new(),
            next_nonce: Nonce(0),
            under_way: UnderWay::default(),
            planning: Planning::new(through),
            market: None,
            block_number: 0,
            final_block: 0,
            mined_nonce: Nonce(0),
            gap: None,
            barred_since: None,
            observing: false,
            observe_at: UnixMillis(0),
            patience: policy.eager_interval,
            broadcasting: 0,
            held_until: UnixMillis(0),
            max_upserts: policy.max_upserts,
        };
        for transaction in open {
            lane.next_nonce = lane.next_nonce.max(transaction.nonce.next());
            match lane.slots.get_mut(&transaction.nonce) {
                Some(slot) => slot.add_attempt(transaction),
                None => {
                    let slot = Slot::new(transaction);
                    lane.slots.insert(slot.nonce, slot);
                }
            }
        }
        let open = lane.slots.values();
        for slot in open.filter(|_| !is_planted(Bug::InheritanceForgotten)) {
            lane.under_way.inherit(slot.nonce, &slot.batch);
        }
        lane
    }

    /// The slots that are not settled, by nonce.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots.values()
    }

    /// How its transactions stand, for people.
    pub fn standing(&self) -> Standing {
        let open = || self.slots.values().filter(|slot| slot.is_open());
        let count = |has: fn(&&Slot) -> bool| open().filter(has).count();
        Standing {
            unmined: count(|slot| slot.receipt.is_none() && slot.quarantine.is_none()),
            unfinal: count(|slot| slot.receipt.is_some()),
            replaced: count(|slot| slot.receipt.is_none() && slot.tries.len() > 1),
            quarantined: count(|slot| slot.quarantine.is_some()),
            refused_denials: self.planning.denials.refusals.aside.len(),
            refused_errands: self.planning.errands_aside.len(),
        }
    }

    /// Whether nothing is left to do, as far as the lane knows.
    pub fn is_idle(&self) -> bool {
        self.slots.is_empty() && self.planning.is_idle()
    }

    /// The next effect to carry out, if there is one now.
    pub fn poll(&mut self, now: UnixMillis) -> Option<Effect> {
        if self.is_former() {
            return self
                .settle()
                .or_else(|| self.broadcast(now))
                .or_else(|| self.inspect(now))
                .or_else(|| self.tell_again(now))
                .or_else(|| self.observe(now));
        }
        self.settle()
            .or_else(|| self.broadcast(now))
            .or_else(|| self.fill_gap())
            .or_else(|| self.plan(now))
            .or_else(|| self.estimate(now))
            .or_else(|| self.replace(now))
            .or_else(|| self.inspect(now))
            .or_else(|| self.observe(now))
    }

    /// When [`Lane::poll`] may have something to do without any input.
    pub fn poll_at(&self) -> UnixMillis {
        let desks = self.planning.desks();
        let desks = desks.into_iter();
        let holds = desks
            .flat_map(|desk| desk.asks_at().into_iter().chain([desk.hold.until]))
            .chain([self.held_until])
            .filter(|until| *until > UnixMillis(0));
        let front = self.slots.get(&self.mined_nonce);
        let replacement = if self.is_former() {
            self.told_again_at()
        } else {
            front.and_then(|slot| slot.replacement_due(&self.policy, self.market))
        };
        let broadcasts = self
            .slots
            .values()
            .filter(|_| self.may_broadcast())
            .filter_map(|slot| slot.broadcast_due(&self.policy));
        broadcasts
            .chain(holds)
            .chain(replacement)
            .chain(self.inspect_at())
            .chain((!self.observing).then_some(self.observe_at))
            .min()
            .unwrap_or(UnixMillis(u64::MAX))
    }

    /// Takes the result of an effect, or news from outside.
    pub fn handle(&mut self, input: Input, now: UnixMillis) {
        match input {
            Input::Woken => self.planning.wake(),
            Input::Pulled { part, pulled } => self.pulled(part, pulled, now),
            Input::Discharged => self.planning.job_done(),
            Input::Estimated(urgency, estimate) => self.estimated(urgency, estimate, now),
            Input::Stored(signed) => self.stored(signed),
            Input::Broadcast {
                nonce,
                attempt,
                outcome,
            } => self.broadcast_done(nonce, attempt, outcome, now),
            Input::Observed(observation) => self.observed(observation, now),
            Input::ObserveFailed => {
                self.observing = false;
                self.observe_at = now.after(self.policy.idle_interval);
            }
            Input::Inspected(nonce, inspection) => self.inspected(nonce, inspection, now),
            Input::Settled(nonces) => self.settled(&nonces),
            Input::ToldAgain => {}
            Input::FormerEnded => self.former_ended(),
        }
    }

    /// In the order of nonces, and nothing until the last ones are: a block may hold two writes
    /// to one wallet, and what the later one left there is what counts. A slot
    /// whose replacement is being stored waits for that: what is stored after
    /// its end would stay open for ever. What came to nothing waits while rows
    /// are struck, since it may be why they are.
    fn settle(&mut self) -> Option<Effect> {
        if self.slots.values().next()?.settling {
            return None;
        }
        let in_vain = |slot: &Slot| !matches!(slot.outcome, None | Some(Outcome::Mined(_)));
        let mut next = self.slots.values().take(MOST_SETTLED);
        if self.planning.is_striking() && next.any(in_vain) {
            return None;
        }
        let ended: Vec<_> = self
            .slots
            .values_mut()
            .take(MOST_SETTLED)
            .map_while(|slot| {
                let outcome = slot.outcome.clone().filter(|_| !slot.replacing)?;
                slot.settling = true;
                Some((slot.nonce, outcome))
            })
            .collect();
        if ended.is_empty() {
            return None;
        }
        let mined = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::Mined(_));
        if !ended.iter().all(mined) {
            self.planning.upset();
        }
        Some(Effect::Settle(ended))
    }

    /// Sends stored bytes, lowest nonce first: denials at once, approvals one
    /// after another so that they do not crowd the wire.
    fn broadcast(&mut self, now: UnixMillis) -> Option<Effect> {
        if !self.may_broadcast() {
            return None;
        }
        let policy = self.policy;
        let busy = self.broadcasting;
        let slot = self.slots.values_mut().find(|slot| {
            let free = busy < 2 || !matches!(slot.batch, Batch::Upsert(_));
            free && slot.wants_broadcast(&policy, now)
        })?;
        slot.broadcasting = true;
        slot.last_broadcast = Some(now);
        self.broadcasting += 1;
        let newest = slot.newest();
        Some(Effect::Broadcast {
            urgency: slot.urgency(),
            nonce: slot.nonce,
            attempt: newest.attempt,
            raw: newest.raw.clone(),
        })
    }

    /// A node that had forgotten the front has forgotten what waits behind it.
    fn send_followers_again(&mut self) {
        let followers = self.slots.range_mut(self.mined_nonce.next()..);
        for (_, slot) in followers {
            slot.last_broadcast = None;
        }
    }

    fn broadcast_done(
        &mut self,
        nonce: Nonce,
        attempt: Attempt,
        outcome: Broadcast,
        now: UnixMillis,
    ) {
        self.broadcasting = self.broadcasting.saturating_sub(1);
        let Some(slot) = self.slots.get_mut(&nonce) else {
            return;
        };
        slot.broadcasting = false;
        if slot.newest().attempt != attempt {
            // A dearer try was stored meanwhile, and is yet to be sent.
            return;
        }
        slot.last_broadcast = Some(now);
        match outcome {
            Broadcast::Accepted | Broadcast::Known => {
                let forgotten = slot.accepted && outcome == Broadcast::Accepted;
                slot.accepted = true;
                slot.sent_at_block = self.block_number;
                if forgotten {
                    slot.left_out = 0;
                }
                self.patience = self.policy.eager_interval;
                self.observe_at = self.observe_at.min(now.after(self.patience));
                if forgotten && nonce == self.mined_nonce {
                    self.send_followers_again();
                }
            }
            // Somebody's transaction took the nonce: only receipts tell whose.
            Broadcast::NonceTooLow => {
                slot.accepted = true;
                self.observe_at = now;
            }
            Broadcast::Underpriced => slot.underpriced = true,
            Broadcast::Refused => self.turned_away(nonce, now),
            Broadcast::Unfunded => self.held_until = now.after(self.policy.rebroadcast_after),
            Broadcast::Unreachable => {}
        }
    }
}
