//! What wallets will hold once everything under way is mined.
//!
//! What the store has observed is older than that until a slot is settled, and
//! a plan made upon it would send a version twice, or a denial that leaves a
//! bar standing which the register has lifted.

use std::collections::HashMap;

use super::Nonce;
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
    /// What this lane planned, each with the nonce that carries it.
    planned: HashMap<WalletAddress, (Nonce, WalletRecord)>,
    /// What a lane before this one left open, in the order of nonces.
    inherited: HashMap<WalletAddress, Vec<(Nonce, Write)>>,
    /// Settled while the outbox was being read: the answer may be older.
    forgotten: Vec<Nonce>,
}

/// One wallet's part of a batch.
#[derive(Clone, Copy, Debug)]
enum Write {
    Upsert(WalletRecord),
    Deny(Version, Grounds),
}

impl UnderWay {
    /// Takes over an open transaction, lower nonces first.
    pub(super) fn inherit(&mut self, nonce: Nonce, batch: &Batch) {
        let writes: Vec<_> = match batch {
            Batch::Upsert(entries) => entries
                .iter()
                .map(|entry| (entry.wallet, Write::Upsert(entry.record)))
                .collect(),
            Batch::Deny(entries) => entries
                .iter()
                .map(|entry| (entry.wallet, Write::Deny(entry.version, entry.grounds)))
                .collect(),
        };
        for (wallet, write) in writes {
            self.inherited
                .entry(wallet)
                .or_default()
                .push((nonce, write));
        }
    }

    /// A transaction of this lane's brings a wallet to this record.
    pub(super) fn carry(&mut self, wallet: WalletAddress, nonce: Nonce, record: WalletRecord) {
        self.planned.insert(wallet, (nonce, record));
    }

    /// What a wallet will hold, given what it was seen to hold.
    pub(super) fn held(&self, wallet: WalletAddress, observed: WalletRecord) -> WalletRecord {
        if let Some((_, record)) = self.planned.get(&wallet) {
            return *record;
        }
        let inherited = self.inherited.get(&wallet).into_iter().flatten();
        inherited.fold(observed, |held, (_, write)| match *write {
            Write::Upsert(record) => upserted(held, record),
            Write::Deny(version, grounds) => denied(held, version, grounds),
        })
    }

    /// A slot has ended, and the store knows what it left. While `pulling`, an
    /// answer is on its way that may not know yet.
    pub(super) fn settled(&mut self, nonce: Nonce, pulling: bool) {
        self.forgotten.push(nonce);
        if !pulling {
            self.pulled();
        }
    }

    /// The outbox was read.
    pub(super) fn pulled(&mut self) {
        let ended = std::mem::take(&mut self.forgotten);
        if ended.is_empty() {
            return;
        }
        self.planned
            .retain(|_, (carrier, _)| !ended.contains(carrier));
        self.inherited.retain(|_, writes| {
            writes.retain(|(carrier, _)| !ended.contains(carrier));
            !writes.is_empty()
        });
    }
}
