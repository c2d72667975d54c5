//! What is written out: ordinary exports, which are nobody's profile, and encrypted
//! archives, which are.

use std::{fs, io::Read};

use serde_json::{Value, json};
use symbolon_testkit::canary::Canaries;

use crate::stage::Stage;

/// Everything that anybody may read without opening a profile.
pub(crate) async fn ordinary(stage: &Stage, investor: &str, renewed: &str) -> Vec<u8> {
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
        &["links", "due", "--json"],
        &["vault", "custody", renewed, "--json"],
    ] {
        let said = stage.run(command);
        assert!(said.status.success(), "{command:?}: {said:?}");
        all.extend(said.stdout);
        all.extend(said.stderr);
    }
    for (number, whose) in [investor, renewed].into_iter().enumerate() {
        all.extend(case(stage, whose, number));
    }
    all
}

/// An investor's case: its file and its page, which the file alone gives, too.
fn case(stage: &Stage, investor: &str, number: usize) -> Vec<u8> {
    let file = format!("case-{number}.json");
    let (page, again) = (
        format!("case-{number}.html"),
        format!("again-{number}.html"),
    );
    stage.json(&["case", investor, "--out", &file, "--page", &page, "--json"]);
    stage.json(&["case", "verify", &file, "--page", &again, "--json"]);
    let [file, page, again] = [file, page, again].map(|name| {
        let path = stage.folder().join(name);
        fs::read(path).unwrap()
    });
    let read: Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(read["case"]["investor"], investor);
    let whose = Canaries::new([investor.trim_start_matches("0x")]);
    for page in [&page, &again] {
        assert!(!whose.in_bytes(page).is_empty(), "the page has {investor}");
    }
    [file, page, again].concat()
}

/// What a regulator is given, and what an instance takes out for a purpose: whoever has
/// the passphrase reads these words in it, and nobody else.
pub(crate) fn archives(stage: &Stage, canaries: &Canaries) {
    let purpose = ["--purpose", "BaFin 2026-118", "--json"];
    let given = ["vault", "export", "--all", "--out", "bafin.zip"];
    let passphrase = ["--passphrase-file", "bafin.txt"];
    stage.json(&[&given[..], &passphrase, &purpose].concat());
    let given = ["customers", "export", "--output", "customers.zip"];
    let passphrase = ["--passphrase-file", "customers.txt"];
    stage.json(&[&given[..], &passphrase, &purpose].concat());
    for (archive, name, passphrase, words) in [
        (
            "bafin.zip",
            "investors.json",
            "bafin.txt",
            &["Quillfeather", "Pirolmann", "Umzugsmeise"][..],
        ),
        (
            "customers.zip",
            "customers.jsonl",
            "customers.txt",
            &["Kundenfalk", "Notizsperling", "Blaukehlchen"],
        ),
    ] {
        let passphrase = fs::read_to_string(stage.folder().join(passphrase)).unwrap();
        let archive = fs::File::open(stage.folder().join(archive)).unwrap();
        let mut archive = zip::ZipArchive::new(archive).unwrap();
        assert!(archive.by_name(name).is_err(), "{name} is not encrypted");
        let mut text = Vec::new();
        let mut file = archive.by_name_decrypt(name, passphrase.trim().as_bytes());
        file.as_mut().unwrap().read_to_end(&mut text).unwrap();
        let found = canaries.in_bytes(&text);
        for word in words {
            assert!(found.contains(&format!("{word} as UTF-8")), "{found:?}");
        }
    }
}

/// What an instance's own software takes out by REST.
pub(crate) async fn lines_for_a_purpose(stage: &Stage, canaries: &Canaries) {
    let path = "/v1/instances/desk/exports/customers";
    let purpose = json!({"purpose": "BaFin 2026-118"});
    let lines = stage.post_for_lines(path, purpose).await;
    let found = canaries.in_bytes(lines.as_bytes());
    for word in ["Kundenfalk", "Blaukehlchen"] {
        assert!(found.contains(&format!("{word} as UTF-8")), "{found:?}");
    }
}
