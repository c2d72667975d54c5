//! One world: an agenda of what happens when.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::{Address, Bytes};
use anyhow::{Context, Result};
use secrecy::SecretString;
use symbolon_chain::{
    lane::{Form, sign},
    signer::LaneSigner,
};
use symbolon_core::{
    ids::ChainId,
    mirror::{
        fees::{FeePolicy, Gas, Wei},
        lane::{Broadcast, Effect, Estimate, Input, Lane, LanePolicy, Outcome, Signed},
    },
    time::{Millis, UnixMillis, UnixSeconds},
};

use crate::{
    chain::Chain,
    database::Books,
    faults::{Fault, Faults},
    promises::{Promises, differences},
    register::{Customer, Register},
    report::Report,
    trace::Trace,
};

const CHAINS: [u64; 3] = [1, 8_453, 31_337];
const CUSTOMERS: u8 = 10;
const OPERATIONS: u32 = 60;
/// While customers come and go and faults strike, in milliseconds.
const BUSY: std::ops::Range<u64> = 1_000..60_000;
const BLOCK_TIME: u64 = 1_000;
/// After a failure a lane is set up anew, and a server that died starts again.
const BEFORE_RESTART: u64 = 1_000;
/// The store is asked this often even when nobody hints at news.
const UNPROMPTED: u64 = 1_000;
/// How long after the faults every chain must equal the register.
const PATIENCE: u64 = 200_000;

/// The production policy for three confirmations, with small batches.
const POLICY: LanePolicy = LanePolicy {
    confirmations: 3,
    max_upserts: 3,
    max_denials: 4,
    max_in_flight: 4,
    denial_reserve: 4,
    base_gas: Gas(80_000),
    gas_per_upsert: Gas(29_000),
    gas_per_denial: Gas(29_000),
    fees: FeePolicy {
        cap: Wei(500_000_000_000),
        bump_percent: 13,
    },
    eager_interval: Millis(25),
    busy_interval: Millis(250),
    idle_interval: Millis(2_000),
    rebroadcast_after: Millis(15_000),
    replace_after: Millis(45_000),
};

#[derive(Debug)]
enum Event {
    /// A customer comes, goes, or is dealt with.
    Operation,
    Block(usize),
    /// A spell begins that strikes once.
    Sudden(usize),
    Begin(usize),
    Poll(usize, u32),
    Unprompted(usize, u32),
    /// An effect reaches whoever carries it out.
    Act(usize, u32, Effect),
    /// Its result reaches the lane.
    Answer(usize, u32, Input),
    /// Bytes that were long under way reach the node.
    Bytes(usize, Bytes),
}

/// One chain's place in the world.
struct Seat {
    chain: Chain,
    books: Books,
    promises: Promises,
    lane: Option<Lane>,
    /// How often a lane was set up here: what an older one was told is lost.
    life: u32,
    polled_at: Option<u64>,
}

struct World {
    seed: u64,
    dice: fastrand::Rng,
    now: u64,
    agenda: BTreeMap<(u64, u64), Event>,
    planned: u64,
    trace: Trace,
    register: Register,
    customers: Vec<Customer>,
    seats: Vec<Seat>,
    signer: LaneSigner,
    faults: Faults,
    broken: Vec<String>,
    operations: u32,
    signed: u32,
}

/// Lives through the world of this seed; `told` prints all of it.
pub fn run(seed: u64, told: bool) -> Result<Report> {
    World::new(seed, told)?.live()
}

impl World {
    fn new(seed: u64, told: bool) -> Result<Self> {
        let mut dice = fastrand::Rng::with_seed(seed);
        let faults = Faults::plan(&mut dice, BUSY.start, BUSY.end, CHAINS.len());
        let customers = (0..CUSTOMERS)
            .map(|number| {
                let only = (dice.u8(..4) == 0).then(|| ChainId(CHAINS[dice.usize(..CHAINS.len())]));
                Customer::new(number, only).context("a customer has an address")
            })
            .collect::<Result<_>>()?;
        let seats = CHAINS.map(|id| Seat {
            chain: Chain::default(),
            books: Books::new(ChainId(id).into()),
            promises: Promises::new(ChainId(id).into()),
            lane: None,
            life: 0,
            polled_at: None,
        });
        let key = format!("{:064x}", 0x51_u8);
        let mut world = Self {
            seed,
            dice,
            now: 0,
            agenda: BTreeMap::new(),
            planned: 0,
            trace: Trace::new(told),
            register: Register::default(),
            customers,
            seats: seats.into(),
            signer: LaneSigner::from_hex(&SecretString::from(key))?,
            faults,
            broken: Vec::new(),
            operations: 0,
            signed: 0,
        };
        world.plan();
        Ok(world)
    }

    fn plan(&mut self) {
        for _ in 0..OPERATIONS {
            let at = self.dice.u64(BUSY);
            self.schedule(at, Event::Operation);
        }
        let sudden: Vec<_> = self
            .faults
            .spells()
            .iter()
            .enumerate()
            .filter(|(_, spell)| spell.fault.is_sudden())
            .map(|(place, spell)| (spell.from.0, place))
            .collect();
        for (at, place) in sudden {
            self.schedule(at, Event::Sudden(place));
        }
        for chain in 0..CHAINS.len() {
            self.schedule(0, Event::Begin(chain));
            let first = self.dice.u64(..BLOCK_TIME);
            self.schedule(first, Event::Block(chain));
        }
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), event);
    }

    fn live(mut self) -> Result<Report> {
        let mut settled = 0;
        while let Some(((at, _), event)) = self.agenda.pop_first() {
            self.now = at;
            let is_block = matches!(event, Event::Block(_));
            self.happen(event)?;
            if !self.broken.is_empty() {
                break;
            }
            if is_block && at > BUSY.end {
                if self.is_quiet() {
                    settled = at - BUSY.end;
                    break;
                }
                if at > BUSY.end + PATIENCE {
                    self.broken.push(self.why_not_quiet());
                    break;
                }
            }
        }
        Ok(Report {
            seed: self.seed,
            trace: self.trace.hash(),
            broken: self.broken,
            fired: self.faults.fired,
            operations: self.operations,
            signed: self.signed,
            settled_after_ms: settled,
        })
    }

    fn now(&self) -> UnixMillis {
        UnixMillis(self.now)
    }

    fn seconds(&self) -> UnixSeconds {
        UnixSeconds(1_790_000_000 + self.now / 1_000)
    }

    fn happen(&mut self, event: Event) -> Result<()> {
        let now = self.now();
        match event {
            Event::Operation => self.operate(),
            Event::Block(chain) => self.mine(chain),
            Event::Sudden(place) => self.strike(place),
            Event::Begin(chain) => self.begin(chain),
            Event::Poll(chain, life) => {
                let seat = &mut self.seats[chain];
                if seat.life == life && seat.polled_at == Some(self.now) {
                    seat.polled_at = None;
                    self.poll(chain);
                }
            }
            Event::Unprompted(chain, life) => {
                if self.seats[chain].life == life {
                    self.tell(chain, Input::Woken);
                    self.schedule(self.now + UNPROMPTED, Event::Unprompted(chain, life));
                }
            }
            Event::Act(chain, life, effect) => {
                if self.seats[chain].life == life {
                    self.act(chain, life, effect)?;
                }
            }
            Event::Answer(chain, life, input) => {
                if self.seats[chain].life == life {
                    self.trace.note(now, "answer", (chain, word(&input)));
                    self.tell(chain, input);
                }
            }
            Event::Bytes(chain, raw) => {
                let outcome = self.seats[chain].chain.send(&raw);
                self.trace.note(now, "late bytes", (chain, outcome as u8));
            }
        }
        Ok(())
    }

    fn operate(&mut self) {
        let customer = self.customers[self.dice.usize(..self.customers.len())];
        let command = customer.command(self.dice.u8(..));
        let (now, seconds) = (self.now(), self.seconds());
        let changed = self.register.command(customer.id, command, seconds);
        self.operations += 1;
        for seat in &mut self.seats {
            seat.books.queue(&self.register, &changed);
            seat.promises.decided(&self.register, &changed);
        }
        let head = self.register.head().number.0;
        self.trace
            .note(now, "decided", (customer.wallet, head, changed.len()));
        for chain in 0..self.seats.len() {
            self.tell(chain, Input::Woken);
        }
    }

    fn mine(&mut self, chain: usize) {
        let now = self.now();
        for (fault, set) in [
            (
                Fault::BlocksStall,
                (|c, on| c.stalls = on) as fn(&mut Chain, bool),
            ),
            (Fault::RoleLost, |c, on| c.is_mirror = !on),
            (Fault::OutOfFunds, |c, on| c.is_funded = !on),
            (Fault::FeesRise, |c, on| c.dearer = if on { 20 } else { 1 }),
            (Fault::NodeLate, |c, on| c.lag = if on { 2 } else { 0 }),
        ] {
            let strikes = self.faults.strikes(&mut self.dice, fault, chain, now);
            set(&mut self.seats[chain].chain, strikes);
        }
        let seat = &mut self.seats[chain];
        seat.chain.mine();
        let height = seat.chain.height();
        if let Some(broken) = seat.promises.broken_by(&seat.chain) {
            self.broken.push(format!("chain {chain}: {broken}"));
        }
        self.trace.note(now, "block", (chain, height));
        self.schedule(self.now + BLOCK_TIME, Event::Block(chain));
    }

    fn strike(&mut self, place: usize) {
        let spell = self.faults.spells()[place];
        let now = self.now();
        let chain = spell.chain.unwrap_or_default();
        let struck = match spell.fault {
            Fault::Crash => {
                for chain in 0..self.seats.len() {
                    self.abandon(chain);
                }
                true
            }
            Fault::PoolForgotten => self.seats[chain].chain.forget(),
            Fault::NonceTaken => {
                self.seats[chain].chain.take_nonce();
                true
            }
            Fault::Reorganisation | Fault::ReorganisationThatLoses => {
                let kept = spell.fault == Fault::Reorganisation;
                let depth = self.dice.u64(1..POLICY.confirmations);
                self.seats[chain].chain.reorganise(depth, kept) > 0
            }
            _ => false,
        };
        if struck {
            self.faults.fire(spell.fault);
        }
        self.trace.note(now, "struck", (spell.fault, chain, struck));
    }

    /// Whatever was under way at the database has happened or never will.
    fn abandon(&mut self, chain: usize) {
        let seat = &mut self.seats[chain];
        seat.lane = None;
        seat.polled_at = None;
        seat.life += 1;
        self.trace.note(UnixMillis(self.now), "abandoned", chain);
        self.schedule(self.now + BEFORE_RESTART, Event::Begin(chain));
    }

    fn begin(&mut self, chain: usize) {
        let now = self.now();
        let down = [Fault::DatabaseFails, Fault::NodeDown]
            .into_iter()
            .any(|fault| self.faults.strikes(&mut self.dice, fault, chain, now));
        let seat = &mut self.seats[chain];
        if down || seat.lane.is_some() {
            if seat.lane.is_none() {
                self.schedule(self.now + BEFORE_RESTART, Event::Begin(chain));
            }
            return;
        }
        let open = seat.books.open_transactions();
        let through = seat.books.told_through();
        self.trace
            .note(now, "begun", (chain, open.len(), through.0));
        seat.lane = Some(Lane::new(POLICY, open, through));
        let life = seat.life;
        self.schedule(self.now + UNPROMPTED, Event::Unprompted(chain, life));
        self.poll(chain);
    }

    fn tell(&mut self, chain: usize, input: Input) {
        let now = self.now();
        if let Some(lane) = &mut self.seats[chain].lane {
            lane.handle(input, now);
            self.poll(chain);
        }
    }

    fn poll(&mut self, chain: usize) {
        let now = self.now();
        let life = self.seats[chain].life;
        let mut effects = VecDeque::new();
        let Some(lane) = &mut self.seats[chain].lane else {
            return;
        };
        while let Some(effect) = lane.poll(now) {
            effects.push_back(effect);
        }
        let next = lane.poll_at().0.max(self.now + 5);
        for effect in effects {
            let after = self.dice.u64(1..40);
            self.schedule(self.now + after, Event::Act(chain, life, effect));
        }
        let seat = &mut self.seats[chain];
        if next < u64::MAX && seat.polled_at.is_none_or(|at| at > next || at <= self.now) {
            seat.polled_at = Some(next);
            self.schedule(next, Event::Poll(chain, life));
        }
    }

    fn answer(&mut self, chain: usize, life: u32, input: Input) {
        let after = self.dice.u64(1..40);
        self.schedule(self.now + after, Event::Answer(chain, life, input));
    }

    fn strikes(&mut self, fault: Fault, chain: usize) -> bool {
        let now = self.now();
        self.faults.strikes(&mut self.dice, fault, chain, now)
    }

    fn act(&mut self, chain: usize, life: u32, effect: Effect) -> Result<()> {
        let now = self.now();
        match effect {
            Effect::Broadcast {
                nonce,
                attempt,
                raw,
                ..
            } => {
                let outcome = self.broadcast(chain, &raw);
                self.trace
                    .note(now, "sent", (chain, nonce.0, attempt.0, outcome as u8));
                let input = Input::Broadcast {
                    nonce,
                    attempt,
                    outcome,
                };
                self.answer(chain, life, input);
                return Ok(());
            }
            Effect::Inspect { nonce, wallets } => {
                let lost =
                    self.strikes(Fault::NodeDown, chain) || self.strikes(Fault::AnswerLost, chain);
                let chain_now = &self.seats[chain].chain;
                let inspection = (!lost).then(|| chain_now.inspect(&wallets, POLICY.confirmations));
                self.answer(chain, life, Input::Inspected(nonce, inspection));
                return Ok(());
            }
            Effect::Estimate { urgency, .. } => {
                let estimate = match self.strikes(Fault::NodeDown, chain) {
                    true => Estimate::Unknown,
                    false => self.seats[chain].chain.estimate(),
                };
                self.answer(chain, life, Input::Estimated(urgency, estimate));
                return Ok(());
            }
            Effect::Observe(open) => {
                let lost =
                    self.strikes(Fault::NodeDown, chain) || self.strikes(Fault::AnswerLost, chain);
                let input = match lost {
                    true => Input::ObserveFailed,
                    false => {
                        let chain = &self.seats[chain].chain;
                        Input::Observed(chain.observe(&open, POLICY.confirmations))
                    }
                };
                self.answer(chain, life, input);
                return Ok(());
            }
            _ => {}
        }
        // The rest is the database's.
        if self.strikes(Fault::DatabaseFails, chain) {
            self.abandon(chain);
            return Ok(());
        }
        let input = self.write(chain, effect)?;
        match input.filter(|_| !self.strikes(Fault::DatabaseForgetsToAnswer, chain)) {
            Some(input) => self.answer(chain, life, input),
            None => self.abandon(chain),
        }
        Ok(())
    }

    /// One database transaction; `None` where it is refused.
    fn write(&mut self, chain: usize, effect: Effect) -> Result<Option<Input>> {
        let now = self.now();
        let target = self.seats[chain].books.target().clone();
        let (register, seat) = (&self.register, &mut self.seats[chain]);
        Ok(Some(match effect {
            Effect::Pull { part, limit } => Input::Pulled {
                part,
                pulled: seat.books.pull(register, part, limit),
            },
            Effect::Discharge(discharge) => {
                seat.books.discharge(&discharge);
                Input::Discharged
            }
            Effect::Store(envelope) => {
                let bytes = sign(
                    &self.signer,
                    target.id.chain,
                    Address::ZERO,
                    Form::DynamicFee,
                    &envelope,
                )?;
                let signed = Signed {
                    envelope,
                    hash: bytes.hash,
                    raw: bytes.raw,
                    stored_at: now,
                };
                self.signed += 1;
                seat.chain.learn(&signed);
                let (nonce, attempt) = (signed.envelope.nonce, signed.envelope.attempt);
                let stored = seat.books.store_signed(&signed);
                self.trace
                    .note(now, "stored", (chain, nonce.0, attempt.0, stored.is_ok()));
                if stored.is_err() {
                    return Ok(None);
                }
                Input::Stored(signed)
            }
            Effect::Settle(ended) => {
                let words: Vec<_> = ended
                    .iter()
                    .map(|(nonce, outcome)| (nonce.0, end(outcome)))
                    .collect();
                self.trace.note(now, "settled", (chain, words));
                seat.books.settle(register, &ended);
                Input::Settled(ended.into_iter().map(|(nonce, _)| nonce).collect())
            }
            Effect::TellAgain(_) => Input::ToldAgain,
            // No wallet makes the registry refuse a batch.
            Effect::Quarantine { .. }
            | Effect::Broadcast { .. }
            | Effect::Estimate { .. }
            | Effect::Inspect { .. }
            | Effect::Observe(_) => return Ok(None),
        }))
    }

    fn broadcast(&mut self, chain: usize, raw: &Bytes) -> Broadcast {
        let hash = alloy_primitives::keccak256(raw);
        if !self.seats[chain].books.has(hash) {
            self.broken
                .push(format!("chain {chain}: {hash} was sent and is not stored"));
        }
        if self.strikes(Fault::NodeDown, chain) {
            return Broadcast::Unreachable;
        }
        if self.strikes(Fault::AcceptedAndDropped, chain) {
            return Broadcast::Accepted;
        }
        if self.strikes(Fault::BytesLate, chain) {
            let after = self.dice.u64(500..20_000);
            self.schedule(self.now + after, Event::Bytes(chain, raw.clone()));
            return Broadcast::Unreachable;
        }
        let outcome = self.seats[chain].chain.send(raw);
        if self.strikes(Fault::AnswerLost, chain) {
            return Broadcast::Unreachable;
        }
        outcome
    }

    fn is_quiet(&self) -> bool {
        self.seats.iter().all(|seat| {
            seat.books.is_clear(&self.register)
                && differences(&self.register, seat.books.target(), &seat.chain).is_empty()
        })
    }

    fn why_not_quiet(&self) -> String {
        let mut why = Vec::new();
        for (chain, seat) in self.seats.iter().enumerate() {
            let differences = differences(&self.register, seat.books.target(), &seat.chain);
            why.extend(
                differences
                    .into_iter()
                    .map(|each| format!("chain {chain}: {each}")),
            );
            let open: Vec<_> = seat
                .books
                .open_transactions()
                .iter()
                .map(|open| (open.nonce.0, open.attempt.0))
                .collect();
            if !seat.books.is_clear(&self.register) {
                why.push(format!("chain {chain}: still owed or open: {open:?}"));
            }
        }
        why.join("; ")
    }
}

fn end(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Mined(_) => "mined",
        Outcome::Failed(_) => "failed",
        Outcome::Dropped(_) => "dropped",
    }
}

fn word(input: &Input) -> &'static str {
    match input {
        Input::Woken => "woken",
        Input::Pulled { .. } => "pulled",
        Input::Discharged => "discharged",
        Input::Stored(_) => "stored",
        Input::Broadcast { .. } => "broadcast",
        Input::Observed(_) => "observed",
        Input::ObserveFailed => "not observed",
        Input::Estimated(..) => "estimated",
        Input::Inspected(..) => "inspected",
        Input::Settled(_) => "settled",
        Input::ToldAgain => "told again",
        Input::FormerEnded => "former ended",
    }
}
