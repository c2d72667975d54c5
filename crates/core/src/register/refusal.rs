//! Why the register refuses a command.

use thiserror::Error;

use crate::{
    country::Country,
    custody::{Custody, MustKeep},
    customer::NotBare,
    ids::{AuthorityIndex, ExternalId, InvestorId},
    investor::{Investor, StatusName},
    time::{Day, UnixSeconds},
    transfer_rules::PersonLacks,
    wallet::WalletAddress,
};

/// A command that cannot be carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No investor of that id.
    #[error("no such investor")]
    UnknownInvestor,
    /// The id is taken.
    #[error("an investor of this id exists already")]
    InvestorExists,
    /// The issuer's reference is another investor's.
    #[error("the external id `{0}` is another investor's: correct it, or leave it out")]
    ExternalIdTaken(ExternalId),
    /// The wallet is not this investor's.
    #[error("wallet {0} is not bound to this investor")]
    UnknownWallet(WalletAddress),
    /// The wallet is this investor's already.
    #[error("wallet {0} is bound to this investor already")]
    WalletAlreadyLinked(WalletAddress),
    /// One wallet, one investor.
    #[error("wallet {0} is bound to another investor: remove it there first")]
    WalletTaken(WalletAddress),
    /// An e-mail alone would bind a wallet to somebody who was judged.
    #[error(
        "the investor was judged, and nothing but an e-mail would say that the wallet's holder is the investor: ask for a check by a provider, name the wallet, or have an operator attest to it"
    )]
    AttestationNeeded,
    /// The status admits no such step.
    #[error("an investor that is {from} cannot be {wanted}")]
    WrongStatus {
        /// Where the investor stands.
        from: StatusName,
        /// What the command asks.
        wanted: &'static str,
    },
    /// A batch does not give back a verdict that was withdrawn.
    #[error("this customer was revoked: verify it by name, not in a batch")]
    RevokedNotInBatch,
    /// A batch may not change who the customer is.
    #[error("this customer is known under the external id `{0}`: correct it, or leave it out")]
    ExternalIdDiffers(String),
    /// The verdict would have ended before it began.
    #[error("the expiry {0} has passed")]
    ExpiryPassed(UnixSeconds),
    /// The verdict would last longer than a record can say.
    #[error("the expiry {0} is beyond the year 2514")]
    ExpiryTooFar(UnixSeconds),
    /// The accreditation would have ended before it began.
    #[error("the accreditation ended with {0}: leave it out, or give the new one's last day")]
    AccreditationEnded(Day),
    /// A rule of the register asks more of a person there.
    #[error("the rules for {country} ask for {lacks}, and the verdict does not say so")]
    RuleUnmet {
        /// Where.
        country: Country,
        /// What.
        lacks: PersonLacks,
    },
    /// The verdict has not ended yet.
    #[error("the verdict holds until {0}")]
    NotExpired(UnixSeconds),
    /// Its profile cannot be erased yet.
    #[error("{0}")]
    MustKeep(MustKeep),
    /// Its profile was erased.
    #[error(
        "the investor's profile was erased, so nobody knows who this is: register the person anew"
    )]
    Erased,
    /// It turned out to be somebody else.
    #[error("the investor turned out to be {0}: use that one")]
    Merged(InvestorId),
    /// It has a story of its own, so it cannot become another investor.
    #[error("the investor cannot become another one, since {0}")]
    NotBare(NotBare),
    /// There is nothing to lift or set.
    #[error("nothing to do: {0}")]
    AlreadySo(&'static str),
    /// The authority that asks, or that is to be in charge, is cut off.
    #[error("authority {0} is restricted: only the owner can reinstate it")]
    AuthorityRestricted(AuthorityIndex),
    /// An authority acts only on investors of its countries (I5).
    #[error("authority {authority} is not approved for {country}")]
    OutsideJurisdiction {
        /// Which one.
        authority: AuthorityIndex,
        /// Where it may not act.
        country: Country,
    },
    /// Another authority is in charge: 0 is the owner itself.
    #[error(
        "authority {0} is in charge of this investor: verify it by name, or have the owner reassign it"
    )]
    OtherAuthority(AuthorityIndex),
    /// An operation of the owner's.
    #[error("only the owner of the register may do this")]
    OwnerOnly,
    /// A chain decides about this issuer's investors, and the register follows.
    #[error(
        "this issuer's writer is a registrar on chain: make the change there, and the register follows"
    )]
    WriterIsOnChain,
    /// 65,535 changes of one wallet's record are all that a chain can count.
    #[error("wallet {0} has used up its 65,535 versions: bind a new wallet")]
    VersionsExhausted(WalletAddress),
}

impl Refusal {
    /// Refuses what is asked of somebody of whom nobody knows any more who it is: the
    /// register vouches for them no more.
    pub const fn unless_known(investor: &Investor) -> Result<(), Self> {
        Self::unless_gone(&investor.custody)
    }

    /// The same by what lies on the profile.
    pub const fn unless_gone(custody: &Custody) -> Result<(), Self> {
        match (custody.merged_into, custody.erased) {
            (Some(into), _) => Err(Self::Merged(into)),
            (None, true) => Err(Self::Erased),
            (None, false) => Ok(()),
        }
    }

    /// Whether the issuer's reference is what is wrong.
    pub const fn is_of_external_id(&self) -> bool {
        matches!(self, Self::ExternalIdTaken(_) | Self::ExternalIdDiffers(_))
    }

    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownInvestor => "unknown_investor",
            Self::InvestorExists => "investor_exists",
            Self::ExternalIdTaken(_) => "external_id_taken",
            Self::UnknownWallet(_) => "unknown_wallet",
            Self::WalletAlreadyLinked(_) => "wallet_already_linked",
            Self::WalletTaken(_) => "wallet_taken",
            Self::AttestationNeeded => "attestation_needed",
            Self::WrongStatus { .. } => "wrong_status",
            Self::RevokedNotInBatch => "revoked",
            Self::ExternalIdDiffers(_) => "external_id_differs",
            Self::ExpiryPassed(_) => "expiry_passed",
            Self::ExpiryTooFar(_) => "expiry_too_far",
            Self::AccreditationEnded(_) => "accreditation_ended",
            Self::RuleUnmet { .. } => "rule_unmet",
            Self::NotExpired(_) => "not_expired",
            Self::MustKeep(_) => "must_keep",
            Self::Erased => "erased",
            Self::Merged(_) => "merged",
            Self::NotBare(_) => "not_bare",
            Self::AlreadySo(_) => "already_so",
            Self::AuthorityRestricted(_) => "authority_restricted",
            Self::OutsideJurisdiction { .. } => "outside_jurisdiction",
            Self::OtherAuthority(_) => "other_authority",
            Self::OwnerOnly => "owner_only",
            Self::WriterIsOnChain => "writer_is_on_chain",
            Self::VersionsExhausted(_) => "versions_exhausted",
        }
    }
}
