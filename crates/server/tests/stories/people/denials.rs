//! A denial waits for nobody, not for the keys of the profile that it would be kept in; and
//! nothing that was read before undoes it.

use alloy::signers::local::PrivateKeySigner;
use serde_json::json;
use symbolon_sandbox::provider::Outcome;
use symbolon_testkit::person::Person;

use super::stage::Stage;
use crate::world::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_waits_for_no_key() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (one, one_key) = stage.verified(&owner).await;
    let (other, other_key) = stage.verified(&owner).await;
    let applicant = |investor: &str| {
        let customer = investor.trim_start_matches("0x");
        stage.sumsub.applicant_of(customer).unwrap()
    };
    // What was read of them since is news to the vault.
    for investor in [&one, &other] {
        let renamed = |info: &mut serde_json::Value| info["info"]["lastName"] = "Roe".into();
        stage.sumsub.alter(&applicant(investor), renamed).unwrap();
    }

    let stalled = stage.world.database.stall_keys().await;
    stage.sumsub.monitoring_hit(&applicant(&one)).await.unwrap();
    until(
        "both chains deny the wallet while no key is read",
        async || owner.says_verified(one_key.address()).await == [false; 3],
    )
    .await;
    drop(stalled);

    stage.keyring.close().await;
    stage
        .sumsub
        .monitoring_hit(&applicant(&other))
        .await
        .unwrap();
    until("both chains deny the wallet without any key", async || {
        owner.says_verified(other_key.address()).await == [false; 3]
    })
    .await;
    for investor in [&one, &other] {
        let shown = owner.get(&format!("/v1/investors/{investor}")).await;
        assert_eq!(shown["status"], "revoked");
    }
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_was_read_before_a_denial_undoes_it_not() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let body = json!({"provider": "entrust"});
    let (url, investor) = stage.link(&owner, body).await;
    let key = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    person.open(&url).await;
    person.prove(&key, 31_337).await;
    let session = person.begin_check().await;
    person.walk(&session, "pass").await;
    let run = stage.entrust.run_of(investor.trim_start_matches("0x"));
    let run = run.unwrap();
    until("Entrust watches the person", async || {
        !stage.entrust.dismiss(&run).await.unwrap().is_empty()
    })
    .await;
    let acme = "acme".parse().unwrap();
    let looked = async || {
        until("nothing is left to look at", async || {
            stage.world.store.looks(&acme).await.unwrap() == 0
        })
        .await;
    };
    looked().await;

    // The run is read as approved, and waits for a key; meanwhile its monitor finds somebody,
    // which changes no time of the run's.
    let mut stalled = stage.world.database.stall_keys().await;
    stage
        .entrust
        .complete(&run, Outcome::Approved)
        .await
        .unwrap();
    stalled.until_somebody_waits().await;
    stage.entrust.monitoring_hit(&run).await.unwrap();
    let place = format!("/v1/investors/{investor}");
    until("the match denies", async || {
        owner.get(&place).await["status"] == "revoked"
    })
    .await;
    drop(stalled);
    looked().await;
    assert_eq!(owner.get(&place).await["status"], "revoked");
    owner.until_mirrored().await;
    assert_eq!(owner.says_verified(key.address()).await, [false; 3]);
    stage.world.end().await;
}
