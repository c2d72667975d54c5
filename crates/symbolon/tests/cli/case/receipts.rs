//! What a case file says of chains, upon a real one.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_core::{case::Case, command::Command};

use super::desk::{checked, decide, signed, wallet, written};
use crate::{
    chain::Chain,
    import, serve,
    support::{Desk, WALLET},
};

/// The receipts of a case that has so many which are final, and where it was written.
fn until_final(desk: &Desk, investor: &str, name: &str, many: usize) -> (String, Vec<Value>) {
    for round in 0..300 {
        let file = format!("{name}-{round}.json");
        let case = written(desk, investor, &file);
        let receipts = case["case"]["receipts"].as_array().unwrap().clone();
        let reached = receipts.iter().filter(|one| one["reached"] == "final");
        if reached.count() >= many {
            return (file, receipts);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{:#?}", desk.run(&["chain", "status", "--json"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn approvals_and_denials_have_receipts_even_of_wallets_that_are_gone() {
    let chain = Chain::start().await;
    let deployed = chain.deploy(&["--signer-key-file", "mirror.key", "--confirmations", "1"]);
    let Chain { mut desk, anvil } = chain;
    desk.write("symbolon.toml", deployed["lane"].as_str().unwrap());
    desk.set("SYMBOLON_RPC_URL_31337", anvil.url());
    let (mut server, mut lines) = serve::start(&desk);
    serve::address(&mut lines);
    // Somebody must read what the server says.
    let said = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());

    let seen = ["--country", "DE", "--operator", "maria"];
    let verify = ["verify", WALLET, "--attestation", "seen"];
    desk.run(&[&verify[..], &seen].concat()).succeeded();
    let (file, receipts) = until_final(&desk, WALLET, "approved", 1);
    let (code, said_of) = checked(&desk, &file);
    assert_eq!(code, 0, "{said_of:#}");
    let shown = &said_of["receipts"][0];
    assert_eq!(receipts.len(), 1, "{receipts:#?}");
    assert_eq!(
        (&shown["carried"], &shown["wallet"], &shown["chain_id"]),
        (&json!("approval"), &json!(WALLET), &json!(31_337))
    );
    let registry = deployed["registry"].as_str().unwrap();
    assert!(
        shown["registry"]
            .as_str()
            .unwrap()
            .eq_ignore_ascii_case(registry),
        "{shown}"
    );
    assert_eq!((&shown["entry"], &shown["version"]), (&json!(1), &json!(1)));
    assert!(shown["settled"].is_string(), "{shown}");
    let approval = shown["transaction"].clone();
    on_chain(&desk, &approval, &shown["block"]).await;

    // Revoked, and then taken away: what was told stays told.
    let investor = said_of["investor"].as_str().unwrap().to_owned();
    desk.run(&["revoke", WALLET, "--reason", "mistake"])
        .succeeded();
    until_final(&desk, &investor, "revoked", 2);
    let removed = Command::RemoveWallet { wallet: wallet() };
    decide(&desk, removed).await;
    let (file, _) = until_final(&desk, &investor, "removed", 3);
    let (code, gone) = checked(&desk, &file);
    assert_eq!(code, 0, "{gone:#}");
    let of = |carried: &str, entry: u64| {
        let receipts = gone["receipts"].as_array().unwrap().iter();
        let mut found = receipts
            .filter(|one| one["carried"] == carried && one["entry"].as_u64() == Some(entry));
        found.next().unwrap_or_else(|| panic!("{gone:#}")).clone()
    };
    assert_eq!(of("approval", 1)["transaction"], approval);
    let denial = of("denial", 2);
    assert_eq!(denial["reached"], "final");
    on_chain(&desk, &denial["transaction"], &denial["block"]).await;
    desk.run(&["case", "verify", &file, "--page", "case.html"])
        .succeeded();
    let page = desk.read("case.html");
    let carriers = [&approval, &denial["transaction"]].map(|hash| hash.as_str().unwrap());
    for says in [
        carriers[0],
        carriers[1],
        "<td>removed</td>",
        "<td>31337</td>",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let before: Value = serde_json::from_str(&desk.read(&file)).unwrap();
    // Whose it is next is nobody's business here.
    let next = [&verify[..], &seen, &["--external-id", "C-2"]].concat();
    desk.run(&next).succeeded();
    let status = desk.run(&["status", WALLET, "--json"]).succeeded().json();
    let next = status["investor"].as_str().unwrap();
    assert_ne!(next, investor);
    let (_, theirs) = until_final(&desk, next, "next", 1);
    assert_eq!(theirs.len(), 1, "{theirs:#?}");
    assert_ne!(theirs[0]["transaction"], approval);
    let later = written(&desk, &investor, "later.json");
    assert_eq!(&later["case"]["receipts"], &before["case"]["receipts"]);
    import::signal(server.id(), "INT");
    assert!(server.wait().unwrap().success(), "{:#?}", said.join());

    whatever_is_altered_shows(&desk, &file);
}

/// Whether the node has this transaction in this block, and not denied.
async fn on_chain(desk: &Desk, transaction: &Value, block: &Value) {
    let lanes = desk.run(&["chain", "list", "--json"]).succeeded().json();
    assert_eq!(lanes[0]["chain_id"], 31_337);
    let url = desk.variable("SYMBOLON_RPC_URL_31337");
    let asked = json!({
        "jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionReceipt", "params": [transaction],
    });
    let client = reqwest::Client::new().post(url).body(asked.to_string());
    let client = client.header("content-type", "application/json");
    let answer = client.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let found = answer["result"]["blockNumber"].as_str().unwrap();
    let found = u64::from_str_radix(found.trim_start_matches("0x"), 16).unwrap();
    assert_eq!(Some(found), block.as_u64(), "{answer}");
    assert_eq!(answer["result"]["status"], "0x1");
}

/// By whoever has no key, and by whoever has the one that signs.
fn whatever_is_altered_shows(desk: &Desk, file: &str) {
    let genuine: Value = serde_json::from_str(&desk.read(file)).unwrap();
    let whole: Case = serde_json::from_value(genuine["case"].clone()).unwrap();
    desk.write("again.json", &signed(&whole));
    assert_eq!(checked(desk, "again.json").0, 0);
    let mut receipts = whole.receipts.iter();
    let approval = receipts
        .position(|one| one.transaction.is_some() && one.entry.0 == 1)
        .unwrap();
    for (field, value) in [
        ("block", json!(7)),
        ("transaction", json!(format!("0x{}", "11".repeat(32)))),
        ("chain", json!(1)),
        ("registry", json!(WALLET)),
    ] {
        let mut changed = genuine.clone();
        changed["case"]["receipts"][approval][field] = value;
        desk.write("changed.json", &changed.to_string());
        let (code, said) = checked(desk, "changed.json");
        assert_eq!((code, &said["genuine"]), (8, &json!(false)), "{field}");
    }
    for (field, value) in [
        ("entry", json!(2)),
        ("entry", json!(77)),
        ("version", json!(9)),
        ("wallet", json!(crate::support::OTHER)),
        ("reached", json!("waiting")),
        ("transaction", json!(null)),
        ("block", json!(null)),
    ] {
        let mut changed = genuine["case"].clone();
        changed["receipts"][approval][field] = value;
        let forged: Case = serde_json::from_value(changed).unwrap();
        desk.write("forged.json", &signed(&forged));
        let (code, said) = checked(desk, "forged.json");
        assert_eq!(code, 8, "{field}: {said}");
        let fault = said["faults"][0].as_str().unwrap();
        assert!(fault.starts_with("the receipt of 0x"), "{field}: {fault}");
    }
}
