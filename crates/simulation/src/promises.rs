//! What must hold, whatever strikes.

use std::collections::HashSet;

use symbolon_core::{
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    wallet::WalletAddress,
};

use crate::{
    chain::Chain,
    register::{Changed, Register},
};

/// All approvals that a register ever gave, and what of them a chain may show.
#[derive(Debug)]
pub struct Promises {
    target: MirroredRegistry,
    approved: HashSet<(WalletAddress, WalletRecord)>,
}

impl Promises {
    /// Those of one registry.
    pub fn new(target: MirroredRegistry) -> Self {
        Self {
            target,
            approved: HashSet::new(),
        }
    }

    /// The register decided.
    pub fn decided(&mut self, register: &Register, changed: &[Changed]) {
        for Changed { wallet, .. } in changed {
            let desired = register.desired(&self.target, *wallet);
            if !desired.denies() {
                self.approved.insert((*wallet, desired));
            }
        }
    }

    /// The first promise that a chain breaks: it verifies somebody as the
    /// register never did, to the bit and the version (I2).
    pub fn broken_by(&self, chain: &Chain) -> Option<String> {
        let mut verified = chain.registry().iter().filter(|(_, held)| !held.denies());
        let (wallet, held) =
            verified.find(|(wallet, held)| !self.approved.contains(&(**wallet, **held)))?;
        Some(format!("{wallet} is verified as it never was: {held:?}"))
    }
}

/// What a chain holds that the register does not: nothing, once all is quiet.
/// Of a wallet that does not count there, no more is due than that it is denied.
pub fn differences(register: &Register, target: &MirroredRegistry, chain: &Chain) -> Vec<String> {
    register
        .wallets()
        .iter()
        .filter_map(|(wallet, known)| {
            let (desired, held) = (register.desired(target, *wallet), chain.record(*wallet));
            let counts = known.wallet.chains.includes(target.id.chain);
            let equal = desired.is_met_by(held) || (!counts && held.denies());
            (!equal).then(|| format!("{wallet}: holds {held:?}, must hold {desired:?}"))
        })
        .collect()
}
