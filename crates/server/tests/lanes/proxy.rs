//! A node between a lane and its chain: it remembers the transactions that
//! pass, and swallows some, as a node does that forgets what it accepted. Of logs
//! it gives as much as it is told to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use alloy_primitives::{Bytes, hex, keccak256};
use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use symbolon_testkit::chain::TestChain;
use tokio::net::TcpListener;

/// Such a node; it ends with the test's runtime.
pub(crate) struct Proxy {
    pub(crate) url: String,
    wire: Arc<Wire>,
}

struct Wire {
    node: String,
    client: reqwest::Client,
    to_swallow: AtomicUsize,
    sent: Mutex<Vec<Bytes>>,
    logs: Mutex<Logs>,
}

/// What a node gives of its logs.
#[derive(Clone, Copy)]
pub(crate) struct Logs {
    /// Of so many blocks at a time.
    pub(crate) blocks: u64,
    /// Up to this block.
    pub(crate) through: u64,
}

impl Logs {
    const ALL: Self = Self {
        blocks: u64::MAX,
        through: u64::MAX,
    };

    fn include(self, filter: &Value) -> bool {
        let block = |key: &str| {
            let number = filter[key].as_str().unwrap();
            u64::from_str_radix(number.trim_start_matches("0x"), 16).unwrap()
        };
        let (from, to) = (block("fromBlock"), block("toBlock"));
        to - from < self.blocks && to <= self.through
    }
}

impl Proxy {
    /// Before this chain's own node.
    pub(crate) async fn before(chain: &TestChain) -> Self {
        let wire = Arc::new(Wire {
            node: chain.url().to_owned(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            to_swallow: AtomicUsize::new(0),
            sent: Mutex::default(),
            logs: Mutex::new(Logs::ALL),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/", post(pass))
            .with_state(Arc::clone(&wire));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, wire }
    }

    /// Says yes to the next transactions, and forgets them.
    pub(crate) fn swallow(&self, transactions: usize) {
        self.wire.to_swallow.store(transactions, Ordering::SeqCst);
    }

    /// Gives only these logs from now on.
    pub(crate) fn give(&self, logs: Logs) {
        *self.wire.logs.lock().unwrap() = logs;
    }

    /// The bytes of every transaction that the lane has sent, swallowed or not.
    pub(crate) fn sent(&self) -> Vec<Bytes> {
        self.wire.sent.lock().unwrap().clone()
    }
}

async fn pass(State(wire): State<Arc<Wire>>, Json(asked): Json<Value>) -> Json<Value> {
    if asked["method"] == "eth_sendRawTransaction" {
        let raw = Bytes::from(hex::decode(asked["params"][0].as_str().unwrap()).unwrap());
        let hash = keccak256(&raw);
        wire.sent.lock().unwrap().push(raw);
        let left = wire.to_swallow.load(Ordering::SeqCst);
        if left > 0 {
            wire.to_swallow.store(left - 1, Ordering::SeqCst);
            return Json(json!({"jsonrpc": "2.0", "id": asked["id"], "result": hash}));
        }
    }
    let given = *wire.logs.lock().unwrap();
    if asked["method"] == "eth_getLogs" && !given.include(&asked["params"][0]) {
        let error = json!({"code": -32005, "message": "more logs than this node gives"});
        return Json(json!({"jsonrpc": "2.0", "id": asked["id"], "error": error}));
    }
    let answer = wire
        .client
        .post(&wire.node)
        .json(&asked)
        .send()
        .await
        .unwrap();
    Json(answer.json().await.unwrap())
}
