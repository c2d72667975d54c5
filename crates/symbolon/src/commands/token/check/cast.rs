//! Who plays which part on the fork. Wherever the chain has real holders and
//! agents, they do; the rest is made up there.

mod holder;

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, U256, keccak256};
use serde::Serialize;
use symbolon_chain::{
    development::DevelopmentNode,
    endpoint::Endpoint,
    erc3643::{Agents, OnchainId, Token},
    holders::Reach,
};

pub(super) use self::holder::Holder;
use super::subject::{Subject, quoted};
use crate::exit::{Failure, Result};

/// Base units that a player is given who has too few.
const PURSE: u64 = 100;
/// Base units that every trial can be played with.
const ENOUGH: u64 = 2;

/// The players.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Cast {
    /// A verified holder.
    pub(super) sender: Holder,
    /// Another one.
    pub(super) recipient: Holder,
    /// Acts for the token.
    pub(super) agent: Address,
    /// Acts for its old registry.
    pub(super) registrar: Address,
    /// Writes to our registry.
    pub(super) mirror: Address,
    /// A wallet that nobody knows.
    pub(super) stranger: Address,
    /// The wallet that the sender's tokens are recovered to.
    pub(super) heir: Address,
    /// Whether the sender's identity contract knows the heir.
    pub(super) recoverable: bool,
    /// Whom the chain's logs or the command line named.
    pub(super) holders: Vec<Holder>,
    /// What had to be made up.
    pub(super) notes: Vec<String>,
}

/// What casting works with.
pub(super) struct Casting<'a> {
    pub(super) live: &'a Endpoint,
    pub(super) fork: &'a DevelopmentNode,
    pub(super) subject: &'a Subject,
    pub(super) reach: Reach,
}

impl Cast {
    /// Everybody whom the token's own registry verifies, the players first.
    pub(super) fn verified(&self) -> Vec<Holder> {
        let players = [self.sender, self.recipient];
        let mut all = players.to_vec();
        all.extend(holder::verified(&self.holders));
        let mut once = Vec::with_capacity(all.len());
        for holder in all {
            if !once.contains(&holder) {
                once.push(holder);
            }
        }
        once
    }
}

impl Casting<'_> {
    /// Chooses the players and has the fork ready for them.
    pub(super) async fn cast(&self, named: &[Address]) -> Result<Cast> {
        let token = self.subject.address;
        let mut notes = Vec::new();
        let agent = match self.subject.agents.first() {
            Some(agent) => *agent,
            None => {
                let agent = player("agent");
                notes.push("no agent was found in the logs: one was appointed".to_owned());
                let call = Agents::addAgentCall { agent };
                let appointed = self.act(self.subject.owner, token, &call).await?;
                appointed.map_err(|reason| stuck("its owner cannot appoint an agent", &reason))?;
                agent
            }
        };
        let registrar = self.registrar(&mut notes).await?;
        if self.subject.paused {
            notes.push("the token is paused: it was unpaused on the fork".to_owned());
            let unpaused = self.act(agent, token, &Token::unpauseCall {}).await?;
            unpaused.map_err(|reason| stuck("its agent cannot unpause it", &reason))?;
        }

        let holders = self.holders(named, registrar, &mut notes).await?;
        // Whoever has most to move sends.
        let mut players = holder::verified(&holders);
        players.sort_by_key(|holder| std::cmp::Reverse(holder.free));
        let [sender, recipient, ..] = players[..] else {
            return Err(Failure::refused(format!(
                "no two verified holders of {token} are known, and none can be made up on the fork: name two with --holder"
            )));
        };
        for holder in [sender, recipient] {
            if holder.free < U256::from(ENOUGH) {
                let (to, amount) = (holder.wallet, U256::from(PURSE));
                let minted = self
                    .act(agent, token, &Token::mintCall { to, amount })
                    .await?;
                notes.push(match minted {
                    Ok(()) => format!("{to} was given {PURSE} base units on the fork"),
                    Err(reason) => {
                        format!("{to} has nothing to move, and a mint is refused: {reason}")
                    }
                });
            }
        }
        let heir = player("heir");
        let recoverable = self.introduce(sender.identity, heir).await?;
        if !recoverable {
            notes.push(format!(
                "recoveryAddress was not tried: {} is no identity contract that takes a key",
                sender.identity
            ));
        }
        Ok(Cast {
            sender,
            recipient,
            agent,
            registrar,
            mirror: player("mirror"),
            stranger: player("stranger"),
            heir,
            recoverable,
            holders,
            notes,
        })
    }

    /// Somebody who may delete from the old registry.
    async fn registrar(&self, notes: &mut Vec<String>) -> Result<Address> {
        let agent = player("registrar");
        if let Some(owner) = self.subject.registry_owner {
            let call = Agents::addAgentCall { agent };
            if let Err(reason) = self.act(owner, self.subject.registry, &call).await? {
                notes.push(format!(
                    "the old registry takes no agent on the fork: {reason}"
                ));
            }
        }
        Ok(agent)
    }

    /// Has the sender's identity contract know the heir, as an investor would.
    async fn introduce(&self, identity: Address, heir: Address) -> Result<bool> {
        if self.fork.endpoint().code(identity).await?.is_empty() {
            return Ok(false);
        }
        let call = OnchainId::addKeyCall {
            key: keccak256(heir.into_word()),
            purpose: U256::ONE,
            keyType: U256::ONE,
        };
        Ok(self.act(identity, identity, &call).await?.is_ok())
    }

    async fn act(
        &self,
        from: Address,
        to: Address,
        call: &impl SolCall,
    ) -> Result<std::result::Result<(), String>> {
        let done = self
            .fork
            .act(from, Some(to), call.abi_encode().into())
            .await?;
        Ok(done.map(|_| ()).map_err(|reason| quoted(&reason)))
    }
}

/// An address that nobody has a key for.
fn player(part: &str) -> Address {
    Address::from_word(keccak256(format!("symbolon token check: {part}")))
}

fn stuck(what: &str, reason: &str) -> Failure {
    Failure::refused(format!(
        "the token cannot be tried on the fork: {what} ({reason}): name two verified holders with --holder, or look into its contracts"
    ))
}
