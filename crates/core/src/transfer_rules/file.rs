//! Rules as people write them: presets, and what a country's own rule changes of
//! them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{CountryRule, RuleBook, preset::Preset};
use crate::{country::Country, investor::MOST_YEARS};

/// A file of rules, in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Lists to begin with. No two may have a rule for the same country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Preset>,
    /// For countries that nothing names.
    #[serde(default)]
    pub others: CountryRule,
    /// By alpha-2 code; each in place of what a preset says of the country.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub countries: BTreeMap<Country, CountryRule>,
}

/// What is wrong with a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleFileError {
    /// It is no JSON of this form.
    #[error("line {line}, column {column}: {problem}")]
    Unreadable {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is there.
        problem: String,
    },
    /// Nobody can say which of two presets counts.
    #[error(
        "presets: `{first}` and `{second}` both have a rule for {country}: name one of them, or give {country} a rule of its own under `countries`"
    )]
    PresetsDiffer {
        /// One of them.
        first: &'static str,
        /// The other one.
        second: &'static str,
        /// Where.
        country: Country,
    },
    /// Such a cap lets nobody in, which a block says.
    #[error("{place}.holder_cap: 0 is no cap: block the country, or leave the cap out")]
    NoHolders {
        /// Where in the file.
        place: String,
    },
    /// Nobody is so old, or everybody is.
    #[error("{place}.least_age: give whole years from 1 to {MOST_YEARS}, or leave it out")]
    NoSuchAge {
        /// Where in the file.
        place: String,
    },
}

impl RuleFile {
    /// Reads a file.
    pub fn parse(json: &str) -> Result<Self, RuleFileError> {
        serde_json::from_str(json).map_err(|error| RuleFileError::Unreadable {
            line: error.line(),
            column: error.column(),
            problem: problem(&error),
        })
    }

    /// The rules that it comes to.
    pub fn book(&self) -> Result<RuleBook, RuleFileError> {
        let mut countries = BTreeMap::new();
        for preset in &self.presets {
            for (country, rule) in preset.rules() {
                let before = countries.insert(country, (rule, *preset));
                let differs = before.filter(|(other, by)| *other != rule && by != preset);
                let differs = differs.filter(|_| !self.countries.contains_key(&country));
                if let Some((_, first)) = differs {
                    return Err(RuleFileError::PresetsDiffer {
                        first: first.name(),
                        second: preset.name(),
                        country,
                    });
                }
            }
        }
        let mut countries: BTreeMap<_, _> = countries
            .into_iter()
            .map(|(country, (rule, _))| (country, rule))
            .collect();
        for (country, rule) in &self.countries {
            check(rule, || format!("countries.{country}"))?;
            countries.insert(*country, *rule);
        }
        check(&self.others, || "others".to_owned())?;
        Ok(RuleBook {
            others: self.others,
            countries,
        })
    }
}

fn check(rule: &CountryRule, place: impl Fn() -> String) -> Result<(), RuleFileError> {
    if rule.holder_cap.is_some_and(|cap| cap.0 == 0) {
        return Err(RuleFileError::NoHolders { place: place() });
    }
    if rule.least_age.is_some_and(|age| !age.is_asked_for()) {
        return Err(RuleFileError::NoSuchAge { place: place() });
    }
    Ok(())
}

/// serde_json's words without the place, which stands before them.
fn problem(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    words.strip_suffix(&place).unwrap_or(&words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::investor::{Accreditation, Level};

    #[test]
    fn a_countrys_own_rule_goes_before_a_presets() {
        let file = RuleFile::parse(
            r#"{
                "presets": ["sanctions", "us-accredited", "eea-mifid"],
                "countries": {"DE": {"least_level": "enhanced"}}
            }"#,
        );
        let book = file.unwrap().book().unwrap();
        let rule = |code: &str| book.rule_of(Some(code.parse().unwrap()));
        assert_eq!(rule("DE").least_level, Some(Level::Enhanced));
        assert_eq!(rule("DE").least_accreditation, None);
        assert_eq!(
            rule("FR").least_accreditation,
            Some(Accreditation::Professional)
        );
        assert!(rule("KP").is_block());
        assert_eq!(rule("CH"), CountryRule::OPEN);
    }

    #[test]
    fn presets_that_differ_are_told_apart_by_people() {
        let both = r#"{"presets": ["eea-mica", "eea-mifid"]}"#;
        let error = RuleFile::parse(both).unwrap().book().unwrap_err();
        assert_eq!(
            error.to_string(),
            "presets: `eea-mica` and `eea-mifid` both have a rule for AT: name one of them, or give AT a rule of its own under `countries`"
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (json, words) in [
            (r#"{"countries": {"XX": {}}}"#, "`XX` is no ISO 3166-1"),
            (r#"{"presets": ["eea"]}"#, "unknown variant `eea`"),
            (r#"{"othres": {}}"#, "unknown field `othres`"),
            (
                r#"{"countries": {"US": {"least_level": "high"}}}"#,
                "unknown variant `high`",
            ),
        ] {
            let error = RuleFile::parse(json).unwrap_err().to_string();
            assert!(
                error.starts_with("line 1, column ") && error.contains(words),
                "{error}"
            );
            assert_eq!(error.matches("line").count(), 1, "{error}");
        }
        let none = RuleFile::parse(r#"{"countries": {"US": {"holder_cap": 0}}}"#);
        let error = none.unwrap().book().unwrap_err().to_string();
        assert!(error.contains("countries.US.holder_cap"), "{error}");
    }
}
