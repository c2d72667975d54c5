//! The whole way: a server carries the register to a chain, and the chain
//! testifies for the log.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    audit,
    chain::Chain,
    import, serve,
    support::{Desk, customers},
};

/// Until every wallet's record on the chain is the register's.
pub(crate) fn until_equal(desk: &Desk) -> Value {
    for _ in 0..300 {
        let ended = desk.run(&["chain", "compare", "--json"]);
        if ended.code == 0 {
            return ended.json();
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!(
        "the chain does not follow: {:#?}",
        desk.run(&["chain", "status", "--json"])
    );
}

/// Until the metrics show this of the chain's lane.
fn until_shown(address: &str, gauge: &str, value: &str) {
    for _ in 0..300 {
        let page = serve::get(address, "/metrics");
        let mut lines = page.lines().filter(|line| line.starts_with(gauge));
        if lines.any(|line| line.contains("31337") && line.ends_with(&format!(" {value}"))) {
            return;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{gauge}: {}", serve::get(address, "/metrics"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_mirrors_and_the_chain_convicts_whoever_empties_the_log() {
    let chain = Chain::start().await;
    let deployed = chain.deploy(&["--signer-key-file", "mirror.key", "--confirmations", "1"]);
    let Chain { mut desk, anvil } = chain;
    desk.write("symbolon.toml", deployed["lane"].as_str().unwrap());
    desk.set("SYMBOLON_RPC_URL_31337", anvil.url());
    desk.write("some.csv", &customers(5));
    desk.run(&["import", "some.csv"]).succeeded();
    let (mut server, mut lines) = serve::start(&desk);
    let address = serve::address(&mut lines);
    // Somebody must read what the server says.
    let said = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    assert_eq!(until_equal(&desk)[0]["verified"], 5);
    desk.run(&[
        "revoke",
        "--external-id",
        "C-000002",
        "--reason",
        "sanctions",
    ])
    .succeeded();
    assert_eq!(until_equal(&desk)[0]["verified"], 4);
    until_shown(&address, "symbolon_lane_well", "1");
    until_shown(&address, "symbolon_lane_owed_denials", "0");
    until_shown(&address, "symbolon_lane_open_transactions", "0");
    let status = desk
        .run(&["status", "--external-id", "C-000001", "--json"])
        .succeeded()
        .json();
    assert_eq!(status["wallets"][0]["chains"][0]["chain_id"], 31_337);
    import::signal(server.id(), "INT");
    let ended = server.wait().unwrap();
    let said = said.join().unwrap();
    assert!(ended.success(), "{said:#?}");

    let audit = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(
        (&audit["chains"][0]["unknown"], &audit["chains"][0]["error"]),
        (&json!([]), &Value::Null)
    );
    assert!(
        audit["chains"][0]["heads"].as_u64().unwrap() >= 2,
        "{audit}"
    );
    // What is left holds together, and is a lie.
    for sql in [
        "DELETE FROM entry",
        "DELETE FROM investor",
        "DELETE FROM wallet",
        "UPDATE issuer SET head_number = 0, head_hash = decode(repeat('00', 32), 'hex')",
    ] {
        audit::tamper(&desk, sql).await;
    }
    let audit = desk.run(&["audit", "verify", "--json"]).exits(8).json();
    assert_eq!(
        (&audit["ok"], &audit["entries"]),
        (&json!(false), &json!(0))
    );
    assert!(!audit["chains"][0]["unknown"].as_array().unwrap().is_empty());
}
