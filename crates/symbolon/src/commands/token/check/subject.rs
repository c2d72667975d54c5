//! The token as it stands on its chain.

use alloy_primitives::Address;
use serde::Serialize;
use symbolon_chain::{
    endpoint::Endpoint,
    erc3643::{Agents, Compliance, Token, ask, proxied_by},
    holders::{self, Reach},
};

use crate::exit::{Failure, Result, one_line};

/// The most characters that are shown of what a contract says.
const MOST_WORDS: usize = 200;

/// A contract's own words, which may be anybody's: short, in one line, and
/// nothing that steers a terminal.
pub(super) fn quoted(words: &str) -> String {
    one_line(words).chars().take(MOST_WORDS).collect()
}

/// What a token says of itself, and who has power over it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Subject {
    pub(super) address: Address,
    pub(super) name: String,
    pub(super) symbol: String,
    pub(super) decimals: u8,
    pub(super) version: String,
    pub(super) paused: bool,
    pub(super) owner: Address,
    /// Those that recent logs name and that are agents still.
    pub(super) agents: Vec<Address>,
    pub(super) registry: Address,
    pub(super) registry_owner: Option<Address>,
    pub(super) compliance: Address,
    pub(super) compliance_owner: Option<Address>,
    /// `None` where the compliance takes none.
    pub(super) modules: Option<Vec<Address>>,
    /// Through which contract the token's code can be replaced.
    pub(super) proxied_by: Option<Address>,
    /// Through which contract the compliance's code can be replaced.
    pub(super) compliance_proxied_by: Option<Address>,
}

impl Subject {
    /// Reads it, and refuses what is no ERC-3643 token.
    pub(super) async fn read(live: &Endpoint, token: Address, reach: Reach) -> Result<Self> {
        if live.code(token).await?.is_empty() {
            return Err(Failure::not_found(format!(
                "no contract stands at {token} on chain {}: check the address, and that the RPC URL is of the token's chain",
                live.chain()
            )));
        }
        let missing = |view: &str| {
            Failure::refused(format!(
                "{token} is no ERC-3643 token: it has no {view}(): give the token's own address; only what has ERC-3643's views can be switched"
            ))
        };
        macro_rules! view {
            ($call:ident, $name:literal) => {
                ask(live, token, &Token::$call {})
                    .await?
                    .ok_or_else(|| missing($name))?
            };
        }
        let registry = view!(identityRegistryCall, "identityRegistry");
        let compliance = view!(complianceCall, "compliance");
        let owner = view!(ownerCall, "owner");
        if owner.is_zero() {
            return Err(Failure::refused(format!(
                "{token} has no owner: nobody can give it another registry"
            )));
        }
        let mut agents = Vec::new();
        for agent in holders::appointed(live, token, reach).await? {
            if ask(live, token, &Agents::isAgentCall { agent }).await? == Some(true) {
                agents.push(agent);
            }
        }
        Ok(Self {
            address: token,
            name: quoted(&view!(nameCall, "name")),
            symbol: quoted(&view!(symbolCall, "symbol")),
            decimals: view!(decimalsCall, "decimals"),
            version: quoted(&view!(versionCall, "version")),
            paused: view!(pausedCall, "paused"),
            owner,
            agents,
            registry,
            registry_owner: ask(live, registry, &Token::ownerCall {}).await?,
            compliance,
            compliance_owner: ask(live, compliance, &Token::ownerCall {}).await?,
            modules: ask(live, compliance, &Compliance::getModulesCall {}).await?,
            proxied_by: proxied_by(live, token).await?,
            compliance_proxied_by: proxied_by(live, compliance).await?,
        })
    }
}
