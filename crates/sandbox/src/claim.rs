//! A folder belongs to one process, and to its children until the last of them has ended.
//!
//! Two locks, both released by the kernel however a process dies:
//! - `<name>.lock` is held by the owner alone and contains its process id;
//! - `<name>.log` is locked too, and children inherit that very lock as their standard output: so
//!   it stays taken while an orphan is still shutting down, and a successor waits for it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::{Result, SandboxError};

/// A killed owner's locks vanish a moment after it does.
const OWNER_PATIENCE: Duration = Duration::from_secs(3);
/// A database may have a large checkpoint to write.
const CHILD_PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);
const LOG_LIMIT: u64 = 8 << 20;
const LAST_WORDS: u64 = 3000;

/// A claimed folder; dropping it lets go.
#[derive(Debug)]
pub(crate) struct Claim {
    name: &'static str,
    log: File,
    log_path: PathBuf,
    log_start: u64,
    _owner: File,
}

impl Claim {
    /// Claims `dir` for children called `name`, waiting for those of a dead predecessor.
    pub(crate) async fn take(dir: &Path, name: &'static str) -> Result<Self> {
        let owner_path = dir.join(format!("{name}.lock"));
        let log_path = dir.join(format!("{name}.log"));
        let mut owner = open(&owner_path, false)?;
        if !locked_within(&owner, &owner_path, OWNER_PATIENCE).await? {
            let mut pid = String::new();
            let _ = owner.read_to_string(&mut pid);
            let owner = if pid.trim().is_empty() {
                "unknown"
            } else {
                pid.trim()
            }
            .to_owned();
            return Err(SandboxError::InUse {
                path: dir.to_path_buf(),
                owner,
            });
        }
        owner
            .set_len(0)
            .and_then(|()| write!(owner, "{}", std::process::id()))
            .map_err(SandboxError::io("write", &owner_path))?;

        let log = open(&log_path, true)?;
        if !locked_within(&log, &log_path, CHILD_PATIENCE).await? {
            return Err(SandboxError::StillStopping {
                name: name.to_owned(),
                path: log_path,
            });
        }
        let mut log_start = log.metadata().map_or(0, |metadata| metadata.len());
        if log_start > LOG_LIMIT {
            log.set_len(0)
                .map_err(SandboxError::io("shorten", &log_path))?;
            log_start = 0;
        }
        Ok(Self {
            name,
            log,
            log_path,
            log_start,
            _owner: owner,
        })
    }

    /// Where children print; whoever holds it holds the claim.
    pub(crate) fn log(&self) -> &File {
        &self.log
    }

    /// The folder's children, as messages call them.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// What was printed since the claim was taken.
    pub(crate) fn printed(&self) -> String {
        self.read_from(self.log_start)
    }

    /// The end of what was printed since the claim was taken.
    pub(crate) fn last_words(&self) -> String {
        let len = self.log.metadata().map_or(0, |metadata| metadata.len());
        self.read_from(self.log_start.max(len.saturating_sub(LAST_WORDS)))
            .trim()
            .to_owned()
    }

    fn read_from(&self, start: u64) -> String {
        let mut bytes = Vec::new();
        // A second handle: the children share the position of ours.
        let _ = File::open(&self.log_path).and_then(|mut log| {
            log.seek(SeekFrom::Start(start))?;
            log.read_to_end(&mut bytes)
        });
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn open(path: &Path, append: bool) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(!append)
        .append(append)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(SandboxError::io("open", path))
}

async fn locked_within(file: &File, path: &Path, patience: Duration) -> Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(false),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(POLL).await,
            Err(TryLockError::Error(error)) => return Err(SandboxError::io("lock", path)(error)),
        }
    }
}
