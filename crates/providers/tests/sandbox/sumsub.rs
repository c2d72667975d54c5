//! Sumsub.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use symbolon_core::{
    investor::{Accreditation, InvestorKind, Level, RejectionReason},
    profile::{Field, Profile},
    verification::{Environment, Standing},
};
use symbolon_providers::{
    FetchError, HintError, Provider, SessionRequest, Watching,
    sumsub::{Sumsub, SumsubSecrets},
};
use symbolon_sandbox::provider::{
    ApiFault, FakeSumsub, Order, PayloadDigest, SumsubOptions, VendorClock, Verdict, WebhookFault,
};

use super::{MINUTE, clocks, from, hint, open, return_to, text, walk};

pub(super) async fn both(
    link_form: &str,
    digest: PayloadDigest,
) -> (FakeSumsub, Sumsub, VendorClock) {
    let (clock, ours) = clocks();
    let options = SumsubOptions {
        clock: clock.clone(),
        digest,
        ..SumsubOptions::default()
    };
    let fake = FakeSumsub::start(options).await.unwrap();
    let item = |item: &str| json!({"questionnaire": "investor", "section": "main", "item": item});
    let digest = match digest {
        PayloadDigest::Sha256 => "sha256",
        PayloadDigest::Sha512 => "sha512",
    };
    let account = json!({
        "base_url": fake.url(),
        "environment": "production",
        "digest": digest,
        "link_form": link_form,
        "person_level": "basic kyc/level",
        "timeout_seconds": 1,
        "mapping": {
            "levels": {"basic kyc/level": "basic"},
            "accreditation": {
                "at": item("accredited"), "values": {"true": "qualified", "false": "none"},
            },
            "us_person": {"at": item("usPerson"), "values": {"true": true, "false": false}},
        },
    });
    let secrets = SumsubSecrets {
        token: "token".into(),
        secret: "secret".into(),
        webhook_secrets: vec!["wh-secret".into()],
    };
    let sumsub = Sumsub::new("sumsub".parse().unwrap(), from(account), secrets, ours);
    (fake, sumsub.unwrap(), clock)
}

#[tokio::test]
async fn a_person_is_verified() {
    for digest in [PayloadDigest::Sha256, PayloadDigest::Sha512] {
        let (fake, sumsub, _) = both("current", digest).await;
        fake.faults().hold();
        let session = open(&sumsub, None).await;
        assert_eq!(session.reference, None);
        let back = walk(&session, "pass").await;
        assert_eq!(back.as_deref(), Some("https://issuer.example/done"));

        let told = fake.release(Order::AsHappened).await;
        let hints: Vec<_> = told
            .iter()
            .map(|delivery| hint(&sumsub, &delivery.webhook).unwrap())
            .collect();
        let events: Vec<_> = hints.iter().map(|hint| hint.event.as_str()).collect();
        assert_eq!(
            events,
            ["applicantCreated", "applicantPending", "applicantReviewed"]
        );
        assert!(
            hints
                .iter()
                .all(|hint| hint.customer.as_deref() == Some("u-1"))
        );

        let record = sumsub.fetch(&hints[2].subject).await.unwrap();
        let fact = record.fact;
        assert_eq!(fact.standing, Standing::Approved);
        assert_eq!(fact.environment, Environment::Production);
        assert_eq!(fact.reference, hints[2].subject);
        assert_eq!(fact.customer.as_deref(), Some("u-1"));
        assert_eq!(fact.as_of.0, super::START);
        assert_eq!(fact.findings.level, Some(Level::Basic));
        assert_eq!(fact.findings.country.unwrap().alpha2(), "DE");
        assert_eq!(fact.findings.accreditation, Some(Accreditation::Qualified));
        assert_eq!(fact.findings.us_person, Some(false));
        let ends = fact.findings.document_expires.unwrap();
        assert_eq!(ends.to_string(), "2035-01-01");
        let family = text(&record.profile, Field::FamilyName);
        assert_eq!(family.as_deref(), Some("Sample"));
    }
}

#[tokio::test]
async fn the_older_form_of_links() {
    let (fake, sumsub, _) = both("per_level", PayloadDigest::Sha256).await;
    let session = open(&sumsub, None).await;
    assert_eq!(
        walk(&session, "pass").await,
        None,
        "it knows no return address"
    );
    let applicant = fake.applicant_of("u-1").unwrap();
    let fact = sumsub.fetch(&applicant).await.unwrap().fact;
    assert_eq!(fact.standing, Standing::Approved);
    assert_eq!(
        fact.findings.level,
        Some(Level::Basic),
        "the level's name survives the path"
    );
}

#[tokio::test]
async fn what_comes_of_what_is_pressed() {
    for (press, standing, back) in [
        ("retry", Standing::Retry, "https://issuer.example/again"),
        (
            "fail",
            Standing::Refused(RejectionReason::Identity),
            "https://issuer.example/again",
        ),
        ("leave", Standing::Withdrawn, "https://issuer.example/again"),
    ] {
        let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
        let session = open(&sumsub, None).await;
        assert_eq!(walk(&session, press).await.as_deref(), Some(back));
        let applicant = fake.applicant_of("u-1").unwrap();
        let fact = sumsub.fetch(&applicant).await.unwrap().fact;
        assert_eq!(fact.standing, standing, "{press}");
    }
}

#[tokio::test]
async fn a_link_ends() {
    let (_fake, sumsub, clock) = both("current", PayloadDigest::Sha256).await;
    let session = open(&sumsub, None).await;
    clock.advance(31 * MINUTE);
    assert_eq!(walk(&session, "pass").await, None);
}

#[tokio::test]
async fn an_approval_is_followed_by_its_end() {
    let (fake, sumsub, clock) = both("current", PayloadDigest::Sha256).await;
    walk(&open(&sumsub, None).await, "pass").await;
    let applicant = fake.applicant_of("u-1").unwrap();
    let mut newest = sumsub.fetch(&applicant).await.unwrap().fact.as_of;
    for (step, standing) in [
        ("hold", Standing::OnHold),
        ("green", Standing::Approved),
        ("hit", Standing::Refused(RejectionReason::Sanctions)),
        ("green", Standing::Approved),
        ("reset", Standing::Withdrawn),
        ("green", Standing::Approved),
        ("deactivate", Standing::Deleted),
    ] {
        clock.advance(MINUTE);
        let told = match step {
            "hold" => fake.hold(&applicant).await,
            "hit" => fake.monitoring_hit(&applicant).await,
            "reset" => fake.reset(&applicant).await,
            "deactivate" => fake.deactivate(&applicant).await,
            _ => fake.review(&applicant, Verdict::Green).await,
        };
        let subject = hint(&sumsub, &told.unwrap()[0].webhook).unwrap().subject;
        let fact = sumsub.fetch(&subject).await.unwrap().fact;
        assert_eq!(fact.standing, standing, "{step}");
        assert!(fact.as_of > newest, "{step}: the newest decides");
        newest = fact.as_of;
    }
    let gone = fake.delete(&applicant).await.unwrap();
    let subject = hint(&sumsub, &gone[0].webhook).unwrap().subject;
    let error = sumsub.fetch(&subject).await.unwrap_err();
    assert_eq!(error, FetchError::NotFound);
}

#[tokio::test]
async fn whatever_order_webhooks_have_the_record_decides() {
    let (fake, sumsub, clock) = both("current", PayloadDigest::Sha256).await;
    walk(&open(&sumsub, None).await, "pass").await;
    let applicant = fake.applicant_of("u-1").unwrap();
    fake.faults().hold();
    fake.faults().on_webhook(WebhookFault::Duplicated);
    fake.review(&applicant, Verdict::Green).await.unwrap();
    clock.advance(MINUTE);
    let labels = vec!["PEP".to_owned()];
    fake.review(&applicant, Verdict::Final(labels))
        .await
        .unwrap();
    let told = fake.release(Order::Reversed).await;
    assert_eq!(told.len(), 3);
    let mut digests = BTreeSet::new();
    for delivery in told {
        let hint = hint(&sumsub, &delivery.webhook).unwrap();
        digests.insert(hint.digest);
        let fact = sumsub.fetch(&hint.subject).await.unwrap().fact;
        let standing = Standing::Refused(RejectionReason::Provider);
        assert_eq!(fact.standing, standing, "the green one came last");
    }
    assert_eq!(digests.len(), 2, "the duplicate is known by its digest");
}

#[tokio::test]
async fn forgeries_are_not_believed() {
    let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    walk(&open(&sumsub, None).await, "pass").await;
    let applicant = fake.applicant_of("u-1").unwrap();
    for (fault, error) in [
        (WebhookFault::Forged, HintError::SignatureWrong),
        (WebhookFault::Sha1, HintError::AlgorithmRefused),
        (WebhookFault::SandboxMode, HintError::Sandbox),
    ] {
        fake.faults().on_webhook(fault);
        let told = fake.review(&applicant, Verdict::Green).await.unwrap();
        assert_eq!(hint(&sumsub, &told[0].webhook), Err(error), "{fault:?}");
    }
    fake.faults().on_webhook(WebhookFault::Lost);
    let told = fake.review(&applicant, Verdict::Green).await.unwrap();
    assert!(told.is_empty());
}

#[tokio::test]
async fn erasure() {
    let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    walk(&open(&sumsub, None).await, "pass").await;
    let applicant = fake.applicant_of("u-1").unwrap();
    assert_eq!(sumsub.watch(&applicant).await, Ok(Watching::NotAsked));
    assert_eq!(sumsub.deactivate(&applicant).await, Ok(()));
    assert_eq!(sumsub.deactivate(&applicant).await, Ok(()), "twice is once");
    let fact = sumsub.fetch(&applicant).await.unwrap().fact;
    assert_eq!(fact.standing, Standing::Deleted);
    assert_eq!(sumsub.deactivate("650000000000000000000009").await, Ok(()));
}

#[tokio::test]
async fn an_applicant_is_found_by_the_registers_name_for_it() {
    let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    let session = open(&sumsub, None).await;
    let subject = sumsub.subject_of("u-1").unwrap();
    // The person has not come yet.
    let nobody = sumsub.fetch(&subject).await.unwrap_err();
    assert_eq!(nobody, FetchError::NotFound);
    assert_eq!(sumsub.deactivate(&subject).await, Ok(()));
    walk(&session, "pass").await;
    let fact = sumsub.fetch(&subject).await.unwrap().fact;
    assert_eq!(fact.reference, fake.applicant_of("u-1").unwrap());
    assert_eq!(fact.customer.as_deref(), Some("u-1"));
    assert_eq!(fact.standing, Standing::Approved);
    assert_eq!(sumsub.deactivate(&subject).await, Ok(()));
    let fact = sumsub.fetch(&subject).await.unwrap().fact;
    assert_eq!(fact.standing, Standing::Deleted);
    // A name that leaves its place in the path is no name.
    for name in ["u-1/../u-2", "", "u-1;a=b"] {
        let subject = sumsub.subject_of(name).unwrap();
        let error = sumsub.fetch(&subject).await.unwrap_err();
        assert_eq!(error.code(), "request_invalid", "{name}");
    }
}

#[tokio::test]
async fn a_company_is_read_with_those_behind_it() {
    let (fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    // Whoever is behind it is an applicant of its own.
    let owner = fake.applicant("u-owner", "basic-kyc-level");
    let told = json!({"info": {"firstName": "Ana", "lastName": "Sample", "dob": "1990-02-03",
        "addresses": [{"country": "DEU"}]}});
    fake.alter(&owner, |info| *info = told).unwrap();
    let company = fake.applicant("u-company", "kyb-level");
    let gone = "650000000000000000000009";
    let told = json!({"type": "company", "info": {"companyInfo": {
        "companyName": "Sample GmbH", "registrationNumber": "HRB 1", "country": "DEU",
        "beneficiaries": [
            {"applicantId": owner, "types": ["ubo", "director"], "shareSize": 75},
            {"applicantId": gone, "types": ["ubo"],
                "beneficiaryInfo": {"firstName": "Ben", "lastName": "Gone"}, "shareSize": 25},
        ],
    }}});
    fake.alter(&company, |info| *info = told).unwrap();
    fake.review(&company, Verdict::Green).await.unwrap();
    let record = sumsub.fetch(&company).await.unwrap();
    assert_eq!(record.fact.standing, Standing::Approved);
    assert_eq!(record.profile.kind(), InvestorKind::LegalEntity);
    let list = |field| {
        let value = record.profile.get(field).unwrap();
        value.expose().parse::<Value>().unwrap()
    };
    let ana = json!({"name": "Ana Sample", "birth_date": "1990-02-03", "country": "DE"});
    assert_eq!(list(Field::Directors), json!([ana]));
    let mut owners = [ana, json!({"name": "Ben Gone"})];
    owners[0]["share_percent"] = json!(75.0);
    owners[1]["share_percent"] = json!(25.0);
    assert_eq!(list(Field::BeneficialOwners), json!(owners));

    // What cannot be read now is read later, whole.
    fake.faults().on_request(ApiFault::Slow(Duration::ZERO));
    fake.faults().on_request(ApiFault::Status {
        status: 503,
        retry_after: None,
    });
    let error = sumsub.fetch(&company).await.unwrap_err();
    assert!(error.passes(), "{error}");
}

#[tokio::test]
async fn what_could_not_be_right_is_not_sent() {
    let (_fake, sumsub, _) = both("current", PayloadDigest::Sha256).await;
    let profile = Profile::empty(InvestorKind::LegalEntity);
    let mut request = SessionRequest {
        customer: "u-1",
        kind: InvestorKind::LegalEntity,
        level: None,
        return_to: &return_to(),
        lasts: MINUTE,
        profile: Some(&profile),
        language: None,
        begun: None,
    };
    let error = sumsub.open(&request).await.unwrap_err();
    assert!(error.to_string().starts_with("level: "), "{error}");
    request.level = Some("kyb");
    assert!(
        sumsub.open(&request).await.is_ok(),
        "the request may name one"
    );
    request.customer = "ana@example.com";
    let error = sumsub.open(&request).await.unwrap_err();
    assert!(error.to_string().starts_with("customer: "), "{error}");
    for subject in ["", "..", "a/b", "-;externalUserId=u-1", "a?b"] {
        let error = sumsub.fetch(subject).await.unwrap_err();
        assert_eq!(error.code(), "request_invalid", "{subject}");
    }
}
