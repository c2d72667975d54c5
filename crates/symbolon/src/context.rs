//! What nearly every command needs: configuration, clock, output, the
//! database, and whose register it is about.

use std::sync::Arc;

use symbolon_core::ids::IssuerId;
use symbolon_server::{AppState, Clock, ServerConfig, Services};
use symbolon_store::Store;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Globals,
    config::{self, Config},
    database::Database,
    exit::{Failure, Result},
    output::Output,
    vault::{self, OpenVault},
};

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) output: Output,
    pub(crate) clock: Clock,
    issuer: Option<IssuerId>,
}

impl Context {
    /// Reads the configuration, and refuses a bad one.
    pub(crate) fn load(globals: &Globals) -> Result<Self> {
        Ok(Self {
            config: Config::load(globals.config.as_deref(), config::environment)?,
            output: Output::new(globals.json),
            clock: Clock::system(),
            issuer: globals.issuer.clone(),
        })
    }

    /// Does some work on the database, and closes it in order afterwards.
    pub(crate) async fn with_store<T>(
        &self,
        work: impl AsyncFnOnce(&Store) -> Result<T>,
    ) -> Result<T> {
        let database = Database::open(&self.config, self.output).await?;
        on(database, work).await
    }

    /// The same, where a register may begin by it.
    pub(crate) async fn with_new_store<T>(
        &self,
        work: impl AsyncFnOnce(&Store) -> Result<T>,
    ) -> Result<T> {
        let database = Database::open_or_begin(&self.config, self.output).await?;
        on(database, work).await
    }

    /// Does some work on one issuer's register.
    pub(crate) async fn with_issuer<T>(
        &self,
        work: impl AsyncFnOnce(&Store, &IssuerId) -> Result<T>,
    ) -> Result<T> {
        self.with_store(async |store| {
            let issuer = self.issuer(store).await?;
            work(store, &issuer).await
        })
        .await
    }

    /// Does some work on the vault of this database.
    pub(crate) async fn with_vaults<T>(
        &self,
        work: impl AsyncFnOnce(&OpenVault, &Store) -> Result<T>,
    ) -> Result<T> {
        let database = Database::open(&self.config, self.output).await?;
        let outcome = match OpenVault::open(&self.config, &database, self.output).await {
            Ok(Some(opened)) => {
                let outcome = work(&opened, &database.store).await;
                opened.close().await;
                outcome
            }
            Ok(None) => Err(vault::closed()),
            Err(failure) => Err(failure),
        };
        database.close().await;
        outcome
    }

    /// Does some work as a server does it, with the vault where this process has its keys.
    pub(crate) async fn with_state<T>(
        &self,
        work: impl AsyncFnOnce(&AppState, &IssuerId) -> Result<T>,
    ) -> Result<T> {
        let database = Database::open(&self.config, self.output).await?;
        let outcome = match OpenVault::open(&self.config, &database, self.output).await {
            Ok(opened) => {
                let outcome = self.in_state(&database.store, opened.as_ref(), work).await;
                if let Some(opened) = opened {
                    opened.close().await;
                }
                outcome
            }
            Err(failure) => Err(failure),
        };
        database.close().await;
        outcome
    }

    async fn in_state<T>(
        &self,
        store: &Store,
        opened: Option<&OpenVault>,
        work: impl AsyncFnOnce(&AppState, &IssuerId) -> Result<T>,
    ) -> Result<T> {
        let issuer = self.issuer(store).await?;
        let services = Services {
            vault: opened.map(|opened| Arc::clone(&opened.vault)),
            ..Services::default()
        };
        let (stop, clock) = (CancellationToken::new(), self.clock.clone());
        let config = ServerConfig::default();
        let state = AppState::with(services, store.clone(), clock, config, stop);
        work(&state, &issuer).await
    }

    /// Does some work on one issuer's profiles.
    pub(crate) async fn with_vault<T>(
        &self,
        work: impl AsyncFnOnce(&OpenVault, &Store, &IssuerId) -> Result<T>,
    ) -> Result<T> {
        self.with_vaults(async |opened, store| {
            let issuer = self.issuer(store).await?;
            work(opened, store, &issuer).await
        })
        .await
    }

    /// Whether one issuer was named.
    pub(crate) fn names_issuer(&self) -> bool {
        self.issuer.is_some()
    }

    /// Says so where a verdict reaches no token.
    pub(crate) async fn warn_without_chain(&self, store: &Store, issuer: &IssuerId) -> Result<()> {
        if store.chains(issuer).await?.is_empty() {
            self.output.note(format_args!(
                "warning: {issuer} has no chain yet, so no token learns of this: `symbolon chain deploy` adds one"
            ));
        }
        Ok(())
    }

    /// The issuer that was named, else the only one.
    pub(crate) async fn issuer(&self, store: &Store) -> Result<IssuerId> {
        let mut known: Vec<_> = store
            .issuers()
            .await?
            .into_iter()
            .map(|found| found.id)
            .collect();
        let listed = |known: &[IssuerId]| {
            let names: Vec<_> = known.iter().take(20).map(IssuerId::as_str).collect();
            names.join(", ")
        };
        match (&self.issuer, known.len()) {
            (_, 0) => Err(Failure::not_found(
                "there is no issuer yet: make one with `symbolon issuer create NAME`",
            )),
            (Some(wanted), _) if known.contains(wanted) => Ok(wanted.clone()),
            (Some(wanted), _) => Err(Failure::not_found(format!(
                "no issuer `{wanted}`: there is {}",
                listed(&known)
            ))),
            (None, 1) => Ok(known.swap_remove(0)),
            (None, _) => Err(Failure::usage(format!(
                "there are several issuers: name one with --issuer or SYMBOLON_ISSUER ({})",
                listed(&known)
            ))),
        }
    }
}

async fn on<T>(database: Database, work: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
    let outcome = work(&database.store).await;
    database.close().await;
    outcome
}
