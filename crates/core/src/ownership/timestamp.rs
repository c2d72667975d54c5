//! Moments as a message writes them: RFC 3339's `date-time`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::text::QUOTED;
use crate::time::UnixSeconds;

/// A moment, and how it is written: two that are written otherwise are not the
/// same, though they may name one moment, since what is signed is the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp {
    text: String,
    /// Nanoseconds since 1970, UTC.
    at: i128,
}

/// Why a text is no [`Timestamp`]: its beginning.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no date and time of RFC 3339: write one that exists, such as 2026-03-01T10:00:00Z"
)]
pub struct TimestampError(pub String);

impl Timestamp {
    /// A whole second, in UTC; refused after the year 9999, which RFC 3339
    /// cannot write.
    pub fn at(moment: UnixSeconds) -> Result<Self, TimestampError> {
        moment.to_string().parse()
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is yet to come when it is `now`.
    pub fn is_after(&self, now: UnixSeconds) -> bool {
        self.at > i128::from(now.0) * 1_000_000_000
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || TimestampError(text.chars().take(QUOTED).collect());
        // The library reads more than RFC 3339 writes, and capitals alone.
        let read =
            is_shaped(text).then(|| OffsetDateTime::parse(&text.to_ascii_uppercase(), &Rfc3339));
        let at = read.ok_or_else(refused)?.map_err(|_| refused())?;
        Ok(Self {
            text: text.to_owned(),
            at: at.unix_timestamp_nanos(),
        })
    }
}

/// Section 5.6, digits and marks alone: whether there is such a day is not looked at.
fn is_shaped(text: &str) -> bool {
    let Some((seconds, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let (rest, fraction) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (&rest[digits..], Some(digits))
        }
        None => (rest, None),
    };
    let fits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(b, shape)| match shape {
                    b'0' => b.is_ascii_digit(),
                    b'+' => b"+-".contains(&b),
                    mark => b.eq_ignore_ascii_case(&mark),
                })
    };
    fits(seconds, "0000-00-00T00:00:00")
        && fraction != Some(0)
        && (fits(rest, "Z") || fits(rest, "+00:00"))
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rfc_3339_writes_is_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2021-09-30t16:25:24.000z", 1_633_019_124),
            ("2021-09-30T16:25:24-02:00", 1_633_026_324),
            ("2000-02-29T23:59:59.999999999999+00:00", 951_868_799),
            ("2016-12-31T23:59:60Z", 1_483_228_799),
        ] {
            let read: Timestamp = text.parse().unwrap();
            assert_eq!(read.as_str(), text);
            assert!(!read.is_after(UnixSeconds(seconds + 1)), "{text}");
            assert!(
                seconds == 0 || read.is_after(UnixSeconds(seconds - 1)),
                "{text}"
            );
        }
    }

    #[test]
    fn the_rest_is_refused() {
        for text in [
            "",
            "2021-02-31T16:25:24Z",
            "2023-02-29T00:00:00Z",
            "2021-09-30 16:25:24Z",
            "2021-09-30_16:25:24Z",
            "2021-09-30T16:25:24",
            "2021-09-30T16:25:24.Z",
            "2021-09-30T24:00:00Z",
            "2021-09-30T16:60:00Z",
            "2021-09-30T16:25:60Z",
            "2021-09-30T16:25:24+2:00",
            "2021-09-30T16:25:24+0200",
            "2021-09-30T16:25:24+24:00",
            "+2021-09-30T16:25:24Z",
            "2021-9-30T16:25:24Z",
            "2021-09-30T16:25:24ZZ",
            "ü021-09-30T16:25:24Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_second_is_written_in_utc() {
        let at = Timestamp::at(UnixSeconds(1_772_359_200)).unwrap();
        assert_eq!(at.as_str(), "2026-03-01T10:00:00Z");
        assert!(!at.is_after(UnixSeconds(1_772_359_200)));
        assert!(Timestamp::at(UnixSeconds(u64::MAX)).is_err());
        assert!(Timestamp::at(UnixSeconds(253_402_300_800)).is_err());
    }
}
