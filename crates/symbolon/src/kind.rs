//! The core's words as the command line knows them.

use clap::ValueEnum;
use symbolon_core::investor::{Accreditation, InvestorKind, Level, RevocationReason};

/// What kind of investor, as customer files say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InvestorType {
    /// A member of the public
    Retail,
    /// A professional client
    Professional,
    /// A qualified or accredited investor
    Qualified,
    /// An institution
    Institutional,
    /// An eligible counterparty
    #[value(name = "eligible_counterparty")]
    EligibleCounterparty,
}

/// What a type says of an investor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) kind: InvestorKind,
    pub(crate) accreditation: Accreditation,
    pub(crate) level: Level,
}

impl InvestorType {
    /// As `core::import` reads it, which a test holds it to.
    pub(crate) fn class(self) -> Class {
        let person = |accreditation| Class {
            kind: InvestorKind::NaturalPerson,
            accreditation,
            level: Level::Basic,
        };
        match self {
            Self::Retail => person(Accreditation::None),
            Self::Professional => person(Accreditation::Professional),
            Self::Qualified => person(Accreditation::Qualified),
            Self::Institutional | Self::EligibleCounterparty => Class {
                kind: InvestorKind::LegalEntity,
                accreditation: Accreditation::Professional,
                level: Level::Corporate,
            },
        }
    }
}

/// How thoroughly an investor was verified.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LevelName {
    /// Identity of an individual
    Basic,
    /// Enhanced due diligence
    Enhanced,
    /// A legal entity with its owners
    Corporate,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Basic => Self::Basic,
            LevelName::Enhanced => Self::Enhanced,
            LevelName::Corporate => Self::Corporate,
        }
    }
}

/// Why a verdict is withdrawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum ReasonName {
    /// The investor is on a sanctions list
    Sanctions,
    /// The investor broke the issuer's rules or the law
    ComplianceViolation,
    /// A document lapsed or proved false
    Documents,
    /// The provider withdrew its verdict
    Provider,
    /// The investor left of its own will, and may still redeem
    Departure,
    /// The account was closed
    AccountClosed,
    /// The verdict was given by mistake
    Mistake,
}

impl From<ReasonName> for RevocationReason {
    fn from(name: ReasonName) -> Self {
        match name {
            ReasonName::Sanctions => Self::Sanctions,
            ReasonName::ComplianceViolation => Self::ComplianceViolation,
            ReasonName::Documents => Self::Documents,
            ReasonName::Provider => Self::Provider,
            ReasonName::Departure => Self::Departure,
            ReasonName::AccountClosed => Self::AccountClosed,
            ReasonName::Mistake => Self::Mistake,
        }
    }
}

/// One of the core's words (`natural_person`, `compliance_violation`), as its
/// JSON has it.
pub(crate) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use symbolon_core::{
        import::{Options, Reader},
        time::UnixSeconds,
    };

    use super::*;

    #[test]
    fn a_type_means_what_it_means_in_a_file() {
        for kind in InvestorType::value_variants() {
            let name = kind.to_possible_value().unwrap();
            let mut reader = Reader::new(Options::at(UnixSeconds(1_795_000_000)));
            let file = format!(
                "wallet,country,investorType\n0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,DE,{}\n",
                name.get_name()
            );
            reader.feed(file.as_bytes());
            reader.finish();
            let row = reader.next_row().unwrap().unwrap().unwrap();
            let read = Class {
                kind: row.kind,
                accreditation: row.accreditation,
                level: row.level,
            };
            assert_eq!(kind.class(), read, "{}", name.get_name());
        }
    }

    #[test]
    fn reasons_are_the_cores_words() {
        for reason in ReasonName::value_variants() {
            let name = reason.to_possible_value().unwrap();
            assert_eq!(word(&RevocationReason::from(*reason)), name.get_name());
        }
    }
}
