//! The core's words as the API spells them. They are the core's own, which a
//! test holds them to; the document needs types of this crate.

use serde::{Deserialize, Serialize};
use symbolon_core::{investor as core, operation};
use utoipa::ToSchema;

/// A word of the core's enums, as JSON spells it.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident of $core:ty { $($(#[$word_doc:meta])* $word:ident),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
            #[serde(rename_all = "snake_case")]
            pub(crate) enum $name { $($(#[$word_doc])* $word),* }

            impl From<$core> for $name {
                fn from(word: $core) -> Self {
                    match word { $(<$core>::$word => Self::$word),* }
                }
            }

            impl From<$name> for $core {
                fn from(word: $name) -> Self {
                    match word { $($name::$word => Self::$word),* }
                }
            }
        )*
    };
}

words! {
    /// A person or an entity.
    Kind of core::InvestorKind {
        /// A human being.
        NaturalPerson,
        /// A company, fund, trust or foundation.
        LegalEntity,
    }

    /// How thoroughly the investor was verified.
    Level of core::Level {
        /// Identity of an individual.
        Basic,
        /// Enhanced due diligence.
        Enhanced,
        /// A legal entity with its owners.
        Corporate,
    }

    /// How a person resides where it does.
    ResidencyWord of core::Residency {
        /// As a citizen.
        Citizen,
        /// For good.
        PermanentResident,
        /// For a time.
        TemporaryResident,
    }

    /// Where an investor stands.
    StatusWord of core::StatusName {
        /// Known, not yet judged.
        Pending,
        /// May hold and move tokens until the expiry.
        Verified,
        /// A first verification failed.
        Rejected,
        /// The verdict was withdrawn.
        Revoked,
        /// The verdict ended by itself.
        Expired,
    }

    /// Why a verdict was withdrawn. A fixed list, so that no free text can
    /// carry personal data.
    RevocationWord of core::RevocationReason {
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
    RejectionWord of core::RejectionReason {
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

    /// Where a customer stands with its instance.
    CustomerStatusWord of symbolon_core::customer::CustomerStatus {
        /// The instance deals with it.
        Active,
        /// The instance waits for something.
        OnHold,
        /// The instance no longer deals with it.
        Closed,
    }

    /// Where a link stands.
    LinkStatusWord of symbolon_core::link::LinkStatus {
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

    /// The part that a wallet plays.
    RoleWord of operation::Role {
        /// Tokens leave it.
        Sender,
        /// Tokens reach it.
        Recipient,
    }
}

/// What the investor may buy beyond the public.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccreditationWord {
    /// A retail investor (rating 1 on chain).
    #[default]
    None,
    /// A professional client (rating 2).
    Professional,
    /// A qualified or accredited investor (rating 3).
    Qualified,
    /// A class of the issuer's own (rating 4).
    #[serde(rename = "issuer_4")]
    Issuer4,
    /// A class of the issuer's own (rating 5).
    #[serde(rename = "issuer_5")]
    Issuer5,
    /// A class of the issuer's own (rating 6).
    #[serde(rename = "issuer_6")]
    Issuer6,
    /// A class of the issuer's own (rating 7).
    #[serde(rename = "issuer_7")]
    Issuer7,
}

impl AccreditationWord {
    const BY_RATING: [Self; 7] = [
        Self::None,
        Self::Professional,
        Self::Qualified,
        Self::Issuer4,
        Self::Issuer5,
        Self::Issuer6,
        Self::Issuer7,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Professional => "professional",
            Self::Qualified => "qualified",
            Self::Issuer4 => "issuer_4",
            Self::Issuer5 => "issuer_5",
            Self::Issuer6 => "issuer_6",
            Self::Issuer7 => "issuer_7",
        }
    }

    /// The word for a rating on chain; none for 0.
    pub(crate) fn of_rating(rating: u8) -> Option<Self> {
        Self::BY_RATING
            .get(usize::from(rating).checked_sub(1)?)
            .copied()
    }
}

impl From<core::Accreditation> for AccreditationWord {
    fn from(accreditation: core::Accreditation) -> Self {
        Self::of_rating(accreditation.rating()).unwrap_or_default()
    }
}

impl From<AccreditationWord> for core::Accreditation {
    fn from(word: AccreditationWord) -> Self {
        let place = AccreditationWord::BY_RATING
            .iter()
            .position(|known| *known == word);
        let rating = place.and_then(|place| u8::try_from(place + 1).ok());
        rating.and_then(Self::from_rating).unwrap_or_default()
    }
}

/// The class of an investor, as files and batches call it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvestorType {
    /// A natural person without an accreditation.
    #[default]
    Retail,
    /// A natural person, professional client.
    Professional,
    /// A natural person, qualified investor.
    Qualified,
    /// Another word for `qualified`.
    Accredited,
    /// A legal entity, professional client.
    Institutional,
    /// Another word for `institutional`.
    EligibleCounterparty,
}

impl InvestorType {
    /// Person or entity, what it may buy, and the level that goes without saying.
    pub(crate) fn meaning(self) -> (core::InvestorKind, core::Accreditation, core::Level) {
        use core::{Accreditation, InvestorKind};
        let person = |accreditation| {
            (
                InvestorKind::NaturalPerson,
                accreditation,
                core::Level::Basic,
            )
        };
        match self {
            Self::Retail => person(Accreditation::None),
            Self::Professional => person(Accreditation::Professional),
            Self::Qualified | Self::Accredited => person(Accreditation::Qualified),
            Self::Institutional | Self::EligibleCounterparty => (
                InvestorKind::LegalEntity,
                Accreditation::Professional,
                core::Level::Corporate,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accreditation_survives_the_api() {
        for rating in 1..=7 {
            let accreditation = core::Accreditation::from_rating(rating).unwrap();
            let word = AccreditationWord::from(accreditation);
            assert_eq!(core::Accreditation::from(word), accreditation);
            assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
        }
    }

    #[test]
    fn the_words_are_the_cores() {
        let spelt =
            |status: core::StatusName| serde_json::to_value(StatusWord::from(status)).unwrap();
        assert_eq!(
            spelt(core::StatusName::Revoked),
            core::StatusName::Revoked.as_str()
        );
        let reason = core::RevocationReason::ComplianceViolation;
        assert_eq!(
            serde_json::to_value(RevocationWord::from(reason)).unwrap(),
            serde_json::to_value(reason).unwrap()
        );
    }
}
