//! Rules in words.

use symbolon_core::{
    country::Country,
    ids::RegistryId,
    investor::{Accreditation, Level, Residency},
    transfer_rules::{CountryRule, RuleChanges, mirrored::RuleOnChain, record::RuleKey},
};

use crate::output::counted;

/// Whose rule it is.
pub(crate) fn whose(key: RuleKey) -> String {
    key.map_or("all others".to_owned(), |country: Country| {
        country.to_string()
    })
}

/// A rule, or none of its own.
pub(super) fn rule_in_words(rule: Option<CountryRule>) -> String {
    rule.map_or("as all others".to_owned(), in_words)
}

/// What a rule asks.
pub(super) fn in_words(rule: CountryRule) -> String {
    if rule.is_block() {
        return "blocked".to_owned();
    }
    let level = rule.least_level.map(|level| match level {
        Level::Basic => "identity verified".to_owned(),
        Level::Enhanced => "enhanced verification".to_owned(),
        Level::Corporate => "corporate verification".to_owned(),
    });
    let accreditation = rule.least_accreditation.map(|least| match least {
        Accreditation::None => "a rating".to_owned(),
        Accreditation::Professional => "professional".to_owned(),
        Accreditation::Qualified => "qualified or accredited".to_owned(),
        Accreditation::Issuer(rating) => format!("rating {} or above", u8::from(rating)),
    });
    let us = rule.no_us_persons.then(|| "no US persons".to_owned());
    let cap = rule
        .holder_cap
        .map(|cap| format!("{} at most", counted(u64::from(cap.0), "holder", "holders")));
    let age = rule
        .least_age
        .map(|least| format!("{} or older", counted(least.0.into(), "year", "years")));
    let ways: Vec<_> = rule.residencies.iter().map(Residency::as_str).collect();
    let residency = (!ways.is_empty()).then(|| ways.join(" or "));
    let asked: Vec<_> = [level, accreditation, us, age, residency, cap]
        .into_iter()
        .flatten()
        .collect();
    match asked.is_empty() {
        true => "open".to_owned(),
        false => asked.join(", "),
    }
}

/// What an announcement changes.
pub(crate) fn changes_in_words(changes: &RuleChanges) -> String {
    let all: Vec<_> = changes.iter().collect();
    let blocked = Some(CountryRule::BLOCKED);
    let (blocks, rest): (Vec<_>, Vec<_>) = all.iter().partition(|(_, rule)| *rule == blocked);
    let names = |some: &[&(RuleKey, Option<CountryRule>)]| {
        let names: Vec<_> = some.iter().map(|(key, _)| whose(*key)).collect();
        names.join(", ")
    };
    match (blocks.is_empty(), rest.is_empty()) {
        (false, true) => format!("block {}", names(&blocks)),
        (true, _) => format!("announce rules for {}", names(&rest)),
        (false, false) => {
            let (blocks, rest) = (names(&blocks), names(&rest));
            format!("block {blocks}, and announce rules for {rest}")
        }
    }
}

/// How chains stand to a rule.
pub(super) fn chains_in_words(chains: &[(RegistryId, RuleOnChain)]) -> String {
    let word = |state| match state {
        RuleOnChain::Mirrored => "has it",
        RuleOnChain::UnderWay => "is being told",
        RuleOnChain::Differs => "BLOCKS by itself",
    };
    let chains = chains
        .iter()
        .map(|(id, state)| format!("{id} {}", word(*state)));
    chains.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_said_in_order() {
        let rule = CountryRule {
            least_level: Some(Level::Enhanced),
            least_accreditation: Some(Accreditation::Professional),
            no_us_persons: true,
            ..CountryRule::OPEN
        };
        assert_eq!(
            in_words(rule),
            "enhanced verification, professional, no US persons"
        );
        assert_eq!(in_words(CountryRule::OPEN), "open");
        assert_eq!(rule_in_words(None), "as all others");
    }

    #[test]
    fn an_announcement_names_blocks_first() {
        let mut changes = RuleChanges {
            others: Some(CountryRule::OPEN),
            ..RuleChanges::default()
        };
        assert_eq!(changes_in_words(&changes), "announce rules for all others");
        let korea = "KP".parse().unwrap();
        changes.countries.insert(korea, Some(CountryRule::BLOCKED));
        assert_eq!(
            changes_in_words(&changes),
            "block KP, and announce rules for all others"
        );
        changes.others = None;
        assert_eq!(changes_in_words(&changes), "block KP");
    }
}
