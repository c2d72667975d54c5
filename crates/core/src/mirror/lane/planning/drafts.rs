//! Wallets on their way into batches, with the outbox's rows that each strikes.

use super::{Job, Planned};
use crate::{
    log::Head,
    mirror::{
        batch::Batch,
        plan::{Discharge, Owed},
        record::WalletRecord,
    },
};

/// Entries on their way into batches of a bounded size.
pub(super) struct Drafts<E> {
    size: usize,
    full: Vec<Draft<E>>,
}

struct Draft<E> {
    entries: Vec<E>,
    held: Vec<WalletRecord>,
    rows: Vec<Owed>,
}

impl<E> Drafts<E> {
    pub(super) fn new(size: usize) -> Self {
        let (size, full) = (size.max(1), Vec::new());
        Self { size, full }
    }

    /// `rows` is what this entry is the last of, in the outbox.
    pub(super) fn push(&mut self, entry: E, held: WalletRecord, rows: Vec<Owed>) {
        let size = self.size;
        let draft = match self.full.last_mut() {
            Some(draft) if draft.entries.len() < size => draft,
            _ => self.full.push_mut(Draft {
                entries: Vec::with_capacity(size),
                held: Vec::with_capacity(size),
                rows: Vec::new(),
            }),
        };
        draft.entries.push(entry);
        draft.held.push(held);
        draft.rows.extend(rows);
    }

    pub(super) fn into_jobs(
        self,
        head: Head,
        batch: impl Fn(Vec<E>) -> Batch,
    ) -> impl Iterator<Item = Job> {
        self.full.into_iter().map(move |draft| {
            Job::Store(Planned {
                batch: batch(draft.entries),
                held: draft.held,
                head,
                discharge: Discharge {
                    rows: draft.rows,
                    ..Discharge::default()
                },
                passes: false,
            })
        })
    }
}
