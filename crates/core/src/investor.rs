//! The investor: a natural person or legal entity that the issuer verifies.
//!
//! Its life, each state with its own data:
//!
//! 1. [`Status::Pending`]: known, not yet judged.
//! 2. [`Status::Verified`]: may hold and move tokens until its expiry. A
//!    renewal replaces one `Verified` by the next.
//! 3. [`Status::Rejected`]: a first verification failed.
//! 4. [`Status::Revoked`]: the verdict was withdrawn. The balance stays, and
//!    neither sends nor receives.
//! 5. [`Status::Expired`]: the verdict ended by itself. The chains knew at that
//!    second, without a transaction.
//!
//! From the last three a new verification leads back to `Verified`. A
//! restriction and an asset freeze lie across all of these: no verification
//! lifts them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    certificate::{Certificate, CertificateId},
    claim::{Claim, ClaimTopic},
    country::Country,
    custody::Custody,
    ids::{AuthorityIndex, ExternalId, InvestorId},
    time::{Day, UnixSeconds},
    wallet::{Wallet, WalletAddress, WalletProof},
};

/// A person or an entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvestorKind {
    /// A human being.
    #[default]
    NaturalPerson,
    /// A company, fund, trust or foundation.
    LegalEntity,
}

/// How thoroughly the investor was verified.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Identity of an individual.
    #[default]
    Basic,
    /// Enhanced due diligence.
    Enhanced,
    /// A legal entity with its owners.
    Corporate,
}

impl Level {
    /// The code that a wallet record holds.
    pub const fn code(self) -> u8 {
        match self {
            Self::Basic => 1,
            Self::Enhanced => 2,
            Self::Corporate => 3,
        }
    }

    /// The level behind a code of 1 to 3.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Basic),
            2 => Some(Self::Enhanced),
            3 => Some(Self::Corporate),
            _ => None,
        }
    }
}

/// What the investor may buy beyond the public: the rating of `KYCRegistrar`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accreditation {
    /// A retail investor (rating 1).
    #[default]
    None,
    /// A professional client (rating 2).
    Professional,
    /// A qualified or accredited investor (rating 3).
    Qualified,
    /// A class of the issuer's own (ratings 4 to 7).
    Issuer(IssuerRating),
}

/// A rating that the issuer gives a meaning of its own: 4 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct IssuerRating(u8);

impl TryFrom<u8> for IssuerRating {
    type Error = &'static str;

    fn try_from(rating: u8) -> Result<Self, Self::Error> {
        if (4..=7).contains(&rating) {
            Ok(Self(rating))
        } else {
            Err("an issuer's own rating is 4, 5, 6 or 7")
        }
    }
}

impl From<IssuerRating> for u8 {
    fn from(rating: IssuerRating) -> Self {
        rating.0
    }
}

impl Accreditation {
    /// The rating that a wallet record holds.
    pub fn rating(self) -> u8 {
        match self {
            Self::None => 1,
            Self::Professional => 2,
            Self::Qualified => 3,
            Self::Issuer(rating) => rating.0,
        }
    }

    /// The accreditation behind a rating of 1 to 7.
    pub fn from_rating(rating: u8) -> Option<Self> {
        match rating {
            1 => Some(Self::None),
            2 => Some(Self::Professional),
            3 => Some(Self::Qualified),
            _ => IssuerRating::try_from(rating).ok().map(Self::Issuer),
        }
    }
}

/// Who answers for a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A KYC provider's record, by the provider's name and reference.
    Provider {
        /// `sumsub`, `entrust`.
        name: String,
        /// The provider's id of the applicant or workflow run.
        reference: String,
    },
    /// A named person who verified by hand and answers for it.
    Operator {
        /// The person's name, as the issuer's staff list has it.
        operator: String,
        /// Which version of which attestation text they signed.
        attestation: Attestation,
    },
}

/// The text that an operator signed, by its name and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The whole text.
    pub text: String,
    /// The issuer's version of it, such as `2026-03`.
    pub version: String,
}

impl Attestation {
    /// Characters that its text has at most.
    pub const LONGEST_TEXT: usize = 4_000;
    /// Characters that its version has at most.
    pub const LONGEST_VERSION: usize = 64;
}

/// A named person's word, and what they signed for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// The person's name, as the issuer's staff list has it.
    pub operator: String,
    /// Which version of which attestation text they signed.
    pub attestation: Attestation,
}

/// A verdict in the investor's favour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// How thoroughly.
    pub level: Level,
    /// The jurisdiction of residence.
    pub country: Country,
    /// What the investor may buy.
    pub accreditation: Accreditation,
    /// The last day of the accreditation; afterwards the investor counts as
    /// not accredited, but stays verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation_ends: Option<Day>,
    /// Whether US law treats the investor as a US person, wherever it resides.
    #[serde(default)]
    pub us_person: bool,
    /// What was seen of the person; chains are not told.
    #[serde(default, skip_serializing_if = "PersonFacts::is_empty")]
    pub person: PersonFacts,
    /// When the verdict ends; `None` is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<UnixSeconds>,
    /// Who answers for it.
    pub source: Source,
    /// When it was given.
    pub verified_at: UnixSeconds,
}

impl Verified {
    /// Whether the verdict still holds at `now`: `now < expiry` (I4).
    pub fn holds_at(&self, now: UnixSeconds) -> bool {
        self.expiry.is_none_or(|expiry| now < expiry)
    }

    /// The accreditation at `now`, which falls to none when it has lapsed.
    pub fn accreditation_at(&self, now: UnixSeconds) -> Accreditation {
        match self.accreditation_ends {
            Some(last) if now >= last.end() => Accreditation::None,
            _ => self.accreditation,
        }
    }

    /// Whether the two verdicts say the same.
    pub fn same_facts(&self, other: &Self) -> bool {
        (
            self.level,
            self.country,
            self.accreditation,
            self.accreditation_ends,
        ) == (
            other.level,
            other.country,
            other.accreditation,
            other.accreditation_ends,
        ) && (self.us_person, self.person, self.expiry)
            == (other.us_person, other.person, other.expiry)
    }
}

/// Nobody is older.
pub const MOST_YEARS: u8 = 130;

/// An age in whole years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Years(pub u8);

impl Years {
    /// Whether a rule may ask for it.
    pub const fn is_asked_for(self) -> bool {
        self.0 > 0 && self.0 <= MOST_YEARS
    }
}

impl std::fmt::Display for Years {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How a person resides where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residency {
    /// As a citizen.
    Citizen,
    /// For good.
    PermanentResident,
    /// For a time.
    TemporaryResident,
}

impl Residency {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::Citizen,
        Self::PermanentResident,
        Self::TemporaryResident,
    ];

    /// The word that people use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::PermanentResident => "permanent_resident",
            Self::TemporaryResident => "temporary_resident",
        }
    }

    /// The one of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// What was seen of a natural person that rules of the register ask for. Whoever
/// verifies says no more of it than the rules need, and no date of birth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFacts {
    /// At least so old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_age: Option<Years>,
    /// How it resides in its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residency: Option<Residency>,
}

impl PersonFacts {
    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a verdict was withdrawn. A fixed list, so that no free text can carry
/// personal data into the log (I6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// The investor is on a sanctions list.
    Sanctions,
    /// The investor broke the issuer's rules or the law.
    ComplianceViolation,
    /// A document lapsed or proved false.
    Documents,
    /// The provider withdrew its verdict.
    Provider,
    /// The investor left of its own will, and may still redeem.
    Departure,
    /// The account was closed.
    AccountClosed,
    /// The verdict was given by mistake.
    Mistake,
}

/// Why a first verification failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionReason {
    /// The identity could not be established.
    Identity,
    /// The investor is on a sanctions list.
    Sanctions,
    /// The source of the funds is not plausible.
    SourceOfFunds,
    /// The issuer does not serve this country.
    Country,
    /// The provider's final refusal.
    Provider,
}

/// Where the investor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Known, not yet judged.
    Pending,
    /// May hold and move tokens.
    Verified(Verified),
    /// A first verification failed.
    Rejected(RejectionReason),
    /// The verdict was withdrawn.
    Revoked {
        /// Why.
        reason: RevocationReason,
        /// What was withdrawn.
        verdict: Verified,
    },
    /// The verdict ended by itself.
    Expired(Verified),
}

/// A status without its data, as people filter by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is documented at `Status`")]
pub enum StatusName {
    Pending,
    Verified,
    Rejected,
    Revoked,
    Expired,
}

impl StatusName {
    /// The word that people and the database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl std::fmt::Display for StatusName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Status {
    /// The status without its data.
    pub fn name(&self) -> StatusName {
        match self {
            Self::Pending => StatusName::Pending,
            Self::Verified(_) => StatusName::Verified,
            Self::Rejected(_) => StatusName::Rejected,
            Self::Revoked { .. } => StatusName::Revoked,
            Self::Expired(_) => StatusName::Expired,
        }
    }

    /// Whether anybody has decided about the investor.
    pub const fn is_judged(&self) -> bool {
        !matches!(self, Self::Pending)
    }

    /// The verdict in force or last in force.
    pub fn verdict(&self) -> Option<&Verified> {
        match self {
            Self::Verified(verdict) | Self::Expired(verdict) | Self::Revoked { verdict, .. } => {
                Some(verdict)
            }
            Self::Pending | Self::Rejected(_) => None,
        }
    }
}

/// An investor with its wallets: the aggregate that commands change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Investor {
    /// Its id, which says nothing about the person.
    pub id: InvestorId,
    /// Person or entity.
    pub kind: InvestorKind,
    /// The issuer's own reference.
    pub external_id: Option<ExternalId>,
    /// The authority in charge: who made it known, who verified it last, or
    /// whom the owner gave it to. If that one is restricted, so are its
    /// investors.
    pub authority: AuthorityIndex,
    /// Where it stands.
    pub status: Status,
    /// Barred by the register, whatever the verdict.
    pub restricted: bool,
    /// Assets frozen by law: nothing moves without a licence reference.
    pub frozen: bool,
    /// Its wallets, in the order in which they were linked.
    pub wallets: Vec<Wallet>,
    /// What it was certified for.
    pub certificates: BTreeMap<CertificateId, Certificate>,
    /// What was ever claimed of it.
    pub claims: BTreeMap<ClaimTopic, Claim>,
    /// Which of its wallets have signed, and by what that is known. Of the others it is
    /// so by the word of whoever bound them.
    pub proofs: BTreeMap<WalletAddress, WalletProof>,
    /// What lies on its profile in the vault.
    pub custody: Custody,
}

impl Investor {
    /// The wallet at this address, if it is this investor's.
    pub fn wallet(&self, address: WalletAddress) -> Option<&Wallet> {
        self.wallets.iter().find(|wallet| wallet.address == address)
    }
}
