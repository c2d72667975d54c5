//! One world: an agenda of what happens when.

mod carrying;
mod driver;
mod following;
mod happening;
mod seat;

use std::collections::BTreeMap;

use alloy_primitives::Bytes;
use anyhow::{Context, Result};
use secrecy::SecretString;
use symbolon_chain::signer::LaneSigner;
use symbolon_core::{
    ids::ChainId,
    mirror::lane::{Effect, Input},
    time::{UnixMillis, UnixSeconds},
};

use crate::{
    chain::{SIGNERS, Signer},
    database::Books,
    faults::{Fault, Faults},
    policy::{BLOCK_TIME, SWIFT, UNTIL_EXPLAINED, UNTIL_FINAL},
    register::{Register, customer::Customer},
    report::Report,
    trace::Trace,
};
use seat::Seat;

const CHAINS: [u64; 3] = [1, 8_453, 31_337];
/// The fewer customers a world has, the more happens to each.
const CUSTOMERS: std::ops::RangeInclusive<u8> = 2..=12;
const OPERATIONS: u32 = 60;
/// While customers come and go and faults strike, in milliseconds.
const BUSY: std::ops::Range<u64> = 1_000..60_000;

#[derive(Debug)]
enum Event {
    /// A customer comes, goes, or is dealt with, or an authority is.
    Operation,
    Block(usize),
    /// A spell begins that strikes once.
    Sudden(usize),
    Begin(usize),
    /// Whoever reads the chain for what others wrote there looks.
    Follow(usize),
    /// The database is replaced by the backup.
    Restore,
    Poll(Worker),
    Unprompted(Worker),
    /// An effect of this signer's lane reaches whoever carries it out.
    Act(Worker, Signer, Effect),
    /// Its result reaches the lane.
    Answer(Worker, Signer, Input),
    /// Bytes that were long under way reach the node.
    Bytes(usize, Bytes),
}

/// Who drives a chain's lanes: of which chain, and the how manieth there.
type Worker = (usize, u32);

/// The database of an earlier moment.
struct Backup {
    register: Register,
    books: Vec<Books>,
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
    backup: Option<Backup>,
    seats: Vec<Seat>,
    signers: Vec<LaneSigner>,
    faults: Faults,
    broken: Vec<String>,
    operations: u32,
    refused: u32,
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
        let customers = (0..dice.u8(CUSTOMERS))
            .map(|number| {
                let only = (dice.u8(..4) == 0).then(|| ChainId(CHAINS[dice.usize(..CHAINS.len())]));
                Customer::new(number, only).context("a customer has an address")
            })
            .collect::<Result<_>>()?;
        let keys = (0..SIGNERS).map(|number| SecretString::from(format!("{:064x}", 0x51 + number)));
        let mut world = Self {
            seed,
            dice,
            now: 0,
            agenda: BTreeMap::new(),
            planned: 0,
            trace: Trace::new(told),
            register: Register::default(),
            customers,
            backup: None,
            seats: CHAINS.map(|id| Seat::new(ChainId(id).into())).into(),
            signers: keys
                .map(|key| LaneSigner::from_hex(&key))
                .collect::<Result<_, _>>()?,
            faults,
            broken: Vec::new(),
            operations: 0,
            refused: 0,
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
        for (place, at) in self.faults.sudden() {
            self.schedule(at.0, Event::Sudden(place));
        }
        for chain in 0..CHAINS.len() {
            self.schedule(0, Event::Begin(chain));
            let first = self.dice.u64(BLOCK_TIME..2 * BLOCK_TIME);
            self.schedule(first, Event::Follow(chain));
            let first = self.dice.u64(..BLOCK_TIME);
            self.schedule(first, Event::Block(chain));
        }
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), event);
    }

    fn live(mut self) -> Result<Report> {
        let (mut settled, mut equal_since) = (0, None);
        let mut ended = BUSY.end;
        while let Some(((at, _), event)) = self.agenda.pop_first() {
            self.now = at;
            let is_block = matches!(event, Event::Block(_));
            self.happen(event)?;
            if !self.broken.is_empty() {
                break;
            }
            if is_block && at > BUSY.end {
                // A reorganisation goes on until there are as many blocks again.
                if self.seats.iter().any(|seat| seat.chain.is_cut_short()) {
                    ended = at;
                }
                match self.is_equal() {
                    true => drop(equal_since.get_or_insert(at)),
                    false => equal_since = None,
                }
                if equal_since.is_some() && self.is_clear() {
                    settled = at - ended;
                    break;
                }
                let due = ended + self.patience();
                if (at > due && equal_since.is_none()) || at > due + UNTIL_FINAL {
                    self.broken.push(self.why_not_quiet());
                    break;
                }
            }
        }
        self.trace.note(self.now(), "ended", settled);
        Ok(Report {
            seed: self.seed,
            trace: self.trace.hash(),
            broken: self.broken,
            fired: self.faults.fired,
            operations: self.operations,
            refused: self.refused,
            signed: self.signed,
            equal_after_ms: equal_since.map_or(0, |since| since.saturating_sub(ended)),
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
        match event {
            Event::Operation => self.operate(),
            Event::Block(chain) => self.mine(chain),
            Event::Sudden(place) => self.strike(place),
            Event::Begin(chain) => self.begin(chain),
            Event::Follow(chain) => self.follow(chain),
            Event::Restore => self.restore(),
            Event::Poll(worker) => self.poll_now(worker),
            Event::Unprompted(worker) => self.unprompted(worker),
            Event::Act(worker, signer, effect) => {
                if self.worker(worker).is_some() {
                    self.act(worker, signer, effect)?;
                }
            }
            Event::Answer(worker, signer, input) => self.answered(worker, signer, input),
            Event::Bytes(chain, raw) => {
                let outcome = self.seats[chain].chain.send(&raw);
                let now = self.now();
                self.trace.note(now, "late bytes", (chain, outcome as u8));
            }
        }
        Ok(())
    }

    fn strikes(&mut self, fault: Fault, chain: usize) -> bool {
        let now = self.now();
        self.faults.strikes(&mut self.dice, fault, chain, now)
    }

    /// How long after the faults every chain must equal the register.
    fn patience(&self) -> u64 {
        let unexplained = [
            Fault::BackupRestored,
            Fault::ForeignWrite,
            Fault::ReorganisationPastFinality,
            Fault::SignerReplaced,
        ];
        let fired = |fault: Fault| self.faults.fired[fault.place()] > 0;
        match unexplained.into_iter().any(fired) {
            true => UNTIL_EXPLAINED,
            false => SWIFT,
        }
    }

    /// Whether every chain equals the register.
    fn is_equal(&self) -> bool {
        let differs = |seat: &Seat| {
            let (tip, promises) = (seat.chain.tip(), &seat.promises);
            let differences = promises.differences(&self.register, tip, &seat.books);
            !differences.is_empty()
        };
        !self.seats.iter().any(differs)
    }

    /// Whether no chain is owed anything, and nothing is under way.
    fn is_clear(&self) -> bool {
        let mut books = self.seats.iter().map(|seat| &seat.books);
        books.all(|books| books.is_clear(&self.register))
    }

    fn why_not_quiet(&self) -> String {
        let mut why = Vec::new();
        for (chain, seat) in self.seats.iter().enumerate() {
            let differences =
                seat.promises
                    .differences(&self.register, seat.chain.tip(), &seat.books);
            let differences = differences.into_iter();
            why.extend(differences.map(|each| format!("chain {chain}: {each}")));
            if !seat.books.is_clear(&self.register) {
                let open: Vec<_> = (0..SIGNERS)
                    .flat_map(|signer| seat.books.open_transactions(signer))
                    .map(|open| (open.nonce.0, open.attempt.0))
                    .collect();
                why.push(format!("chain {chain}: still owed or open: {open:?}"));
            }
        }
        why.join("; ")
    }
}
