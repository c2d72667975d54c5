//! The fields of a profile.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::shape::Shape;
use crate::investor::InvestorKind;

/// One thing that an issuer may know of an investor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// All names but the family's.
    GivenNames,
    /// The family's name.
    FamilyName,
    /// `YYYY-MM-DD`.
    BirthDate,
    /// Every country whose citizen the person is.
    Nationalities,
    /// The country in which the person lives.
    Residence,
    /// How the person resides there.
    Residency,
    /// A number that a state gave the person, and which state.
    NationalId,
    /// Identity documents, with their expiry.
    Documents,
    /// Where the money is from.
    SourceOfFunds,
    /// A postal address: the person's, or the entity's seat.
    Address,
    /// Where mail reaches the person, or the entity's agent.
    Email,
    /// In international form.
    Phone,
    /// An entity's name in its register.
    LegalName,
    /// Legal Entity Identifier (ISO 17442).
    Lei,
    /// The entity's number in its register.
    RegistrationNumber,
    /// The country of that register.
    RegistrationCountry,
    /// Who acts for the entity.
    Directors,
    /// Who owns it, with their shares.
    BeneficialOwners,
}

/// A text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no field of a profile has this name: see the list in the reference")]
pub struct UnknownField;

impl Field {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::GivenNames,
        Self::FamilyName,
        Self::BirthDate,
        Self::Nationalities,
        Self::Residence,
        Self::Residency,
        Self::NationalId,
        Self::Documents,
        Self::SourceOfFunds,
        Self::Address,
        Self::Email,
        Self::Phone,
        Self::LegalName,
        Self::Lei,
        Self::RegistrationNumber,
        Self::RegistrationCountry,
        Self::Directors,
        Self::BeneficialOwners,
    ];

    /// Whether ids of investors may be made of it
    /// ([`standard_identity`](super::Profile::standard_identity)): whoever has the same id
    /// has the same value.
    pub const fn identifies(self) -> bool {
        matches!(
            self,
            Self::GivenNames | Self::FamilyName | Self::BirthDate | Self::NationalId | Self::Lei
        )
    }

    /// The word that people and the database use. It is bound to what is sealed
    /// under it, so it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GivenNames => "given_names",
            Self::FamilyName => "family_name",
            Self::BirthDate => "birth_date",
            Self::Nationalities => "nationalities",
            Self::Residence => "residence",
            Self::Residency => "residency",
            Self::NationalId => "national_id",
            Self::Documents => "documents",
            Self::SourceOfFunds => "source_of_funds",
            Self::Address => "address",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::LegalName => "legal_name",
            Self::Lei => "lei",
            Self::RegistrationNumber => "registration_number",
            Self::RegistrationCountry => "registration_country",
            Self::Directors => "directors",
            Self::BeneficialOwners => "beneficial_owners",
        }
    }

    /// Whether such investors have it.
    pub const fn is_of(self, kind: InvestorKind) -> bool {
        match self {
            Self::GivenNames
            | Self::FamilyName
            | Self::BirthDate
            | Self::Nationalities
            | Self::Residence
            | Self::Residency
            | Self::NationalId
            | Self::Documents => matches!(kind, InvestorKind::NaturalPerson),
            Self::LegalName
            | Self::Lei
            | Self::RegistrationNumber
            | Self::RegistrationCountry
            | Self::Directors
            | Self::BeneficialOwners => matches!(kind, InvestorKind::LegalEntity),
            Self::SourceOfFunds | Self::Address | Self::Email | Self::Phone => true,
        }
    }

    /// Such a value in JSON, for whoever is to write one.
    pub const fn example(self) -> &'static str {
        match self {
            Self::GivenNames => r#""Jane""#,
            Self::FamilyName => r#""Doe""#,
            Self::BirthDate => r#""1980-12-31""#,
            Self::Nationalities => r#"["DE", "FR"]"#,
            Self::Residence => r#""DE""#,
            Self::Residency => r#""citizen""#,
            Self::NationalId => r#"{"country": "DE", "number": "T22000129"}"#,
            Self::Documents => r#"[{"kind": "passport", "country": "DE", "number": "C01X00"}]"#,
            Self::SourceOfFunds => r#""wages""#,
            Self::Address => r#"{"street": "Weg 1", "city": "Berlin", "country": "DE"}"#,
            Self::Email => r#""jane@example.com""#,
            Self::Phone => r#""+4930123456""#,
            Self::LegalName => r#""Acme Fund GmbH""#,
            Self::Lei => r#""5493001KJTIIGC8Y1R12""#,
            Self::RegistrationNumber => r#""HRB 1234""#,
            Self::RegistrationCountry => r#""DE""#,
            Self::Directors => r#"[{"name": "Jane Doe", "birth_date": "1980-12-31"}]"#,
            Self::BeneficialOwners => r#"[{"name": "Jane Doe", "share_percent": 25.5}]"#,
        }
    }

    pub(super) const fn shape(self) -> Shape {
        match self {
            Self::GivenNames | Self::FamilyName => Shape::Text { most: 64 },
            Self::LegalName => Shape::Text { most: 200 },
            Self::RegistrationNumber => Shape::Text { most: 50 },
            Self::SourceOfFunds => Shape::Text { most: 2_000 },
            Self::BirthDate => Shape::Date,
            Self::Residence | Self::RegistrationCountry => Shape::Country,
            Self::Nationalities => Shape::Countries,
            Self::Residency => Shape::Residency,
            Self::NationalId => Shape::NationalId,
            Self::Documents => Shape::Documents,
            Self::Address => Shape::Address,
            Self::Email => Shape::Email,
            Self::Phone => Shape::Phone,
            Self::Lei => Shape::Lei,
            Self::Directors => Shape::Persons,
            Self::BeneficialOwners => Shape::Owners,
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = <Cow<'de, str>>::deserialize(deserializer)?;
        word.parse().map_err(de::Error::custom)
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|field| field.as_str() == word).ok_or(UnknownField)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
