//! Who holds a token, or is known to a registry, as far as recent logs tell.

use alloy::{
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
    transports::{RpcError, TransportErrorKind},
};

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
    erc3643::{Agents, Registry, Token},
};

/// Blocks asked for in one request, while the node allows it.
const STEP: u64 = 10_000;
/// Nodes that refuse even so few have other reasons.
const LEAST_STEP: u64 = 10;
/// Where nodes allow few blocks at once, what was found after so many requests
/// must do.
const MOST_REQUESTS: usize = 200;

/// How far back logs are read, and how many addresses are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The newest block that counts.
    pub head: u64,
    /// How many blocks to look back from there.
    pub blocks: u64,
    /// Where to stop.
    pub enough: usize,
}

/// Those to whom the token last moved, newest first. Whether they still hold
/// it is for the caller to ask.
pub async fn receivers(
    endpoint: &Endpoint,
    token: Address,
    reach: Reach,
) -> Result<Vec<Address>, ChainError> {
    named(endpoint, token, Token::Transfer::SIGNATURE_HASH, 2, reach).await
}

/// Those whom a registry last registered, newest first.
pub async fn registered(
    endpoint: &Endpoint,
    registry: Address,
    reach: Reach,
) -> Result<Vec<Address>, ChainError> {
    let event = Registry::IdentityRegistered::SIGNATURE_HASH;
    named(endpoint, registry, event, 1, reach).await
}

/// Those whom a contract last made its agents, newest first.
pub async fn appointed(
    endpoint: &Endpoint,
    contract: Address,
    reach: Reach,
) -> Result<Vec<Address>, ChainError> {
    let event = Agents::AgentAdded::SIGNATURE_HASH;
    named(endpoint, contract, event, 1, reach).await
}

/// The addresses in one topic of a contract's logs, newest first, each once.
async fn named(
    endpoint: &Endpoint,
    contract: Address,
    event: B256,
    topic: usize,
    reach: Reach,
) -> Result<Vec<Address>, ChainError> {
    let oldest = reach.head.saturating_sub(reach.blocks.saturating_sub(1));
    let (mut found, mut to, mut step) = (Vec::new(), reach.head, STEP);
    for _ in 0..MOST_REQUESTS {
        let from = to.saturating_sub(step - 1).max(oldest);
        let filter = Filter::new()
            .address(contract)
            .event_signature(event)
            .from_block(from)
            .to_block(to);
        let logs: Vec<Log> = match endpoint.provider().get_logs(&filter).await {
            Ok(logs) => logs,
            // Too many blocks or logs for this node: every one has its own limit.
            Err(error) if step > LEAST_STEP && is_an_answer(&error) => {
                step = (step / 10).max(LEAST_STEP);
                continue;
            }
            Err(error) => return Err(refused("eth_getLogs")(error)),
        };
        for log in logs.iter().rev() {
            let Some(topic) = log.topics().get(topic) else {
                continue;
            };
            let address = Address::from_word(*topic);
            if !address.is_zero() && !found.contains(&address) {
                found.push(address);
            }
            if found.len() >= reach.enough {
                return Ok(found);
            }
        }
        if from <= oldest {
            break;
        }
        to = from - 1;
    }
    Ok(found)
}

/// Whether the node refused, rather than was not there.
fn is_an_answer(error: &RpcError<TransportErrorKind>) -> bool {
    matches!(
        error,
        RpcError::ErrorResp(_) | RpcError::Transport(TransportErrorKind::HttpError(_))
    )
}
