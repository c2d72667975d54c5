//! What a history is made of: everything that may happen to a registry and to
//! the register behind it.

use std::fmt::{self, Debug};

use alloy_primitives::U256;
use symbolon_core::{mirror::record::WalletRecord, time::UnixSeconds, wallet::Version};

/// One of the [`WALLETS`]; the last one has few versions left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wallet(pub usize);

/// How many wallets there are.
pub const WALLETS: usize = 4;

/// One of the [`INVESTORS`] that the register knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder(pub usize);

/// How many investors there are.
pub const INVESTORS: usize = 3;

/// One of a few identity contracts: 0 is the zero address, then one an
/// investor, then those that agents know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(pub usize);

/// How many identities there are, zero included.
pub const IDENTITIES: usize = 6;

/// Where investors live and authorities act, by ISO 3166-1 numeric.
pub const COUNTRIES: [u16; 4] = [276, 840, 756, 4];

/// Something happens.
#[derive(Clone, Debug)]
pub enum Step {
    /// An authority, 0 being the owner, asks the register, and perhaps the mirror
    /// sends what follows at once.
    Decide(u8, Holder, Ask, Send),
    /// Somebody orders what only the owner may, and the same of the mirror.
    Federate(By, Order, Send),
    /// An operation is proposed and approved by all who may.
    Agree(Operation, Send),
    /// The mirror sends all that it owes.
    Mirror(Send),
    /// The register learns which versions the chain holds (its finalized blocks).
    Finalize,
    /// Entries that the mirror sent long ago reach the chain once more.
    Replay(Vec<usize>),
    /// A transaction of some mirror, not this register's.
    Upsert(Vec<(Wallet, Word)>),
    /// The same, with a version and grounds for each wallet.
    Deny(Vec<(Wallet, Leap, u8)>),
    /// Some mirror, not this register's, restricts an authority on chain, or
    /// lifts that.
    RestrictAuthority(u8, bool),
    /// An agent writes.
    Agent(Act),
    /// An agent registers several wallets at once.
    AgentBatch(Vec<(Wallet, Identity, u16)>),
    /// The owner sets for how long an agent's writes count.
    SetTerm(Term),
    /// Time passes.
    Wait(Until),
}

/// What the register is asked.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    Verify(Terms),
    Admit(Wallet, Terms),
    Reject,
    Revoke,
    Expire,
    Restrict,
    LiftRestriction,
    FreezeAssets,
    UnfreezeAssets,
    Link(Wallet),
    Remove(Wallet),
    Deactivate(Wallet),
    Reactivate(Wallet),
}

/// A verdict's particulars, by their place in short lists.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub expires_in: Option<u32>,
    pub country: usize,
    pub level: usize,
    pub rating: u8,
    pub accreditation_ends: Option<u16>,
    pub us_person: bool,
}

/// Who gives an order.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// One of the people who may be approvers, with a key of their own.
    Person(usize),
    /// Somebody of the owner's whose key names no person.
    Nobody,
    /// Somebody of an authority's.
    Authority,
}

/// What only the owner may order.
#[derive(Clone, Debug)]
pub enum Order {
    /// To be done at once or, where there are approvers, to be approved within
    /// so many seconds.
    Propose(Operation, u32),
    /// By its place among the proposals, as the next two.
    Approve(usize),
    Withdraw(usize),
    Cancel(usize),
}

/// An operation of the owner's, with countries by their place in [`COUNTRIES`].
#[derive(Clone, Debug)]
pub enum Operation {
    Add(Vec<usize>),
    SetCountries(u8, Vec<usize>),
    Restrict(u8),
    Reinstate(u8),
    Reassign(u8, Vec<Holder>),
    /// So many of the first so many people must approve.
    SetPolicy(u8, usize),
}

/// How the mirror sends what it owes: authorities that are cut off, denials,
/// records, and last the authorities that are reinstated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Send {
    /// Not now: it stays owed.
    Later,
    /// The first two alone: the rest stays owed.
    Urgent,
    /// A denial as a whole record too.
    Record,
    /// The same, and each twice.
    Twice,
    /// By its denial where it denies, as a record otherwise.
    Denial,
}

/// A word that nobody checked.
#[derive(Clone, Copy)]
pub enum Word {
    /// Made of fields.
    Fields {
        version: Leap,
        identity: Identity,
        expires_in: Option<u32>,
        authority: u8,
        flags: Flags,
    },
    /// Any bits but for the version.
    Garbage { version: Leap, bits: U256 },
}

impl Word {
    /// The record that is meant where `stored` is what the chain holds.
    pub fn over(self, stored: WalletRecord, now: UnixSeconds) -> WalletRecord {
        let stored = stored.version().0;
        match self {
            Word::Garbage { version, bits } => {
                WalletRecord(bits).with_version(Version(version.from(stored)))
            }
            Word::Fields {
                version,
                identity,
                expires_in,
                authority,
                flags,
            } => {
                let expiry = expires_in.map(|seconds| UnixSeconds(now.0 + u64::from(seconds)));
                let mut record = WalletRecord(U256::from(authority) << 236)
                    .with_version(Version(version.from(stored)))
                    .with_identity(identity.address())
                    .with_country_code(276)
                    .with_expiry(expiry)
                    .with_approval(flags.has(Flags::VERIFIED))
                    .with_restriction(flags.has(Flags::RESTRICTED))
                    .with_freeze(flags.has(Flags::FROZEN))
                    .with_provisional(flags.has(Flags::PROVISIONAL))
                    .with_vacated(flags.has(Flags::VACATED));
                record.0.set_bit(255, flags.has(Flags::RESERVED));
                record
            }
        }
    }
}

/// Flags of a word, those that the register may not write included.
#[derive(Clone, Copy)]
pub struct Flags(pub u8);

impl Flags {
    pub const VERIFIED: u8 = 1;
    pub const RESTRICTED: u8 = 1 << 1;
    pub const FROZEN: u8 = 1 << 2;
    pub const PROVISIONAL: u8 = 1 << 3;
    pub const VACATED: u8 = 1 << 4;
    pub const RESERVED: u8 = 1 << 5;
    const NAMES: [&'static str; 6] = [
        "verified",
        "restricted",
        "frozen",
        "provisional",
        "vacated",
        "reserved",
    ];

    pub fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// A version, relative to the stored one or not.
#[derive(Clone, Copy, Debug)]
pub enum Leap {
    By(i32),
    To(u16),
}

impl Leap {
    /// The version that is meant where `stored` is the version now.
    pub fn from(self, stored: u16) -> u16 {
        match self {
            Self::By(step) => (i32::from(stored) + step).clamp(0, 65_535) as u16,
            Self::To(version) => version,
        }
    }
}

/// What an agent writes.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Register(Wallet, Identity, u16),
    UpdateIdentity(Wallet, Identity),
    UpdateCountry(Wallet, u16),
    Delete(Wallet),
}

/// For how long an agent's write counts, in seconds.
#[derive(Clone, Copy, Debug)]
pub enum Term {
    Seconds(u64),
    Unlimited,
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// So many seconds.
    Passed(u32),
    /// The second before a wallet's record expires, that second, or the next.
    Expiry(Wallet, i8),
}

impl Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields {
                version,
                identity,
                expires_in,
                authority,
                flags,
            } => {
                write!(f, "{version:?} {identity:?} {flags:?}")?;
                if let Some(seconds) = expires_in {
                    write!(f, " expires in {seconds} s")?;
                }
                write!(f, " by authority {authority}")
            }
            Self::Garbage { version, bits } => write!(f, "{version:?} {bits:#066x}"),
        }
    }
}

impl Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.has(1 << bit));
        f.debug_list().entries(set.map(|(_, name)| name)).finish()
    }
}
