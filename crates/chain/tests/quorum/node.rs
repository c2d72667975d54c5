//! Nodes that say what a test has them say.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use symbolon_chain::{endpoint::Endpoint, quorum::Nodes};
use symbolon_core::ids::ChainId;

/// The chain of all honest nodes.
pub(crate) const CHAIN: ChainId = ChainId(77);

/// How a node behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Answering,
    /// Accepts connections, and never answers.
    Hanging,
    /// With HTTP status 500.
    Broken,
    /// With HTTP status 429, and so many seconds to wait.
    Limiting(u64),
}

/// What a node says.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(crate) mood: Mood,
    pub(crate) chain: u64,
    pub(crate) head: u64,
    /// Which of the blocks of one height it has.
    pub(crate) fork: u8,
    pub(crate) nonce: u64,
    pub(crate) tip: u64,
    pub(crate) receipt: Value,
    /// Its logs, one of each of these blocks.
    pub(crate) logs: Vec<u64>,
    /// Blocks whose logs it gives at once, at most.
    pub(crate) most_blocks: u64,
    /// Its words when it is asked for more.
    pub(crate) too_many: &'static str,
    /// Why it takes no transaction.
    pub(crate) refuses: Option<&'static str>,
    pub(crate) asked: Vec<String>,
}

impl Default for Play {
    fn default() -> Self {
        Self {
            mood: Mood::Answering,
            chain: CHAIN.0,
            head: 10,
            fork: 0,
            nonce: 3,
            tip: 100,
            receipt: receipt(8, 1),
            logs: vec![2, 5, 5, 9],
            most_blocks: u64::MAX,
            too_many: "query returned more than 10000 results",
            refuses: None,
            asked: Vec::new(),
        }
    }
}

/// A node, for as long as the test runs.
pub(crate) struct FakeNode {
    pub(crate) url: String,
    play: Arc<Mutex<Play>>,
}

impl FakeNode {
    pub(crate) async fn start(play: Play) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://user:secret@{}/key", listener.local_addr().unwrap());
        let play = Arc::new(Mutex::new(play));
        let router = Router::new()
            .route("/key", post(answer))
            .with_state(Arc::clone(&play));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, play }
    }

    /// Has it say something else from now on.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Play)) {
        change(&mut self.play.lock().unwrap());
    }

    /// How often it was asked this.
    pub(crate) fn asked(&self, method: &str) -> usize {
        let asked = &self.play.lock().unwrap().asked;
        asked.iter().filter(|each| *each == method).count()
    }
}

/// Nodes that say all this, in their order.
pub(crate) async fn start(plays: impl IntoIterator<Item = Play>) -> Vec<FakeNode> {
    let mut nodes = Vec::new();
    for play in plays {
        nodes.push(FakeNode::start(play).await);
    }
    nodes
}

/// A chain by way of these nodes, of which most must agree.
pub(crate) fn through(nodes: &[FakeNode]) -> Endpoint {
    let urls: Vec<_> = nodes.iter().map(|node| node.url.clone().into()).collect();
    Endpoint::through(&Nodes::new(&urls, None).unwrap(), CHAIN)
}

async fn answer(State(play): State<Arc<Mutex<Play>>>, Json(request): Json<Value>) -> Response {
    let method = request["method"].as_str().unwrap().to_owned();
    let play = {
        let mut play = play.lock().unwrap();
        play.asked.push(method.clone());
        play.clone()
    };
    match play.mood {
        Mood::Answering => {}
        Mood::Hanging => std::future::pending().await,
        Mood::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Limiting(seconds) => {
            let wait = [("retry-after", seconds.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, wait).into_response();
        }
    }
    let said = match play.said(&method, &request["params"]) {
        Ok(result) => json!({"jsonrpc": "2.0", "id": request["id"], "result": result}),
        Err(words) => {
            let error = json!({"code": -32000, "message": words});
            json!({"jsonrpc": "2.0", "id": request["id"], "error": error})
        }
    };
    Json(said).into_response()
}

impl Play {
    fn said(&self, method: &str, params: &Value) -> Result<Value, &'static str> {
        Ok(match method {
            "eth_chainId" => hex(self.chain),
            "eth_getBlockByNumber" => match params[0].as_str().unwrap() {
                "latest" => self.block(self.head),
                "finalized" => self.block(self.head - 5),
                number if quantity(number) <= self.head => self.block(quantity(number)),
                _ => Value::Null,
            },
            "eth_getTransactionCount" => {
                let at = quantity(params[1].as_str().expect("a number"));
                if at > self.head {
                    return Err("header not found");
                }
                hex(self.nonce)
            }
            "eth_getTransactionReceipt" => self.receipt.clone(),
            "eth_maxPriorityFeePerGas" => hex(self.tip),
            "eth_getLogs" => {
                let bound = |name: &str| quantity(params[0][name].as_str().unwrap());
                let blocks = bound("fromBlock")..=bound("toBlock");
                if blocks.end() - blocks.start() + 1 > self.most_blocks {
                    return Err(self.too_many);
                }
                let logs = self.logs.iter().enumerate();
                logs.filter(|(_, block)| blocks.contains(block))
                    .map(|(index, block)| log(*block, index as u64))
                    .collect()
            }
            "eth_sendRawTransaction" => match self.refuses {
                Some(words) => return Err(words),
                None => json!(format!("0x{}", "ee".repeat(32))),
            },
            _ => return Err("the method does not exist"),
        })
    }

    fn block(&self, number: u64) -> Value {
        let zeros = |bytes: usize| format!("0x{}", "00".repeat(bytes));
        json!({
            "number": hex(number),
            "hash": format!("0x{:02x}{number:062x}", self.fork),
            "parentHash": zeros(32),
            "timestamp": hex(1_000 + number),
            "baseFeePerGas": "0x7",
            "sha3Uncles": zeros(32), "miner": zeros(20), "stateRoot": zeros(32),
            "transactionsRoot": zeros(32), "receiptsRoot": zeros(32),
            "logsBloom": zeros(256), "difficulty": "0x0", "gasLimit": "0x1",
            "gasUsed": "0x0", "extraData": "0x", "mixHash": zeros(32),
            "nonce": zeros(8), "uncles": [], "transactions": [],
        })
    }
}

/// A receipt from this block with so many logs.
pub(crate) fn receipt(block: u64, logs: usize) -> Value {
    let log = json!({"address": format!("0x{}", "aa".repeat(20)), "topics": [], "data": "0x01"});
    json!({
        "blockNumber": hex(block),
        "status": "0x1",
        "gasUsed": "0x5",
        "logs": vec![log; logs],
    })
}

fn log(block: u64, index: u64) -> Value {
    json!({
        "address": format!("0x{}", "aa".repeat(20)),
        "topics": [],
        "data": "0x",
        "blockNumber": hex(block),
        "logIndex": hex(index),
        "transactionHash": format!("0x{:064x}", block),
        "blockHash": format!("0x{block:064x}"),
        "transactionIndex": "0x0",
        "removed": false,
    })
}

fn hex(number: u64) -> Value {
    json!(format!("{number:#x}"))
}

fn quantity(text: &str) -> u64 {
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

/// What must not take as long as a node that hangs is waited for.
pub(crate) async fn promptly<T>(work: impl Future<Output = T>) -> T {
    let soon = tokio::time::timeout(Duration::from_secs(5), work);
    soon.await.expect("it waits for a node that hangs")
}
