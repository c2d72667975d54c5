//! One urgency's planning: what it waits for, and the batches that it made.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{super::refusals::Refusals, Hold};
use crate::{
    log::{EntryNumber, Head},
    mirror::{batch::Batch, plan::Discharge, record::WalletRecord},
    wallet::{Version, WalletAddress},
};

/// What is known of a part of what the chain is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stock {
    /// There may be more.
    MayHold,
    /// There was none when last asked.
    Dry,
}

/// A batch that is to be stored.
#[derive(Debug)]
pub(in crate::mirror::lane) struct Planned {
    pub(in crate::mirror::lane) batch: Batch,
    /// What each of its wallets holds before it.
    pub(super) held: Vec<WalletRecord>,
    pub(in crate::mirror::lane) head: Head,
    pub(in crate::mirror::lane) discharge: Discharge,
    /// Whether a node would carry it out, as far as that was asked.
    pub(in crate::mirror::lane) passes: bool,
}

impl Planned {
    /// Its first half, while the second one stays.
    pub(in crate::mirror::lane) fn split(&mut self) -> Self {
        let first = self.batch.entries() / 2;
        let second = self.batch.split_off(first);
        let batch = std::mem::replace(&mut self.batch, second);
        let rest = self.held.split_off(first.min(self.held.len()));
        let held = std::mem::replace(&mut self.held, rest);
        let wallets: HashSet<_> = batch.versions().into_iter().map(|(one, _)| one).collect();
        let rows = &mut self.discharge.rows;
        let rows = rows.extract_if(.., |row| wallets.contains(&row.wallet));
        // Each entry of a companion's has its errand.
        let errands = &mut self.discharge.errands;
        let later = errands.split_off(first.min(errands.len()));
        // Up to which entry the chain was told is said by the last one.
        let discharge = Discharge {
            rows: rows.collect(),
            errands: std::mem::replace(errands, later),
            ..Discharge::default()
        };
        Self {
            batch,
            held,
            head: self.head,
            discharge,
            passes: false,
        }
    }
}

#[derive(Debug)]
pub(in crate::mirror::lane) enum Job {
    Store(Planned),
    Discharge(Discharge),
    /// A node would not carry it out, though it writes one wallet alone.
    Quarantine(Planned),
}

impl Job {
    /// Up to which entry the chain counts as told once this is done.
    pub(super) fn through(&self) -> Option<EntryNumber> {
        match self {
            Self::Store(planned) | Self::Quarantine(planned) => planned.discharge.through,
            Self::Discharge(discharge) => discharge.through,
        }
    }
}

/// One urgency's planning.
#[derive(Debug, Default)]
pub(in crate::mirror::lane) struct Desk {
    pub(in crate::mirror::lane) hold: Hold,
    /// Whether an answer is on its way.
    pub(super) pulling: bool,
    /// Whether that answer may be older than what is known now.
    pub(super) stale: bool,
    pub(in crate::mirror::lane) jobs: VecDeque<Job>,
    pub(in crate::mirror::lane) refusals: Refusals,
}

impl Desk {
    pub(super) fn is_clear(&self) -> bool {
        !self.pulling && self.jobs.is_empty()
    }

    /// The job to carry out next, unless a node is to be asked about it first.
    pub(super) fn take(&mut self) -> Option<Job> {
        if self.unsure().is_some() {
            return None;
        }
        self.jobs.pop_front()
    }

    /// Drops what is planned for these wallets up to these versions, since the other
    /// desk's has overtaken it.
    pub(super) fn give_way(&mut self, overtaken: &HashMap<WalletAddress, Version>) {
        for job in &mut self.jobs {
            let Job::Store(Planned {
                batch,
                held,
                discharge,
                ..
            }) = job
            else {
                continue;
            };
            let keep: Vec<_> = batch
                .versions()
                .iter()
                .map(|(wallet, version)| overtaken.get(wallet).is_none_or(|last| version > last))
                .collect();
            if keep.iter().all(|keep| *keep) {
                continue;
            }
            batch.keep(&keep);
            let mut kept = keep.iter();
            held.retain(|_| kept.next() == Some(&true));
            if batch.is_empty() {
                *job = Job::Discharge(std::mem::take(discharge));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;
    use crate::mirror::{batch::Upsert, plan::Owed};

    fn wallet(n: u8) -> WalletAddress {
        WalletAddress::new(Address::with_last_byte(n)).unwrap()
    }

    fn record(version: u16) -> WalletRecord {
        WalletRecord::tombstone(Version(version))
    }

    /// The third versions of wallets 1 to `wallets`, each owed by the entry of its
    /// number, where the n-th holds the version `10 n`.
    fn planned(wallets: u8) -> Planned {
        let upsert = |n| Upsert {
            wallet: wallet(n),
            record: record(3),
        };
        let owed = |n: u8| Owed {
            entry: EntryNumber(n.into()),
            wallet: wallet(n),
        };
        Planned {
            batch: Batch::Upsert((1..=wallets).map(upsert).collect()),
            held: (1..=wallets).map(|n| record(10 * u16::from(n))).collect(),
            head: Head::default(),
            discharge: Discharge {
                rows: (1..=wallets).map(owed).collect(),
                through: Some(EntryNumber(9)),
                ..Discharge::default()
            },
            passes: true,
        }
    }

    fn entries(discharge: &Discharge) -> Vec<u64> {
        discharge.rows.iter().map(|row| row.entry.0).collect()
    }

    #[test]
    fn each_half_has_what_is_its_own() {
        let mut second = planned(3);
        let first = second.split();
        assert_eq!(first.batch.versions(), [(wallet(1), Version(3))]);
        assert_eq!(first.held, [record(10)]);
        assert_eq!(entries(&first.discharge), [1]);
        let rest = [2, 3].map(|n| (wallet(n), Version(3)));
        assert_eq!(second.batch.versions(), rest);
        assert_eq!(second.held, [record(20), record(30)]);
        assert_eq!(entries(&second.discharge), [2, 3]);
        let through = [&first, &second].map(|half| half.discharge.through);
        assert_eq!(through, [None, Some(EntryNumber(9))]);
        assert!(!first.passes, "it is asked about anew");
    }

    #[test]
    fn any_job_tells_the_chain_up_to_an_entry() {
        let through = Some(EntryNumber(9));
        assert_eq!(Job::Store(planned(1)).through(), through);
        assert_eq!(Job::Quarantine(planned(1)).through(), through);
        assert_eq!(Job::Discharge(planned(1).discharge).through(), through);
    }

    #[test]
    fn what_is_overtaken_goes_with_what_it_held() {
        let mut desk = Desk::default();
        desk.jobs.push_back(Job::Store(planned(3)));
        let overtaken = [(1, 3), (2, 2), (3, 4)].map(|(n, last)| (wallet(n), Version(last)));
        desk.give_way(&overtaken.into());
        let Some(Job::Store(left)) = desk.jobs.pop_front() else {
            panic!("the second stays");
        };
        assert_eq!(left.batch.versions(), [(wallet(2), Version(3))]);
        assert_eq!(left.held, [record(20)]);
    }

    #[test]
    fn of_a_batch_that_is_overtaken_whole_the_rows_are_struck() {
        let mut desk = Desk::default();
        desk.jobs.push_back(Job::Store(planned(1)));
        desk.give_way(&[(wallet(1), Version(3))].into());
        let Some(Job::Discharge(discharge)) = desk.jobs.pop_front() else {
            panic!("nothing is stored");
        };
        assert_eq!(entries(&discharge), [1]);
    }
}
