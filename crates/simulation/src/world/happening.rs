//! What happens to the register and to the chains.

use symbolon_core::{
    ids::AuthorityIndex,
    mirror::{
        batch::{AuthorityRestriction, Batch, Denial, Upsert},
        rules::Grounds,
    },
    time::UnixMillis,
    wallet::{Version, WalletAddress},
};

use super::{BUSY, Backup, Event, World};
use crate::{
    faults::Fault,
    policy::{BLOCK_TIME, POLICY},
    promises::may_ask,
    register::{Changed, authorities::AUTHORITIES, customer::Customer},
    trace::{brief, told_by},
};

/// What gas costs while its price is at its highest, and ever after, as factors
/// of what it cost: more than a transaction of before is ready to pay.
const DEAR: u128 = 20;
const DEAR_FOR_GOOD: u128 = 4;
/// One operation of so many turns an authority rather than a customer.
const ONE_IN: u8 = 12;
/// How long after a backup it is restored, in milliseconds.
const BEFORE_RESTORED: std::ops::Range<u64> = 2_000..15_000;
/// Blocks that a reorganisation past finality undoes.
const DEEP: std::ops::Range<u64> = POLICY.confirmations..3 * POLICY.confirmations;
/// Wallets that only somebody else writes.
const STRANGERS: usize = 2;

impl World {
    pub(super) fn operate(&mut self) {
        self.operations += 1;
        let authority = AuthorityIndex(self.dice.u8(..=AUTHORITIES));
        if !authority.is_owner() && self.dice.u8(..ONE_IN) == 0 {
            self.register.turn(authority);
            let restricted = self.register.authorities.is_restricted(authority);
            for seat in &mut self.seats {
                seat.books.turned(authority, restricted);
            }
            let now = self.now();
            self.trace.note(now, "turned", (authority.0, restricted));
        } else {
            self.ask(authority);
        }
        for seat in &mut self.seats {
            seat.promises.decided(&self.register);
        }
        self.wake();
    }

    /// Somebody who acts for this authority asks for something.
    fn ask(&mut self, authority: AuthorityIndex) {
        let customer = self.customers[self.dice.usize(..self.customers.len())];
        let command = customer.command(self.dice.u8(..));
        let may = may_ask(&self.register, authority, customer.id, &command);
        let before = self.register.head();
        let decided = self
            .register
            .command(customer.id, command, authority, self.seconds());
        let changed = match decided {
            Ok(changed) => changed,
            Err(_) => {
                self.refused += 1;
                Vec::new()
            }
        };
        let head = self.register.head();
        if !may && head != before {
            self.broken.push(format!(
                "authority {authority} wrote where it may not, in entry {}",
                head.number.0
            ));
        }
        for seat in &mut self.seats {
            seat.books.queue(&self.register, &changed);
            for one in &changed {
                seat.promises.is_decided(one.wallet);
            }
        }
        let now = self.now();
        let what = (customer.wallet, authority.0, head.number.0, changed.len());
        self.trace.note(now, "decided", what);
        for Changed { wallet, .. } in changed {
            self.trace.tell(now, "so that", || self.due(wallet));
        }
    }

    /// What each chain must hold of a wallet.
    pub(super) fn due(&self, wallet: WalletAddress) -> String {
        let due = self.seats.iter().map(|seat| {
            let desired = self.register.desired(seat.books.target(), wallet);
            brief(desired)
        });
        let due: Vec<_> = due.collect();
        format!("{:02x} is {}", wallet.address()[0], due.join("; "))
    }

    pub(super) fn mine(&mut self, chain: usize) {
        let now = self.now();
        let stalls = self.strikes(Fault::BlocksStall, chain);
        let barred = self.strikes(Fault::RoleLost, chain);
        let unfunded = self.strikes(Fault::OutOfFunds, chain);
        let dearer = self.strikes(Fault::FeesRise, chain);
        let late = self.strikes(Fault::NodeLate, chain);
        let lies = self.faults.is_at_large(Fault::NodeLies, chain, now);
        let truncates = self.faults.is_at_large(Fault::LogsTruncated, chain, now);
        let silent = lies && self.dice.u8(..4) == 0;
        let seat = &mut self.seats[chain];
        seat.chain.stalls = stalls;
        seat.chain.barred[seat.signer] = barred;
        seat.chain.is_funded = !unfunded;
        seat.chain.dearer = match dearer {
            true => DEAR,
            // It never becomes as cheap again as it was.
            false => seat.chain.dearer.min(DEAR_FOR_GOOD),
        };
        seat.nodes.lag = if late { 2 } else { 0 };
        seat.nodes.lies = lies;
        seat.nodes.truncates = truncates;
        seat.nodes.silent = silent;
        seat.chain.mine();
        let height = seat.chain.height();
        if let Some(broken) = seat.promises.broken_by(&self.register, &seat.chain) {
            self.broken.push(format!("chain {chain}: {broken}"));
        }
        self.trace.note(now, "block", (chain, height));
        let chain_now = &self.seats[chain].chain;
        if !chain_now.tip().writes().is_empty() {
            self.trace.tell(now, "which holds", || {
                let held = chain_now.tip().registry().iter();
                let held = held
                    .map(|(wallet, held)| format!("{:02x} {}", wallet.address()[0], brief(*held)));
                let cut_off: Vec<_> = chain_now.tip().cut_off().map(|one| one.0).collect();
                format!(
                    "{}; cut off {cut_off:?}",
                    held.collect::<Vec<_>>().join(", ")
                )
            });
        }
        self.schedule(self.now + BLOCK_TIME, Event::Block(chain));
    }

    pub(super) fn strike(&mut self, place: usize) {
        let (fault, chain) = self.faults.of(place);
        let now = self.now();
        let seat = &mut self.seats[chain];
        let struck = match fault {
            Fault::Crash => {
                for chain in 0..self.seats.len() {
                    self.abandon_all(chain);
                }
                true
            }
            Fault::LeaseEnds => {
                let holder = seat.holder.take();
                self.begin_later(chain);
                holder.is_some()
            }
            Fault::SignerReplaced => {
                let struck = seat.rotate(self.dice.bool());
                self.abandon_all(chain);
                struck
            }
            Fault::PoolForgotten => seat.chain.forget(),
            Fault::NonceTaken => {
                seat.chain.take_nonce(seat.signer);
                true
            }
            Fault::BackupRestored => {
                if self.backup.is_none() {
                    self.back_up();
                    let after = self.dice.u64(BEFORE_RESTORED);
                    let at = (self.now + after).min(BUSY.end);
                    self.schedule(at, Event::Restore);
                }
                false
            }
            Fault::ForeignWrite => self.write_foreign(chain),
            Fault::ReorganisationPastFinality => {
                let (depth, kept) = (self.dice.u64(DEEP), self.dice.bool());
                seat.promises.undone();
                seat.chain.reorganise_past_finality(depth, kept) > 0
            }
            Fault::JobTwice => seat.chain.write_twice(self.dice.usize(..)),
            Fault::Reorganisation | Fault::ReorganisationThatLoses => {
                let kept = fault == Fault::Reorganisation;
                let depth = self.dice.u64(1..POLICY.confirmations);
                seat.chain.reorganise(depth, kept) > 0
            }
            _ => false,
        };
        if struck {
            self.faults.fire(fault);
        }
        self.trace.note(now, "struck", (fault, chain, struck));
    }

    fn back_up(&mut self) {
        self.backup = Some(Backup {
            register: self.register.clone(),
            books: self.seats.iter().map(|seat| seat.books.clone()).collect(),
        });
    }

    /// Everything stops, and begins anew with the database of an earlier moment.
    pub(super) fn restore(&mut self) {
        let Some(backup) = self.backup.take() else {
            return;
        };
        for chain in 0..self.seats.len() {
            self.abandon_all(chain);
        }
        if backup.register.head() != self.register.head() {
            self.faults.fire(Fault::BackupRestored);
        }
        let before = self.register.authorities.clone();
        self.register.restore(backup.register);
        for (seat, books) in self.seats.iter_mut().zip(backup.books) {
            seat.books = books;
            seat.promises.restored(&before, &self.register, &seat.chain);
        }
        let (now, head) = (self.now(), self.register.head().number.0);
        self.trace.note(now, "restored", head);
    }

    /// Cuts an authority off or lets it count, or writes a wallet.
    fn write_foreign(&mut self, chain: usize) -> bool {
        match self.dice.u8(..4) {
            0 => self.turn_foreign(chain),
            _ => self.write_foreign_record(chain),
        }
    }

    fn turn_foreign(&mut self, chain: usize) -> bool {
        let authority = AuthorityIndex(self.dice.u8(1..=AUTHORITIES));
        let restricted = self.dice.bool();
        let seat = &mut self.seats[chain];
        let told = AuthorityRestriction {
            authority,
            restricted,
            number: seat.chain.tip().restriction_of(authority),
        };
        let is_news = seat.chain.tip().cut_off_since(told.authority).is_some() != told.restricted;
        seat.chain.write_foreign(&Batch::Authority(told));
        if !told.restricted {
            seat.promises.lifted(told.authority, seat.chain.height());
        }
        self.trace.note(
            UnixMillis(self.now),
            "somebody turns",
            (chain, told.authority.0, told.restricted),
        );
        is_news
    }

    /// Approves or denies a customer's wallet, or somebody's whom nobody knows.
    fn write_foreign_record(&mut self, chain: usize) -> bool {
        let place = self.dice.usize(..self.customers.len() + STRANGERS);
        let stranger = Customer::stranger(place as u8);
        let customer = self.customers.get(place).map(|customer| customer.wallet);
        let Some(wallet) = customer.or(stranger) else {
            return false;
        };
        let seat = &mut self.seats[chain];
        let held = seat.chain.tip().record(wallet);
        let version = Version(held.version().0 + self.dice.u16(..=2));
        let batch = match self.dice.bool() {
            true => Batch::Upsert(vec![Upsert {
                wallet,
                record: Customer::approval(wallet, seat.books.target().id.chain, version),
            }]),
            false => Batch::Deny(vec![Denial {
                wallet,
                version,
                grounds: Grounds::REVOKED,
            }]),
        };
        let written = seat.chain.write_foreign(&batch);
        let block = seat.chain.height();
        self.trace
            .tell(UnixMillis(self.now), "somebody writes", || told_by(&batch));
        for (wallet, record) in &written {
            seat.promises.wrote(*wallet, *record, block);
        }
        !written.is_empty()
    }
}
