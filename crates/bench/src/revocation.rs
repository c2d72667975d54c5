//! From a revocation's HTTP request to the bytes' arrival at the node, while
//! 100,000 approvals are queued for the chain, and the same issuer imports more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use alloy::{
    consensus::{Transaction, TxEnvelope},
    eips::eip2718::Decodable2718,
    providers::Provider,
};
use anyhow::{Context, Result, ensure};
use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use symbolon_chain::{calldata::read_calldata, preset::FinalityTag, quorum::Nodes};
use symbolon_core::{
    mirror::{batch::Batch, fees::Wei},
    wallet::WalletAddress,
};
use symbolon_sandbox::{Anvil, Mining};
use symbolon_server::{
    AppState, Clock, ServerConfig,
    jobs::{self, LaneSettings, LeaseTerms, lane},
    serve_state,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    customers::{customers, file, wallet},
    mirror::Node,
    pairs::{median, quantile},
    row::Row,
    stage::{Database, chain},
};

const ROWS: usize = 100_000;
/// Approvals that wait from the beginning.
const QUEUED: usize = 100_000;
/// What a block takes, as on the chains that issuers use: three of the lane's
/// batches, so that the queue outlasts the measurement.
const BLOCK_GAS: u64 = 30_000_000;
/// Imports of so many rows, one after another, so that there are samples enough.
const IMPORTS: usize = 3;
const SUSPECTS: usize = 1_000;
const BETWEEN: Duration = Duration::from_millis(100);

/// When each wallet's denial reached the node.
type Arrivals = Arc<Mutex<HashMap<WalletAddress, Instant>>>;

/// Stands before the node and notes what arrives.
#[derive(Clone)]
struct Gate {
    node: String,
    client: reqwest::Client,
    arrivals: Arrivals,
}

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let database = Database::start().await?;
    let anvil = Anvil::builder(31_337)
        .mining(Mining::EverySeconds(1))
        .start()
        .await?;
    let node = Node::prepare(anvil).await?;
    let register = database
        .register("revocation", &[chain(31_337, node.registry)])
        .await?;
    let (gate, arrivals) = gate(node.anvil.url()).await?;
    let shutdown = CancellationToken::new();
    let config = ServerConfig::default();
    let state = AppState::new(
        register.store.clone(),
        Clock::system(),
        config,
        shutdown.clone(),
    );
    let wake = state.wake.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = format!("http://{}", listener.local_addr()?);
    let settings = LaneSettings {
        issuer: register.issuer.clone(),
        registry: node.endpoint.chain().into(),
        nodes: Nodes::one(&gate.into())?,
        finality: FinalityTag::None,
        signer: node.mirror.clone(),
        claim_signer: None,
        policy: lane::default_policy(1, Wei(500_000_000_000)),
        lease: LeaseTerms::of_this_process(Duration::from_secs(5)),
    };
    let mut running = jobs::spawn(
        &register.store,
        vec![settings],
        &Clock::system(),
        &wake,
        &shutdown,
    );
    let serving = tokio::spawn(serve_state(state, listener));

    register
        .import(file(&customers("suspects", SUSPECTS)?)?, &wake)
        .await?;
    register.until_mirrored().await?;
    let provider = node.endpoint.provider();
    let limit = (format!("{BLOCK_GAS:#x}"),);
    let _: serde_json::Value = provider
        .raw_request("evm_setBlockGasLimit".into(), limit)
        .await?;
    let queue = customers("queue", QUEUED)?;
    register.import(file(&queue)?, &wake).await?;
    let key = register.key().await?;
    let importing = tokio::spawn({
        let (register, wake) = (register.clone(), wake.clone());
        async move {
            for n in 0..IMPORTS {
                let crowd = customers(&format!("crowd {n}"), ROWS)?;
                register.import(file(&crowd)?, &wake).await?;
            }
            Ok::<_, anyhow::Error>(())
        }
    });
    let client = reqwest::Client::new();
    let mut sent = Vec::new();
    while !importing.is_finished() && sent.len() < SUSPECTS {
        let suspect = wallet("suspects", sent.len())?;
        let body = serde_json::json!({"entries": [{"wallet": suspect, "reason": "sanctions"}]});
        let begun = Instant::now();
        let request = client
            .post(format!("{server}/v1/revocations/batch"))
            .bearer_auth(&key);
        let answer = request.json(&body).send().await?;
        ensure!(
            answer.status().is_success(),
            "the server answered {}",
            answer.status()
        );
        sent.push((suspect, begun));
        tokio::time::sleep(BETWEEN.saturating_sub(begun.elapsed())).await;
    }
    importing.await??;
    let waits = waits(&sent, &arrivals).await?;
    let owed = register.store.chain_statistics(&register.issuer).await?;
    let queued = owed.iter().map(|owed| owed.approvals).min().unwrap_or(0);
    ensure!(
        queued >= QUEUED as u64,
        "only {queued} approvals were queued in the end"
    );
    shutdown.cancel();
    while running.join_next().await.is_some() {}
    serving.await??;
    register.store.close().await;
    node.anvil.stop().await?;
    database.stop().await?;
    let name = "revocation: request to node, 100,000 approvals queued and an import running, 99th percentile";
    Ok(vec![
        Row::at_most(name, quantile(waits.clone(), 0.99), "ms", 250.0),
        Row::plain("the same, median", median(waits.clone()), "ms"),
        Row::plain("the same, revocations measured", waits.len() as f64, ""),
    ])
}

async fn waits(sent: &[(WalletAddress, Instant)], arrivals: &Arrivals) -> Result<Vec<f64>> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found: Vec<f64> = {
            let arrivals = arrivals
                .lock()
                .map_err(|_| anyhow::anyhow!("the gate broke"))?;
            sent.iter()
                .filter_map(|(wallet, begun)| {
                    let arrived = arrivals.get(wallet)?;
                    Some(arrived.saturating_duration_since(*begun).as_secs_f64() * 1000.0)
                })
                .collect()
        };
        if found.len() == sent.len() {
            return Ok(found);
        }
        ensure!(
            Instant::now() < deadline,
            "{} of {} denials arrived",
            found.len(),
            sent.len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn gate(node: &str) -> Result<(String, Arrivals)> {
    let arrivals = Arrivals::default();
    let gate = Gate {
        node: node.to_owned(),
        client: reqwest::Client::new(),
        arrivals: arrivals.clone(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let limit = axum::extract::DefaultBodyLimit::disable();
    let router = Router::new()
        .route("/", post(pass))
        .layer(limit)
        .with_state(gate);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((url, arrivals))
}

async fn pass(State(gate): State<Gate>, body: Bytes) -> Result<Bytes, StatusCode> {
    let arrived = Instant::now();
    note(&gate.arrivals, &body, arrived);
    let request = gate
        .client
        .post(&gate.node)
        .header("content-type", "application/json");
    let answer = request
        .body(body)
        .send()
        .await
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    answer.bytes().await.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// Notes the wallets of a denial.
fn note(arrivals: &Arrivals, body: &[u8], arrived: Instant) {
    let Some(denied) = denied(body).ok().flatten() else {
        return;
    };
    if let Ok(mut arrivals) = arrivals.lock() {
        for wallet in denied {
            arrivals.entry(wallet).or_insert(arrived);
        }
    }
}

fn denied(body: &[u8]) -> Result<Option<Vec<WalletAddress>>> {
    let request: serde_json::Value = serde_json::from_slice(body)?;
    if request["method"] != "eth_sendRawTransaction" {
        return Ok(None);
    }
    let raw = alloy::hex::decode(request["params"][0].as_str().context("raw bytes")?)?;
    let transaction = TxEnvelope::decode_2718(&mut raw.as_slice())?;
    Ok(match read_calldata(transaction.input()) {
        Some((_, Batch::Deny(entries))) => {
            Some(entries.into_iter().map(|entry| entry.wallet).collect())
        }
        _ => None,
    })
}
