//! People whom an issuer registers itself, or has verified by a provider.

use alloy::signers::local::PrivateKeySigner;
use serde_json::json;
use symbolon_testkit::person::Person;

use crate::{
    people::{FINCH, OWL, entity, jane, remark_of_nobody},
    stage::{Stage, until},
};

/// Profiles that come by REST, and are changed, opened and looked for; the ids of whom
/// they are about.
pub(crate) async fn put_and_opened(stage: &Stage) -> Vec<String> {
    let mut known = Vec::new();
    for (kind, profile) in [("natural_person", jane()), ("legal_entity", entity())] {
        let body = json!({"kind": kind, "profile": profile});
        let made = stage.post("/v1/investors", body.clone()).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let (status, _) = stage.try_post("/v1/investors", body).await;
        assert_eq!(status, 409, "it is known already");
        let place = format!("/v1/investors/{id}/profile");
        stage.post(&place, json!({"phone": "+4930998877665"})).await;
        let (status, _) = stage.try_post(&place, remark_of_nobody()).await;
        assert_eq!(status, 422);
        let opening = json!({"purpose": "yearly review"});
        let opened = stage.post(&format!("{place}/open"), opening).await;
        assert_eq!(opened["email"], profile["email"]);
        known.push(id);
    }
    let found = async |body| {
        let found = stage.post("/v1/profiles/search", body).await;
        found["investors"].clone()
    };
    let jane = jane();
    let number = json!({"national_id": jane["national_id"]});
    assert_eq!(found(number).await, json!([known[0]]));
    let address = json!({"email": jane["email"]});
    assert_eq!(found(address).await, json!([known[0]]));
    let nobody = json!({"email": "unknownfinch@example.com"});
    assert_eq!(found(nobody).await, json!([]));
    known
}

/// Somebody who is sent a link, goes through its pages and the provider's, and is denied
/// by monitoring in the end; its id and its wallet.
pub(crate) async fn verified_and_denied(stage: &Stage) -> (String, String) {
    let body = json!({"email": "briefwren@example.com", "send": true, "provider": "sumsub"});
    let link = stage.post("/v1/links", body).await;
    let investor = link["investor"].as_str().unwrap().to_owned();
    let id = link["id"].as_str().unwrap();
    let letter = stage.mail.next().await;
    assert_eq!(letter.to, "briefwren@example.com");
    stage
        .post(&format!("/v1/links/{id}/resend"), json!({}))
        .await;
    let letter = stage.mail.next().await;
    let mut person = Person::new(&stage.url());
    person.open(&letter.link()).await;
    let key = PrivateKeySigner::random();
    person.prove(&key, stage.chain.id().0).await;
    let session = person.begin_check().await;
    person.walk_as(&FINCH, &session, "pass").await;
    let place = format!("/v1/investors/{investor}");
    let status = async || stage.get(&place).await["status"].clone();
    until("the person is verified", async || {
        status().await == "verified"
    })
    .await;
    let wallet = key.address().to_string();
    until("the chain verifies the wallet", async || {
        stage.is_verified(&wallet).await
    })
    .await;
    let opening = json!({"purpose": "what the provider read"});
    let opened = stage.post(&format!("{place}/profile/open"), opening).await;
    assert_eq!(opened["family_name"], "Finchwater", "{opened}");
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer).unwrap();
    stage.sumsub.monitoring_hit(&applicant).await.unwrap();
    until("the chain denies the wallet", async || {
        !stage.is_verified(&wallet).await
    })
    .await;
    (investor, wallet)
}

/// Somebody whom a workflow verifies, and whom its monitor finds; its id.
pub(crate) async fn watched_by_a_monitor(stage: &Stage) -> String {
    let body = json!({"provider": "entrust", "prove_wallet": false});
    let link = stage.post("/v1/links", body).await;
    let investor = link["investor"].as_str().unwrap().to_owned();
    let mut person = Person::new(&stage.url());
    person.open(link["url"].as_str().unwrap()).await;
    let session = person.begin_check().await;
    person.walk_as(&OWL, &session, "pass").await;
    let place = format!("/v1/investors/{investor}");
    let stands = async |word: &str| stage.get(&place).await["status"] == word;
    until("the person is verified", async || stands("verified").await).await;
    let opening = json!({"purpose": "what the provider read"});
    let opened = stage.post(&format!("{place}/profile/open"), opening).await;
    assert_eq!(opened["family_name"], "Kauzmann", "{opened}");
    let run = investor.trim_start_matches("0x");
    let run = stage.entrust.run_of(run).unwrap();
    until("Entrust watches the person", async || {
        !stage.entrust.monitoring_hit(&run).await.unwrap().is_empty()
    })
    .await;
    until("the person is denied", async || stands("revoked").await).await;
    investor
}

/// A file of customers that says more than it should.
pub(crate) async fn imported(stage: &Stage) {
    let file = "wallet,country,externalId,name,mail\n\
        0x00000000000000000000000000000000000a11ce,DE,import-1,Importlark Feldmann,importlark@example.com\n\
        not-a-wallet,DE,import-2,Importlark Feldmann,importlark@example.com\n";
    let import = stage.upload(file).await;
    let id = import["id"].as_str().unwrap();
    let place = format!("/v1/imports/{id}");
    until("the import has ended", async || {
        stage.get(&place).await["state"] != "running"
    })
    .await;
}
