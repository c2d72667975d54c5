//! A webhook that never comes leaves nobody waiting.

use std::time::Duration;

use serde_json::json;
use symbolon_core::verification::VerificationState;
use symbolon_sandbox::provider::{FakeSumsub, SumsubOptions, Verdict};
use symbolon_testkit::person::Person;

use super::{quiet::Quiet, stage};
use crate::world::until;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_leaves_nobody_waiting() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    let session = person.begin_check().await;
    person.walk(&session, "pass").await;
    quiet.looked().await;
    assert_eq!(quiet.status(&investor).await, "pending", "nobody has told");
    quiet.clock.advance(MINUTE);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "verified"
    })
    .await;
    assert_eq!(person.state().await["link"], "completed");
    // It is over, and looked at once a day.
    quiet.clock.advance(DAY - MINUTE);
    assert!(quiet.nobody_is_due().await);
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_monitoring_finds_denies_though_its_webhook_is_lost() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (investor, applicant) = verified(&quiet, &sumsub).await;
    let told = sumsub.monitoring_hit(&applicant).await.unwrap();
    assert!(
        told.iter().all(|one| one.status.is_none()),
        "nobody is told"
    );
    quiet.looked().await;
    assert_eq!(quiet.status(&investor).await, "verified");
    quiet.clock.advance(DAY);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    // Whoever is denied is asked about no more.
    sumsub.delete(&applicant).await.unwrap();
    quiet.clock.advance(DAY);
    quiet.looked().await;
    assert_eq!(quiet.status(&investor).await, "revoked");
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_no_longer_kept_revokes_nobody() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (investor, applicant) = verified(&quiet, &sumsub).await;
    sumsub.delete(&applicant).await.unwrap();
    for _ in 0..3 {
        quiet.clock.advance(DAY);
        assert!(!quiet.nobody_is_due().await);
        quiet.looked().await;
        assert_eq!(quiet.status(&investor).await, "verified");
    }
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_by_hand_since_is_not_doubted_every_day() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (investor, applicant) = verified(&quiet, &sumsub).await;
    quiet.verified_by_hand(&investor).await;
    quiet.clock.advance(DAY);
    quiet.looked().await;
    assert_eq!(
        quiet.attempts(&investor).await,
        [VerificationState::Approved]
    );
    // Yet what the provider finds denies.
    sumsub.monitoring_hit(&applicant).await.unwrap();
    quiet.clock.advance(DAY);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_settled_stays_settled_until_the_provider_refuses() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    let session = person.begin_check().await;
    person.walk(&session, "retry").await;
    let applicant = sumsub.applicant_of(investor.trim_start_matches("0x"));
    let applicant = applicant.unwrap();
    sumsub.hold(&applicant).await.unwrap();
    quiet.clock.advance(MINUTE);
    quiet.looked().await;
    assert_eq!(quiet.attempts(&investor).await, [VerificationState::Review]);
    // Somebody has seen the person, and is done with it, whatever the provider waits for.
    quiet.verified_by_hand(&investor).await;
    let attempt = quiet.newest_attempt(&investor).await;
    let path = format!("/v1/verifications/{attempt}/settle");
    quiet.post(&path, json!({})).await;
    for _ in 0..2 {
        quiet.clock.advance(DAY);
        assert!(!quiet.nobody_is_due().await);
        quiet.looked().await;
        let attempts = quiet.attempts(&investor).await;
        assert_eq!(attempts, [VerificationState::Settled]);
        assert_eq!(quiet.status(&investor).await, "verified");
    }
    sumsub.monitoring_hit(&applicant).await.unwrap();
    quiet.clock.advance(DAY);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_denies_though_a_renewal_is_under_way() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (investor, applicant) = verified(&quiet, &sumsub).await;
    let renewal = json!({"investor": investor, "prove_wallet": false});
    let renewal = quiet.post("/v1/links", renewal).await;
    let mut person = Person::new(&quiet.url);
    person.open(renewal["url"].as_str().unwrap()).await;
    person.begin_check().await;
    sumsub.send_webhooks_to(format!("{}/hooks/acme/sumsub", quiet.url));
    sumsub.delete(&applicant).await.unwrap();
    until("the deletion denies", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    let attempts = quiet.attempts(&investor).await;
    let (waiting, refused) = (VerificationState::Waiting, VerificationState::Refused);
    assert_eq!(attempts, [waiting, refused]);
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_was_left_keeps_no_denial_back() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (investor, applicant) = verified(&quiet, &sumsub).await;
    let renewal = json!({"investor": investor, "prove_wallet": false, "hours": 24});
    let renewal = quiet.post("/v1/links", renewal).await;
    let mut person = Person::new(&quiet.url);
    person.open(renewal["url"].as_str().unwrap()).await;
    person.begin_check().await;
    sumsub.send_webhooks_to(format!("{}/hooks/acme/sumsub", quiet.url));
    // While the person may be at it, it is the renewal's.
    sumsub.reset(&applicant).await.unwrap();
    quiet.looked().await;
    assert_eq!(quiet.status(&investor).await, "verified");
    quiet.clock.advance(2 * DAY);
    quiet.looked().await;
    sumsub.reset(&applicant).await.unwrap();
    until("what was reset denies", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    quiet.end().await;
}

/// Somebody who was verified without any webhook, and their applicant.
async fn verified(quiet: &Quiet, sumsub: &FakeSumsub) -> (String, String) {
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    let session = person.begin_check().await;
    person.walk(&session, "pass").await;
    quiet.clock.advance(MINUTE);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "verified"
    })
    .await;
    let customer = investor.trim_start_matches("0x");
    let applicant = sumsub.applicant_of(customer).unwrap();
    (investor, applicant)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_late_is_waited_for() {
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
    let quiet = Quiet::set(stage::sumsub(&sumsub)).await;
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    person.begin_check().await;
    // Looked for in vain for ten days, and found a minute after having come.
    for _ in 0..10 {
        quiet.clock.advance(DAY);
        quiet.looked().await;
    }
    assert_eq!(person.state().await["check"], "waiting");
    let session = person.begin_check().await;
    person.walk(&session, "retry").await;
    quiet.clock.advance(MINUTE);
    quiet.looked().await;
    assert_eq!(person.state().await["check"], "retry");
    // Somebody at the provider decides otherwise, two days later.
    let customer = investor.trim_start_matches("0x");
    let applicant = sumsub.applicant_of(customer).unwrap();
    let green = Verdict::Green;
    sumsub.review(&applicant, green).await.unwrap();
    quiet.clock.advance(2 * DAY);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "verified"
    })
    .await;
    quiet.end().await;
}
