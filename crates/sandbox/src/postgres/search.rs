//! Finding `postgres` and `initdb`: what the user names, what is installed, what npm brought.

use std::path::{Path, PathBuf};

use super::binaries::{Binaries, leading_number, probe};
use super::packaged;
use crate::account::Account;
use crate::files::{is_executable, on_path};
use crate::{Result, SandboxError};

const OLDEST: u32 = 14;

/// Where distributions put one version each: parent folder, prefix of the versions' folders, and
/// what follows them.
const INSTALLED: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/lib64", "postgresql-", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/opt/local/lib", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The first usable pair; with `made_by`, the first of the major version that made the cluster.
pub(crate) async fn find(
    account: Option<&Account>,
    made_by: Option<(u32, &Path)>,
) -> Result<Binaries> {
    let mut tried = Vec::new();
    let named = std::env::var_os("SYMBOLON_POSTGRES_BIN").map(PathBuf::from);
    let places = named.map_or_else(places, |dir| vec![Place::Folder(dir)]);
    for place in places {
        let outcome = match &place {
            Place::Folder(dir) => probe(dir, account).await,
            Place::Package(dir) => packaged::usable(dir, account).await,
        };
        match outcome {
            Ok(found) if found.major < OLDEST => {
                tried.push(format!(
                    "{} is version {}",
                    place.dir().display(),
                    found.major
                ));
            }
            Ok(found) if made_by.is_some_and(|(major, _)| major != found.major) => {
                tried.push(format!(
                    "{} is version {}",
                    place.dir().display(),
                    found.major
                ));
            }
            Ok(found) => return Ok(found),
            Err(reason) => tried.push(format!("{}: {reason}", place.dir().display())),
        }
    }
    let tried = if tried.is_empty() {
        String::new()
    } else {
        format!(" ({})", tried.join("; "))
    };
    Err(match made_by {
        Some((made_by, path)) => SandboxError::PostgresVersion {
            path: path.to_path_buf(),
            made_by,
            tried,
        },
        None => SandboxError::PostgresMissing { tried },
    })
}

enum Place {
    Folder(PathBuf),
    Package(PathBuf),
}

impl Place {
    fn dir(&self) -> &Path {
        let (Self::Folder(dir) | Self::Package(dir)) = self;
        dir
    }
}

fn places() -> Vec<Place> {
    let mut folders = Vec::new();
    for postgres in on_path("postgres") {
        // Distributions link the server into PATH, not always initdb: look beside its real self.
        let real = postgres.canonicalize().unwrap_or_else(|_| postgres.clone());
        folders.extend(
            [real, postgres]
                .iter()
                .filter_map(|file| Some(file.parent()?.to_path_buf())),
        );
    }
    for (parent, prefix, rest) in INSTALLED {
        folders.extend(
            newest_first(Path::new(parent), prefix)
                .into_iter()
                .map(|dir| dir.join(rest)),
        );
    }
    folders
        .retain(|dir| is_executable(&dir.join("postgres")) && is_executable(&dir.join("initdb")));
    let mut distinct: Vec<PathBuf> = Vec::new();
    for dir in folders {
        if !distinct.contains(&dir) {
            distinct.push(dir);
        }
    }
    let packages = packaged::found().into_iter().map(Place::Package);
    distinct
        .into_iter()
        .map(Place::Folder)
        .chain(packages)
        .collect()
}

fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.trim_start_matches(['@', '-']);
            Some((leading_number(version).unwrap_or(0), entry.path()))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["9.6", "15", "17", "common"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
        }
        let names: Vec<_> = newest_first(parent.path(), "")
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["17", "15", "9.6", "common"]);
    }
}
