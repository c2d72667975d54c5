//! The case file at the command line.

mod desk;
mod evidence;
mod page;
mod receipts;

use serde_json::{Value, json};

use crate::support::{Desk, WALLET};

const LANE: &str = "[[lane]]\nissuer = \"acme\"\nchain_id = 31337\nrpc_url = \"http://127.0.0.1:9\"\nsigner_key_file = \"mirror.key\"\n";
const SIGNER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

async fn decided() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.write("symbolon.toml", LANE);
    desk.write("mirror.key", desk::KEY);
    let seen = ["--operator", "maria", "--attestation", "seen"];
    desk.run(&[&["verify", WALLET, "--country", "DE"][..], &seen].concat())
        .succeeded();
    desk.run(&["revoke", WALLET, "--reason", "mistake"])
        .succeeded();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_written_and_checked_without_the_register() {
    let desk = decided().await;
    let written = desk.run(&["case", WALLET, "--out", "case.json", "--json"]);
    let written = written.succeeded().json();
    assert_eq!(written["signer"], SIGNER);
    let (code, checked) = desk::checked(&desk, "case.json");
    assert_eq!(code, 0, "{checked}");
    assert_eq!(checked["genuine"], true);
    assert_eq!(checked["status"], "revoked");
    assert_eq!(checked["wallets"][0]["bound"], "by_word");
    assert_eq!(checked["level"], "basic");
    let said = desk
        .run(&["case", "verify", "case.json"])
        .succeeded()
        .stdout;
    let since = checked["since"].as_str().unwrap();
    let investor = checked["investor"].as_str().unwrap();
    for says in [
        format!("investor {investor} of acme"),
        format!("status: revoked since {since}"),
        "verdict: basic, DE, given ".to_owned(),
        "genuine: ".to_owned(),
        format!("Ask acme's registry for isMirror({SIGNER})"),
    ] {
        assert!(said.contains(&says), "{says}: {said}");
    }
    // Whoever knows the signer need ask nobody.
    let held = ["case", "verify", "case.json", "--signer"];
    let said = desk.run(&[&held[..], &[SIGNER]].concat()).succeeded();
    assert!(!said.stdout.contains("isMirror"), "{}", said.stdout);
    let said = desk.run(&[&held[..], &[WALLET]].concat()).exits(8);
    for says in [
        "NOT genuine",
        &format!("signed by {SIGNER}, and not by {WALLET}"),
    ] {
        assert!(said.stdout.contains(says), "{says}: {}", said.stdout);
    }
    // Never over a file that is there.
    let again = desk.run(&["case", WALLET, "--out", "case.json"]).exits(4);
    assert!(
        again.error().contains("case.json: there is a file already"),
        "{again:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_shows() {
    let desk = decided().await;
    desk.run(&["case", WALLET, "--out", "case.json"])
        .succeeded();
    let text = desk.read("case.json");
    let case: Value = serde_json::from_str(&text).unwrap();
    let mut changed = Vec::new();
    for (pointer, value) in [
        ("/case/status", json!("verified")),
        ("/case/made_by", json!("cli:mallory")),
        ("/case/entries/0/actor", json!("cli:mallory")),
        (
            "/case/receipts",
            json!([{
                "wallet": WALLET, "chain": 1, "registry": WALLET, "carried": "denial", "entry": 2,
                "version": 2, "reached": "waiting", "transaction": null, "block": null,
                "settled": null,
            }]),
        ),
        (
            "/signer",
            json!("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        ),
    ] {
        let mut case = case.clone();
        *case.pointer_mut(pointer).unwrap() = value;
        changed.push((pointer, case));
    }
    let mut shorter = case.clone();
    shorter["case"]["entries"].as_array_mut().unwrap().pop();
    changed.push(("a missing entry", shorter));
    for (what, case) in changed {
        desk.write("changed.json", &case.to_string());
        let (code, checked) = desk::checked(&desk, "changed.json");
        assert_eq!(code, 8, "{what}: {checked}");
        assert_eq!(checked["genuine"], false, "{what}");
    }
    // A name that would steer a terminal.
    let mut steering = case;
    steering["case"]["made_by"] = json!("cli:\u{1b}[2J\ngenuine");
    desk.write("steering.json", &steering.to_string());
    let said = desk.run(&["case", "verify", "steering.json"]).exits(8);
    assert!(!said.stdout.contains('\u{1b}'), "{}", said.stdout);
    assert!(!said.stdout.contains("\ngenuine"), "{}", said.stdout);
    desk.write("nothing.json", "{}");
    assert_eq!(desk.run(&["case", "verify", "nothing.json"]).code, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_said_with_its_remedy() {
    let desk = decided().await;
    for (arguments, code, says) in [
        (
            &["case", WALLET, "--out", "nowhere/case.json"][..],
            2,
            "there is no such folder: make it first",
        ),
        (
            &["case", "verify", "nothing.json"],
            5,
            "nothing.json: there is no such file: check the path",
        ),
        (
            &["case", "verify", "symbolon.toml"],
            4,
            "name a file that `symbolon case` wrote",
        ),
    ] {
        let ended = desk.run(arguments);
        assert_eq!(ended.code, code, "{}", ended.stderr);
        assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
        assert!(!ended.stderr.contains("os error"), "{}", ended.stderr);
    }
    desk.write("symbolon.toml", "");
    let ended = desk.run(&["case", WALLET, "--out", "case.json"]);
    assert_eq!(ended.code, 3);
    assert!(
        ended.stderr.contains("add a [[lane]] of acme"),
        "{}",
        ended.stderr
    );
}
