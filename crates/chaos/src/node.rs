//! The nodes that a lane is given: each stands before the chain's real one, and
//! has its moods.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alloy_primitives::{B256, hex, keccak256};
use anyhow::{Context, Result};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle, time::sleep};

use crate::plan::Mood;

/// Longer than lanes wait between looks, and shorter than they wait for answers.
const SLOW: Duration = Duration::from_millis(700);

/// One of a lane's nodes. It ends with this value.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) url: String,
    wire: Arc<Wire>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Wire {
    real: String,
    client: reqwest::Client,
    mood: Mutex<Mood>,
    fired: Mutex<BTreeMap<&'static str, u32>>,
}

impl Node {
    /// Before the real node of this URL.
    pub(crate) async fn before(real: &str) -> Result<Self> {
        let wire = Arc::new(Wire {
            real: real.to_owned(),
            client: reqwest::Client::builder().no_proxy().build()?,
            mood: Mutex::new(Mood::Well),
            fired: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let routes = Router::new()
            .route("/", post(answer))
            .with_state(Arc::clone(&wire));
        let serving = tokio::spawn(async move {
            // It ends when it is aborted.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, wire, serving })
    }

    /// Behaves so from now on.
    pub(crate) fn be(&self, mood: Mood) {
        *self
            .wire
            .mood
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// How many questions each mood has spoilt.
    pub(crate) fn fired(&self) -> BTreeMap<&'static str, u32> {
        let fired = &self.wire.fired;
        fired.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Wire {
    async fn pass(&self, asked: &Value) -> Result<Value> {
        let answer = self.client.post(&self.real).json(asked).send().await?;
        answer.json().await.context("the real node's answer")
    }

    fn count(&self, mood: Mood) {
        let mut fired = self.fired.lock().unwrap_or_else(PoisonError::into_inner);
        *fired.entry(mood.name()).or_default() += 1;
    }
}

async fn answer(State(wire): State<Arc<Wire>>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mood = *wire.mood.lock().unwrap_or_else(PoisonError::into_inner);
    let method = asked["method"].as_str().unwrap_or_default();
    match (mood, method) {
        (Mood::Slow, _) => {
            wire.count(mood);
            sleep(SLOW).await;
        }
        (Mood::Dead, _) => {
            wire.count(mood);
            return broken();
        }
        (Mood::Failing, _) => {
            wire.count(mood);
            let error = json!({"code": -32603, "message": "internal error"});
            let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "error": error});
            return shown(&answer);
        }
        (Mood::Swallowing, "eth_sendRawTransaction") => {
            wire.count(mood);
            let raw = asked["params"][0]
                .as_str()
                .and_then(|raw| hex::decode(raw).ok());
            return shown(&result(&asked, json!(keccak256(raw.unwrap_or_default()))));
        }
        (Mood::Unheard, "eth_sendRawTransaction") => {
            wire.count(mood);
            return match wire.pass(&asked).await {
                Ok(_) | Err(_) => broken(),
            };
        }
        (Mood::Blind, "eth_getTransactionReceipt") => {
            wire.count(mood);
            return shown(&result(&asked, Value::Null));
        }
        (Mood::Lying, "eth_getTransactionReceipt") => {
            wire.count(mood);
            return shown(&result(&asked, made_up_receipt(&asked["params"][0])));
        }
        (Mood::Lying, "eth_getTransactionCount") => {
            wire.count(mood);
            return shown(&result(&asked, json!("0xffff")));
        }
        _ => {}
    }
    match wire.pass(&asked).await {
        Ok(answer) => shown(&answer),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn result(asked: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": asked["id"], "result": result})
}

fn shown(answer: &Value) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, answer.to_string()).into_response()
}

/// The connection ends in the middle of the answer.
fn broken() -> Response {
    let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let cut = futures::stream::once(async move { Err::<Bytes, _>(cut) });
    ([(header::CONTENT_LENGTH, "1000")], Body::from_stream(cut)).into_response()
}

/// Mined long ago, with success, and nothing written.
fn made_up_receipt(hash: &Value) -> Value {
    json!({
        "transactionHash": hash, "transactionIndex": "0x0", "blockHash": B256::repeat_byte(7),
        "blockNumber": "0x1", "from": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "to": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "cumulativeGasUsed": "0x5208",
        "gasUsed": "0x5208", "effectiveGasPrice": "0x1", "contractAddress": null, "logs": [],
        "logsBloom": format!("0x{}", "0".repeat(512)), "type": "0x2", "status": "0x1",
    })
}
