//! Wallets about which a person must decide (`symbolon_store`'s `dispute`).

use std::collections::BTreeMap;

use symbolon_core::{ids::ChainId, log::EntryNumber, wallet::WalletAddress};

/// What a person must decide: what the chain denies.
#[derive(Clone, Copy, Debug)]
pub struct Dispute {
    /// It stands while this entry is the wallet's newest change.
    pub entry: EntryNumber,
    /// Whether the wallet is barred everywhere until then.
    pub barred: bool,
}

/// All of them, by wallet and chain.
#[derive(Clone, Debug, Default)]
pub struct Disputes(BTreeMap<(WalletAddress, ChainId), Dispute>);

impl Disputes {
    /// Whether any chain's stands, where this entry changed the wallet last.
    pub fn stand(&self, wallet: WalletAddress, changed: EntryNumber) -> bool {
        let of = self.0.iter().filter(|((one, _), _)| *one == wallet);
        of.into_iter().any(|(_, dispute)| dispute.entry == changed)
    }

    /// Whether this chain's does.
    pub fn stands_on(&self, wallet: WalletAddress, chain: ChainId, changed: EntryNumber) -> bool {
        let dispute = self.0.get(&(wallet, chain));
        dispute.is_some_and(|dispute| dispute.entry == changed)
    }

    /// A chain denies whom the register approves.
    pub fn add(&mut self, wallet: WalletAddress, chain: ChainId, dispute: Dispute) {
        self.0.insert((wallet, chain), dispute);
    }

    /// The chain has come round by itself; who was barred stays so.
    pub fn settle(&mut self, wallet: WalletAddress, chain: ChainId) {
        if self.0.get(&(wallet, chain)).is_some_and(|one| !one.barred) {
            self.0.remove(&(wallet, chain));
        }
    }

    /// A renewal is nobody's decision: what was disputed before it still is.
    pub fn keep(&mut self, wallet: WalletAddress, from: EntryNumber, to: EntryNumber) {
        let of = self.0.iter_mut().filter(|((one, _), _)| *one == wallet);
        for (_, dispute) in of.filter(|(_, dispute)| dispute.entry == from) {
            dispute.entry = to;
        }
    }
}
