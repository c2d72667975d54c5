//! How far a chain was read, and what a reorganisation past finality undoes
//! (`symbolon_store`'s `following` and `reorganisation`).

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use symbolon_core::{
    mirror::planted::{Bug, is_planted},
    wallet::{Version, WalletAddress},
};

use super::{Books, Stored};
use crate::{chain::Signer, register::Register};

/// How far a chain was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Following {
    /// The last block that was read.
    last: Option<u64>,
    /// Blocks that were read and which ones they were, ever fewer with their age.
    landmarks: BTreeMap<u64, u64>,
    /// The first block that is yet to be read.
    next: u64,
    /// How often settled transactions were opened again.
    reopened: u32,
}

/// A transaction that was seen in a block.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// Its hash.
    pub hash: B256,
    /// The block.
    pub block: u64,
    /// Whether it was carried out there.
    pub succeeded: bool,
}

impl Books {
    /// `Store::followed`: a block and which one that was, if any is known.
    pub fn followed(&self) -> Option<(u64, u64)> {
        let last = self.following.last?;
        let id = self.following.landmarks.get(&last)?;
        Some((last, *id))
    }

    /// `Store::landmarks`.
    pub fn landmarks(&self) -> impl Iterator<Item = (u64, u64)> {
        let newest_first = self.following.landmarks.iter().rev();
        newest_first.map(|(block, id)| (*block, *id))
    }

    /// `Store::reopened`.
    pub fn reopened(&self) -> u32 {
        self.following.reopened
    }

    /// `Store::next_block_to_follow`.
    pub fn next_block(&self) -> u64 {
        self.following.next.max(1)
    }

    /// `IssuerTransaction::followed`.
    pub fn follow(&mut self, block: u64, id: u64) {
        let following = &mut self.following;
        following.next = block + 1;
        following.last = Some(block);
        following.landmarks.insert(block, id);
        let known: Vec<_> = following.landmarks.keys().copied().collect();
        for aged in known.windows(3) {
            if block - aged[0] <= 2 * (block - aged[2]) {
                following.landmarks.remove(&aged[1]);
            }
        }
    }

    /// `Store::next_nonce`.
    pub fn next_nonce(&self, signer: Signer) -> u64 {
        let own = self.stored.iter().filter(|stored| stored.signer == signer);
        own.map(|stored| stored.transaction.nonce.0 + 1)
            .max()
            .unwrap_or(0)
    }

    /// `Store::signers`, as far as it remembers.
    pub fn signers(&self) -> BTreeSet<Signer> {
        self.stored.iter().map(|stored| stored.signer).collect()
    }

    /// `Store::unexpected`, of one transaction, the other way round.
    pub fn expects(&self, hash: B256) -> bool {
        let kept = self.stored.iter().filter(|stored| !stored.dropped);
        kept.into_iter()
            .any(|stored| stored.transaction.hash == hash)
    }

    /// `IssuerTransaction::suspect`.
    pub fn suspect(&mut self, register: &mut Register, wallets: &[WalletAddress]) {
        for wallet in wallets {
            register.make_known(*wallet, Version(0));
            let chain = self.target.id.chain;
            register.suspects.insert((chain, *wallet), false);
        }
    }

    /// `Store::settled_after`, all of them: newest first.
    pub fn settled_after(&self, block: u64) -> Vec<Settled> {
        let settled = self.stored.iter().filter_map(|stored| {
            Some(Settled {
                hash: stored.transaction.hash,
                block: stored.block?.0,
                succeeded: stored.block?.1,
            })
        });
        let mut settled: Vec<_> = settled.filter(|one| one.block > block).collect();
        settled.sort_by_key(|settled| std::cmp::Reverse(settled.block));
        settled
    }

    /// `IssuerTransaction::reopen`.
    pub fn reopen(&mut self, register: &mut Register, fork: u64) -> usize {
        let after = |stored: &&Stored| stored.block.is_some_and(|(block, _)| block > fork);
        let gone = self.stored.iter().filter(after);
        let gone: BTreeSet<_> = gone
            .map(|stored| (stored.signer, stored.transaction.nonce))
            .collect();
        for stored in &mut self.stored {
            let of_these = gone.contains(&(stored.signer, stored.transaction.nonce));
            if of_these && !stored.dropped && !is_planted(Bug::DeepReorganisationKeepsSettled) {
                stored.open = true;
                stored.block = None;
            }
        }
        let carried = Vec::from_iter(self.carried_wallets());
        self.suspect(register, &carried);
        for (_, block) in self.observed.values_mut() {
            *block = (*block).min(fork);
        }
        self.forget_blocks_of_authorities(fork);
        self.following.landmarks.split_off(&(fork + 1));
        self.following.last = Some(fork).filter(|fork| *fork > 0);
        self.following.next = fork + 1;
        self.following.reopened += 1;
        gone.len()
    }
}
