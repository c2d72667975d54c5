//! The federation at the command line.

use serde_json::json;

use crate::support::{Desk, WALLET};

/// With an authority, and two of three approvers who have keys in files.
async fn governed() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.run(&[
        "authority",
        "add",
        "bafin",
        "--country",
        "DEU",
        "--country",
        "AT",
    ])
    .succeeded();
    for person in ["ada", "ben"] {
        let key = desk
            .run(&["api-key", "create", person, "--person", person])
            .succeeded();
        desk.write(&format!("{person}.key"), &key.stdout);
    }
    desk.run(&["approvers", "set", "ada", "ben", "cleo", "--required", "2"])
        .succeeded();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_cut_an_authority_off() {
    let desk = governed().await;
    let shown = desk.run(&["approvers", "show"]).succeeded().stdout;
    assert_eq!(shown.trim(), "2 of ada, ben, cleo");

    let restrict = ["authority", "restrict", "bafin", "--json", "--key-file"];
    let proposed = desk.run(&[&restrict[..], &["ada.key"]].concat());
    let proposed = proposed.succeeded().json();
    assert_eq!(
        (&proposed["state"], &proposed["approvals_missing"]),
        (&json!("open"), &json!(1))
    );
    let number = proposed["proposal"].to_string();
    let approve = ["proposal", "approve", &number];
    let stranger = desk.run(&approve).exits(4);
    assert!(stranger.error().contains("names no person"), "{stranger:?}");
    let twice = desk.run(&[&approve[..], &["--key-file", "ada.key"]].concat());
    assert!(twice.exits(4).error().contains("ada has approved"));

    let done = desk.run(&[&approve[..], &["--key-file", "ben.key"]].concat());
    assert_eq!(
        done.succeeded().stdout.trim(),
        "carried out; the chains follow"
    );
    let listed = desk
        .run(&["authority", "list", "--json"])
        .succeeded()
        .json();
    assert_eq!(
        listed,
        json!([{
            "number": 1, "name": "bafin", "countries": ["AT", "DE"],
            "restricted": true, "restricted_on_chains": [],
        }])
    );
    let proposals = desk.run(&["proposal", "list", "--json"]).succeeded().json();
    assert_eq!(proposals[0]["state"], "carried_out");
    assert_eq!(proposals[0]["approvals"], json!(["ada", "ben"]));
    desk.run(&["audit", "verify"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_investor_changes_hands() {
    let desk = Desk::with_issuer().await;
    desk.run(&["authority", "add", "finma", "--country", "CH"])
        .succeeded();
    let signed = [
        "--operator",
        "Maria Kern",
        "--attestation",
        "I have seen the passport.",
    ];
    let verified = [
        &["verify", WALLET, "--country", "CH", "--json"],
        &signed[..],
    ]
    .concat();
    let verified = desk.run(&verified);
    let investor = verified.succeeded().json()["investor"].clone();
    let investor = investor.as_str().unwrap();
    desk.run(&["authority", "reassign", "finma", investor])
        .succeeded();
    let exported = desk.run(&["export", "--format", "json"]).succeeded();
    assert!(exported.stdout.contains("\"authority\":1"), "{exported:?}");

    desk.run(&["authority", "restrict", "1"]).succeeded();
    let status = desk.run(&["status", WALLET, "--json"]).succeeded().json();
    let reason = &status["wallets"][0]["reasons"][0];
    assert_eq!(reason["code"], "authority_restricted");
    desk.run(&["authority", "reassign", "owner", investor])
        .succeeded();
    let status = desk.run(&["status", WALLET, "--json"]).succeeded().json();
    assert_eq!(status["wallets"][0]["verified"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_says_what_can() {
    let desk = governed().await;
    let unknown = desk.run(&["authority", "restrict", "amf"]).exits(5);
    assert!(unknown.error().contains("symbolon authority list"));
    let nobody = desk.run(&["proposal", "approve", "99", "--key-file", "ada.key"]);
    assert!(nobody.exits(5).error().contains("symbolon proposal list"));
    desk.write("wrong.key", "sym_acme_0000");
    let wrong = desk.run(&["proposal", "approve", "1", "--key-file", "wrong.key"]);
    assert!(
        wrong
            .exits(4)
            .error()
            .contains("no API key of acme that works")
    );
    let none = desk.run(&["api-key", "create", "x", "--authority", "7"]);
    assert!(none.exits(5).error().contains("no authority 7"));
    desk.run(&["authority", "add", "amf"]).exits(2);
}
