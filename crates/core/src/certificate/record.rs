//! The word that a chain holds for one certificate of one holder, bit for bit as
//! `CertificateRecord.sol` packs it.

use std::fmt;

use alloy_primitives::U256;

use super::RequirementVersion;
use crate::{mirror::rules::MAX_LEAP, time::UnixSeconds, wallet::Version};

const EXPIRY: u64 = (1 << 34) - 1;
const VERSION_AT: usize = 34;
const REQUIREMENTS_AT: usize = 50;
const CERTIFIED_AT: usize = 82;
const REVOKED_AT: usize = 83;
const BY_PROOF_AT: usize = 84;

/// One certificate of one holder on one chain: 256 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CertificateRecord(pub U256);

impl CertificateRecord {
    /// Of a holder that the chain never heard of.
    pub const EMPTY: Self = Self(U256::ZERO);

    /// One that certifies until `expiry`; `None` is for ever.
    pub fn certifying(
        version: Version,
        requirements: RequirementVersion,
        expiry: Option<UnixSeconds>,
    ) -> Self {
        let expiry = U256::from(expiry.map_or(0, |at| at.0 & EXPIRY));
        let version = U256::from(version.0) << VERSION_AT;
        let requirements = U256::from(requirements.0) << REQUIREMENTS_AT;
        Self(expiry | version | requirements | U256::from(1) << CERTIFIED_AT)
    }

    /// When it ends; `None` is never.
    pub fn expiry(self) -> Option<UnixSeconds> {
        let expiry = self.bits(0) & EXPIRY;
        (expiry > 0).then_some(UnixSeconds(expiry))
    }

    /// How often it was written.
    pub fn version(self) -> Version {
        Version(self.bits(VERSION_AT) as u16)
    }

    /// By which requirements it was issued.
    pub fn requirements(self) -> RequirementVersion {
        RequirementVersion(self.bits(REQUIREMENTS_AT) as u32)
    }

    /// Whether it was issued and not revoked since, its expiry aside.
    pub fn is_certified(self) -> bool {
        self.bits(CERTIFIED_AT) & 1 == 1
    }

    /// Whether it is denied.
    pub fn is_revoked(self) -> bool {
        self.bits(REVOKED_AT) & 1 == 1
    }

    /// Whether its holder proved it, and no register issued it.
    pub fn is_by_proof(self) -> bool {
        self.bits(BY_PROOF_AT) & 1 == 1
    }

    /// The record once the register has written `given`, where its requirements are
    /// known there or not. It counts if it is newer, and not absurdly far ahead; what
    /// does not plainly certify denies, and that lands whatever its version (I2).
    #[must_use]
    pub fn upserted(self, given: Self, are_known: bool) -> Self {
        let given = given.as_written();
        let newer = given.supersedes(self);
        match (given.is_revoked(), newer) {
            (true, false) => self.denied(given.version()),
            (true, true) => given,
            (false, true) if are_known => given,
            (false, _) => self,
        }
    }

    fn as_written(self) -> Self {
        let word = self.0 & ((U256::from(1) << (BY_PROOF_AT + 1)) - U256::from(1));
        let certifies = Self(word).is_certified() && !Self(word).is_revoked();
        let denying = word & !(U256::from(1) << CERTIFIED_AT) | U256::from(1) << REVOKED_AT;
        Self(if certifies { word } else { denying })
    }

    fn supersedes(self, stored: Self) -> bool {
        let leap = self.version().0.checked_sub(stored.version().0);
        leap.is_some_and(|leap| (1..=MAX_LEAP).contains(&leap))
    }

    /// The record after a denial, which lands whatever its version (I2).
    #[must_use]
    pub fn denied(self, version: Version) -> Self {
        let stored = self.version().0;
        let highest = stored.saturating_add(MAX_LEAP);
        let newer = version.0.min(highest).max(stored).max(1);
        let cleared =
            self.0 & !(U256::from(u16::MAX) << VERSION_AT) & !(U256::from(1) << CERTIFIED_AT);
        Self(cleared | U256::from(1) << REVOKED_AT | U256::from(newer) << VERSION_AT)
    }

    fn bits(self, at: usize) -> u64 {
        (self.0 >> at).wrapping_to()
    }
}

impl fmt::Debug for CertificateRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateRecord")
            .field("expiry", &self.expiry())
            .field("version", &self.version().0)
            .field("requirements", &self.requirements().0)
            .field("certified", &self.is_certified())
            .field("revoked", &self.is_revoked())
            .field("by_proof", &self.is_by_proof())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRY: UnixSeconds = UnixSeconds(1_830_297_600);

    #[test]
    fn what_is_written_is_read() {
        let record =
            CertificateRecord::certifying(Version(513), RequirementVersion(7), Some(EXPIRY));
        assert_eq!(record.expiry(), Some(EXPIRY));
        assert_eq!(record.version(), Version(513));
        assert_eq!(record.requirements(), RequirementVersion(7));
        assert!(record.is_certified() && !record.is_revoked() && !record.is_by_proof());
        let for_ever = CertificateRecord::certifying(Version(1), RequirementVersion(1), None);
        assert_eq!(for_ever.expiry(), None);
        let proven = CertificateRecord(for_ever.0 | U256::from(1) << 84);
        assert!(proven.is_by_proof());
    }

    #[test]
    fn a_denial_lands_whatever_its_version() {
        let record = CertificateRecord::certifying(Version(9), RequirementVersion(7), Some(EXPIRY));
        for (given, kept) in [(3, 9), (10, 10), (60_000, 9 + MAX_LEAP)] {
            let denied = record.denied(Version(given));
            assert!(denied.is_revoked() && !denied.is_certified());
            assert_eq!(denied.version(), Version(kept));
            assert_eq!(denied.requirements(), RequirementVersion(7));
            assert_eq!(denied.expiry(), Some(EXPIRY));
        }
        assert_eq!(
            CertificateRecord::EMPTY.denied(Version(0)).version(),
            Version(1)
        );
    }
}
