//! What becomes of each event, and of those that have no place here.

use symbolon_core::federation::FederationEvent;
use symbolon_core::log::EntryNumber;

use super::*;

const REGISTRAR: Address = Address::repeat_byte(0x42);
const FIRST: B256 = B256::repeat_byte(0x11);
const INVESTOR: B256 = B256::repeat_byte(0x77);
const AT: UnixSeconds = UnixSeconds(1_795_219_200);

fn reported(event: RegistrarEvent) -> Reported {
    Reported {
        block: 3,
        at: AT,
        transaction: B256::repeat_byte(9),
        event,
    }
}

/// With one authority, which an earlier look took in.
fn reading() -> Reading {
    let mut federation = Federation::default();
    let added = FederationEvent::AuthorityAdded {
        authority: AuthorityIndex(1),
        name: name(FIRST).parse().unwrap(),
        countries: BTreeSet::new(),
    };
    federation.apply(&added, EntryNumber(1)).unwrap();
    Reading::new(REGISTRAR, &federation)
}

fn new_investor(country: u16, rating: u8, expires: u64, authority: B256) -> Reported {
    reported(RegistrarEvent::NewInvestor {
        id: INVESTOR,
        country,
        rating,
        expires,
        authority,
    })
}

fn verdict(steps: &[Step]) -> &Verdict {
    match steps {
        [
            Step::Investor(Witnessed {
                deed:
                    Deed::Added {
                        verdict: Some(verdict),
                        ..
                    },
                ..
            }),
        ] => verdict,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ratings_and_expiries_fit_into_a_record() {
    for (rating, accreditation) in [
        (1, Accreditation::None),
        (3, Accreditation::Qualified),
        (8, Accreditation::None),
        (255, Accreditation::None),
    ] {
        let steps = reading().steps(new_investor(840, rating, 2_000_000_000, FIRST));
        assert_eq!(verdict(&steps).accreditation, accreditation);
        assert!(verdict(&steps).us_person);
    }
    for (expires, expiry) in [
        (2_000_000_000, Some(UnixSeconds(2_000_000_000))),
        (1 << 35, Some(UnixSeconds::MAX_ON_CHAIN)),
        (NEVER, None),
    ] {
        let steps = reading().steps(new_investor(276, 1, expires, FIRST));
        assert_eq!(verdict(&steps).expiry, expiry);
    }
}

#[test]
fn an_investor_without_a_country_is_known_and_unverified_and_named() {
    let steps = reading().steps(new_investor(1000, 1, 2_000_000_000, FIRST));
    let [Step::Investor(added), Step::LeftOut(why)] = &steps[..] else {
        panic!("{steps:?}");
    };
    assert!(matches!(added.deed, Deed::Added { verdict: None, .. }));
    assert!(
        why.contains(&INVESTOR.to_string()) && why.contains("1000"),
        "{why}"
    );
}

#[test]
fn an_authority_that_nobody_appointed_verifies_nobody() {
    let stranger = B256::repeat_byte(0x99);
    let steps = reading().steps(new_investor(276, 1, 2_000_000_000, stranger));
    assert!(matches!(&steps[..], [Step::LeftOut(_)]), "{steps:?}");
    // A denial counts, whoever it is by.
    let restriction = RegistrarEvent::InvestorRestriction {
        id: INVESTOR,
        restricted: true,
        authority: stranger,
    };
    let steps = reading().steps(reported(restriction));
    assert!(matches!(&steps[..], [Step::Investor(_)]), "{steps:?}");
}

#[test]
fn addresses_of_the_owner_and_of_authorities_are_no_investors() {
    for id in [owner_id(REGISTRAR), FIRST] {
        let addresses = vec![Address::repeat_byte(5)];
        let authority = owner_id(REGISTRAR);
        let registered = RegistrarEvent::RegisteredAddresses {
            id,
            addresses,
            authority,
        };
        assert_eq!(reading().steps(reported(registered)), []);
    }
}

#[test]
fn countries_without_a_code_are_named_and_the_others_count() {
    let set = RegistrarEvent::AuthorityCountriesSet {
        id: FIRST,
        countries: vec![276, 999, 756],
        permitted: true,
    };
    let steps = reading().steps(reported(set));
    let [
        Step::Authority {
            deed: AuthorityDeed::CountriesSet { countries, .. },
            ..
        },
        Step::LeftOut(why),
    ] = &steps[..]
    else {
        panic!("{steps:?}");
    };
    assert_eq!(countries.len(), 2);
    assert!(why.ends_with("999"), "{why}");
}
