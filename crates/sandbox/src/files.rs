//! Finding programs, and making folders that only their owner can open.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::{Result, SandboxError};

/// Every file called `name` in the folders of `PATH`.
pub(crate) fn on_path(name: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&path).map(|dir| dir.join(name));
    named.filter(|file| is_executable(file)).collect()
}

/// `node_modules/<package>` beside or above the current folder, then the executable.
pub(crate) fn npm_package(package: &str) -> Vec<PathBuf> {
    let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    let mut found = Vec::new();
    for dir in starts.iter().flatten().flat_map(|start| start.ancestors()) {
        let candidate = dir.join("node_modules").join(package);
        if candidate.is_dir() && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// Whether a file could be executed by somebody.
pub(crate) fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.mode() & 0o111 != 0)
}

/// Gives a file the execute bits that a package manager may have dropped, if it lets us.
pub(crate) fn make_executable(file: &Path) {
    if file.is_file() && !is_executable(file) {
        let _ = fs::set_permissions(file, fs::Permissions::from_mode(0o755));
    }
}

/// The first half of a SHA-256, in hexadecimal: enough to name folders apart.
pub(crate) fn fingerprint(text: &OsStr) -> String {
    let digest = Sha256::digest(text.as_encoded_bytes());
    hex::encode(&digest[..8])
}

/// Makes a folder for its owner alone (mode 0700), or verifies that it is one.
///
/// Parents must exist. A folder that somebody else left under that name is refused: in a shared
/// temporary folder it could be a trap.
pub(crate) fn private_dir(dir: &Path, account: Option<&Account>) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => give(dir, account),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(dir).map_err(SandboxError::io("examine", dir))?;
            // Ours, but not yet given away, is what a crash between the two steps leaves.
            let ours = [Some(geteuid().as_raw()), account.map(|account| account.uid)];
            if !found.is_dir() || !ours.contains(&Some(found.uid())) {
                let path = dir.to_path_buf();
                return Err(SandboxError::ForeignFolder {
                    path,
                    owner: found.uid(),
                });
            }
            fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
                .map_err(SandboxError::io("close to others", dir))?;
            give(dir, account)
        }
        Err(error) => Err(SandboxError::io("make", dir)(error)),
    }
}

/// Hands a file or folder to the account that is to use it.
pub(crate) fn give(path: &Path, account: Option<&Account>) -> Result<()> {
    let Some(account) = account else {
        return Ok(());
    };
    std::os::unix::fs::lchown(path, Some(account.uid), Some(account.gid))
        .map_err(SandboxError::io("give away", path))
}
