//! The rules of a register over time: what holds, what is announced, and from when.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CountryRule, RuleBook, record::RuleKey};
use crate::{country::Country, time::UnixSeconds, wallet::Version};

/// One country's rule, and what is to follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How often it was changed.
    pub version: Version,
    /// What holds until another rule does; nothing where the country has none of
    /// its own.
    pub rule: Option<CountryRule>,
    /// What is announced.
    pub announced: Option<Announced>,
}

/// A rule that is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The rule; nothing where the country is to have none of its own.
    pub rule: Option<CountryRule>,
    /// From then on.
    pub from: UnixSeconds,
}

impl Standing {
    /// What holds at `now`.
    pub fn at(&self, now: UnixSeconds) -> Option<CountryRule> {
        match self.announced {
            Some(announced) if now >= announced.from => announced.rule,
            _ => self.rule,
        }
    }

    /// What holds once everything that is announced does.
    pub fn in_the_end(&self) -> Option<CountryRule> {
        self.announced.map_or(self.rule, |announced| announced.rule)
    }

    /// Once this rule is announced at `now` for `from`. A block holds at once, and
    /// what holds by then stays until then.
    #[must_use]
    pub fn announcing(
        &self,
        rule: Option<CountryRule>,
        now: UnixSeconds,
        from: UnixSeconds,
    ) -> Self {
        let version = Version(self.version.0.saturating_add(1));
        match rule.is_some_and(|rule| rule.is_block()) {
            true => Self {
                version,
                rule,
                announced: None,
            },
            false => Self {
                version,
                rule: self.at(now),
                announced: Some(Announced { rule, from }),
            },
        }
    }

    /// Without what is announced and does not hold at `now`; nothing where nothing is.
    pub fn withdrawing(&self, now: UnixSeconds) -> Option<Self> {
        self.announced.filter(|announced| now < announced.from)?;
        Some(Self {
            version: Version(self.version.0.saturating_add(1)),
            rule: self.rule,
            announced: None,
        })
    }
}

/// Rules that are to follow those that hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleChanges {
    /// For countries without a rule of their own; nothing where that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<CountryRule>,
    /// By country; null where it is to have no rule of its own any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub countries: BTreeMap<Country, Option<CountryRule>>,
}

impl RuleChanges {
    /// Each rule and whose it is.
    pub fn iter(&self) -> impl Iterator<Item = (RuleKey, Option<CountryRule>)> {
        let others = self.others.map(|rule| (None, Some(rule)));
        let countries = self.countries.iter();
        let countries = countries.map(|(country, rule)| (Some(*country), *rule));
        others.into_iter().chain(countries)
    }

    /// Whether everything stays as it is.
    pub fn is_empty(&self) -> bool {
        self.others.is_none() && self.countries.is_empty()
    }
}

/// Whose rules are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleKeys {
    /// Whether that of countries without a rule of their own is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub others: bool,
    /// Of these countries.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub countries: BTreeSet<Country>,
}

impl RuleKeys {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = RuleKey> {
        let others = self.others.then_some(None);
        others
            .into_iter()
            .chain(self.countries.iter().copied().map(Some))
    }
}

/// Every country's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule(pub BTreeMap<RuleKey, Standing>);

impl Schedule {
    /// How a country stands.
    pub fn standing(&self, key: RuleKey) -> Standing {
        self.0.get(&key).copied().unwrap_or_default()
    }

    /// What is asked of a country's residents at `now`.
    pub fn rule_at(&self, country: Country, now: UnixSeconds) -> CountryRule {
        let own = self.standing(Some(country)).at(now);
        own.or_else(|| self.standing(None).at(now))
            .unwrap_or_default()
    }

    /// The rules that hold at `now`.
    pub fn at(&self, now: UnixSeconds) -> RuleBook {
        self.book(|standing| standing.at(now))
    }

    /// The rules that hold once everything that is announced does.
    pub fn in_the_end(&self) -> RuleBook {
        self.book(Standing::in_the_end)
    }

    fn book(&self, rule: impl Fn(&Standing) -> Option<CountryRule>) -> RuleBook {
        let own = |(key, standing): (&RuleKey, &Standing)| Some(((*key)?, rule(standing)?));
        RuleBook {
            others: rule(&self.standing(None)).unwrap_or_default(),
            countries: self.0.iter().filter_map(own).collect(),
        }
    }

    /// What has to be announced so that these rules hold in the end.
    pub fn changes_to(&self, book: &RuleBook) -> RuleChanges {
        let end = self.in_the_end();
        let named = book.countries.keys().chain(end.countries.keys());
        let rules = named.map(|country| {
            let [wanted, end] = [book, &end].map(|one| one.countries.get(country).copied());
            (*country, wanted, end)
        });
        let changed = rules.filter(|(_, wanted, end)| wanted != end);
        RuleChanges {
            others: (book.others != end.others).then_some(book.others),
            countries: changed
                .map(|(country, wanted, _)| (country, wanted))
                .collect(),
        }
    }

    /// Without what holds, or is announced: announced again, it would wait anew.
    pub fn news(&self, mut changes: RuleChanges) -> RuleChanges {
        let is_news = |key, rule| self.standing(key).in_the_end() != rule;
        changes.others = changes.others.filter(|rule| is_news(None, Some(*rule)));
        changes
            .countries
            .retain(|country, rule| is_news(Some(*country), *rule));
        changes
    }

    /// Announces these rules at `now` for `from`.
    pub fn announce(&mut self, changes: &RuleChanges, now: UnixSeconds, from: UnixSeconds) {
        for (key, rule) in changes.iter() {
            let standing = self.standing(key).announcing(rule, now, from);
            self.0.insert(key, standing);
        }
    }

    /// Withdraws what is announced for these, where anything is.
    pub fn withdraw(&mut self, keys: &RuleKeys, now: UnixSeconds) {
        for key in keys.iter() {
            if let Some(standing) = self.standing(key).withdrawing(now) {
                self.0.insert(key, standing);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        investor::Level,
        transfer_rules::record::{RuleRecord, packed},
    };

    const NOW: UnixSeconds = UnixSeconds(1_790_000_000);
    const LATER: UnixSeconds = UnixSeconds(NOW.0 + 172_800);

    fn asking(level: Level) -> CountryRule {
        CountryRule {
            least_level: Some(level),
            ..CountryRule::OPEN
        }
    }

    fn key(code: &str) -> RuleKey {
        Some(code.parse().unwrap())
    }

    #[test]
    fn a_schedule_leads_to_the_book_that_it_was_asked_for() {
        let mut schedule = Schedule::default();
        let mut book = RuleBook {
            others: CountryRule::BLOCKED,
            countries: BTreeMap::from([("CH".parse().unwrap(), asking(Level::Enhanced))]),
        };
        for step in 0..3 {
            let changes = schedule.changes_to(&book);
            schedule.announce(&changes, NOW, LATER);
            assert_eq!(schedule.in_the_end(), book, "step {step}");
            assert_eq!(schedule.at(LATER), book, "step {step}");
            assert!(schedule.changes_to(&book).is_empty());
            book.others = CountryRule::OPEN;
            book.countries.clear();
        }
        assert_eq!(schedule.at(NOW).others, CountryRule::BLOCKED, "at once");
        assert_eq!(schedule.standing(key("CH")).in_the_end(), None);
    }

    #[test]
    fn the_register_and_its_chains_go_the_same_way() {
        let rules = [
            Some(asking(Level::Basic)),
            Some(CountryRule::BLOCKED),
            None,
            Some(asking(Level::Corporate)),
        ];
        let (mut standing, mut record) = (Standing::default(), RuleRecord::EMPTY);
        let mut now = NOW;
        for (step, rule) in rules.into_iter().cycle().take(40).enumerate() {
            let from = UnixSeconds(now.0 + 100);
            match standing.withdrawing(now).filter(|_| step % 3 == 2) {
                Some(without) => {
                    standing = without;
                    record = record.withdrawn(now, standing.version);
                }
                None => {
                    standing = standing.announcing(rule, now, from);
                    record = record.announcing(rule, now, from, standing.version);
                }
            }
            assert_eq!(record.version(), standing.version);
            for at in [now, from] {
                let (chain, register) = (record.in_force(at), standing.at(at));
                assert_eq!(packed(chain), packed(register), "step {step}");
            }
            now.0 += 60;
        }
    }
}
