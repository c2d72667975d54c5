//! One chain with all that serves it: the books, the lane, what it has signed,
//! and the registry. Seats know the register and nothing of each other.

pub mod books;
pub mod chain;
pub mod desk;
pub mod fault;
pub mod lane;
pub mod transactions;
mod under_way;

use books::{Books, Part};
use chain::{Chain, DEEPEST, Held};
use desk::Desk;
use fault::Fault;
use lane::{Lane, Manner, Order};
use transactions::{Place, Signer, Transactions};

use crate::{
    bounds::Bounds,
    bug::Bug,
    register::{History, WALLETS},
    word::{Word, Write},
};

/// Unmined transactions beyond which no approvals are planned.
const MAX_IN_FLIGHT: usize = 1;
/// Further ones that only denials may use.
const DENIAL_RESERVE: usize = 1;

/// What may happen on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The lane asks the store for a part.
    Pull(Part),
    /// The store's answer reaches the lane, its wallets in this order.
    Answer(Desk, Order),
    /// The lane's next job: a transaction is signed and stored together with
    /// what it discharges, or rows are struck.
    Work,
    /// Stored bytes reach a node.
    Broadcast(Signer, usize),
    /// A block includes the signer's next transaction.
    Mine(Signer),
    /// Blocks enough have followed: the oldest that may be undone is final.
    Bury,
    /// The signer's lowest nonce is found final, and closed in the books.
    Settle(Signer),
    /// What the former signer has unmined is owed again.
    TellAgain,
    /// Something goes wrong.
    Strike(Fault, usize),
}

/// One chain with all that serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seat {
    books: Books,
    lane: Lane,
    transactions: Transactions,
    chain: Chain,
    /// Faults that have struck.
    struck: u8,
    /// Of which kinds, where each may strike once.
    kinds: u8,
}

impl Seat {
    /// A seat whose registry holds this already.
    pub(crate) fn new(held: [Held; WALLETS]) -> Self {
        Self {
            chain: Chain::new(held),
            ..Self::default()
        }
    }

    /// The registry.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What is signed and not settled.
    pub const fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// The decision's own part of the books.
    pub(crate) fn decided(&mut self, wallet: usize, history: &History) {
        self.books.queue(wallet, history);
    }

    /// Every move that may be possible, but for faults.
    fn progress(&self) -> impl Iterator<Item = Move> {
        let sends = Signer::BOTH.into_iter().flat_map(|signer| {
            let all = 0..self.transactions.of(signer).len();
            all.map(move |place| Move::Broadcast(signer, place))
        });
        let desks = [Desk::Denials, Desk::Approvals].into_iter();
        let answers = desks.flat_map(|desk| {
            let orders = self.lane.orders(desk).iter();
            orders.map(move |order| Move::Answer(desk, *order))
        });
        let signers = Signer::BOTH.into_iter();
        let signers = signers.flat_map(|signer| [Move::Mine(signer), Move::Settle(signer)]);
        Part::ALL
            .into_iter()
            .map(Move::Pull)
            .chain(answers)
            .chain([Move::Work, Move::Bury, Move::TellAgain])
            .chain(sends)
            .chain(signers)
    }

    /// Every move that may be possible.
    pub(crate) fn moves(&self, bounds: &Bounds) -> impl Iterator<Item = Move> {
        let may_strike = match self.struck < bounds.faults {
            true => bounds.may_strike,
            false => &[],
        };
        let wallets = bounds.wallets;
        let kinds = self.kinds;
        let may_strike = may_strike.iter();
        let may_strike = may_strike.filter(move |fault| fault.kind() & kinds == 0);
        let strikes = may_strike.flat_map(move |fault| {
            let variants = match fault {
                Fault::Crash | Fault::SignerReplaced => 0..1,
                Fault::Reorganisation | Fault::ReorganisationThatLoses => 1..DEEPEST + 1,
                Fault::AgentRegisters | Fault::AgentDeletes => 0..wallets,
                Fault::BytesForgotten | Fault::NonceTaken => 0..Signer::BOTH.len(),
            };
            variants.map(|variant| Move::Strike(*fault, variant))
        });
        self.progress().chain(strikes)
    }

    /// The same with the wallets' names exchanged.
    pub(crate) fn exchanged(&self) -> Self {
        let mut seat = self.clone();
        seat.books.exchange();
        seat.lane.exchange();
        seat.transactions.exchange();
        seat.chain.exchange();
        seat
    }

    /// Whether nothing more happens by itself.
    pub fn is_still(&self, register: &[History; WALLETS], bounds: &Bounds) -> bool {
        // Each of these has a move of its own.
        if self.lane.is_busy() || self.chain.depth() > 0 {
            return false;
        }
        let mut moves = self.progress();
        moves.all(|each| self.after(each, register, bounds).is_none())
    }

    /// Whether every fault that the bounds allow has struck, and nothing more
    /// happens.
    pub fn has_seen_all(&self, register: &[History; WALLETS], bounds: &Bounds) -> bool {
        self.struck == bounds.faults && self.is_still(register, bounds)
    }

    /// Whether the chain is owed nothing and nothing is open.
    pub fn is_clear(&self, register: &[History; WALLETS]) -> bool {
        self.transactions.iter().next().is_none() && self.books.is_clear(register)
    }

    /// After the move, if it is possible.
    pub(crate) fn after(
        &self,
        each: Move,
        register: &[History; WALLETS],
        bounds: &Bounds,
    ) -> Option<Self> {
        if !self.may(each) {
            return None;
        }
        let mut seat = self.clone();
        seat.make(each, register, bounds)?;
        if bounds.swift {
            seat.hurry(bounds);
        }
        Some(seat)
    }

    /// [`Bounds::swift`].
    fn hurry(&mut self, bounds: &Bounds) {
        for signer in Signer::BOTH {
            for each in self.transactions.of_mut(signer) {
                if each.place == Place::Nowhere {
                    each.place = Place::Pool;
                }
            }
        }
        if self.struck >= bounds.faults {
            while self.chain.bury(&mut self.transactions).is_some() {}
        }
    }

    /// What can be told to be impossible without a copy.
    fn may(&self, each: Move) -> bool {
        match each {
            Move::Pull(part) => self.has_room(part),
            Move::Broadcast(signer, place) => {
                let sent = self.transactions.of(signer).get(place);
                sent.is_some_and(|each| each.stored && each.place == Place::Nowhere)
            }
            Move::Mine(signer) | Move::Settle(signer) => !self.transactions.of(signer).is_empty(),
            Move::TellAgain => !self.transactions.of(Signer::Former).is_empty(),
            Move::Answer(..) | Move::Work => self.lane.is_busy(),
            Move::Bury | Move::Strike(..) => true,
        }
    }

    fn is_succeeding(&self) -> bool {
        !self.transactions.of(Signer::Former).is_empty()
    }

    fn has_room(&self, part: Part) -> bool {
        let current = self.transactions.of(Signer::Current);
        let unmined = current.iter().filter(|each| each.is_unmined()).count();
        match Desk::of(part) {
            Desk::Denials => unmined < MAX_IN_FLIGHT + DENIAL_RESERVE,
            Desk::Approvals => !self.is_succeeding() && unmined < MAX_IN_FLIGHT,
        }
    }

    fn make(&mut self, each: Move, register: &[History; WALLETS], bounds: &Bounds) -> Option<()> {
        let manner = Manner {
            succeeding: self.is_succeeding(),
            bug: bounds.bug,
        };
        match each {
            Move::Pull(part) => self.lane.pull(&mut self.books, register, part),
            Move::Answer(desk, order) => self.lane.answered(register, desk, order, manner),
            Move::Work => {
                let transactions = self.transactions.of_mut(Signer::Current);
                self.lane.work(&mut self.books, transactions, bounds.bug)
            }
            Move::Broadcast(signer, place) => {
                let sent = self.transactions.of_mut(signer).get_mut(place)?;
                sent.place = Place::Pool;
                Some(())
            }
            Move::Mine(signer) => {
                let desired_at = |wallet: usize, version| register[wallet].word_at(version);
                let transactions = &mut self.transactions;
                self.chain
                    .mine(transactions, signer, desired_at, bounds.bug)
            }
            Move::Bury => self.chain.bury(&mut self.transactions),
            Move::Settle(signer) => self.settle(signer, register, bounds.bug),
            Move::TellAgain => self.tell_again(register),
            Move::Strike(fault, variant) => {
                self.struck += 1;
                if bounds.each_kind_once {
                    self.kinds |= fault.kind();
                }
                self.strike(fault, variant, register, bounds)
            }
        }
    }

    /// A look at the chain finds a nonce whose fate is final. What is not final
    /// decides nothing, so a look is no step of its own.
    fn settle(
        &mut self,
        signer: Signer,
        register: &[History; WALLETS],
        bug: Option<Bug>,
    ) -> Option<()> {
        let ended = self.transactions.settle(signer)?;
        let in_vain = ended.place == Place::Superseded;
        if let Some(word) = ended.wrote {
            self.books.observe(ended.wallet, word);
        }
        if in_vain && bug != Some(Bug::VainSettlementForgotten) {
            self.books.owe_again(ended.wallet, &register[ended.wallet]);
        }
        match signer {
            Signer::Current => self.lane.settled(in_vain),
            Signer::Former if !self.is_succeeding() => self.lane.distrust(),
            Signer::Former => {}
        }
        Some(())
    }

    fn tell_again(&mut self, register: &[History; WALLETS]) -> Option<()> {
        let former = self.transactions.of_mut(Signer::Former).iter_mut();
        let waiting = former.filter(|each| each.is_unmined() && !each.told_again);
        let mut any = None;
        for each in waiting {
            each.told_again = true;
            self.books.owe_again(each.wallet, &register[each.wallet]);
            any = Some(());
        }
        any
    }

    fn strike(
        &mut self,
        fault: Fault,
        variant: usize,
        register: &[History; WALLETS],
        bounds: &Bounds,
    ) -> Option<()> {
        match fault {
            Fault::Crash => {
                if bounds.bug == Some(Bug::StoredNotResent) {
                    let open = self.transactions.of_mut(Signer::Current);
                    let unsent = open.iter().position(|each| each.place == Place::Nowhere);
                    open.truncate(unsent.unwrap_or(open.len()));
                }
                self.begin();
                Some(())
            }
            Fault::Reorganisation => {
                let transactions = &mut self.transactions;
                self.chain.reorganise(transactions, variant, Place::Pool)
            }
            Fault::ReorganisationThatLoses => {
                let before = self.transactions.of(Signer::Current).to_vec();
                let transactions = &mut self.transactions;
                self.chain
                    .reorganise(transactions, variant, Place::Nowhere)?;
                if bounds.bug == Some(Bug::ApprovalReplayed) {
                    self.replay(&before, register);
                }
                Some(())
            }
            Fault::BytesForgotten => {
                let signer = *Signer::BOTH.get(variant)?;
                let all = self.transactions.of_mut(signer).iter_mut();
                let waiting = all.filter(|each| each.place == Place::Pool);
                waiting.map(|each| each.place = Place::Nowhere).last()
            }
            Fault::AgentRegisters => self.chain.agent_writes(variant, Word::registered_by_agent),
            Fault::AgentDeletes => self.chain.agent_writes(variant, Word::deleted_by_agent),
            Fault::NonceTaken => self.take_nonce(*Signer::BOTH.get(variant)?),
            Fault::SignerReplaced => {
                let open = self.transactions.of(Signer::Current);
                if open.is_empty() || self.is_succeeding() {
                    return None;
                }
                self.transactions.hand_over();
                self.chain.hand_over();
                self.begin();
                Some(())
            }
        }
    }

    /// A process begins with what is stored.
    fn begin(&mut self) {
        let open = self.transactions.of(Signer::Current);
        self.lane = Lane::new(open, self.books.told());
    }

    /// Only upon what is final: a taker that a reorganisation undoes is no taker.
    fn take_nonce(&mut self, signer: Signer) -> Option<()> {
        let all = self.transactions.of(signer);
        if all.iter().any(|each| each.place == Place::Mined) {
            return None;
        }
        let front = self.transactions.front(signer)?;
        let taken = self.transactions.of_mut(signer).get_mut(front)?;
        taken.place = Place::Superseded;
        Some(())
    }

    /// [`Bug::ApprovalReplayed`].
    fn replay(&mut self, before: &[transactions::Transaction], register: &[History; WALLETS]) {
        let all = self.transactions.of_mut(Signer::Current);
        let lost: Vec<_> = before
            .iter()
            .zip(&*all)
            .filter(|(before, now)| before.place != now.place && now.write.approves())
            .map(|(_, now)| *now)
            .collect();
        for each in lost {
            let version = register[each.wallet].version();
            all.push(transactions::Transaction {
                write: Write::Upsert(Word::of_register(version, true, false)),
                ..each
            });
        }
    }
}
