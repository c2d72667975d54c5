//! Another link while the verdict before it holds: that verdict counts until another
//! one is there, and a changed country or level is evaluated afresh.

use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use serde_json::{Value, json};
use symbolon_core::time::{Day, UnixSeconds};
use symbolon_server::jobs::renewals::sweep;
use symbolon_testkit::person::Person;

use super::stage::{ENHANCED, Stage};
use crate::world::{Caller, until};

const GERMANY: u16 = 276;
const FRANCE: u16 = 250;

/// Somebody who was sent another link, and stands at the provider's door.
struct Renewing {
    person: Person,
    session: String,
}

impl Stage {
    async fn renewing(&self, by: &Caller<'_>, investor: &str, level: &str) -> Renewing {
        let body = json!({"investor": investor, "prove_wallet": false, "level": level});
        let (url, whose) = self.link(by, body).await;
        assert_eq!(whose, investor);
        let mut person = Person::new(&self.world.url);
        person.open(&url).await;
        let session = person.begin_check().await;
        Renewing { person, session }
    }

    /// Whether each chain verifies a wallet, by its own word, and of which country it
    /// takes its holder to be.
    async fn chains_say(&self, wallet: Address) -> Vec<(bool, u16)> {
        let mut words = Vec::new();
        for place in &self.world.chains {
            let registry = place.registries[0];
            let verified = place.is_verified(registry, wallet).await;
            words.push((verified, place.country(registry, wallet).await));
        }
        words
    }
}

async fn verdict(by: &Caller<'_>, investor: &str) -> Value {
    by.get(&format!("/v1/investors/{investor}")).await["verdict"].clone()
}

async fn newest_attempt(by: &Caller<'_>, investor: &str) -> Value {
    let path = format!("/v1/investors/{investor}/verifications");
    by.get(&path).await["data"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_counts_until_the_next_one_and_the_next_is_evaluated_afresh() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let (investor, key) = stage.verified(&owner).await;
    let wallet = key.address();
    let before = verdict(&owner, &investor).await;
    assert_eq!(
        (&before["level"], &before["country"]),
        (&json!("basic"), &json!("DE"))
    );

    let renewing = stage.renewing(&owner, &investor, ENHANCED).await;
    let attempt = newest_attempt(&owner, &investor).await;
    assert_eq!(attempt["state"], "waiting");
    // What is handed in anew and cannot be read takes nothing from the old verdict.
    let person = &renewing.person;
    person
        .walk_with(&renewing.session, "retry", &[("country", "FRA")])
        .await;
    until("the person must hand in something again", async || {
        newest_attempt(&owner, &investor).await["state"] == "retry"
    })
    .await;
    owner.until_mirrored().await;
    assert_eq!(verdict(&owner, &investor).await, before);
    assert_eq!(stage.chains_say(wallet).await, [(true, GERMANY); 2]);

    person
        .walk_with(&renewing.session, "pass", &[("country", "FRA")])
        .await;
    until("both chains have the new country", async || {
        stage.chains_say(wallet).await == [(true, FRANCE); 2]
    })
    .await;
    let after = verdict(&owner, &investor).await;
    assert_eq!(
        (&after["level"], &after["country"]),
        (&json!("enhanced"), &json!("FR"))
    );
    assert_eq!(person.state().await["link"], "completed");
    let renewed = newest_attempt(&owner, &investor).await;
    assert_eq!(renewed["id"], attempt["id"]);
    assert_eq!(renewed["state"], "approved");
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_country_that_is_not_let_through_goes_to_review_and_the_old_verdict_holds() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let authority = json!({"name": "bafin", "countries": ["DE", "FR"]});
    owner.post("/v1/authorities", authority).await;
    let desk = stage.world.authority("acme", 1).await;
    let (investor, key) = stage.verified(&desk).await;
    let wallet = key.address();
    let before = verdict(&owner, &investor).await;

    // The desk that is in charge may not verify anybody there.
    let renewing = stage.renewing(&desk, &investor, ENHANCED).await;
    let person = &renewing.person;
    person
        .walk_with(&renewing.session, "pass", &[("country", "CHE")])
        .await;
    until("somebody must look", async || {
        newest_attempt(&owner, &investor).await["state"] == "review"
    })
    .await;
    let concerns = newest_attempt(&owner, &investor).await["concerns"].clone();
    assert_eq!(concerns[0]["concern"], "refused", "{concerns}");
    assert_eq!(person.state().await["link"], "completed");
    owner.until_mirrored().await;
    assert_eq!(verdict(&owner, &investor).await, before);
    assert_eq!(stage.chains_say(wallet).await, [(true, GERMANY); 2]);

    // Whoever looks has the last word, on both chains.
    let revoked = format!("/v1/investors/{investor}/revocations");
    desk.post(&revoked, json!({"reason": "documents"})).await;
    until("both chains deny the wallet", async || {
        owner.says_verified(wallet).await == [false; 3]
    })
    .await;
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_verified_by_a_passport_that_ends_is_sent_a_link_in_time() {
    let stage = Stage::set().await;
    let owner = stage.owner().await;
    let body = json!({
        "email": "ana@example.com", "provider": "sumsub", "send": true, "language": "de",
    });
    let sent = owner.post("/v1/links", body).await;
    let investor = sent["investor"].as_str().unwrap();
    let key = PrivateKeySigner::random();
    let mut person = Person::new(&stage.world.url);
    let first = stage.mail.next().await;
    assert!(first.words().contains("Guten Tag,"), "{}", first.text);
    let mut headers = first.text.lines().take_while(|line| !line.is_empty());
    assert!(headers.all(|line| line.is_ascii()), "{}", first.text);
    assert!(!first.words().contains(" erneut"), "{}", first.text);
    person.open(&first.link()).await;
    person.prove(&key, 31_337).await;
    let session = person.begin_check().await;
    let today = stage.world.state.clock.now();
    let last = UnixSeconds(today.0 + 20 * 86_400).day();
    let papers = [("document_expires", &*last.to_string())];
    person.walk_with(&session, "pass", &papers).await;
    until("both chains verify the wallet", async || {
        owner.says_verified(key.address()).await == [true; 3]
    })
    .await;
    let listed = owner.get("/v1/renewals").await["data"].clone();
    assert_eq!(listed[0]["investor"], investor, "{listed}");
    assert_eq!(listed[0]["ends"], last.end().to_string());

    // The server's own job may have been first; it is noticed once in any case.
    sweep(&stage.world.state).await.unwrap();
    let letter = stage.mail.next().await;
    assert_eq!(letter.to, "ana@example.com");
    let words = letter.words();
    // In the language of the link before, whose subject is no plain text then.
    assert!(words.contains("Sie sind bis "), "{}", letter.text);
    assert!(words.contains("Danach können Sie Token weder erhalten noch versenden"));
    assert!(words.contains("wer die Token hält"), "{}", letter.text);
    assert!(words.contains("<html lang=\"de\">"), "{}", letter.text);
    assert_eq!(sweep(&stage.world.state).await.unwrap(), 0);
    let mut person = Person::new(&stage.world.url);
    person.open(&letter.link()).await;
    let session = person.begin_check().await;
    let papers = [("document_expires", &*Day(last.0 + 3_650).to_string())];
    person.walk_with(&session, "pass", &papers).await;
    until("the verdict is renewed", async || {
        let listed = owner.get("/v1/renewals").await;
        listed["data"].as_array().unwrap().is_empty()
    })
    .await;
    let verdict = verdict(&owner, investor).await;
    assert_eq!(verdict["expiry"], Day(last.0 + 3_650).end().to_string());
    assert_eq!(person.state().await["link"], "completed");
    assert_eq!(owner.says_verified(key.address()).await, [true; 3]);
    stage.world.end().await;
}
