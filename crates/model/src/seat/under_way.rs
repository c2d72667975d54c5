//! What wallets will hold once everything under way is mined: the lane's own
//! reckoning, restated from `core::mirror::lane::under_way`.

use super::{desk::Desk, transactions::Transaction};
use crate::{
    register::{WALLETS, other},
    word::{Word, Write},
};

/// The answers on their way that may not know of an end yet, by desk.
pub(super) type Waiting = [bool; 2];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Planned {
    word: Word,
    told: u8,
    /// Whether the transaction that carries it last has ended, and for which
    /// answers it counts nevertheless.
    ended: Option<Waiting>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Inherited {
    wallet: usize,
    write: Write,
    ended: Option<Waiting>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct UnderWay {
    planned: [Option<Planned>; WALLETS],
    inherited: Vec<Inherited>,
    /// Transactions of this lane's that are open, after those that it inherited.
    carried: Vec<usize>,
}

impl UnderWay {
    pub(super) fn inherit(open: &[Transaction]) -> Self {
        let inherited = open.iter().map(|each| Inherited {
            wallet: each.wallet,
            write: each.write,
            ended: None,
        });
        Self {
            inherited: inherited.collect(),
            ..Self::default()
        }
    }

    pub(super) fn carry(&mut self, wallet: usize, write: Write, held: Word) {
        let before = self.planned[wallet];
        self.planned[wallet] = Some(Planned {
            word: write.upon(before.map_or(held, |before| before.word)),
            told: before.map_or(0, |before| before.told).max(write.version()),
            ended: None,
        });
        self.carried.push(wallet);
    }

    pub(super) fn held(&self, wallet: usize, observed: Word) -> Word {
        if let Some(planned) = self.planned[wallet] {
            return planned.word;
        }
        let inherited = self.inherited.iter().filter(|each| each.wallet == wallet);
        inherited.fold(observed, |held, each| each.write.upon(held))
    }

    pub(super) fn carries(&self, wallet: usize) -> bool {
        let inherits = self.inherited.iter().any(|each| each.wallet == wallet);
        inherits || self.planned[wallet].is_some()
    }

    pub(super) fn told(&self, wallet: usize) -> u8 {
        let inherited = self.inherited.iter().filter(|each| each.wallet == wallet);
        let versions = inherited.map(|each| each.write.version());
        let planned = self.planned[wallet].map(|planned| planned.told);
        versions.chain(planned).max().unwrap_or_default()
    }

    /// The wallets' names are exchanged.
    pub(super) fn exchange(&mut self) {
        self.planned.reverse();
        for each in &mut self.inherited {
            each.wallet = other(each.wallet);
        }
        for wallet in &mut self.carried {
            *wallet = other(*wallet);
        }
    }

    /// The signer's lowest nonce has ended.
    pub(super) fn settled(&mut self, waiting: Waiting) {
        let mut open = self.inherited.iter_mut();
        if let Some(first) = open.find(|each| each.ended.is_none()) {
            first.ended = Some(waiting);
        } else if !self.carried.is_empty() {
            let wallet = self.carried.remove(0);
            let is_last = !self.carried.contains(&wallet);
            if let Some(planned) = self.planned[wallet].as_mut().filter(|_| is_last) {
                planned.ended = Some(waiting);
            }
        }
        self.forget();
    }

    pub(super) fn answered(&mut self, desk: Desk) {
        let planned = self.planned.iter_mut().flatten();
        let ended = planned.filter_map(|each| each.ended.as_mut());
        let inherited = self.inherited.iter_mut();
        for waiting in ended.chain(inherited.filter_map(|each| each.ended.as_mut())) {
            waiting[desk as usize] = false;
        }
        self.forget();
    }

    fn forget(&mut self) {
        for planned in &mut self.planned {
            planned.take_if(|each| each.ended == Some([false; 2]));
        }
        self.inherited.retain(|each| each.ended != Some([false; 2]));
    }
}
