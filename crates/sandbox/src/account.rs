//! Whom PostgreSQL runs as: us, or somebody without privileges when we are root.

use std::path::Path;
use std::process::Stdio;

use rustix::process::geteuid;
use tokio::process::Command;

use crate::{Result, SandboxError};

/// A user and group id to drop to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Whether this process is root, which PostgreSQL refuses to be.
pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

impl Account {
    /// `postgres` if there is such a user, else `nobody`.
    pub(crate) async fn unprivileged() -> Result<Self> {
        for name in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (ask_id("-u", name).await, ask_id("-g", name).await)
                && uid != 0
            {
                return Ok(Self { uid, gid });
            }
        }
        Err(SandboxError::NoUnprivilegedUser)
    }

    /// Whether this user may enter a folder, whatever lies above it.
    pub(crate) async fn can_enter(self, dir: &Path) -> bool {
        let status = Command::new("/bin/sh")
            .args(["-c", "cd \"$1\"", "sh"])
            .arg(dir)
            .current_dir("/")
            .uid(self.uid)
            .gid(self.gid)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await;
        status.is_ok_and(|status| status.success())
    }
}

/// `id` knows every kind of user database, where `/etc/passwd` knows one.
async fn ask_id(flag: &str, name: &str) -> Option<u32> {
    let output = Command::new("id")
        .args([flag, name])
        .stdin(Stdio::null())
        .output()
        .await
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let id: i64 = text.trim().parse().ok()?;
    // macOS prints nobody's id as -2.
    u32::try_from(id)
        .ok()
        .or_else(|| i32::try_from(id).ok().map(i32::cast_unsigned))
}
