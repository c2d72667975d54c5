//! Renewals: whoever's verdict is about to end is to be verified again before it does. A
//! document's end calls for one too, since the next check of the person would fail by it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::UnixSeconds;

const SECONDS_A_DAY: u64 = 86_400;

/// How long before its end a verdict is taken notice of: 1 to 365 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct RemindDays(u16);

impl RemindDays {
    /// So many days.
    pub const fn new(days: u16) -> Result<Self, RemindDaysError> {
        match days {
            1..=365 => Ok(Self(days)),
            _ => Err(RemindDaysError),
        }
    }

    /// Up to which moment an end is near.
    pub fn reach(self, now: UnixSeconds) -> UnixSeconds {
        UnixSeconds(now.0.saturating_add(u64::from(self.0) * SECONDS_A_DAY))
    }
}

impl Default for RemindDays {
    /// Thirty: as long as a link may last.
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u16> for RemindDays {
    type Error = RemindDaysError;

    fn try_from(days: u16) -> Result<Self, Self::Error> {
        Self::new(days)
    }
}

impl From<RemindDays> for u16 {
    fn from(days: RemindDays) -> Self {
        days.0
    }
}

/// A number of days that nobody is reminded ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("choose 1 to 365 days")]
pub struct RemindDaysError;

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The verdict itself.
    Verdict,
    /// The document that it stands on; the verdict lasts longer, or for ever.
    Document,
}

impl Ending {
    /// The word that people and programs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Document => "document",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_to_a_year_ahead() {
        for days in [0, 366] {
            assert!(RemindDays::new(days).is_err());
        }
        let day = RemindDays::new(1).unwrap();
        assert_eq!(day.reach(UnixSeconds(7)), UnixSeconds(86_407));
        assert_eq!(
            day.reach(UnixSeconds(u64::MAX)),
            UnixSeconds(u64::MAX),
            "nothing is beyond the last second"
        );
    }
}
