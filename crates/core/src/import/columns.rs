//! Which column holds what: the usual names, and an issuer's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::shown::shown;

/// What a column of a customer file can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// The wallet address.
    Wallet,
    /// The country of residence.
    Country,
    /// When the verdict ends.
    Expiry,
    /// Retail, professional, qualified, institutional, eligible counterparty.
    InvestorType,
    /// How thoroughly the customer was verified.
    Level,
    /// The issuer's own reference.
    ExternalId,
    /// How old the customer is at least, in years.
    LeastAge,
    /// How the customer resides in its country.
    Residency,
}

impl Field {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Self; 8] = [
        Self::Wallet,
        Self::Country,
        Self::Expiry,
        Self::InvestorType,
        Self::Level,
        Self::ExternalId,
        Self::LeastAge,
        Self::Residency,
    ];

    /// The field's own name.
    pub const fn name(self) -> &'static str {
        self.aliases()[0]
    }

    /// The names under which files know the field, its own first.
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Wallet => &["wallet", "address", "walletAddress", "user"],
            Self::Country => &["country", "countryCode", "jurisdiction"],
            Self::Expiry => &["expiry"],
            Self::InvestorType => &["investorType"],
            Self::Level => &["level"],
            Self::ExternalId => &["externalId"],
            Self::LeastAge => &["leastAge"],
            Self::Residency => &["residency", "residencyStatus"],
        }
    }

    /// The field of this name or alias, in any spelling.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = folded(name);
        Self::ALL.into_iter().find(|field| {
            field
                .aliases()
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(&name))
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Field {
    type Err = ColumnMapError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::named(text).ok_or_else(|| ColumnMapError::UnknownField(shown(text)))
    }
}

impl TryFrom<String> for Field {
    type Error = ColumnMapError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.name().to_owned()
    }
}

/// A name as it is compared: without case, blanks, `_` and `-`.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// One line of a column map, written `NAME=FIELD`: `Kunde Wallet=address`.
///
/// The last `=` divides, since a column's name may have one and a field's never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The column, as the issuer's files call it.
    pub column: String,
    /// What it holds.
    pub field: Field,
}

/// Why a text is no column map.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ColumnMapError {
    /// No `=`, or nothing before it.
    #[error("`{0}` is no column mapping: write NAME=FIELD, such as \"Kunde Wallet=address\"")]
    Shape(String),
    /// The part after `=` is no field.
    #[error(
        "`{0}` is no field: choose wallet, country, expiry, investorType, level, externalId, leastAge or residency"
    )]
    UnknownField(String),
    /// One column cannot hold two things.
    #[error("column `{column}` is mapped to {first} and to {second}: choose one")]
    Contradiction {
        /// The column.
        column: String,
        /// What an earlier mapping says.
        first: Field,
        /// What a later one says.
        second: Field,
    },
}

impl FromStr for Mapping {
    type Err = ColumnMapError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.rsplit_once('=') {
            Some((column, field)) if !folded(column).is_empty() => Ok(Self {
                column: column.trim().to_owned(),
                field: field.parse()?,
            }),
            _ => Err(ColumnMapError::Shape(shown(text))),
        }
    }
}

/// An issuer's own names for columns. They go before the usual names: a column
/// mapped here is what the map says, and a field mapped here is read from no
/// other column (an issuer's `address` may well be where the customer lives).
///
/// Stored as an object of column to field: `{"Kunde Wallet": "wallet"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Field>", into = "BTreeMap<String, Field>")]
pub struct ColumnMap {
    fields: BTreeMap<String, Field>,
    /// Columns that were named for the file at hand, so that it must have them. An
    /// issuer's names for all its files say nothing of that, and storage forgets it.
    needed: BTreeSet<String>,
}

impl ColumnMap {
    /// A map of these; the same column twice must say the same.
    pub fn new(mappings: impl IntoIterator<Item = Mapping>) -> Result<Self, ColumnMapError> {
        let mut map = Self::default();
        for Mapping { column, field } in mappings {
            match map.field_of(&column) {
                Some(first) if first != field => {
                    let second = field;
                    let column = shown(&column);
                    return Err(ColumnMapError::Contradiction {
                        column,
                        first,
                        second,
                    });
                }
                Some(_) => {}
                None => {
                    map.fields.insert(column, field);
                }
            }
        }
        Ok(map)
    }

    /// A map of `NAME=FIELD` texts.
    pub fn parse<T: AsRef<str>>(
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Self, ColumnMapError> {
        let mappings: Result<Vec<Mapping>, _> = texts
            .into_iter()
            .map(|text| text.as_ref().parse())
            .collect();
        Self::new(mappings?)
    }

    /// The same for a file that must have the columns which `own` names: whoever names one
    /// for a file means one of that file's.
    #[must_use]
    pub fn needing(self, own: &Self) -> Self {
        Self {
            needed: own.fields.keys().cloned().collect(),
            ..self
        }
    }

    /// The columns that the file must have and that are not among these.
    pub(super) fn absent<'a>(&'a self, columns: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let known = |name: &str| {
            let wanted = folded(name);
            columns.iter().any(|column| folded(column) == wanted)
        };
        let needed = self.needed.iter().map(String::as_str);
        needed.filter(move |name| !known(name))
    }

    /// What the map says of a column, in any spelling.
    pub fn field_of(&self, column: &str) -> Option<Field> {
        let wanted = folded(column);
        self.fields
            .iter()
            .find(|(name, _)| folded(name) == wanted)
            .map(|(_, field)| *field)
    }

    /// Columns and what they hold.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Field)> {
        self.fields
            .iter()
            .map(|(column, field)| (column.as_str(), *field))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

impl TryFrom<BTreeMap<String, Field>> for ColumnMap {
    type Error = ColumnMapError;

    fn try_from(map: BTreeMap<String, Field>) -> Result<Self, Self::Error> {
        if let Some(column) = map.keys().find(|column| folded(column).is_empty()) {
            return Err(ColumnMapError::Shape(shown(column)));
        }
        Self::new(
            map.into_iter()
                .map(|(column, field)| Mapping { column, field }),
        )
    }
}

impl From<ColumnMap> for BTreeMap<String, Field> {
    fn from(map: ColumnMap) -> Self {
        map.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_answers_to_its_aliases_in_any_spelling() {
        for (field, spellings) in [
            (
                Field::Wallet,
                ["Wallet Address", "wallet_address", "USER", "wallet-address"],
            ),
            (
                Field::Country,
                ["Country Code", "JURISDICTION", "country_code", " country "],
            ),
            (
                Field::ExternalId,
                ["External ID", "external_id", "externalid", "EXTERNAL-ID"],
            ),
        ] {
            for spelling in spellings {
                assert_eq!(spelling.parse(), Ok(field), "{spelling}");
            }
        }
        assert!("name".parse::<Field>().is_err());
    }

    #[test]
    fn a_map_is_read_from_texts_and_survives_storage() {
        let map = ColumnMap::parse(["Kunde Wallet=address", "a=b=Level"]).unwrap();
        assert_eq!(map.field_of("KUNDE_wallet"), Some(Field::Wallet));
        assert_eq!(map.field_of("a=b"), Some(Field::Level));
        assert_eq!(map.field_of("Kunde"), None);
        let stored = serde_json::to_string(&map).unwrap();
        assert_eq!(stored, r#"{"Kunde Wallet":"wallet","a=b":"level"}"#);
        assert_eq!(serde_json::from_str::<ColumnMap>(&stored).unwrap(), map);
        let alias = serde_json::from_str::<ColumnMap>(r#"{"Kunde Wallet":"walletAddress"}"#);
        assert_eq!(alias.unwrap().field_of("kundewallet"), Some(Field::Wallet));
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let refused = |texts: &[&str]| ColumnMap::parse(texts).unwrap_err();
        assert!(matches!(refused(&["Kunde"]), ColumnMapError::Shape(_)));
        assert!(matches!(refused(&[" =wallet"]), ColumnMapError::Shape(_)));
        assert!(matches!(
            refused(&["Kunde=name"]),
            ColumnMapError::UnknownField(_)
        ));
        assert!(matches!(
            refused(&["Kunde=wallet", "kunde=country"]),
            ColumnMapError::Contradiction { .. }
        ));
        assert!(serde_json::from_str::<ColumnMap>(r#"{"":"wallet"}"#).is_err());
    }
}
