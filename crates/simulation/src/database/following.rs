//! How far a chain was read, and what a reorganisation past finality undoes
//! (`symbolon_store`'s `following` and `reorganisation`).

use std::collections::BTreeSet;

use alloy_primitives::B256;
use symbolon_core::{
    mirror::{
        lane::Nonce,
        planted::{Bug, is_planted},
    },
    wallet::{Version, WalletAddress},
};

use super::Books;
use crate::{chain::Signer, register::Register};

/// How far a chain was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Following {
    /// The last block that was read, and which one that was.
    last: Option<(u64, u64)>,
    /// The first block that is yet to be read.
    next: u64,
    /// How often settled transactions were opened again.
    reopened: u32,
}

/// A transaction that was seen in a block.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// Who signed it.
    pub signer: Signer,
    /// Its nonce.
    pub nonce: Nonce,
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
        self.following.last
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
        self.following.next = block + 1;
        self.following.last = Some((block, id));
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

    /// `IssuerTransaction::suspect`.
    pub fn suspect(&mut self, register: &mut Register, wallets: &[WalletAddress]) {
        for wallet in wallets {
            register.make_known(*wallet, Version(0));
            self.suspects.insert(*wallet);
        }
    }

    /// `Store::settled`, all of them: newest first.
    pub fn settled(&self) -> Vec<Settled> {
        let mut settled: Vec<_> = self
            .stored
            .iter()
            .filter_map(|stored| {
                Some(Settled {
                    signer: stored.signer,
                    nonce: stored.transaction.nonce,
                    hash: stored.transaction.hash,
                    block: stored.block?.0,
                    succeeded: stored.block?.1,
                })
            })
            .collect();
        settled.sort_by_key(|settled| std::cmp::Reverse(settled.block));
        settled
    }

    /// `IssuerTransaction::reopen`.
    pub fn reopen(&mut self, gone: &[Settled], fork: u64) {
        for settled in gone {
            if is_planted(Bug::DeepReorganisationKeepsSettled) {
                break;
            }
            for stored in &mut self.stored {
                let same =
                    (stored.signer, stored.transaction.nonce) == (settled.signer, settled.nonce);
                if same && !stored.dropped {
                    stored.open = true;
                    stored.block = None;
                }
            }
        }
        for (_, block) in self.observed.values_mut() {
            *block = (*block).min(fork);
        }
        self.following.last = None;
        self.following.next = fork + 1;
        self.following.reopened += 1;
    }
}
