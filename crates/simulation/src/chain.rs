//! One chain, with the registry on it.
//!
//! The registry follows `core::mirror::rules`, which the differential tests
//! hold against the contract. Of each block the whole state is kept, so that a
//! reorganisation is a shorter list.

pub mod nodes;
pub mod state;

use std::collections::BTreeMap;

use alloy_primitives::{B256, keccak256};
use symbolon_core::{
    log::Head,
    mirror::{
        batch::Batch,
        fees::{Gas, GasPrice},
        lane::{Attempt, Broadcast, Nonce, Receipt, Signed},
        planted::{Bug, is_planted},
        record::WalletRecord,
    },
    wallet::WalletAddress,
};

use crate::policy::POLICY;
use state::{State, Write};

/// Which of a chain's signers, in the order in which they follow each other.
pub type Signer = usize;

/// Signers, one after another, at most.
pub const SIGNERS: usize = 3;
/// The base fee to which the chain returns, in wei.
const USUAL_BASE_FEE: u128 = 10_000_000_000;
/// What is never mined pays no more than this part of what lanes may pay.
const ROOM_UNDER_CAP: u128 = 4;
/// Transactions of a signer in one block, at most.
const ROOM: usize = 4;

/// What is known of a signed transaction, by its hash.
#[derive(Clone, Debug)]
struct Known {
    signer: Signer,
    nonce: Nonce,
    attempt: Attempt,
    price: GasPrice,
    /// The head that it carries.
    head: Head,
    batch: Batch,
}

/// A chain and its registry.
#[derive(Debug)]
pub struct Chain {
    /// From the genesis on; never empty.
    blocks: Vec<State>,
    known: BTreeMap<B256, Known>,
    /// Of what is in a block; a nonce that somebody else used has none.
    receipts: BTreeMap<B256, Receipt>,
    /// What waits, by signer and nonce.
    pool: BTreeMap<(Signer, u64), B256>,
    /// What of it is never mined, if anything.
    kept: Option<B256>,
    base_fee: u128,
    /// The newest block that there ever was.
    highest: u64,
    /// The most blocks that it ever had.
    longest: u64,
    /// Blocks that there ever were.
    built: u64,
    /// Whose writes the registry does not take.
    pub barred: [bool; SIGNERS],
    /// Whether signers can pay.
    pub is_funded: bool,
    /// Nobody builds blocks.
    pub stalls: bool,
    /// What every unit of gas costs more than usually, as a factor.
    pub dearer: u128,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            blocks: vec![State::default()],
            known: BTreeMap::new(),
            receipts: BTreeMap::new(),
            pool: BTreeMap::new(),
            kept: None,
            base_fee: USUAL_BASE_FEE,
            highest: 0,
            longest: 0,
            built: 0,
            barred: [false; SIGNERS],
            is_funded: true,
            stalls: false,
            dearer: 1,
        }
    }
}

impl Chain {
    /// What the newest block leaves.
    pub fn tip(&self) -> &State {
        &self.blocks[self.blocks.len() - 1]
    }

    /// What the newest block leaves that can never be undone.
    pub fn finality(&self) -> &State {
        &self.blocks[self.final_block() as usize]
    }

    /// The number of that block.
    pub fn final_block(&self) -> u64 {
        let deepest = POLICY.confirmations.saturating_sub(1);
        self.highest.saturating_sub(deepest).min(self.height())
    }

    /// The number of the newest block.
    pub fn height(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    /// Makes a signed transaction known, so that its bytes can be read.
    pub fn learn(&mut self, signer: Signer, signed: &Signed) {
        let envelope = &signed.envelope;
        let known = Known {
            signer,
            nonce: envelope.nonce,
            attempt: envelope.attempt,
            price: envelope.price,
            head: envelope.head,
            batch: envelope.batch.clone(),
        };
        self.known.insert(signed.hash, known);
    }

    /// Takes bytes into the pool, as a node does.
    pub fn send(&mut self, raw: &[u8]) -> Broadcast {
        let hash = keccak256(raw);
        let Some(known) = self.known.get(&hash) else {
            return Broadcast::Unreachable;
        };
        let place = (known.signer, known.nonce.0);
        if known.nonce.0 < self.tip().nonces[known.signer] {
            return Broadcast::NonceTooLow;
        }
        let waiting = self.pool.get(&place);
        if waiting == Some(&hash) {
            return Broadcast::Known;
        }
        if !self.is_funded {
            return Broadcast::Unfunded;
        }
        if let Some(waiting) = waiting.and_then(|waiting| self.known.get(waiting)) {
            let least = waiting.price.max_fee.0 + waiting.price.max_fee.0 / 10;
            if known.price.max_fee.0 < least {
                return Broadcast::Underpriced;
            }
        }
        self.pool.insert(place, hash);
        Broadcast::Accepted
    }

    /// Whether these bytes may wait for ever: nothing else does, and dearer ones may
    /// take their place without going beyond what lanes may pay.
    pub fn may_keep(&self, hash: B256) -> bool {
        let keeps = |kept| self.pool.values().any(|hash| *hash == kept);
        let room = POLICY.fees.cap.0 / ROOM_UNDER_CAP;
        let is_cheap = |known: &Known| known.price.max_fee.0 <= room;
        !self.kept.is_some_and(keeps) && self.known.get(&hash).is_some_and(is_cheap)
    }

    /// Has these bytes wait for ever, for as long as none take their place.
    pub fn keep(&mut self, hash: B256) {
        self.kept = Some(hash);
    }

    /// A block in which somebody else who has the mirror's role writes a batch.
    /// Returns what it changed.
    pub fn write_foreign(&mut self, batch: &Batch) -> Vec<(WalletAddress, WalletRecord)> {
        let mut state = self.tip().followed();
        let (records, _) = state.execute(batch, 0);
        self.note_foreign(&mut state, &records);
        self.add(state);
        records
    }

    fn note_foreign(&self, state: &mut State, records: &[(WalletAddress, WalletRecord)]) {
        let block = self.height() + 1;
        state.writes.push(Write {
            transaction: keccak256(self.built.to_be_bytes()),
            block,
            wallets: records.iter().map(|(wallet, _)| *wallet).collect(),
            signed: None,
        });
    }

    /// Forgets everything that waits; returns whether anything did.
    pub fn forget(&mut self) -> bool {
        let forgot = !self.pool.is_empty();
        self.pool.clear();
        self.kept = None;
        forgot
    }

    /// A block in which somebody uses the signer's next nonce for something else.
    pub fn take_nonce(&mut self, signer: Signer) {
        let mut state = self.tip().followed();
        self.pool.remove(&(signer, state.nonces[signer]));
        state.nonces[signer] += 1;
        self.add(state);
    }

    /// A block in which a duplicate of a job writes again what some transaction
    /// approved: nothing may come of it. Returns whether there was any.
    pub fn write_twice(&mut self, pick: usize) -> bool {
        let approves =
            |known: &&Known| matches!(known.batch, Batch::Upsert(_)) && !known.batch.denies();
        let approvals: Vec<_> = self.known.values().filter(approves).collect();
        let Some(again) = approvals.get(pick % approvals.len().max(1)) else {
            return false;
        };
        // One that never landed would be told by nobody.
        let versions = again.batch.versions();
        let landed = |(wallet, version)| self.finality().record(wallet).version() >= version;
        if !versions.into_iter().all(landed) {
            return false;
        }
        let mut state = self.tip().followed();
        let (records, _) = state.execute(&again.batch, again.head.number.0);
        self.note_foreign(&mut state, &records);
        self.add(state);
        true
    }

    /// The last blocks never were, but for those that were buried deeper once;
    /// what they included waits again, or is gone. Returns how many blocks there
    /// are fewer.
    pub fn reorganise(&mut self, depth: u64, kept: bool) -> usize {
        let final_block = self.highest.saturating_sub(depth);
        let depth = self.height().saturating_sub(final_block);
        self.undo(depth as usize, kept)
    }

    /// The same, for blocks that can be undone by no means, it was thought. What
    /// is left stays.
    pub fn reorganise_past_finality(&mut self, depth: u64, kept: bool) -> usize {
        let undone = self.undo(depth.min(self.height()) as usize, kept);
        self.highest = self.height() + POLICY.confirmations.saturating_sub(1);
        undone
    }

    /// Whether a block is still that one.
    pub fn has(&self, block: u64, id: u64) -> bool {
        let state = self.blocks.get(block as usize);
        state.is_some_and(|state| state.id == id)
    }

    /// Whether blocks are gone, and fewer have come instead.
    pub fn is_cut_short(&self) -> bool {
        self.height() < self.longest
    }

    /// Whether a block of this number has ever been final.
    pub fn was_final(&self, block: u64) -> bool {
        block + POLICY.confirmations <= self.longest + 1
    }

    fn undo(&mut self, depth: usize, kept: bool) -> usize {
        let undone = self.blocks.split_off(self.blocks.len() - depth);
        for hash in undone.iter().flat_map(|block| &block.included) {
            // Planted: whoever has seen a receipt goes on believing it.
            if !is_planted(Bug::ReorganisationKeepsConfirmed) {
                self.receipts.remove(hash);
            }
            if let Some(known) = self.known.get(hash).filter(|_| kept) {
                let place = (known.signer, known.nonce.0);
                self.pool.entry(place).or_insert(*hash);
            }
        }
        depth
    }

    fn add(&mut self, mut state: State) {
        self.built += 1;
        state.id = self.built;
        self.blocks.push(state);
        self.highest = self.highest.max(self.height());
        self.longest = self.longest.max(self.height());
    }

    /// Builds a block of what waits and pays enough; signers take turns at going
    /// first.
    pub fn mine(&mut self) {
        if self.stalls {
            return;
        }
        self.base_fee = USUAL_BASE_FEE * self.dearer;
        let mut state = self.tip().followed();
        let number = self.height() + 1;
        for turn in 0..SIGNERS {
            let signer = (turn + number as usize) % SIGNERS;
            self.include(&mut state, signer, number);
        }
        let nonces = state.nonces;
        // What is below the nonce can never be mined.
        self.pool
            .retain(|(signer, nonce), _| *nonce >= nonces[*signer]);
        self.add(state);
    }

    fn include(&mut self, state: &mut State, signer: Signer, number: u64) {
        for _ in 0..ROOM {
            let place = (signer, state.nonces[signer]);
            let Some(hash) = self.pool.get(&place).copied() else {
                return;
            };
            let Some(known) = self.known.get(&hash) else {
                return;
            };
            if known.price.max_fee.0 < self.base_fee || self.kept == Some(hash) {
                return;
            }
            self.pool.remove(&place);
            state.nonces[signer] += 1;
            let succeeded = !self.barred[signer];
            let (records, authorities) = match succeeded {
                true => state.execute(&known.batch, known.head.number.0),
                false => Default::default(),
            };
            state.writes.push(Write {
                transaction: hash,
                block: number,
                wallets: records.iter().map(|(wallet, _)| *wallet).collect(),
                signed: succeeded.then_some((signer, known.head)),
            });
            let receipt = Receipt {
                attempt: known.attempt,
                block_number: number,
                succeeded,
                gas_used: Gas(50_000),
                fee: Default::default(),
                records,
                authorities,
            };
            self.receipts.insert(hash, receipt);
            state.included.push(hash);
        }
    }
}
