//! The word that stands for one claim of an identity, as `IdentityFactory.claimsOf`
//! packs what a chain holds.

use std::fmt;

use alloy_primitives::{Address, B256, U256};

use crate::{mirror::rules::MAX_LEAP, time::UnixSeconds, wallet::Version};

const DENIED_AT: usize = 0;
const VERSION_AT: usize = 16;
const ENDS_AT: usize = 32;
const HELD_AT: usize = 72;
const STANDS_AT: usize = 73;
const SIGNER_AT: usize = 128;
const CONTENT_AT: usize = 192;
const ENDS: u64 = (1 << 40) - 1;

/// One claim of an identity on one chain: 256 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ClaimRecord(pub U256);

/// What a claim says on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording {
    /// When it ends; `None` is never.
    pub ends: Option<UnixSeconds>,
    /// What it says beyond its topic; zero is nothing.
    pub content: B256,
}

impl ClaimRecord {
    /// Of an identity that was told nothing.
    pub const EMPTY: Self = Self(U256::ZERO);

    /// The record once this claim was added.
    #[must_use]
    pub fn claimed(self, version: Version, wording: Wording, signer: Address) -> Self {
        if version <= self.denied_version() {
            return self;
        }
        let ends = U256::from(wording.ends.map_or(0, |at| at.0 & ENDS));
        Self(
            U256::from(self.denied_version().0)
                | U256::from(version.0) << VERSION_AT
                | ends << ENDS_AT
                | U256::from(1) << HELD_AT
                | U256::from(1) << STANDS_AT
                | U256::from(low(signer.as_slice())) << SIGNER_AT
                | U256::from(low(wording.content.as_slice())) << CONTENT_AT,
        )
    }

    /// The record after a denial, which lands whatever its version (I2).
    #[must_use]
    pub fn denied(self, version: Version) -> Self {
        let stored = self.denied_version().0;
        let highest = stored.saturating_add(MAX_LEAP).max(self.version().0);
        let denied = version.0.min(highest).max(stored).max(1);
        let cleared = self.0 & !U256::from(u16::MAX);
        let stands = self.version().0 > denied;
        let kept = match stands {
            true => cleared,
            false => cleared & !(U256::from(1) << STANDS_AT),
        };
        Self(kept | U256::from(denied))
    }

    /// Up to which version claims of this topic do not count.
    pub fn denied_version(self) -> Version {
        Version(self.bits(DENIED_AT) as u16)
    }

    /// Of the claim that is held.
    pub fn version(self) -> Version {
        Version(self.bits(VERSION_AT) as u16)
    }

    /// When that ends; `None` is never.
    pub fn ends(self) -> Option<UnixSeconds> {
        let ends = self.bits(ENDS_AT) & ENDS;
        (ends > 0).then_some(UnixSeconds(ends))
    }

    /// Whether the identity holds one.
    pub fn is_held(self) -> bool {
        self.bits(HELD_AT) & 1 == 1
    }

    /// Whether its issuer stands by it, its end aside.
    pub fn stands(self) -> bool {
        self.bits(STANDS_AT) & 1 == 1
    }

    /// Whether it is by this signer.
    pub fn is_signed_by(self, signer: Address) -> bool {
        self.bits(SIGNER_AT) == low(signer.as_slice())
    }

    /// Whether it says this.
    pub fn says(self, wording: &Wording) -> bool {
        self.ends() == wording.ends && self.has_content(wording.content)
    }

    /// Whether it is of this content, whenever it ends.
    pub fn has_content(self, content: B256) -> bool {
        self.bits(CONTENT_AT) == low(content.as_slice())
    }

    fn bits(self, at: usize) -> u64 {
        (self.0 >> at).wrapping_to()
    }
}

/// The last eight bytes, which are enough to tell our own apart.
fn low(bytes: &[u8]) -> u64 {
    let last = bytes.iter().skip(bytes.len().saturating_sub(8));
    last.fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl fmt::Debug for ClaimRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimRecord")
            .field("denied_version", &self.denied_version().0)
            .field("version", &self.version().0)
            .field("ends", &self.ends())
            .field("held", &self.is_held())
            .field("stands", &self.stands())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNER: Address = Address::repeat_byte(5);

    fn wording() -> Wording {
        Wording {
            ends: Some(UnixSeconds(1_830_297_600)),
            content: B256::repeat_byte(3),
        }
    }

    #[test]
    fn what_is_claimed_is_read() {
        let record = ClaimRecord::EMPTY.claimed(Version(513), wording(), SIGNER);
        assert_eq!(record.version(), Version(513));
        assert_eq!(record.ends(), wording().ends);
        assert!(record.is_held() && record.stands() && record.says(&wording()));
        assert!(record.is_signed_by(SIGNER) && !record.is_signed_by(Address::ZERO));
        assert_eq!(record.denied_version(), Version(0));
        let for_ever = Wording {
            ends: None,
            ..wording()
        };
        assert!(!record.says(&for_ever) && record.has_content(for_ever.content));
        assert!(!record.has_content(B256::ZERO));
        assert!(!ClaimRecord::EMPTY.is_held() && !ClaimRecord::EMPTY.stands());
    }

    #[test]
    fn a_denial_lands_and_what_it_denies_does_not_come_back() {
        let record = ClaimRecord::EMPTY.claimed(Version(4), wording(), SIGNER);
        assert!(
            record.denied(Version(3)).stands(),
            "an older one was denied"
        );
        let denied = record.denied(Version(4));
        assert!(denied.is_held() && !denied.stands());
        assert_eq!(denied.denied_version(), Version(4));
        assert_eq!(denied.claimed(Version(4), wording(), SIGNER), denied);
        let again = denied.claimed(Version(5), wording(), SIGNER);
        assert!(again.stands() && again.denied_version() == Version(4));
        assert_eq!(again.denied(Version(2)).denied_version(), Version(4));
        assert_eq!(
            ClaimRecord::EMPTY.denied(Version(0)).denied_version(),
            Version(1)
        );
        let far = ClaimRecord::EMPTY.denied(Version(60_000));
        assert_eq!(far.denied_version(), Version(MAX_LEAP));
        let high = ClaimRecord::EMPTY.claimed(Version(50_000), wording(), SIGNER);
        let denied = high.denied(Version(60_000));
        assert_eq!(denied.denied_version(), Version(50_000));
        assert!(!denied.stands(), "what is held is denied in any case");
    }
}
