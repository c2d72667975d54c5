//! Holding 100,000 wallets on one Anvil chain against the register, against bare
//! reads of the same words by the same calls.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use symbolon_chain::{
    finality::Finality, preset::FinalityTag, quorum::Nodes, registry::records_at,
};
use symbolon_core::{mirror::fees::Wei, wallet::WalletAddress};
use symbolon_sandbox::Anvil;
use symbolon_server::{
    Clock, Wake,
    jobs::{
        LaneSettings, LeaseTerms,
        follower::{Reader, Spans},
        lane,
    },
};
use tokio_util::sync::CancellationToken;

use crate::{
    customers::{customers, file, wallet},
    mirror::{CHAIN, Node},
    pairs,
    row::Row,
    stage::{Database, Register, chain},
};

const WALLETS: usize = 100_000;
const ROUNDS: usize = 5;
const NAME: &str = "reconcile";

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let database = Database::start().await?;
    let node = Node::prepare(Anvil::builder(CHAIN.0).start().await?).await?;
    let register = database
        .register(NAME, &[chain(CHAIN.0, node.registry)])
        .await?;
    let file = file(&customers(NAME, WALLETS)?)?;
    register.import(file, &Wake::new()).await?;
    mirror(&register, &node).await?;
    let wallets = (0..WALLETS)
        .map(|n| wallet(NAME, n))
        .collect::<Result<Vec<_>>>()?;
    // The logs are read once; the scans of every day read those that came since, from
    // tables that have come to rest.
    reconciled(&register, &node).await?;
    register.vacuum().await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let floor = read(&node, &wallets).await?;
        rounds.push((reconciled(&register, &node).await?, floor));
    }
    register.store.close().await;
    node.anvil.stop().await?;
    database.stop().await?;
    let pairs = pairs::of(&rounds);
    Ok(vec![Row::share(
        "reconciling 100,000 wallets on one Anvil chain",
        pairs.ours,
        "wallets/s",
        pairs.floor,
        pairs.ratio,
        0.5,
    )])
}

/// Until the chain holds everybody, and the register knows.
async fn mirror(register: &Register, node: &Node) -> Result<()> {
    let settings = LaneSettings {
        issuer: register.issuer.clone(),
        registry: CHAIN.into(),
        nodes: Nodes::one(&node.anvil.url().to_owned().into())?,
        finality: FinalityTag::None,
        signer: node.mirror.clone(),
        claim_signer: None,
        policy: lane::default_policy(1, Wei(500_000_000_000)),
        lease: LeaseTerms::of_this_process(Duration::from_secs(5)),
    };
    let shutdown = CancellationToken::new();
    let (store, clock) = (register.store.clone(), Clock::system());
    let running = tokio::spawn(lane::run(
        store,
        settings,
        clock,
        Wake::new(),
        shutdown.clone(),
    ));
    register.until_mirrored().await?;
    shutdown.cancel();
    running.await?;
    Ok(())
}

/// Wallets a second, by nothing but calls.
async fn read(node: &Node, wallets: &[WalletAddress]) -> Result<f64> {
    let head = node.endpoint.head().await?.number;
    let begun = Instant::now();
    let words = records_at(&node.endpoint, node.registry, wallets, head).await?;
    let rate = WALLETS as f64 / begun.elapsed().as_secs_f64();
    ensure!(words.iter().all(|word| word.is_approved()), "not mirrored");
    Ok(rate)
}

/// Wallets a second, by a scan: the logs, every wallet, and the notes of how far
/// it has come.
async fn reconciled(register: &Register, node: &Node) -> Result<f64> {
    let (store, issuer) = (&register.store, &register.issuer);
    let known = store.chain(issuer, CHAIN).await?;
    let (clock, wake) = (Clock::system(), Wake::new());
    let (endpoint, finality) = (node.endpoint.clone(), Finality::by_depth(1));
    let reader = Reader::new(store, issuer, &known, endpoint, finality, &clock, &wake);
    let mut spans = Spans::default();
    reader.catch_up(&mut spans).await?;
    let begun = Instant::now();
    reader.begin_scan(false).await?;
    while reader.reconcile(&mut spans).await?.under_way {}
    let rate = WALLETS as f64 / begun.elapsed().as_secs_f64();
    let scan = store.scan(issuer, CHAIN.into()).await?;
    let found = scan.context("there was no scan")?.findings;
    ensure!(
        found.compared == WALLETS as u64 && found.repaired() + found.disputed == 0,
        "found {found:?}"
    );
    Ok(rate)
}
