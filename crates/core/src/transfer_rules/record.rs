//! One country's rule on one chain: a word, and how announcements change it, as
//! `RuleRecord.sol` has it.

use std::fmt;

use alloy_primitives::U256;

use super::{Admission, CountryRule, HolderCap, Residencies};
use crate::{
    country::Country,
    investor::{Accreditation, Level, Years},
    mirror::rules::MAX_LEAP,
    time::UnixSeconds,
    wallet::Version,
};

const RULE: u64 = (1 << 40) - 1;
const ANNOUNCED_AT: usize = 40;
const FROM_AT: usize = 80;
const VERSION_AT: usize = 120;

const AGE_AT: usize = 40;
const RESIDENCIES_AT: usize = 48;

const ALLOWED: u64 = 1;
const BLOCKED: u64 = 2;
const NO_US_PERSONS: u64 = 1 << 7;

/// Whose rule: a country's, or that of all others.
pub type RuleKey = Option<Country>;

/// What a chain calls it: ISO 3166-1 numeric, 0 for all others.
pub fn key_code(key: RuleKey) -> u16 {
    key.map_or(0, Country::numeric)
}

/// A rule in the five bytes of a chain; nothing stands for a country without one.
pub fn packed(rule: Option<CountryRule>) -> u64 {
    let Some(rule) = rule else {
        return 0;
    };
    if rule.is_block() {
        return BLOCKED;
    }
    let level = u64::from(rule.least_level.map_or(0, Level::code));
    let rating = u64::from(rule.least_accreditation.map_or(0, Accreditation::rating));
    let us = if rule.no_us_persons { NO_US_PERSONS } else { 0 };
    let cap = u64::from(rule.holder_cap.map_or(0, |cap| cap.0));
    ALLOWED | level << 2 | rating << 4 | us | cap << 8
}

/// A rule as the register stores it: as a chain has it, and what it asks of persons.
pub fn stored(rule: Option<CountryRule>) -> u64 {
    let asked = rule.unwrap_or_default();
    let age = u64::from(asked.least_age.map_or(0, |least| least.0));
    packed(rule) | age << AGE_AT | u64::from(asked.residencies.0) << RESIDENCIES_AT
}

/// The rule that the register has stored.
pub fn restored(bytes: u64) -> Option<CountryRule> {
    let rule = unpacked(bytes & RULE)?;
    let age = (bytes >> AGE_AT) as u8;
    Some(CountryRule {
        least_age: Some(Years(age)).filter(|least| least.0 > 0),
        residencies: Residencies((bytes >> RESIDENCIES_AT) as u8),
        ..rule
    })
}

/// The rule in five bytes; nothing where a country has none of its own.
pub fn unpacked(bytes: u64) -> Option<CountryRule> {
    match bytes & 3 {
        ALLOWED => Some(CountryRule {
            admission: Admission::Allowed,
            least_level: Level::from_code((bytes >> 2 & 3) as u8),
            least_accreditation: Accreditation::from_rating((bytes >> 4 & 7) as u8),
            no_us_persons: bytes & NO_US_PERSONS != 0,
            holder_cap: Some(HolderCap((bytes >> 8) as u32)).filter(|cap| cap.0 > 0),
            least_age: None,
            residencies: Residencies::default(),
        }),
        BLOCKED => Some(CountryRule::BLOCKED),
        _ => None,
    }
}

/// All that a chain knows of one country's rule: 256 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RuleRecord(pub U256);

impl RuleRecord {
    /// Of a country that the chain never heard of.
    pub const EMPTY: Self = Self(U256::ZERO);

    /// The rule that holds at `now`; nothing where the country has none of its own.
    pub fn in_force(self, now: UnixSeconds) -> Option<CountryRule> {
        let at = match self.from() {
            Some(from) if now >= from => ANNOUNCED_AT,
            _ => 0,
        };
        unpacked(self.bits(at) & RULE)
    }

    /// The rule that is to hold, and from when; nothing where none is announced, or
    /// it holds already.
    pub fn announced(self, now: UnixSeconds) -> Option<(Option<CountryRule>, UnixSeconds)> {
        let from = self.from().filter(|from| now < *from)?;
        Some((unpacked(self.bits(ANNOUNCED_AT) & RULE), from))
    }

    /// The rule that holds once what is announced does.
    pub fn in_the_end(self) -> Option<CountryRule> {
        let at = self.from().map_or(0, |_| ANNOUNCED_AT);
        unpacked(self.bits(at) & RULE)
    }

    /// How often it was written.
    pub fn version(self) -> Version {
        Version(self.bits(VERSION_AT) as u16)
    }

    /// The record once this rule is announced at `now` for `from`, in place of what
    /// was announced and does not hold yet. A block holds at once.
    #[must_use]
    pub fn announcing(
        self,
        rule: Option<CountryRule>,
        now: UnixSeconds,
        from: UnixSeconds,
        version: Version,
    ) -> Self {
        if rule.is_some_and(|rule| rule.is_block()) {
            return self.blocked(version);
        }
        if !self.precedes(version) {
            return self;
        }
        let announced = U256::from(packed(rule)) << ANNOUNCED_AT;
        Self(self.settled(now, version).0 | announced | U256::from(from.0) << FROM_AT)
    }

    /// The record without what is announced and does not hold yet.
    #[must_use]
    pub fn withdrawn(self, now: UnixSeconds, version: Version) -> Self {
        match self.precedes(version) {
            true => self.settled(now, version),
            false => self,
        }
    }

    /// The record after a block, which lands whatever its version (I2).
    #[must_use]
    pub fn blocked(self, version: Version) -> Self {
        let stored = self.version().0;
        let highest = stored.saturating_add(MAX_LEAP);
        let newer = version.0.min(highest).max(stored).max(1);
        Self(U256::from(BLOCKED) | U256::from(newer) << VERSION_AT)
    }

    /// Whether a write of this version counts: newer, and not absurdly far ahead.
    pub fn precedes(self, version: Version) -> bool {
        let leap = version.0.checked_sub(self.version().0);
        leap.is_some_and(|leap| (1..=MAX_LEAP).contains(&leap))
    }

    fn settled(self, now: UnixSeconds, version: Version) -> Self {
        let rule = U256::from(packed(self.in_force(now)));
        Self(rule | U256::from(version.0) << VERSION_AT)
    }

    fn from(self) -> Option<UnixSeconds> {
        let from = UnixSeconds(self.bits(FROM_AT) & RULE);
        (from.0 > 0).then_some(from)
    }

    fn bits(self, at: usize) -> u64 {
        (self.0 >> at).wrapping_to()
    }
}

impl fmt::Debug for RuleRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleRecord")
            .field("rule", &unpacked(self.bits(0) & RULE))
            .field("announced", &unpacked(self.bits(ANNOUNCED_AT) & RULE))
            .field("from", &self.from())
            .field("version", &self.version().0)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::investor::Residency;

    const NOW: UnixSeconds = UnixSeconds(1_790_000_000);
    const LATER: UnixSeconds = UnixSeconds(NOW.0 + 172_800);

    fn asking(level: Level) -> Option<CountryRule> {
        Some(CountryRule {
            least_level: Some(level),
            ..CountryRule::OPEN
        })
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let full = CountryRule {
            least_level: Some(Level::Corporate),
            least_accreditation: Accreditation::from_rating(7),
            no_us_persons: true,
            holder_cap: Some(HolderCap(u32::MAX)),
            ..CountryRule::OPEN
        };
        for rule in [
            None,
            Some(CountryRule::OPEN),
            Some(CountryRule::BLOCKED),
            Some(full),
        ] {
            assert!(packed(rule) <= RULE);
            assert_eq!(unpacked(packed(rule)), rule);
            assert_eq!(restored(stored(rule)), rule);
        }
    }

    #[test]
    fn what_is_asked_of_persons_is_stored_and_told_to_no_chain() {
        let rule = CountryRule {
            least_age: Some(Years(21)),
            residencies: vec![Residency::Citizen, Residency::TemporaryResident].into(),
            ..asking(Level::Enhanced).unwrap()
        };
        assert_eq!(restored(stored(Some(rule))), Some(rule));
        assert_eq!(packed(Some(rule)), packed(asking(Level::Enhanced)));
        assert!(stored(Some(rule)) <= i64::MAX as u64, "the store's type");
    }

    #[test]
    fn an_announcement_holds_from_its_time() {
        let record = RuleRecord::EMPTY.announcing(asking(Level::Enhanced), NOW, LATER, Version(1));
        assert_eq!(record.in_force(NOW), None);
        assert_eq!(
            record.announced(NOW),
            Some((asking(Level::Enhanced), LATER))
        );
        assert_eq!(record.in_force(LATER), asking(Level::Enhanced));
        assert_eq!(record.announced(LATER), None);
    }

    #[test]
    fn a_block_holds_at_once_and_ends_what_is_announced() {
        let announced = RuleRecord::EMPTY.announcing(asking(Level::Basic), NOW, LATER, Version(5));
        let blocked = announced.announcing(Some(CountryRule::BLOCKED), NOW, LATER, Version(2));
        assert_eq!(blocked.in_force(NOW), Some(CountryRule::BLOCKED));
        assert_eq!(blocked.in_force(LATER), Some(CountryRule::BLOCKED));
        assert_eq!(
            blocked.version(),
            Version(5),
            "it lands whatever its version"
        );
    }

    #[test]
    fn what_holds_is_not_withdrawn() {
        let first = RuleRecord::EMPTY.announcing(asking(Level::Basic), NOW, LATER, Version(1));
        let waiting = first.withdrawn(NOW, Version(2));
        assert_eq!(
            (waiting.in_force(LATER), waiting.announced(NOW)),
            (None, None)
        );
        let settled = first.withdrawn(LATER, Version(2));
        assert_eq!(settled.in_force(LATER), asking(Level::Basic));
    }

    #[test]
    fn what_is_stale_changes_nothing() {
        let record = RuleRecord::EMPTY.announcing(asking(Level::Basic), NOW, LATER, Version(3));
        for stale in [1, 3, 3 + MAX_LEAP + 1] {
            assert_eq!(record.announcing(None, NOW, LATER, Version(stale)), record);
            assert_eq!(record.withdrawn(NOW, Version(stale)), record);
        }
    }
}
