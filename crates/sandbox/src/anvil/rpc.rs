//! The two questions that are asked of a node before it is handed out.

use serde_json::{Value, json};

use crate::{Result, SandboxError};

/// Makes sure that the node is the right chain.
pub(super) async fn expect_chain(url: &str, expected: u64) -> Result<()> {
    let answer = call(url, "eth_chainId", json!([])).await;
    let found = answer["result"]
        .as_str()
        .and_then(|id| id.strip_prefix("0x"));
    if found.and_then(|id| u64::from_str_radix(id, 16).ok()) == Some(expected) {
        return Ok(());
    }
    Err(SandboxError::WrongChain {
        url: url.to_owned(),
        expected,
        answer: answer.to_string(),
    })
}

/// Stops the node from logging each request, which `--quiet` would do at the price of the line
/// that names the port. A log too long is no reason to fail.
pub(super) async fn silence(url: &str) {
    call(url, "anvil_setLoggingEnabled", json!([false])).await;
}

/// Makes the node a copy of another chain. The words with which it fails may
/// quote the URL, which often carries a key.
pub(super) async fn fork(url: &str, origin: &str, block: u64) -> Result<()> {
    let forking = json!({ "jsonRpcUrl": origin, "blockNumber": block });
    let answer = call(url, "anvil_reset", json!([{ "forking": forking }])).await;
    if answer.get("result").is_some() {
        return Ok(());
    }
    let words = answer["error"]["message"].as_str().unwrap_or("no answer");
    Err(SandboxError::Fork {
        block,
        reason: words.replace(origin, "the node"),
    })
}

/// The answer, or the reason why there is none, as JSON.
async fn call(url: &str, method: &str, params: Value) -> Value {
    let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let asked = async {
        // A proxy from the environment could not reach our loopback interface.
        let client = reqwest::Client::builder().no_proxy().build()?;
        client
            .post(url)
            .json(&question)
            .send()
            .await?
            .json::<Value>()
            .await
    };
    asked
        .await
        .unwrap_or_else(|error| Value::String(error.to_string()))
}
