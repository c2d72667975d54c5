//! A webhook that never comes leaves nobody waiting.

use std::time::Duration;

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
    // It is over: nobody looks any more.
    quiet.clock.advance(DAY);
    let (store, acme) = (&quiet.state.store, "acme".parse().unwrap());
    let due = store.due_looks(&acme, quiet.clock.now(), 1).await.unwrap();
    assert!(due.is_empty());
    quiet.end().await;
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
