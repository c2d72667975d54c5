//! What companions are told: batches of one call each, those that deny first.

use super::{Job, Planned, Planning, Stock};
use crate::{
    log::Head,
    mirror::{
        batch::Batch,
        companion::{CompanionWrite, PendingErrand},
        plan::Discharge,
    },
    time::UnixMillis,
};

impl Planning {
    pub(super) fn take_errands(
        &mut self,
        errands: Vec<PendingErrand>,
        head: Head,
        more: bool,
        now: UnixMillis,
    ) {
        let pulled = errands.len();
        let (mut writes, mut needless) = (Vec::new(), Vec::new());
        let mut aside = 0;
        for pending in errands {
            match pending.write {
                None => {
                    self.errands_aside.forgive(&pending.errand.key);
                    needless.push(pending);
                }
                Some(_) if self.errands_aside.holds(&pending.errand.key, now) => aside += 1,
                Some(write) => writes.push((write, pending)),
            }
        }
        writes.sort_by_key(|(write, _)| write.entry.call());
        let is_denial = |write: &CompanionWrite| write.is_denial;
        let (denials, others): (Vec<_>, Vec<_>) =
            writes.into_iter().partition(|(write, _)| is_denial(write));
        let discharge = |errands| Discharge {
            errands,
            ..Discharge::default()
        };
        let desk = &mut self.errands;
        if !needless.is_empty() {
            desk.jobs.push_back(Job::Discharge(discharge(needless)));
        }
        for mut writes in [denials, others] {
            while let Some((first, _)) = writes.first() {
                let (call, contract) = (first.entry.call(), first.contract);
                let is_same = |write: &CompanionWrite| {
                    write.entry.call() == call && write.contract == contract
                };
                let same = writes.extract_if(.., |(write, _)| is_same(write));
                let same: Vec<_> = same.collect();
                for some in same.chunks(call.most_keys()) {
                    let batch = call.batch(contract, some.iter().map(|(write, _)| write.entry));
                    desk.jobs.push_back(Job::Store(Planned {
                        batch: Batch::Companion(batch),
                        held: Vec::new(),
                        head,
                        discharge: discharge(some.iter().map(|(_, pending)| *pending).collect()),
                        passes: false,
                    }));
                }
            }
        }
        desk.pulling = false;
        // A page of what is set aside would only come again.
        if more && aside < pulled {
            self.for_companions = Stock::MayHold;
        }
    }
}
