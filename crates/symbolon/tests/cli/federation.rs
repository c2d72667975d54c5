//! The federation at the command line.

use serde_json::json;

use crate::{
    audit::tamper,
    support::{Desk, WALLET},
};

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
    assert!(
        stranger.error().contains("names the person"),
        "{stranger:?}"
    );
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
    let shown = desk.run(&["proposal", "list"]).succeeded().stdout;
    assert!(shown.contains("cut off bafin"), "{shown}");
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

#[tokio::test(flavor = "multi_thread")]
async fn one_shell_cannot_make_approvers_keys_unseen() {
    let desk = governed().await;
    desk.run(&["api-key", "create", "backend"]).succeeded();
    let own = ["api-key", "create", "inspector", "--authority", "bafin"];
    let by = ["--operator", "Mallory", "--json"];
    let made = desk.run(&[&own[..], &by].concat()).succeeded().json();
    let revoke = ["api-key", "revoke", "ben", "--operator", "Maria Kern"];
    desk.run(&revoke).succeeded();

    let listed = desk.run(&["api-key", "list", "--json"]).succeeded().json();
    let id_of = |name: &str| {
        let keys = listed.as_array().unwrap();
        let key = keys.iter().find(|key| key["name"] == name).unwrap();
        key["id"].clone()
    };
    assert_eq!(id_of("inspector"), made["id"]);
    let table = desk.run(&["api-key", "list"]).succeeded().stdout;
    assert!(table.contains(made["id"].as_str().unwrap()), "{table}");

    let log = desk.run(&["audit", "export", "--json"]).succeeded();
    for secret in [made["key"].as_str().unwrap(), desk.read("ada.key").trim()] {
        assert!(!log.stdout.contains(secret.rsplit('_').next().unwrap()));
    }
    let log = log.json();
    let told: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| {
            entry["events"][0]["type"]
                .as_str()
                .unwrap()
                .contains("ApiKey")
        })
        .map(|entry| json!([entry["actor"], entry["events"][0]]))
        .collect();
    let ada = json!({
        "type": "ApiKeyGranted", "key": id_of("ada"), "name": "ada", "person": "ada",
    });
    let ben = json!({
        "type": "ApiKeyGranted", "key": id_of("ben"), "name": "ben", "person": "ben",
    });
    let inspector = json!({
        "type": "ApiKeyGranted", "key": id_of("inspector"), "name": "inspector", "authority": 1,
    });
    let backend = json!({ "type": "ApiKeyGranted", "key": id_of("backend"), "name": "backend" });
    let mut revoked = ben.clone();
    revoked["type"] = json!("ApiKeyRevoked");
    assert_eq!(
        told,
        [
            json!(["cli:maria", ada]),
            json!(["cli:maria", ben]),
            json!(["cli:maria", backend]),
            json!(["cli:Mallory", inspector]),
            json!(["cli:Maria Kern", revoked]),
        ]
    );
    let report = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(report["granted_keys"], 3);

    let forged = "UPDATE api_key SET person = 'ben' WHERE name = 'backend'";
    tamper(&desk, forged).await;
    let report = desk.run(&["audit", "verify", "--json"]).exits(8).json();
    let problem = report["problem"].as_str().unwrap();
    assert!(problem.contains("API keys"), "{problem}");
}
