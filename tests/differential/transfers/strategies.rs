//! Histories of rules.

use proptest::{collection::vec, prelude::*, sample::select};
use symbolon_core::{
    investor::{Accreditation, Level},
    transfer_rules::{CountryRule, record::RuleKey},
    wallet::Version,
};

use super::country;
use crate::histories::History;

/// All others, Germany, Switzerland, the United States.
pub const KEYS: [u16; 4] = [0, 276, 756, 840];
/// Wallets that take part.
pub const PARTIES: usize = 7;

/// What happens to the rules.
#[derive(Clone, Debug)]
pub enum Step {
    /// A mirror announces a rule, or blocks.
    Announce {
        key: RuleKey,
        rule: Option<CountryRule>,
        version: Version,
    },
    /// A mirror withdraws what is announced.
    Withdraw { key: RuleKey, version: Version },
    /// So many seconds go by.
    Wait(u64),
}

pub fn histories() -> impl Strategy<Value = History<Step>> {
    vec(any_step(), 1..14).prop_map(History)
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (any_key(), any_rule(), any_version()).prop_map(|(key, rule, version)| {
            // That of all others is never without one: nothing would move.
            let rule = rule.or_else(|| key.is_none().then_some(CountryRule::OPEN));
            Step::Announce { key, rule, version }
        }),
        2 => (any_key(), any_version()).prop_map(|(key, version)| Step::Withdraw { key, version }),
        3 => select(vec![1, 400, 999, 1_000, 1_001, 90_000]).prop_map(Step::Wait),
    ]
}

fn any_key() -> impl Strategy<Value = RuleKey> {
    select(KEYS.to_vec()).prop_map(country)
}

/// Mostly the next ones; some stale, some too far ahead.
fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![
        8 => (1..9_u16).prop_map(Version),
        1 => select(vec![0, 4_095, 4_096, 4_097, 4_098, 9_000, 65_535]).prop_map(Version),
    ]
}

fn any_rule() -> impl Strategy<Value = Option<CountryRule>> {
    let level = select(vec![None, Some(Level::Basic), Some(Level::Corporate)]);
    let least = select(vec![
        None,
        Some(Accreditation::None),
        Some(Accreditation::Professional),
        Accreditation::from_rating(6),
    ]);
    let asking = (level, least, any::<bool>()).prop_map(|(least_level, least, no_us_persons)| {
        Some(CountryRule {
            least_level,
            least_accreditation: least,
            no_us_persons,
            ..CountryRule::OPEN
        })
    });
    prop_oneof![
        6 => asking,
        2 => Just(Some(CountryRule::BLOCKED)),
        1 => Just(None),
    ]
}
