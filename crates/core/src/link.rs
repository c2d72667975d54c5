//! Verification links: a person is sent one, by e-mail or by other means, proves whose
//! wallet it is, and goes to the provider. Whoever has a link's token may do that for the
//! investor, so tokens end, are stored hashed, and can be revoked.

use std::{fmt, str::FromStr};

use alloy_primitives::{B128, B256};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{ids::IssuerId, time::UnixSeconds};

const HOUR: u64 = 3_600;

/// A link, by a name that opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkId(pub B128);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LinkId {
    type Err = LinkIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| LinkIdError)
    }
}

/// A text that is no [`LinkId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a link's id is `0x` and 32 hexadecimal digits")]
pub struct LinkIdError;

/// For how long a link may be used: from a day to thirty days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct LinkLifetime(u32);

impl LinkLifetime {
    /// Seven days.
    pub const WEEK: Self = Self(7 * 24);

    /// So many hours, from 24 to 720.
    pub const fn hours(hours: u32) -> Result<Self, LinkLifetimeError> {
        match hours {
            24..=720 => Ok(Self(hours)),
            _ => Err(LinkLifetimeError),
        }
    }

    /// As long as it takes until `end`, within what a link may last.
    pub fn until(end: UnixSeconds, now: UnixSeconds) -> Self {
        let hours = end.0.saturating_sub(now.0) / HOUR;
        Self(u32::try_from(hours).unwrap_or(u32::MAX).clamp(24, 720))
    }

    /// When a link ends that was made then.
    pub fn ends(self, made: UnixSeconds) -> UnixSeconds {
        UnixSeconds(made.0 + u64::from(self.0) * HOUR)
    }
}

impl TryFrom<u32> for LinkLifetime {
    type Error = LinkLifetimeError;

    fn try_from(hours: u32) -> Result<Self, Self::Error> {
        Self::hours(hours)
    }
}

impl From<LinkLifetime> for u32 {
    fn from(lifetime: LinkLifetime) -> Self {
        lifetime.0
    }
}

/// A number of hours that no link may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a link lasts 24 to 720 hours")]
pub struct LinkLifetimeError;

/// What a link opens with: 256 random bits behind its issuer's name, which says where to
/// look. Known to the person alone; the register keeps its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken {
    issuer: IssuerId,
    secret: B256,
}

impl LinkToken {
    /// The token of these random bytes, which the caller drew.
    pub const fn from_random(issuer: IssuerId, secret: [u8; 32]) -> Self {
        Self {
            issuer,
            secret: B256::new(secret),
        }
    }

    /// Reads the two parts of a link's path.
    pub fn read(issuer: &str, secret: &str) -> Option<Self> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if secret.len() != 64 || !secret.bytes().all(is_digit) {
            return None;
        }
        Some(Self {
            issuer: issuer.parse().ok()?,
            secret: secret.parse().ok()?,
        })
    }

    /// Whose register it opens.
    pub const fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// The secret part, for the link itself and nothing else.
    pub fn expose(&self) -> String {
        format!("{:x}", self.secret)
    }

    /// What is stored of it: nobody guesses 256 random bits, so no slow hash is needed.
    pub fn hash(&self) -> B256 {
        let hasher = Sha256::new().chain_update("symbolon link token");
        let hasher = hasher.chain_update(self.issuer.as_str());
        B256::from_slice(&hasher.chain_update(self.secret).finalize())
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

/// What has happened to a link so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkProgress {
    /// From when on it opens nothing.
    pub expires: UnixSeconds,
    /// When the person first came.
    pub opened: Option<UnixSeconds>,
    /// When the person first did something: proved a wallet, or went to the provider.
    pub started: Option<UnixSeconds>,
    /// When all that it asks was done.
    pub completed: Option<UnixSeconds>,
    /// When the issuer took it back.
    pub revoked: Option<UnixSeconds>,
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStatus {
    /// Nobody has come yet.
    Pending,
    /// The person has looked at it.
    Opened,
    /// The person is at it.
    InProgress,
    /// All is done.
    Completed,
    /// Its time is over.
    Expired,
    /// The issuer took it back.
    Revoked,
}

impl LinkStatus {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Opened,
        Self::InProgress,
        Self::Completed,
        Self::Expired,
        Self::Revoked,
    ];

    /// The word that people and programs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Opened => "opened",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl LinkProgress {
    /// Where it stands at `now`. What is completed stays so, and what was taken back.
    pub fn at(&self, now: UnixSeconds) -> LinkStatus {
        match self {
            Self {
                completed: Some(_), ..
            } => LinkStatus::Completed,
            Self {
                revoked: Some(_), ..
            } => LinkStatus::Revoked,
            _ if now >= self.expires => LinkStatus::Expired,
            Self {
                started: Some(_), ..
            } => LinkStatus::InProgress,
            Self {
                opened: Some(_), ..
            } => LinkStatus::Opened,
            _ => LinkStatus::Pending,
        }
    }

    /// Whether the person may still do something by it.
    pub fn is_usable(&self, now: UnixSeconds) -> bool {
        matches!(
            self.at(now),
            LinkStatus::Pending | LinkStatus::Opened | LinkStatus::InProgress
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_day_to_thirty() {
        assert!(LinkLifetime::hours(23).is_err());
        assert!(LinkLifetime::hours(721).is_err());
        let day = LinkLifetime::hours(24).unwrap();
        assert_eq!(day.ends(UnixSeconds(1_000)), UnixSeconds(1_000 + 86_400));
        let until = |end| u32::from(LinkLifetime::until(UnixSeconds(end), UnixSeconds(1_000)));
        assert_eq!(until(0), 24, "what has ended leaves a day");
        assert_eq!(until(1_000 + 100 * HOUR + 1), 100);
        assert_eq!(until(u64::MAX), 720);
    }

    #[test]
    fn a_link_ends_to_the_second_unless_it_is_done() {
        let mut link = LinkProgress {
            expires: UnixSeconds(100),
            opened: None,
            started: None,
            completed: None,
            revoked: None,
        };
        assert_eq!(link.at(UnixSeconds(99)), LinkStatus::Pending);
        assert_eq!(link.at(UnixSeconds(100)), LinkStatus::Expired);
        link.opened = Some(UnixSeconds(1));
        assert_eq!(link.at(UnixSeconds(99)), LinkStatus::Opened);
        link.started = Some(UnixSeconds(2));
        assert_eq!(link.at(UnixSeconds(99)), LinkStatus::InProgress);
        link.revoked = Some(UnixSeconds(3));
        assert_eq!(link.at(UnixSeconds(200)), LinkStatus::Revoked);
        assert!(!link.is_usable(UnixSeconds(50)));
        link.completed = Some(UnixSeconds(2));
        assert_eq!(link.at(UnixSeconds(200)), LinkStatus::Completed);
    }

    #[test]
    fn a_token_is_read_as_it_was_written_and_never_shown() {
        let token = LinkToken::from_random("acme".parse().unwrap(), [7; 32]);
        assert_eq!(
            LinkToken::read("acme", &token.expose()),
            Some(token.clone())
        );
        let other = LinkToken::from_random("bank".parse().unwrap(), [7; 32]);
        assert_ne!(token.hash(), other.hash());
        assert_eq!(format!("{token:?}"), "LinkToken(…)");
        for secret in ["", "07", &"0G".repeat(32), &"0A".repeat(32)] {
            assert_eq!(LinkToken::read("acme", secret), None, "{secret}");
        }
    }
}
