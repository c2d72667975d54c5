//! A batch that a chain would refuse is taken apart before it costs gas.
//! What goes to a companion is asked about each time: nobody may wait for it.
//!
//! No wallet makes the registry refuse a batch, so batches are sent without
//! asking. But once the chain has refused one, a node is asked about each of
//! its kind until one is carried out again. What it would not carry out is
//! halved, until the one record that stands in the way stands alone. An approval
//! is then quarantined: people see it, and it is not tried again before its wallet
//! changes. A denial is never given up (I2): it is set aside, and tried again
//! ever less often, while the others go on.

use std::{collections::HashMap, hash::Hash};

use super::{
    Effect, Lane, LanePolicy, Urgency,
    planning::{Desk, Job, Planned},
};
use crate::{
    log::Head,
    mirror::batch::Batch,
    time::{Millis, UnixMillis},
    wallet::WalletAddress,
};

/// What a node says of a batch that it was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimate {
    /// It would be carried out.
    Passes,
    /// It would not, and another one would: it is this one's own fault.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// The longest that a refused denial waits, in idle intervals, doubled so often.
const MOST_DOUBLINGS: u32 = 5;

/// What was refused of one urgency.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// Whether a node is asked about what is sent next.
    careful: bool,
    /// How many wallets it is being asked about.
    asking: Option<usize>,
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
    fn set(&mut self, key: K, now: UnixMillis, policy: &LanePolicy) {
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

impl Desk {
    /// The next job, if a node is to be asked about it first.
    pub(super) fn unsure(&self) -> Option<&Planned> {
        match self.jobs.front() {
            Some(Job::Store(planned)) => {
                let asks = match planned.batch {
                    Batch::Authority(_) => false,
                    Batch::Companion(_) => true,
                    Batch::Upsert(_) | Batch::Deny(_) => self.refusals.careful,
                };
                (asks && !planned.passes).then_some(planned)
            }
            _ => None,
        }
    }

    /// When a node is to be asked about what; zero is never, and so it is while
    /// an answer is on its way.
    pub(super) fn asks_at(&self) -> [UnixMillis; 2] {
        match self.is_asking() {
            true => [UnixMillis(0); 2],
            false => [self.hold.ask_at, self.refusals.ask_at],
        }
    }

    fn is_asking(&self) -> bool {
        self.hold.is_asking() || self.refusals.asking.is_some()
    }

    /// The next job's batch, if a node is to be asked about it now.
    fn ask(&mut self, now: UnixMillis) -> Option<(Head, Batch)> {
        if now < self.refusals.ask_at {
            return None;
        }
        let planned = self.unsure()?;
        let asked = (planned.head, planned.batch.clone());
        self.refusals.asking = Some(planned.batch.entries());
        self.refusals.ask_at = UnixMillis(0);
        Some(asked)
    }
}

impl Lane {
    /// Asks a node about what is to be stored next, denials first.
    pub(super) fn estimate(&mut self, now: UnixMillis) -> Option<Effect> {
        let policy = self.policy;
        Urgency::ALL.into_iter().find_map(|urgency| {
            let desk = self.planning.desk(urgency);
            if desk.is_asking() {
                return None;
            }
            let (head, batch) = desk.hold.ask(now).or_else(|| desk.ask(now))?;
            Some(Effect::Estimate {
                urgency,
                gas_limit: policy.gas_limit(&batch),
                head,
                batch,
            })
        })
    }

    pub(super) fn estimated(&mut self, urgency: Urgency, estimate: Estimate, now: UnixMillis) {
        let policy = self.policy;
        let desk = self.planning.desk(urgency);
        if desk.hold.is_asking() {
            desk.hold.answered(estimate, now, &policy);
            return;
        }
        let asked = desk.refusals.asking.take();
        let Some(Job::Store(planned)) = desk.jobs.front_mut() else {
            return;
        };
        let entries = planned.batch.entries();
        if asked != Some(entries) {
            // A denial has overtaken some of it: it is asked about anew.
            return;
        }
        match (estimate, urgency) {
            // A denial does not wait for a node that has nothing to say.
            (Estimate::Passes, _) | (Estimate::Unknown, Urgency::Denials) => planned.passes = true,
            (Estimate::Unknown, Urgency::Approvals | Urgency::Errands) => {
                desk.refusals.ask_at = now.after(policy.idle_interval);
            }
            (Estimate::Refused, _) if entries > 1 => {
                let first = Job::Store(planned.split());
                desk.jobs.push_front(first);
            }
            (Estimate::Refused, _) => self.stands_alone(urgency, now),
        }
    }

    /// The next job writes one entry, and would be refused.
    fn stands_alone(&mut self, urgency: Urgency, now: UnixMillis) {
        let policy = self.policy;
        let desk = self.planning.desk(urgency);
        let Some(Job::Store(mut planned)) = desk.jobs.pop_front() else {
            return;
        };
        if let Some(batch) = planned.batch.companion() {
            for (key, _) in batch.versions() {
                self.planning.errands_aside.set(key, now, &policy);
            }
            return;
        }
        if !planned.batch.denies() {
            desk.jobs.push_front(Job::Quarantine(planned));
            return;
        }
        // It is still owed out of turn, by its row in the outbox.
        planned.discharge.rows.clear();
        if planned.discharge.through.is_some() {
            desk.jobs.push_front(Job::Discharge(planned.discharge));
        }
        let denials = &mut self.planning.desk(Urgency::Denials).refusals;
        for (wallet, _) in planned.batch.versions() {
            denials.aside.set(wallet, now, &policy);
        }
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
