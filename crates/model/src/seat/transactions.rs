//! Signed transactions that are not settled, by signer, in the order of nonces.

use crate::{
    register::other,
    word::{Word, Write},
};

/// Whose nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// The one that plans.
    Current,
    /// The one before it, whose key is gone.
    Former,
}

impl Signer {
    /// Both.
    pub(crate) const BOTH: [Self; 2] = [Self::Current, Self::Former];
}

/// Where a transaction's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// No node has them: not yet, or not any more.
    Nowhere,
    /// They wait at a node.
    Pool,
    /// A block includes them that may yet be undone.
    Mined,
    /// A block includes them for good.
    Final,
    /// Another transaction has their nonce for good.
    Superseded,
}

/// One transaction with one wallet's write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transaction {
    /// Which wallet.
    pub wallet: usize,
    /// What it writes.
    pub write: Write,
    /// Whether the books have its bytes (I11).
    pub stored: bool,
    /// Where the bytes are.
    pub place: Place,
    /// Its receipt: the record that it left, if it changed any.
    pub wrote: Option<Word>,
    /// Whether its wallet is owed again while it is open.
    pub told_again: bool,
}

impl Transaction {
    /// Whether its nonce is still to be used.
    pub(crate) const fn is_unmined(&self) -> bool {
        matches!(self.place, Place::Nowhere | Place::Pool)
    }

    pub(crate) const fn has_landed(&self) -> bool {
        matches!(self.place, Place::Mined | Place::Final)
    }
}

/// The transactions of both signers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transactions {
    current: Vec<Transaction>,
    former: Vec<Transaction>,
    /// Whose those are that have landed, in the order in which they did.
    landed: Vec<Signer>,
}

impl Transactions {
    /// Those of one signer.
    pub fn of(&self, signer: Signer) -> &[Transaction] {
        match signer {
            Signer::Current => &self.current,
            Signer::Former => &self.former,
        }
    }

    pub(super) fn of_mut(&mut self, signer: Signer) -> &mut Vec<Transaction> {
        match signer {
            Signer::Current => &mut self.current,
            Signer::Former => &mut self.former,
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Transaction> {
        self.current.iter().chain(&self.former)
    }

    /// The lowest nonce that is still to be used.
    pub(super) fn front(&self, signer: Signer) -> Option<usize> {
        self.of(signer).iter().position(Transaction::is_unmined)
    }

    pub(super) fn land(&mut self, signer: Signer) {
        self.landed.push(signer);
    }

    /// The last that landed never did. Returns its place among its signer's.
    pub(super) fn unland(&mut self, signer: Signer) -> Option<usize> {
        self.landed.pop();
        let all = self.of(signer);
        all.iter().rposition(|each| each.place == Place::Mined)
    }

    /// The oldest that may yet be undone is final. Returns it.
    pub(super) fn bury(&mut self, signer: Signer) -> Option<Transaction> {
        let mut all = self.of_mut(signer).iter_mut();
        let buried = all.find(|each| each.place == Place::Mined)?;
        buried.place = Place::Final;
        Some(*buried)
    }

    /// Closes the lowest nonce, if its fate is final.
    pub(super) fn settle(&mut self, signer: Signer) -> Option<Transaction> {
        let ended = *self.of(signer).first()?;
        match ended.place {
            Place::Superseded => {}
            Place::Final => self.outdate(signer, &ended),
            _ => return None,
        }
        self.of_mut(signer).remove(0);
        Some(ended)
    }

    /// What landed on its wallet before it says nothing more: the store keeps
    /// what the newest block has shown.
    fn outdate(&mut self, signer: Signer, ended: &Transaction) {
        let Some(place) = self.landed.iter().position(|each| *each == signer) else {
            return;
        };
        self.landed.remove(place);
        if ended.wrote.is_none() {
            return;
        }
        let other = match signer {
            Signer::Current => Signer::Former,
            Signer::Former => Signer::Current,
        };
        let landed = self.of_mut(other).iter_mut();
        let older = landed.filter(|each| each.has_landed()).take(place);
        for each in older.filter(|each| each.wallet == ended.wallet) {
            each.wrote = None;
        }
    }

    /// The wallets' names are exchanged.
    pub(super) fn exchange(&mut self) {
        for each in self.current.iter_mut().chain(&mut self.former) {
            each.wallet = other(each.wallet);
        }
    }

    /// Another signer begins where the former one left nothing open.
    pub(super) fn hand_over(&mut self) {
        std::mem::swap(&mut self.current, &mut self.former);
        for signer in &mut self.landed {
            *signer = Signer::Former;
        }
    }
}
