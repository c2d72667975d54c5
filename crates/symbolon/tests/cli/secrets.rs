//! No secret reaches any output, whatever goes wrong and however much is logged.

use crate::support::{Desk, WALLET};

const KEY: &str = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const RPC: &str = "http://alice:s3cretpw@127.0.0.1:1/v2/pathkey?token=querykey";
const DATABASE: &str = "postgres://bob:dbpassword@127.0.0.1:1/none";
const SECRETS: [&str; 6] = [
    KEY,
    "s3cretpw",
    "pathkey",
    "querykey",
    "dbpassword",
    "alice",
];

const LANES: &str = r#"
[[lane]]
issuer = "acme"
chain_id = 1
rpc_url = "http://alice:s3cretpw@127.0.0.1:1/v2/pathkey?token=querykey"
signer_key_file = "signer.key"
[[lane]]
issuer = "acme"
chain_id = 2
rpc_url_env = "NODE"
signer_key_env = "KEY"
"#;

fn desk() -> Desk {
    let mut desk = Desk::bare();
    desk.set("SYMBOLON_LOG", "trace");
    desk.set("NODE", RPC);
    desk.set("KEY", KEY);
    desk.set("SYMBOLON_RPC_URL", RPC);
    desk.write("symbolon.toml", LANES);
    desk.write("signer.key", KEY);
    desk
}

#[track_caller]
fn keeps_secrets(desk: &Desk, arguments: &[&str]) {
    let ended = desk.run(arguments);
    for secret in SECRETS {
        assert!(
            !ended.stdout.contains(secret),
            "{arguments:?} shows {secret}: {ended:#?}"
        );
        assert!(
            !ended.stderr.contains(secret),
            "{arguments:?} shows {secret}: {ended:#?}"
        );
    }
}

#[test]
fn a_database_that_cannot_be_reached_gives_nothing_away() {
    let mut desk = desk();
    desk.set("DATABASE_URL", DATABASE);
    keeps_secrets(&desk, &["doctor", "--json"]);
    keeps_secrets(&desk, &["chain", "deploy", "--help"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_be_reached_gives_nothing_away() {
    let mut desk = desk();
    let database = symbolon_testkit::database::TestDatabase::fresh().await;
    desk.set("DATABASE_URL", &database.url);
    desk.run(&["issuer", "create", "acme"]).succeeded();
    for arguments in [
        &["doctor"][..],
        &["doctor", "--json"],
        &["audit", "verify"],
        &["chain", "compare", "--json"],
        &[
            "chain",
            "deploy",
            "--owner-key-file",
            "signer.key",
            "--signer-key-file",
            "signer.key",
        ],
        &["chain", "add", "--registry", WALLET],
        &["chain", "status"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["--help"],
    ] {
        keeps_secrets(&desk, arguments);
    }
}

#[test]
fn a_file_that_is_no_toml_is_not_quoted() {
    let desk = desk();
    desk.write(
        "symbolon.toml",
        &format!("[database]\nurl = \"{DATABASE}\n"),
    );
    keeps_secrets(&desk, &["status"]);
    desk.write(
        "symbolon.toml",
        &format!("[server]\nconcurrent_imports = \"{DATABASE}\"\n"),
    );
    keeps_secrets(&desk, &["status"]);
    desk.write("signer.key", "not-a-key-but-s3cretpw");
    desk.write("symbolon.toml", LANES);
    keeps_secrets(&desk, &["serve"]);
}
