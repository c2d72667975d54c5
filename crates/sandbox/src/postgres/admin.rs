//! Connections to the maintenance database: readiness, and making and dropping databases.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::cluster::USER;
use super::home::PORT;
use crate::claim::Claim;
use crate::leash::Leash;
use crate::{Result, SandboxError};

/// Recovery after a crash replays up to `max_wal_size` before the first connection.
const READY_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(crate) struct Admin {
    host: String,
}

impl Admin {
    pub(crate) fn new(sockets: &Path) -> Self {
        Self {
            host: percent_encoded(sockets.as_os_str().as_bytes()),
        }
    }

    /// Everything is said explicitly: sqlx would take what is left out from PGPORT and its like.
    pub(crate) fn url(&self, database: &str) -> String {
        let host = &self.host;
        format!("postgres:///{database}?host={host}&port={PORT}&user={USER}&sslmode=disable")
    }

    pub(crate) async fn wait_until_ready(&self, leash: &mut Leash, claim: &Claim) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        let name = claim.name().to_owned();
        while let Err(error) = self.connect().await {
            if let Some(status) = leash.ended() {
                let (status, log) = (status.to_string(), claim.last_words());
                return Err(SandboxError::Ended { name, status, log });
            }
            if Instant::now() >= deadline {
                let log = format!("{}\n{error}", claim.last_words());
                return Err(SandboxError::NotReady {
                    name,
                    seconds: READY_WITHIN.as_secs(),
                    log,
                });
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    pub(crate) async fn ensure_database(&self, name: &str) -> Result<()> {
        let action = || format!("look for the database {name}");
        let mut connection = self.connect().await.map_err(refused(action()))?;
        let found = sqlx::query("SELECT FROM pg_database WHERE datname = $1")
            .bind(name)
            .fetch_optional(&mut connection)
            .await
            .map_err(refused(action()))?;
        match found {
            Some(_) => Ok(()),
            None => self.create_database(name).await,
        }
    }

    pub(crate) async fn create_database(&self, name: &str) -> Result<()> {
        self.execute("CREATE DATABASE", name, "").await
    }

    pub(crate) async fn drop_database(&self, name: &str) -> Result<()> {
        self.execute("DROP DATABASE IF EXISTS", name, " WITH (FORCE)")
            .await
    }

    /// A name cannot be a parameter here, so it must be one that needs no quoting.
    async fn execute(&self, verb: &str, name: &str, rest: &str) -> Result<()> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins_well = name.starts_with(|c: char| !c.is_ascii_digit());
        if !begins_well || name.len() > 63 || !name.chars().all(plain) {
            return Err(SandboxError::DatabaseName(name.to_owned()));
        }
        let action = format!("{} {name}", verb.to_lowercase());
        let mut connection = self.connect().await.map_err(refused(action.clone()))?;
        let statement = AssertSqlSafe(format!("{verb} \"{name}\"{rest}"));
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .map_err(refused(action))?;
        connection
            .close()
            .await
            .map_err(refused("close a session".to_owned()))
    }

    async fn connect(&self) -> sqlx::Result<PgConnection> {
        PgConnection::connect(&self.url("postgres")).await
    }
}

fn refused(action: String) -> impl FnOnce(sqlx::Error) -> SandboxError {
    move |source| SandboxError::Database { action, source }
}

fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
