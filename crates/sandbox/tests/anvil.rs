//! The development chain: what survives a restart, and which port it gets.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::TcpListener;

use serde_json::{Value, json};
use support::{again_as_nobody, connects};
use symbolon_sandbox::{Anvil, Mining, SandboxError};

const SENDER: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const RECEIVER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

async fn call(anvil: &Anvil, method: &str, params: Value) -> Value {
    let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client
        .post(anvil.url())
        .json(&question)
        .send()
        .await
        .unwrap();
    answer.json().await.unwrap()
}

async fn send(anvil: &Anvil, data: &str, gas: &str) -> Value {
    let transaction = json!([{ "from": SENDER, "to": RECEIVER, "data": data, "gas": gas }]);
    call(anvil, "eth_sendTransaction", transaction).await
}

async fn block(anvil: &Anvil, number: &str) -> Value {
    call(anvil, "eth_getBlockByNumber", json!([number, true])).await["result"].take()
}

/// Anvil answers `eth_sendTransaction` before it has mined the block.
async fn mined(anvil: &Anvil, number: &str) -> Value {
    loop {
        match block(anvil, number).await {
            Value::Null => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            block => return block,
        }
    }
}

#[tokio::test]
async fn blocks_and_calldata_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let anvil = Anvil::builder(31337)
        .folder(dir.path())
        .start()
        .await
        .unwrap();
    assert_eq!(anvil.chain_id(), 31337);
    let sent = send(&anvil, "0xdeadbeef", "0x10000").await;
    let (first, port) = (mined(&anvil, "0x1").await, anvil.port());
    assert_eq!(first["transactions"][0]["hash"], sent["result"]);
    anvil.stop().await.unwrap();

    let anvil = Anvil::builder(31337)
        .folder(dir.path())
        .start()
        .await
        .unwrap();
    assert_eq!(anvil.port(), port, "the port is kept");
    let again = block(&anvil, "0x1").await;
    assert_eq!(again["hash"], first["hash"]);
    assert_eq!(again["transactions"][0]["input"], "0xdeadbeef");
    let receipt = call(&anvil, "eth_getTransactionReceipt", json!([sent["result"]])).await;
    assert_eq!(receipt["result"]["blockHash"], first["hash"]);

    send(&anvil, "0xfeed", "0x10000").await;
    assert_eq!(
        mined(&anvil, "0x2").await["parentHash"],
        first["hash"],
        "the chain goes on"
    );
    anvil.stop().await.unwrap();
}

#[test]
fn an_ordinary_user_can_do_it_too() {
    again_as_nobody("blocks_and_calldata_survive_a_restart");
}

#[tokio::test]
async fn blocks_come_by_themselves_and_are_saved_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        let builder = Anvil::builder(31338).folder(dir.path()).save_every(1);
        builder.mining(Mining::EverySeconds(1)).start()
    };
    let anvil = start().await.unwrap();
    send(&anvil, "0xdeadbeef", "0x10000").await;
    let saved = dir.path().join("state.json");
    support::eventually("the state holds the transaction", || {
        // The file is rewritten in place, so it may be read while it is cut short.
        let text = std::fs::read_to_string(&saved).unwrap_or_default();
        text.contains("deadbeef") && serde_json::from_str::<Value>(&text).is_ok()
    });
    anvil.kill().await.unwrap();

    // A kill in the middle of a save is what `a_damaged_state_is_named` is about.
    let text = std::fs::read_to_string(&saved).unwrap();
    if serde_json::from_str::<Value>(&text).is_ok() {
        let anvil = start().await.unwrap();
        let blocks = [block(&anvil, "0x1").await, block(&anvil, "0x2").await];
        assert!(
            blocks
                .iter()
                .any(|block| block["transactions"][0]["input"] == "0xdeadbeef")
        );
        anvil.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_above_the_protocols_cap_is_refused() {
    let anvil = Anvil::builder(31337)
        .mining(Mining::OnDemand)
        .start()
        .await
        .unwrap();
    assert_eq!(
        block(&anvil, "latest").await["gasLimit"],
        format!("{:#x}", 60_000_000)
    );
    let refused = send(&anvil, "0x", "0x1000001").await;
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("gas"),
        "{refused}"
    );
    let accepted = send(&anvil, "0x", "0x1000000").await;
    assert!(accepted["result"].is_string(), "{accepted}");
    assert_eq!(block(&anvil, "latest").await["number"], "0x0");
    call(&anvil, "evm_mine", json!([])).await;
    assert_eq!(
        mined(&anvil, "0x1").await["transactions"][0]["hash"],
        accepted["result"]
    );
    anvil.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_taken_by_another_is_avoided_or_named() {
    let dir = tempfile::tempdir().unwrap();
    let anvil = Anvil::builder(31337)
        .folder(dir.path())
        .start()
        .await
        .unwrap();
    let kept = anvil.port();
    anvil.stop().await.unwrap();

    let _squatter = TcpListener::bind(("127.0.0.1", kept)).unwrap();
    let refused = Anvil::builder(31337).port(kept).start().await.unwrap_err();
    assert!(refused.to_string().contains("in use"), "{refused}");
    let anvil = Anvil::builder(31337)
        .folder(dir.path())
        .start()
        .await
        .unwrap();
    assert_ne!(anvil.port(), kept);
    anvil.stop().await.unwrap();
}

#[tokio::test]
async fn a_damaged_state_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let anvil = Anvil::builder(31337)
        .folder(dir.path())
        .start()
        .await
        .unwrap();
    let url = anvil.url().to_owned();
    anvil.stop().await.unwrap();
    assert!(!connects(&url));
    let state = dir.path().join("state.json");
    let text = std::fs::read(&state).unwrap();
    std::fs::write(&state, &text[..text.len() / 2]).unwrap();
    let refused = Anvil::builder(31337)
        .folder(dir.path())
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(refused, SandboxError::DamagedState { .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_temporary_chain_leaves_nothing_behind() {
    let anvil = Anvil::builder(31337).start().await.unwrap();
    send(&anvil, "0xdeadbeef", "0x10000").await;
    let (url, folder) = (anvil.url().to_owned(), anvil.folder().to_path_buf());
    assert!(folder.exists());
    drop(anvil);
    support::eventually("the node has ended", || !connects(&url));
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_fork_reads_from_its_origin_and_keeps_to_itself() {
    // Anvil's own accounts are rich on a fork too.
    const STRANGER: &str = "0x00000000000000000000000000000000000000ff";
    let origin = Anvil::builder(31337).start().await.unwrap();
    call(&origin, "anvil_setBalance", json!([STRANGER, "0x2a"])).await;
    call(&origin, "evm_mine", json!([])).await;
    let fork = Anvil::builder(31337)
        .mining(Mining::OnDemand)
        .start()
        .await
        .unwrap();
    fork.fork(origin.url(), 1).await.unwrap();
    let balance = json!([STRANGER, "latest"]);
    let held = call(&fork, "eth_getBalance", balance.clone()).await;
    assert_eq!(held["result"], "0x2a");
    call(&fork, "anvil_setBalance", json!([STRANGER, "0x2b"])).await;
    let held = call(&origin, "eth_getBalance", balance).await;
    assert_eq!(held["result"], "0x2a");

    origin.stop().await.unwrap();
    let refused = fork
        .fork("http://127.0.0.1:9/key-of-mine", 1)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, SandboxError::Fork { block: 1, .. }),
        "{refused}"
    );
    assert!(!refused.to_string().contains("key-of-mine"), "{refused}");
    fork.stop().await.unwrap();
}
