//! The register: what was decided upon each wallet.
//!
//! A history is the list of standings, one a version. The checker needs all of
//! it, to know which versions were ever approved; the protocol the newest alone.

use crate::word::Word;

/// Wallets, at most.
pub const WALLETS: usize = 2;
/// The wallet that is not this one.
pub(crate) const fn other(wallet: usize) -> usize {
    WALLETS - 1 - wallet
}

/// Decisions upon one wallet, at most.
pub const MOST_DECISIONS: usize = 4;

/// What may be decided upon an investor with one wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Verified, for the first time or again.
    Verify,
    /// Verified anew: other facts, and so another version.
    Renew,
    /// The verdict is withdrawn.
    Revoke,
    /// The investor is barred.
    Restrict,
    /// And is not any more.
    Lift,
    /// The wallet is nobody's any more.
    Remove,
}

/// What a decision leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Nobody has judged yet.
    #[default]
    Unknown,
    /// The wallet counts.
    Verified,
    /// The verdict was withdrawn.
    Revoked,
    /// Verified, but barred.
    Restricted,
    /// Neither verified nor free.
    RevokedAndRestricted,
    /// Only a tombstone is due.
    Removed,
}

impl Standing {
    /// What the decision makes of it; `None` where nothing changes.
    fn after(self, decision: Decision) -> Option<Self> {
        use Standing::{Removed, Restricted, Revoked, RevokedAndRestricted, Unknown, Verified};
        Some(match (self, decision) {
            (Unknown | Removed | Revoked, Decision::Verify)
            | (Verified, Decision::Renew)
            | (Restricted, Decision::Lift) => Verified,
            (RevokedAndRestricted, Decision::Verify) | (Verified, Decision::Restrict) => Restricted,
            (Verified, Decision::Revoke) | (RevokedAndRestricted, Decision::Lift) => Revoked,
            (Restricted, Decision::Revoke) | (Revoked, Decision::Restrict) => RevokedAndRestricted,
            (Verified | Revoked | Restricted | RevokedAndRestricted, Decision::Remove) => Removed,
            _ => return None,
        })
    }

    /// What a chain must hold of it at this version.
    fn word(self, version: u8) -> Word {
        match self {
            Self::Unknown => Word::EMPTY,
            Self::Verified => Word::of_register(version, true, false),
            Self::Revoked => Word::of_register(version, false, false),
            Self::Restricted => Word::of_register(version, true, true),
            Self::RevokedAndRestricted => Word::of_register(version, false, true),
            Self::Removed => Word::tombstone(version),
        }
    }
}

/// Everything that was decided upon one wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct History {
    version: u8,
    standings: [Standing; MOST_DECISIONS],
}

impl History {
    /// The newest version; 0 before any decision.
    pub const fn version(&self) -> u8 {
        self.version
    }

    fn standing_at(&self, version: u8) -> Standing {
        let place = usize::from(version).checked_sub(1);
        let standing = place.and_then(|place| self.standings.get(place));
        standing.copied().unwrap_or_default()
    }

    /// What a chain must hold at this version.
    pub fn word_at(&self, version: u8) -> Word {
        self.standing_at(version).word(version)
    }

    /// What a chain must hold.
    pub fn desired(&self) -> Word {
        self.word_at(self.version)
    }

    /// After the decision, unless nothing changes or it would be one more than `most`.
    pub(crate) fn after(mut self, decision: Decision, most: u8) -> Option<Self> {
        let standing = self.standing_at(self.version).after(decision)?;
        if self.version >= most {
            return None;
        }
        let place = self.standings.get_mut(usize::from(self.version))?;
        *place = standing;
        self.version += 1;
        Some(self)
    }
}
