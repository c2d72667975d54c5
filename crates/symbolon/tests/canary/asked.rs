//! Somebody whom a file of e-mail addresses asks to be verified, and who stays for years:
//! verified, with a new wallet once the key is lost, and verified again in time.

use alloy::signers::local::PrivateKeySigner;
use serde_json::json;
use symbolon_core::time::{Day, UnixSeconds};
use symbolon_server::Clock;
use symbolon_testkit::person::Person;

use crate::{
    people::{PIROL, SISKIN, WRONG_ROW},
    stage::{Stage, until},
};

const SECONDS_A_DAY: u64 = 86_400;

/// Who was asked by the file.
pub(crate) struct Asked {
    /// Whoever came.
    pub(crate) investor: String,
    /// Where it holds its tokens.
    pub(crate) wallet: String,
    /// Whoever was sent nothing yet.
    pub(crate) unsent: String,
}

impl Asked {
    fn place(&self) -> String {
        format!("/v1/investors/{}", self.investor)
    }

    async fn open(&self, stage: &Stage) -> serde_json::Value {
        let opening = json!({"purpose": "what the provider read"});
        let path = format!("{}/profile/open", self.place());
        stage.post(&path, opening).await
    }
}

/// In so many days, as papers say it.
fn in_days(days: u64) -> Day {
    UnixSeconds(Clock::system().now().0 + days * SECONDS_A_DAY).day()
}

async fn walk(person: &Person, document: &str, ends: Day) {
    let session = person.begin_check().await;
    let ends = ends.to_string();
    let papers = [("document_number", document), ("document_expires", &ends)];
    let who = [&PIROL[..], &papers].concat();
    person.walk_as(&who, &session, "pass").await;
}

/// Links for the rows of a file: one whose letter leads to a verdict that is about to end,
/// one that is only shown, and one row that is refused without being repeated.
pub(crate) async fn asked_by_a_file(stage: &Stage) -> Asked {
    let create = ["links", "create", "--csv", "-", "--provider", "sumsub"];
    let file = format!("external_id,email\nFILE-1,{SISKIN}\nFILE-2,{WRONG_ROW}\n");
    let said = stage.fed(&[&create[..], &["--json"]].concat(), &file);
    assert_eq!(said.status.code(), Some(4), "{said:?}");
    let rows = stage.quiet(&said);
    let unsent = rows[0]["investor"].as_str().unwrap().to_owned();
    assert!(rows[0]["url"].is_string(), "{rows}");
    let problem = rows[1]["problem"].as_str().unwrap();
    assert!(problem.contains("e-mail"), "{problem}");

    let file = "external_id,email,language\nFILE-3,csvpirol@example.com,de\n";
    let said = stage.fed(&[&create[..], &["--send", "--json"]].concat(), file);
    assert!(said.status.success(), "{said:?}");
    let rows = stage.quiet(&said);
    let letter = stage.mail.next().await;
    assert_eq!(letter.to, "csvpirol@example.com");
    let mut person = Person::new(&stage.url());
    person.open(&letter.link()).await;
    let key = PrivateKeySigner::random();
    person.prove(&key, stage.chain.id().0).await;
    walk(&person, "DOCPIROL33871", in_days(20)).await;
    let asked = Asked {
        investor: rows[0]["investor"].as_str().unwrap().to_owned(),
        wallet: key.address().to_string(),
        unsent,
    };
    until("the chain verifies the wallet", async || {
        stage.is_verified(&asked.wallet).await
    })
    .await;
    assert_eq!(asked.open(stage).await["family_name"], "Pirolmann");
    asked
}

/// The person has lost its key, and proves another wallet that takes the old one's place.
pub(crate) async fn with_another_wallet(stage: &Stage, asked: &mut Asked) {
    let body = json!({"investor": asked.investor, "check": false, "replaces": asked.wallet});
    let link = stage.post("/v1/links", body).await;
    let mut person = Person::new(&stage.url());
    person.open(link["url"].as_str().unwrap()).await;
    let key = PrivateKeySigner::random();
    person.prove(&key, stage.chain.id().0).await;
    let lost = std::mem::replace(&mut asked.wallet, key.address().to_string());
    until("the chain verifies the new wallet alone", async || {
        stage.is_verified(&asked.wallet).await && !stage.is_verified(&lost).await
    })
    .await;
}

/// A server notices by itself that the verdict is about to end, and sends a letter that
/// leads to the next one.
pub(crate) async fn renewed(stage: &Stage, asked: &Asked) {
    let letter = stage.mail.next().await;
    assert_eq!(letter.to, "csvpirol@example.com");
    assert!(letter.words().contains("Sie sind bis "), "{}", letter.text);
    let mut person = Person::new(&stage.url());
    // The server may have moved to another port since.
    let link = letter.link();
    let (_, token) = link.split_once("/v/").unwrap();
    person.open(&format!("{}/v/{token}", stage.url())).await;
    let ends = in_days(3_650);
    walk(&person, "DOCPIROL44982", ends).await;
    until("the verdict is renewed", async || {
        let shown = stage.get(&asked.place()).await;
        shown["verdict"]["expiry"] == ends.end().to_string()
    })
    .await;
    let opened = asked.open(stage).await;
    let documents = opened["documents"].to_string();
    assert!(documents.contains("DOCPIROL44982"), "{opened}");
}
