//! What mirrors have written to a registry, read back from the chain: the
//! calldata of their transactions, with the heads of the log that they notarise.

use alloy::{
    consensus::Transaction,
    eips::BlockId,
    primitives::{Address, B256, Bytes},
    providers::Provider,
    rpc::types::{Filter, TransactionRequest},
    sol_types::{SolCall, SolEvent},
};
use futures::{StreamExt, TryStreamExt, stream};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::{
    ids::AuthorityIndex,
    mirror::{
        batch::{AuthorityRestriction, Batch, RestrictionNumber},
        fees::Gas,
        record::WalletRecord,
    },
    verdict::RestrictedAuthorities,
    wallet::WalletAddress,
};

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
    lane::read_calldata,
    spans,
};

/// Transactions or words asked for at the same time.
const AT_ONCE: usize = 8;
/// Words asked for in one call.
const WORDS_A_CALL: usize = 1_000;

/// A mirror's transaction as it stands in a block. Those that reverted left
/// no trace and are not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorTransaction {
    /// Its block.
    pub block: u64,
    /// Its hash.
    pub hash: B256,
    /// The head of the register's log that it carries (I9).
    pub head: B256,
    /// What it wrote; `None` for a call that is no batch.
    pub batch: Option<Batch>,
    /// What it used.
    pub gas_used: Gas,
}

/// Every transaction by which a mirror wrote to this registry, from one block
/// to another, both included, in the chain's order.
pub async fn mirror_transactions(
    endpoint: &Endpoint,
    registry: Address,
    from: u64,
    to: u64,
) -> Result<Vec<MirrorTransaction>, ChainError> {
    let filter = Filter::new()
        .address(registry)
        .event_signature(IdentityRegistry::RegisterHead::SIGNATURE_HASH);
    let logs = spans::logs(endpoint, &filter, from, to).await?;
    stream::iter(logs)
        .map(|log| async move {
            let nonsense = |why| ChainError::Nonsense {
                method: "eth_getLogs",
                why,
            };
            let notarised = IdentityRegistry::RegisterHead::decode_log(&log.inner)
                .map_err(|_| nonsense("a RegisterHead log that cannot be read"))?;
            let (Some(hash), Some(block)) = (log.transaction_hash, log.block_number) else {
                return Err(nonsense("a log without a transaction"));
            };
            let transaction = endpoint
                .provider()
                .get_transaction_by_hash(hash)
                .await
                .map_err(refused("eth_getTransactionByHash"))?
                .ok_or_else(|| nonsense("a log of a transaction that the node does not have"))?;
            let receipt = endpoint
                .receipt(hash)
                .await?
                .ok_or_else(|| nonsense("a log without a receipt"))?;
            Ok(MirrorTransaction {
                block,
                hash,
                head: notarised.head,
                batch: read_calldata(transaction.input()).map(|(_, batch)| batch),
                gas_used: receipt.gas_used(),
            })
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// The registry's words for these wallets, at the newest block, in their order.
pub async fn records(
    endpoint: &Endpoint,
    registry: Address,
    wallets: &[WalletAddress],
) -> Result<Vec<WalletRecord>, ChainError> {
    words(endpoint, registry, wallets, BlockId::latest()).await
}

/// The same as they stood in one block, for any number of wallets: several calls
/// at the same time, each for as many as a node answers fastest.
pub async fn records_at(
    endpoint: &Endpoint,
    registry: Address,
    wallets: &[WalletAddress],
    block: u64,
) -> Result<Vec<WalletRecord>, ChainError> {
    let block = BlockId::number(block);
    let calls: Vec<_> = wallets
        .chunks(WORDS_A_CALL)
        .map(|few| words(endpoint, registry, few, block))
        .collect();
    let mut calls = stream::iter(calls).buffered(AT_ONCE);
    let mut found = Vec::with_capacity(wallets.len());
    while let Some(words) = calls.try_next().await? {
        found.extend(words);
    }
    Ok(found)
}

async fn words(
    endpoint: &Endpoint,
    registry: Address,
    wallets: &[WalletAddress],
    block: BlockId,
) -> Result<Vec<WalletRecord>, ChainError> {
    let nonsense = ChainError::Nonsense {
        method: "eth_call",
        why: "the registry does not say what it holds",
    };
    let call = IdentityRegistry::recordsOfCall {
        wallets: wallets.iter().map(|wallet| wallet.address()).collect(),
    };
    let request = TransactionRequest::default()
        .to(registry)
        .input(Bytes::from(call.abi_encode()).into());
    let Ok(output) = endpoint.judged_at(request, block).await? else {
        return Err(nonsense);
    };
    match IdentityRegistry::recordsOfCall::abi_decode_returns(&output) {
        Ok(words) if words.len() == wallets.len() => {
            Ok(words.into_iter().map(WalletRecord).collect())
        }
        _ => Err(nonsense),
    }
}

/// Those of these authorities that the registry calls restricted, at the
/// newest block.
pub async fn restricted_authorities(
    endpoint: &Endpoint,
    registry: Address,
    authorities: impl IntoIterator<Item = AuthorityIndex>,
) -> Result<RestrictedAuthorities, ChainError> {
    let newest = BlockId::latest();
    let found = restricted(endpoint, registry, authorities, newest).await?;
    Ok(found.into_iter().collect())
}

/// The restrictions of those of these authorities that the registry called
/// restricted in one block.
pub async fn restrictions_at(
    endpoint: &Endpoint,
    registry: Address,
    authorities: impl IntoIterator<Item = AuthorityIndex>,
    block: u64,
) -> Result<Vec<AuthorityRestriction>, ChainError> {
    let block = BlockId::number(block);
    let mut found = Vec::new();
    for authority in restricted(endpoint, registry, authorities, block).await? {
        let call = IdentityRegistry::restrictionOfCall {
            authority: authority.0,
        };
        let number = ask(endpoint, registry, &call, block).await?;
        found.push(AuthorityRestriction {
            number: RestrictionNumber(number),
            ..AuthorityRestriction::cut_off(authority)
        });
    }
    Ok(found)
}

async fn restricted(
    endpoint: &Endpoint,
    registry: Address,
    authorities: impl IntoIterator<Item = AuthorityIndex>,
    block: BlockId,
) -> Result<Vec<AuthorityIndex>, ChainError> {
    let mut restricted = Vec::new();
    for authority in authorities {
        let call = IdentityRegistry::isAuthorityRestrictedCall {
            authority: authority.0,
        };
        if ask(endpoint, registry, &call, block).await? {
            restricted.push(authority);
        }
    }
    Ok(restricted)
}

async fn ask<C: SolCall>(
    endpoint: &Endpoint,
    registry: Address,
    call: &C,
    block: BlockId,
) -> Result<C::Return, ChainError> {
    let nonsense = || ChainError::Nonsense {
        method: "eth_call",
        why: "the registry does not say who is restricted",
    };
    let request = TransactionRequest::default()
        .to(registry)
        .input(Bytes::from(call.abi_encode()).into());
    let Ok(output) = endpoint.judged_at(request, block).await? else {
        return Err(nonsense());
    };
    C::abi_decode_returns(&output).map_err(|_| nonsense())
}
