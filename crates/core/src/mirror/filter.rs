//! Which investors a registry is told of.
//!
//! An issuer may run several registries, on one chain or on several, and feed
//! each with a part of its register: one for the countries of an offering, say,
//! and one for corporate investors. Whoever does not pass a registry's filter
//! is nobody there.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use super::record::{self, WalletRecord};
use crate::{
    country::Country,
    identity::{Identities, IdentitySalt},
    ids::{ChainId, InvestorId, RegistryId},
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
    /// Where its investors' identities are.
    pub identities: Identities,
}

impl From<RegistryId> for MirroredRegistry {
    /// One that holds everybody, with identities that are nowhere.
    fn from(id: RegistryId) -> Self {
        Self {
            id,
            filter: RegistryFilter::default(),
            identities: Identities::of(Address::ZERO, Address::ZERO),
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
            .and_then(|holder| record::desired(holder, wallet, self.identity(holder.id)))
            .unwrap_or_else(|| WalletRecord::tombstone(wallet.version))
    }

    /// Where the investor's identity is or will be there.
    pub fn identity(&self, investor: InvestorId) -> Address {
        let salt = IdentitySalt::of(investor, self.id.chain);
        self.identities.address(salt)
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        ids::{AuthorityIndex, InvestorId},
        investor::{Accreditation, Attestation, InvestorKind, Source, Status},
        time::UnixSeconds,
        wallet::{ChainScope, Version, WalletAddress},
    };

    pub(crate) fn investor(country: Country, level: Level) -> Investor {
        Investor {
            id: InvestorId([7; 32].into()),
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            authority: AuthorityIndex(0),
            status: Status::Verified(Verified {
                level,
                country,
                accreditation: Accreditation::None,
                accreditation_ends: None,
                us_person: false,
                person: Default::default(),
                expiry: None,
                source: Source::Operator {
                    operator: "Ada".to_owned(),
                    attestation: Attestation {
                        text: "Seen.".to_owned(),
                        version: "1".to_owned(),
                    },
                },
                verified_at: UnixSeconds(1),
            }),
            restricted: false,
            frozen: false,
            wallets: Vec::new(),
            certificates: Default::default(),
            claims: Default::default(),
            proofs: Default::default(),
            custody: Default::default(),
        }
    }

    fn filter(countries: &[Country], levels: &[Level]) -> RegistryFilter {
        RegistryFilter {
            countries: countries.iter().copied().collect(),
            levels: levels.iter().copied().collect(),
        }
    }

    #[test]
    fn whoever_passes_each_part_passes() {
        let germany = Country::from_numeric(276).unwrap();
        let german = investor(germany, Level::Enhanced);
        let pending = Investor {
            status: Status::Pending,
            ..german.clone()
        };
        for (filter, is_open, admits, admits_pending) in [
            (filter(&[], &[]), true, true, true),
            (filter(&[germany], &[]), false, true, false),
            (filter(&[Country::US], &[]), false, false, false),
            (filter(&[], &[Level::Enhanced]), false, true, false),
            (filter(&[], &[Level::Basic]), false, false, false),
            (filter(&[germany], &[Level::Enhanced]), false, true, false),
            (filter(&[germany], &[Level::Basic]), false, false, false),
            (
                filter(&[Country::US], &[Level::Enhanced]),
                false,
                false,
                false,
            ),
        ] {
            assert_eq!(filter.is_open(), is_open, "{filter:?}");
            assert_eq!(filter.admits(&german), admits, "{filter:?}");
            assert_eq!(filter.admits(&pending), admits_pending, "{filter:?}");
        }
    }

    #[test]
    fn whoever_does_not_pass_is_nobody_there() {
        let germany = Country::from_numeric(276).unwrap();
        let german = investor(germany, Level::Enhanced);
        let wallet = |chains| Wallet {
            address: WalletAddress::new([9; 20].into()).unwrap(),
            chains,
            active: true,
            version: Version(4),
        };
        let (here, elsewhere) = (ChainId(1), ChainId(10));
        let registry = |filter| MirroredRegistry {
            identities: Identities::of(Address::ZERO, Address::ZERO),
            id: here.into(),
            filter,
        };
        let everywhere = wallet(ChainScope::All);
        let nobody = WalletRecord::tombstone(Version(4));

        let desired = registry(filter(&[germany], &[])).desired(Some(&german), &everywhere);
        assert!(desired.is_approved());
        assert_eq!(desired.version(), Version(4));
        let abroad = registry(filter(&[Country::US], &[]));
        assert_eq!(abroad.desired(Some(&german), &everywhere), nobody);
        let open = registry(filter(&[], &[]));
        assert_eq!(open.desired(None, &everywhere), nobody);
        let another = wallet(ChainScope::Only([elsewhere].into()));
        assert_eq!(open.desired(Some(&german), &another), nobody);
    }
}
