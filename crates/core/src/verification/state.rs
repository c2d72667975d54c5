//! Where an attempt stands.

use std::{fmt, str::FromStr};

use alloy_primitives::B128;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Outcome;
use crate::command::Command;

/// One attempt to verify one investor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VerificationId(pub B128);

impl fmt::Display for VerificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for VerificationId {
    type Err = VerificationIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| VerificationIdError)
    }
}

/// A text that is no [`VerificationId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a verification's id is `0x` and 32 hexadecimal digits")]
pub struct VerificationIdError;

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationState {
    /// The person, or the provider, has something to do.
    Waiting,
    /// The person must hand in something again.
    Retry,
    /// A person of the issuer's must look.
    Review,
    /// It has led to a verdict.
    Approved,
    /// It has led to a refusal, or to a revocation.
    Refused,
    /// Somebody of the issuer's has looked, and is done with it.
    Settled,
}

impl VerificationState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Retry,
        Self::Review,
        Self::Approved,
        Self::Refused,
        Self::Settled,
    ];

    /// The word that people and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Retry => "retry",
            Self::Review => "review",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Settled => "settled",
        }
    }

    /// The one of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// Where it stands after what followed from a fact.
    #[must_use]
    pub fn after(self, outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Stale | Outcome::Unchanged => self,
            Outcome::Waiting => Self::Waiting,
            Outcome::Retry => Self::Retry,
            Outcome::Review(_) => Self::Review,
            Outcome::Decide(command) => match command.as_ref() {
                Command::Verify(_) => Self::Approved,
                _ => Self::Refused,
            },
        }
    }
}
