//! Countries by ISO 3166-1.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A country by its ISO 3166-1 numeric code (1–894), as wallet records hold it.
/// Written as alpha-2 in events and answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(u16);

/// Why a text names no country.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CountryError {
    /// `XK` is in use for Kosovo, but ISO has assigned it no numeric code, so
    /// no chain could hold it.
    #[error("XK (Kosovo) has no ISO 3166-1 numeric code: choose the code your regulator accepts")]
    NoNumericCode,
    /// Not in the standard.
    #[error("`{0}` is no ISO 3166-1 alpha-2 or alpha-3 code")]
    Unknown(String),
}

impl Country {
    /// The United States.
    pub const US: Self = Self(840);

    /// Whether US securities law counts the place as the United States:
    /// "its territories and possessions" (17 CFR 230.902(l)).
    pub fn is_united_states(self) -> bool {
        matches!(
            self.alpha2(),
            "US" | "PR" | "GU" | "VI" | "AS" | "MP" | "UM"
        )
    }

    /// The country with this numeric code, if ISO assigned it.
    pub fn from_numeric(code: u16) -> Option<Self> {
        rust_iso3166::from_numeric(code)
            .filter(|found| found.alpha2 != "XK")
            .map(|_| Self(code))
    }

    /// The ISO 3166-1 numeric code.
    pub const fn numeric(self) -> u16 {
        self.0
    }

    /// The ISO 3166-1 alpha-2 code.
    pub fn alpha2(self) -> &'static str {
        rust_iso3166::from_numeric(self.0).map_or("", |found| found.alpha2)
    }
}

impl FromStr for Country {
    type Err = CountryError;

    /// Alpha-2 or alpha-3, in any case, blanks around it ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let code = text.trim().to_ascii_uppercase();
        if code == "XK" || code == "XKX" {
            return Err(CountryError::NoNumericCode);
        }
        let found = match code.len() {
            2 => rust_iso3166::from_alpha2(&code),
            3 => rust_iso3166::from_alpha3(&code),
            _ => None,
        };
        found
            .map(|found| Self(found.numeric))
            .ok_or_else(|| CountryError::Unknown(text.trim().chars().take(40).collect()))
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.alpha2().to_owned()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alpha2())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.alpha2())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_in_any_case() {
        for text in ["us", "US", "usa", " USA "] {
            assert_eq!(text.parse(), Ok(Country::US));
        }
        assert_eq!("CHE".parse::<Country>().unwrap().numeric(), 756);
    }

    #[test]
    fn every_country_survives_its_three_codes() {
        let mut count = 0;
        for code in 0..1024 {
            let Some(country) = Country::from_numeric(code) else {
                continue;
            };
            assert_eq!(country.alpha2().parse(), Ok(country));
            count += 1;
        }
        assert_eq!(count, 249, "ISO 3166-1 has 249 officially assigned codes");
    }

    #[test]
    fn what_is_not_assigned_is_refused() {
        assert_eq!("XK".parse::<Country>(), Err(CountryError::NoNumericCode));
        assert!("EU".parse::<Country>().is_err());
        assert!("840".parse::<Country>().is_err());
        assert!("".parse::<Country>().is_err());
    }
}
