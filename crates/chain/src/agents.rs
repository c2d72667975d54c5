//! What a token's agents did to a registry: recoveries, read from the chain.
//!
//! An ERC-3643 token that recovers an investor's tokens registers the new
//! wallet, moves the balance and removes the lost wallet, all in one
//! transaction, and says so by `RecoverySuccess`. Anybody can write a log of
//! that name: it counts only from a contract that is the registry's agent, and
//! only where the registry's own logs of the same transaction bear it out.

use alloy::{
    primitives::{Address, B256, Bytes},
    rpc::types::Filter,
    sol_types::{SolCall, SolEvent, sol},
};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::{mirror::record::WalletRecord, wallet::WalletAddress};

use crate::{
    ChainError,
    endpoint::Endpoint,
    receipt::MinedReceipt,
    spans::{self, Span},
};

sol! {
    #![sol(alloy_sol_types = alloy::sol_types)]

    /// ERC-3643, `IToken`.
    event RecoverySuccess(
        address indexed _lostWallet,
        address indexed _newWallet,
        address indexed _investorOnchainID
    );
}

/// A token moved an investor from a wallet whose key is lost to a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The block.
    pub block: u64,
    /// The transaction.
    pub transaction: B256,
    /// The token, which is the registry's agent.
    pub token: Address,
    /// The wallet whose key is lost.
    pub lost: WalletAddress,
    /// The wallet in its place.
    pub new: WalletAddress,
    /// What the registry held of both afterwards.
    pub records: Vec<(WalletAddress, WalletRecord)>,
}

/// Recoveries in the first blocks of a range, and how far they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recoveries {
    /// Every recovery by the registry's agents, in the chain's order.
    pub found: Vec<Recovery>,
    /// Up to this block, included.
    pub through: u64,
}

/// Every recovery by the registry's agents, from one block on, and to this one
/// at most: as many blocks as the node is asked for at a time.
pub async fn recoveries(
    endpoint: &Endpoint,
    registry: Address,
    from: u64,
    to: u64,
    span: &mut Span,
) -> Result<Recoveries, ChainError> {
    let (removals, through) = removals(endpoint, registry, from, to, span).await?;
    let mut found = Vec::new();
    for (block, transaction) in removals {
        let receipt = endpoint.receipt(transaction).await?;
        let receipt = receipt.ok_or(ChainError::Nonsense {
            method: "eth_getTransactionReceipt",
            why: "a log without a receipt",
        })?;
        for (token, said) in said(&receipt) {
            let Some((lost, new, records)) = borne_out(&receipt, registry, &said) else {
                continue;
            };
            if is_agent(endpoint, registry, token).await? {
                found.push(Recovery {
                    block,
                    transaction,
                    token,
                    lost,
                    new,
                    records,
                });
            }
        }
    }
    Ok(Recoveries { found, through })
}

/// The transactions that removed a wallet, and how far they were read: a
/// recovery is one of them, and hardly anything else is.
async fn removals(
    endpoint: &Endpoint,
    registry: Address,
    from: u64,
    to: u64,
    span: &mut Span,
) -> Result<(Vec<(u64, B256)>, u64), ChainError> {
    let filter = Filter::new()
        .address(registry)
        .event_signature(IdentityRegistry::IdentityRemoved::SIGNATURE_HASH);
    let mut found: Vec<(u64, B256)> = Vec::new();
    let (logs, through) = spans::next(endpoint, &filter, from, to, span).await?;
    for log in logs {
        let (Some(block), Some(hash)) = (log.block_number, log.transaction_hash) else {
            return Err(ChainError::Nonsense {
                method: "eth_getLogs",
                why: "a log without a transaction",
            });
        };
        if found.last() != Some(&(block, hash)) {
            found.push((block, hash));
        }
    }
    Ok((found, through))
}

/// What contracts say of recoveries, be it true or not.
fn said(receipt: &MinedReceipt) -> Vec<(Address, RecoverySuccess)> {
    receipt
        .logs
        .iter()
        .filter_map(|log| {
            let topics = log.topics.iter().copied();
            let said = RecoverySuccess::decode_raw_log(topics, &log.data).ok()?;
            Some((log.address, said))
        })
        .collect()
}

/// The lost wallet, the new one, and what the registry held of both.
type BorneOut = (
    WalletAddress,
    WalletAddress,
    Vec<(WalletAddress, WalletRecord)>,
);

/// Whether the registry registered the one and removed the other in this
/// transaction, and what it held of both then.
fn borne_out(
    receipt: &MinedReceipt,
    registry: Address,
    said: &RecoverySuccess,
) -> Option<BorneOut> {
    let lost = WalletAddress::new(said._lostWallet).ok()?;
    let new = WalletAddress::new(said._newWallet).ok()?;
    let (mut registered, mut removed) = (false, false);
    let mut records = Vec::new();
    for log in receipt.logs.iter().filter(|log| log.address == registry) {
        let topics = || log.topics.iter().copied();
        if let Ok(log) = IdentityRegistry::IdentityRegistered::decode_raw_log(topics(), &log.data) {
            registered |= log.investorAddress == new.address();
        }
        if let Ok(log) = IdentityRegistry::IdentityRemoved::decode_raw_log(topics(), &log.data) {
            removed |= log.investorAddress == lost.address();
        }
        if let Ok(log) = IdentityRegistry::WalletRecorded::decode_raw_log(topics(), &log.data)
            && let Ok(wallet) = WalletAddress::new(log.wallet)
            && [lost, new].contains(&wallet)
        {
            records.push((wallet, WalletRecord(log.record)));
        }
    }
    (lost != new && registered && removed).then_some((lost, new, records))
}

async fn is_agent(
    endpoint: &Endpoint,
    registry: Address,
    agent: Address,
) -> Result<bool, ChainError> {
    let call = IdentityRegistry::isAgentCall { agent };
    let question = Bytes::from(call.abi_encode());
    let Some(output) = endpoint.ask(registry, question).await? else {
        return Ok(false);
    };
    Ok(IdentityRegistry::isAgentCall::abi_decode_returns(&output).unwrap_or(false))
}
