//! Those who hold the token, as far as they are known.

use alloy_primitives::{Address, U256};
use serde::Serialize;
use symbolon_chain::{
    erc3643::{ClaimTopics, Registry, Token, ask},
    holders,
};

use super::{Casting, player, stuck};
use crate::{commands::token::check::HOLDERS, exit::Result};

/// A wallet as the token's registry has it today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Holder {
    pub(in super::super) wallet: Address,
    pub(in super::super) identity: Address,
    pub(in super::super) country: u16,
    pub(in super::super) verified: bool,
    /// Base units that it may move; zero where it is frozen.
    #[serde(skip)]
    pub(super) free: U256,
}

/// Those who are verified today.
pub(super) fn verified(holders: &[Holder]) -> Vec<Holder> {
    let verified = holders.iter().filter(|holder| holder.verified);
    verified.copied().collect()
}

impl Casting<'_> {
    /// Those who were named, else those whom transfers name, else those whom
    /// the registry knows, else wallets that nobody has a key for.
    pub(super) async fn holders(
        &self,
        named: &[Address],
        registrar: Address,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Holder>> {
        let wallets = if named.is_empty() {
            holders::receivers(self.live, self.subject.address, self.reach).await?
        } else {
            named.to_vec()
        };
        let mut holders = Vec::with_capacity(wallets.len());
        for wallet in wallets.into_iter().take(HOLDERS.max(named.len())) {
            holders.push(self.look_up(wallet).await?);
        }
        for holder in holders.iter().filter(|holder| !holder.verified) {
            notes.push(format!("{} is not verified today", holder.wallet));
        }
        if named.is_empty() && verified(&holders).len() < 2 {
            let registry = self.subject.registry;
            for wallet in holders::registered(self.live, registry, self.reach).await? {
                if !holders.iter().any(|known| known.wallet == wallet) {
                    holders.push(self.look_up(wallet).await?);
                }
            }
        }
        if verified(&holders).len() < 2 {
            holders.extend(self.make_up(registrar, notes).await?);
        }
        Ok(holders)
    }

    async fn look_up(&self, wallet: Address) -> Result<Holder> {
        let node = self.fork.endpoint();
        let (token, registry) = (self.subject.address, self.subject.registry);
        let account = wallet;
        let balance = ask(node, token, &Token::balanceOfCall { account }).await?;
        let locked = ask(node, token, &Token::getFrozenTokensCall { account }).await?;
        let frozen = ask(node, token, &Token::isFrozenCall { account }).await?;
        let free = balance
            .unwrap_or_default()
            .saturating_sub(locked.unwrap_or_default());
        let verified = ask(node, registry, &Registry::isVerifiedCall { wallet }).await?;
        let identity = ask(node, registry, &Registry::identityCall { wallet }).await?;
        let country = ask(node, registry, &Registry::investorCountryCall { wallet }).await?;
        Ok(Holder {
            wallet,
            identity: identity.unwrap_or_default(),
            country: country.unwrap_or_default(),
            verified: verified == Some(true) && frozen != Some(true),
            free,
        })
    }

    /// Two wallets that the old registry verifies because, on the fork, it
    /// requires no claim any more.
    async fn make_up(&self, registrar: Address, notes: &mut Vec<String>) -> Result<Vec<Holder>> {
        let (node, registry) = (self.fork.endpoint(), self.subject.registry);
        let topics = ask(node, registry, &Registry::topicsRegistryCall {}).await?;
        if let Some(topics) = topics
            && let Some(required) = ask(node, topics, &ClaimTopics::getClaimTopicsCall {}).await?
            && let Some(owner) = ask(node, topics, &Token::ownerCall {}).await?
        {
            for topic in required {
                let call = ClaimTopics::removeClaimTopicCall { topic };
                let removed = self.act(owner, topics, &call).await?;
                removed.map_err(|reason| stuck("claims cannot be set aside", &reason))?;
            }
        }
        notes.push(
            "no two verified holders are known: wallets were made up, and no claims required of them, so that today's gas is shown too low"
                .to_owned(),
        );
        let mut made = Vec::new();
        for part in ["sender", "recipient"] {
            let (wallet, identity) = (player(part), player(&format!("identity of the {part}")));
            let call = Registry::registerIdentityCall {
                wallet,
                identity,
                country: 276,
            };
            let registered = self.act(registrar, registry, &call).await?;
            registered.map_err(|reason| stuck("its registry takes no new wallet", &reason))?;
            made.push(self.look_up(wallet).await?);
        }
        Ok(made)
    }
}
