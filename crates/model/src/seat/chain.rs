//! One chain: what the registry holds, and the blocks that may yet be undone.

use super::transactions::{Place, Signer, Transactions};
use crate::{
    bug::Bug,
    register::{WALLETS, other},
    word::Word,
};

/// Blocks that a reorganisation may undo. The one below is final.
pub const DEEPEST: usize = 2;

/// What a block includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Included {
    /// The next transaction of this signer.
    Transaction(Signer),
    /// An agent's write.
    Agents,
}

/// A block, as it is to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Block {
    included: Included,
    wallet: usize,
    before: Held,
}

/// What the registry holds of one wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    /// The record.
    pub word: Word,
    /// Whether an agent's write shows in it still.
    pub by_agent: bool,
}

/// The registry, and the blocks that are not final.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain {
    held: [Held; WALLETS],
    blocks: Vec<Block>,
    /// The newest version at which a transaction of the register has denied a
    /// wallet for good.
    denied_for_good: [u8; WALLETS],
}

impl Chain {
    pub(super) fn new(held: [Held; WALLETS]) -> Self {
        Self {
            held,
            ..Self::default()
        }
    }

    /// What it holds of a wallet.
    pub fn held(&self, wallet: usize) -> Held {
        self.held.get(wallet).copied().unwrap_or_default()
    }

    /// The version of the newest final denial of a wallet, or 0.
    pub fn denied_for_good(&self, wallet: usize) -> u8 {
        self.denied_for_good
            .get(wallet)
            .copied()
            .unwrap_or_default()
    }

    /// How many blocks may yet be undone.
    pub(super) fn depth(&self) -> usize {
        self.blocks.len()
    }

    fn write(&mut self, included: Included, wallet: usize, after: Held) {
        let before = self.held(wallet);
        self.blocks.push(Block {
            included,
            wallet,
            before,
        });
        if let Some(held) = self.held.get_mut(wallet) {
            *held = after;
        }
    }

    /// A block with the signer's next transaction, if a node has it.
    pub(super) fn mine(
        &mut self,
        transactions: &mut Transactions,
        signer: Signer,
        desired_at: impl Fn(usize, u8) -> Word,
        bug: Option<Bug>,
    ) -> Option<()> {
        let place = transactions.front(signer)?;
        let next = transactions.of_mut(signer).get_mut(place)?;
        if self.blocks.len() >= DEEPEST || next.place != Place::Pool {
            return None;
        }
        let (wallet, write) = (next.wallet, next.write);
        let held = self.held(wallet);
        let word = write.upon_with(held.word, bug);
        next.place = Place::Mined;
        next.wrote = (word != held.word).then_some(word);
        let by_agent = held.by_agent && word != desired_at(wallet, word.version());
        let after = Held { word, by_agent };
        self.write(Included::Transaction(signer), wallet, after);
        transactions.land(signer);
        Some(())
    }

    /// Blocks enough have followed: the oldest that may be undone is final.
    pub(super) fn bury(&mut self, transactions: &mut Transactions) -> Option<()> {
        if self.blocks.is_empty() {
            return None;
        }
        let block = self.blocks.remove(0);
        if let Included::Transaction(signer) = block.included {
            let buried = transactions.bury(signer)?;
            let denial = buried.wrote.filter(|word| word.denies());
            if let (Some(word), Some(newest)) =
                (denial, self.denied_for_good.get_mut(buried.wallet))
            {
                *newest = word.version().max(*newest);
            }
        }
        Some(())
    }

    /// The last blocks never were. Returns the approvals that were lost, where
    /// what they included is.
    pub(super) fn reorganise(
        &mut self,
        transactions: &mut Transactions,
        depth: usize,
        left: Place,
    ) -> Option<()> {
        if depth > self.blocks.len() {
            return None;
        }
        for _ in 0..depth {
            let block = self.blocks.pop()?;
            if let Some(held) = self.held.get_mut(block.wallet) {
                *held = block.before;
            }
            let Included::Transaction(signer) = block.included else {
                continue;
            };
            let place = transactions.unland(signer)?;
            let undone = transactions.of_mut(signer).get_mut(place)?;
            undone.place = left;
            undone.wrote = None;
        }
        Some(())
    }

    /// An agent writes.
    pub(super) fn agent_writes(
        &mut self,
        wallet: usize,
        rule: impl Fn(Word) -> Option<Word>,
    ) -> Option<()> {
        if self.blocks.len() >= DEEPEST {
            return None;
        }
        let word = rule(self.held(wallet).word)?;
        let after = Held {
            word,
            by_agent: true,
        };
        self.write(Included::Agents, wallet, after);
        Some(())
    }

    /// The wallets' names are exchanged.
    pub(super) fn exchange(&mut self) {
        self.held.reverse();
        self.denied_for_good.reverse();
        for block in &mut self.blocks {
            block.wallet = other(block.wallet);
        }
    }

    /// What blocks of the one that has become the former signer include is its.
    pub(super) fn hand_over(&mut self) {
        for block in &mut self.blocks {
            if let Included::Transaction(signer) = &mut block.included {
                *signer = Signer::Former;
            }
        }
    }
}
