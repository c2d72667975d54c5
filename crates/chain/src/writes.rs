//! Who wrote what to a registry, by its own logs: mirrors, whose transactions
//! carry a head of a register's log (I9), and agents, whose do not.

use alloy::{
    network::TransactionResponse,
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::wallet::WalletAddress;

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
    spans::{self, Span},
};

/// A transaction that wrote to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its hash.
    pub transaction: B256,
    /// Its block.
    pub block: u64,
    /// The head of a register's log that it carries, if a mirror sent it.
    pub head: Option<B256>,
    /// The wallets whose records it changed.
    pub wallets: Vec<WalletAddress>,
}

/// Writes in the first blocks of a range, and how far they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writes {
    /// In the chain's order.
    pub found: Vec<Write>,
    /// Up to this block, included.
    pub through: u64,
}

/// Every write to this registry, from one block on, and to this one at most: as
/// many blocks as the node is asked for at a time.
pub async fn writes(
    endpoint: &Endpoint,
    registry: Address,
    from: u64,
    to: u64,
    span: &mut Span,
) -> Result<Writes, ChainError> {
    let filter = Filter::new().address(registry).event_signature(vec![
        IdentityRegistry::WalletRecorded::SIGNATURE_HASH,
        IdentityRegistry::RegisterHead::SIGNATURE_HASH,
    ]);
    let (logs, through) = spans::next(endpoint, &filter, from, to, span).await?;
    let mut found: Vec<Write> = Vec::new();
    for log in logs {
        let (transaction, block) = place_of(&log)?;
        let write = match found.last_mut() {
            Some(last) if last.transaction == transaction => last,
            _ => found.push_mut(Write {
                transaction,
                block,
                head: None,
                wallets: Vec::new(),
            }),
        };
        if let Ok(carried) = IdentityRegistry::RegisterHead::decode_log(&log.inner) {
            write.head = Some(carried.head);
        }
        if let Ok(recorded) = IdentityRegistry::WalletRecorded::decode_log(&log.inner) {
            let wallet = WalletAddress::new(recorded.wallet);
            write
                .wallets
                .push(wallet.map_err(|_| nonsense("a record of the zero address"))?);
        }
    }
    Ok(Writes { found, through })
}

/// Who sent a transaction that the chain has.
pub async fn sender(endpoint: &Endpoint, transaction: B256) -> Result<Address, ChainError> {
    let method = "eth_getTransactionByHash";
    let found = endpoint.provider().get_transaction_by_hash(transaction);
    let found = found.await.map_err(refused(method))?;
    let found = found.ok_or(ChainError::Nonsense {
        method,
        why: "a log of a transaction that the node does not have",
    })?;
    Ok(found.from())
}

fn place_of(log: &Log) -> Result<(B256, u64), ChainError> {
    match (log.transaction_hash, log.block_number) {
        (Some(transaction), Some(block)) => Ok((transaction, block)),
        _ => Err(nonsense("a log without a transaction")),
    }
}

fn nonsense(why: &'static str) -> ChainError {
    ChainError::Nonsense {
        method: "eth_getLogs",
        why,
    }
}
