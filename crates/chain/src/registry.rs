//! What a registry held in a block.

use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use futures::{StreamExt, TryStreamExt, stream};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::{
    ids::AuthorityIndex,
    mirror::{
        batch::{AuthorityRestriction, RestrictionNumber},
        record::WalletRecord,
    },
    verdict::RestrictedAuthorities,
    wallet::WalletAddress,
};

use crate::{ChainError, endpoint::Endpoint};

/// Calls made at the same time.
const AT_ONCE: usize = 8;
/// Words asked for in one call.
const WORDS_A_CALL: usize = 1_000;

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
