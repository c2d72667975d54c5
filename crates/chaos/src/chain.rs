//! A chain of a run: its real node makes blocks by the plan's clock, and is
//! reorganised.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy_primitives::{B256, hex};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::{mirror::record::WalletRecord, wallet::WalletAddress};
use symbolon_testkit::chain::TestChain;
use tokio::{sync::Mutex, task::JoinHandle, time::sleep};

use crate::{
    node::Node,
    plan::{ChainPlan, DEEPEST},
};

/// A chain, its registry, and the nodes that the lane is given.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) plan: ChainPlan,
    pub(crate) real: Arc<TestChain>,
    pub(crate) nodes: Vec<Node>,
    rpc: Arc<Rpc>,
    /// Nobody mines while blocks are replaced.
    mining: Arc<Mutex<()>>,
    miner: JoinHandle<()>,
}

impl Chain {
    pub(crate) async fn start(id: u64, plan: ChainPlan) -> Result<Self> {
        let real = Arc::new(TestChain::start(id).await);
        let rpc = Arc::new(Rpc::new(real.url())?);
        // No reorganisation reaches the registry's own deployment.
        rpc.ask("anvil_mine", json!([DEEPEST + 6])).await?;
        if !plan.automatic {
            rpc.ask("evm_setAutomine", json!([false])).await?;
        }
        let mut nodes = Vec::new();
        for _ in 0..plan.nodes {
            nodes.push(Node::before(real.url()).await?);
        }
        let mining = Arc::new(Mutex::new(()));
        let miner = tokio::spawn(mine(Arc::clone(&rpc), Arc::clone(&mining), plan.block_ms));
        Ok(Self {
            plan,
            real,
            nodes,
            rpc,
            mining,
            miner,
        })
    }

    /// Replaces so many of the newest blocks by empty ones. Returns how many
    /// transactions were undone thereby.
    ///
    /// Anvil settles on the block to go back to when it is asked, and goes back to it
    /// whatever was mined since: where each transaction makes a block, 61 blocks were
    /// seen to become 148, past what is final. So none does meanwhile.
    pub(crate) async fn reorganise(&self, depth: u64) -> Result<u64> {
        let _nobody = self.mining.lock().await;
        if self.plan.automatic {
            self.rpc.ask("evm_setAutomine", json!([false])).await?;
        }
        let before = self.mirror_nonce().await?;
        self.rpc.ask("anvil_reorg", json!([depth, []])).await?;
        if self.plan.automatic {
            self.rpc.ask("evm_setAutomine", json!([true])).await?;
        }
        let after = self.mirror_nonce().await?;
        Ok(before.saturating_sub(after))
    }

    /// What the node has of a transaction.
    pub(crate) async fn known(&self, hash: B256) -> Result<Value> {
        let hash = json!([hash]);
        let found = self.rpc.ask("eth_getTransactionByHash", hash.clone());
        let mut found = found.await?;
        let mut receipt = self.rpc.ask("eth_getTransactionReceipt", hash).await?;
        Ok(json!({
            "known": !found.is_null(),
            "block": found["blockNumber"].take(),
            "receipt": receipt["blockNumber"].take(),
        }))
    }

    pub(crate) async fn mirror_nonce(&self) -> Result<u64> {
        let mirror = symbolon_testkit::chain::mirror().address();
        let nonce = self
            .rpc
            .ask("eth_getTransactionCount", json!([mirror, "latest"]));
        number(&nonce.await?)
    }

    /// The registry's words for these wallets, in the newest block that is
    /// final, and in the newest of all. Nobody mines meanwhile: while blocks are
    /// replaced, Anvil answers for older blocks with what newer ones left.
    pub(crate) async fn words(
        &self,
        wallets: &[WalletAddress],
    ) -> Result<BTreeMap<WalletAddress, (WalletRecord, WalletRecord)>> {
        let _nobody = self.mining.lock().await;
        let head = self.head().await?;
        let last = (head + 1).saturating_sub(u64::from(self.plan.confirmations));
        let fixed = self.words_in(wallets, json!(format!("{last:#x}"))).await?;
        let newest = self.words_in(wallets, json!("latest")).await?;
        let pairs = fixed.into_iter().zip(newest);
        Ok(wallets.iter().copied().zip(pairs).collect())
    }

    /// Its newest block.
    pub(crate) async fn head(&self) -> Result<u64> {
        number(&self.rpc.ask("eth_blockNumber", json!([])).await?)
    }

    async fn words_in(&self, wallets: &[WalletAddress], block: Value) -> Result<Vec<WalletRecord>> {
        let call = IdentityRegistry::recordsOfCall {
            wallets: wallets.iter().map(|wallet| wallet.address()).collect(),
        };
        let data = hex::encode_prefixed(call.abi_encode());
        let call = json!({"to": self.real.registry, "input": data});
        let answer = self.rpc.ask("eth_call", json!([call, block])).await?;
        let bytes = hex::decode(answer.as_str().context("no bytes")?)?;
        let words = IdentityRegistry::recordsOfCall::abi_decode_returns(&bytes)?;
        Ok(words.into_iter().map(WalletRecord).collect())
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        self.miner.abort();
    }
}

async fn mine(rpc: Arc<Rpc>, mining: Arc<Mutex<()>>, block_ms: u64) {
    loop {
        sleep(Duration::from_millis(block_ms)).await;
        let _mine = mining.lock().await;
        // A busy node makes its block a little later.
        let _ = rpc.ask("evm_mine", json!([])).await;
    }
}

/// The real node, asked for anything.
#[derive(Debug)]
struct Rpc {
    url: String,
    client: reqwest::Client,
}

impl Rpc {
    fn new(url: &str) -> Result<Self> {
        Ok(Self {
            url: url.to_owned(),
            client: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    async fn ask(&self, method: &str, params: Value) -> Result<Value> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.client.post(&self.url).json(&body).send().await?;
        let mut answer: Value = answer.json().await?;
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => Err(anyhow!("{method}: {error}")),
        }
    }
}

fn number(hex: &Value) -> Result<u64> {
    let text = hex.as_str().context("no number")?;
    Ok(u64::from_str_radix(text.trim_start_matches("0x"), 16)?)
}
