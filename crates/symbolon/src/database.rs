//! The database: the configured one, or else a private one.
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

use crate::{config::Config, exit::Result, output::Output};

/// Beside the private database's data, while it runs. Its URL holds no secret:
/// whoever may open the socket's folder may use it.
const NOTE: &str = "database.url";

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
    /// Connects, starting a private database where none is configured, and
    /// brings the schema up to date.
    pub(crate) async fn open(config: &Config, output: Output) -> Result<Self> {
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
