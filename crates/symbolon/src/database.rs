//! The database: the configured one, or else a private one.
//!
//! A private one is begun by whoever makes an issuer or serves. Every other command in
//! a folder without one has nothing to look at: a new register there would be another
//! one than was meant.
//!
//! The private one belongs to the command that starts it. A second command
//! beside a running `symbolon serve` finds its address in a note and joins it.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use symbolon_sandbox::{PrivatePostgres, SandboxError};
use symbolon_store::Store;

use crate::{
    config::Config,
    exit::{Failure, Result},
    output::Output,
};

/// Beside the private database's data, while it runs. Its URL holds no secret:
/// whoever may open the socket's folder may use it.
const NOTE: &str = "database.url";

/// What to do where there is no register.
pub(crate) const BEGIN: &str = "begin one with `symbolon issuer create NAME` or `symbolon serve`, or say where yours is with --config, SYMBOLON_DATA_DIR or DATABASE_URL";

/// An open database.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) store: Store,
    /// Where it is: the keys' database is beside it.
    pub(crate) url: SecretString,
    /// Where this process started it.
    private: Option<(PrivatePostgres, PathBuf)>,
}

impl Database {
    /// Connects, starting the private database where none is configured, and brings the
    /// schema up to date. Refused where there is none.
    pub(crate) async fn open(config: &Config, output: Output) -> Result<Self> {
        if let Some(missing) = missing(config) {
            let missing = missing.display();
            return Err(Failure::not_found(format!(
                "there is no register in {missing}: {BEGIN}"
            )));
        }
        Self::connect(config, output).await
    }

    /// The same; where there is no register, one begins.
    pub(crate) async fn open_or_begin(config: &Config, output: Output) -> Result<Self> {
        if let Some(missing) = missing(config) {
            output.note(format_args!(
                "a new register begins in {}: commands in other folders have others",
                missing.display()
            ));
        }
        Self::connect(config, output).await
    }

    async fn connect(config: &Config, output: Output) -> Result<Self> {
        let connections = config.connections;
        let database = match &config.database {
            Some(url) => Self {
                store: Store::connect(url.expose_secret(), connections).await?,
                url: url.clone(),
                private: None,
            },
            None => Self::private(&config.data_dir, connections, output).await?,
        };
        match database.store.migrate().await {
            Ok(()) => Ok(database),
            Err(error) => {
                database.close().await;
                Err(error.into())
            }
        }
    }

    async fn private(data_dir: &Path, connections: u32, output: Output) -> Result<Self> {
        let note = data_dir.join(NOTE);
        let postgres = match PrivatePostgres::start(data_dir).await {
            Ok(postgres) => postgres,
            Err(error @ SandboxError::InUse { .. }) => {
                let Ok(url) = fs::read_to_string(&note) else {
                    return Err(error.into());
                };
                return match Store::connect(url.trim(), connections).await {
                    Ok(store) => Ok(Self {
                        store,
                        url: url.trim().into(),
                        private: None,
                    }),
                    Err(_) => Err(error.into()),
                };
            }
            Err(error) => return Err(error.into()),
        };
        output.note(format_args!(
            "no DATABASE_URL: using a private PostgreSQL in {}",
            data_dir.join("postgres").display()
        ));
        // Without the note other commands must wait; that is all.
        let _ = write_private(&note, postgres.url());
        match Store::connect(postgres.url(), connections).await {
            Ok(store) => Ok(Self {
                store,
                url: postgres.url().into(),
                private: Some((postgres, note)),
            }),
            Err(error) => {
                let _ = postgres.stop().await;
                Err(error.into())
            }
        }
    }

    /// Whether this is a private database.
    pub(crate) fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// Ends all connections, and the private database.
    pub(crate) async fn close(self) {
        self.store.close().await;
        if let Some((postgres, note)) = self.private {
            let _ = fs::remove_file(note);
            if let Err(error) = postgres.stop().await {
                tracing::warn!(%error, "the private PostgreSQL did not stop in order");
            }
        }
    }
}

/// Where a private register would begin; `None` where there is one, or where a database
/// is configured.
pub(crate) fn missing(config: &Config) -> Option<PathBuf> {
    let folder = &config.data_dir;
    let begun = config.database.is_some() || PrivatePostgres::is_begun(folder);
    // As people know it, from wherever they look.
    (!begun).then(|| std::path::absolute(folder).unwrap_or_else(|_| folder.clone()))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use io::Write;
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?
        .write_all(text.as_bytes())
}
