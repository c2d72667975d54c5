//! A denial waits for nobody, not for the keys of the profile that it would be kept in; and
//! nothing that was read before undoes it.

use std::time::{Duration, Instant};

use alloy::signers::local::PrivateKeySigner;
use serde_json::json;
use symbolon_sandbox::provider::{Outcome, WebhookFault};
use symbolon_testkit::{database::StalledKeys, person::Person};

use super::stage::Stage;
use crate::world::{Caller, until};

const PATIENCE: Duration = Duration::from_secs(60);

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

/// Somebody whom Entrust has verified, and watches.
struct Watched {
    key: PrivateKeySigner,
    investor: String,
    run: String,
}

impl Stage {
    async fn watched(&self, owner: &Caller<'_>) -> Watched {
        let body = json!({"provider": "entrust"});
        let (url, investor) = self.link(owner, body).await;
        let key = PrivateKeySigner::random();
        let mut person = Person::new(&self.world.url);
        person.open(&url).await;
        person.prove(&key, 31_337).await;
        let session = person.begin_check().await;
        person.walk(&session, "pass").await;
        let run = self.entrust.run_of(investor.trim_start_matches("0x"));
        let run = run.unwrap();
        until("Entrust watches the person", async || {
            self.entrust.monitors_of(&run) == 1
        })
        .await;
        self.until_looks_are(0).await;
        Watched { key, investor, run }
    }

    /// Waits until so many of the providers' records are to be looked at.
    async fn until_looks_are(&self, left: u64) {
        let acme = "acme".parse().unwrap();
        until("as many are left to look at", async || {
            self.world.store.looks(&acme).await.unwrap() == left
        })
        .await;
    }

    /// Lets a run be read as approved, and what was read wait for a key until this is
    /// dropped.
    async fn reads_and_waits(&self, run: &str) -> StalledKeys {
        let mut stalled = self.world.database.stall_keys().await;
        let begun = Instant::now();
        // Told in the very second of the time before it is the same webhook.
        while !stalled.somebody_waits().await {
            assert!(begun.elapsed() < PATIENCE, "nobody reads the run");
            self.entrust.complete(run, Outcome::Approved).await.unwrap();
        }
        stalled
    }

    async fn denies(&self, owner: &Caller<'_>, watched: &Watched) {
        let place = format!("/v1/investors/{}", watched.investor);
        until("the match denies", async || {
            owner.get(&place).await["status"] == "revoked"
        })
        .await;
    }

    /// Once all that was read is taken in, nobody is verified.
    async fn denies_for_good(&self, owner: &Caller<'_>, watched: &Watched) {
        self.until_looks_are(0).await;
        self.denies(owner, watched).await;
        owner.until_mirrored().await;
        let wallet = watched.key.address();
        assert_eq!(owner.says_verified(wallet).await, [false; 3]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_was_read_before_a_denial_undoes_it_not() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let watched = stage.watched(&owner).await;
    // The run is read as approved; meanwhile its monitor finds somebody, which changes no
    // time of the run's.
    let stalled = stage.reads_and_waits(&watched.run).await;
    stage.entrust.monitoring_hit(&watched.run).await.unwrap();
    stage.denies(&owner, &watched).await;
    drop(stalled);
    stage.denies_for_good(&owner, &watched).await;
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_was_read_between_two_matches_verifies_nobody() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let watched = stage.watched(&owner).await;
    stage.entrust.monitoring_hit(&watched.run).await.unwrap();
    stage.denies(&owner, &watched).await;
    stage.until_looks_are(0).await;
    // It is dismissed, which nobody is told of; and the next match leaves the register as
    // it is.
    stage.entrust.faults().on_webhook(WebhookFault::Lost);
    stage.entrust.dismiss(&watched.run).await.unwrap();
    let stalled = stage.reads_and_waits(&watched.run).await;
    stage.entrust.monitoring_hit(&watched.run).await.unwrap();
    stage.until_looks_are(1).await;
    drop(stalled);
    stage.denies_for_good(&owner, &watched).await;
    stage.world.end().await;
}
