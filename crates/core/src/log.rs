//! The register's log: a chain of hashes over everything that happened to one
//! issuer's investors (I9).
//!
//! One entry holds the events of one decision. Its hash covers the entry
//! before it, so that an edit, a deletion, a reordering or (together with the
//! heads that the chains carry) a truncation shows.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{
    actor::Actor,
    ids::{InvestorId, IssuerId},
    time::UnixSeconds,
};

const DOMAIN: &[u8] = b"symbolon log entry 1";

/// The place of an entry in its issuer's log, counted from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EntryNumber(pub u64);

impl EntryNumber {
    /// The next place.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The last entry's number and hash; both zero for an empty log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: EntryNumber,
    /// Its hash.
    pub hash: B256,
}

/// One decision, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub number: EntryNumber,
    /// When it was decided.
    pub at: UnixSeconds,
    /// Who asked.
    pub actor: String,
    /// Whom it is about.
    pub investor: InvestorId,
    /// Its events as a JSON array, byte for byte as they were hashed.
    pub events: String,
}

impl Entry {
    /// The entry that follows `head`.
    pub fn following(
        head: Head,
        at: UnixSeconds,
        actor: &Actor,
        investor: InvestorId,
        events: String,
    ) -> Self {
        Self {
            number: head.number.next(),
            at,
            actor: actor.name.clone(),
            investor,
            events,
        }
    }

    /// The entry's hash upon the one before it: SHA-256 over the domain, the
    /// issuer, the previous hash and every field, each with its length.
    pub fn hash(&self, issuer: &IssuerId, previous: B256) -> B256 {
        let mut hasher = Sha256::new();
        let number = self.number.0.to_be_bytes();
        let at = self.at.0.to_be_bytes();
        for part in [
            DOMAIN,
            issuer.as_str().as_bytes(),
            previous.as_slice(),
            &number,
            &at,
            self.actor.as_bytes(),
            self.investor.0.as_slice(),
            self.events.as_bytes(),
        ] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        B256::from_slice(&hasher.finalize())
    }
}

/// How a log betrays that somebody touched it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Tampering {
    /// A number is missing or out of turn.
    #[error(
        "entry {found} stands where entry {expected} must be: something was deleted, inserted or reordered"
    )]
    WrongNumber {
        /// What should be there.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// The content does not give the stored hash.
    #[error("entry {0} does not match its hash: it, or one before it, was edited")]
    WrongHash(u64),
    /// The log ends before the head that was recorded elsewhere.
    #[error("the log ends at entry {found}, but its head says {expected}: it was truncated")]
    Truncated {
        /// What the head says.
        expected: u64,
        /// Where it ends.
        found: u64,
    },
    /// The last hash is not the head's.
    #[error("the hash of the last entry is not the head's")]
    WrongHead,
}

/// Walks a log from its first entry and holds each to its hash.
#[derive(Clone, Debug)]
pub struct Verifier {
    issuer: IssuerId,
    head: Head,
}

impl Verifier {
    /// At the beginning of this issuer's log.
    pub fn new(issuer: IssuerId) -> Self {
        Self {
            issuer,
            head: Head::default(),
        }
    }

    /// Takes the next entry and the hash that is stored with it.
    pub fn check(&mut self, entry: &Entry, stored: B256) -> Result<Head, Tampering> {
        let expected = self.head.number.next();
        if entry.number != expected {
            return Err(Tampering::WrongNumber {
                expected: expected.0,
                found: entry.number.0,
            });
        }
        let hash = entry.hash(&self.issuer, self.head.hash);
        if hash != stored {
            return Err(Tampering::WrongHash(entry.number.0));
        }
        self.head = Head {
            number: entry.number,
            hash,
        };
        Ok(self.head)
    }

    /// At the end: holds the walk against the head as recorded elsewhere.
    pub fn finish(self, recorded: Head) -> Result<Head, Tampering> {
        if self.head.number != recorded.number {
            return Err(Tampering::Truncated {
                expected: recorded.number.0,
                found: self.head.number.0,
            });
        }
        if self.head.hash != recorded.hash {
            return Err(Tampering::WrongHead);
        }
        Ok(self.head)
    }
}
