//! Entrust.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::json;
use symbolon_core::{
    investor::{Accreditation, InvestorKind, Level, RejectionReason},
    profile::{Field, Profile},
    verification::{Environment, Standing},
};
use symbolon_providers::{
    FetchError, HintError, Provider, SessionRequest, Watching,
    entrust::{Entrust, EntrustSecrets},
};
use symbolon_sandbox::provider::{
    ApiFault, EntrustOptions, FakeEntrust, Order, Outcome, VendorClock, WebhookFault,
};

use super::{MINUTE, clocks, from, hint, open, return_to, text, walk};

const WORKFLOW: &str = "b48fdff9-66a1-405d-9912-54780799bd68";

async fn both(sandbox: bool) -> (FakeEntrust, Entrust, VendorClock) {
    let (clock, ours) = clocks();
    let options = EntrustOptions {
        clock: clock.clone(),
        sandbox,
        ..EntrustOptions::default()
    };
    let fake = FakeEntrust::start(options).await.unwrap();
    let account = json!({
        "region": "eu",
        "base_url": fake.url(),
        "environment": "production",
        "workflow": WORKFLOW,
        "placeholder_names": {"given": "Not", "family": "Known"},
        "monitor": "watchlist_aml",
        "timeout_seconds": 1,
        "mapping": {"workflows": {WORKFLOW: {
            "level": "enhanced",
            "document": "/document/properties",
            "country": "/residence",
            "accreditation": {"at": "/accredited", "values": {"true": "professional"}},
            "us_person": {"at": "/us_person", "values": {"true": true, "false": false}},
            "reasons": {"forgery": "identity"},
        }}},
    });
    let secrets = EntrustSecrets {
        api_token: "token".into(),
        webhook_tokens: vec!["wh-token".into()],
    };
    let entrust = Entrust::new("entrust".parse().unwrap(), from(account), secrets, ours);
    (fake, entrust.unwrap(), clock)
}

#[tokio::test]
async fn a_person_is_verified() {
    let (fake, entrust, clock) = both(false).await;
    fake.faults().hold();
    let session = open(&entrust, None).await;
    let run = session.reference.clone().unwrap();
    assert_eq!(fake.run_of("u-1"), Some(run.clone()));
    let before = entrust.fetch(&run).await.unwrap();
    assert_eq!(before.fact.standing, Standing::Open);
    assert!(
        before.profile.get(Field::FamilyName).is_none(),
        "a placeholder is nobody"
    );
    clock.advance(MINUTE);
    let back = walk(&session, "pass").await;
    assert_eq!(back.as_deref(), Some("https://issuer.example/done"));

    let told = fake.release(Order::AsHappened).await;
    let hint = hint(&entrust, &told[0].webhook).unwrap();
    assert_eq!(hint.event, "workflow_run.completed");
    assert_eq!(hint.subject, run);
    assert_eq!(hint.customer.as_deref(), Some("u-1"));
    let record = entrust.fetch(&hint.subject).await.unwrap();
    let fact = record.fact;
    assert_eq!(fact.standing, Standing::Approved);
    assert_eq!(fact.environment, Environment::Production);
    assert_eq!(fact.customer.as_deref(), Some("u-1"));
    assert!(fact.as_of > before.fact.as_of);
    assert_eq!(fact.findings.level, Some(Level::Enhanced));
    assert_eq!(fact.findings.country.unwrap().alpha2(), "DE");
    assert_eq!(
        fact.findings.accreditation,
        Some(Accreditation::Professional)
    );
    assert_eq!(fact.findings.us_person, Some(false));
    let family = text(&record.profile, Field::FamilyName);
    assert_eq!(family.as_deref(), Some("Sample"));
    assert!(record.profile.get(Field::Documents).is_some());
}

#[tokio::test]
async fn what_comes_of_what_is_pressed() {
    for (press, standing) in [
        ("review", Standing::OnHold),
        ("fail", Standing::Refused(RejectionReason::Identity)),
        ("leave", Standing::Withdrawn),
    ] {
        let (_fake, entrust, _) = both(false).await;
        let session = open(&entrust, None).await;
        assert!(walk(&session, press).await.is_some());
        let run = session.reference.unwrap();
        let fact = entrust.fetch(&run).await.unwrap().fact;
        assert_eq!(fact.standing, standing, "{press}");
    }
}

#[tokio::test]
async fn a_link_ends() {
    let (_fake, entrust, clock) = both(false).await;
    let session = open(&entrust, None).await;
    clock.advance(31 * MINUTE);
    let back = walk(&session, "pass").await;
    assert_eq!(back.as_deref(), Some("https://issuer.example/again"));
}

#[tokio::test]
async fn a_match_of_the_monitor_puts_the_approval_on_hold() {
    let (fake, entrust, _) = both(false).await;
    let session = open(&entrust, None).await;
    walk(&session, "pass").await;
    let run = session.reference.unwrap();
    assert_eq!(entrust.watch(&run).await, Ok(Watching::Begun));
    assert_eq!(entrust.watch(&run).await, Ok(Watching::Already));
    let approved = entrust.fetch(&run).await.unwrap().fact;
    assert_eq!(approved.standing, Standing::Approved);

    let told = fake.monitoring_hit(&run).await.unwrap();
    assert_eq!(told.len(), 1, "there is one monitor");
    let subject = hint(&entrust, &told[0].webhook).unwrap().subject;
    assert!(subject.starts_with("monitor:"), "{subject}");
    let held = entrust.fetch(&subject).await.unwrap().fact;
    assert_eq!(held.standing, Standing::Listed);
    assert_eq!(held.reference, run, "the record is the run's");
    assert!(held.as_of >= approved.as_of);

    let told = fake.dismiss(&run).await.unwrap();
    let subject = hint(&entrust, &told[0].webhook).unwrap().subject;
    let again = entrust.fetch(&subject).await.unwrap().fact;
    assert_eq!(again, approved, "it was somebody else");
}

#[tokio::test]
async fn what_belongs_to_a_run_may_be_gone_and_the_run_is_not() {
    let (fake, entrust, _) = both(false).await;
    let session = open(&entrust, None).await;
    walk(&session, "pass").await;
    let run = session.reference.unwrap();
    entrust.watch(&run).await.unwrap();
    for (after, error) in [
        (0, FetchError::NotFound),
        (1, FetchError::NotFound),
        (
            2,
            FetchError::Answer {
                problem: "an applicant without monitors",
            },
        ),
        (
            3,
            FetchError::Answer {
                problem: "a monitor without matches",
            },
        ),
    ] {
        for _ in 0..after {
            fake.faults().on_request(ApiFault::Slow(Duration::ZERO));
        }
        fake.faults().on_request(ApiFault::Status {
            status: 404,
            retry_after: None,
        });
        let found = entrust.fetch(&run).await.unwrap_err();
        assert_eq!(found, error, "the request after {after}");
    }
    assert!(entrust.fetch(&run).await.is_ok());
}

#[tokio::test]
async fn erasure_ends_the_monitors_too() {
    let (fake, entrust, _) = both(false).await;
    let session = open(&entrust, None).await;
    walk(&session, "pass").await;
    let run = session.reference.unwrap();
    entrust.watch(&run).await.unwrap();
    assert_eq!(entrust.deactivate(&run).await, Ok(()));
    assert_eq!(entrust.deactivate(&run).await, Ok(()), "twice is once");
    let error = entrust.fetch(&run).await.unwrap_err();
    assert_eq!(error, FetchError::NotFound);
    assert!(fake.run_of("u-1").is_none());
}

#[tokio::test]
async fn forgeries_and_sandboxes() {
    let (fake, entrust, _) = both(true).await;
    let session = open(&entrust, None).await;
    let run = session.reference.unwrap();
    for (fault, error) in [
        (WebhookFault::Forged, HintError::SignatureWrong),
        (WebhookFault::Sha1, HintError::SignatureMalformed),
    ] {
        fake.faults().on_webhook(fault);
        let told = fake.complete(&run, Outcome::Approved).await.unwrap();
        assert_eq!(hint(&entrust, &told[0].webhook), Err(error), "{fault:?}");
    }
    let fact = entrust.fetch(&run).await.unwrap().fact;
    assert_eq!(
        fact.environment,
        Environment::Sandbox,
        "whatever was configured"
    );
}

#[tokio::test]
async fn names_are_the_persons_where_they_are_known() {
    let (_fake, entrust, _) = both(false).await;
    let mut profile = Profile::empty(InvestorKind::NaturalPerson);
    for (field, value) in [
        (Field::GivenNames, json!("Ana")),
        (Field::FamilyName, json!("Sam#ple")),
        (Field::Email, json!("ana@example.com")),
    ] {
        profile.set(field, &value).unwrap();
    }
    let session = open(&entrust, Some(&profile)).await;
    let record = entrust.fetch(&session.reference.unwrap()).await.unwrap();
    let family = text(&record.profile, Field::FamilyName);
    assert_eq!(
        family.as_deref(),
        Some("Sample"),
        "without what Entrust refuses"
    );
    let email = text(&record.profile, Field::Email);
    assert_eq!(email.as_deref(), Some("ana@example.com"));
}

#[tokio::test]
async fn a_run_that_waits_for_its_person_is_given_again() {
    let (fake, entrust, clock) = both(false).await;
    let first = open(&entrust, None).await;
    let begun = first.reference.clone().unwrap();
    let again = async |customer: &str, level: Option<&str>| {
        let request = SessionRequest {
            customer,
            kind: InvestorKind::NaturalPerson,
            level,
            return_to: &return_to(),
            lasts: 30 * MINUTE,
            profile: None,
            language: None,
            begun: Some(&begun),
        };
        entrust.open(&request).await.unwrap()
    };
    let same = again("u-1", None).await;
    assert_eq!(same.reference, first.reference);
    assert_eq!(same.url.expose_secret(), first.url.expose_secret());
    // Not to anybody else, for no other workflow, and not once its link is about to end.
    let elsewhere = Some("b48fdff9-66a1-405d-9912-54780799bd69");
    for (customer, level) in [("u-2", None), ("u-1", elsewhere)] {
        let other = again(customer, level).await;
        assert_ne!(other.reference, first.reference);
    }
    clock.advance(25 * MINUTE);
    assert_ne!(again("u-1", None).await.reference, first.reference);
    clock.advance(MINUTE);
    fake.complete(&begun, Outcome::Abandoned).await.unwrap();
    assert_ne!(again("u-1", None).await.reference, first.reference);
}

#[tokio::test]
async fn entities_and_wrong_workflows_get_no_session() {
    let (_fake, entrust, _) = both(false).await;
    let mut request = SessionRequest {
        customer: "u-1",
        kind: InvestorKind::LegalEntity,
        level: None,
        return_to: &return_to(),
        lasts: MINUTE,
        profile: None,
        language: None,
        begun: None,
    };
    let error = entrust.open(&request).await.unwrap_err();
    assert!(error.to_string().starts_with("kind: "), "{error}");
    request.kind = InvestorKind::NaturalPerson;
    request.level = Some("../applicants");
    let error = entrust.open(&request).await.unwrap_err();
    assert!(error.to_string().starts_with("level: "), "{error}");
    for subject in ["", "a/b", "monitor:", "monitor:a/b", "monitor:monitor:a"] {
        let error = entrust.fetch(subject).await.unwrap_err();
        assert_eq!(error.code(), "request_invalid", "{subject}");
    }
    let error = entrust.fetch("monitor:00000000-0000-4000-8000-0000000000ff");
    assert_eq!(error.await.unwrap_err(), FetchError::NotFound);
}
