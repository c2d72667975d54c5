//! What a history is made of: calls of the registrar, who sends them, and time.

use alloy_primitives::{Address, B256};
use symbolon_core::{ids::InvestorId, time::UnixSeconds};

/// When every history begins.
pub const START: u64 = 1_790_000_000;

/// One of the [`WALLETS`], or [`Wallet::ZERO`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet(pub usize);

/// How many wallets there are.
pub const WALLETS: usize = 5;

/// One of the [`INVESTORS`] that may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder(pub usize);

/// How many investors there may be.
pub const INVESTORS: usize = 4;

/// An authority by the index that it has or will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Body(pub u8);

impl Body {
    /// The owner.
    pub const OWNER: Self = Self(0);
    /// Those that are there from the beginning.
    pub const FIRST: [Self; 2] = [Self(1), Self(2)];
    /// One that a history may appoint.
    pub const LATER: Self = Self(3);
    /// Nobody's: its signers are strangers.
    pub const NONE: Self = Self(4);
}

/// One of the [`SIGNERS`] of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    pub of: Body,
    pub place: usize,
}

/// How many addresses each authority has.
pub const SIGNERS: usize = 3;

/// Where investors live and authorities act, by ISO 3166-1 numeric. The
/// registrar keeps them in words of 256 bits: the first two share a word, the
/// first and the third a place in it. The last two are no countries.
pub const COUNTRIES: [u16; 6] = [276, 300, 20, 840, 0, 1024];

/// Something happens.
#[derive(Clone, Debug)]
pub enum Step {
    /// Somebody sends a call.
    Send(Signer, Call),
    /// As many of an authority send a call as its threshold asks for.
    Agree(Body, Call),
    /// Somebody sends what was sent not long ago.
    Again(By, usize),
    /// Somebody takes back the approval of what was sent not long ago.
    TakeBack(By, usize),
    /// The owner restricts whoever sent what was sent not long ago, and
    /// reinstates it.
    Suspend(usize),
    /// Time passes.
    Wait(Until),
}

/// Who comes back to a call.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Whoever has this place in the authority of who sent it.
    Colleague(usize),
    /// Anybody.
    Other(Signer),
}

/// A call, with countries by their place in [`COUNTRIES`].
#[derive(Clone, Debug)]
pub enum Call {
    AddInvestor(Holder, usize, Terms, Vec<Wallet>),
    UpdateInvestor(Holder, Terms),
    RestrictInvestor(Holder, bool),
    RegisterAddresses(Holder, Vec<Wallet>),
    RestrictAddresses(Holder, Vec<Wallet>),
    AddAuthority(Body, Vec<usize>),
    SetCountries(Body, Vec<usize>, bool),
    RestrictAuthority(Body, bool),
    Reassign(Body, Vec<Holder>),
}

/// What a verification says.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub rating: u8,
    pub expiry: Expiry,
}

/// When a verification ends.
#[derive(Clone, Copy, Debug)]
pub enum Expiry {
    /// So many seconds after the beginning.
    After(u32),
    Never,
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// So many seconds.
    Passed(u32),
    /// The second before an investor expires, that second, or the next.
    Expiry(Holder, i8),
    /// The same of an approval of what was sent not long ago.
    Lapse(usize, i8),
}

impl Wallet {
    pub const ZERO: Self = Self(WALLETS);

    /// The zero address too.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=WALLETS).map(Self)
    }

    /// Addresses as dense as real ones.
    pub fn bare(self) -> Address {
        match self {
            Self::ZERO => Address::ZERO,
            Self(place) => Address::repeat_byte(0xa1 + place as u8),
        }
    }
}

impl Holder {
    pub fn all() -> impl Iterator<Item = Self> {
        (0..INVESTORS).map(Self)
    }

    pub fn id(self) -> InvestorId {
        InvestorId(B256::repeat_byte(0xc1 + self.0 as u8))
    }
}

impl Body {
    /// All that may be authorities.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=Self::LATER.0).map(Self)
    }

    pub fn signers(self) -> impl Iterator<Item = Signer> {
        (0..SIGNERS).map(move |place| Signer { of: self, place })
    }
}

impl Signer {
    /// Addresses as dense as real ones.
    pub fn bare(self) -> Address {
        Address::repeat_byte(0x10 * (self.of.0 + 1) + self.place as u8)
    }
}

impl Expiry {
    pub fn at(self) -> Option<UnixSeconds> {
        match self {
            Self::After(seconds) => Some(UnixSeconds(START + u64::from(seconds))),
            Self::Never => None,
        }
    }
}
