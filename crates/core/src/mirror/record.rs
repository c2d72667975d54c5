//! The word that a chain holds for each wallet, bit for bit as
//! `contracts/src/WalletRecord.sol` packs it.

use std::fmt;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::{
    ids::AuthorityIndex,
    investor::{Investor, Status},
    time::{Day, UnixSeconds},
    verdict::RestrictedAuthorities,
    wallet::{Version, Wallet},
};

const COUNTRY: Field = Field { at: 160, bits: 10 };
const EXPIRY: Field = Field { at: 170, bits: 34 };
const ACCREDITATION_ENDS: Field = Field { at: 204, bits: 16 };
const VERSION: Field = Field { at: 220, bits: 16 };
const AUTHORITY: Field = Field { at: 236, bits: 8 };
const VERIFIED: Field = Field { at: 244, bits: 1 };
const RESTRICTED: Field = Field { at: 245, bits: 1 };
const FROZEN: Field = Field { at: 246, bits: 1 };
const US_PERSON: Field = Field { at: 247, bits: 1 };
const LEVEL: Field = Field { at: 248, bits: 2 };
const RATING: Field = Field { at: 250, bits: 3 };
const PROVISIONAL: Field = Field { at: 253, bits: 1 };
const VACATED: Field = Field { at: 254, bits: 1 };

struct Field {
    at: usize,
    bits: usize,
}

impl Field {
    fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    fn read(&self, word: U256) -> u64 {
        (word >> self.at).wrapping_to::<u64>() & self.mask()
    }

    fn write(&self, word: U256, value: u64) -> U256 {
        let cleared = word & !(U256::from(self.mask()) << self.at);
        cleared | (U256::from(value & self.mask()) << self.at)
    }
}

/// One wallet's record on one chain: 256 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WalletRecord(pub U256);

impl WalletRecord {
    /// The record of a wallet that the chain never heard of.
    pub const EMPTY: Self = Self(U256::ZERO);

    /// What remains of a removed wallet: its version alone (I2).
    pub fn tombstone(version: Version) -> Self {
        Self::EMPTY.with_version(version)
    }

    /// The identity contract's address; zero where the wallet is not contained.
    pub fn identity(self) -> Address {
        Address::from_slice(&self.0.to_be_bytes::<32>()[12..])
    }

    /// ISO 3166-1 numeric country; 0 where unset.
    pub fn country_code(self) -> u16 {
        COUNTRY.read(self.0) as u16
    }

    /// When it ends; `None` is never.
    pub fn expiry(self) -> Option<UnixSeconds> {
        Some(EXPIRY.read(self.0))
            .filter(|seconds| *seconds != 0)
            .map(UnixSeconds)
    }

    /// The last day of the accreditation; `None` is never.
    pub fn accreditation_ends(self) -> Option<Day> {
        Some(ACCREDITATION_ENDS.read(self.0) as u16)
            .filter(|day| *day != 0)
            .map(Day)
    }

    /// How often the register has changed it.
    pub fn version(self) -> Version {
        Version(VERSION.read(self.0) as u16)
    }

    /// Whether a chain that holds this holds what it must: the same, or nothing
    /// where a tombstone of the first version is due, which stands for a wallet
    /// that no chain was told of before. From the second on, what was seen is not
    /// enough: an approval may be under way, or an agent's unseen (I2). A newer
    /// tombstone stands for an older one, since neither can be written back.
    pub fn is_met_by(self, held: Self) -> bool {
        let unheard_of = self == Self::tombstone(Version(1));
        self == held
            || (held == Self::EMPTY && unheard_of)
            || (self.is_tombstone() && held.is_tombstone() && self.version() < held.version())
    }

    /// Whether nothing but a version is there.
    pub fn is_tombstone(self) -> bool {
        self == Self::tombstone(self.version())
    }

    /// The authority that verified.
    pub fn authority(self) -> AuthorityIndex {
        AuthorityIndex(AUTHORITY.read(self.0) as u8)
    }

    /// Whether the approval stands, expiry and bars aside.
    pub fn is_approved(self) -> bool {
        VERIFIED.read(self.0) == 1
    }

    /// Whether the investor or the wallet is barred.
    pub fn is_restricted(self) -> bool {
        RESTRICTED.read(self.0) == 1
    }

    /// Whether the assets are frozen by law.
    pub fn is_frozen(self) -> bool {
        FROZEN.read(self.0) == 1
    }

    /// Whether US law treats the investor as a US person.
    pub fn is_us_person(self) -> bool {
        US_PERSON.read(self.0) == 1
    }

    /// 0 unset, 1 basic, 2 enhanced, 3 corporate.
    pub fn level_code(self) -> u8 {
        LEVEL.read(self.0) as u8
    }

    /// 0 unset, else the rating.
    pub fn rating(self) -> u8 {
        RATING.read(self.0) as u8
    }

    /// Whether an agent wrote it and the register has not confirmed it.
    pub fn is_provisional(self) -> bool {
        PROVISIONAL.read(self.0) == 1
    }

    /// Whether an agent removed it while it stood approved.
    pub fn is_vacated(self) -> bool {
        VACATED.read(self.0) == 1
    }

    /// Whether the chain knows an identity for the wallet.
    pub fn is_contained(self) -> bool {
        !self.identity().is_zero()
    }

    /// Whether the record says no, whatever the time: not approved, restricted
    /// or frozen.
    pub fn denies(self) -> bool {
        !self.is_approved() || self.is_restricted() || self.is_frozen()
    }

    /// The verdict at `now` (I4), as `isVerified` gives it.
    pub fn is_verified_at(self, now: UnixSeconds, restricted: RestrictedAuthorities) -> bool {
        self.is_contained()
            && !self.denies()
            && self.expiry().is_none_or(|expiry| now < expiry)
            && !restricted.includes(self.authority())
    }

    /// The same record with another identity.
    pub fn with_identity(self, identity: Address) -> Self {
        let cleared = (self.0 >> 160) << 160;
        Self(cleared | U256::from_be_slice(identity.as_slice()))
    }

    /// The same record with another version.
    pub fn with_version(self, version: Version) -> Self {
        Self(VERSION.write(self.0, version.0.into()))
    }

    /// The same record with another expiry; `None` is never.
    pub fn with_expiry(self, expiry: Option<UnixSeconds>) -> Self {
        Self(EXPIRY.write(self.0, expiry.map_or(0, |at| at.0)))
    }

    /// The same record with another country (ISO 3166-1 numeric).
    pub fn with_country_code(self, code: u16) -> Self {
        Self(COUNTRY.write(self.0, code.into()))
    }

    /// The same record by another authority.
    pub fn with_authority(self, authority: AuthorityIndex) -> Self {
        Self(AUTHORITY.write(self.0, authority.0.into()))
    }

    /// The same record, approved or not.
    pub fn with_approval(self, approved: bool) -> Self {
        Self(VERIFIED.write(self.0, approved.into()))
    }

    /// The same record with the bar set or lifted.
    pub fn with_restriction(self, restricted: bool) -> Self {
        Self(RESTRICTED.write(self.0, restricted.into()))
    }

    /// The same record with the asset freeze set or lifted.
    pub fn with_freeze(self, frozen: bool) -> Self {
        Self(FROZEN.write(self.0, frozen.into()))
    }

    /// The same record of a US person or not.
    pub fn with_us_person(self, us_person: bool) -> Self {
        Self(US_PERSON.write(self.0, us_person.into()))
    }

    /// The same record at another level ([`Level::code`](crate::investor::Level::code); 0 unset).
    pub fn with_level_code(self, code: u8) -> Self {
        Self(LEVEL.write(self.0, code.into()))
    }

    /// The same record with another rating (0 unset).
    pub fn with_rating(self, rating: u8) -> Self {
        Self(RATING.write(self.0, rating.into()))
    }

    /// The same record with another last day of the accreditation; `None` is never.
    pub fn with_accreditation_ends(self, last: Option<Day>) -> Self {
        Self(ACCREDITATION_ENDS.write(self.0, last.map_or(0, |day| day.0.into())))
    }

    /// The same record, marked as an agent's or not.
    pub fn with_provisional(self, provisional: bool) -> Self {
        Self(PROVISIONAL.write(self.0, provisional.into()))
    }

    /// The same record, marked as vacated by an agent or not.
    pub fn with_vacated(self, vacated: bool) -> Self {
        Self(VACATED.write(self.0, vacated.into()))
    }
}

impl fmt::Debug for WalletRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalletRecord")
            .field("identity", &self.identity())
            .field("country", &self.country_code())
            .field("expiry", &self.expiry())
            .field("version", &self.version().0)
            .field("authority", &self.authority().0)
            .field("approved", &self.is_approved())
            .field("restricted", &self.is_restricted())
            .field("frozen", &self.is_frozen())
            .field("provisional", &self.is_provisional())
            .field("vacated", &self.is_vacated())
            .finish_non_exhaustive()
    }
}

/// What a chain must hold for an investor's wallet; `None` while nobody has
/// judged the investor, when a tombstone of the wallet's version is all that is due.
pub fn desired(investor: &Investor, wallet: &Wallet, identity: Address) -> Option<WalletRecord> {
    let (verdict, approved) = match &investor.status {
        Status::Pending | Status::Rejected(_) => return None,
        // The chain ends an expired verdict by itself; its record stays.
        Status::Verified(verdict) | Status::Expired(verdict) => (verdict, true),
        Status::Revoked { verdict, .. } => (verdict, false),
    };
    let mut word = U256::from_be_slice(identity.as_slice());
    for (field, value) in [
        (COUNTRY, u64::from(verdict.country.numeric())),
        (EXPIRY, verdict.expiry.map_or(0, |at| at.0)),
        (
            ACCREDITATION_ENDS,
            verdict.accreditation_ends.map_or(0, |day| day.0.into()),
        ),
        (VERSION, wallet.version.0.into()),
        (AUTHORITY, investor.authority.0.into()),
        (VERIFIED, approved.into()),
        (RESTRICTED, (investor.restricted || !wallet.active).into()),
        (FROZEN, investor.frozen.into()),
        (US_PERSON, verdict.us_person.into()),
        (LEVEL, verdict.level.code().into()),
        (RATING, verdict.accreditation.rating().into()),
    ] {
        word |= U256::from(value & field.mask()) << field.at;
    }
    Some(WalletRecord(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        country::Country,
        investor::{Accreditation, Level, Verified},
        mirror::filter::tests::investor,
        wallet::{ChainScope, WalletAddress},
    };

    /// A value in each field, none like another, where `WalletRecord.sol` has it.
    fn full() -> WalletRecord {
        let fields: [(u64, usize); 13] = [
            (7, 0),
            (840, 160),
            (4_102_444_800, 170),
            (20_000, 204),
            (513, 220),
            (3, 236),
            (1, 244),
            (1, 245),
            (1, 246),
            (1, 247),
            (2, 248),
            (5, 250),
            (1, 253),
        ];
        let word = fields.iter().map(|(value, at)| U256::from(*value) << *at);
        WalletRecord(word.sum())
    }

    #[test]
    fn each_field_is_read_where_the_contract_has_it() {
        let record = full();
        assert_eq!(record.identity(), Address::with_last_byte(7));
        assert_eq!(record.country_code(), 840);
        assert_eq!(record.expiry(), Some(UnixSeconds(4_102_444_800)));
        assert_eq!(record.accreditation_ends(), Some(Day(20_000)));
        assert_eq!(record.version(), Version(513));
        assert_eq!(record.authority(), AuthorityIndex(3));
        assert!(record.is_approved() && record.is_restricted() && record.is_frozen());
        assert!(record.is_us_person() && record.is_provisional() && !record.is_vacated());
        assert_eq!((record.level_code(), record.rating()), (2, 5));
        assert!(WalletRecord(U256::from(1) << 254).is_vacated());
    }

    #[test]
    fn what_is_unset_is_read_as_nothing() {
        let record = WalletRecord::EMPTY;
        assert_eq!(record.identity(), Address::ZERO);
        assert_eq!((record.country_code(), record.rating()), (0, 0));
        assert_eq!((record.expiry(), record.accreditation_ends()), (None, None));
        assert_eq!(record.version(), Version(0));
        assert_eq!(record.authority(), AuthorityIndex(0));
        assert!(!record.is_approved() && !record.is_restricted() && !record.is_frozen());
        assert!(!record.is_us_person() && !record.is_provisional() && !record.is_vacated());
        assert_eq!(record.level_code(), 0);
    }

    #[test]
    fn what_is_written_leaves_the_rest_as_it_is() {
        let lowered = full()
            .with_identity(Address::with_last_byte(9))
            .with_country_code(4)
            .with_expiry(Some(UnixSeconds(11)))
            .with_version(Version(2))
            .with_authority(AuthorityIndex(1))
            .with_approval(false)
            .with_restriction(false)
            .with_freeze(false)
            .with_provisional(false)
            .with_vacated(true);
        assert_eq!(lowered.identity(), Address::with_last_byte(9));
        assert_eq!(lowered.country_code(), 4);
        assert_eq!(lowered.expiry(), Some(UnixSeconds(11)));
        assert_eq!(lowered.accreditation_ends(), Some(Day(20_000)));
        assert_eq!(lowered.version(), Version(2));
        assert_eq!(lowered.authority(), AuthorityIndex(1));
        assert!(!lowered.is_approved() && !lowered.is_restricted() && !lowered.is_frozen());
        assert!(lowered.is_us_person() && !lowered.is_provisional() && lowered.is_vacated());
        assert_eq!((lowered.level_code(), lowered.rating()), (2, 5));
    }

    #[test]
    fn people_are_shown_the_fields() {
        let shown = format!("{:?}", full());
        assert!(
            shown.contains("country: 840") && shown.contains("version: 513"),
            "{shown}"
        );
    }

    #[test]
    fn a_newer_tombstone_stands_for_an_older_one() {
        let [older, newer] = [2, 3].map(|version| WalletRecord::tombstone(Version(version)));
        assert!(older.is_met_by(newer));
        assert!(!newer.is_met_by(older));
        let denied = older.with_restriction(true);
        assert!(!denied.is_tombstone() && !denied.is_met_by(newer));
    }
    fn verdict() -> Verified {
        let verified = investor(Country::US, Level::Corporate);
        Verified {
            accreditation: Accreditation::Qualified,
            accreditation_ends: Some(Day(20_000)),
            us_person: true,
            person: Default::default(),
            expiry: Some(UnixSeconds(4_102_444_800)),
            ..verified.status.verdict().cloned().unwrap()
        }
    }

    fn holder(status: Status) -> Investor {
        Investor {
            authority: AuthorityIndex(3),
            status,
            ..investor(Country::US, Level::Corporate)
        }
    }

    #[test]
    fn a_record_says_what_the_verdict_says() {
        let wallet = Wallet {
            address: WalletAddress::new(Address::repeat_byte(9)).unwrap(),
            chains: ChainScope::All,
            active: true,
            version: Version(4),
        };
        let identity = Address::with_last_byte(7);
        let record = |holder: &Investor| desired(holder, &wallet, identity).unwrap();
        let verified = holder(Status::Verified(verdict()));
        let written = record(&verified);
        assert_eq!(written.identity(), identity);
        assert_eq!(written.country_code(), 840);
        assert_eq!(written.expiry(), Some(UnixSeconds(4_102_444_800)));
        assert_eq!(written.accreditation_ends(), Some(Day(20_000)));
        assert_eq!(written.version(), Version(4));
        assert_eq!(written.authority(), AuthorityIndex(3));
        assert!(written.is_us_person() && !written.denies());
        assert_eq!((written.level_code(), written.rating()), (3, 3));

        let restricted = Investor {
            restricted: true,
            ..verified.clone()
        };
        assert_eq!(record(&restricted), written.with_restriction(true));
        let frozen = Investor {
            frozen: true,
            ..verified.clone()
        };
        assert_eq!(record(&frozen), written.with_freeze(true));
        let expired = holder(Status::Expired(verdict()));
        assert_eq!(record(&expired), written, "the chain ends it by itself");
        let inactive = Wallet {
            active: false,
            ..wallet.clone()
        };
        let barred = desired(&verified, &inactive, identity).unwrap();
        assert_eq!(barred, written.with_restriction(true));
        assert_eq!(desired(&holder(Status::Pending), &wallet, identity), None);
    }
}
