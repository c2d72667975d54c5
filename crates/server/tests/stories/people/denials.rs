//! A denial waits for nobody: not for the keys of the profile that it would be kept in.

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
