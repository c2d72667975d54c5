//! A chain, by the RPC URL of one node or of several that must agree.

use std::time::Duration;

use alloy::{
    consensus::BlockHeader,
    eips::{BlockId, BlockNumberOrTag},
    network::{BlockResponse, Ethereum, primitives::HeaderResponse},
    primitives::{Address, B256, Bytes, TxHash, U256, keccak256},
    providers::{Provider, RootProvider},
    rpc::{client::RpcClient, types::TransactionRequest},
    transports::{RpcError, TransportErrorKind, TransportResult},
};
use symbolon_core::{
    ids::ChainId,
    mirror::{
        fees::{Market, Wei},
        lane::Broadcast,
    },
    time::UnixSeconds,
};

use crate::{
    ChainError,
    quorum::{Nodes, Quorum, Trouble},
    receipt::MinedReceipt,
    words::{contract_refuses, outcome_of, reason_of},
};

/// How long a fork may take, which may have to ask its origin a hundred times
/// before it answers once.
const FORK_TIMEOUT: Duration = Duration::from_secs(180);

/// The newest block that a node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadBlock {
    /// Its number.
    pub number: u64,
    /// Its timestamp.
    pub at: UnixSeconds,
    /// Its base fee, per gas; `None` on chains without EIP-1559.
    pub base_fee: Option<Wei>,
}

/// A node, or several that must agree, known to be on the right chain.
#[derive(Clone, Debug)]
pub struct Endpoint {
    provider: RootProvider<Ethereum>,
    chain: ChainId,
}

impl Endpoint {
    /// Connects, and refuses a node of another chain (I12).
    pub async fn connect(url: &str, chain: ChainId) -> Result<Self, ChainError> {
        let endpoint = Self::unchecked(url, chain)?;
        endpoint.check_chain().await?;
        Ok(endpoint)
    }

    /// The same by way of several nodes, of which enough must agree.
    pub async fn join(nodes: &Nodes, chain: ChainId) -> Result<Self, ChainError> {
        let endpoint = Self::through(nodes, chain);
        endpoint.check_chain().await?;
        Ok(endpoint)
    }

    /// Connects to whatever chain answers.
    pub async fn discover(url: &str) -> Result<Self, ChainError> {
        let nodes = Nodes::one(&url.into())?;
        let found = Self::through(&nodes, ChainId(0)).found_chain().await?;
        Ok(Self::through(&nodes, found))
    }

    /// An endpoint that has not been asked for its chain yet: the caller must
    /// [`Self::check_chain`] before it believes or sends anything.
    pub fn unchecked(url: &str, chain: ChainId) -> Result<Self, ChainError> {
        Ok(Self::through(&Nodes::one(&url.into())?, chain))
    }

    /// The same by way of several nodes.
    pub fn through(nodes: &Nodes, chain: ChainId) -> Self {
        let is_local = nodes.is_local();
        let client = RpcClient::new(Quorum::new(nodes.clone(), chain), is_local);
        Self {
            provider: RootProvider::new(client),
            chain,
        }
    }

    /// A development node that copies another chain, and is slow while it does.
    pub async fn fork(url: &str, chain: ChainId) -> Result<Self, ChainError> {
        let nodes = Nodes::within(FORK_TIMEOUT, &[url.into()], None)?;
        Self::join(&nodes, chain).await
    }

    /// The chain that this endpoint is on.
    pub fn chain(&self) -> ChainId {
        self.chain
    }

    /// The provider underneath, for contract calls.
    pub fn provider(&self) -> &RootProvider<Ethereum> {
        &self.provider
    }

    /// Asks the nodes which chain they are on.
    pub async fn check_chain(&self) -> Result<(), ChainError> {
        let found = self.found_chain().await?;
        if found == self.chain {
            Ok(())
        } else {
            Err(ChainError::WrongChain {
                expected: self.chain,
                found,
            })
        }
    }

    async fn found_chain(&self) -> Result<ChainId, ChainError> {
        let id = self.provider.get_chain_id().await;
        id.map(ChainId).map_err(refused("eth_chainId"))
    }

    /// The newest block.
    pub async fn head(&self) -> Result<HeadBlock, ChainError> {
        let method = "eth_getBlockByNumber";
        let block = self
            .provider
            .get_block(BlockId::Number(BlockNumberOrTag::Latest))
            .await
            .map_err(refused(method))?
            .ok_or(ChainError::Nonsense {
                method,
                why: "there is no latest block",
            })?;
        let header = block.header();
        Ok(HeadBlock {
            number: header.number(),
            at: UnixSeconds(header.timestamp()),
            base_fee: header.base_fee_per_gas().map(|fee| Wei(fee.into())),
        })
    }

    /// The hash of the block of this number; `None` where the chain is shorter.
    pub async fn block_hash(&self, number: u64) -> Result<Option<B256>, ChainError> {
        let block = self.provider.get_block(BlockId::number(number)).await;
        let block = block.map_err(refused("eth_getBlockByNumber"))?;
        Ok(block.map(|block| block.header().hash()))
    }

    /// What a transaction costs now. Chains without a tip oracle get 1 gwei.
    pub async fn market(&self, head: HeadBlock) -> Market {
        let tip = match head.base_fee {
            Some(_) => self.provider.get_max_priority_fee_per_gas().await,
            // All of the price is the builder's.
            None => self.provider.get_gas_price().await,
        };
        Market {
            base_fee: head.base_fee.unwrap_or_default(),
            tip: Wei(tip.unwrap_or(1_000_000_000)),
        }
    }

    /// What a unit of gas costs where there is no base fee.
    pub async fn gas_price(&self) -> Result<Wei, ChainError> {
        let price = self.provider.get_gas_price().await;
        price.map(Wei).map_err(refused("eth_gasPrice"))
    }

    /// The number of the newest block that the chain calls final, if it does.
    pub async fn finalized(&self) -> Result<Option<u64>, ChainError> {
        let tag = BlockId::Number(BlockNumberOrTag::Finalized);
        let block = self.provider.get_block(tag).await;
        let block = block.map_err(refused("eth_getBlockByNumber"))?;
        Ok(block.map(|block| block.header().number()))
    }

    /// How many transactions of this account the newest block has.
    pub async fn mined_nonce(&self, account: Address) -> Result<u64, ChainError> {
        self.provider
            .get_transaction_count(account)
            .latest()
            .await
            .map_err(refused("eth_getTransactionCount"))
    }

    /// What an account holds.
    pub async fn balance(&self, account: Address) -> Result<Wei, ChainError> {
        let balance = self.provider.get_balance(account).await;
        let balance: U256 = balance.map_err(refused("eth_getBalance"))?;
        Ok(Wei(balance.saturating_to()))
    }

    /// Whether there was code at an address once this block was mined. Nodes
    /// that keep no old states cannot tell.
    pub async fn had_code(&self, address: Address, block: u64) -> Result<bool, ChainError> {
        let code = self.provider.get_code_at(address).number(block).await;
        code.map(|code| !code.is_empty())
            .map_err(refused("eth_getCode"))
    }

    /// The code at an address; empty where there is none.
    pub async fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        let code = self.provider.get_code_at(address).await;
        code.map_err(refused("eth_getCode"))
    }

    /// The receipt of a transaction, once it is mined.
    pub async fn receipt(&self, hash: TxHash) -> Result<Option<MinedReceipt>, ChainError> {
        let method = "eth_getTransactionReceipt";
        let receipt = self.provider.client().request(method, (hash,)).await;
        receipt.map_err(refused(method))
    }

    /// The result of a call at the newest block, or the words with which the
    /// contract refused it.
    pub async fn call(
        &self,
        request: TransactionRequest,
    ) -> Result<Result<Bytes, String>, ChainError> {
        match self.at_newest_block(request).await {
            Ok(output) => Ok(Ok(output)),
            Err(RpcError::ErrorResp(payload)) => Ok(Err(reason_of(&payload))),
            Err(error) => Err(refused("eth_call")(error)),
        }
    }

    /// A contract's answer, at the newest block; `None` where the contract
    /// reverts. A node that cannot tell is an error, and no answer of the
    /// contract's.
    pub async fn ask(
        &self,
        contract: Address,
        question: Bytes,
    ) -> Result<Option<Bytes>, ChainError> {
        let request = TransactionRequest::default()
            .to(contract)
            .input(question.into());
        Ok(self.judged(request).await?.ok())
    }

    /// As [`Self::call`], but what the node itself refuses or does not know is
    /// an error.
    pub(crate) async fn judged(
        &self,
        request: TransactionRequest,
    ) -> Result<Result<Bytes, String>, ChainError> {
        self.judged_at(request, BlockId::latest()).await
    }

    /// The same at this block.
    pub(crate) async fn judged_at(
        &self,
        request: TransactionRequest,
        block: BlockId,
    ) -> Result<Result<Bytes, String>, ChainError> {
        match self.provider.call(request).block(block).await {
            Ok(output) => Ok(Ok(output)),
            Err(RpcError::ErrorResp(payload)) if contract_refuses(&payload) => {
                Ok(Err(reason_of(&payload)))
            }
            Err(error) => Err(refused("eth_call")(error)),
        }
    }

    /// The client's own default is the pending block, whose transactions may
    /// never be mined.
    async fn at_newest_block(&self, request: TransactionRequest) -> TransportResult<Bytes> {
        let newest = BlockId::latest();
        self.provider.call(request).block(newest).await
    }

    /// Sends stored bytes, and says what the node made of them.
    pub async fn broadcast(&self, raw: &[u8]) -> Broadcast {
        match self.provider.send_raw_transaction(raw).await {
            Ok(_) => Broadcast::Accepted,
            Err(RpcError::ErrorResp(payload)) => {
                let outcome = outcome_of(&payload.message);
                if !matches!(outcome, Broadcast::Known) {
                    tracing::debug!(chain = %self.chain, message = %payload.message, "node refuses a transaction");
                }
                outcome
            }
            Err(error) => {
                tracing::debug!(chain = %self.chain, %error, "node unreachable");
                Broadcast::Unreachable
            }
        }
    }

    /// Sends bytes whose fate the caller will look up, by their hash. Of several
    /// nodes one may have it already from another.
    pub async fn send_raw(&self, raw: &[u8]) -> Result<B256, ChainError> {
        match self.provider.send_raw_transaction(raw).await {
            Err(RpcError::ErrorResp(payload))
                if outcome_of(&payload.message) == Broadcast::Known => {}
            Err(error) => return Err(refused("eth_sendRawTransaction")(error)),
            Ok(_) => {}
        }
        Ok(keccak256(raw))
    }
}

pub(crate) fn refused(
    method: &'static str,
) -> impl FnOnce(RpcError<TransportErrorKind>) -> ChainError {
    move |error| match &error {
        RpcError::ErrorResp(payload) if has_forgotten(&payload.message) => {
            ChainError::NoState { method }
        }
        RpcError::Transport(kind) if let Some(trouble) = Trouble::of(kind) => {
            trouble.clone().into()
        }
        _ => said(method, error),
    }
}

/// Nodes that keep the state of recent blocks alone say so in many ways.
fn has_forgotten(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "missing trie node",
        "historical state",
        "state is not available",
        "state not available",
        "archive",
        "pruned",
    ]
    .iter()
    .any(|words| message.contains(words))
}

fn said(method: &'static str, error: RpcError<TransportErrorKind>) -> ChainError {
    ChainError::Rpc {
        method,
        message: match error {
            RpcError::ErrorResp(payload) => payload.message.chars().take(300).collect(),
            // A transport error's own words may quote the URL with its key.
            RpcError::Transport(kind) => match kind.as_http_error() {
                Some(http) => format!("HTTP status {}", http.status),
                None => "no answer".to_owned(),
            },
            RpcError::DeserError { .. } => "its answer cannot be read".to_owned(),
            _ => "it could not be asked".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use alloy::rpc::json_rpc::ErrorPayload;

    use super::*;

    #[test]
    fn a_node_without_the_state_is_told_apart() {
        let answered = |message: &str| {
            refused("eth_call")(RpcError::ErrorResp(ErrorPayload {
                code: -32000,
                message: message.to_owned().into(),
                data: None,
            }))
        };
        for words in [
            "missing trie node 4a2c (path ) state 0x4a2c is not available",
            "historical state 1a is not available",
            "Archive requests require a paid plan",
        ] {
            let error = answered(words);
            assert!(matches!(error, ChainError::NoState { .. }), "{error}");
        }
        assert!(matches!(
            answered("rate limit exceeded"),
            ChainError::Rpc { .. }
        ));
    }
}
