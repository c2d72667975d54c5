//! Links at the command line.

use serde_json::{Value, json};
use symbolon_core::time::UnixSeconds;
use symbolon_server::Clock;

use crate::support::{Desk, WALLET};

const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

async fn desk() -> Desk {
    let desk = Desk::with_issuer().await;
    let config =
        "[vault]\nmaster_key_file = \"master.key\"\n[site]\nurl = \"https://kyc.example.com\"\n";
    desk.write("symbolon.toml", config);
    desk.write("master.key", KEY);
    desk
}

fn list(desk: &Desk) -> Vec<Value> {
    let listed = desk.run(&["links", "list", "--json"]).succeeded().json();
    listed.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_made_listed_and_taken_back() {
    let desk = desk().await;
    let create = [
        "links",
        "create",
        "--no-check",
        "--external-id",
        "CRM-1",
        "--wallet",
        WALLET,
        "--json",
    ];
    let link = desk.run(&create).succeeded().json();
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("https://kyc.example.com/v/"), "{url}");
    let listed = list(&desk);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["status"], "pending");
    assert_eq!(listed[0]["wallet"], WALLET);
    assert_eq!(listed[0]["url"], Value::Null);
    let id = link["id"].as_str().unwrap();
    desk.run(&["links", "revoke", id]).succeeded();
    assert_eq!(list(&desk)[0]["status"], "revoked");
    let again = desk.run(&["links", "revoke", id]);
    assert_eq!(again.code, 4, "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_many_and_a_bad_row_keeps_none_back() {
    let desk = desk().await;
    let file = "email,external_id,wallet\n\
        ana@canary.example,CRM-1,\n\
        nobody,CRM-2,\n\
        ,CRM-3,0x12\n\
        ben@canary.example,CRM-4,\n";
    desk.write("people.csv", file);
    let create = [
        "links",
        "create",
        "--no-check",
        "--csv",
        "people.csv",
        "--json",
    ];
    let made = desk.run(&create);
    assert_eq!(made.code, 4, "{}", made.stderr);
    assert!(!made.stdout.contains("canary") && !made.stdout.contains("nobody"));
    let rows = made.json();
    let rows = rows.as_array().unwrap();
    assert!(rows[0]["url"].is_string() && rows[3]["url"].is_string());
    assert!(rows[1]["problem"].as_str().unwrap().contains("e-mail"));
    assert!(rows[2]["problem"].as_str().unwrap().contains("column"));
    assert_eq!(list(&desk).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_with_its_remedy() {
    let desk = desk().await;
    for (arguments, says) in [
        (&["links", "create"][..], "account with a provider"),
        (
            &["links", "create", "--no-check", "--no-wallet"],
            "asks for nothing",
        ),
        (&["links", "create", "--no-check", "--send"], "mail server"),
    ] {
        let ended = desk.run(arguments);
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stdout.contains(says),
            "{arguments:?}: {}",
            ended.stdout
        );
    }
    let ended = desk.run(&["links", "create", "--no-check", "--hours", "1"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_verdict_is_about_to_end_is_listed() {
    let desk = desk().await;
    let day = 86_400;
    let now = Clock::system().now().0;
    let end = UnixSeconds(now + 50 * day).to_string();
    let verify = [
        "verify",
        WALLET,
        "--country",
        "DE",
        "--expiry",
        &end,
        "--operator",
        "maria.keller",
        "--attestation",
        "I have seen the passport.",
        "--json",
    ];
    let verified = desk.run(&verify).succeeded().json();
    let due = |more: &[&str]| {
        let arguments = [&["links", "due", "--json"], more].concat();
        desk.run(&arguments).succeeded().json()
    };
    assert_eq!(due(&[])["due"], json!([]), "thirty days ahead");
    let listed = due(&["--days", "60"]);
    let found = &listed["due"][0];
    assert_eq!(found["investor"], verified["investor"], "{verified}");
    assert_eq!(found["ends"], end.as_str());
    assert_eq!(found["ending"], "verdict");
    assert_eq!(found["noticed"], Value::Null);
    assert_eq!(listed["more"], false);
    // As the configuration has it.
    let config = desk.read("symbolon.toml");
    let renewal = "[[renewal]]\nissuer = \"acme\"\nremind_days = 90\n";
    desk.write("symbolon.toml", &(config + renewal));
    assert_eq!(due(&[])["due"][0]["ends"], end.as_str());
    let said = desk.run(&["links", "due"]).succeeded();
    assert!(said.stdout.contains("nothing yet"), "{}", said.stdout);
    desk.run(&["links", "due", "--days", "0"]).exits(2);
}
