//! The rules of a register over time: what holds, what is announced, and from when.

use std::collections::BTreeMap;

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

/// Every country's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule(pub BTreeMap<RuleKey, Standing>);

impl Schedule {
    /// How a country stands.
    pub fn standing(&self, key: RuleKey) -> Standing {
        self.0.get(&key).copied().unwrap_or_default()
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
    pub fn changes_to(&self, book: &RuleBook) -> BTreeMap<RuleKey, Option<CountryRule>> {
        let known = self.0.keys().copied().chain([None]);
        let named = book.countries.keys().copied().map(Some);
        let wanted = |key: RuleKey| match key {
            None => Some(book.others),
            Some(country) => book.countries.get::<Country>(&country).copied(),
        };
        let now = |key| match key {
            None => Some(self.standing(None).in_the_end().unwrap_or_default()),
            key => self.standing(key).in_the_end(),
        };
        let changed = known.chain(named).filter(|key| wanted(*key) != now(*key));
        changed.map(|key| (key, wanted(key))).collect()
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
            for (key, rule) in schedule.changes_to(&book) {
                let standing = schedule.standing(key).announcing(rule, NOW, LATER);
                schedule.0.insert(key, standing);
            }
            assert_eq!(schedule.in_the_end(), book, "step {step}");
            assert_eq!(schedule.at(LATER), book, "step {step}");
            assert_eq!(schedule.changes_to(&book), BTreeMap::new());
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
