//! What holds of the register after any history of commands.

#![allow(clippy::unwrap_used, reason = "tests")]

mod certificates;
mod claims;
mod customers;
mod persons;
mod strategies;
mod vouching;
mod witness;
mod world;

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use strategies::{any_step, any_verdict};
use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    event::Event,
    ids::{AuthorityIndex, ChainId},
    investor::{Accreditation, InvestorKind, Level, RevocationReason, Source, Status},
    mirror::record::{WalletRecord, desired},
    register::{Refusal, View, apply_all, decide},
    time::{Day, UnixSeconds},
    wallet::{ChainScope, Version, WalletHistory},
};
use world::{Step, World, id, identity, wallet};

const BEGIN: UnixSeconds = UnixSeconds(1_795_219_200);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_history_keeps_the_promises(steps in vec(any_step(), 1..60)) {
        let mut world = World::default();
        for step in steps {
            world.take(step)?;
        }
        prop_assert_eq!(world.replayed(), world.investors);
    }

    #[test]
    fn a_record_says_what_the_verdict_says(verdict in any_verdict(), authority in 0..=255_u8) {
        let mut world = World::default();
        let command = Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            wallet: wallet(0),
            chains: ChainScope::All,
            verdict: verdict.clone(),
        };
        world.take(Step::Ask { investor: 0, authority, command })?;
        let Some(investor) = world.investors.get(&0) else {
            return Ok(()); // The expiry or the country is refused.
        };
        let record = desired(investor, &investor.wallets[0], identity(0)).unwrap();
        let held = investor.status.verdict().unwrap();
        prop_assert_eq!(record.identity(), identity(0));
        prop_assert_eq!(record.country_code(), verdict.country.numeric());
        prop_assert_eq!(record.expiry(), held.expiry);
        prop_assert_eq!(record.accreditation_ends(), verdict.accreditation_ends);
        prop_assert_eq!(record.authority(), AuthorityIndex(authority));
        prop_assert_eq!(record.is_us_person(), verdict.us_person);
        prop_assert_eq!(record.rating(), verdict.accreditation.rating());
        prop_assert_eq!(record.level_code(), verdict.level as u8 + 1);
        prop_assert_eq!(record.version(), Version(1));
    }
}

/// An investor, verified, whose only wallet has this version.
fn verified_at_version(version: Version) -> View {
    let mut world = World::default();
    let verdict = Verdict {
        level: Level::Basic,
        country: Country::US,
        accreditation: Accreditation::Professional,
        accreditation_ends: None,
        us_person: true,
        person: Default::default(),
        expiry: None,
        source: Source::Provider {
            name: "sumsub".into(),
            reference: "1".into(),
        },
    };
    let command = Command::Admit {
        kind: InvestorKind::NaturalPerson,
        external_id: None,
        wallet: wallet(0),
        chains: ChainScope::All,
        verdict,
    };
    world
        .take(Step::Ask {
            investor: 0,
            authority: 0,
            command,
        })
        .unwrap();
    let mut investor = world.investors.remove(&0).unwrap();
    investor.wallets[0].version = version;
    let history = WalletHistory {
        holder: Some(id(0)),
        version,
        disputed: false,
    };
    View {
        id: id(0),
        investor: Some(investor),
        histories: BTreeMap::from([(wallet(0), history)]),
        rules: Default::default(),
    }
}

/// A chain was seen to hold version 9, which the register did not give.
fn seen_beyond(disputed: bool) -> View {
    let mut view = verified_at_version(Version(3));
    let history = view.histories.get_mut(&wallet(0)).unwrap();
    (history.version, history.disputed) = (Version(9), disputed);
    view
}

#[test]
fn a_record_is_renewed_above_what_chains_were_seen_to_hold() {
    let command = Command::RenewRecord { wallet: wallet(0) };
    for mandate in [Mandate::Owner, Mandate::Spectator] {
        let events = decide(&seen_beyond(false), command.clone(), &mandate, BEGIN);
        let renewed = Event::RecordChanged {
            wallet: wallet(0),
            version: Version(10),
        };
        assert_eq!(events, Ok(vec![renewed]));
    }
}

/// Somebody who verifies anew whom a chain denies is to be heard there, though
/// all is as it was; nobody else's record changes by that.
#[test]
fn who_is_verified_anew_is_told_of_where_a_chain_denies() {
    for (disputed, told) in [(true, 1), (false, 0)] {
        let view = seen_beyond(disputed);
        let held = view.investor.as_ref().unwrap();
        let verified = held.status.verdict().unwrap();
        let again = Verdict {
            level: verified.level,
            country: verified.country,
            accreditation: verified.accreditation,
            accreditation_ends: verified.accreditation_ends,
            us_person: verified.us_person,
            person: Default::default(),
            expiry: verified.expiry,
            source: verified.source.clone(),
        };
        let events = decide(&view, Command::Verify(again), &Mandate::Owner, BEGIN).unwrap();
        let records = events.iter().filter(|event| {
            matches!(
                event,
                Event::RecordChanged {
                    version: Version(10),
                    ..
                }
            )
        });
        assert_eq!(records.count(), told);
    }
}

/// I2: a denial is never ignored, whatever its version. The last version is no
/// reason to keep an investor verified.
#[test]
fn a_denial_lands_though_the_versions_are_used_up() {
    let view = verified_at_version(Version(u16::MAX));
    for command in [
        Command::Revoke(RevocationReason::Sanctions),
        Command::Restrict,
        Command::FreezeAssets,
        Command::DeactivateWallet { wallet: wallet(0) },
        Command::RemoveWallet { wallet: wallet(0) },
    ] {
        let decided = decide(&view, command.clone(), &Mandate::Owner, BEGIN);
        let events = decided.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        let after = apply_all(view.id, view.investor.clone(), &events)
            .unwrap()
            .unwrap();
        let record = after
            .wallets
            .first()
            .and_then(|held| desired(&after, held, identity(0)));
        assert!(record.is_none_or(WalletRecord::denies), "{command:?}");
    }
}

/// A day that a record cannot tell from "never" must not become "never".
#[test]
fn an_accreditation_that_ended_does_not_last_for_ever() {
    let view = verified_at_version(Version(1));
    let Some(Status::Verified(held)) = view.investor.clone().map(|investor| investor.status) else {
        panic!("verified");
    };
    let verdict = Verdict {
        level: held.level,
        country: held.country,
        accreditation: held.accreditation,
        accreditation_ends: Some(Day(0)),
        us_person: held.us_person,
        person: Default::default(),
        expiry: held.expiry,
        source: held.source,
    };
    let decided = decide(&view, Command::Verify(verdict), &Mandate::Owner, BEGIN);
    let Ok(events) = decided else { return };
    let after = apply_all(view.id, view.investor, &events).unwrap().unwrap();
    let record = desired(&after, &after.wallets[0], identity(0)).unwrap();
    assert!(
        record.accreditation_ends().is_some() || record.rating() <= 1,
        "{record:?}"
    );
}

#[test]
fn a_batch_does_not_give_back_what_was_withdrawn() {
    let mut view = verified_at_version(Version(1));
    let Some(investor) = &mut view.investor else {
        panic!("known")
    };
    let Status::Verified(verdict) = investor.status.clone() else {
        panic!("verified")
    };
    let again = Verdict {
        level: verdict.level,
        country: verdict.country,
        accreditation: verdict.accreditation,
        accreditation_ends: None,
        us_person: verdict.us_person,
        person: Default::default(),
        expiry: None,
        source: verdict.source.clone(),
    };
    investor.status = Status::Revoked {
        reason: RevocationReason::Mistake,
        verdict,
    };
    let command = Command::Admit {
        kind: InvestorKind::NaturalPerson,
        external_id: None,
        wallet: wallet(0),
        chains: ChainScope::All,
        verdict: again,
    };
    let decided = decide(&view, command, &Mandate::Owner, BEGIN);
    assert_eq!(decided, Err(Refusal::RevokedNotInBatch));
}

/// A recovery that a token told of, for somebody whom the register bars: the
/// new wallet is approved on that chain, by the token, until the register says
/// otherwise. So the register must say otherwise.
#[test]
fn the_chains_are_told_that_a_barred_investors_new_wallet_is_barred() {
    for bar in [
        Command::Revoke(RevocationReason::Sanctions),
        Command::Restrict,
        Command::FreezeAssets,
    ] {
        let mut view = verified_at_version(Version(1));
        let barred = decide(&view, bar.clone(), &Mandate::Owner, BEGIN).unwrap();
        view.investor = apply_all(view.id, view.investor, &barred).unwrap();
        let recovery = Command::RecoverWallet {
            lost: wallet(0),
            new: wallet(1),
            chain: ChainId(1),
        };
        let events = decide(&view, recovery, &Mandate::Owner, BEGIN).unwrap();
        let told = events.iter().any(
            |event| matches!(event, Event::RecordChanged { wallet: told, .. } if *told == wallet(1)),
        );
        assert!(
            told,
            "{bar:?}: no chain hears of the new wallet: {events:?}"
        );
    }
}

/// Restricting an authority must undo what it did: whoever its key approves is
/// in its charge, or it may not approve.
#[test]
fn an_authority_approves_nothing_that_its_restriction_does_not_undo() {
    let view = verified_at_version(Version(1));
    let thief = Mandate::Limited {
        authority: AuthorityIndex(7),
        countries: [Country::US].into(),
        restricted: false,
    };
    let link = Command::LinkWallet {
        wallet: wallet(1),
        chains: ChainScope::All,
    };
    let Ok(events) = decide(&view, link, &thief, BEGIN) else {
        return;
    };
    let after = apply_all(view.id, view.investor, &events).unwrap().unwrap();
    let record = desired(&after, after.wallet(wallet(1)).unwrap(), identity(0)).unwrap();
    let restricted = [AuthorityIndex(7)].into_iter().collect();
    assert!(
        !record.is_verified_at(BEGIN, restricted),
        "authority 7 is cut off, and what it linked counts: {record:?}"
    );
}
