//! Somebody else reads the investor's mailbox: what that binds, and who answers for it.

use alloy::signers::local::PrivateKeySigner;
use serde_json::{Value, json};
use symbolon_testkit::person::{Person, signed};

use super::stage::Stage;
use crate::world::{Caller, until};

const CHAIN: u64 = 31_337;

fn attestation() -> Value {
    json!({
        "operator": "maria.keller",
        "text": "I have called her on the number that we know.",
        "version": "2026-03",
    })
}

async fn has_email(owner: &Caller<'_>, investor: &str) {
    let path = format!("/v1/investors/{investor}/profile");
    owner
        .post(&path, json!({"email": "jane@example.com"}))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_alone_replaces_no_wallet_unless_somebody_answers_for_it() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (investor, lost) = stage.verified(&owner).await;
    has_email(&owner, &investor).await;
    let body = json!({
        "investor": investor, "check": false, "send": true,
        "replaces": lost.address().to_string(),
    });
    let needed = "attestation_needed";
    owner.refused("/v1/links", body.clone(), needed).await;
    // Shown to the desk it is made, and then not sent either.
    let mut shown = body.clone();
    shown["send"] = json!(false);
    let link = owner.post("/v1/links", shown).await;
    let resend = format!("/v1/links/{}/resend", link["id"].as_str().unwrap());
    owner.refused(&resend, json!({}), needed).await;

    let mut body = body;
    body["attestation"] = attestation();
    let link = owner.post("/v1/links", body).await;
    assert_eq!(link["attestation"], attestation());
    let letter = stage.mail.next().await;
    let new = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&letter.link()).await;
    person.prove(&new, CHAIN).await;
    until("the new wallet is verified everywhere", async || {
        owner.says_verified(new.address()).await == [true; 3]
            && owner.says_verified(lost.address()).await == [false; 3]
    })
    .await;

    // And the record says so.
    let known = owner.get(&format!("/v1/investors/{investor}")).await;
    let wallets = known["wallets"].as_array().unwrap().iter();
    let attested: Vec<_> = wallets.map(|wallet| &wallet["attested_by"]).collect();
    assert_eq!(attested, [&Value::Null, &json!("maria.keller")]);
    let events = owner.get("/v1/events?limit=500").await;
    let events = events["data"].as_array().unwrap().iter();
    let proven = events.filter(|event| event["type"] == "WalletProven");
    let words: Vec<_> = proven.map(|event| &event["data"]["attested"]).collect();
    let [Value::Null, word] = words[..] else {
        panic!("{words:?}");
    };
    assert_eq!(word["operator"], "maria.keller");
    assert_eq!(word["attestation"]["version"], "2026-03");
    let acme = "acme".parse().unwrap();
    stage.world.store.verify_log(&acme).await.unwrap();
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_was_sent_before_the_verdict_binds_nothing_after_it() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let body = json!({"check": false, "email": "jane@example.com", "send": true});
    let link = owner.post("/v1/links", body).await;
    let investor = link["investor"].as_str().unwrap();
    let letter = stage.mail.next().await;
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    let verify = format!("/v1/investors/{investor}/verifications");
    owner.post(&verify, verdict).await;

    let key = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&letter.link()).await;
    let message = person.ask(&key, CHAIN).await["message"].clone();
    let message = message.as_str().unwrap();
    let refused = person.sign(message, &signed(&key, message)).await;
    assert_eq!(refused["code"], "attestation_needed", "{refused}");
    let known = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(known["wallets"], json!([]));
    let resend = format!("/v1/links/{}/resend", link["id"].as_str().unwrap());
    owner
        .refused(&resend, json!({}), "attestation_needed")
        .await;

    // The wallet that the issuer names is another matter: the mailbox does not sign for it.
    let wallet = key.address().to_string();
    let body = json!({"investor": investor, "check": false, "send": true, "wallet": wallet});
    owner.post("/v1/links", body).await;
    let letter = stage.mail.next().await;
    let mut person = Person::new(&stage.world.url);
    person.open(&letter.link()).await;
    person.prove(&key, CHAIN).await;
    until("the wallet is verified", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    let known = owner.get(&format!("/v1/investors/{investor}")).await;
    assert_eq!(known["wallets"][0]["attested_by"], Value::Null);
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_is_proved_by_a_letter_waits_for_the_check() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (investor, lost) = stage.verified(&owner).await;
    has_email(&owner, &investor).await;
    let body = json!({
        "investor": investor, "provider": "sumsub", "send": true,
        "replaces": lost.address().to_string(),
    });
    owner.post("/v1/links", body).await;
    let letter = stage.mail.next().await;
    let new = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&letter.link()).await;
    person.prove(&new, CHAIN).await;
    let state = person.state().await;
    assert_eq!(state["wallet"]["proved"], new.address().to_string());
    let path = format!("/v1/investors/{investor}");
    let wallets = async || owner.get(&path).await["wallets"].clone();
    let before = wallets().await;
    assert_eq!(before.as_array().unwrap().len(), 1, "{before}");
    assert_eq!(before[0]["active"], true);

    let session = person.begin_check().await;
    // Whoever else reads the mailbox is too late to choose another one.
    let other = PrivateKeySigner::random();
    let message = person.ask(&other, CHAIN).await["message"].clone();
    let message = message.as_str().unwrap();
    let refused = person.sign(message, &signed(&other, message)).await;
    assert_eq!(refused["code"], "not_proven", "{refused}");
    person.walk(&session, "pass").await;
    until("the wallet is bound", async || {
        wallets().await.as_array().unwrap().len() == 2
    })
    .await;
    until("the new wallet took the other one's place", async || {
        owner.says_verified(new.address()).await == [true; 3]
            && owner.says_verified(lost.address()).await == [false; 3]
    })
    .await;
    let after = wallets().await;
    assert_eq!(after[1]["signed"], "key");
    assert_eq!(after[1]["attested_by"], Value::Null);
    until("the link is completed", async || {
        person.state().await["link"] == "completed"
    })
    .await;
    let acme = "acme".parse().unwrap();
    stage.world.store.verify_log(&acme).await.unwrap();
    stage.world.end().await;
}
