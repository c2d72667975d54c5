//! What rules ask of persons before they are verified.

use std::sync::Arc;

use symbolon_core::{
    authority::Mandate,
    command::{Command, Verdict},
    country::Country,
    investor::{Investor, InvestorKind, PersonFacts, Residency, Years},
    register::{Refusal, View, decide},
    time::UnixSeconds,
    transfer_rules::{Announced, CountryRule, PersonLacks, Schedule, Standing},
    wallet::Version,
};

use crate::{BEGIN, verified_at_version};

const LATER: UnixSeconds = UnixSeconds(BEGIN.0 + 1_000);

fn rule() -> CountryRule {
    CountryRule {
        least_age: Some(Years(21)),
        residencies: vec![Residency::Citizen].into(),
        ..CountryRule::OPEN
    }
}

/// Somebody known, where these rules are announced for [`LATER`].
fn view(key: Option<Country>, kind: InvestorKind) -> View {
    let known = verified_at_version(Version(1));
    let rule = Some(rule());
    let standing = Standing {
        announced: Some(Announced { rule, from: LATER }),
        ..Standing::default()
    };
    View {
        investor: known.investor.map(|known| Investor { kind, ..known }),
        rules: Arc::new(Schedule([(key, standing)].into())),
        ..known
    }
}

fn verify(view: &View, person: PersonFacts, now: UnixSeconds) -> Result<(), Refusal> {
    let known = view.investor.as_ref().unwrap().status.verdict().unwrap();
    let verdict = Verdict {
        level: known.level,
        country: known.country,
        accreditation: known.accreditation,
        accreditation_ends: None,
        us_person: known.us_person,
        person,
        expiry: None,
        source: known.source.clone(),
    };
    decide(view, Command::Verify(verdict), &Mandate::Owner, now).map(|_| ())
}

fn seen(years: u8, residency: Residency) -> PersonFacts {
    PersonFacts {
        least_age: Some(Years(years)),
        residency: Some(residency),
    }
}

#[test]
fn whoever_does_not_meet_a_rule_that_holds_is_not_verified() {
    let country = Country::US;
    for key in [Some(country), None] {
        let view = view(key, InvestorKind::NaturalPerson);
        let nothing = PersonFacts::default();
        verify(&view, nothing, BEGIN).expect("it does not hold yet");
        let lacks = PersonLacks::Age(Years(21));
        assert_eq!(
            verify(&view, nothing, LATER),
            Err(Refusal::RuleUnmet { country, lacks })
        );
        verify(&view, seen(20, Residency::Citizen), LATER).unwrap_err();
        let refused = verify(&view, seen(21, Residency::PermanentResident), LATER);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the rules for US ask for residency as citizen, and the verdict does not say so"
        );
        verify(&view, seen(21, Residency::Citizen), LATER).unwrap();
    }
}

#[test]
fn what_is_asked_of_persons_is_asked_of_no_entity_and_nowhere_else() {
    let entity = view(None, InvestorKind::LegalEntity);
    verify(&entity, PersonFacts::default(), LATER).unwrap();
    let elsewhere = view(Some("DE".parse().unwrap()), InvestorKind::NaturalPerson);
    verify(&elsewhere, PersonFacts::default(), LATER).unwrap();
}
