//! `GET /v1/wallets/{address}` at 64 connections, against a bare axum route
//! that runs one primary-key select.

use std::net::SocketAddr;

use alloy::primitives::Address;
use anyhow::Result;
use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use sqlx::{PgPool, Row as _};
use symbolon_core::{
    command::{Command, Verdict},
    investor::{Accreditation, InvestorKind, Level},
    wallet::ChainScope,
};
use symbolon_server::{AppState, Clock, ServerConfig, fresh_investor, serve_state};
use symbolon_store::{Request, Subject};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    customers::wallet,
    load,
    pairs::{self, quantile},
    row::Row,
    stage::{Database, Register, actor, chain, now, source},
};

const WALLETS: usize = 2_000;
const CONNECTIONS: usize = 64;
const REQUESTS_EACH: usize = 150;
const ROUNDS: usize = 10;

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let database = Database::start().await?;
    let chains = [
        chain(1, Address::repeat_byte(1)),
        chain(2, Address::repeat_byte(2)),
    ];
    let register = database.register("lookup", &chains).await?;
    fill(&register).await?;
    let key = register.key().await?;
    let shutdown = CancellationToken::new();
    let (ours, serving) = serve_ours(&register, &shutdown).await?;
    let (bare, floor_serving) = serve_bare(&register).await?;
    let ask = |path: &str, n: usize| {
        let address = wallet("lookup", n)?;
        let request = format!(
            "GET {path}{address} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\r\n"
        );
        Ok::<_, anyhow::Error>(request.into_bytes())
    };
    let asked_ours = (0..WALLETS)
        .map(|n| ask("/v1/wallets/", n))
        .collect::<Result<Vec<_>>>()?;
    let asked_bare = (0..WALLETS)
        .map(|n| ask("/", n))
        .collect::<Result<Vec<_>>>()?;
    // Once for nothing, so that caches and pools are warm.
    load::run(ours, asked_ours.clone(), CONNECTIONS, 20).await?;
    load::run(bare, asked_bare.clone(), CONNECTIONS, 20).await?;
    let (mut rounds, mut tails) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let floor = load::run(bare, asked_bare.clone(), CONNECTIONS, REQUESTS_EACH).await?;
        let load = load::run(ours, asked_ours.clone(), CONNECTIONS, REQUESTS_EACH).await?;
        rounds.push((load.rate, floor.rate));
        tails.push((
            quantile(load.times_ms, 0.99),
            quantile(floor.times_ms, 0.99),
        ));
    }
    shutdown.cancel();
    floor_serving.abort();
    serving.await??;
    register.store.close().await;
    database.stop().await?;
    let (rates, tails) = (pairs::of(&rounds), pairs::of(&tails));
    let name = "GET /v1/wallets/{address}, 64 connections";
    Ok(vec![
        Row::share(
            name,
            rates.ours,
            "requests/s",
            rates.floor,
            rates.ratio,
            0.8,
        ),
        Row::plain("the same, 99th percentile", tails.ours, "ms").above(tails.floor),
    ])
}

async fn serve_ours(
    register: &Register,
    shutdown: &CancellationToken,
) -> Result<(SocketAddr, JoinHandle<Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let config = ServerConfig::default();
    let state = AppState::new(
        register.store.clone(),
        Clock::system(),
        config,
        shutdown.clone(),
    );
    Ok((address, tokio::spawn(serve_state(state, listener))))
}

/// One route, one select, one small answer.
async fn serve_bare(register: &Register) -> Result<(SocketAddr, JoinHandle<std::io::Result<()>>)> {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(24)
        .connect(&register.url)
        .await?;
    let issuer: i64 = sqlx::query_scalar("SELECT issuer FROM issuer")
        .fetch_one(&pool)
        .await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/{address}", get(bare))
        .with_state((pool, issuer));
    Ok((
        address,
        tokio::spawn(async move { axum::serve(listener, router).await }),
    ))
}

async fn bare(
    State((pool, issuer)): State<(PgPool, i64)>,
    Path(address): Path<Address>,
) -> Json<serde_json::Value> {
    let row = sqlx::query("SELECT version FROM wallet WHERE issuer = $1 AND address = $2")
        .bind(issuer)
        .bind(address.as_slice())
        .fetch_one(&pool)
        .await;
    let version: Option<i32> = row.ok().and_then(|row| row.try_get("version").ok());
    Json(serde_json::json!({"address": address, "version": version}))
}

async fn fill(register: &Register) -> Result<()> {
    for page in 0..WALLETS / 500 {
        let requests = (0..500)
            .map(|n| {
                let n = page * 500 + n;
                let (wallet, new) = (wallet("lookup", n)?, fresh_investor());
                Ok(Request {
                    subject: Subject::Row {
                        new,
                        wallet,
                        external_id: None,
                    },
                    command: Command::Admit {
                        kind: InvestorKind::NaturalPerson,
                        external_id: None,
                        wallet,
                        chains: ChainScope::All,
                        verdict: Verdict {
                            level: Level::Basic,
                            country: "DE".parse()?,
                            accreditation: Accreditation::None,
                            accreditation_ends: None,
                            us_person: false,
                            person: Default::default(),
                            expiry: None,
                            source: source(),
                        },
                    },
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut transaction = register.store.begin(&register.issuer).await?;
        transaction.decide(requests, &actor(), now()).await?;
        transaction.commit().await?;
    }
    Ok(())
}
