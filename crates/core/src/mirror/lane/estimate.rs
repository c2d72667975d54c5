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

use super::{
    Effect, Estimate, Lane, Urgency,
    planning::{Desk, Job, Planned},
};
use crate::{log::Head, mirror::batch::Batch, time::UnixMillis};

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
