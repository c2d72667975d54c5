//! Entrust watches whom it approved by a monitor, which is about its run.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use symbolon_core::verification::VerificationState;
use symbolon_providers::entrust::{Entrust, EntrustAccount, EntrustSecrets};
use symbolon_sandbox::provider::{EntrustOptions, FakeEntrust, WebhookFault};
use symbolon_server::Account;
use symbolon_testkit::person::Person;

use super::quiet::Quiet;
use crate::world::until;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);
const WORKFLOW: &str = "b48fdff9-66a1-405d-9912-54780799bd68";

pub(super) fn account(entrust: &FakeEntrust) -> Account {
    let account: EntrustAccount = serde_json::from_value(json!({
        "region": "eu",
        "base_url": entrust.url(),
        "environment": "production",
        "workflow": WORKFLOW,
        "placeholder_names": {"given": "Not", "family": "Known"},
        "monitor": "watchlist_aml",
        "mapping": {"workflows": {WORKFLOW: {
            "level": "enhanced",
            "document": "/document/properties",
            "country": "/residence",
        }}},
    }))
    .unwrap();
    let secrets = EntrustSecrets {
        api_token: "token".into(),
        webhook_tokens: vec!["wh-token".into()],
    };
    let name = "entrust".parse().unwrap();
    let clock = symbolon_providers::Clock::system();
    Account {
        provider: Arc::new(Entrust::new(name, account, secrets, clock).unwrap()),
        requirements: serde_json::from_value(json!({})).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_monitor_finds_is_read_from_its_run_and_watched_there() {
    let entrust = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
    let quiet = Quiet::set(account(&entrust)).await;
    entrust.send_webhooks_to(format!("{}/hooks/acme/entrust", quiet.url));
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    let session = person.begin_check().await;
    person.walk(&session, "pass").await;
    let stands = async |status: &str| {
        until(status, async || quiet.status(&investor).await == status).await;
        // A look that failed would be had again.
        quiet.looked().await;
        quiet.monitored().await;
    };
    stands("verified").await;
    let run = entrust.run_of(investor.trim_start_matches("0x")).unwrap();
    // The webhook names the monitor, and nothing of the run.
    let told = entrust.monitoring_hit(&run).await.unwrap();
    assert_eq!(told.len(), 1, "one monitor watches");
    let body = String::from_utf8(told[0].webhook.body.clone()).unwrap();
    assert!(!body.contains(&run), "{body}");
    assert_eq!(told[0].status, Some(200));
    stands("revoked").await;
    // Somebody else has that name: what is approved again is watched as before, by the
    // run and not by what the webhook named.
    let again = entrust.dismiss(&run).await.unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(
        again[0].webhook, told[0].webhook,
        "it is told in the same words"
    );
    quiet.clock.advance(MINUTE);
    stands("verified").await;
    // This time it is told of by a webhook that is lost.
    entrust.faults().on_webhook(WebhookFault::Lost);
    entrust.monitoring_hit(&run).await.unwrap();
    quiet.clock.advance(MINUTE);
    stands("verified").await;
    quiet.clock.advance(DAY);
    stands("revoked").await;
    quiet.end().await;
}

/// Somebody who has gone through a run, and the run.
async fn gone_through(quiet: &Quiet, entrust: &FakeEntrust, press: &str) -> (String, String) {
    entrust.send_webhooks_to(format!("{}/hooks/acme/entrust", quiet.url));
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    let session = person.begin_check().await;
    person.walk(&session, press).await;
    let run = entrust.run_of(investor.trim_start_matches("0x")).unwrap();
    (investor, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_that_could_not_be_had_is_had_later_and_its_hit_denies() {
    let entrust = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
    let quiet = Quiet::set(account(&entrust)).await;
    entrust.begins_no_monitor(2);
    let (investor, run) = gone_through(&quiet, &entrust, "pass").await;
    let acme = "acme".parse().unwrap();
    until("the verdict waits for no monitor", async || {
        quiet.status(&investor).await == "verified"
    })
    .await;
    quiet.looked().await;
    assert_eq!(entrust.monitors_of(&run), 0);
    assert_eq!(quiet.state.store.monitorings(&acme).await.unwrap(), 1);
    for _ in 0..3 {
        quiet.clock.advance(MINUTE);
        quiet.looked().await;
    }
    until("Entrust watches the person", async || {
        quiet.clock.advance(MINUTE);
        entrust.monitors_of(&run) == 1
    })
    .await;
    quiet.monitored().await;
    entrust.monitoring_hit(&run).await.unwrap();
    until("what it finds denies", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    assert_eq!(entrust.monitors_of(&run), 1);
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_verified_by_hand_after_a_review_is_watched() {
    let entrust = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
    let quiet = Quiet::set(account(&entrust)).await;
    let (investor, run) = gone_through(&quiet, &entrust, "review").await;
    until("somebody must look", async || {
        quiet.attempts(&investor).await == [VerificationState::Review]
    })
    .await;
    quiet.looked().await;
    assert_eq!(entrust.monitors_of(&run), 0);
    quiet.verified_by_hand(&investor).await;
    quiet.monitored().await;
    assert_eq!(entrust.monitors_of(&run), 1);
    // Once for each, however often somebody verifies.
    quiet.clock.advance(MINUTE);
    quiet.verified_by_hand(&investor).await;
    quiet.monitored().await;
    assert_eq!(entrust.monitors_of(&run), 1);
    entrust.monitoring_hit(&run).await.unwrap();
    until("what it finds denies", async || {
        quiet.status(&investor).await == "revoked"
    })
    .await;
    quiet.end().await;
}
