//! A registrar's owner on chain is believed, whoever approves here.

use symbolon_core::{
    federation::{AuthorityDeed, Federation, FederationEvent, FederationRefusal, witness},
    ids::AuthorityIndex,
    log::EntryNumber,
};

use crate::countries;

const FIRST: AuthorityIndex = AuthorityIndex(1);

fn set(of: &[&str], permitted: bool) -> AuthorityDeed {
    AuthorityDeed::CountriesSet {
        countries: countries(of),
        permitted,
    }
}

fn appointed(name: &str) -> AuthorityDeed {
    AuthorityDeed::Appointed(name.parse().unwrap())
}

fn after(deeds: impl IntoIterator<Item = AuthorityDeed>) -> Federation {
    let mut federation = Federation::default();
    for (number, deed) in (1..).zip(deeds) {
        if let Some(event) = witness(&federation, FIRST, deed).unwrap() {
            federation.apply(&event, EntryNumber(number)).unwrap();
        }
    }
    federation
}

#[test]
fn an_authority_is_as_the_chain_says() {
    let federation = after([
        appointed("r-1"),
        set(&["DE", "FR"], true),
        set(&["CH"], true),
        set(&["FR", "US"], false),
        AuthorityDeed::Restricted,
        AuthorityDeed::Restricted,
    ]);
    let authority = &federation.authorities[&FIRST];
    assert_eq!(authority.countries, countries(&["DE", "CH"]));
    assert!(authority.restricted);
    let said = witness(&federation, FIRST, AuthorityDeed::Reinstated).unwrap();
    let reinstated = FederationEvent::AuthorityReinstated { authority: FIRST };
    assert_eq!(said, Some(reinstated));
    for deed in [
        appointed("r-1"),
        set(&["DE"], true),
        AuthorityDeed::Restricted,
    ] {
        assert_eq!(witness(&federation, FIRST, deed), Ok(None));
    }
}

#[test]
fn what_cannot_be_of_this_registrar_is_refused() {
    let federation = after([appointed("r-1")]);
    let second = AuthorityIndex(2);
    assert_eq!(
        witness(&federation, second, AuthorityDeed::Restricted),
        Err(FederationRefusal::UnknownAuthority(second))
    );
    assert_eq!(
        witness(&federation, second, appointed("r-1")),
        Err(FederationRefusal::NameTaken(FIRST))
    );
    assert!(witness(&federation, FIRST, appointed("r-2")).is_err());
}

#[test]
fn the_owner_is_everywhere_whatever_is_set() {
    let owner = AuthorityIndex::OWNER;
    for deed in [appointed("r-0"), set(&["DE"], false)] {
        assert_eq!(witness(&Federation::default(), owner, deed), Ok(None));
    }
}
