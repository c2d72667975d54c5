//! What the store keeps of one chain, next to the signed transactions.
//!
//! A wallet's entries of the log are in the order of its versions, so a row's
//! entry is the version that it caused, and of several rows the newest says all
//! that the older ones say.

use crate::{
    register::{History, WALLETS},
    word::Word,
};

/// Which of the wallets that a chain is owed to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The outbox's denials.
    Denials,
    /// The outbox's other wallets.
    Again,
    /// Those that changed since the chain was told.
    InTurn,
}

impl Part {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Denials, Self::Again, Self::InTurn];
}

/// A wallet that the chain must be told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pending {
    /// What the chain must hold, by its version.
    pub version: u8,
    /// What it was seen to hold.
    pub observed: Word,
    /// Its row of the outbox; 0 where it has none.
    pub row: u8,
}

/// The books of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Books {
    told: [u8; WALLETS],
    denials: [u8; WALLETS],
    again: [u8; WALLETS],
    observed: [Word; WALLETS],
}

impl Books {
    fn rows(&mut self, part: Part) -> Option<&mut [u8; WALLETS]> {
        match part {
            Part::Denials => Some(&mut self.denials),
            Part::Again => Some(&mut self.again),
            Part::InTurn => None,
        }
    }

    /// The version up to which the chain counts as told.
    pub(super) const fn told(&self) -> [u8; WALLETS] {
        self.told
    }

    /// Lets a denial pass what waits for its turn: part of the decision (I1).
    pub(super) fn queue(&mut self, wallet: usize, history: &History) {
        if history.desired().denies()
            && let Some(row) = self.denials.get_mut(wallet)
        {
            *row = history.version();
        }
    }

    /// What a part holds, given up to where its turn is planned, and strikes the
    /// rows that do not count.
    pub(super) fn pull(
        &mut self,
        register: &[History; WALLETS],
        part: Part,
        through: &[u8; WALLETS],
    ) -> [Option<Pending>; WALLETS] {
        let mut pulled = [None; WALLETS];
        for (wallet, history) in register.iter().enumerate() {
            let (version, observed) = (history.version(), self.observed[wallet]);
            let row = match self.rows(part) {
                None if version > through[wallet] => 0,
                None => continue,
                Some(rows) if rows[wallet] == 0 => continue,
                Some(rows) => {
                    let stands = part == Part::Denials && history.desired().denies();
                    if rows[wallet] != version && !stands {
                        rows[wallet] = 0;
                        continue;
                    }
                    rows[wallet]
                }
            };
            pulled[wallet] = Some(Pending {
                version,
                observed,
                row,
            });
        }
        pulled
    }

    /// Notes that the chain is no longer owed these rows, nor any change up to
    /// these versions.
    pub(super) fn discharge(
        &mut self,
        part: Part,
        rows: &[u8; WALLETS],
        through: Option<[u8; WALLETS]>,
    ) {
        if let Some(owed) = self.rows(part) {
            for (owed, struck) in owed.iter_mut().zip(rows) {
                if *owed <= *struck {
                    *owed = 0;
                }
            }
        }
        for (told, through) in self.told.iter_mut().zip(through.iter().flatten()) {
            *told = (*told).max(*through);
        }
    }

    /// A confirmed block has shown a wallet.
    pub(super) fn observe(&mut self, wallet: usize, word: Word) {
        if let Some(observed) = self.observed.get_mut(wallet) {
            *observed = word;
        }
    }

    /// The chain did not take what a transaction carried, or not in time.
    pub(super) fn owe_again(&mut self, wallet: usize, history: &History) {
        let rows = match history.desired().denies() {
            true => &mut self.denials,
            false => &mut self.again,
        };
        if let Some(row) = rows.get_mut(wallet) {
            *row = history.version();
        }
    }

    /// The wallets' names are exchanged.
    pub(super) fn exchange(&mut self) {
        self.told.reverse();
        self.denials.reverse();
        self.again.reverse();
        self.observed.reverse();
    }

    /// Whether the chain is owed nothing.
    pub(super) fn is_clear(&self, register: &[History; WALLETS]) -> bool {
        let told = register.iter().zip(&self.told);
        told.into_iter()
            .all(|(history, told)| history.version() == *told)
            && self.denials == [0; WALLETS]
            && self.again == [0; WALLETS]
    }
}
