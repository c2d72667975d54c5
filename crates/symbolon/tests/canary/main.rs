//! Personal data stays in the vault (I6), and is gone after an erasure (I7).
//!
//! People whose profiles are full of words that stand nowhere else go through every
//! journey of the real program: their profiles are put, opened and searched, a link is
//! sent to them, they prove a wallet, providers verify them under their names and deny
//! them later, customers are imported, an instance keeps data and notes of its own,
//! everything is exported. Then the database's
//! files and its write-ahead log, both databases row by row, the program's log at its
//! most talkative, metrics, the chain's transactions and every ordinary export are
//! searched for these words, in the encodings in which programs write bytes down.
//!
//! [`stage`] is a PostgreSQL cluster of the test's own, a chain, a stand-in for the
//! provider, a mail server, and the program. [`people`] is who goes through it all.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod people;
mod stage;

use std::collections::BTreeSet;

use alloy::signers::local::PrivateKeySigner;
use serde_json::{Value, json};
use symbolon_testkit::{
    canary::{Canaries, forms},
    person::Person,
};

use people::{CANARIES, FINCH, NOTE, OWL, PLANTED, customer, entity, jane, remark_of_nobody};
use stage::{Stage, until};

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_name_leaves_the_vault_or_outlives_an_erasure() {
    let mut stage = Stage::set().await;
    stage.start_server().await;
    let known = put_and_opened(&stage).await;
    let (verified, wallet) = verified_and_denied(&stage).await;
    let watched = watched_by_a_monitor(&stage).await;
    let kept = customer_of_an_instance(&stage).await;
    imported(&stage).await;
    let mut everybody = known;
    everybody.extend([verified.clone(), watched.clone()]);

    let canaries = Canaries::new(CANARIES);
    let exports = exports(&stage, &verified).await;
    for what in [verified.trim_start_matches("0x"), "import-1", "CRM-77"] {
        let known = Canaries::new([what]);
        assert!(
            !known.in_bytes(&exports).is_empty(),
            "the exports have {what}"
        );
    }
    assert_eq!(canaries.in_bytes(&exports), BTreeSet::new(), "exports");
    let chain = stage.transactions().await;
    let wallets = Canaries::new([&wallet[2..]]);
    assert!(
        !wallets.in_bytes(&chain).is_empty(),
        "the chain has wallets"
    );
    assert_eq!(canaries.in_bytes(&chain), BTreeSet::new(), "transactions");
    nothing_is_found(&stage, &canaries).await;
    what_is_planted_is_found(&stage).await;

    // The profiles are there, for whoever may open them.
    for investor in &everybody {
        let shown = stage.run(&["vault", "show", investor, "--purpose", "review"]);
        assert!(shown.status.success(), "{shown:?}");
        assert!(!canaries.in_bytes(&shown.stdout).is_empty());
    }
    let (status, customer) = kept.open(&stage).await;
    assert_eq!(status, 200, "{customer}");
    assert!(
        !canaries
            .in_bytes(customer.to_string().as_bytes())
            .is_empty()
    );
    let before = stage.dumps().await;
    let backup = stage.database.back_up().await;
    for investor in everybody.iter().chain([&kept.investor]) {
        let erased = stage.json(&["vault", "erase", investor, "--json"]);
        assert_eq!(erased["results"][0]["left"]["key"], false, "{erased}");
        assert_eq!(erased["results"][0]["left"]["profile_values"], 0);
    }
    for investor in [&verified, &watched] {
        until("the provider has forgotten", async || {
            let custody = stage.json(&["vault", "custody", investor, "--json"]);
            custody["providers"][0]["state"] == "forgotten"
        })
        .await;
    }
    nothing_is_found(&stage, &canaries).await;

    // Whoever kept a backup of the register has what nobody can open.
    stage.kill_server().await;
    stage.database.restore(backup).await;
    assert_eq!(canaries.in_bytes(before.as_bytes()), BTreeSet::new());
    stage.start_server().await;
    for investor in &everybody {
        let shown = stage.run(&["vault", "show", investor, "--purpose", "review"]);
        assert!(!shown.status.success(), "{shown:?}");
        let said = [shown.stdout, shown.stderr].concat();
        assert_eq!(canaries.in_bytes(&said), BTreeSet::new());
        let opening = json!({"purpose": "review"});
        let path = format!("/v1/investors/{investor}/profile/open");
        let (status, answer) = stage.try_post(&path, opening).await;
        assert_eq!(status, 500, "{answer}");
    }
    let (status, answer) = kept.open(&stage).await;
    assert_ne!(status, 200, "{answer}");
    assert_eq!(
        canaries.in_bytes(answer.to_string().as_bytes()),
        BTreeSet::new()
    );
    nothing_is_found(&stage, &canaries).await;
    stage.stop().await;
}

/// Profiles that come by REST, and are changed, opened and looked for; the ids of whom
/// they are about.
async fn put_and_opened(stage: &Stage) -> Vec<String> {
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
async fn verified_and_denied(stage: &Stage) -> (String, String) {
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
    let on_chain = async |verified: bool| {
        let report = stage.get(&format!("/v1/wallets/{wallet}")).await;
        report["chains"][0]["verified"] == verified
    };
    until("the chain verifies the wallet", async || {
        on_chain(true).await
    })
    .await;
    let opening = json!({"purpose": "what the provider read"});
    let opened = stage.post(&format!("{place}/profile/open"), opening).await;
    assert_eq!(opened["family_name"], "Finchwater", "{opened}");
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer).unwrap();
    stage.sumsub.monitoring_hit(&applicant).await.unwrap();
    until("the chain denies the wallet", async || {
        on_chain(false).await
    })
    .await;
    (investor, wallet)
}

/// Somebody whom a workflow verifies, and whom its monitor finds; its id.
async fn watched_by_a_monitor(stage: &Stage) -> String {
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

/// A customer of an instance's.
struct Kept {
    investor: String,
    place: String,
}

impl Kept {
    /// What the instance keeps of it, opened for a purpose.
    async fn open(&self, stage: &Stage) -> (u16, Value) {
        let opening = json!({"purpose": "review"});
        let path = format!("{}/open", self.place);
        stage.try_post(&path, opening).await
    }
}

/// Data and notes of a customer that an instance keeps, changes, finds and closes.
async fn customer_of_an_instance(stage: &Stage) -> Kept {
    let desk = json!({"name": "desk", "title": "Desk"});
    stage.post("/v1/instances", desk).await;
    let customers = "/v1/instances/desk/customers";
    let made = stage.post(customers, customer()).await;
    let place = format!("{customers}/{}", made["id"].as_str().unwrap());
    let note = json!({"text": NOTE});
    stage.post(&format!("{place}/notes"), note).await;
    let data = customer()["data"].clone();
    stage
        .post(&format!("{place}/data"), json!({"data": data}))
        .await;
    let by_name = json!({"name": data["name"]});
    let found = stage.post(&format!("{customers}/search"), by_name).await;
    assert_eq!(found["customers"][0]["id"], made["id"], "{found}");
    let held = json!({"status": "on_hold"});
    stage.post(&format!("{place}/status"), held).await;
    let investor = made["investor"].as_str().unwrap().to_owned();
    Kept { investor, place }
}

/// A file of customers that says more than it should.
async fn imported(stage: &Stage) {
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

/// Everything that anybody may read without opening a profile.
async fn exports(stage: &Stage, investor: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for path in [
        "/v1/exports/investors.csv",
        "/v1/exports/investors.json",
        "/v1/events?limit=500",
        "/v1/investors",
        "/v1/links",
        "/v1/imports",
        "/v1/instances",
        "/v1/instances/desk/customers",
        "/v1/instances/desk/exports/customers.csv",
        "/v1/instances/desk/exports/customers.jsonl",
        "/v1/verifications?state=approved",
        "/v1/verifications?state=refused",
        "/metrics",
        &format!("/v1/investors/{investor}"),
        &format!("/v1/investors/{investor}/verifications"),
        &format!("/v1/investors/{investor}/custody"),
    ] {
        all.extend(stage.text(path).await.into_bytes());
    }
    for command in [
        &["export"][..],
        &["export", "--json"],
        &["audit", "export"],
        &["audit", "verify", "--json"],
        &["status", "--json"],
        &["links", "list", "--json"],
        &["customers", "list", "--json"],
        &["customers", "list"],
        &["customers", "export"],
        &["vault", "due", "--json"],
        &["case", investor, "--out", "case.json"],
    ] {
        let said = stage.run(command);
        assert!(said.status.success(), "{command:?}: {said:?}");
        all.extend(said.stdout);
        all.extend(said.stderr);
    }
    let case = std::fs::read(stage.folder().join("case.json")).unwrap();
    let read: Value = serde_json::from_slice(&case).unwrap();
    assert_eq!(read["case"]["investor"], investor);
    all.extend(case);
    all
}

/// Wherever the register, its servers and its database have written anything down.
async fn nothing_is_found(stage: &Stage, canaries: &Canaries) {
    let nothing = BTreeSet::new();
    let dumps = stage.dumps().await;
    assert_eq!(canaries.in_bytes(dumps.as_bytes()), nothing, "rows");
    for folder in stage.written_down().await {
        let (found, read) = canaries.below(&folder);
        assert!(read > 0, "{} is empty", folder.display());
        assert_eq!(found, nothing);
    }
    let log = stage.log();
    let talks = log.windows(5).any(|word| word == b"TRACE");
    assert!(talks, "the log is not at its most talkative");
    assert_eq!(canaries.in_bytes(&log), nothing, "the log");
    assert_eq!(
        canaries.in_bytes(stage.text("/metrics").await.as_bytes()),
        nothing
    );
}

/// The search finds what is there: in rows, in the database's files, and in its
/// write-ahead log.
async fn what_is_planted_is_found(stage: &Stage) {
    let planted = Canaries::new([PLANTED]);
    assert!(planted.in_bytes(stage.dumps().await.as_bytes()).is_empty());
    let forms: Vec<_> = forms(PLANTED).into_iter().map(|(_, bytes)| bytes).collect();
    stage.plant(&forms).await;
    let rows = planted.in_bytes(stage.dumps().await.as_bytes());
    assert!(!rows.is_empty(), "in rows");
    let (mut files, mut ahead) = (BTreeSet::new(), false);
    for folder in stage.written_down().await {
        let (found, _) = planted.below(&folder);
        ahead |= found.iter().any(|what| what.contains("/pg_wal/"));
        files.extend(found);
    }
    for form in ["UTF-8", "HEX", "UTF-16LE", "UTF-16BE", "base64"] {
        let word = format!("{PLANTED} as {form} in ");
        let found = files.iter().any(|what| what.starts_with(&word));
        assert!(found, "as {form} in files: {files:?}");
    }
    assert!(ahead, "in the write-ahead log: {files:?}");
}
