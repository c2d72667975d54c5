//! Transfer rules by country and the compiled `CountryRules`: what each write
//! makes of a country's word, and what is said of each transfer.

mod chain;
mod strategies;

use std::collections::BTreeMap;

use symbolon_core::{
    country::Country,
    time::UnixSeconds,
    transfer_rules::{
        CountryRule, RuleBook, judge,
        record::{RuleKey, RuleRecord, key_code},
    },
    wallet::Version,
};

use crate::histories::{Checked, History, Plan, Tally, expect};
use chain::Chain;
use strategies::{KEYS, PARTIES, Step, histories};

/// What must have happened, or the histories prove nothing.
const HAPPENS: [&str; 8] = [
    "allowed",
    "COUNTRY_BLOCKED",
    "COUNTRY_NOT_ALLOWED",
    "LEVEL_TOO_LOW",
    "ACCREDITATION_REQUIRED",
    "US_PERSON",
    "stale",
    "withdrawn",
];

/// Seconds that an announced rule waits there.
const DELAY: u32 = 1_000;
const BEGIN: u64 = 1_790_000_000;

#[test]
fn core_and_country_rules_agree_on_every_history() {
    let mut chain = Chain::deploy(BEGIN, DELAY).expect("the rules deploy");
    let beginning = chain.evm.snapshot();
    let plan = Plan {
        histories: 1_500,
        seed: 3_643,
        regressions: "differential/transfers/regressions.txt",
    };
    let mut tally = Tally::default();
    plan.hold(histories(), |history| {
        chain.evm.restore(&beginning);
        live(&mut chain, &mut tally, history)
    });
    tally.assert_happened(&HAPPENS);
}

/// The rules as core has them.
struct Rules {
    records: BTreeMap<RuleKey, RuleRecord>,
    now: UnixSeconds,
}

impl Rules {
    /// As they stand after deployment: everything is open.
    fn new() -> Self {
        let (now, open) = (UnixSeconds(BEGIN), Some(CountryRule::OPEN));
        let others = RuleRecord::EMPTY.announcing(open, now, now, Version(1));
        Self {
            // The constructor's rule holds at once.
            records: BTreeMap::from([(None, others.withdrawn(now, Version(1)))]),
            now,
        }
    }

    fn record(&self, key: RuleKey) -> RuleRecord {
        self.records.get(&key).copied().unwrap_or_default()
    }

    fn book(&self) -> RuleBook {
        let own = |country: Country| self.record(Some(country)).in_force(self.now);
        let countries = KEYS.iter().filter_map(|key| country(*key));
        RuleBook {
            others: self.record(None).in_force(self.now).unwrap_or_default(),
            countries: countries
                .filter_map(|country| Some((country, own(country)?)))
                .collect(),
        }
    }
}

fn country(code: u16) -> RuleKey {
    Country::from_numeric(code)
}

fn live(chain: &mut Chain, tally: &mut Tally, history: &History<Step>) -> Checked {
    let mut rules = Rules::new();
    for step in &history.0 {
        match *step {
            Step::Announce { key, rule, version } => {
                let stored = rules.record(key);
                let from = UnixSeconds(rules.now.0 + u64::from(DELAY));
                let next = stored.announcing(rule, rules.now, from, version);
                if next == stored {
                    tally.count("stale");
                }
                rules.records.insert(key, next);
                chain.announce(key, rule, version)?;
            }
            Step::Withdraw { key, version } => {
                let stored = rules.record(key);
                let next = stored.withdrawn(rules.now, version);
                if stored.announced(rules.now).is_some() && next != stored {
                    tally.count("withdrawn");
                }
                rules.records.insert(key, next);
                chain.withdraw(key, version)?;
            }
            Step::Wait(seconds) => {
                rules.now.0 += seconds;
                chain.evm.set_timestamp(rules.now.0);
            }
        }
        compare(chain, &rules, tally)?;
    }
    Ok(())
}

fn compare(chain: &mut Chain, rules: &Rules, tally: &mut Tally) -> Checked {
    for code in KEYS {
        let key = country(code);
        let word = chain.record(key_code(key))?;
        expect(RuleRecord(word), rules.record(key), "a country's word")?;
    }
    let book = rules.book();
    for from in [None, Some(0), Some(1), Some(2)] {
        for to in 0..PARTIES {
            let sender = from.map(chain::record_of);
            let said = judge(&book, sender, chain::record_of(to), rules.now).err();
            tally.count(said.map_or("allowed", |refusal| refusal.reason.as_str()));
            let explained = chain.explain(from, to)?;
            expect(explained, said, "a transfer")?;
        }
    }
    Ok(())
}
