//! Where every history begins.

use symbolon_core::{
    mirror::{
        record::WalletRecord,
        rules::{self, Grounds},
    },
    wallet::Version,
};
use symbolon_testkit::evm::{Revert, Snapshot, registry::Registry};

use super::history::{WALLETS, Wallet};

/// When every history begins.
pub const START: u64 = 1_790_000_000;

/// A registry of which one wallet has few versions left.
pub struct Beginning {
    pub chain: [WalletRecord; WALLETS],
    pub snapshot: Snapshot,
}

impl Beginning {
    pub fn deploy() -> Result<(Registry, Self), Revert> {
        let mut registry = Registry::deploy(START)?;
        let mut chain = [WalletRecord::EMPTY; WALLETS];
        let worn = Wallet(WALLETS - 1);
        while chain[worn.0].version() < Version(65_530) {
            registry.deny(&[(worn.bare(), 65_530, Grounds::REVOKED.byte())])?;
            chain[worn.0] = rules::denied(chain[worn.0], Version(65_530), Grounds::REVOKED);
        }
        let snapshot = registry.evm.snapshot();
        Ok((registry, Self { chain, snapshot }))
    }
}
