//! `postgres` and `initdb`, found usable by being run.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::account::Account;

/// A pair of programs that have been run once and told their version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) postgres: PathBuf,
    pub(crate) initdb: PathBuf,
    pub(crate) major: u32,
}

/// Runs both programs in a folder as the user that is to run them.
pub(crate) async fn probe(dir: &Path, account: Option<&Account>) -> Result<Binaries, String> {
    let (postgres, initdb) = (dir.join("postgres"), dir.join("initdb"));
    let version = version_of(&postgres, account).await?;
    version_of(&initdb, account).await?;
    let major = major_version(&version).ok_or_else(|| format!("unknown version `{version}`"))?;
    Ok(Binaries {
        postgres,
        initdb,
        major,
    })
}

async fn version_of(program: &Path, account: Option<&Account>) -> Result<String, String> {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .current_dir("/")
        .stdin(Stdio::null());
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    let output = command.output().await.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)` is 15.
fn major_version(text: &str) -> Option<u32> {
    leading_number(text.split_once("(PostgreSQL)")?.1.trim_start())
}

pub(super) fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_every_way_of_saying_it() {
        for (text, major) in [
            (
                "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18.4", Some(18)),
            ("postgres (PostgreSQL) 19beta1", Some(19)),
            ("postgres (Other) 9", None),
        ] {
            assert_eq!(major_version(text), major, "{text}");
        }
    }
}
