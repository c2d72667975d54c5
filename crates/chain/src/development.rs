//! A development node, on which one may act for anybody: it asks for no key,
//! and what was done can be taken back. Nothing that happens on it reaches a
//! real chain.

use std::time::Duration;

use alloy::rpc::json_rpc::RpcRecv;
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use serde_json::{Value, json};

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
    receipt::MinedReceipt,
};

/// What a transaction may use; below the cap that EIP-7825 sets.
const GAS: u64 = 16_000_000;
/// More than any transaction costs, in wei.
const PURSE: U256 = U256::from_limbs([0, 1 << 16, 0, 0]);
/// How long a block may take that was asked for.
const PATIENCE: Duration = Duration::from_secs(180);

/// A moment that the node can go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(U256);

/// A node that lets anybody act for anybody.
#[derive(Clone, Debug)]
pub struct DevelopmentNode {
    endpoint: Endpoint,
}

impl DevelopmentNode {
    /// Takes an endpoint for what the caller knows it to be.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// The node, for reading.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// A transaction from anybody, contracts included, in a block of its own.
    /// Without `to` it makes a contract. What a contract refuses is not sent,
    /// and its words are the answer.
    pub async fn act(
        &self,
        from: Address,
        to: Option<Address>,
        input: Bytes,
    ) -> Result<Result<MinedReceipt, String>, ChainError> {
        let request = TransactionRequest {
            from: Some(from),
            to: Some(to.into()),
            input: input.into(),
            gas: Some(GAS),
            ..TransactionRequest::default()
        };
        self.request::<Value>("anvil_setBalance", json!([from, PURSE]))
            .await?;
        if let Err(reason) = self.endpoint.judged(request.clone()).await? {
            return Ok(Err(reason));
        }
        self.request::<Value>("anvil_impersonateAccount", json!([from]))
            .await?;
        let hash: B256 = self
            .request("eth_sendTransaction", json!([request]))
            .await?;
        self.request::<Value>("evm_mine", json!([])).await?;
        let receipt = self.mined(hash).await?;
        if receipt.succeeded() {
            Ok(Ok(receipt))
        } else {
            Ok(Err("refused in its block, though not before".to_owned()))
        }
    }

    /// Remembers this moment.
    pub async fn now(&self) -> Result<Moment, ChainError> {
        self.request("evm_snapshot", json!([])).await.map(Moment)
    }

    /// Goes back to a moment, which is used up thereby.
    pub async fn back_to(&self, moment: Moment) -> Result<(), ChainError> {
        let method = "evm_revert";
        if self.request(method, json!([moment.0])).await? {
            return Ok(());
        }
        Err(ChainError::Nonsense {
            method,
            why: "it knows nothing of a moment that it was to remember",
        })
    }

    /// A node that makes blocks by itself may need a moment more.
    async fn mined(&self, hash: B256) -> Result<MinedReceipt, ChainError> {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(receipt) = self.endpoint.receipt(hash).await? {
                return Ok(receipt);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(ChainError::NotMined {
            what: "on the development node",
            seconds: PATIENCE.as_secs(),
        })
    }

    async fn request<T: RpcRecv>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, ChainError> {
        let answer = self.endpoint.provider().raw_request(method.into(), params);
        answer.await.map_err(refused(method))
    }
}
