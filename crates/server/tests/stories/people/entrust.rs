//! A person whom Entrust verifies: from the link to both chains, and what its monitor
//! finds afterwards.

use alloy::signers::local::PrivateKeySigner;
use serde_json::json;
use symbolon_sandbox::provider::Outcome;
use symbolon_testkit::person::Person;

use super::stage::Stage;
use crate::world::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_verified_by_a_run_and_denied_by_its_monitor() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let body = json!({"provider": "entrust"});
    let (url, investor) = stage.link(&owner, body).await;
    let key = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&url).await;
    person.prove(&key, 31_337).await;
    let session = person.begin_check().await;
    let customer = investor.trim_start_matches("0x");
    let run = stage.entrust.run_of(customer).unwrap();
    assert_eq!(person.state().await["check"], "waiting");
    let back = person.walk(&session, "pass").await;
    assert_eq!(back, format!("{}/v", stage.world.url));
    until("both chains verify the wallet", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    let shown = owner.get(&format!("/v1/investors/{investor}")).await;
    let verdict = &shown["verdict"];
    assert_eq!(verdict["source"]["name"], "entrust", "{verdict}");
    assert_eq!(verdict["source"]["reference"], run);
    assert_eq!(
        (&verdict["level"], &verdict["country"]),
        (&json!("enhanced"), &json!("DE"))
    );
    assert_eq!(person.state().await["link"], "completed");

    // The monitor is the register's doing: without one nothing would be sent.
    until("Entrust watches the person", async || {
        !stage.entrust.monitoring_hit(&run).await.unwrap().is_empty()
    })
    .await;
    until("both chains deny the wallet", async || {
        owner.says_verified(key.address()).await == [false; 3]
    })
    .await;
    let shown = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(shown["status"], "revoked");

    // Whoever it was, it was somebody else.
    let sent = stage.entrust.dismiss(&run).await.unwrap();
    assert!(sent.iter().all(|one| one.status == Some(200)), "{sent:?}");
    until("both chains verify the wallet again", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_otherwise_verifies_nobody() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    for (outcome, state) in [
        (Outcome::Review, "review"),
        (Outcome::Declined(vec!["forgery".to_owned()]), "refused"),
    ] {
        let body = json!({"provider": "entrust"});
        let (url, investor) = stage.link(&owner, body).await;
        let key = PrivateKeySigner::random();
        let mut person = Person::new(&stage.world.url);
        person.open(&url).await;
        person.prove(&key, 31_338).await;
        person.begin_check().await;
        let customer = investor.trim_start_matches("0x");
        let run = stage.entrust.run_of(customer).unwrap();
        let sent = stage.entrust.complete(&run, outcome).await.unwrap();
        assert!(sent.iter().all(|one| one.status == Some(200)), "{sent:?}");
        let attempts = format!("/v1/investors/{investor}/verifications");
        until(state, async || {
            owner.get(&attempts).await["data"][0]["state"] == state
        })
        .await;
        owner.until_mirrored().await;
        assert_eq!(owner.says_verified(key.address()).await, [false; 3]);
    }
    stage.world.end().await;
}
