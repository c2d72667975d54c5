//! What every handler shares.

use std::{ops::Deref, sync::Arc};

use symbolon_core::ids::{InvestorId, IssuerId};
use symbolon_store::{Chain, Store};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::KeyCache,
    cache::Recent,
    clock::Clock,
    config::ServerConfig,
    imports::running::Running,
    lookups::Lookups,
    problem::{Problem, Result, catalog},
    services::Services,
    site::Site,
    vault::{Vault, VaultFailure},
    wake::Wake,
};

/// The server's state. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Shared>);

/// What the clones share.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shared {
    /// The register's memory.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// The operator's settings.
    pub config: ServerConfig,
    /// What else this server has.
    pub services: Services,
    /// Rung when a provider has hinted at something.
    pub(crate) hinted: Notify,
    /// Rung when a letter was written.
    pub(crate) written: Notify,
    /// Rung after every committed change.
    pub wake: Wake,
    /// Ends work in the background, in order.
    pub shutdown: CancellationToken,
    /// The work in the background, which a shutdown waits for.
    pub tasks: TaskTracker,
    pub(crate) keys: KeyCache,
    pub(crate) running: Running,
    pub(crate) lookups: Lookups,
    chains: Recent<IssuerId, Arc<[Chain]>>,
}

impl AppState {
    /// The state of a server that is about to start.
    pub fn new(
        store: Store,
        clock: Clock,
        config: ServerConfig,
        shutdown: CancellationToken,
    ) -> Self {
        Self::with(Services::default(), store, clock, config, shutdown)
    }

    /// The same, with what else this server was given.
    pub fn with(
        services: Services,
        store: Store,
        clock: Clock,
        config: ServerConfig,
        shutdown: CancellationToken,
    ) -> Self {
        Self(Arc::new(Shared {
            services,
            hinted: Notify::new(),
            written: Notify::new(),
            keys: KeyCache::new(config.key_cache),
            chains: Recent::new(config.key_cache),
            running: Running::new(config.concurrent_imports),
            lookups: Lookups::new(),
            store,
            clock,
            config,
            wake: Wake::new(),
            shutdown,
            tasks: TaskTracker::new(),
        }))
    }

    /// The vault, where this server was given its keys.
    pub(crate) fn vault(&self) -> Result<&Vault, VaultFailure> {
        self.services.vault.as_deref().ok_or(VaultFailure::Closed)
    }

    /// The site that links lead to, or how to have one.
    pub(crate) fn site(&self) -> Result<&Site, Problem> {
        let site = self.services.site.as_ref();
        site.ok_or_else(|| Problem::plain(&catalog::NO_SITE))
    }

    /// The issuer's chains, at most [`ServerConfig::key_cache`] old: every look
    /// at a wallet names them, and they change once a year.
    pub(crate) async fn chains(&self, issuer: &IssuerId) -> Result<Arc<[Chain]>> {
        let now = self.clock.now_ms();
        if let Some(chains) = self.chains.get(issuer, now) {
            return Ok(chains);
        }
        let chains: Arc<[Chain]> = self.store.chains(issuer).await?.into();
        self.chains.put(issuer.clone(), chains.clone(), now);
        Ok(chains)
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// An id for somebody new.
pub fn fresh_investor() -> InvestorId {
    InvestorId::fresh(Clock::system().now_ms(), rand::random())
}
