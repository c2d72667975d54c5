//! What wallets will hold once everything under way is mined.
//!
//! What the store has observed is older than that until a slot is settled, and
//! a plan made upon it would send a version twice, or a denial that leaves a
//! bar standing which the register has lifted.

use std::collections::{HashMap, HashSet};

use super::{Nonce, Urgency};
use crate::{
    mirror::{
        batch::Batch,
        record::WalletRecord,
        rules::{Grounds, denied, upserted},
    },
    wallet::{Version, WalletAddress},
};

#[derive(Debug, Default)]
pub(super) struct UnderWay {
    /// What this lane planned.
    planned: HashMap<WalletAddress, Planned>,
    /// What a lane before this one left open, in the order of nonces.
    inherited: HashMap<WalletAddress, Vec<(Nonce, Write)>>,
    /// Settled while the store was being read: the answers to these pulls may
    /// be older.
    forgotten: Vec<(Nonce, Vec<Urgency>)>,
}

#[derive(Clone, Copy, Debug)]
struct Planned {
    /// The nonce that carries it last.
    carrier: Nonce,
    /// What the wallet will hold.
    record: WalletRecord,
    /// The newest version of the register's among its writes.
    told: Version,
}

/// One wallet's part of a batch.
#[derive(Clone, Copy, Debug)]
enum Write {
    Upsert(WalletRecord),
    Deny(Version, Grounds),
}

impl Write {
    fn version(self) -> Version {
        match self {
            Self::Upsert(record) => record.version(),
            Self::Deny(version, _) => version,
        }
    }

    /// What the registry makes of it.
    fn upon(self, held: WalletRecord) -> WalletRecord {
        match self {
            Self::Upsert(record) => upserted(held, record),
            Self::Deny(version, grounds) => denied(held, version, grounds),
        }
    }
}

fn writes(batch: &Batch) -> Vec<(WalletAddress, Write)> {
    match batch {
        Batch::Upsert(entries) => entries
            .iter()
            .map(|entry| (entry.wallet, Write::Upsert(entry.record)))
            .collect(),
        Batch::Deny(entries) => entries
            .iter()
            .map(|entry| (entry.wallet, Write::Deny(entry.version, entry.grounds)))
            .collect(),
        Batch::Authority(_) | Batch::Companion(_) => Vec::new(),
    }
}

impl UnderWay {
    /// Takes over an open transaction, lower nonces first.
    pub(super) fn inherit(&mut self, nonce: Nonce, batch: &Batch) {
        for (wallet, write) in writes(batch) {
            self.inherited
                .entry(wallet)
                .or_default()
                .push((nonce, write));
        }
    }

    /// A nonce carries this batch; `held` is what its wallets held when it was
    /// planned. A denial may have overtaken it since.
    pub(super) fn carry(&mut self, nonce: Nonce, batch: &Batch, held: &[WalletRecord]) {
        for ((wallet, write), held) in writes(batch).into_iter().zip(held) {
            let before = self.planned.get(&wallet).copied();
            let planned = Planned {
                carrier: nonce,
                record: write.upon(before.map_or(*held, |before| before.record)),
                told: before.map_or(write.version(), |before| before.told.max(write.version())),
            };
            self.planned.insert(wallet, planned);
        }
    }

    /// What a wallet will hold, given what it was seen to hold.
    pub(super) fn held(&self, wallet: WalletAddress, observed: WalletRecord) -> WalletRecord {
        if let Some(planned) = self.planned.get(&wallet) {
            return planned.record;
        }
        let inherited = self.inherited.get(&wallet).into_iter().flatten();
        inherited.fold(observed, |held, (_, write)| write.upon(held))
    }

    /// Whether anything is under way for this wallet.
    pub(super) fn carries(&self, wallet: WalletAddress) -> bool {
        self.planned.contains_key(&wallet) || self.inherited.contains_key(&wallet)
    }

    /// Whether what is under way for this wallet has ended, as the store may know
    /// already: it stays because its nonces are being settled, or because answers
    /// may be on their way that do not know it yet.
    pub(super) fn has_ended(
        &self,
        wallet: WalletAddress,
        settling: impl Fn(Nonce) -> bool,
    ) -> bool {
        let forgotten = |nonce: Nonce| self.forgotten.iter().any(|(one, _)| *one == nonce);
        let ended = |nonce: Nonce| forgotten(nonce) || settling(nonce);
        let planned = self.planned.get(&wallet).into_iter();
        let inherited = self.inherited.get(&wallet).into_iter().flatten();
        let mut carriers = planned
            .map(|planned| planned.carrier)
            .chain(inherited.map(|(carrier, _)| *carrier))
            .peekable();
        carriers.peek().is_some() && carriers.all(ended)
    }

    /// The newest version of the register's that is under way for this wallet:
    /// an older one was read before it. The chain's own may be newer.
    pub(super) fn told(&self, wallet: WalletAddress) -> Version {
        let planned = self.planned.get(&wallet).map(|planned| planned.told);
        let inherited = self.inherited.get(&wallet).into_iter().flatten();
        let inherited = inherited.map(|(_, write)| write.version());
        inherited.chain(planned).max().unwrap_or_default()
    }

    /// Slots have ended, and the store knows what they left. The answers that
    /// are on their way may not know yet.
    pub(super) fn settled(&mut self, nonces: &[Nonce], pulling: &[Urgency]) {
        let waiting = |nonce: &Nonce| (*nonce, pulling.to_vec());
        self.forgotten.extend(nonces.iter().map(waiting));
        self.forget();
    }

    /// An answer has come.
    pub(super) fn pulled(&mut self, urgency: Urgency) {
        for (_, pulling) in &mut self.forgotten {
            pulling.retain(|each| *each != urgency);
        }
        self.forget();
    }

    fn forget(&mut self) {
        let ended: HashSet<_> = self
            .forgotten
            .extract_if(.., |(_, pulling)| pulling.is_empty())
            .map(|(nonce, _)| nonce)
            .collect();
        if ended.is_empty() {
            return;
        }
        self.planned
            .retain(|_, planned| !ended.contains(&planned.carrier));
        self.inherited.retain(|_, writes| {
            writes.retain(|(carrier, _)| !ended.contains(carrier));
            !writes.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;
    use crate::mirror::batch::Upsert;

    fn wallet() -> WalletAddress {
        WalletAddress::new(Address::with_last_byte(1)).unwrap()
    }

    fn approved(version: u16) -> WalletRecord {
        WalletRecord::tombstone(Version(version))
            .with_identity(Address::with_last_byte(2))
            .with_approval(true)
    }

    fn carrying(version: u16) -> UnderWay {
        let mut under_way = UnderWay::default();
        let record = approved(version);
        let wallet = wallet();
        let batch = Batch::Upsert(vec![Upsert { wallet, record }]);
        under_way.carry(Nonce(0), &batch, &[WalletRecord::EMPTY]);
        under_way
    }

    #[test]
    fn what_is_mined_counts_until_every_answer_has_come() {
        let mut under_way = carrying(1);
        under_way.settled(&[Nonce(0)], &[Urgency::Approvals]);
        assert_eq!(under_way.held(wallet(), WalletRecord::EMPTY), approved(1));
        under_way.pulled(Urgency::Denials);
        assert!(under_way.carries(wallet()), "another answer than that");
        under_way.pulled(Urgency::Approvals);
        assert!(!under_way.carries(wallet()));
    }

    #[test]
    fn what_never_was_is_forgotten_at_once() {
        let mut under_way = carrying(1);
        under_way.settled(&[Nonce(0)], &[]);
        assert!(!under_way.carries(wallet()));
        assert_eq!(under_way.told(wallet()), Version(0));
        let observed = approved(7);
        assert_eq!(under_way.held(wallet(), observed), observed);
    }

    #[test]
    fn what_a_later_nonce_carries_stays() {
        let mut under_way = carrying(1);
        let record = approved(2);
        let wallet = wallet();
        let batch = Batch::Upsert(vec![Upsert { wallet, record }]);
        under_way.carry(Nonce(1), &batch, &[WalletRecord::EMPTY]);
        under_way.settled(&[Nonce(0)], &[]);
        assert_eq!(under_way.held(wallet, WalletRecord::EMPTY), record);
        assert_eq!(under_way.told(wallet), Version(2));
    }

    #[test]
    fn what_was_inherited_is_forgotten_nonce_by_nonce() {
        let mut under_way = UnderWay::default();
        let wallet = wallet();
        for version in [1, 2] {
            let record = approved(version);
            let batch = Batch::Upsert(vec![Upsert { wallet, record }]);
            under_way.inherit(Nonce(version.into()), &batch);
        }
        assert_eq!(under_way.told(wallet), Version(2));
        under_way.settled(&[Nonce(2)], &[]);
        assert_eq!(under_way.told(wallet), Version(1));
        assert_eq!(under_way.held(wallet, WalletRecord::EMPTY), approved(1));
        under_way.settled(&[Nonce(1)], &[]);
        assert!(!under_way.carries(wallet));
    }
}
