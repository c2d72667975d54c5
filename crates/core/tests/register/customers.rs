//! What instances do with investors whom they know as customers.

use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    customer::{CustomerChange, CustomerStatus, NotBare},
    event::Event,
    ids::{AuthorityIndex, InvestorId},
    investor::{Accreditation, Investor, InvestorKind, Level, Source},
    profile::Field,
    register::{Refusal, View, apply_all, decide},
    wallet::{ChainScope, Version},
};

use crate::{
    BEGIN, verified_at_version,
    world::{id, wallet},
};

const INTO: InvestorId = InvestorId(alloy_primitives::B256::repeat_byte(9));

fn merge() -> Command {
    Command::MergeInvestor { into: INTO }
}

fn open() -> Command {
    Command::OpenCustomer {
        instance: "emea".parse().unwrap(),
        purpose: "review".parse().unwrap(),
    }
}

fn export() -> Command {
    Command::ExportCustomer {
        instance: "emea".parse().unwrap(),
        purpose: "review".parse().unwrap(),
    }
}

fn add() -> Command {
    Command::AddCustomer {
        instance: "emea".parse().unwrap(),
    }
}

fn change(change: CustomerChange) -> Command {
    Command::ChangeCustomer {
        instance: "emea".parse().unwrap(),
        change,
    }
}

/// Somebody whom the register knows by name alone.
fn name() -> View {
    let registered = Event::InvestorRegistered {
        kind: InvestorKind::NaturalPerson,
        external_id: None,
        authority: AuthorityIndex::OWNER,
    };
    View {
        investor: apply_all(id(0), None, [&registered]).unwrap(),
        ..View::unknown(id(0))
    }
}

fn verdict() -> Verdict {
    Verdict {
        level: Level::Basic,
        country: Country::US,
        accreditation: Accreditation::None,
        accreditation_ends: None,
        us_person: true,
        person: Default::default(),
        expiry: None,
        source: Source::Provider {
            name: "sumsub".into(),
            reference: "1".into(),
        },
    }
}

fn after(view: &mut View, command: Command) -> Investor {
    let events = decide(view, command, &Mandate::Owner, BEGIN).unwrap();
    view.investor = apply_all(id(0), view.investor.take(), &events).unwrap();
    view.investor.clone().unwrap()
}

#[test]
fn whoever_is_merged_stands_for_nobody_any_more() {
    let mut view = name();
    let merged = after(&mut view, merge());
    assert_eq!(merged.custody.merged_into, Some(INTO));
    let fields = [Field::Email].into();
    for refused in [
        Command::Verify(verdict()),
        Command::ChangeProfile { fields },
        open(),
        export(),
        add(),
    ] {
        let answer = decide(&view, refused.clone(), &Mandate::Owner, BEGIN);
        assert_eq!(answer, Err(Refusal::Merged(INTO)), "{refused:?}");
    }
    let again = decide(&view, merge(), &Mandate::Owner, BEGIN);
    assert_eq!(again, Err(Refusal::NotBare(NotBare::Erased)));
}

#[test]
fn what_is_changed_is_logged_and_an_erased_persons_customer_may_still_be_closed() {
    let mut view = name();
    let closed = CustomerChange::Status(CustomerStatus::Closed);
    for erased in [false, true] {
        if erased {
            let erased = [Event::ProfileErased];
            view.investor = apply_all(id(0), view.investor.take(), &erased).unwrap();
        }
        let before = view.investor.clone();
        for (asked, needs_person) in [
            (closed, false),
            (CustomerChange::Archived, false),
            (CustomerChange::Restored, false),
            (CustomerChange::ExternalIdChanged, false),
            (CustomerChange::DataReplaced, true),
            (CustomerChange::DataForgotten, true),
            (CustomerChange::ReferenceRenewed, true),
            (CustomerChange::Noted, true),
        ] {
            let answer = decide(&view, change(asked), &Mandate::Owner, BEGIN);
            if erased && needs_person {
                assert_eq!(answer, Err(Refusal::Erased), "{asked:?}");
                continue;
            }
            // No wallet's record, and so no chain, hears of it.
            let logged = Event::CustomerChanged {
                instance: "emea".parse().unwrap(),
                change: asked,
            };
            assert_eq!(answer, Ok(vec![logged.clone()]));
            let after = apply_all(id(0), view.investor.clone(), [&logged]).unwrap();
            assert_eq!(after, before, "{asked:?}");
        }
    }
}

#[test]
fn whoever_was_judged_or_holds_a_wallet_is_merged_into_nobody() {
    let verified = verified_at_version(Version(1));
    let answer = decide(&verified, merge(), &Mandate::Owner, BEGIN);
    assert_eq!(answer, Err(Refusal::NotBare(NotBare::Judged)));
    let mut view = name();
    let (wallet, chains) = (wallet(3), ChainScope::All);
    after(&mut view, Command::LinkWallet { wallet, chains });
    let answer = decide(&view, merge(), &Mandate::Owner, BEGIN);
    assert_eq!(answer, Err(Refusal::NotBare(NotBare::HasWallets)));
}

#[test]
fn only_the_owner_merges_and_authorities_open_their_own() {
    let other = Mandate::Limited {
        authority: AuthorityIndex(3),
        countries: [Country::US].into(),
        restricted: false,
    };
    let answer = decide(&name(), merge(), &other, BEGIN);
    assert_eq!(answer, Err(Refusal::OwnerOnly));
    for opening in [open(), export(), change(CustomerChange::Archived)] {
        let answer = decide(&name(), opening, &other, BEGIN);
        assert_eq!(answer, Err(Refusal::OtherAuthority(AuthorityIndex::OWNER)));
    }
    // Whom its instances know is no matter of who is in charge.
    let added = decide(&name(), add(), &other, BEGIN).unwrap();
    let emea = "emea".parse().unwrap();
    assert_eq!(added, [Event::CustomerAdded { instance: emea }]);
    let cut_off = Mandate::Limited {
        authority: AuthorityIndex(3),
        countries: [Country::US].into(),
        restricted: true,
    };
    let answer = decide(&name(), add(), &cut_off, BEGIN);
    assert_eq!(answer, Err(Refusal::AuthorityRestricted(AuthorityIndex(3))));
    // What decides nothing is no matter of a chain that decides.
    let changed = change(CustomerChange::Archived);
    for asked in [add(), changed, open(), export(), merge()] {
        decide(&name(), asked, &Mandate::Spectator, BEGIN).unwrap();
    }
}
