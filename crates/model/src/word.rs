//! A wallet's record in two bytes, and the production rules upon it.
//!
//! Of the 256 bits the model keeps those that its histories can tell apart:
//! version, whose identity it is, the flags, and whether an agent's term limits
//! it. Every rule is the core's own, upon the whole record.

use std::{cell::RefCell, collections::HashMap, fmt, sync::LazyLock};

use alloy_primitives::Address;
use symbolon_core::{
    mirror::{
        record::WalletRecord,
        rules::{AgentTerm, Grounds, agent_deleted, agent_registered, denied, upserted},
    },
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::Version,
};

use crate::bug::Bug;

/// Whose identity the register writes, and whose an agent does.
const REGISTERS: Address = Address::repeat_byte(0x11);
const AGENTS: Address = Address::repeat_byte(0x22);
/// When agents write, and for how long that counts.
const NOW: UnixSeconds = UnixSeconds(1_000);
const TERM: AgentTerm = AgentTerm::Seconds(100);
const TERM_END: UnixSeconds = UnixSeconds(1_100);
/// A moment after every agent's term.
const LATER: UnixSeconds = UnixSeconds(10_000);

const VERSION: u16 = 0b1111;
const APPROVED: u16 = 1 << 4;
const RESTRICTED: u16 = 1 << 5;
const PROVISIONAL: u16 = 1 << 6;
const VACATED: u16 = 1 << 7;
const BY_REGISTER: u16 = 1 << 8;
const BY_AGENT: u16 = 1 << 9;
const LIMITED: u16 = 1 << 10;

/// Each word's record and whether that denies, and what the rules made of those
/// that met before: the same rule is asked for in millions of states.
static KNOWN: LazyLock<Vec<(WalletRecord, bool)>> = LazyLock::new(|| {
    let records = (0..LIMITED << 1).map(|bits| Word(bits).built());
    records.map(|record| (record, record.denies())).collect()
});

thread_local! {
    static MET: RefCell<HashMap<(Word, Write), Word>> = RefCell::default();
}

/// A wallet's record.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u16);

impl Word {
    /// The record of a wallet that the chain never heard of.
    pub const EMPTY: Self = Self(0);

    /// What the register wants of a contained wallet.
    pub(crate) fn of_register(version: u8, approved: bool, restricted: bool) -> Self {
        let mut bits = BY_REGISTER | (u16::from(version) & VERSION);
        for (holds, flag) in [(approved, APPROVED), (restricted, RESTRICTED)] {
            if holds {
                bits |= flag;
            }
        }
        Self(bits)
    }

    /// What remains of a removed wallet.
    pub(crate) const fn tombstone(version: u8) -> Self {
        Self(version as u16 & VERSION)
    }

    /// Whether this is a denial on the other's grounds and on more.
    pub(crate) fn denies_more_than(self, other: Self) -> bool {
        let grounds = |word: Self| (word.0 ^ APPROVED) & (APPROVED | RESTRICTED);
        let rest = |word: Self| word.0 & !(APPROVED | RESTRICTED);
        other.denies()
            && rest(self) == rest(other)
            && grounds(self) & grounds(other) == grounds(other)
    }

    fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    /// Its version.
    pub const fn version(self) -> u8 {
        (self.0 & VERSION) as u8
    }

    /// Whether an agent wrote it and the register has not confirmed it.
    pub fn is_provisional(self) -> bool {
        self.has(PROVISIONAL)
    }

    /// Whether it says no, whatever the time.
    pub fn denies(self) -> bool {
        KNOWN.get(usize::from(self.0)).is_none_or(|known| known.1)
    }

    /// The verdict once every agent's term is over.
    pub(crate) fn is_verified_later(self) -> bool {
        self.record()
            .is_verified_at(LATER, RestrictedAuthorities::default())
    }

    /// The whole record.
    pub fn record(self) -> WalletRecord {
        let known = KNOWN.get(usize::from(self.0));
        known.map_or_else(|| self.built(), |known| known.0)
    }

    fn built(self) -> WalletRecord {
        let mut record = WalletRecord::tombstone(Version(self.version().into()))
            .with_approval(self.has(APPROVED))
            .with_restriction(self.has(RESTRICTED))
            .with_provisional(self.has(PROVISIONAL))
            .with_vacated(self.has(VACATED));
        if self.has(BY_REGISTER) {
            record = record.with_identity(REGISTERS);
        }
        if self.has(BY_AGENT) {
            record = record.with_identity(AGENTS);
        }
        if self.has(LIMITED) {
            record = record.with_expiry(Some(TERM_END));
        }
        record
    }

    /// The record in short.
    ///
    /// # Panics
    ///
    /// If it holds what these bits cannot say: the model would be wrong.
    pub(crate) fn from_record(record: WalletRecord) -> Self {
        let mut bits = record.version().0 & VERSION;
        for (holds, flag) in [
            (record.is_approved(), APPROVED),
            (record.is_restricted(), RESTRICTED),
            (record.is_provisional(), PROVISIONAL),
            (record.is_vacated(), VACATED),
            (record.identity() == REGISTERS, BY_REGISTER),
            (record.identity() == AGENTS, BY_AGENT),
            (record.expiry() == Some(TERM_END), LIMITED),
        ] {
            if holds {
                bits |= flag;
            }
        }
        let word = Self(bits);
        assert_eq!(word.record(), record, "no word of the model's");
        word
    }

    /// After an agent's `registerIdentity`, unless the contract refuses it.
    pub(crate) fn registered_by_agent(self) -> Option<Self> {
        let after = agent_registered(self.record(), AGENTS, 0, NOW, TERM).ok()?;
        Some(Self::from_record(after))
    }

    /// After an agent's `deleteIdentity`, unless the contract refuses it.
    pub(crate) fn deleted_by_agent(self) -> Option<Self> {
        let none = RestrictedAuthorities::default();
        let after = agent_deleted(self.record(), NOW, none).ok()?;
        Some(Self::from_record(after))
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.version())?;
        for (flag, name) in [
            (BY_REGISTER, " contained"),
            (BY_AGENT, " agent's"),
            (APPROVED, " approved"),
            (RESTRICTED, " restricted"),
            (PROVISIONAL, " provisional"),
            (VACATED, " vacated"),
            (LIMITED, " limited"),
        ] {
            if self.has(flag) {
                f.write_str(name)?;
            }
        }
        Ok(())
    }
}

/// One wallet's write in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Write {
    /// The whole record.
    Upsert(Word),
    /// A denial of this version on these grounds.
    Deny(u8, u8),
}

impl Write {
    /// The version that it carries.
    pub const fn version(self) -> u8 {
        match self {
            Self::Upsert(word) => word.version(),
            Self::Deny(version, _) => version,
        }
    }

    /// Whether it approves.
    pub(crate) fn approves(self) -> bool {
        matches!(self, Self::Upsert(word) if !word.denies())
    }

    /// What the registry makes of it, by the production rules.
    pub(crate) fn upon(self, held: Word) -> Word {
        MET.with_borrow_mut(|met| {
            let after = met.entry((held, self));
            *after.or_insert_with(|| self.applied(held))
        })
    }

    fn applied(self, held: Word) -> Word {
        let held = held.record();
        Word::from_record(match self {
            Self::Upsert(word) => upserted(held, word.record()),
            Self::Deny(version, grounds) => {
                denied(held, Version(version.into()), Grounds::from_byte(grounds))
            }
        })
    }

    /// What a registry with this bug makes of it.
    pub(crate) fn upon_with(self, held: Word, bug: Option<Bug>) -> Word {
        let is_old = self.version() <= held.version();
        match (bug, self) {
            (Some(Bug::VersionGuardDropped), Self::Upsert(word)) => word,
            (Some(Bug::OldDenialIgnored), _) if is_old && !self.approves() => held,
            _ => self.upon(held),
        }
    }
}
