//! What others write to a chain, blocks that counted and are gone, and the
//! register held against the chain: the server's `follower` and `reconciliation`.

use std::collections::BTreeSet;

use symbolon_core::wallet::WalletAddress;

use super::{Event, World};
use crate::{
    chain::{Signer, state::Write},
    database::{Repaired, Settled, Step},
    faults::Fault,
    policy::POLICY,
    register::{Changed, Register},
};

/// The next look at a chain, where there is more to do.
const AT_ONCE: u64 = 20;
/// Settled transactions looked up at a time.
const PAGE: usize = 3;

/// What others wrote.
#[derive(Default)]
struct Foreign {
    wallets: BTreeSet<WalletAddress>,
    /// Whether anybody else wrote: mirrors, all of them.
    by_mirror: bool,
    /// The last block with a head that a key of ours signed and our log does not
    /// have.
    lost: Option<u64>,
}

impl World {
    /// One look of the follower's, and when the next is.
    pub(super) fn follow(&mut self, chain: usize) {
        let more = self.look(chain).unwrap_or(false);
        let after = match more {
            true => AT_ONCE,
            false => POLICY.idle_interval.0,
        };
        self.schedule(self.now + after, Event::Follow(chain));
    }

    /// Nothing where a node or the database failed.
    fn look(&mut self, chain: usize) -> Option<bool> {
        let down = [Fault::NodeDown, Fault::AnswerLost, Fault::DatabaseFails];
        if down.into_iter().any(|fault| self.strikes(fault, chain)) {
            return None;
        }
        self.notice_reorganisation(chain)?;
        self.catch_up(chain)?;
        let (followed, _) = self.seats[chain].books.followed()?;
        let suspects = self.seats[chain].books.suspects(&self.register);
        self.compare(chain, &suspects, followed)?;
        let step = self.seats[chain]
            .books
            .next_step(&self.register, followed)?;
        match &step {
            Step::Sweep => {
                let writes = self.logs(chain, 1, followed)?;
                let wallets: Vec<_> = writes.into_iter().flat_map(|one| one.wallets).collect();
                for wallet in wallets {
                    self.register.make_known(wallet, Default::default());
                }
            }
            Step::Compare(page) => self.compare(chain, page, followed)?,
            Step::End => self.compare_authorities(chain, followed)?,
        }
        let now = self.now();
        let books = &mut self.seats[chain].books;
        books.advance(&mut self.register, &step);
        if matches!(step, Step::End) {
            let ended = !books.is_scanning();
            self.trace.note(now, "compared all", (chain, ended));
            self.wake();
        }
        Some(!matches!(step, Step::End))
    }

    /// Whether the chain can be followed; nothing where it seems to be shorter than
    /// it was.
    fn notice_reorganisation(&mut self, chain: usize) -> Option<()> {
        let seat = &mut self.seats[chain];
        let Some((block, id)) = seat.books.followed() else {
            return Some(());
        };
        // Lanes settle what they see, and may be ahead of whoever reads the logs, or
        // settle what they saw before a reorganisation.
        let before = seat.books.landmarks().nth(1).map_or(0, |(block, _)| block);
        let settled = seat.books.settled_after(before);
        let stands = |one: &Settled| {
            let outcome = seat.nodes.outcome_of(&seat.chain, one.hash);
            outcome == Some((one.block, one.succeeded))
        };
        let lately = settled.iter().take(PAGE);
        let gone = lately.filter(|one| !stands(one)).map(|one| one.block).min();
        if seat.nodes.block_id(&seat.chain, block) == Some(id) && gone.is_none() {
            return Some(());
        }
        let head = seat.nodes.head(&seat.chain)?;
        // A node that lags behind has forgotten nothing.
        let newest = settled.first().map_or(block, |one| one.block.max(block));
        if (head + 1).saturating_sub(POLICY.confirmations) < newest {
            return None;
        }
        let older = |(block, _): &(u64, u64)| gone.is_none_or(|gone| *block < gone);
        let stands =
            |(block, id): &(u64, u64)| seat.nodes.block_id(&seat.chain, *block) == Some(*id);
        let fork = seat.books.landmarks().filter(older).find(stands);
        let fork = fork.map_or(0, |(block, _)| block);
        let gone = seat.books.reopen(&mut self.register, fork);
        seat.books.alarm(&mut self.register, false, block);
        let now = self.now();
        self.trace.note(now, "reopened", (chain, gone, fork));
        Some(())
    }

    fn catch_up(&mut self, chain: usize) -> Option<()> {
        let seat = &self.seats[chain];
        let head = seat.nodes.head(&seat.chain)?;
        let confirmed = (head + 1).saturating_sub(POLICY.confirmations);
        let from = seat.books.next_block();
        if confirmed < from {
            return Some(());
        }
        let id = seat.nodes.block_id(&seat.chain, confirmed)?;
        let foreign = self.read(chain, from, confirmed)?;
        if foreign.by_mirror {
            self.compare_authorities(chain, confirmed)?;
        }
        let seat = &mut self.seats[chain];
        if let Some(block) = foreign.lost {
            seat.books.alarm(&mut self.register, true, block);
        }
        let suspects: Vec<_> = foreign.wallets.into_iter().collect();
        seat.books.suspect(&mut self.register, &suspects);
        seat.books.follow(confirmed, id);
        let now = self.now();
        let what = (chain, confirmed, suspects.len(), foreign.lost);
        self.trace.note(now, "followed", what);
        Some(())
    }

    fn compare_authorities(&mut self, chain: usize, block: u64) -> Option<()> {
        let seat = &mut self.seats[chain];
        let found = seat.nodes.restrictions_at(&seat.chain, block)?;
        seat.books.compare_authorities(block, &found);
        let found: Vec<_> = found.into_keys().map(|authority| authority.0).collect();
        self.trace.note(self.now(), "cut off", (chain, found));
        Some(())
    }

    fn logs(&mut self, chain: usize, from: u64, to: u64) -> Option<Vec<Write>> {
        let seat = &self.seats[chain];
        let (writes, left_out) = seat.nodes.logs(&seat.chain, from, to)?;
        if left_out {
            self.faults.fire(Fault::LogsTruncated);
        }
        Some(writes)
    }

    fn read(&mut self, chain: usize, from: u64, to: u64) -> Option<Foreign> {
        if from > to {
            return Some(Foreign::default());
        }
        let writes = self.logs(chain, from, to)?;
        let seat = &self.seats[chain];
        let unexpected = |one: &&Write| !seat.books.expects(one.transaction);
        let others = writes.iter().filter(unexpected);
        let mut signers = seat.books.signers();
        signers.insert(seat.signer);
        let mut found = Foreign::default();
        for write in others {
            found.wallets.extend(&write.wallets);
            found.by_mirror = true;
            let lost = write.signed.is_some_and(|(signer, head)| {
                signers.contains(&signer) && !self.register.had(head)
            });
            if lost {
                found.lost = Some(write.block);
            }
        }
        Some(found)
    }

    /// Looks, before a lane writes anything, whether its register has forgotten
    /// what this key signed. Nothing where nobody can say.
    pub(super) fn recognise(&mut self, chain: usize, signer: Signer) -> Option<()> {
        let seat = &self.seats[chain];
        let mined = seat.nodes.observe(&seat.chain, signer, &[])?.mined_nonce;
        if mined.0 <= seat.books.next_nonce(signer) {
            return Some(());
        }
        let from = seat.books.next_block();
        let newest = seat.nodes.head(&seat.chain)?;
        let found = self.read(chain, from, newest)?;
        let books = &mut self.seats[chain].books;
        if let Some(block) = found.lost {
            books.alarm(&mut self.register, true, block);
        }
        Some(())
    }

    fn compare(&mut self, chain: usize, wallets: &[WalletAddress], block: u64) -> Option<()> {
        if wallets.is_empty() {
            return Some(());
        }
        let seat = &mut self.seats[chain];
        let seen = seat.nodes.records_at(&seat.chain, wallets, block)?;
        let Repaired {
            changed,
            renewed,
            found,
        } = seat.books.reconcile(&mut self.register, &seen);
        let now = self.now();
        let what = (chain, wallets.len(), changed.len(), renewed.len());
        self.trace.note(now, "compared", what);
        for (wallet, finding, remedy) in found {
            let number = wallet.address()[0];
            self.trace.tell(now, "where", || {
                format!("{number:02x} is {finding:?}: {remedy:?}")
            });
        }
        for Changed { wallet, .. } in &changed {
            self.trace.tell(now, "so that", || self.due(*wallet));
        }
        if changed.is_empty() {
            return Some(());
        }
        let register: &Register = &self.register;
        for seat in &mut self.seats {
            seat.books.queue(register, &changed);
            // What was read of blocks that are gone says nothing of those that came.
            let stands = |(block, id): &(u64, u64)| seat.chain.has(*block, *id);
            let followed = seat.books.followed().filter(stands);
            let followed = followed.map_or(0, |(block, _)| block);
            for wallet in &renewed {
                seat.promises
                    .renewed(register, &seat.chain, *wallet, followed);
            }
            seat.promises.decided(register);
        }
        self.wake();
        Some(())
    }
}
