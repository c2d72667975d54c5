//! Points in time as the register and the chains count them: whole seconds
//! since 1970-01-01 UTC, and whole days.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Date, Month, OffsetDateTime, format_description::well_known::Rfc3339};

const SECONDS_A_DAY: u64 = 86_400;

/// Seconds since 1970-01-01T00:00:00Z, as `block.timestamp` counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixSeconds(pub u64);

impl UnixSeconds {
    /// The latest moment that a wallet record can hold (34 bits, in the year 2514).
    pub const MAX_ON_CHAIN: Self = Self((1 << 34) - 1);

    /// The day that this moment lies in, UTC.
    pub fn day(self) -> Day {
        Day(u16::try_from(self.0 / SECONDS_A_DAY).unwrap_or(u16::MAX))
    }
}

impl fmt::Display for UnixSeconds {
    /// RFC 3339, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = i64::try_from(self.0)
            .ok()
            .and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok())
            .and_then(|at| at.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} s after 1970", self.0),
        }
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z: the beat of the mirror's lanes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// This much later.
    #[must_use]
    pub const fn after(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// A span of milliseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

/// Days since 1970-01-01, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub u16);

impl Day {
    /// The first second after this day: what lasts "until the end of that day" ends here.
    pub fn end(self) -> UnixSeconds {
        UnixSeconds((u64::from(self.0) + 1) * SECONDS_A_DAY)
    }
}

impl fmt::Display for Day {
    /// The date.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin = UnixSeconds(u64::from(self.0) * SECONDS_A_DAY).to_string();
        f.write_str(begin.split('T').next().unwrap_or_default())
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let date = parse_date(text).ok_or(DayError)?;
        let days = (date - OffsetDateTime::UNIX_EPOCH.date()).whole_days();
        u16::try_from(days).map(Self).map_err(|_| DayError)
    }
}

/// A text that is no [`Day`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write a date that there is, between 1970 and 2149, such as 2027-12-31")]
pub struct DayError;

/// A [`Day`] in JSON as people write it.
pub(crate) mod day_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Day;

    pub(crate) fn serialize<S: Serializer>(day: &Day, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Day, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Why a text is no expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ExpiryError {
    /// Neither RFC 3339 nor a date.
    #[error("write a date (2027-12-31) or a moment (2027-12-31T18:00:00Z)")]
    Unreadable,
    /// Before 1970 or after what a wallet record can hold.
    #[error("the expiry must lie between 1970 and 2514")]
    OutOfRange,
}

/// Reads an expiry: RFC 3339, or a date alone, which lasts until the end of
/// that day in UTC (I4). Whoever reads it compares `now < expiry`.
pub fn parse_expiry(text: &str) -> Result<UnixSeconds, ExpiryError> {
    let text = text.trim();
    let end = match parse_date(text) {
        Some(date) => {
            let midnight = date.midnight().assume_utc().unix_timestamp();
            midnight + SECONDS_A_DAY as i64
        }
        None => OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| ExpiryError::Unreadable)?
            .unix_timestamp(),
    };
    match u64::try_from(end) {
        Ok(end) if end > 0 && end <= UnixSeconds::MAX_ON_CHAIN.0 => Ok(UnixSeconds(end)),
        _ => Err(ExpiryError::OutOfRange),
    }
}

/// `YYYY-MM-DD` and nothing else: by hand, since it runs once a row of an import.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u16> {
        bytes[range].iter().try_fold(0, |n: u16, b| {
            b.is_ascii_digit().then(|| n * 10 + u16::from(b - b'0'))
        })
    };
    let month = Month::try_from(u8::try_from(number(5..7)?).ok()?).ok()?;
    let day = u8::try_from(number(8..10)?).ok()?;
    Date::from_calendar_date(i32::from(number(0..4)?), month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_lasts_until_its_day_ends() {
        assert_eq!(parse_expiry("1970-01-01"), Ok(UnixSeconds(86_400)));
        assert_eq!(parse_expiry("2027-12-31"), Ok(UnixSeconds(1_830_297_600)));
    }

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for day in [Day(0), Day(18_262), Day(u16::MAX)] {
            assert_eq!(day.to_string().parse(), Ok(day));
        }
        assert_eq!("2020-01-01".parse(), Ok(Day(18_262)));
        for text in ["", "1969-12-31", "2149-06-07", "2023-02-29", "2020-1-1"] {
            assert_eq!(text.parse::<Day>(), Err(DayError), "{text}");
        }
    }

    #[test]
    fn a_moment_is_taken_as_it_stands() {
        assert_eq!(
            parse_expiry("2027-12-31T18:00:00+01:00"),
            Ok(UnixSeconds(1_830_272_400))
        );
    }

    #[test]
    fn the_rest_is_refused() {
        for text in ["", "tomorrow", "2027-13-01", "2027-02-30", "31.12.2027"] {
            assert_eq!(parse_expiry(text), Err(ExpiryError::Unreadable), "{text}");
        }
        assert_eq!(parse_expiry("9999-01-01"), Err(ExpiryError::OutOfRange));
        assert_eq!(parse_expiry("1969-01-01"), Err(ExpiryError::OutOfRange));
    }
}
