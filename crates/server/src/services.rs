//! What a server may have beside its database: keys to the vault, accounts with
//! providers, chains to ask about wallets, a site for people, a way to send mail.
//! Whoever asks for what is not there is told how to have it.

use std::{collections::HashMap, fmt, sync::Arc};

use symbolon_chain::endpoint::Endpoint;
use symbolon_core::{
    ids::{ChainId, IssuerId, ProviderName},
    verification::Requirements,
};
use symbolon_providers::Provider;

use crate::{letters::Mailer, renewals::terms::Renewals, site::Site, vault::Vault};

/// All of it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Services {
    /// Profiles. Without it whoever asks for one is told that the vault is closed.
    pub vault: Option<Arc<Vault>>,
    /// The issuers' accounts with providers.
    pub accounts: Accounts,
    /// The chains that may be asked whose a wallet is.
    pub nodes: ChainNodes,
    /// Where people reach this server.
    pub site: Option<Site>,
    /// How mail is sent.
    pub mailer: Option<Mailer>,
    /// How verdicts are renewed.
    pub renewals: Renewals,
}

/// One issuer's account with a provider, and what it asks of the provider's records.
#[derive(Clone)]
pub struct Account {
    /// How the provider is spoken to.
    pub provider: Arc<dyn Provider>,
    /// What a record must say before it becomes a verdict.
    pub requirements: Requirements,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.provider.name())
    }
}

/// The issuers' accounts with providers, by their names.
#[derive(Clone, Debug, Default)]
pub struct Accounts(Arc<HashMap<IssuerId, Vec<Account>>>);

impl Accounts {
    /// These.
    pub fn new(accounts: impl IntoIterator<Item = (IssuerId, Account)>) -> Self {
        let mut by_issuer = HashMap::<_, Vec<_>>::new();
        for (issuer, account) in accounts {
            by_issuer.entry(issuer).or_default().push(account);
        }
        Self(Arc::new(by_issuer))
    }

    /// The account of this name.
    pub fn find(&self, issuer: &IssuerId, name: &ProviderName) -> Option<&Account> {
        let mut accounts = self.0.get(issuer)?.iter();
        accounts.find(|account| account.provider.name() == name)
    }

    /// The issuer's accounts. Where none is named, the only one is taken.
    pub fn of(&self, issuer: &IssuerId) -> &[Account] {
        self.0.get(issuer).map_or(&[], Vec::as_slice)
    }

    /// Whoever has one.
    pub fn issuers(&self) -> impl Iterator<Item = &IssuerId> {
        self.0.keys()
    }
}

/// The chains that may be asked whose a wallet is.
#[derive(Clone, Debug, Default)]
pub struct ChainNodes(Arc<HashMap<(IssuerId, ChainId), Endpoint>>);

impl ChainNodes {
    /// These.
    pub fn new(nodes: impl IntoIterator<Item = ((IssuerId, ChainId), Endpoint)>) -> Self {
        Self(Arc::new(nodes.into_iter().collect()))
    }

    /// One of them.
    pub fn find(&self, issuer: &IssuerId, chain: ChainId) -> Option<&Endpoint> {
        self.0.get(&(issuer.clone(), chain))
    }

    /// Those of an issuer.
    pub fn of(&self, issuer: &IssuerId) -> impl Iterator<Item = ChainId> {
        let all = self.0.keys().filter(move |(of, _)| of == issuer);
        all.map(|(_, chain)| *chain)
    }
}
