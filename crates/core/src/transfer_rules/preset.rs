//! Rules that regulators give, each with where it comes from and as of when.
//!
//! They are starting points: which law binds an offer is the issuer's to decide,
//! and what has changed since a preset's date is the issuer's to add.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::CountryRule;
use crate::{
    country::Country,
    investor::{Accreditation, Level},
};

/// The members of the European Economic Area: the European Union's 27 and Iceland,
/// Liechtenstein and Norway.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Under a comprehensive embargo of the United States. Territories that are part
/// of another country have no code of their own, and are not here.
const EMBARGOED: [&str; 3] = ["CU", "IR", "KP"];

/// The United States and the territories that its securities law counts as
/// such (17 CFR 230.902(l)).
const UNITED_STATES: [&str; 7] = ["US", "AS", "GU", "MP", "PR", "UM", "VI"];

/// A list of rules by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Nobody of an embargoed country holds the token.
    Sanctions,
    /// In the United States accredited investors alone receive it.
    UsAccredited,
    /// In the European Economic Area anybody whose identity is verified receives
    /// it: for crypto-assets that are no financial instruments.
    EeaMica,
    /// In the European Economic Area professional clients alone receive it: for
    /// financial instruments, which MiCA excludes (article 2(4)(a)).
    EeaMifid,
}

/// Where a preset comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The texts that it follows.
    pub source: &'static str,
    /// The day as of which it does, ISO 8601.
    pub as_of: &'static str,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Sanctions,
        Self::UsAccredited,
        Self::EeaMica,
        Self::EeaMifid,
    ];

    /// Its name in files and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sanctions => "sanctions",
            Self::UsAccredited => "us-accredited",
            Self::EeaMica => "eea-mica",
            Self::EeaMifid => "eea-mifid",
        }
    }

    /// Where it comes from, and as of when.
    pub const fn origin(self) -> Origin {
        match self {
            Self::Sanctions => Origin {
                source: "31 CFR 510 (North Korea), 515 (Cuba) and 560 (Iran)",
                as_of: "2025-07-01",
            },
            Self::UsAccredited => Origin {
                source: "17 CFR 230.501(a), 230.506(c) and 230.902(l)",
                as_of: "2025-01-01",
            },
            Self::EeaMica => Origin {
                source: "Regulation (EU) 2023/1114, articles 2(4) and 66; Regulation (EU) 2023/1113",
                as_of: "2024-12-30",
            },
            Self::EeaMifid => Origin {
                source: "Directive 2014/65/EU, annex II; Regulation (EU) 2017/1129, article 1(4)(a); Regulation (EU) 2023/1114, article 2(4)(a)",
                as_of: "2024-12-30",
            },
        }
    }

    /// The rules themselves, in the order of their countries' codes.
    pub fn rules(self) -> Vec<(Country, CountryRule)> {
        let (countries, rule): (&[&str], _) = match self {
            Self::Sanctions => (&EMBARGOED, CountryRule::BLOCKED),
            Self::UsAccredited => (
                &UNITED_STATES,
                CountryRule {
                    least_accreditation: Some(Accreditation::Qualified),
                    ..CountryRule::OPEN
                },
            ),
            Self::EeaMica => (
                &EEA,
                CountryRule {
                    least_level: Some(Level::Basic),
                    ..CountryRule::OPEN
                },
            ),
            Self::EeaMifid => (
                &EEA,
                CountryRule {
                    least_accreditation: Some(Accreditation::Professional),
                    ..CountryRule::OPEN
                },
            ),
        };
        let rules = countries.iter().filter_map(|code| code.parse().ok());
        let mut rules: Vec<_> = rules.map(|country| (country, rule)).collect();
        rules.sort_unstable_by_key(|(country, _)| *country);
        rules
    }
}

impl FromStr for Preset {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|preset| preset.name() == name);
        named.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            let name: String = name.chars().take(40).collect();
            format!("`{name}` is no preset: choose one of {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_every_list_is_a_country() {
        for (preset, count) in Preset::ALL.into_iter().zip([3, 7, 30, 30]) {
            assert_eq!(preset.rules().len(), count, "{preset:?}");
        }
    }

    #[test]
    fn the_united_states_are_what_the_register_takes_for_them() {
        let listed = Preset::UsAccredited.rules();
        for code in 0..1024 {
            let Some(country) = Country::from_numeric(code) else {
                continue;
            };
            let is_listed = listed.iter().any(|(one, _)| *one == country);
            assert_eq!(is_listed, country.is_united_states(), "{country}");
        }
    }

    #[test]
    fn names_lead_to_their_presets() {
        for preset in Preset::ALL {
            assert_eq!(preset.name().parse(), Ok(preset));
            let json = serde_json::to_string(&preset).unwrap();
            assert_eq!(json, format!("\"{}\"", preset.name()));
        }
        let error = "eea".parse::<Preset>().unwrap_err();
        assert!(
            error.contains("`eea`") && error.contains("eea-mica"),
            "{error}"
        );
    }
}
