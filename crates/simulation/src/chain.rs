//! One chain, with the registry on it and the node that leads to it.
//!
//! The registry follows `core::mirror::rules`, which the differential tests
//! hold against the contract. Of each block the whole state is kept, so that a
//! reorganisation is a shorter list.

use std::collections::BTreeMap;

use alloy_primitives::{B256, keccak256};
use symbolon_core::{
    mirror::{
        batch::Batch,
        fees::{Gas, GasPrice, Market, Wei},
        lane::{Attempt, Broadcast, Estimate, Inspection, Nonce, Observation, Receipt, Signed},
        record::WalletRecord,
        rules::{denied, upserted},
    },
    wallet::WalletAddress,
};

/// The tip that every block asks, in wei.
const TIP: u128 = 1_000_000_000;
/// The base fee to which the chain returns, in wei.
const USUAL_BASE_FEE: u128 = 10_000_000_000;
/// Transactions of the signer in one block, at most.
const ROOM: usize = 4;

/// What is known of a signed transaction, by its hash.
#[derive(Clone, Debug)]
struct Known {
    nonce: Nonce,
    attempt: Attempt,
    price: GasPrice,
    batch: Batch,
}

#[derive(Clone, Debug, Default)]
struct State {
    registry: BTreeMap<WalletAddress, WalletRecord>,
    nonce: u64,
    included: Vec<B256>,
}

/// A chain, its registry and its node.
#[derive(Debug)]
pub struct Chain {
    /// From the genesis on; never empty.
    blocks: Vec<State>,
    known: BTreeMap<B256, Known>,
    /// Of what is in a block; a nonce that somebody else used has none.
    receipts: BTreeMap<B256, Receipt>,
    /// What waits, by nonce.
    pool: BTreeMap<u64, B256>,
    base_fee: u128,
    /// The newest block that there ever was.
    highest: u64,
    /// Whether the registry takes the signer's writes.
    pub is_mirror: bool,
    /// Whether the signer can pay.
    pub is_funded: bool,
    /// By how many blocks the node is late.
    pub lag: usize,
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
            base_fee: USUAL_BASE_FEE,
            highest: 0,
            is_mirror: true,
            is_funded: true,
            lag: 0,
            stalls: false,
            dearer: 1,
        }
    }
}

impl Chain {
    fn tip(&self) -> &State {
        &self.blocks[self.blocks.len() - 1]
    }

    /// The number of the newest block.
    pub fn height(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    /// What the registry holds.
    pub fn registry(&self) -> &BTreeMap<WalletAddress, WalletRecord> {
        &self.tip().registry
    }

    /// What it holds of a wallet.
    pub fn record(&self, wallet: WalletAddress) -> WalletRecord {
        let held = self.registry().get(&wallet);
        held.copied().unwrap_or(WalletRecord::EMPTY)
    }

    /// Makes a signed transaction known, so that its bytes can be read.
    pub fn learn(&mut self, signed: &Signed) {
        let envelope = &signed.envelope;
        let known = Known {
            nonce: envelope.nonce,
            attempt: envelope.attempt,
            price: envelope.price,
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
        if known.nonce.0 < self.tip().nonce {
            return Broadcast::NonceTooLow;
        }
        if self.pool.get(&known.nonce.0) == Some(&hash) {
            return Broadcast::Known;
        }
        if !self.is_funded {
            return Broadcast::Unfunded;
        }
        let waiting = self.pool.get(&known.nonce.0);
        if let Some(waiting) = waiting.and_then(|waiting| self.known.get(waiting)) {
            let least = waiting.price.max_fee.0 + waiting.price.max_fee.0 / 10;
            if known.price.max_fee.0 < least {
                return Broadcast::Underpriced;
            }
        }
        self.pool.insert(known.nonce.0, hash);
        Broadcast::Accepted
    }

    /// Forgets everything that waits; returns whether anything did.
    pub fn forget(&mut self) -> bool {
        let forgot = !self.pool.is_empty();
        self.pool.clear();
        forgot
    }

    /// Somebody uses the signer's next nonce for something else.
    pub fn take_nonce(&mut self) {
        let mut state = self.tip().clone();
        state.included.clear();
        self.pool.remove(&state.nonce);
        state.nonce += 1;
        self.blocks.push(state);
        self.highest = self.highest.max(self.height());
    }

    /// The last blocks never were, but for those that were buried deeper once;
    /// what they included waits again, or is gone. Returns how many blocks there
    /// are fewer.
    pub fn reorganise(&mut self, depth: u64, kept: bool) -> usize {
        let final_block = self.highest.saturating_sub(depth);
        let depth = self.height().saturating_sub(final_block) as usize;
        let undone = self.blocks.split_off(self.blocks.len() - depth);
        for hash in undone.iter().flat_map(|block| &block.included) {
            self.receipts.remove(hash);
            if let Some(known) = self.known.get(hash).filter(|_| kept) {
                self.pool.entry(known.nonce.0).or_insert(*hash);
            }
        }
        depth
    }

    /// Builds a block of what waits and pays enough.
    pub fn mine(&mut self) {
        if self.stalls {
            return;
        }
        self.base_fee = USUAL_BASE_FEE * self.dearer;
        let mut state = self.tip().clone();
        state.included.clear();
        let number = self.height() + 1;
        for _ in 0..ROOM {
            let Some(hash) = self.pool.get(&state.nonce).copied() else {
                break;
            };
            let Some(known) = self.known.get(&hash) else {
                break;
            };
            if known.price.max_fee.0 < self.base_fee {
                break;
            }
            self.pool.remove(&state.nonce);
            state.nonce += 1;
            let records = match self.is_mirror {
                true => execute(&mut state.registry, &known.batch),
                false => Vec::new(),
            };
            let receipt = Receipt {
                attempt: known.attempt,
                block_number: number,
                succeeded: self.is_mirror,
                gas_used: Gas(50_000),
                fee: Default::default(),
                records,
                authorities: Vec::new(),
            };
            self.receipts.insert(hash, receipt);
            state.included.push(hash);
        }
        // What is below the nonce can never be mined.
        self.pool = self.pool.split_off(&state.nonce);
        self.blocks.push(state);
        self.highest = self.highest.max(number);
    }

    /// What it held of these wallets in the newest block that the node knows to count.
    pub fn inspect(&self, wallets: &[WalletAddress], confirmations: u64) -> Inspection {
        let behind = self.lag + confirmations.max(1) as usize - 1;
        let seen = (self.blocks.len() - 1).saturating_sub(behind);
        let registry = &self.blocks[seen].registry;
        let held = |wallet| registry.get(wallet).copied().unwrap_or_default();
        Inspection {
            block_number: seen as u64,
            records: wallets.iter().map(|one| (*one, held(one))).collect(),
        }
    }

    /// What it says of a batch; one without the role is refused whatever it writes.
    pub fn estimate(&self) -> Estimate {
        match self.is_mirror {
            true => Estimate::Passes,
            false => Estimate::Unknown,
        }
    }

    /// What the node shows of the signer and of these transactions, where a
    /// block is final that so many include or follow.
    pub fn observe(&self, open: &[(Nonce, Vec<B256>)], confirmations: u64) -> Observation {
        let seen = self.blocks.len() - 1 - self.lag.min(self.blocks.len() - 1);
        let state = &self.blocks[seen];
        let receipts = open.iter().filter_map(|(nonce, hashes)| {
            let known = hashes
                .iter()
                .rev()
                .filter_map(|hash| self.receipts.get(hash));
            let mut shown = known.filter(|receipt| receipt.block_number <= seen as u64);
            Some((*nonce, shown.next()?.clone()))
        });
        Observation {
            block_number: seen as u64,
            final_block: (seen as u64 + 1).saturating_sub(confirmations),
            market: Market {
                base_fee: Wei(self.base_fee),
                tip: Wei(TIP),
            },
            mined_nonce: Nonce(state.nonce),
            receipts: receipts.collect(),
            barred: false,
        }
    }
}

fn execute(
    registry: &mut BTreeMap<WalletAddress, WalletRecord>,
    batch: &Batch,
) -> Vec<(WalletAddress, WalletRecord)> {
    let mut written = Vec::new();
    let mut write = |wallet: WalletAddress, rule: &dyn Fn(WalletRecord) -> WalletRecord| {
        let held = registry.entry(wallet).or_insert(WalletRecord::EMPTY);
        let after = rule(*held);
        if after != *held {
            *held = after;
            written.push((wallet, after));
        }
    };
    match batch {
        Batch::Upsert(entries) => {
            for entry in entries {
                write(entry.wallet, &|held| upserted(held, entry.record));
            }
        }
        Batch::Deny(entries) => {
            for entry in entries {
                let rule = |held| denied(held, entry.version, entry.grounds);
                write(entry.wallet, &rule);
            }
        }
        Batch::Authority(_) => {}
    }
    written
}
