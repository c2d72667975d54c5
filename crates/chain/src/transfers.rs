//! What became of a token: every transfer that its logs tell of, and who holds it
//! because of them.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, U256},
    rpc::types::Filter,
    sol_types::SolEvent,
};
use symbolon_core::{transfer_rules::Transfer, wallet::WalletAddress};

use crate::{ChainError, endpoint::Endpoint, erc3643::Token, spans};

/// A token's past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Whatever was minted or transferred, in the chain's order. What was burnt is
    /// not here: nobody received it.
    pub transfers: Vec<Transfer>,
    /// Who holds any of it, and how much, in the token's smallest unit.
    pub balances: BTreeMap<WalletAddress, U256>,
}

/// A token's past from one block to another, both included. Where the first is
/// later than the token's own, balances are what came since.
pub async fn past(
    endpoint: &Endpoint,
    token: Address,
    from: u64,
    to: u64,
) -> Result<Past, ChainError> {
    let filter = Filter::new()
        .address(token)
        .event_signature(Token::Transfer::SIGNATURE_HASH);
    let mut past = Past::default();
    for log in spans::logs(endpoint, &filter, from, to).await? {
        let nonsense = |why| ChainError::Nonsense {
            method: "eth_getLogs",
            why,
        };
        let moved = Token::Transfer::decode_log(&log.inner)
            .map_err(|_| nonsense("a Transfer log that cannot be read"))?;
        let transaction = log
            .transaction_hash
            .ok_or_else(|| nonsense("a log without a transaction"))?;
        let (sender, recipient) = (
            WalletAddress::new(moved.from).ok(),
            WalletAddress::new(moved.to).ok(),
        );
        if let Some(sender) = sender {
            let held = past.balances.entry(sender).or_default();
            *held = held.saturating_sub(moved.value);
        }
        let Some(to) = recipient else { continue };
        let held = past.balances.entry(to).or_default();
        *held = held.saturating_add(moved.value);
        past.transfers.push(Transfer {
            transaction,
            from: sender,
            to,
            amount: moved.value,
        });
    }
    past.balances.retain(|_, held| !held.is_zero());
    Ok(past)
}
