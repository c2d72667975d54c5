//! What a lane remembers of its planning, and how it plans: restated from
//! `core::mirror::lane::planning`, one wallet to a transaction.

use symbolon_core::{
    mirror::{
        plan::{Step, step, whole_step},
        record::WalletRecord,
    },
    wallet::{WalletAddress, WalletAddressError},
};

use super::{
    books::{Books, Part, Pending},
    desk::Desk,
    transactions::{Place, Transaction},
    under_way::UnderWay,
};
use crate::{
    bug::Bug,
    register::{History, WALLETS, other},
    word::{Word, Write},
};

/// In which order an answer names the wallets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The first wallet first.
    Ascending,
    /// The last wallet first.
    Descending,
}

/// An answer of the store's that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Answer {
    part: Part,
    records: [Option<Pending>; WALLETS],
    /// Every wallet's version when it was read.
    through: [u8; WALLETS],
    /// Whether it may show what no longer holds, and counts for nothing.
    stale: bool,
}

/// What is to be stored, or struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Job {
    /// A wallet, what is written, and what it holds before.
    store: Option<(usize, Write, Word)>,
    part: Part,
    rows: [u8; WALLETS],
    through: Option<[u8; WALLETS]>,
    /// Only with a bug: half of it is done.
    begun: bool,
}

/// What a lane remembers, and loses in a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane {
    through: [u8; WALLETS],
    answers: [Option<Answer>; 2],
    jobs: [Vec<Job>; 2],
    under_way: UnderWay,
}

/// How a lane plans at the moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether a former signer has not ended.
    pub(super) succeeding: bool,
    pub(super) bug: Option<Bug>,
}

impl Lane {
    /// A lane with what the store still has open, in the order of nonces.
    pub(super) fn new(open: &[Transaction], through: [u8; WALLETS]) -> Self {
        Self {
            through,
            under_way: UnderWay::inherit(open),
            ..Self::default()
        }
    }

    /// Whether it has answers to read or jobs to do.
    pub(super) fn is_busy(&self) -> bool {
        self.answers.iter().any(Option::is_some) || self.jobs.iter().any(|jobs| !jobs.is_empty())
    }

    fn is_clear(&self, desk: Desk) -> bool {
        self.answers[desk as usize].is_none() && self.jobs[desk as usize].is_empty()
    }

    /// In which orders a desk's answer may name its wallets: their entries
    /// decide, which the model does not number.
    pub(super) fn orders(&self, desk: Desk) -> &'static [Order] {
        let answer = self.answers[desk as usize].as_ref();
        match answer
            .is_some_and(|answer| !answer.stale && answer.records.iter().all(Option::is_some))
        {
            true => &[Order::Ascending, Order::Descending],
            false => &[Order::Ascending],
        }
    }

    /// The wallets' names are exchanged.
    pub(super) fn exchange(&mut self) {
        self.through.reverse();
        for answer in self.answers.iter_mut().flatten() {
            answer.records.reverse();
            answer.through.reverse();
        }
        for job in self.jobs.iter_mut().flatten() {
            if let Some((wallet, ..)) = &mut job.store {
                *wallet = other(*wallet);
            }
            job.rows.reverse();
            if let Some(through) = &mut job.through {
                through.reverse();
            }
        }
        self.under_way.exchange();
    }

    /// Asks the store for a part. `None` where there is nothing to ask for.
    pub(super) fn pull(
        &mut self,
        books: &mut Books,
        register: &[History; WALLETS],
        part: Part,
    ) -> Option<()> {
        let desk = Desk::of(part);
        if !self.is_clear(desk) {
            return None;
        }
        let before = books.clone();
        let records = books.pull(register, part, &self.through);
        if records == [None; WALLETS] {
            return (*books != before).then_some(());
        }
        self.answers[desk as usize] = Some(Answer {
            part,
            records,
            through: std::array::from_fn(|wallet| register[wallet].version()),
            stale: false,
        });
        Some(())
    }

    /// Makes jobs of an answer.
    pub(super) fn answered(
        &mut self,
        register: &[History; WALLETS],
        desk: Desk,
        order: Order,
        manner: Manner,
    ) -> Option<()> {
        let Answer {
            part,
            records,
            through,
            stale,
        } = self.answers[desk as usize].take()?;
        if stale {
            self.under_way.answered(desk);
            return Some(());
        }
        let mut upserts = Vec::new();
        let mut denials = Vec::new();
        let mut needless = [0; WALLETS];
        let mut wallets: [usize; WALLETS] = std::array::from_fn(|wallet| wallet);
        if order == Order::Descending {
            wallets.reverse();
        }
        for wallet in wallets {
            let Some(pending) = &records[wallet] else {
                continue;
            };
            let held = self.under_way.held(wallet, pending.observed);
            let desired = register[wallet].word_at(pending.version);
            let write = match pending.version < self.under_way.told(wallet) {
                true => None,
                false => self.step(part, wallet, desired, held, manner),
            };
            let Some(write) = write else {
                needless[wallet] = pending.row;
                continue;
            };
            let mut rows = [0; WALLETS];
            rows[wallet] = pending.row;
            let drafts = match write {
                Write::Upsert(_) => &mut upserts,
                Write::Deny(..) => &mut denials,
            };
            drafts.push(Job {
                store: Some((wallet, write, held)),
                part,
                rows,
                through: None,
                begun: false,
            });
        }
        let mut jobs = denials;
        jobs.extend(upserts);
        let strike = Job {
            store: None,
            part,
            rows: needless,
            through: None,
            begun: false,
        };
        if part == Part::InTurn {
            match jobs.last_mut() {
                Some(last) => last.through = Some(through),
                None => jobs.push(Job {
                    through: Some(through),
                    ..strike
                }),
            }
            self.through = through;
        } else if needless != [0; WALLETS] {
            jobs.insert(0, strike);
        }
        self.jobs[desk as usize] = jobs;
        self.under_way.answered(desk);
        Some(())
    }

    /// The production step for one wallet; `None` where nothing is to be sent.
    fn step(
        &self,
        part: Part,
        wallet: usize,
        desired: Word,
        held: Word,
        manner: Manner,
    ) -> Option<Write> {
        if manner.bug == Some(Bug::RemovalMetByNothing)
            && held == Word::EMPTY
            && desired == Word::tombstone(desired.version())
        {
            return None;
        }
        let alone = part == Part::Denials && !self.under_way.carries(wallet);
        let laid_over = alone || manner.bug == Some(Bug::DenialLaidOverUnmined);
        let plan: fn(WalletAddress, WalletRecord, WalletRecord) -> Step =
            match laid_over && !manner.succeeding {
                true => step,
                false => whole_step,
            };
        let address = address(wallet).ok()?;
        match plan(address, desired.record(), held.record()) {
            Step::Upsert(upsert) => Some(Write::Upsert(Word::from_record(upsert.record))),
            Step::Deny(denial) => {
                let version = u8::try_from(denial.version.0).ok()?;
                Some(Write::Deny(version, denial.grounds.byte()))
            }
            Step::Nothing | Step::Outranked => None,
        }
    }

    /// Carries out the next job, the denials' first: what it strikes is struck
    /// in the same step in which its transaction is stored (I1, I11).
    pub(super) fn work(
        &mut self,
        books: &mut Books,
        transactions: &mut Vec<Transaction>,
        bug: Option<Bug>,
    ) -> Option<()> {
        let desk = [Desk::Denials, Desk::Approvals]
            .into_iter()
            .find(|desk| !self.jobs[*desk as usize].is_empty())?;
        let job = self.jobs[desk as usize].first_mut()?;
        if let Some((wallet, write, _)) = job.store.filter(|_| !job.begun) {
            match bug {
                Some(Bug::DischargeBeforeStore) => {
                    job.begun = true;
                    books.discharge(job.part, &job.rows, job.through);
                    return Some(());
                }
                Some(Bug::BroadcastBeforeStore) => {
                    job.begun = true;
                    transactions.push(transaction(wallet, write, false));
                    return Some(());
                }
                _ => {}
            }
        }
        let job = self.jobs[desk as usize].remove(0);
        if let Some((wallet, write, held)) = job.store {
            if desk == Desk::Denials {
                self.give_way(wallet, write.version());
            }
            self.under_way.carry(wallet, write, held);
            match transactions.iter_mut().find(|each| !each.stored) {
                Some(sent) => sent.stored = true,
                None => transactions.push(transaction(wallet, write, true)),
            }
        }
        books.discharge(job.part, &job.rows, job.through);
        Some(())
    }

    /// A denial overtakes the approvals of its wallet.
    fn give_way(&mut self, denied: usize, at: u8) {
        for job in &mut self.jobs[Desk::Approvals as usize] {
            job.store
                .take_if(|(wallet, write, _)| *wallet == denied && write.version() <= at);
        }
    }

    /// The signer's lowest nonce is settled.
    pub(super) fn settled(&mut self, in_vain: bool) {
        if in_vain {
            // What is on its way may be older, and what was to be struck may
            // have been needless because of what came to nothing.
            self.distrust();
            for jobs in &mut self.jobs {
                jobs.retain_mut(|job| {
                    if job.store.is_none() {
                        job.rows = [0; WALLETS];
                    }
                    job.store.is_some() || job.through.is_some()
                });
            }
        }
        let waiting = [Desk::Denials, Desk::Approvals];
        let waiting = waiting.map(|desk| !in_vain && self.answers[desk as usize].is_some());
        self.under_way.settled(waiting);
    }

    /// What was asked for may be answered with what no longer holds: what came
    /// to nothing was settled, or the former signer has ended.
    pub(super) fn distrust(&mut self) {
        for answer in self.answers.iter_mut().flatten() {
            answer.stale = true;
        }
    }
}

fn transaction(wallet: usize, write: Write, stored: bool) -> Transaction {
    Transaction {
        wallet,
        write,
        stored,
        place: match stored {
            true => Place::Nowhere,
            false => Place::Pool,
        },
        wrote: None,
        told_again: false,
    }
}

fn address(wallet: usize) -> Result<WalletAddress, WalletAddressError> {
    WalletAddress::new(alloy_primitives::Address::repeat_byte(wallet as u8 + 1))
}
