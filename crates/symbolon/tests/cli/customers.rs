//! Instances and their customers at the command line.

use serde_json::Value;

use crate::support::{Desk, OTHER, WALLET};

const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

async fn desk() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.write(
        "symbolon.toml",
        "[vault]\nmaster_key_file = \"master.key\"\n",
    );
    desk.write("master.key", KEY);
    let create = ["instances", "create", "emea", "--title", "Europe"];
    desk.run(&create).succeeded();
    desk
}

fn customers(desk: &Desk, words: &[&str]) -> Value {
    let words: Vec<_> = ["customers"]
        .iter()
        .chain(words)
        .chain(&["--json"])
        .copied()
        .collect();
    desk.run(&words).succeeded().json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_added_known_and_linked_later() {
    let desk = desk().await;
    let listed = desk
        .run(&["instances", "list", "--json"])
        .succeeded()
        .json();
    assert_eq!(listed[0]["title"], "Europe");
    let jane = r#"{"name": "Jane Canary", "email": "jane@canary.example"}"#;
    desk.write("jane.json", jane);
    let add = ["add", "--external-id", "CRM-1", "--data", "jane.json"];
    let made = customers(&desk, &add);
    let key = made["reference_key"].as_str().unwrap();
    assert!(key.starts_with("ref_") && made["has_data"] == true);
    assert!(!made.to_string().contains("Canary"));

    desk.write("note.txt", "canary: called back\n");
    let which = ["--external-id", "CRM-1"];
    let noted = customers(&desk, &["note", which[0], which[1], "note.txt"]);
    assert_eq!(noted["notes"], 1);
    let shown = customers(&desk, &["show", which[0], which[1]]);
    assert_eq!(shown.get("data"), None);
    let purpose = ["show", which[0], which[1], "--purpose", "yearly review"];
    let opened = customers(&desk, &purpose);
    assert_eq!(opened["data"]["name"], "Jane Canary");
    assert_eq!(opened["opened_notes"][0]["text"], "canary: called back");
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert!(
        log.contains("CustomerOpened") && !log.contains("anary"),
        "{log}"
    );

    let linked = customers(&desk, &["link", "--reference", key, WALLET]);
    assert_eq!(linked["wallets"], serde_json::json!([WALLET]));
    let renewed = customers(&desk, &["rekey", which[0], which[1]]);
    assert_ne!(renewed["reference_key"], made["reference_key"]);
    let gone = desk.run(&["customers", "link", "--reference", key, OTHER]);
    assert_eq!(gone.code, 5, "{}", gone.stderr);

    let forgotten = customers(&desk, &["data", which[0], which[1], "--forget"]);
    assert_eq!(forgotten["has_data"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_becomes_the_verified_holder_of_its_wallet() {
    let desk = desk().await;
    let seen = ["--operator", "maria", "--attestation", "seen"];
    let verify = ["verify", WALLET, "--country", "DE"];
    let verify: Vec<_> = verify.into_iter().chain(seen).collect();
    desk.run(&verify).succeeded();
    desk.write("jane.json", r#"{"name": "Jane Canary"}"#);
    let made = customers(
        &desk,
        &["add", "--external-id", "C-1", "--data", "jane.json"],
    );
    let linked = customers(&desk, &["link", "--external-id", "C-1", WALLET]);
    assert_ne!(linked["investor"], made["investor"]);
    assert_eq!(linked["verdict"]["verified"], true);
    let verified = customers(&desk, &["list", "--verdict", "verified"]);
    assert_eq!(verified[0]["external_id"], "C-1");
    let second = customers(&desk, &["add", "--external-id", "C-2"]);
    assert_eq!(second["verdict"]["verified"], false);
    let taken = desk.run(&["customers", "link", "--external-id", "C-2", WALLET]);
    assert_eq!(taken.code, 4, "{}", taken.stderr);
    for says in ["another customer", "symbolon customers list --wallet"] {
        assert!(taken.stderr.contains(says), "{says}: {}", taken.stderr);
    }
    desk.run(&["audit", "verify"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_put_away_and_written_out() {
    let desk = desk().await;
    for id in ["=1+1", "C-2"] {
        customers(&desk, &["add", &format!("--external-id={id}")]);
    }
    desk.write("ben.json", r#"{"name": "Ben Canary"}"#);
    customers(&desk, &["data", "--external-id", "C-2", "ben.json"]);
    let held = customers(&desk, &["status", "--external-id", "C-2", "on_hold"]);
    assert_eq!(held["status"], "on_hold");
    customers(&desk, &["archive", "--external-id", "C-2"]);
    let listed = customers(&desk, &["list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let refused = desk.run(&["customers", "status", "--external-id", "C-2", "active"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("customers restore"),
        "{}",
        refused.stderr
    );

    let table = desk
        .run(&["customers", "export", "--archived"])
        .succeeded()
        .stdout;
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(
        table.contains(",'=1+1,") && !table.contains("anary"),
        "{table}"
    );
    let lines = desk
        .run(&["customers", "export", "--format", "jsonl"])
        .succeeded()
        .stdout;
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let export = [
        "customers",
        "export",
        "--archived",
        "--purpose",
        "BaFin 7",
        "--output",
        "out.zip",
        "--json",
    ];
    let written = desk.run(&export).succeeded().json();
    assert_eq!(written["customers"], 2);
    assert!(written["passphrase"].as_str().unwrap().len() > 30);
    let archive = std::fs::read(desk.folder.path().join("out.zip")).unwrap();
    assert!(!archive.windows(6).any(|bytes| bytes == b"Canary"));
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert_eq!(log.matches("CustomerExported").count(), 2);
    let restored = customers(&desk, &["restore", "--external-id", "C-2"]);
    assert_eq!(restored["archived"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_with_its_remedy() {
    let desk = desk().await;
    desk.write("bad.json", r#"{"email": "canary"}"#);
    let bad = desk.run(&["customers", "add", "--data", "bad.json"]);
    assert_eq!(bad.code, 4, "{}", bad.stderr);
    assert!(bad.stderr.contains("name@example.com") && !bad.stderr.contains("canary"));
    let unknown = desk.run(&["customers", "show", "--external-id", "C-9"]);
    assert_eq!(unknown.code, 5, "{}", unknown.stderr);
    let nowhere = desk.run(&["customers", "list", "--instance", "nowhere"]);
    assert_eq!(nowhere.code, 5, "{}", nowhere.stderr);
    desk.run(&["instances", "create", "apac"]).succeeded();
    let which = desk.run(&["customers", "list"]);
    assert_eq!(which.code, 2, "{}", which.stderr);
    let key = desk.run(&["api-key", "create", "desk", "--instance", "nowhere"]);
    assert_eq!(key.code, 5, "{}", key.stderr);
    let create = ["api-key", "create", "desk", "--instance", "apac", "--json"];
    let key = desk.run(&create).succeeded().json();
    assert_eq!(key["instance"], "apac");
    let listed = desk.run(&["api-key", "list", "--json"]).succeeded().json();
    assert_eq!(listed[0]["instance"], "apac");
}
