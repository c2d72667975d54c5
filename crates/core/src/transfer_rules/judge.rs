//! The verdict on one transfer, as `CountryRules.explain` gives it.

use std::fmt;

use serde::Serialize;

use super::{CountryRule, RuleBook};
use crate::{
    country::Country,
    investor::{Accreditation, Level},
    mirror::record::WalletRecord,
    time::UnixSeconds,
};

/// Which side of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who sends.
    Sender,
    /// Who receives.
    Recipient,
}

/// Why a rule refuses, in the words that the contract gives to wallets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// Nobody of that country may hold the token, by its own rule.
    CountryBlocked,
    /// Nobody of that country may, since it is none of those that are allowed.
    CountryNotAllowed,
    /// The verification is not thorough enough.
    LevelTooLow,
    /// The accreditation is too low, or has lapsed.
    AccreditationRequired,
    /// US persons may not receive it there.
    UsPerson,
    /// The country has as many holders as it may have.
    HolderCap,
}

impl Reason {
    /// As the contract says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CountryBlocked => "COUNTRY_BLOCKED",
            Self::CountryNotAllowed => "COUNTRY_NOT_ALLOWED",
            Self::LevelTooLow => "LEVEL_TOO_LOW",
            Self::AccreditationRequired => "ACCREDITATION_REQUIRED",
            Self::UsPerson => "US_PERSON",
            Self::HolderCap => "HOLDER_CAP",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Refusal {
    /// Whose rule it is.
    pub party: Party,
    /// Of which country; nothing where the wallet has none.
    pub country: Option<Country>,
    /// Why.
    pub reason: Reason,
}

/// Whether these rules let a transfer pass at `now`. `from` is nothing where the
/// issuer mints. Whether the registry verifies both is asked elsewhere; how many
/// holders there are, too.
pub fn judge(
    book: &RuleBook,
    from: Option<WalletRecord>,
    to: WalletRecord,
    now: UnixSeconds,
) -> Result<(), Refusal> {
    if let Some(from) = from {
        may_send(book, from)?;
    }
    may_receive(book, to, now)
}

/// Whether a holder may send, whoever receives: all but a block binds recipients.
pub(super) fn may_send(book: &RuleBook, from: WalletRecord) -> Result<(), Refusal> {
    let blocked = countries(from).find(|country| book.rule_of(*country).is_block());
    blocked.map_or(Ok(()), |country| {
        Err(refusal(Party::Sender, country, block(book, country)))
    })
}

/// Whether a wallet may receive, whoever sends.
pub(super) fn may_receive(
    book: &RuleBook,
    to: WalletRecord,
    now: UnixSeconds,
) -> Result<(), Refusal> {
    for country in countries(to) {
        let rule = book.rule_of(country);
        let reason = match rule.is_block() {
            true => Some(block(book, country)),
            false => refused(rule, to, now),
        };
        if let Some(reason) = reason {
            return Err(refusal(Party::Recipient, country, reason));
        }
    }
    Ok(())
}

fn refusal(party: Party, country: Option<Country>, reason: Reason) -> Refusal {
    Refusal {
        party,
        country,
        reason,
    }
}

/// The countries whose rules bind a wallet: that of its record, and for a US
/// person the United States.
pub(super) fn countries(record: WalletRecord) -> impl Iterator<Item = Option<Country>> {
    let own = Country::from_numeric(record.country_code());
    let us = record.is_us_person() && own != Some(Country::US);
    [own].into_iter().chain(us.then_some(Some(Country::US)))
}

/// How a country is blocked: by its own rule, or by that of all others.
fn block(book: &RuleBook, country: Option<Country>) -> Reason {
    let own = country.is_some_and(|country| book.countries.contains_key(&country));
    match own {
        true => Reason::CountryBlocked,
        false => Reason::CountryNotAllowed,
    }
}

fn refused(rule: CountryRule, to: WalletRecord, now: UnixSeconds) -> Option<Reason> {
    let least_level = rule.least_level.map_or(0, Level::code);
    let least_rating = rule.least_accreditation.map_or(0, Accreditation::rating);
    if to.level_code() < least_level {
        Some(Reason::LevelTooLow)
    } else if rating_at(to, now) < least_rating {
        Some(Reason::AccreditationRequired)
    } else if rule.no_us_persons && to.is_us_person() {
        Some(Reason::UsPerson)
    } else {
        None
    }
}

/// An accreditation that has lapsed leaves a retail investor.
fn rating_at(record: WalletRecord, now: UnixSeconds) -> u8 {
    let lapsed = record
        .accreditation_ends()
        .is_some_and(|last| now >= last.end());
    match lapsed {
        true => record.rating().min(Accreditation::None.rating()),
        false => record.rating(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::time::Day;

    const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

    fn resident(code: &str) -> WalletRecord {
        let country: Country = code.parse().unwrap();
        WalletRecord::EMPTY.with_country_code(country.numeric())
    }

    fn book(country: &str, rule: CountryRule) -> RuleBook {
        RuleBook {
            others: CountryRule::OPEN,
            countries: BTreeMap::from([(country.parse().unwrap(), rule)]),
        }
    }

    fn of_recipient(country: &str, reason: Reason) -> Result<(), Refusal> {
        let country = Some(country.parse().unwrap());
        Err(refusal(Party::Recipient, country, reason))
    }

    #[test]
    fn a_block_binds_both_sides() {
        let book = book("IR", CountryRule::BLOCKED);
        let (iran, swiss) = (resident("IR"), resident("CH"));
        assert_eq!(judge(&book, Some(swiss), swiss, NOW), Ok(()));
        assert_eq!(
            judge(&book, Some(swiss), iran, NOW),
            of_recipient("IR", Reason::CountryBlocked)
        );
        let sent = judge(&book, Some(iran), swiss, NOW).unwrap_err();
        assert_eq!(sent.party, Party::Sender);
    }

    #[test]
    fn what_is_asked_binds_who_receives() {
        let accredited = CountryRule {
            least_accreditation: Some(Accreditation::Professional),
            least_level: Some(Level::Enhanced),
            ..CountryRule::OPEN
        };
        let book = book("US", accredited);
        let (us, swiss) = (resident("US"), resident("CH"));
        assert_eq!(judge(&book, Some(us), swiss, NOW), Ok(()), "it may sell");
        assert_eq!(
            judge(&book, None, us, NOW),
            of_recipient("US", Reason::LevelTooLow)
        );
        let enhanced = us.with_level_code(2);
        assert_eq!(
            judge(&book, None, enhanced, NOW),
            of_recipient("US", Reason::AccreditationRequired)
        );
        assert_eq!(judge(&book, None, enhanced.with_rating(2), NOW), Ok(()));
    }

    #[test]
    fn an_accreditation_counts_through_its_last_day() {
        let asks = CountryRule {
            least_accreditation: Some(Accreditation::Professional),
            ..CountryRule::OPEN
        };
        let book = book("US", asks);
        let last = NOW.day();
        let us = resident("US")
            .with_rating(3)
            .with_accreditation_ends(Some(last));
        assert_eq!(judge(&book, None, us, NOW), Ok(()));
        assert_eq!(
            judge(&book, None, us, last.end()),
            of_recipient("US", Reason::AccreditationRequired)
        );
        let retail = CountryRule {
            least_accreditation: Some(Accreditation::None),
            ..CountryRule::OPEN
        };
        let lapsed = us.with_accreditation_ends(Some(Day(1)));
        assert_eq!(judge(&self::book("US", retail), None, lapsed, NOW), Ok(()));
    }

    #[test]
    fn a_us_person_abroad_is_bound_by_both_rules() {
        let book = book("US", CountryRule::BLOCKED);
        let abroad = resident("CH").with_us_person(true);
        assert_eq!(
            judge(&book, None, abroad, NOW),
            of_recipient("US", Reason::CountryBlocked)
        );
        let no_us_persons = CountryRule {
            no_us_persons: true,
            ..CountryRule::OPEN
        };
        let book = self::book("CH", no_us_persons);
        assert_eq!(
            judge(&book, None, abroad, NOW),
            of_recipient("CH", Reason::UsPerson)
        );
        assert_eq!(judge(&book, None, resident("CH"), NOW), Ok(()));
    }

    #[test]
    fn a_wallet_without_a_country_has_the_others_rule() {
        let book = RuleBook {
            others: CountryRule::BLOCKED,
            countries: BTreeMap::new(),
        };
        let refused = judge(&book, None, WalletRecord::EMPTY, NOW).unwrap_err();
        assert_eq!(refused.country, None);
        assert_eq!(refused.reason, Reason::CountryNotAllowed);
    }
}
