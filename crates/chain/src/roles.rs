//! Who may do what on a registry: its owner, its mirrors, its agents.
//!
//! What stands is read from the contract's own functions; its logs only say
//! whom to ask about. Nothing here guesses: a node that does not answer is an
//! error, never a "no" (I12).

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, Bytes},
    providers::Provider,
    rpc::types::{Filter, TransactionRequest},
    sol_types::{SolCall, SolEvent},
};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::mirror::rules::AgentTerm;

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
};

/// Blocks asked for at a time, at first; nodes bound it, each in its own way.
const SPAN: u64 = 100_000;
/// A node that refuses even this many is broken.
const LEAST_SPAN: u64 = 100;

/// A term that means for good.
const UNLIMITED: u64 = (1 << 40) - 1;

/// Who may do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// For whom it was deployed; `None` where the node's logs do not go back so
    /// far, so that others may be missing too.
    pub first_owner: Option<Address>,
    /// Who appoints the others.
    pub owner: Address,
    /// To whom the ownership is offered, if to anybody.
    pub pending_owner: Option<Address>,
    /// The register's lanes, by address.
    pub mirrors: Vec<Address>,
    /// ERC-3643's agents, by address.
    pub agents: Vec<Address>,
    /// For how long an agent's write counts.
    pub agent_term: AgentTerm,
}

/// Everybody who has a role on a registry that stands since this block, or one
/// before it.
pub async fn roles(
    endpoint: &Endpoint,
    registry: Address,
    deployed_block: u64,
) -> Result<Roles, ChainError> {
    let (owner, pending_owner) = ownership(endpoint, registry).await?;
    let term = ask(endpoint, registry, IdentityRegistry::agentTermCall {}).await?;
    let term: u64 = term.to();
    let mut candidates = Candidates::default();
    let head = endpoint.head().await?.number;
    candidates
        .read(endpoint, registry, deployed_block, head)
        .await?;
    if let (None, Some(before)) = (candidates.first_owner, deployed_block.checked_sub(1)) {
        // It was deployed earlier than the caller believes: nobody may be missed.
        candidates.read(endpoint, registry, 0, before).await?;
    }
    let (mut mirrors, mut agents) = (Vec::new(), Vec::new());
    for account in candidates.mirrors {
        if is_mirror(endpoint, registry, account).await? {
            mirrors.push(account);
        }
    }
    for account in candidates.agents {
        let call = IdentityRegistry::isAgentCall { agent: account };
        if ask(endpoint, registry, call).await? {
            agents.push(account);
        }
    }
    Ok(Roles {
        first_owner: candidates.first_owner,
        owner,
        pending_owner,
        mirrors,
        agents,
        agent_term: if term == UNLIMITED {
            AgentTerm::Unlimited
        } else {
            AgentTerm::Seconds(term)
        },
    })
}

/// The registry's owner, and to whom the ownership is offered.
pub async fn ownership(
    endpoint: &Endpoint,
    registry: Address,
) -> Result<(Address, Option<Address>), ChainError> {
    let owner = ask(endpoint, registry, IdentityRegistry::ownerCall {}).await?;
    let pending = ask(endpoint, registry, IdentityRegistry::pendingOwnerCall {}).await?;
    Ok((owner, Some(pending).filter(|pending| !pending.is_zero())))
}

/// Whether the registry takes writes from this account.
pub async fn is_mirror(
    endpoint: &Endpoint,
    registry: Address,
    account: Address,
) -> Result<bool, ChainError> {
    let call = IdentityRegistry::isMirrorCall { mirror: account };
    ask(endpoint, registry, call).await
}

/// The owner's call that appoints a mirror.
pub fn add_mirror(mirror: Address) -> Bytes {
    IdentityRegistry::addMirrorCall { mirror }
        .abi_encode()
        .into()
}

/// The owner's call that removes a mirror.
pub fn remove_mirror(mirror: Address) -> Bytes {
    IdentityRegistry::removeMirrorCall { mirror }
        .abi_encode()
        .into()
}

/// The owner's call that offers the ownership; to the zero address, withdraws
/// the offer.
pub fn transfer_ownership(to: Address) -> Bytes {
    IdentityRegistry::transferOwnershipCall { newOwner: to }
        .abi_encode()
        .into()
}

/// The call by which the one to whom it is offered takes the ownership.
pub fn accept_ownership() -> Bytes {
    IdentityRegistry::acceptOwnershipCall {}.abi_encode().into()
}

pub(crate) async fn ask<C: SolCall>(
    endpoint: &Endpoint,
    registry: Address,
    call: C,
) -> Result<C::Return, ChainError> {
    let nonsense = ChainError::Nonsense {
        method: "eth_call",
        why: "the registry does not say who may do what",
    };
    let request = TransactionRequest::default()
        .to(registry)
        .input(Bytes::from(call.abi_encode()).into());
    let Ok(output) = endpoint.call(request).await? else {
        return Err(nonsense);
    };
    C::abi_decode_returns(&output).map_err(|_| nonsense)
}

/// Everybody who was ever given a role.
#[derive(Default)]
struct Candidates {
    first_owner: Option<Address>,
    mirrors: BTreeSet<Address>,
    agents: BTreeSet<Address>,
}

impl Candidates {
    async fn read(
        &mut self,
        endpoint: &Endpoint,
        registry: Address,
        mut from: u64,
        newest: u64,
    ) -> Result<(), ChainError> {
        let mut span = SPAN;
        while from <= newest {
            let to = from.saturating_add(span - 1).min(newest);
            match self.read_blocks(endpoint, registry, from, to).await {
                Ok(()) => from = to + 1,
                Err(ChainError::Rpc { .. }) if span > LEAST_SPAN => {
                    span = (span / 4).max(LEAST_SPAN);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read_blocks(
        &mut self,
        endpoint: &Endpoint,
        registry: Address,
        from: u64,
        to: u64,
    ) -> Result<(), ChainError> {
        let mirror = IdentityRegistry::MirrorAdded::SIGNATURE_HASH;
        let agent = IdentityRegistry::AgentAdded::SIGNATURE_HASH;
        let owner = IdentityRegistry::OwnershipTransferred::SIGNATURE_HASH;
        let filter = Filter::new()
            .address(registry)
            .event_signature(vec![mirror, agent, owner])
            .from_block(from)
            .to_block(to);
        let logs = endpoint
            .provider()
            .get_logs(&filter)
            .await
            .map_err(refused("eth_getLogs"))?;
        for log in logs {
            match log.topics() {
                [event, account] if *event == mirror => {
                    self.mirrors.insert(Address::from_word(*account));
                }
                [event, account] if *event == agent => {
                    self.agents.insert(Address::from_word(*account));
                }
                [event, before, after] if *event == owner => {
                    if before.is_zero() {
                        self.first_owner = Some(Address::from_word(*after));
                    }
                }
                _ => {
                    return Err(ChainError::Nonsense {
                        method: "eth_getLogs",
                        why: "a log of another kind than was asked for",
                    });
                }
            }
        }
        Ok(())
    }
}
