//! Whom a change of rules would touch, before it holds.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{B256, U256};
use serde::Serialize;

use super::{
    PersonLacks, Refusal, RuleBook,
    judge::{countries, judge, may_receive, may_send},
};
use crate::{
    country::Country, investor::PersonFacts, mirror::record::WalletRecord, time::UnixSeconds,
    wallet::WalletAddress,
};

/// Somebody who holds the token now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// How much, in the token's smallest unit.
    pub balance: U256,
    /// What the registry holds of it.
    pub record: WalletRecord,
    /// What the register has seen of it, if it is a natural person that it knows.
    pub person: Option<PersonFacts>,
}

/// A transfer that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// In which transaction.
    pub transaction: B256,
    /// Who sent; nothing where it was minted.
    pub from: Option<WalletAddress>,
    /// Who received.
    pub to: WalletAddress,
    /// How much, in the token's smallest unit.
    pub amount: U256,
}

/// A holder whom a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// Of which country.
    pub country: Option<Country>,
    /// How much it holds, in the token's smallest unit.
    pub balance: U256,
    /// Why it could receive nothing more; nothing where it still can.
    pub cannot_receive: Option<Refusal>,
    /// Why it could send nothing more; nothing where it still can.
    pub cannot_send: Option<Refusal>,
}

/// A past transfer that the change would refuse today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TransferRefused {
    /// In which transaction.
    pub transaction: B256,
    /// Who sent; nothing where it was minted.
    pub from: Option<WalletAddress>,
    /// Who received.
    pub to: WalletAddress,
    /// How much, in the token's smallest unit.
    pub amount: U256,
    /// Why.
    pub refusal: Refusal,
}

/// What a change of rules would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    /// Holders in all.
    pub holders: usize,
    /// Those of them that could do less than now.
    pub touched: Vec<Touched>,
    /// Those of them that could do more than now.
    pub freed: Vec<WalletAddress>,
    /// Touched holders by country.
    pub by_country: BTreeMap<String, usize>,
    /// Past transfers in all.
    pub transfers: usize,
    /// Those of them that pass now and would not.
    pub refused: Vec<TransferRefused>,
    /// Those holders who could be verified anew now, and could not then, as far as has
    /// been seen: they stay verified until their verdict ends.
    pub not_renewable: BTreeMap<WalletAddress, PersonLacks>,
    /// Countries that would have more holders than their cap, and how many.
    pub over_cap: BTreeMap<Country, usize>,
}

/// Lives through today's holdings and through past transfers under the rules in
/// force and under others, at `now`. The past is judged by what the registry holds
/// today: what it held then is not asked.
pub fn rehearse(
    in_force: &RuleBook,
    proposed: &RuleBook,
    holders: &[Holder],
    transfers: &[Transfer],
    now: UnixSeconds,
    record_of: impl Fn(WalletAddress) -> WalletRecord,
) -> Rehearsal {
    let mut rehearsal = Rehearsal {
        holders: holders.len(),
        transfers: transfers.len(),
        over_cap: over_cap(proposed, holders),
        ..Rehearsal::default()
    };
    for holder in holders {
        let before = Able::under(in_force, holder.record, now);
        let after = Able::under(proposed, holder.record, now);
        let lost = |before: Option<Refusal>, after| before.is_none().then_some(after).flatten();
        let touched = Touched {
            wallet: holder.wallet,
            country: Country::from_numeric(holder.record.country_code()),
            balance: holder.balance,
            cannot_receive: lost(before.cannot_receive, after.cannot_receive),
            cannot_send: lost(before.cannot_send, after.cannot_send),
        };
        if touched.cannot_receive.is_some() || touched.cannot_send.is_some() {
            let country = touched.country.map_or("", Country::alpha2).to_owned();
            *rehearsal.by_country.entry(country).or_default() += 1;
            rehearsal.touched.push(touched);
        } else if before != after {
            rehearsal.freed.push(holder.wallet);
        }
    }
    rehearsal.not_renewable = not_renewable(in_force, proposed, holders);
    for transfer in transfers {
        let (from, to) = (transfer.from.map(&record_of), record_of(transfer.to));
        if let (Ok(()), Err(refusal)) = (
            judge(in_force, from, to, now),
            judge(proposed, from, to, now),
        ) {
            rehearsal.refused.push(TransferRefused {
                transaction: transfer.transaction,
                from: transfer.from,
                to: transfer.to,
                amount: transfer.amount,
                refusal,
            });
        }
    }
    rehearsal
}

/// What a holder can do under some rules.
#[derive(PartialEq, Eq)]
struct Able {
    cannot_receive: Option<Refusal>,
    cannot_send: Option<Refusal>,
}

impl Able {
    fn under(book: &RuleBook, record: WalletRecord, now: UnixSeconds) -> Self {
        Self {
            cannot_receive: may_receive(book, record, now).err(),
            cannot_send: may_send(book, record).err(),
        }
    }
}

fn not_renewable(
    in_force: &RuleBook,
    proposed: &RuleBook,
    holders: &[Holder],
) -> BTreeMap<WalletAddress, PersonLacks> {
    let lacking = |holder: &Holder| {
        let person = holder.person?;
        let country = Country::from_numeric(holder.record.country_code());
        let lacks = proposed.rule_of(country).lacks(&person)?;
        let before = in_force.rule_of(country).lacks(&person);
        before.is_none().then_some((holder.wallet, lacks))
    };
    holders.iter().filter_map(lacking).collect()
}

/// Each identity counts once, as the contract counts.
fn over_cap(book: &RuleBook, holders: &[Holder]) -> BTreeMap<Country, usize> {
    let mut identities: BTreeMap<Country, BTreeSet<_>> = BTreeMap::new();
    for holder in holders {
        for country in countries(holder.record).flatten() {
            let identity = holder.record.identity();
            identities.entry(country).or_default().insert(identity);
        }
    }
    let counts = identities
        .into_iter()
        .map(|(country, all)| (country, all.len()));
    counts
        .filter(|(country, count)| {
            let cap = book.rule_of(Some(*country)).holder_cap;
            cap.is_some_and(|cap| *count > cap.0 as usize)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;
    use crate::{
        investor::Years,
        transfer_rules::{CountryRule, HolderCap, Party, Reason},
    };

    const NOW: UnixSeconds = UnixSeconds(1_790_000_000);

    fn holder(n: u8, code: &str) -> Holder {
        let country: Country = code.parse().unwrap();
        Holder {
            wallet: WalletAddress::new(Address::repeat_byte(n)).unwrap(),
            balance: U256::from(n),
            record: WalletRecord::EMPTY
                .with_identity(Address::repeat_byte(n))
                .with_country_code(country.numeric()),
            person: None,
        }
    }

    #[test]
    fn who_could_not_be_verified_anew_is_told_of() {
        let seen = |age: Option<u8>| PersonFacts {
            least_age: age.map(Years),
            residency: None,
        };
        let of = |n, person| Holder {
            person,
            ..holder(n, "DE")
        };
        let least = |age| CountryRule {
            least_age: Some(Years(age)),
            ..CountryRule::OPEN
        };
        let holders = [
            of(1, Some(seen(Some(18)))),
            of(2, Some(seen(Some(21)))),
            of(3, Some(seen(None))),
            of(4, None),
        ];
        let (now, then) = (book(&[("DE", least(18))]), book(&[("DE", least(21))]));
        let nobody = |_: WalletAddress| WalletRecord::EMPTY;
        let rehearsal = rehearse(&now, &then, &holders, &[], NOW, nobody);
        let lacking: Vec<_> = rehearsal.not_renewable.into_iter().collect();
        assert_eq!(
            lacking,
            [(holders[0].wallet, PersonLacks::Age(Years(21)))],
            "the third could not be verified before, and the fourth is no person"
        );
        assert!(
            rehearsal.touched.is_empty(),
            "chains are told nothing of it"
        );
    }

    fn book(rules: &[(&str, CountryRule)]) -> RuleBook {
        let rules = rules
            .iter()
            .map(|(code, rule)| (code.parse().unwrap(), *rule));
        RuleBook {
            others: CountryRule::OPEN,
            countries: rules.collect(),
        }
    }

    fn lived(before: &RuleBook, after: &RuleBook, holders: &[Holder]) -> Rehearsal {
        let transfers: Vec<_> = holders
            .windows(2)
            .map(|pair| Transfer {
                transaction: B256::repeat_byte(9),
                from: Some(pair[0].wallet),
                to: pair[1].wallet,
                amount: U256::from(1),
            })
            .collect();
        rehearse(before, after, holders, &transfers, NOW, |wallet| {
            let holder = holders.iter().find(|one| one.wallet == wallet);
            holder.map_or(WalletRecord::EMPTY, |one| one.record)
        })
    }

    #[test]
    fn only_who_can_do_less_is_touched() {
        let holders = [holder(1, "CH"), holder(2, "IR"), holder(3, "US")];
        let before = book(&[("US", CountryRule::BLOCKED)]);
        let after = book(&[("IR", CountryRule::BLOCKED)]);
        let lived = lived(&before, &after, &holders);
        assert_eq!((lived.holders, lived.transfers), (3, 2));
        let [touched] = lived.touched[..] else {
            panic!("{lived:?}");
        };
        assert_eq!(touched.wallet, holders[1].wallet);
        assert_eq!(touched.cannot_send.unwrap().party, Party::Sender);
        assert_eq!(lived.freed, [holders[2].wallet]);
        assert_eq!(lived.by_country, BTreeMap::from([("IR".to_owned(), 1)]));
        let [refused] = lived.refused[..] else {
            panic!("one was refused before already: {lived:?}");
        };
        assert_eq!(refused.to, holders[1].wallet);
        assert_eq!(refused.refusal.reason, Reason::CountryBlocked);
    }

    #[test]
    fn nothing_changes_where_nothing_is_changed() {
        let holders = [holder(1, "CH"), holder(2, "IR")];
        let rules = book(&[("IR", CountryRule::BLOCKED)]);
        let lived = lived(&rules, &rules, &holders);
        assert_eq!((lived.touched.len(), lived.freed.len()), (0, 0));
        assert_eq!(lived.refused, []);
    }

    #[test]
    fn two_wallets_of_an_identity_are_one_holder() {
        let mut second = holder(2, "CH");
        second.record = second.record.with_identity(Address::repeat_byte(1));
        let holders = [holder(1, "CH"), second];
        let capped = |cap| CountryRule {
            holder_cap: Some(HolderCap(cap)),
            ..CountryRule::OPEN
        };
        let one = lived(&book(&[]), &book(&[("CH", capped(1))]), &holders);
        assert_eq!(one.over_cap, BTreeMap::new());
        let two = lived(
            &book(&[]),
            &book(&[("CH", capped(1))]),
            &[holder(1, "CH"), holder(2, "CH")],
        );
        assert_eq!(two.over_cap, BTreeMap::from([("CH".parse().unwrap(), 2)]));
    }
}
