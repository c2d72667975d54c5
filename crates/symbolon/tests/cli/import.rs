//! Imports into a real register: counted, mapped, interrupted, taken up again.

use std::{process::Command, time::Duration};

use serde_json::json;
use symbolon_core::ids::AuthorityIndex;
use symbolon_store::Store;

use crate::support::{Desk, Ended, OTHER, WALLET, customers, example_file};

#[tokio::test(flavor = "multi_thread")]
async fn the_example_file_fills_the_register() {
    let desk = Desk::with_issuer().await;
    let example = example_file();
    let report = desk.run(&["import", &example, "--json"]).succeeded().json();
    assert_eq!(
        (&report["state"], &report["refused"]),
        (&json!("finished"), &json!(0))
    );
    assert_eq!(
        (&report["issuer"], &report["resumed"]),
        (&json!("acme"), &json!(false))
    );
    let status = desk.run(&["status", "--json"]).succeeded().json();
    assert_eq!(status["investors"]["verified"], report["accepted"]);
    // Again: a new job, and nothing changes.
    let audit = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    let again = desk.run(&["import", &example, "--json"]).succeeded().json();
    assert_ne!(again["job"], report["job"]);
    assert_eq!(report["unchanged"], 0);
    assert_eq!(again["unchanged"], again["accepted"]);
    assert_eq!(report["operator"], "maria");
    assert_eq!(again["operator"], json!(null), "nobody signed anything");
    let said = desk.run(&["import", &example]).succeeded().stdout;
    assert!(
        said.contains(" unchanged: nothing was signed for these") && !said.contains("signed by"),
        "{said}"
    );
    assert_eq!(
        desk.run(&["audit", "verify", "--json"]).succeeded().json(),
        audit
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_lose_no_good_ones_and_a_map_is_remembered() {
    let desk = Desk::with_issuer().await;
    let file = format!("Kunde Wallet;Land\n{WALLET};DE\n0x12;DE\n{OTHER};CH\n");
    desk.write("kunden.csv", &file);
    desk.run(&["import", "kunden.csv"]).exits(4);
    let map = ["--map", "Kunde Wallet=address", "--map", "Land=country"];
    let arguments = [
        &[
            "import",
            "kunden.csv",
            "--json",
            "--save-map",
            "--errors",
            "wrong.csv",
        ],
        &map[..],
    ];
    let report = desk.run(&arguments.concat()).exits(4).json();
    assert_eq!(
        (&report["accepted"], &report["refused"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(report["errors"][0]["row"], 3);
    // What was signed by whom, though nobody wrote it.
    let standard = "Every customer in this file was verified by the issuer's own procedure.";
    assert_eq!(report["operator"], "maria");
    let attestation = json!({"text": standard, "version": "symbolon-import-1"});
    assert_eq!(report["attestation"], attestation);
    let help = desk.run(&["import", "--help"]).succeeded().stdout;
    assert!(help.contains(standard), "{help}");
    assert_eq!(desk.read("wrong.csv").lines().count(), 2);
    let again = desk
        .run(&["import", "kunden.csv", "--json"])
        .exits(4)
        .json();
    assert_eq!(again["accepted"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_leaves_out_is_said() {
    let desk = Desk::with_issuer().await;
    let ending = format!("wallet,country,externalId,expiry\n{WALLET},DE,C-1,2031-12-31\n");
    desk.write("ending.csv", &ending);
    let said = desk.run(&["import", "ending.csv"]).succeeded().stderr;
    assert!(!said.contains("expiry"), "{said}");
    let endless = format!("wallet,country,externalId\n{WALLET},DE,C-1\n{OTHER},DE,C-2\n");
    desk.write("endless.csv", &endless);
    let done = desk.run(&["import", "endless.csv", "--json"]).succeeded();
    assert!(
        done.stderr.contains("no column holds expiry") && done.stderr.contains("never end"),
        "{}",
        done.stderr
    );
    assert_eq!(done.json()["unchanged"], 0, "the one has no end any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_gives_nobody_the_reference_of_another() {
    let desk = Desk::with_issuer().await;
    desk.write(
        "one.csv",
        &format!("wallet,country,externalId\n{WALLET},DE,C-1\n{OTHER},DE,\n"),
    );
    desk.run(&["import", "one.csv"]).succeeded();
    desk.write(
        "swapped.csv",
        &format!("wallet,country,externalId\n{WALLET},DE,C-9\n{OTHER},DE,C-1\n"),
    );
    let refused = desk
        .run(&["import", "swapped.csv", "--json"])
        .exits(4)
        .json();
    for (place, code, says) in [
        (
            0,
            "external_id_differs",
            "known under the external id `C-1`",
        ),
        (1, "external_id_taken", "`C-1` is another investor's"),
    ] {
        let error = &refused["errors"][place];
        assert_eq!(
            (&error["code"], &error["column"]),
            (&json!(code), &json!("externalId"))
        );
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains(says) && message.contains("correct it"),
            "{message}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_names_columns_that_are_there_or_is_not_remembered() {
    let desk = Desk::with_issuer().await;
    desk.write("kunden.csv", &format!("Wallet;Land\n{WALLET};DE\n"));
    let import = ["import", "kunden.csv", "--map", "Land=country"];
    let absent = ["--map", "Stufe=level", "--save-map"];
    let wrong = desk.run(&[&import[..], &absent, &["--json"]].concat());
    let wrong = wrong.exits(4).json();
    let error = &wrong["errors"][0];
    assert_eq!(
        (&wrong["state"], &error["code"]),
        (&json!("failed"), &json!("absent_column"))
    );
    let why = error["message"].as_str().unwrap();
    assert!(
        why.contains("`Stufe`") && why.contains("Wallet, Land"),
        "{why}"
    );
    let dry = desk.run(&[&import[..], &absent[..2], &["--dry-run"]].concat());
    assert!(dry.exits(4).stdout.contains("absent_column"));
    // Not even the part of the map that fits.
    desk.run(&["import", "kunden.csv"]).exits(4);
    let word = [
        "--attestation",
        "I saw their papers.",
        "--attestation-version",
        "3",
    ];
    let done = desk.run(&[&import[..], &word, &["--save-map"]].concat());
    let done = done.succeeded();
    // Nothing in this file knows its people again.
    assert!(
        done.stderr.contains("known by their wallets alone"),
        "{done:?}"
    );
    let done = done.stdout;
    assert!(
        done.contains("signed by maria, version 3: I saw their papers."),
        "{done}"
    );
    // An issuer's own names are for all its files.
    desk.write("other.csv", &format!("Wallet,country\n{OTHER},DE\n"));
    desk.run(&["import", "other.csv"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_import_goes_on_where_it_stopped() {
    const ROWS: u32 = 40_000;
    let desk = Desk::with_issuer().await;
    desk.write("many.csv", &customers(ROWS));
    let arguments = ["import", "many.csv", "--json", "--operator", "Maria Kern"];
    let child = desk.command(&arguments).spawn().unwrap();
    until_some_are_stored(&desk.database.as_ref().unwrap().store).await;
    signal(child.id(), "INT");
    let ended = Ended::of(child.wait_with_output().unwrap()).exits(130);
    let interrupted = ended.json();
    assert_eq!(interrupted["state"], "interrupted");
    let before = interrupted["accepted"].as_u64().unwrap();
    assert!((1..u64::from(ROWS)).contains(&before), "{ended:#?}");

    let report = desk.run(&arguments).succeeded().json();
    assert_eq!(
        (&report["job"], &report["resumed"]),
        (&interrupted["job"], &json!(true))
    );
    assert_eq!(
        (&report["accepted"], &report["refused"]),
        (&json!(ROWS), &json!(0))
    );
    let status = desk.run(&["status", "--json"]).succeeded().json();
    assert_eq!(status["investors"]["verified"], ROWS);
}

async fn until_some_are_stored(store: &Store) {
    let issuer = "acme".parse().unwrap();
    for _ in 0..600 {
        let jobs = store
            .imports(&issuer, AuthorityIndex::OWNER, None, 1)
            .await
            .unwrap();
        if jobs.first().is_some_and(|job| job.accepted > 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no row was stored");
}

/// As a terminal or a service manager would send it.
pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}
