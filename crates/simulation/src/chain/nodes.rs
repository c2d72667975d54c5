//! Three nodes of one chain, of which two must agree (I12).
//!
//! The newest block is the newest that two nodes have, and every fact is what
//! two nodes say of that block: the rule of `symbolon_chain`'s quorum.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use symbolon_core::ids::AuthorityIndex;
use symbolon_core::mirror::{
    batch::RestrictionNumber,
    fees::{Gas, Market, Wei},
    lane::{Attempt, Inspection, Nonce, Observation, Receipt},
    planted::{Bug, is_planted},
};
use symbolon_core::wallet::WalletAddress;

use super::{Chain, Signer, state::Write};
use crate::policy::POLICY;

/// Nodes.
const NODES: usize = 3;
/// The tip that every block asks, in wei.
const TIP: u128 = 1_000_000_000;
/// How far ahead a liar says it is, in blocks.
const AHEAD: u64 = 50;

/// What is wrong with the nodes of a chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nodes {
    /// By how many blocks all but one are late.
    pub lag: u64,
    /// The first one lies.
    pub lies: bool,
    /// The second one says nothing.
    pub silent: bool,
    /// The first one leaves every other write out of its logs.
    pub truncates: bool,
}

/// What one node says of a signer and its transactions at a block.
#[derive(Clone, PartialEq)]
struct Said {
    mined_nonce: u64,
    receipts: Vec<Option<Receipt>>,
}

impl Nodes {
    /// How many must say the same.
    fn agreement() -> usize {
        match is_planted(Bug::QuorumOfOne) {
            true => 1,
            false => NODES / 2 + 1,
        }
    }

    /// The newest block of each, where it says anything.
    fn heads(&self, chain: &Chain) -> [Option<u64>; NODES] {
        let height = chain.height();
        let late = height.saturating_sub(self.lag);
        let first = match self.lies {
            true => height + AHEAD,
            false => late,
        };
        [Some(first), (!self.silent).then_some(late), Some(height)]
    }

    /// What enough of them say of the signer and of these transactions; `None`
    /// where too few agree.
    pub fn observe(
        &self,
        chain: &Chain,
        signer: Signer,
        open: &[(Nonce, Vec<B256>)],
    ) -> Option<Observation> {
        let agreement = Self::agreement();
        let heads = self.heads(chain);
        let mut known: Vec<_> = heads.iter().flatten().copied().collect();
        known.sort_unstable();
        let head = *known.iter().rev().nth(agreement - 1)?;
        let mut said: Vec<Said> = Vec::new();
        for (node, has) in heads.iter().enumerate() {
            if has.is_some_and(|has| has >= head) {
                said.push(match node == 0 && self.lies {
                    true => lie(head, open),
                    false => truth(chain, head, signer, open),
                });
            }
        }
        let enough = |one: &&Said| said.iter().filter(|other| other == one).count() >= agreement;
        let agreed = said.iter().find(enough)?;
        let receipts = open.iter().zip(&agreed.receipts);
        Some(Observation {
            block_number: head,
            final_block: (head + 1).saturating_sub(POLICY.confirmations),
            market: Market {
                base_fee: Wei(chain.base_fee),
                tip: Wei(TIP),
            },
            mined_nonce: Nonce(agreed.mined_nonce),
            receipts: receipts
                .filter_map(|((nonce, _), receipt)| Some((*nonce, receipt.clone()?)))
                .collect(),
            barred: chain.barred[signer],
        })
    }

    /// The newest block that enough of them have.
    pub fn head(&self, chain: &Chain) -> Option<u64> {
        let mut known: Vec<_> = self.heads(chain).into_iter().flatten().collect();
        known.sort_unstable();
        known.into_iter().rev().nth(Self::agreement() - 1)
    }

    /// What enough of them say that the registry held in the newest block that
    /// counts.
    pub fn inspect(&self, chain: &Chain, wallets: &[WalletAddress]) -> Option<Inspection> {
        let block = (self.head(chain)? + 1).saturating_sub(POLICY.confirmations);
        self.records_at(chain, wallets, block)
    }

    /// What enough of them say that the registry held in a block.
    pub fn records_at(
        &self,
        chain: &Chain,
        wallets: &[WalletAddress],
        block_number: u64,
    ) -> Option<Inspection> {
        let state = chain.blocks.get(block_number as usize)?;
        Some(Inspection {
            block_number,
            records: wallets
                .iter()
                .map(|one| (*one, state.record(*one)))
                .collect(),
        })
    }

    /// Who enough of them say is cut off in a block.
    pub fn restrictions_at(
        &self,
        chain: &Chain,
        block: u64,
    ) -> Option<BTreeMap<AuthorityIndex, RestrictionNumber>> {
        let state = chain.blocks.get(block as usize)?;
        let cut_off = state.cut_off();
        Some(
            cut_off
                .map(|authority| (authority, state.restriction_of(authority)))
                .collect(),
        )
    }

    /// Which block enough of them have at this height.
    pub fn block_id(&self, chain: &Chain, number: u64) -> Option<u64> {
        let state = chain.blocks.get(number as usize)?;
        (number <= self.head(chain)?).then_some(state.id)
    }

    /// Which block enough of them say that a transaction is in, and whether it was
    /// carried out.
    pub fn outcome_of(&self, chain: &Chain, transaction: B256) -> Option<(u64, bool)> {
        let head = self.head(chain)?;
        let receipt = chain.receipts.get(&transaction)?;
        (receipt.block_number <= head).then_some((receipt.block_number, receipt.succeeded))
    }

    /// What enough of them say that these blocks' logs hold, both ends included,
    /// and whether one left something out.
    pub fn logs(&self, chain: &Chain, from: u64, to: u64) -> Option<(Vec<Write>, bool)> {
        let blocks = chain.blocks.get(from as usize..=to as usize)?;
        let all: Vec<_> = blocks.iter().flat_map(|block| &block.writes).collect();
        let some: Vec<_> = all.iter().copied().step_by(2).collect();
        let heads = self.heads(chain).into_iter().enumerate();
        let said = heads.filter(|(_, head)| head.is_some_and(|head| head >= to));
        let said: Vec<_> = said
            .map(
                |(node, _)| match node == 0 && (self.truncates || self.lies) {
                    true => &some,
                    false => &all,
                },
            )
            .collect();
        let enough = |one: &&&Vec<&Write>| {
            let same = said.iter().filter(|other| *other == *one);
            same.count() >= Self::agreement()
        };
        let agreed = said.iter().find(enough)?;
        let writes = agreed.iter().map(|write| (*write).clone()).collect();
        Some((writes, some.len() < all.len() && self.truncates))
    }
}

fn truth(chain: &Chain, head: u64, signer: Signer, open: &[(Nonce, Vec<B256>)]) -> Said {
    let block = (head as usize).min(chain.blocks.len() - 1);
    let receipts = open.iter().map(|(_, hashes)| {
        let newest_first = hashes.iter().rev();
        let mut shown = newest_first
            .filter_map(|hash| chain.receipts.get(hash))
            .filter(|receipt| receipt.block_number <= head);
        shown.next().cloned()
    });
    Said {
        mined_nonce: chain.blocks[block].nonces[signer],
        receipts: receipts.collect(),
    }
}

/// Everything is mined long since, and nothing came of it.
fn lie(head: u64, open: &[(Nonce, Vec<B256>)]) -> Said {
    let last = open.last().map_or(0, |(nonce, _)| nonce.0 + 1);
    let receipt = Receipt {
        attempt: Attempt(0),
        block_number: head.saturating_sub(AHEAD / 2),
        succeeded: true,
        gas_used: Gas(50_000),
        fee: Wei(0),
        records: Vec::new(),
        authorities: Vec::new(),
    };
    Said {
        mined_nonce: last,
        receipts: vec![Some(receipt); open.len()],
    }
}
