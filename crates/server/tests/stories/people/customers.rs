//! Customers without a wallet: their instances know them long before a chain does.

use alloy::signers::local::PrivateKeySigner;
use serde_json::{Value, json};
use symbolon_testkit::person::{Person, signed};

use super::stage::Stage;
use crate::world::{Caller, until};

/// An instance with a customer, of whom it knows a name; its path, and the customer.
async fn customer(owner: &Caller<'_>, instance: &str) -> (String, Value) {
    let body = json!({"name": instance, "title": instance});
    owner.post("/v1/instances", body).await;
    let path = format!("/v1/instances/{instance}/customers");
    let body = json!({"external_id": "CRM-1", "data": {"name": "Ana Sample"}});
    let made = owner.post(&path, body).await;
    assert_eq!(made["wallets"], json!([]));
    (path, made)
}

/// The message that a customer's wallet is asked to sign, and its signature.
async fn proof(owner: &Caller<'_>, path: &str, made: &Value, key: &PrivateKeySigner) -> Value {
    let reference = made["reference_key"].clone();
    let wallet = key.address().to_string();
    let ask = json!({"reference_key": reference, "address": wallet, "chain_id": 31_337});
    let asked = owner.post(&format!("{path}/wallet-message"), ask).await;
    let message = asked["message"].as_str().unwrap();
    json!({
        "reference_key": reference, "address": wallet,
        "message": message, "signature": signed(key, message),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_without_a_wallet_signs_later_and_is_verified_on_every_chain() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (path, made) = customer(&owner, "emea").await;
    // Verified by hand, while there is nothing that a chain could know.
    let investor = made["investor"].as_str().unwrap();
    let attestation = json!({"operator": "maria.keller", "text": "seen", "version": "1"});
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation});
    let verify = format!("/v1/investors/{investor}/verifications");
    owner.post(&verify, verdict).await;

    let key = PrivateKeySigner::random();
    let link = format!("{path}/link-wallet");
    let proof = proof(&owner, &path, &made, &key).await;
    let stranger = PrivateKeySigner::random();
    let mut forged = proof.clone();
    let message = proof["message"].as_str().unwrap();
    forged["signature"] = signed(&stranger, message).into();
    owner.refused(&link, forged, "not_proven").await;
    let linked = owner.post(&link, proof.clone()).await;
    assert_eq!(linked["investor"], made["investor"]);
    assert_eq!(linked["wallets"][0]["signed"], "key");
    until("both chains verify the wallet", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    // Said again, it changes nothing.
    let again = owner.post(&link, proof).await;
    assert_eq!(again["changed"], linked["changed"]);
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_turns_out_to_be_somebody_who_is_verified_already() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (known, key) = stage.verified(&owner).await;
    let (path, made) = customer(&owner, "apac").await;
    let confined = stage.world.confined("acme", "apac").await;
    let link = format!("{path}/link-wallet");
    // A wallet's address is public: by that alone nobody of one instance becomes
    // somebody of another.
    let word = json!({
        "reference_key": made["reference_key"], "address": key.address().to_string(),
    });
    confined.refused(&link, word, "proof_needed").await;
    let proof = proof(&confined, &path, &made, &key).await;
    let linked = confined.post(&link, proof).await;
    assert_eq!(linked["id"], made["id"]);
    assert_eq!(linked["investor"], json!(known));
    assert_eq!(linked["verdict"]["verified"], true);
    assert_eq!(owner.says_verified(key.address()).await, [true; 3]);
    // What the register decides next reaches the instance and the chains alike.
    let revoke = format!("/v1/investors/{known}/revocations");
    owner.post(&revoke, json!({"reason": "documents"})).await;
    let shown = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(owner.get(&shown).await["verdict"]["verified"], false);
    until("both chains deny the wallet", async || {
        owner.says_verified(key.address()).await == [false; 3]
    })
    .await;
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_sends_its_customer_a_link_and_the_person_is_verified_by_it() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let body = json!({"name": "apac", "title": "apac"});
    owner.post("/v1/instances", body).await;
    let confined = stage.world.confined("acme", "apac").await;
    let path = "/v1/instances/apac/customers";
    let made = confined.post(path, json!({})).await;
    let profile = format!(
        "/v1/investors/{}/profile",
        made["investor"].as_str().unwrap()
    );
    let body = json!({"email": "ana@example.com"});
    owner.post(&profile, body).await;
    let customer = format!("{path}/{}", made["id"].as_str().unwrap());
    let links = format!("{customer}/links");
    let body = json!({"provider": "sumsub", "send": true});
    let link = confined.post(&links, body).await;
    assert_eq!(link.get("url"), None, "{link}");
    let first = stage.mail.next().await;
    let this = format!("{links}/{}", link["id"].as_str().unwrap());
    confined.post(&format!("{this}/resend"), json!({})).await;
    let second = stage.mail.next().await;
    for letter in [&first, &second] {
        assert_eq!(letter.to, "ana@example.com");
    }
    assert_ne!(first.link(), second.link());

    let key = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&second.link()).await;
    person.prove(&key, 31_337).await;
    let session = person.begin_check().await;
    person.walk(&session, "pass").await;
    until("both chains verify the wallet", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    assert_eq!(confined.get(&customer).await["verdict"]["verified"], true);
    until("the link is completed", async || {
        confined.get(&this).await["status"] == "completed"
    })
    .await;
    let over = format!("{this}/revoke");
    confined.refused(&over, json!({}), "link_over").await;
    stage.world.end().await;
}
