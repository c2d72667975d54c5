//! People who are verified by a provider: from the link to both chains, and what happens
//! to them afterwards. The provider is a stand-in that speaks the vendor's protocol.

mod again;
mod customers;
mod denials;
mod entrust;
mod forgetting;
mod mailbox;
mod monitoring;
mod quiet;
mod renewal;
mod stage;
mod waiting;

use alloy::signers::local::PrivateKeySigner;
use serde_json::{Value, json};
use symbolon_sandbox::provider::Verdict;

use crate::world::until;
use stage::Stage;
use symbolon_testkit::person::{self, Person};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_verified_by_a_link_and_denied_by_monitoring() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (url, investor) = stage.link(&owner, json!({"external_id": "CRM-1"})).await;
    let key = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);

    person.open(&url).await;
    assert_eq!(person.state().await["link"], "opened");
    // Not before the wallet is proved.
    assert_eq!(person.press_check().await.0, 422);
    person.prove(&key, 31_337).await;
    let state = person.state().await;
    assert_eq!(state["wallet"]["proved"], key.address().to_string());
    assert_eq!(state["check"], "begin");
    let session = person.begin_check().await;
    assert_eq!(person.state().await["check"], "waiting");
    let back = person.walk(&session, "pass").await;
    assert_eq!(back, format!("{}/v", stage.world.url));
    until("the person sees both chains", async || {
        let state = person.state().await;
        let chains = state["chains"].as_array().unwrap();
        state["link"] == "completed" && chains.iter().all(|chain| chain["verified"] == true)
    })
    .await;
    assert_eq!(owner.says_verified(key.address()).await, [true; 3]);
    let shown = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(shown["status"], "verified");
    assert_eq!(shown["verdict"]["source"]["name"], "sumsub");
    assert_eq!(shown["wallets"][0]["signed"], "key");

    // Months later a list has the person's name.
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer).unwrap();
    let sent = stage.sumsub.monitoring_hit(&applicant).await.unwrap();
    assert!(sent.iter().all(|one| one.status == Some(200)), "{sent:?}");
    until("both chains deny the wallet", async || {
        owner.says_verified(key.address()).await == [false; 3]
    })
    .await;
    let shown = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(shown["status"], "revoked");
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_replaced_by_a_wallet_that_signs() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (investor, lost) = stage.verified(&owner).await;
    let body = json!({
        "investor": investor, "check": false, "replaces": lost.address().to_string(),
    });
    let (url, _) = stage.link(&owner, body).await;
    let new = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&url).await;
    person.prove(&new, 31_338).await;
    until(
        "the new wallet is verified everywhere and the old one nowhere",
        async || {
            owner.says_verified(new.address()).await == [true; 3]
                && owner.says_verified(lost.address()).await == [false; 3]
        },
    )
    .await;
    assert_eq!(person.state().await["link"], "completed");
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_sent_again_and_taken_back() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let body = json!({"provider": "sumsub", "email": "jane@example.com", "send": true});
    let link = owner.post("/v1/links", body).await;
    assert_eq!(link["url"], Value::Null);
    let first = stage.mail.next().await;
    assert_eq!(first.to, "jane@example.com");
    assert!(first.text.contains("text/plain") && first.text.contains("text/html"));
    let id = link["id"].as_str().unwrap();
    owner
        .post(&format!("/v1/links/{id}/resend"), json!({}))
        .await;
    let second = stage.mail.next().await;
    assert_ne!(first.link(), second.link());
    for letter in [&first, &second] {
        let mut person = Person::new(&stage.world.url);
        person.open(&letter.link()).await;
        assert_eq!(person.state().await["link"], "opened");
    }
    owner
        .post(&format!("/v1/links/{id}/revoke"), json!({}))
        .await;
    let mut person = Person::new(&stage.world.url);
    person.open(&first.link()).await;
    assert_eq!(person.state().await["link"], "revoked");
    let key = PrivateKeySigner::random();
    let asked = person.ask(&key, 31_337).await;
    assert_eq!(asked["code"], "link_over");
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_answers_once_and_for_its_own_link_alone() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (first, _) = stage.link(&owner, json!({})).await;
    let (second, _) = stage.link(&owner, json!({})).await;
    let (mut ana, mut eve) = (Person::new(&stage.world.url), Person::new(&stage.world.url));
    ana.open(&first).await;
    eve.open(&second).await;
    let key = PrivateKeySigner::random();
    let message = ana.ask(&key, 31_337).await["message"]
        .as_str()
        .unwrap()
        .to_owned();
    let signature = person::signed(&key, &message);
    // Relayed to somebody else's link it binds nothing.
    eve.ask(&key, 31_337).await;
    let relayed = eve.sign(&message, &signature).await;
    assert_eq!(relayed["code"], "not_proven", "{relayed}");
    // Somebody else's key neither.
    let other = person::signed(&PrivateKeySigner::random(), &message);
    let forged = ana.sign(&message, &other).await;
    assert_eq!(forged["code"], "not_proven", "{forged}");
    let bound = ana.sign(&message, &signature).await;
    assert_eq!(bound["wallet"], key.address().to_string());
    let again = ana.sign(&message, &signature).await;
    assert_eq!(again["code"], "not_proven", "{again}");
    // A wallet is one investor's.
    let message = eve.ask(&key, 31_337).await["message"]
        .as_str()
        .unwrap()
        .to_owned();
    let taken = eve.sign(&message, &person::signed(&key, &message)).await;
    assert_eq!(taken["code"], "wallet_taken", "{taken}");
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_changes_its_mind_has_the_last_word() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (investor, key) = stage.verified(&owner).await;
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer).unwrap();
    let red = Verdict::Final(vec!["FORGERY".to_owned()]);
    stage.sumsub.review(&applicant, red).await.unwrap();
    until("both chains deny the wallet", async || {
        owner.says_verified(key.address()).await == [false; 3]
    })
    .await;
    stage
        .sumsub
        .review(&applicant, Verdict::Green)
        .await
        .unwrap();
    until("both chains verify the wallet again", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    // Unless somebody of the issuer's has decided since.
    let revoked = format!("/v1/investors/{investor}/revocations");
    owner
        .post(&revoked, json!({"reason": "compliance_violation"}))
        .await;
    stage
        .sumsub
        .review(&applicant, Verdict::Green)
        .await
        .unwrap();
    until("somebody must look", async || {
        let path = "/v1/verifications?state=review";
        let found = owner.get(path).await;
        found["data"][0]["concerns"][0]["concern"] == "decided_meanwhile"
    })
    .await;
    owner.until_mirrored().await;
    until("both chains deny the wallet", async || {
        owner.says_verified(key.address()).await == [false; 3]
    })
    .await;
    stage.world.end().await;
}
