//! What is asked of the residents of each country.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    country::Country,
    investor::{Accreditation, Level, PersonFacts, Residency, Years},
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
    /// Whom the register verifies there, if it is a natural person: who is at least so
    /// old. Of this and of `residencies` chains are told nothing: whoever does not meet
    /// them is not verified. Who was verified before a rule held stays so until the
    /// verdict ends or is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_age: Option<Years>,
    /// Who resides there in one of these ways; none of them for any.
    #[serde(default, skip_serializing_if = "Residencies::is_empty")]
    pub residencies: Residencies,
}

/// What somebody lacks to be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonLacks {
    /// To be at least so old, or somebody who has seen it.
    Age(Years),
    /// To reside in one of these ways, or somebody who has seen it.
    Residency(Residencies),
}

impl fmt::Display for PersonLacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age(least) => write!(f, "an age of at least {least}"),
            Self::Residency(ways) => {
                let words: Vec<_> = ways.iter().map(Residency::as_str).collect();
                write!(f, "residency as {}", words.join(" or "))
            }
        }
    }
}

/// Some ways to reside somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Residency>", into = "Vec<Residency>")]
pub struct Residencies(pub(super) u8);

impl Residencies {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Whether this is one of them.
    pub fn include(&self, residency: Residency) -> bool {
        self.0 & 1 << residency as u8 != 0
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Residency> {
        let all = Residency::ALL.into_iter();
        all.filter(move |one| self.include(*one))
    }
}

impl From<Vec<Residency>> for Residencies {
    fn from(ways: Vec<Residency>) -> Self {
        Self(ways.into_iter().fold(0, |bits, one| bits | 1 << one as u8))
    }
}

impl From<Residencies> for Vec<Residency> {
    fn from(ways: Residencies) -> Self {
        ways.iter().collect()
    }
}

impl CountryRule {
    /// Everybody whom the register verifies.
    pub const OPEN: Self = Self {
        admission: Admission::Allowed,
        least_level: None,
        least_accreditation: None,
        no_us_persons: false,
        holder_cap: None,
        least_age: None,
        residencies: Residencies(0),
    };

    /// Nobody.
    pub const BLOCKED: Self = Self {
        admission: Admission::Blocked,
        ..Self::OPEN
    };

    /// What a natural person lacks of whom this was seen; nothing where it is met.
    pub fn lacks(&self, person: &PersonFacts) -> Option<PersonLacks> {
        let age = self.least_age.filter(|least| {
            let seen = person.least_age;
            seen.is_none_or(|seen| seen < *least)
        });
        if let Some(least) = age {
            return Some(PersonLacks::Age(least));
        }
        let may = |residency| self.residencies.include(residency);
        let is_met = self.residencies.is_empty() || person.residency.is_some_and(may);
        (!is_met).then_some(PersonLacks::Residency(self.residencies))
    }

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
    fn what_a_rule_asks_of_persons_must_have_been_seen() {
        let rule = CountryRule {
            least_age: Some(Years(21)),
            residencies: vec![Residency::Citizen, Residency::PermanentResident].into(),
            ..CountryRule::OPEN
        };
        let person = |age: Option<u8>, residency| PersonFacts {
            least_age: age.map(Years),
            residency,
        };
        assert_eq!(CountryRule::OPEN.lacks(&PersonFacts::default()), None);
        let unseen = rule.lacks(&PersonFacts::default());
        assert_eq!(unseen, Some(PersonLacks::Age(Years(21))));
        let young = rule.lacks(&person(Some(20), Some(Residency::Citizen)));
        assert_eq!(young, Some(PersonLacks::Age(Years(21))));
        let passing = rule.lacks(&person(Some(21), Some(Residency::TemporaryResident)));
        assert_eq!(
            passing.map(|lacks| lacks.to_string()).as_deref(),
            Some("residency as citizen or permanent_resident")
        );
        assert!(rule.lacks(&person(Some(40), None)).is_some());
        assert_eq!(
            rule.lacks(&person(Some(21), Some(Residency::Citizen))),
            None
        );
        let written = serde_json::to_string(&rule).unwrap();
        assert_eq!(
            written,
            r#"{"admission":"allowed","least_age":21,"residencies":["citizen","permanent_resident"]}"#
        );
        assert_eq!(serde_json::from_str::<CountryRule>(&written).unwrap(), rule);
    }

    #[test]
    fn a_country_without_a_rule_has_the_others() {
        let allow_only = book(CountryRule::BLOCKED, &[("CH", CountryRule::OPEN)]);
        assert!(!allow_only.rule_of(Some("CH".parse().unwrap())).is_block());
        assert!(allow_only.rule_of(Some(Country::US)).is_block());
        assert!(allow_only.rule_of(None).is_block());
    }
}
