//! Which investors a registry is told of.
//!
//! An issuer may run several registries, on one chain or on several, and feed
//! each with a part of its register: one for the countries of an offering, say,
//! and one for corporate investors. Whoever does not pass a registry's filter
//! is nobody there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::record::{self, WalletRecord};
use crate::{
    country::Country,
    ids::{ChainId, RegistryId},
    investor::{Investor, Level, Verified},
    wallet::Wallet,
};

/// A registry that the register is mirrored to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirroredRegistry {
    /// Which one.
    pub id: RegistryId,
    /// Whom it holds.
    pub filter: RegistryFilter,
}

impl From<RegistryId> for MirroredRegistry {
    /// One that holds everybody.
    fn from(id: RegistryId) -> Self {
        Self {
            id,
            filter: RegistryFilter::default(),
        }
    }
}

impl From<ChainId> for MirroredRegistry {
    /// The first one there, which holds everybody.
    fn from(chain: ChainId) -> Self {
        RegistryId::from(chain).into()
    }
}

impl MirroredRegistry {
    /// What it must hold of a wallet: a tombstone where the wallet is nobody's
    /// or does not count on that chain, or where its holder was never judged or
    /// does not pass the filter.
    pub fn desired(&self, holder: Option<&Investor>, wallet: &Wallet) -> WalletRecord {
        holder
            .filter(|holder| wallet.chains.includes(self.id.chain) && self.filter.admits(holder))
            .and_then(|holder| {
                let identity = record::identity_address(holder.id, self.id.chain);
                record::desired(holder, wallet, identity)
            })
            .unwrap_or_else(|| WalletRecord::tombstone(wallet.version))
    }
}

/// Whom a registry holds; by default everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryFilter {
    /// Only investors of these countries; empty for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub countries: BTreeSet<Country>,
    /// Only investors verified so thoroughly; empty for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub levels: BTreeSet<Level>,
}

impl RegistryFilter {
    /// Whether everybody passes.
    pub fn is_open(&self) -> bool {
        self.countries.is_empty() && self.levels.is_empty()
    }

    /// Whether this investor passes, by the verdict in force or last in force.
    pub fn admits(&self, investor: &Investor) -> bool {
        self.is_open()
            || investor
                .status
                .verdict()
                .is_some_and(|verdict| self.admits_verdict(verdict))
    }

    fn admits_verdict(&self, verdict: &Verified) -> bool {
        (self.countries.is_empty() || self.countries.contains(&verdict.country))
            && (self.levels.is_empty() || self.levels.contains(&verdict.level))
    }
}
