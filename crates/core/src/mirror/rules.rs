//! What the registry contract makes of each write: the rules of
//! `WalletRecords.sol` in Rust. The planner predicts with them, the simulator
//! runs on them, and the differential test proves them equal to the contract.

use alloy_primitives::Address;
use thiserror::Error;

use super::record::WalletRecord;
use crate::{time::UnixSeconds, verdict::RestrictedAuthorities, wallet::Version};

/// How far ahead of the stored version an approval may be and still count.
pub const MAX_LEAP: u16 = 4096;

/// Why a wallet is denied; several may hold at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grounds(u8);

impl Grounds {
    /// The verdict was withdrawn.
    pub const REVOKED: Self = Self(1);
    /// The investor or the wallet is barred.
    pub const RESTRICTED: Self = Self(1 << 1);
    /// The assets are frozen by law.
    pub const FROZEN: Self = Self(1 << 2);
    /// The wallet is nobody's any more: only its tombstone stays.
    pub const REMOVED: Self = Self(1 << 3);

    /// From the byte of a denial; one that names no ground is a revocation.
    pub fn from_byte(byte: u8) -> Self {
        match byte & 0b1111 {
            0 => Self::REVOKED,
            known => Self(known),
        }
    }

    /// The byte of a denial.
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// Both sets of grounds.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the other's grounds are among these.
    pub const fn include(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The grounds on which a record denies.
    pub fn of(record: WalletRecord) -> Self {
        let mut grounds = Self::default();
        if !record.is_approved() {
            grounds = grounds.and(if record.is_contained() {
                Self::REVOKED
            } else {
                Self::REMOVED
            });
        }
        if record.is_restricted() {
            grounds = grounds.and(Self::RESTRICTED);
        }
        if record.is_frozen() {
            grounds = grounds.and(Self::FROZEN);
        }
        grounds
    }
}

/// The record after `upsert` of one entry.
pub fn upserted(stored: WalletRecord, incoming: WalletRecord) -> WalletRecord {
    let mut incoming = incoming.with_provisional(false).with_vacated(false);
    incoming.0.set_bit(255, false);
    if !incoming.is_contained() {
        incoming = incoming.with_approval(false);
    }
    let counts = incoming
        .version()
        .0
        .checked_sub(stored.version().0)
        .is_some_and(|leap| (1..=MAX_LEAP).contains(&leap));
    if counts {
        incoming
    } else if incoming.denies() {
        let mut grounds = Grounds::default();
        for (holds, ground) in [
            (!incoming.is_approved(), Grounds::REVOKED),
            (incoming.is_restricted(), Grounds::RESTRICTED),
            (incoming.is_frozen(), Grounds::FROZEN),
        ] {
            if holds {
                grounds = grounds.and(ground);
            }
        }
        denied(stored, incoming.version(), grounds)
    } else {
        stored
    }
}

/// The record after `deny` of one entry: a denial always lands (I2).
pub fn denied(stored: WalletRecord, version: Version, grounds: Grounds) -> WalletRecord {
    let highest = stored.version().0.saturating_add(MAX_LEAP);
    let version = Version(version.0.min(highest).max(stored.version().0).max(1));
    let base = if grounds.include(Grounds::REMOVED) {
        WalletRecord::EMPTY
            .with_restriction(stored.is_restricted())
            .with_freeze(stored.is_frozen())
    } else {
        stored.with_provisional(false).with_vacated(false)
    };
    let revoked = grounds.include(Grounds::REVOKED) || grounds.include(Grounds::REMOVED);
    base.with_version(version)
        .with_approval(base.is_approved() && !revoked)
        .with_restriction(base.is_restricted() || grounds.include(Grounds::RESTRICTED))
        .with_freeze(base.is_frozen() || grounds.include(Grounds::FROZEN))
}

/// For how long an agent's write counts until the register confirms it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentTerm {
    /// Seconds; 0 is not at all.
    Seconds(u64),
    /// For good: a registry run without a register.
    Unlimited,
}

impl AgentTerm {
    fn end(self, now: UnixSeconds) -> Option<UnixSeconds> {
        match self {
            Self::Seconds(term) => Some(UnixSeconds(
                now.0.saturating_add(term).min(UnixSeconds::MAX_ON_CHAIN.0),
            )),
            Self::Unlimited => None,
        }
    }
}

/// Why the contract refuses an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AgentRefusal {
    /// T-REX's own refusal of a second registration.
    #[error("address stored already")]
    Contained,
    /// T-REX's own refusal of a change to nothing.
    #[error("address not stored yet")]
    NotContained,
    /// The register denied the wallet, and no agent lifts that.
    #[error("WalletDenied")]
    Denied,
}

/// The record after an agent's `registerIdentity`.
pub fn agent_registered(
    stored: WalletRecord,
    identity: Address,
    country_code: u16,
    now: UnixSeconds,
    term: AgentTerm,
) -> Result<WalletRecord, AgentRefusal> {
    if stored.is_contained() {
        return Err(AgentRefusal::Contained);
    }
    let untouched = stored == WalletRecord::EMPTY || stored.is_vacated();
    if !untouched || stored.is_restricted() || stored.is_frozen() {
        return Err(AgentRefusal::Denied);
    }
    // A vacated word still knows its authority and its expiry, so that neither
    // is shaken off by removing a wallet and registering it again.
    Ok(WalletRecord::tombstone(stored.version())
        .with_authority(stored.authority())
        .with_identity(identity)
        .with_country_code(country_code)
        .with_expiry(earlier(stored.expiry(), term.end(now)))
        .with_approval(true)
        .with_provisional(true))
}

/// The record after an agent's `updateIdentity`.
pub fn agent_updated_identity(
    stored: WalletRecord,
    identity: Address,
    now: UnixSeconds,
    term: AgentTerm,
) -> Result<WalletRecord, AgentRefusal> {
    Ok(made_provisional(stored, now, term)?.with_identity(identity))
}

/// The record after an agent's `updateCountry`.
pub fn agent_updated_country(
    stored: WalletRecord,
    country_code: u16,
    now: UnixSeconds,
    term: AgentTerm,
) -> Result<WalletRecord, AgentRefusal> {
    Ok(made_provisional(stored, now, term)?.with_country_code(country_code))
}

/// The record after an agent's `deleteIdentity`. Only what was verified at
/// that second may be registered again by an agent: otherwise it could lift an
/// expiry by removing and registering the wallet.
pub fn agent_deleted(
    stored: WalletRecord,
    now: UnixSeconds,
    restricted: RestrictedAuthorities,
) -> Result<WalletRecord, AgentRefusal> {
    if !stored.is_contained() {
        return Err(AgentRefusal::NotContained);
    }
    let tombstone = WalletRecord::tombstone(stored.version())
        .with_restriction(stored.is_restricted())
        .with_freeze(stored.is_frozen());
    Ok(if stored.is_verified_at(now, restricted) {
        tombstone
            .with_authority(stored.authority())
            .with_expiry(stored.expiry())
            .with_vacated(true)
    } else {
        tombstone
    })
}

fn made_provisional(
    stored: WalletRecord,
    now: UnixSeconds,
    term: AgentTerm,
) -> Result<WalletRecord, AgentRefusal> {
    if !stored.is_contained() {
        return Err(AgentRefusal::NotContained);
    }
    let expiry = earlier(stored.expiry(), term.end(now));
    Ok(stored.with_provisional(true).with_expiry(expiry))
}

/// The earlier of two ends, where `None` is never.
fn earlier(a: Option<UnixSeconds>, b: Option<UnixSeconds>) -> Option<UnixSeconds> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AuthorityIndex;

    const NOW: UnixSeconds = UnixSeconds(1_000);
    const DAY: AgentTerm = AgentTerm::Seconds(86_400);
    const TOMORROW: Option<UnixSeconds> = Some(UnixSeconds(87_400));
    const IDENTITY: Address = Address::repeat_byte(2);
    const ANOTHER: Address = Address::repeat_byte(3);

    fn approved(version: u16) -> WalletRecord {
        WalletRecord::tombstone(Version(version))
            .with_identity(IDENTITY)
            .with_country_code(276)
            .with_approval(true)
    }

    fn nobody() -> RestrictedAuthorities {
        RestrictedAuthorities::default()
    }

    fn registered(stored: WalletRecord) -> Result<WalletRecord, AgentRefusal> {
        agent_registered(stored, ANOTHER, 250, NOW, DAY)
    }

    #[test]
    fn grounds_are_a_set() {
        let both = Grounds::REVOKED.and(Grounds::FROZEN);
        assert_eq!(both.and(Grounds::FROZEN), both);
        assert!(both.include(Grounds::FROZEN) && !Grounds::FROZEN.include(both));
    }

    #[test]
    fn a_late_record_lands_as_far_as_it_denies() {
        let stored = approved(5);
        assert_eq!(upserted(stored, approved(5).with_country_code(4)), stored);
        for (late, landed) in [
            (
                approved(3).with_approval(false),
                stored.with_approval(false),
            ),
            (
                approved(3).with_restriction(true),
                stored.with_restriction(true),
            ),
            (approved(3).with_freeze(true), stored.with_freeze(true)),
        ] {
            assert_eq!(upserted(stored, late), landed);
        }
    }

    #[test]
    fn an_agent_registers_for_its_term() {
        let record = registered(WalletRecord::EMPTY).unwrap();
        assert!(record.is_approved() && record.is_provisional());
        assert_eq!(record.identity(), ANOTHER);
        assert_eq!(record.country_code(), 250);
        assert_eq!(record.expiry(), TOMORROW);
        let unlimited = AgentTerm::Unlimited;
        let record = agent_registered(WalletRecord::EMPTY, ANOTHER, 250, NOW, unlimited).unwrap();
        assert_eq!(record.expiry(), None);
    }

    #[test]
    fn an_agent_registers_nobody_whom_the_register_denied() {
        assert_eq!(registered(approved(1)), Err(AgentRefusal::Contained));
        let vacated = WalletRecord::tombstone(Version(1)).with_vacated(true);
        for denied in [
            WalletRecord::tombstone(Version(1)),
            vacated.with_restriction(true),
            vacated.with_freeze(true),
        ] {
            assert_eq!(registered(denied), Err(AgentRefusal::Denied), "{denied:?}");
        }
        assert!(registered(vacated).is_ok());
    }

    #[test]
    fn neither_expiry_nor_authority_is_shaken_off() {
        let authority = AuthorityIndex(3);
        let ends = Some(UnixSeconds(NOW.0 + 1));
        let stored = approved(4).with_authority(authority).with_expiry(ends);
        let removed = agent_deleted(stored, NOW, nobody()).unwrap();
        assert!(removed.is_vacated() && !removed.is_contained() && !removed.is_approved());
        let back = registered(removed).unwrap();
        assert_eq!((back.authority(), back.expiry()), (authority, ends));
        assert_eq!(back.version(), Version(4));
    }

    #[test]
    fn whoever_was_not_verified_does_not_come_back_by_an_agent() {
        let restricted = approved(4).with_restriction(true);
        let frozen = approved(4).with_freeze(true);
        let expired = approved(4).with_expiry(Some(NOW));
        let revoked = approved(4).with_approval(false);
        for stored in [restricted, frozen, expired, revoked] {
            let removed = agent_deleted(stored, NOW, nobody()).unwrap();
            let holds = (removed.is_restricted(), removed.is_frozen());
            assert_eq!(holds, (stored.is_restricted(), stored.is_frozen()));
            assert_eq!(registered(removed), Err(AgentRefusal::Denied), "{stored:?}");
        }
        let unknown = agent_deleted(WalletRecord::EMPTY, NOW, nobody());
        assert_eq!(unknown, Err(AgentRefusal::NotContained));
    }

    #[test]
    fn what_an_agent_changes_is_provisional_and_ends_no_later() {
        let ends = Some(UnixSeconds(NOW.0 + 1));
        for (stored, until) in [
            (approved(4), TOMORROW),
            (approved(4).with_expiry(ends), ends),
        ] {
            let changed = stored.with_provisional(true).with_expiry(until);
            assert_eq!(
                agent_updated_identity(stored, ANOTHER, NOW, DAY),
                Ok(changed.with_identity(ANOTHER))
            );
            assert_eq!(
                agent_updated_country(stored, 4, NOW, DAY),
                Ok(changed.with_country_code(4))
            );
        }
        let kept =
            agent_updated_country(approved(4).with_expiry(ends), 4, NOW, AgentTerm::Unlimited);
        assert_eq!(kept.unwrap().expiry(), ends);
        let unknown = agent_updated_country(WalletRecord::EMPTY, 4, NOW, DAY);
        assert_eq!(unknown, Err(AgentRefusal::NotContained));
    }
}
