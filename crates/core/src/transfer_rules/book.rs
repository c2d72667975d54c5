//! What is asked of the residents of each country.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    country::Country,
    investor::{Accreditation, Level},
};

/// Whether residents of a country may hold the token at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Who meets the rest of the rule.
    #[default]
    Allowed,
    /// Nobody: they neither receive nor send.
    Blocked,
}

/// The most holders of one country, each identity counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HolderCap(pub u32);

/// What is asked of the residents of one country. All but a block binds who
/// receives: whoever holds the token may sell it to somebody eligible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryRule {
    /// Whether they may hold it at all.
    #[serde(default)]
    pub admission: Admission,
    /// The least level of verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_level: Option<Level>,
    /// The least accreditation, by the order of its ratings, and in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_accreditation: Option<Accreditation>,
    /// Whether nobody may receive who is a US person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_us_persons: bool,
    /// The most holders; nothing for any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder_cap: Option<HolderCap>,
}

impl CountryRule {
    /// Everybody whom the register verifies.
    pub const OPEN: Self = Self {
        admission: Admission::Allowed,
        least_level: None,
        least_accreditation: None,
        no_us_persons: false,
        holder_cap: None,
    };

    /// Nobody.
    pub const BLOCKED: Self = Self {
        admission: Admission::Blocked,
        ..Self::OPEN
    };

    /// Whether it lets nobody hold the token.
    pub fn is_block(&self) -> bool {
        self.admission == Admission::Blocked
    }
}

/// The rules of one token or of several, by country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleBook {
    /// For countries without a rule of their own, and for whoever has none.
    /// Where it blocks, the countries named are all that are allowed.
    #[serde(default)]
    pub others: CountryRule,
    /// By country.
    #[serde(default)]
    pub countries: BTreeMap<Country, CountryRule>,
}

impl RuleBook {
    /// The rule that binds the residents of a country.
    pub fn rule_of(&self, country: Option<Country>) -> CountryRule {
        country
            .and_then(|country| self.countries.get(&country))
            .copied()
            .unwrap_or(self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(others: CountryRule, countries: &[(&str, CountryRule)]) -> RuleBook {
        let countries = countries
            .iter()
            .map(|(country, rule)| (country.parse().unwrap(), *rule));
        RuleBook {
            others,
            countries: countries.collect(),
        }
    }

    #[test]
    fn a_country_without_a_rule_has_the_others() {
        let allow_only = book(CountryRule::BLOCKED, &[("CH", CountryRule::OPEN)]);
        assert!(!allow_only.rule_of(Some("CH".parse().unwrap())).is_block());
        assert!(allow_only.rule_of(Some(Country::US)).is_block());
        assert!(allow_only.rule_of(None).is_block());
    }
}
