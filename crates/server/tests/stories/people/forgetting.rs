//! Whoever is erased is forgotten by the provider, too.

use std::time::Duration;

use serde_json::json;
use symbolon_core::{
    actor::Actor,
    custody::{Retention, RetentionYears},
    verification::{Fact, Standing},
};
use symbolon_sandbox::provider::ApiFault;
use symbolon_server::Clock;
use symbolon_store::Store;
use symbolon_testkit::person::Person;

use super::stage::{Stage, sumsub};
use crate::world::{Caller, until};

impl Stage {
    /// Lets profiles be erased at once, by the owner's key.
    pub(super) async fn keeps_profiles_for_no_time(&self) {
        keep_profiles_for_no_time(&self.world.store).await;
    }

    /// What the provider says of somebody.
    async fn fact(&self, reference: &str) -> Fact {
        let provider = sumsub(&self.sumsub).provider;
        provider.fetch(reference).await.unwrap().fact
    }
}

/// Lets profiles be erased at once.
pub(super) async fn keep_profiles_for_no_time(store: &Store) {
    let mut transaction = store.begin(&"acme".parse().unwrap()).await.unwrap();
    let none = Retention {
        years: RetentionYears(0),
        ..Retention::default()
    };
    let (by, now) = (Actor::command_line("maria"), Clock::system().now());
    let set = transaction.set_retention(none, &by, now).await;
    set.unwrap().unwrap();
    transaction.commit().await.unwrap();
}

/// Ends somebody's relation, and erases its profile; returns its custody.
pub(super) async fn erase(owner: &Caller<'_>, investor: &str) -> serde_json::Value {
    let place = format!("/v1/investors/{investor}");
    let left = json!({"reason": "departure"});
    owner.post(&format!("{place}/revocations"), left).await;
    owner
        .post(&format!("{place}/profile/erase"), json!({}))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_is_forgotten_by_the_provider_in_the_end() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    stage.keeps_profiles_for_no_time().await;
    let (investor, _) = stage.verified(&owner).await;
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer).unwrap();
    // The provider is down when it happens, and for a while after.
    for _ in 0..2 {
        stage.sumsub.faults().on_request(ApiFault::Status {
            status: 503,
            retry_after: Some(0),
        });
    }
    let custody = erase(&owner, &investor).await;
    assert_eq!(custody["erased"], true, "it waits for no provider");
    assert_eq!(custody["providers"][0]["provider"], "sumsub");
    assert_eq!(custody["providers"][0]["reference"], applicant.as_str());
    let path = format!("/v1/investors/{investor}/custody");
    until("the provider has forgotten", async || {
        owner.get(&path).await["providers"][0]["state"] == "forgotten"
    })
    .await;
    let custody = owner.get(&path).await;
    assert_eq!(custody["providers"][0]["tries"], 2, "{custody}");
    assert!(custody["providers"][0]["at"].is_string(), "{custody}");
    assert_eq!(custody["providers"][0]["why"], json!(null));
    assert_eq!(stage.fact(&applicant).await.standing, Standing::Deleted);
    // The provider's word for it changes nothing of why the relation ended.
    let shown = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(shown["status"], "revoked");
    assert_eq!(shown["reason"], "departure", "{shown}");
    stage.world.end().await;
}

/// Somebody who has opened a link to a check, and its investor.
async fn visitor(stage: &Stage, owner: &Caller<'_>) -> (Person, String) {
    let body = json!({"email": "jane@example.com", "prove_wallet": false});
    let (url, investor) = stage.link(owner, body).await;
    let mut person = Person::new(&stage.world.url);
    person.open(&url).await;
    (person, investor)
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_provider_meets_after_the_erasure_it_forgets_as_well() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    stage.keeps_profiles_for_no_time().await;
    let (person, investor) = visitor(&stage, &owner).await;
    let session = person.begin_check().await;
    let path = format!("/v1/investors/{investor}/profile/erase");
    let custody = owner.post(&path, json!({})).await;
    assert_eq!(custody["providers"][0]["reference"], json!(null));
    let path = format!("/v1/investors/{investor}/custody");
    until("there was nobody to forget", async || {
        owner.get(&path).await["providers"][0]["state"] == "forgotten"
    })
    .await;
    // The page of the provider's was still open.
    person.walk(&session, "pass").await;
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer).unwrap();
    until("the provider has forgotten", async || {
        stage.fact(&applicant).await.standing == Standing::Deleted
    })
    .await;
    let shown = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(shown["status"], "pending");
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_be_asked_has_forgotten_nobody() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    stage.keeps_profiles_for_no_time().await;
    let body = json!({"provider": "entrust", "prove_wallet": false});
    let (url, investor) = stage.link(&owner, body).await;
    let mut person = Person::new(&stage.world.url);
    person.open(&url).await;
    // It is down before it has said what it calls the person.
    stage.entrust.faults().on_request(ApiFault::Status {
        status: 503,
        retry_after: None,
    });
    assert_ne!(person.press_check().await.0, 200);
    let path = format!("/v1/investors/{investor}/profile/erase");
    owner.post(&path, json!({})).await;
    let path = format!("/v1/investors/{investor}/custody");
    let at_provider = async || owner.get(&path).await["providers"][0].clone();
    until("that is clear", async || {
        at_provider().await["state"] == "unasked"
    })
    .await;
    let shown = at_provider().await;
    assert!(
        shown["at"].is_string() && shown["why"].is_string(),
        "{shown}"
    );
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_while_the_provider_opens_a_session_is_sent_nowhere() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    stage.keeps_profiles_for_no_time().await;
    let (person, investor) = visitor(&stage, &owner).await;
    let slow = ApiFault::Slow(Duration::from_secs(4));
    stage.sumsub.faults().on_request(slow);
    let erasing = async {
        until("the attempt has begun", async || {
            let links = owner.get("/v1/links").await;
            links["data"][0]["status"] == "in_progress"
        })
        .await;
        let path = format!("/v1/investors/{investor}/profile/erase");
        owner.post(&path, json!({})).await
    };
    let ((status, page), custody) = tokio::join!(person.press_check(), erasing);
    assert_eq!(custody["erased"], true);
    assert_ne!(status, 200, "{page}");
    assert!(!page.contains(stage.sumsub.url()), "{page}");
    let links = owner.get("/v1/links").await;
    assert_eq!(links["data"][0]["status"], "revoked");
    stage.world.end().await;
}
