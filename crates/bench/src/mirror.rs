//! Mirroring 10,000 wallets to one Anvil chain, against a bare sender of the
//! same signed transactions.

use std::time::{Duration, Instant};

use alloy::primitives::{Address, B256};
use anyhow::{Result, ensure};
use secrecy::SecretString;
use symbolon_chain::{
    deploy, endpoint::Endpoint, preset::FinalityTag, quorum::Nodes, signer::LaneSigner,
};
use symbolon_core::{
    ids::ChainId,
    mirror::{fees::Wei, lane::Broadcast},
};
use symbolon_sandbox::Anvil;
use symbolon_server::{
    Clock, Wake,
    jobs::{LaneSettings, LeaseTerms, lane},
};
use tokio_util::sync::CancellationToken;

use crate::{
    customers::{customers, file},
    pairs,
    row::Row,
    stage::{Database, Register, chain},
};

const WALLETS: usize = 10_000;
const ROUNDS: usize = 3;
pub(crate) const CHAIN: ChainId = ChainId(31_337);

/// Anvil's first two development keys, which everybody knows.
const OWNER_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(crate) const MIRROR_KEY: &str =
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// A chain with a registry that the mirror may write to.
pub(crate) struct Node {
    pub(crate) anvil: Anvil,
    pub(crate) endpoint: Endpoint,
    pub(crate) registry: Address,
    pub(crate) mirror: LaneSigner,
}

impl Node {
    /// Puts the registry on a chain that has just been started.
    pub(crate) async fn prepare(anvil: Anvil) -> Result<Self> {
        let endpoint = Endpoint::connect(anvil.url(), ChainId(anvil.chain_id())).await?;
        let owner = LaneSigner::from_hex(&SecretString::from(OWNER_KEY))?;
        let mirror = LaneSigner::from_hex(&SecretString::from(MIRROR_KEY))?;
        let code = deploy::registry_code(owner.address());
        let registry = deploy::deploy(&endpoint, &owner, &code, B256::ZERO)
            .await?
            .address;
        deploy::appoint_mirror(&endpoint, &owner, registry, mirror.address()).await?;
        Ok(Self {
            anvil,
            endpoint,
            registry,
            mirror,
        })
    }
}

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let database = Database::start().await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let node = Node::prepare(Anvil::builder(CHAIN.0).start().await?).await?;
        let register = database
            .register("mirror", &[chain(CHAIN.0, node.registry)])
            .await?;
        let file = file(&customers("mirror", WALLETS)?)?;
        register.import(file, &Wake::new()).await?;
        let ours = mirrored(&register, &node).await?;
        let signed = signed_bytes(&register).await?;
        register.store.close().await;
        node.anvil.stop().await?;
        let bare = Node::prepare(Anvil::builder(CHAIN.0).start().await?).await?;
        let floor = sent(&bare, &signed).await?;
        bare.anvil.stop().await?;
        rounds.push((ours, floor));
    }
    database.stop().await?;
    let pairs = pairs::of(&rounds);
    let name = "mirroring 10,000 wallets to one Anvil chain";
    Ok(vec![Row::share(
        name,
        pairs.ours,
        "wallets/s",
        pairs.floor,
        pairs.ratio,
        0.8,
    )])
}

/// Wallets a second, from a full outbox to confirmed records.
async fn mirrored(register: &Register, node: &Node) -> Result<f64> {
    let settings = LaneSettings {
        issuer: register.issuer.clone(),
        registry: CHAIN.into(),
        nodes: Nodes::one(&node.anvil.url().into())?,
        finality: FinalityTag::None,
        signer: node.mirror.clone(),
        claim_signer: None,
        policy: lane::default_policy(1, Wei(500_000_000_000)),
        lease: LeaseTerms::of_this_process(Duration::from_secs(5)),
    };
    let shutdown = CancellationToken::new();
    let begun = Instant::now();
    let (store, clock) = (register.store.clone(), Clock::system());
    let running = tokio::spawn(lane::run(
        store,
        settings,
        clock,
        Wake::new(),
        shutdown.clone(),
    ));
    until_recorded(register).await?;
    let rate = WALLETS as f64 / begun.elapsed().as_secs_f64();
    shutdown.cancel();
    running.await?;
    Ok(rate)
}

/// Waits until the register knows of every wallet that the chain has it.
/// Counting what is owed takes longer, and would be measured too.
async fn until_recorded(register: &Register) -> Result<()> {
    let pool = sqlx::PgPool::connect(&register.url).await?;
    loop {
        let mined: i64 = sqlx::query_scalar(
            "SELECT coalesce(sum(wallets), 0) FROM lane_transaction WHERE outcome = 'mined'",
        )
        .fetch_one(&pool)
        .await?;
        if mined >= WALLETS as i64 {
            pool.close().await;
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn signed_bytes(register: &Register) -> Result<Vec<Vec<u8>>> {
    let pool = sqlx::PgPool::connect(&register.url).await?;
    let rows: Vec<(Vec<u8>,)> =
        sqlx::query_as("SELECT raw FROM lane_transaction WHERE outcome = 'mined' ORDER BY nonce")
            .fetch_all(&pool)
            .await?;
    pool.close().await;
    Ok(rows.into_iter().map(|(raw,)| raw).collect())
}

/// Wallets a second, by sending stored bytes one after another until the last
/// one's receipt is there.
async fn sent(node: &Node, signed: &[Vec<u8>]) -> Result<f64> {
    let begun = Instant::now();
    for raw in signed {
        let outcome = node.endpoint.broadcast(raw).await;
        ensure!(
            outcome == Broadcast::Accepted,
            "the node answered {outcome:?}"
        );
    }
    while node.endpoint.mined_nonce(node.mirror.address()).await? < signed.len() as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(WALLETS as f64 / begun.elapsed().as_secs_f64())
}
