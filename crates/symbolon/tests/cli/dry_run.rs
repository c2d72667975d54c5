//! `import --dry-run`: the file alone, without a database.

use std::{io::Write, process::Stdio};

use serde_json::json;

use crate::support::{Desk, Ended, OTHER, WALLET, example_file};

#[test]
fn the_example_file_is_right() {
    let desk = Desk::bare();
    let ended = desk
        .run(&["import", &example_file(), "--dry-run", "--json"])
        .succeeded();
    let report = ended.json();
    assert_eq!(report["rows"], report["accepted"]);
    assert!(report["rows"].as_u64().unwrap() >= 503);
    assert_eq!(report["errors"], json!([]));
    let mut keys: Vec<_> = report.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "accepted",
            "attestation",
            "errors",
            "operator",
            "refused",
            "rows"
        ]
    );
    assert!(
        !desk.folder.path().join(".symbolon").exists(),
        "no database was started"
    );
}

#[test]
fn each_mistake_is_named_by_line_and_column() {
    let desk = Desk::bare();
    let file = format!(
        "Wallet Address;Land;Expiry\n{WALLET};DE;\n0x12;DE;\n{OTHER};XK;\n{WALLET};DE;1999-01-01\n"
    );
    desk.write("kunden.csv", &file);
    let arguments = [
        "import",
        "kunden.csv",
        "--dry-run",
        "--json",
        "--map",
        "Land=country",
        "--errors",
        "wrong.csv",
    ];
    let report = desk.run(&arguments).exits(4).json();
    assert_eq!(
        (&report["rows"], &report["accepted"], &report["refused"]),
        (&json!(4), &json!(1), &json!(3))
    );
    let errors = report["errors"].as_array().unwrap();
    let found: Vec<_> = errors
        .iter()
        .map(|error| {
            let text = |key: &str| error[key].as_str().unwrap();
            (error["row"].as_u64().unwrap(), text("column"), text("code"))
        })
        .collect();
    assert_eq!(
        found,
        [
            (3, "Wallet Address", "bad_address"),
            (4, "Land", "no_numeric_code"),
            (5, "Expiry", "expiry_passed"),
            (5, "Wallet Address", "duplicate_wallet"),
        ]
    );
    assert!(
        errors
            .iter()
            .all(|error| !error["message"].as_str().unwrap().is_empty())
    );
    let sheet = desk.read("wrong.csv");
    assert_eq!(sheet.lines().count(), 5);
    assert!(sheet.starts_with("row,column,code,message\n"), "{sheet}");
}

#[test]
fn people_get_a_summary_and_the_first_errors() {
    let desk = Desk::bare();
    let rows = "0x12,DE\n".repeat(30);
    desk.write("bad.csv", &format!("wallet,country\n{rows}"));
    let ended = desk.run(&["import", "bad.csv", "--dry-run"]).exits(4);
    assert!(
        ended
            .stdout
            .contains("30 rows: 0 would be accepted, 30 refused"),
        "{ended:#?}"
    );
    for lacks in ["no column holds externalId", "no column holds expiry"] {
        assert!(ended.stderr.contains(lacks), "{ended:#?}");
    }
    let signed = "would be signed by maria, version symbolon-import-1: Every customer";
    assert!(ended.stdout.contains(signed), "{ended:#?}");
    assert_eq!(ended.stdout.matches("bad_address").count(), 20);
    assert!(ended.stdout.contains("and 10 more"), "{ended:#?}");
}

#[test]
fn a_file_that_is_no_customer_file_is_refused_as_a_whole() {
    let desk = Desk::bare();
    desk.write("names.csv", "name,city\nAnna,Bern\n");
    let report = desk
        .run(&["import", "names.csv", "--dry-run", "--json"])
        .exits(4)
        .json();
    assert_eq!(report["rows"], 0);
    assert_eq!(report["errors"][0]["code"], "missing_column");
    desk.run(&["import", "absent.csv", "--dry-run"]).exits(5);
    let ended = desk
        .run(&["import", "names.csv", "--dry-run", "--map", "name"])
        .exits(2);
    assert!(ended.error().starts_with("--map: "), "{ended:#?}");
}

#[test]
fn stdin_is_a_file_too() {
    let desk = Desk::bare();
    let mut command = desk.command(&["import", "-", "--dry-run", "--json"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    write!(stdin, "\u{feff}user,jurisdiction\n{WALLET},DEU\n").unwrap();
    drop(stdin);
    let ended = Ended::of(child.wait_with_output().unwrap()).succeeded();
    assert_eq!(ended.json()["accepted"], 1);
}

#[test]
fn what_a_spreadsheet_would_run_is_disarmed() {
    let desk = Desk::bare();
    desk.write(
        "evil.csv",
        &format!("wallet,country,=cmd|' /C calc'!A0\n{WALLET},DE,x\n"),
    );
    desk.run(&["import", "evil.csv", "--dry-run", "--errors", "wrong.csv"])
        .succeeded();
    let sheet = desk.read("wrong.csv");
    assert!(sheet.contains(",'=cmd|"), "{sheet}");
}
