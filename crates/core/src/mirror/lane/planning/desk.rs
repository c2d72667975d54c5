//! One urgency's planning: what it waits for, and the batches that it made.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{super::estimate::Refusals, Hold};
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
        let first = self.batch.wallets() / 2;
        let second = self.batch.split_off(first);
        let batch = std::mem::replace(&mut self.batch, second);
        let rest = self.held.split_off(first);
        let held = std::mem::replace(&mut self.held, rest);
        let wallets: HashSet<_> = batch.versions().into_iter().map(|(one, _)| one).collect();
        let rows = &mut self.discharge.rows;
        let rows = rows.extract_if(.., |row| wallets.contains(&row.wallet));
        // Up to which entry the chain was told is said by the last one.
        let discharge = Discharge {
            rows: rows.collect(),
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
