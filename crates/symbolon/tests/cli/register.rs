//! The register's daily work on a real PostgreSQL: verify, look, revoke, write out.

use serde_json::{Value, json};

use crate::support::{Desk, Ended, OTHER, WALLET, customers};

const SIGNED: [&str; 4] = [
    "--operator",
    "Maria Kern",
    "--attestation",
    "I have seen the passport.",
];

fn verify<'a>(whom: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["verify", whom, "--json"], more, &SIGNED].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_investor_from_verification_to_revocation_and_back() {
    let desk = Desk::with_issuer().await;
    let verified = desk
        .run(&verify(
            WALLET,
            &[
                "--country",
                "DEU",
                "--expiry",
                "2099-12-31",
                "--external-id",
                "C-1",
            ],
        ))
        .succeeded()
        .json();
    assert_eq!(
        (&verified["status"], &verified["changed"]),
        (&json!("verified"), &json!(true))
    );
    let investor = verified["investor"].as_str().unwrap();

    let status = desk.run(&["status", WALLET, "--json"]).succeeded().json();
    assert_eq!(status["investor"], investor);
    assert_eq!(status["wallets"][0]["verified"], true);
    assert_eq!(status["verdict"]["country"], "DE");
    assert_eq!(status["verdict"]["expiry"], "2100-01-01T00:00:00Z");
    assert_eq!(
        desk.run(&["status", investor, "--json"]).succeeded().json(),
        status
    );
    assert_eq!(
        desk.run(&["status", "--external-id", "C-1", "--json"])
            .succeeded()
            .json(),
        status
    );

    // A second wallet of the same customer.
    desk.run(&verify(OTHER, &["--country", "DE", "--external-id", "C-1"]))
        .succeeded();
    let revoked = desk
        .run(&["revoke", OTHER, "--reason", "sanctions", "--json"])
        .succeeded()
        .json();
    assert_eq!(revoked["results"][0]["wallets"], json!([WALLET, OTHER]));
    let status = desk.run(&["status", WALLET, "--json"]).succeeded().json();
    assert_eq!(status["wallets"][0]["reasons"][0]["code"], "not_verified");
    let text = desk.run(&["status", WALLET]).succeeded().stdout;
    assert!(
        text.contains("not verified: the investor is revoked"),
        "{text}"
    );

    // Whoever verifies by name may give a verdict back, but a sanction's by no oversight.
    let refused = desk.run(&verify(investor, &["--country", "DE"])).exits(2);
    for says in ["revoked (sanctions) at 2", "by cli:maria", "--yes"] {
        assert!(refused.error().contains(says), "{says}: {}", refused.stderr);
    }
    let given = verify(WALLET, &["--country", "DE", "--yes"]);
    let given = desk.run(&given).succeeded().json();
    assert_eq!(given["taken_back"]["reason"], "sanctions");
    desk.run(&["revoke", OTHER, "--reason", "documents"])
        .succeeded();
    let given = [&["verify", investor, "--country", "DE"][..], &SIGNED].concat();
    let given = desk.run(&given);
    let said = given.succeeded().stdout;
    assert!(
        said.contains("takes back that the investor was revoked (documents) at 2"),
        "{said}"
    );
    let renewed = verify(investor, &["--country", "DE"]);
    let renewed = desk.run(&renewed).succeeded().json();
    assert_eq!(renewed["taken_back"], Value::Null);
    let status = desk.run(&["status", OTHER, "--json"]).succeeded().json();
    assert_eq!(status["wallets"][0]["verified"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_changes_nothing_and_says_why() {
    let desk = Desk::with_issuer().await;
    desk.run(&verify(
        WALLET,
        &["--country", "DE", "--external-id", "C-1"],
    ))
    .succeeded();
    let ended = desk
        .run(&verify(
            WALLET,
            &["--country", "DE", "--external-id", "C-2"],
        ))
        .exits(4);
    assert!(
        ended.error().contains("leave --external-id out"),
        "{ended:#?}"
    );
    desk.run(&verify(
        OTHER,
        &["--country", "DE", "--expiry", "2001-01-01"],
    ))
    .exits(4);
    desk.run(&verify(
        &format!("0x{}", "ab".repeat(32)),
        &["--country", "DE"],
    ))
    .exits(5);
    desk.run(&["revoke", OTHER, "--reason", "mistake"]).exits(5);
    let ended = desk
        .run(&["revoke", WALLET, OTHER, "--reason", "mistake", "--json"])
        .exits(4);
    let answers = ended.json();
    assert_eq!(
        (&answers["revoked"], &answers["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(answers["results"][1]["code"], "unknown_wallet");
    let status = desk.run(&["status", OTHER, "--json"]).exits(5).json();
    assert_eq!(status["wallets"][0]["reasons"][0]["code"], "unknown_wallet");
    desk.run(&["status", "--external-id", "nobody"]).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_register_is_counted_and_written_out() {
    let desk = Desk::with_issuer().await;
    let empty = desk.run(&["export", "--json"]).succeeded().json();
    assert_eq!(empty, json!([]));
    desk.run(&verify(
        WALLET,
        &["--country", "US", "--external-id", "=HYPERLINK(\"x\")"],
    ))
    .succeeded();
    desk.run(&verify(
        OTHER,
        &["--country", "CH", "--type", "institutional"],
    ))
    .succeeded();
    desk.run(&["revoke", OTHER, "--reason", "departure"])
        .succeeded();

    let status = desk.run(&["status", "--json"]).succeeded().json();
    assert_eq!(status["investors"], json!({ "verified": 1, "revoked": 1 }));
    assert_eq!(status["chains"], json!([]));

    let rows = desk.run(&["export", "--json"]).succeeded().json();
    assert_eq!(
        (&rows[0]["wallet"], &rows[0]["usPerson"]),
        (&json!(WALLET), &json!(true))
    );
    assert_eq!(
        (&rows[1]["level"], &rows[1]["verified"]),
        (&json!("corporate"), &json!(false))
    );

    let csv = desk.run(&["export"]).succeeded().stdout;
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.contains("'=HYPERLINK"), "a formula must not run: {csv}");
    let written = desk
        .run(&["export", "--output", "out.csv", "--format", "csv", "--json"])
        .succeeded();
    assert_eq!(written.json(), json!({ "rows": 2, "file": "out.csv" }));
    assert_eq!(desk.read("out.csv"), csv);
    desk.run(&["export", "--format", "csv", "--json"]).exits(2);
    // Whoever has read enough, as `| head` does, is no failure.
    let mut child = desk.command(&["export"]).spawn().unwrap();
    drop(child.stdout.take());
    Ended::of(child.wait_with_output().unwrap()).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_opens_until_it_is_revoked() {
    let desk = Desk::with_issuer().await;
    let made = desk.run(&["api-key", "create", "backend"]).succeeded();
    let key = made.stdout.trim();
    assert!(key.starts_with("sym_acme_") && !made.stderr.contains(key));
    let listed = desk.run(&["api-key", "list", "--json"]).succeeded();
    assert_eq!(listed.json()[0]["name"], "backend");
    assert!(!listed.stdout.contains(key.trim_start_matches("sym_acme_")));
    desk.run(&["api-key", "create", "backend"]).exits(4);
    let store = &desk.database.as_ref().unwrap().store;
    let hash = symbolon_store::KeyHash::of(key).unwrap();
    assert!(store.key_owner(&hash).await.unwrap().is_some());
    desk.run(&["api-key", "revoke", "backend"]).succeeded();
    assert!(store.key_owner(&hash).await.unwrap().is_none());
    desk.run(&["api-key", "revoke", "nobody"]).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_is_named_when_there_is_a_choice() {
    let mut desk = Desk::with_database().await;
    let ended = desk.run(&["status"]).exits(5);
    assert!(
        ended.error().contains("symbolon issuer create"),
        "{ended:#?}"
    );
    desk.run(&["issuer", "create", "acme", "--title", "Acme Tokens AG"])
        .succeeded();
    desk.run(&["issuer", "create", "acme"]).exits(4);
    desk.run(&["status"]).succeeded();
    desk.run(&["issuer", "create", "beta"]).succeeded();
    let ended = desk.run(&["status"]).exits(2);
    assert!(ended.error().contains("acme, beta"), "{ended:#?}");
    desk.run(&["status", "--issuer", "gamma"]).exits(5);
    desk.set("SYMBOLON_ISSUER", "beta");
    let status = desk.run(&["status", "--json"]).succeeded().json();
    assert_eq!(status["issuer"], "beta");
    let listed = desk.run(&["issuer", "list", "--json"]).succeeded().json();
    assert_eq!(
        (&listed[0]["title"], &listed[1]["issuer"]),
        (&json!("Acme Tokens AG"), &json!("beta"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_register_unnamed_though_the_session_names_nobody() {
    let mut desk = Desk::with_issuer().await;
    desk.write("some.csv", &customers(1));
    let changes: [&[&str]; 2] = [
        &["import", "some.csv"],
        &[
            "revoke",
            "--external-id",
            "C-000001",
            "--reason",
            "sanctions",
        ],
    ];
    let unnamed = |desk: &Desk, change: &[&str]| {
        let mut command = desk.command(change);
        Ended::of(command.env_remove("USER").output().unwrap()).succeeded()
    };
    unnamed(&desk, changes[0]);
    desk.set("SYMBOLON_OPERATOR", "maria.keller");
    unnamed(&desk, changes[1]);
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    let actors: Vec<_> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["actor"].clone())
        .collect();
    assert_eq!(actors.last().unwrap(), "cli:maria.keller");
    // Whoever the machine says that runs it.
    let user = std::process::Command::new("id")
        .arg("-un")
        .output()
        .unwrap();
    let user = String::from_utf8(user.stdout).unwrap();
    assert_eq!(actors[0], format!("cli:{}", user.trim()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_known_by_a_wallet_alone_is_warned_of() {
    let desk = Desk::with_issuer().await;
    let warned = |arguments: &[&str]| {
        let by = [
            "--country",
            "DE",
            "--operator",
            "maria",
            "--attestation",
            "Seen.",
        ];
        let ended = desk
            .run(&[&["verify"], arguments, &by].concat())
            .succeeded();
        ended.stderr.contains("known by its wallet alone")
    };
    assert!(warned(&[WALLET]));
    assert!(!warned(&[WALLET]), "known by now");
    assert!(!warned(&[OTHER, "--external-id", "C-1"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_that_reaches_no_token_is_warned_of() {
    let desk = Desk::with_issuer().await;
    desk.write("some.csv", &customers(1));
    let warned = |arguments: &[&str]| {
        let ended = desk.run(arguments).succeeded();
        ended.stderr.contains("warning: acme has no chain yet")
    };
    assert!(warned(&["import", "some.csv"]));
    let revocation = [
        "revoke",
        "--external-id",
        "C-000001",
        "--reason",
        "sanctions",
    ];
    assert!(warned(&revocation));
    assert!(!warned(&["status"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_names_that_are_names_and_texts_that_say_something() {
    let mut desk = Desk::with_issuer().await;
    desk.write("one.csv", &customers(1));
    let by = |operator: &str, text: &str, version: &str| {
        let signed = ["--operator", operator, "--attestation", text];
        let words = [&signed[..], &["--attestation-version", version]].concat();
        words.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let long = "x".repeat(4_001);
    for wrong in [
        by("", "Seen.", "1"),
        by(" ", "Seen.", "1"),
        by("Maria\nKern", "Seen.", "1"),
        by("maria", "", "1"),
        by("maria", &long, "1"),
        by("maria", "Seen.", ""),
    ] {
        let wrong: Vec<_> = wrong.iter().map(String::as_str).collect();
        let verify = ["verify", WALLET, "--country", "DE"];
        desk.run(&[&verify[..], &wrong].concat()).exits(2);
        desk.run(&[&["import", "one.csv"], &wrong[..]].concat())
            .exits(2);
        let dry = ["import", "one.csv", "--dry-run"];
        desk.run(&[&dry[..], &wrong].concat()).exits(2);
    }
    let create = ["api-key", "create", "desk", "--operator", ""];
    let refused = desk.run(&create).exits(2);
    assert!(refused.stderr.contains("--operator"), "{refused:?}");
    // Whoever sets up a session names nobody who is none.
    desk.set("USER", "ben\u{1b}[2J");
    desk.run(&["api-key", "create", "desk"]).succeeded();
    let log = desk.run(&["audit", "export"]).succeeded().stdout;
    assert!(log.contains("uid-") && !log.contains("ben"), "{log}");
}
