//! What measurements stand on: a private PostgreSQL with an issuer.

use std::{io::Cursor, time::Duration};

use alloy::primitives::keccak256;
use anyhow::{Result, ensure};
use sqlx::{Connection, PgConnection};
use symbolon_core::{
    actor::Actor,
    federation::KeyPowers,
    ids::{ChainId, IssuerId},
    import::ColumnMap,
    investor::{Attestation, Source},
    time::UnixSeconds,
};
use symbolon_sandbox::PrivatePostgres;
use symbolon_server::{
    Clock, Wake,
    imports::{ImportOptions, begin_import, run_import},
};
use symbolon_store::{ApiKey, ChainStatistics, NewChain, Store};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A database that ends with this value.
pub(crate) struct Database {
    postgres: PrivatePostgres,
    // Kept for its lifetime.
    _folder: TempDir,
}

/// An issuer's register in a database of its own.
#[derive(Clone)]
pub(crate) struct Register {
    pub(crate) store: Store,
    pub(crate) issuer: IssuerId,
    pub(crate) url: String,
}

impl Database {
    /// Starts one that syncs to disk, as production does.
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("symbolon-bench")
            .tempdir_in("/var/tmp")?;
        let postgres = PrivatePostgres::start(&folder.path().join("postgres")).await?;
        Ok(Self {
            postgres,
            _folder: folder,
        })
    }

    /// A fresh register with these chains.
    pub(crate) async fn register(&self, name: &str, chains: &[NewChain]) -> Result<Register> {
        self.postgres.drop_database(name).await?;
        let url = self.postgres.create_database(name).await?;
        let store = Store::connect(&url, 24).await?;
        store.migrate().await?;
        let issuer: IssuerId = "bench".parse()?;
        store
            .create_issuer(&issuer, "The bench's issuer", now())
            .await?;
        let mut transaction = store.begin(&issuer).await?;
        for chain in chains {
            transaction.add_chain(chain).await?;
        }
        transaction.commit().await?;
        Ok(Register { store, issuer, url })
    }

    pub(crate) async fn stop(self) -> Result<()> {
        Ok(self.postgres.stop().await?)
    }
}

impl Register {
    /// Imports a customer file as the server does, every row of it.
    pub(crate) async fn import(&self, file: String, wake: &Wake) -> Result<()> {
        let rows = file.lines().count() as u64 - 1;
        let Self { store, issuer, .. } = self;
        let hash = keccak256(&file);
        let job = begin_import(store, issuer, hash, &actor(), &source(), now()).await?;
        let options = ImportOptions {
            columns: ColumnMap::default(),
            warrant: store.warrant(issuer, &actor(), None).await?,
            wake: wake.clone(),
            stop: CancellationToken::new(),
        };
        let reader = Cursor::new(file.into_bytes());
        let clock = Clock::system();
        let done = run_import(store, issuer, &job, reader, options, &clock, |_| {}).await?;
        ensure!(
            done.accepted == rows,
            "{} of {rows} rows were taken",
            done.accepted
        );
        Ok(())
    }

    /// Waits until the chains are owed nothing and nothing is under way.
    pub(crate) async fn until_mirrored(&self) -> Result<()> {
        loop {
            let owed = self.store.chain_statistics(&self.issuer).await?;
            let left =
                |chain: &ChainStatistics| chain.approvals + chain.denials + chain.open_transactions;
            if owed.iter().map(left).sum::<u64>() == 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Leaves the tables as they are a minute later, when autovacuum has been there.
    pub(crate) async fn vacuum(&self) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url).await?;
        sqlx::raw_sql("VACUUM (ANALYZE)")
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    }

    /// A key of the REST API.
    pub(crate) async fn key(&self) -> Result<String> {
        let key = ApiKey::from_random(&self.issuer, [7; 32]);
        let by = Actor::command_line("bench");
        let powers = KeyPowers {
            grant: None,
            profiles: true,
        };
        self.store
            .create_api_key("bench", &key, &powers, &by, now())
            .await??;
        Ok(key.text().to_owned())
    }
}

pub(crate) fn now() -> UnixSeconds {
    Clock::system().now()
}

pub(crate) fn actor() -> Actor {
    Actor::system("bench")
}

pub(crate) fn source() -> Source {
    Source::Operator {
        operator: "bench".to_owned(),
        attestation: Attestation {
            text: "Measured, not verified.".to_owned(),
            version: "1".to_owned(),
        },
    }
}

/// A chain that nobody drives.
pub(crate) fn chain(id: u64, registry: alloy::primitives::Address) -> NewChain {
    NewChain {
        id: ChainId(id).into(),
        filter: Default::default(),
        name: format!("chain {id}"),
        registry,
        identity_factory: symbolon_chain::deploy::identity_factory(),
        deployed_block: 0,
        confirmations: 1,
        settings: serde_json::json!({}),
    }
}
