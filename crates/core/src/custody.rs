//! How long a profile is kept. Law keeps it for years after the relation with the
//! investor has ended, and longer while a hold lies on it; then it is erased (I7).

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use time::{Date, Duration, Month, OffsetDateTime};

use crate::{ids::InvestorId, time::UnixSeconds};

/// A remark for the log, such as a case number or a purpose: 1 to 200 printable
/// characters. An `@` is refused, since an e-mail address is personal data (I6); for
/// the rest whoever writes it answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Remark(String);

/// A text that is no [`Remark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "write 1 to 200 printable characters without `@`, and nothing about a person: it goes to the log"
)]
pub struct RemarkError;

impl Remark {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Remark {
    type Err = RemarkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let right = (1..=200).contains(&text.chars().count())
            && !text.contains(|c: char| c.is_control() || c == '@');
        right.then(|| Self(text.to_owned())).ok_or(RemarkError)
    }
}

impl TryFrom<String> for Remark {
    type Error = RemarkError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Remark> for String {
    fn from(remark: Remark) -> Self {
        remark.0
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What lies on an investor's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// Whoever needs it kept, by their references.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holds: BTreeSet<Remark>,
    /// Whether it was erased: the register no longer knows who this is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// Who it turned out to be: then nothing is known of it but that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<InvestorId>,
}

impl Custody {
    /// Whether nothing lies on it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// For how many years a profile is kept after the relation has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RetentionYears(pub u8);

impl Default for RetentionYears {
    /// Directive (EU) 2015/849, article 40: five years.
    fn default() -> Self {
        Self(5)
    }
}

impl RetentionYears {
    /// Whether the law of most places asks for longer.
    pub fn is_short(self) -> bool {
        self < Self::default()
    }
}

impl fmt::Display for RetentionYears {
    /// `1 year`, `5 years`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let years = if self.0 == 1 { "year" } else { "years" };
        write!(f, "{} {years}", self.0)
    }
}

/// What the issuer has decided about profiles whose relation has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// For how many years they are kept.
    pub years: RetentionYears,
    /// Whether servers erase them then by themselves. Nobody can undo that, so it is not
    /// done before the issuer says so.
    pub erases_by_itself: bool,
}

impl Retention {
    /// Whether profiles would be erased sooner, or without anybody's doing, than now:
    /// what nobody can undo.
    pub fn is_hastened_by(self, to: Self) -> bool {
        to.years < self.years || (to.erases_by_itself && !self.erases_by_itself)
    }
}

/// Why a profile must be kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MustKeep {
    /// The investor is verified.
    #[error("the relation lasts: revoke the investor first")]
    RelationLasts,
    /// It ended not long enough ago.
    #[error("the law keeps the profile until {0}")]
    Retention(UnixSeconds),
    /// Somebody needs it.
    #[error("a legal hold lies on it ({0}): lift it first")]
    Hold(Remark),
}

/// Until when a profile is kept whose relation ended then: the same date and time, so
/// many years of the calendar later (UTC).
///
/// The 29th of February has no such date in other years. What ended on it is kept until
/// the 1st of March begins: until the 28th would be a day less than the law's years. Then
/// whatever ended later is never kept less long.
pub fn kept_until(ended: UnixSeconds, retention: RetentionYears) -> UnixSeconds {
    let until = moment(ended).and_then(|ended| {
        let year = ended.year() + i32::from(retention.0);
        match ended.replace_year(year) {
            Ok(until) => Some(until),
            Err(_) => Date::from_calendar_date(year, Month::March, 1)
                .ok()
                .map(|date| date.midnight().assume_utc()),
        }
    });
    // Beyond the calendar it is kept for ever.
    until.and_then(seconds).unwrap_or(UnixSeconds(u64::MAX))
}

/// By when the relation must have ended for the time to have come by now: the last such
/// moment; `None` where that is before 1970.
pub fn must_have_ended_by(retention: RetentionYears, now: UnixSeconds) -> Option<UnixSeconds> {
    let now = moment(now)?;
    let year = now.year() - i32::from(retention.0);
    let ended = match now.replace_year(year) {
        Ok(ended) => ended,
        // On the 29th of February of a year that has none: the last second before March.
        Err(_) => {
            let march = Date::from_calendar_date(year, Month::March, 1).ok()?;
            march.midnight().assume_utc() - Duration::SECOND
        }
    };
    seconds(ended)
}

fn moment(at: UnixSeconds) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(i64::try_from(at.0).ok()?).ok()
}

fn seconds(at: OffsetDateTime) -> Option<UnixSeconds> {
    u64::try_from(at.unix_timestamp()).ok().map(UnixSeconds)
}

/// Whether the time has come, where the relation `ended` then; `None` while it lasts.
pub fn may_erase(
    custody: &Custody,
    ended: Option<UnixSeconds>,
    retention: RetentionYears,
    now: UnixSeconds,
) -> Result<(), MustKeep> {
    if let Some(hold) = custody.holds.first() {
        return Err(MustKeep::Hold(hold.clone()));
    }
    let until = kept_until(ended.ok_or(MustKeep::RelationLasts)?, retention);
    if now < until {
        return Err(MustKeep::Retention(until));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_kept_to_the_second() {
        let (none, ended) = (Custody::default(), UnixSeconds(1_000));
        // 1972 was a leap year.
        let until = UnixSeconds(1_000 + (5 * 365 + 1) * 86_400);
        let years = RetentionYears::default();
        let at = |now| may_erase(&none, Some(ended), years, now);
        assert_eq!(
            at(UnixSeconds(until.0 - 1)),
            Err(MustKeep::Retention(until))
        );
        assert_eq!(at(until), Ok(()));
        let lasting = may_erase(&none, None, years, until);
        assert_eq!(lasting, Err(MustKeep::RelationLasts));
        assert_eq!(must_have_ended_by(years, until), Some(ended));
        assert_eq!(must_have_ended_by(years, UnixSeconds(1)), None);
        let case: Remark = "case 7".parse().unwrap();
        let held = Custody {
            holds: [case.clone()].into(),
            ..Custody::default()
        };
        assert_eq!(
            may_erase(&held, Some(ended), years, until),
            Err(MustKeep::Hold(case))
        );
    }

    #[test]
    fn a_remark_is_no_address() {
        assert!("audit 2026".parse::<Remark>().is_ok());
        for text in ["", "to jane@example.com", "a\nb", &"x".repeat(201)] {
            assert!(text.parse::<Remark>().is_err(), "{text}");
        }
    }
}
