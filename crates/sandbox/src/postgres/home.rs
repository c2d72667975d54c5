//! Where a cluster lives, and as whom it runs.
//!
//! Normally in `<data folder>/postgres`, with its socket beside it. Two exceptions:
//! - As root the server runs as an unprivileged user. If that user cannot reach the data folder
//!   (below `/root`, say) the cluster goes to `/var/tmp`, and `postgres.location` in the data
//!   folder says where: that note, once written, decides.
//! - A Unix socket's path is limited to about 100 bytes. If the data folder's is too long the
//!   socket goes to a short private folder, noted in `postgres.socket`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::account::{Account, is_root};
use crate::files::{fingerprint, private_dir};
use crate::{Result, SandboxError};

/// The port is only part of the socket's name.
pub(crate) const PORT: u16 = 5432;
const SOCKET_LIMIT: usize = 100;
const SHARED_DIRS: [&str; 2] = ["/var/tmp", "/tmp"];

/// The folders of one cluster.
#[derive(Debug)]
pub(crate) struct Home {
    /// Private to the server's user; holds the rest, and nothing else may.
    pub(crate) dir: PathBuf,
    /// PostgreSQL's data directory.
    pub(crate) cluster: PathBuf,
    /// The folder of the socket.
    pub(crate) sockets: PathBuf,
    /// Whom the server runs as, if not as us.
    pub(crate) account: Option<Account>,
}

impl Home {
    /// Finds the cluster's home, or makes one.
    pub(crate) async fn settle(data_dir: &Path) -> Result<Self> {
        let (dir, account) = if is_root() {
            settle_as_root(data_dir).await?
        } else {
            (
                existing(data_dir).unwrap_or_else(|| default_dir(data_dir)),
                None,
            )
        };
        private_dir(&dir, account.as_ref())?;
        let sockets = settle_sockets(data_dir, &dir, account).await?;
        Ok(Self {
            cluster: dir.join("cluster"),
            dir,
            sockets,
            account,
        })
    }
}

/// The home that an earlier run made, wherever it is.
pub(crate) fn existing(data_dir: &Path) -> Option<PathBuf> {
    let noted = read_note(&location_note(data_dir)).filter(|dir| dir.is_dir());
    noted.or_else(|| Some(default_dir(data_dir)).filter(|dir| dir.is_dir()))
}

/// Everything that `settle` may have made for a data folder.
pub(crate) fn traces(data_dir: &Path) -> Vec<PathBuf> {
    let socket_note = data_dir.join("postgres.socket");
    [existing(data_dir), read_note(&socket_note)]
        .into_iter()
        .flatten()
        .chain([location_note(data_dir), socket_note])
        .collect()
}

async fn settle_as_root(data_dir: &Path) -> Result<(PathBuf, Option<Account>)> {
    if let Some(dir) = existing(data_dir) {
        let found = fs::metadata(&dir).map_err(SandboxError::io("examine", &dir))?;
        // Whoever made the cluster goes on owning it, an ordinary user too.
        let account = match found.uid() {
            0 => Account::unprivileged().await?,
            uid => Account {
                uid,
                gid: found.gid(),
            },
        };
        return Ok((dir, Some(account)));
    }
    let account = Account::unprivileged().await?;
    if account.can_enter(data_dir).await {
        return Ok((default_dir(data_dir), Some(account)));
    }
    let dir = unused_shared_dir(data_dir)?;
    write_note(
        &location_note(data_dir),
        &dir,
        "PostgreSQL's user cannot enter this folder: the cluster is there.",
    )?;
    Ok((dir, Some(account)))
}

async fn settle_sockets(data_dir: &Path, dir: &Path, account: Option<Account>) -> Result<PathBuf> {
    let beside = dir.join("socket");
    if socket_fits(&beside) {
        private_dir(&beside, account.as_ref())?;
        return Ok(beside);
    }
    let name = format!("symbolon-{}", fingerprint(dir.as_os_str()));
    let mut refusal = None;
    for base in [std::env::temp_dir(), PathBuf::from("/tmp")] {
        let short = base.join(&name);
        let reachable = match account {
            Some(account) => account.can_enter(&base).await,
            None => true,
        };
        if !reachable || !socket_fits(&short) {
            continue;
        }
        match private_dir(&short, account.as_ref()) {
            Ok(()) => {
                write_note(
                    &data_dir.join("postgres.socket"),
                    &short,
                    "The socket's path would be too long here: it is there.",
                )?;
                return Ok(short);
            }
            Err(error) => refusal = Some(error),
        }
    }
    Err(refusal.unwrap_or_else(|| {
        SandboxError::io("put a socket near", dir)(std::io::ErrorKind::InvalidFilename.into())
    }))
}

fn socket_fits(dir: &Path) -> bool {
    let socket = dir.join(format!(".s.PGSQL.{PORT}"));
    socket.as_os_str().as_bytes().len() <= SOCKET_LIMIT
}

fn unused_shared_dir(data_dir: &Path) -> Result<PathBuf> {
    let base = SHARED_DIRS.iter().map(Path::new).find(|dir| dir.is_dir());
    let base = base.map_or_else(std::env::temp_dir, Path::to_path_buf);
    let name = format!("symbolon-{}", fingerprint(data_dir.as_os_str()));
    // A data folder that was deleted and made again leaves its old cluster behind: never reuse it.
    let numbered = (2..).map(|n| base.join(format!("{name}-{n}")));
    std::iter::once(base.join(&name))
        .chain(numbered)
        .take(1000)
        .find(|dir| fs::symlink_metadata(dir).is_err())
        .ok_or_else(|| {
            SandboxError::io("find a free name in", &base)(std::io::ErrorKind::AlreadyExists.into())
        })
}

fn default_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres")
}

fn location_note(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres.location")
}

fn write_note(note: &Path, dir: &Path, reason: &str) -> Result<()> {
    let mut text = dir.as_os_str().as_bytes().to_vec();
    text.extend(format!("\n{reason}\n").into_bytes());
    fs::write(note, text).map_err(SandboxError::io("write", note))
}

fn read_note(note: &Path) -> Option<PathBuf> {
    let text = fs::read(note).ok()?;
    let line = text.split(|byte| *byte == b'\n').next()?;
    Some(PathBuf::from(OsStr::from_bytes(line))).filter(|dir| dir.is_absolute())
}
