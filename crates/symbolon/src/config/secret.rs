//! Secrets, and the places that hold them.

mod command;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::Environment;
use crate::exit::{Failure, Result};

/// Where a secret is to be found. Its value is never printed.
#[derive(Clone)]
pub(crate) enum SecretSource {
    /// In the configuration itself.
    Given(SecretString),
    /// In a variable of the environment.
    Variable(String, Environment),
    /// In a file of its own.
    File(PathBuf),
    /// What a command prints, such as one that asks a KMS.
    Command(Vec<String>),
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given(…)"),
            Self::Variable(name, _) => write!(f, "Variable({name})"),
            Self::File(path) => write!(f, "File({})", path.display()),
            // Its arguments may be secrets themselves.
            Self::Command(words) => write!(f, "Command({} …)", program(words)),
        }
    }
}

impl SecretSource {
    /// The variable of this name. Whoever writes the secret itself where its
    /// name belongs is told so, without its being shown.
    pub(super) fn variable(
        key: &str,
        name: &SecretString,
        environment: Environment,
    ) -> Result<Self> {
        let text = name.expose_secret();
        let is_name = !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.len() < 64;
        if is_name {
            Ok(Self::Variable(text.to_owned(), environment))
        } else {
            Err(Failure::configuration(format!(
                "{key}: not the name of an environment variable: write the variable's name (such as SYMBOLON_SIGNER_KEY), never the secret itself"
            )))
        }
    }

    /// A file, relative to the configuration's folder.
    pub(super) fn file(path: &Path, folder: &Path) -> Self {
        Self::File(folder.join(path))
    }

    /// A command and its arguments, which no shell sees. A program with a path is
    /// relative to the configuration's folder; others are looked up in PATH.
    pub(super) fn command(key: &str, mut words: Vec<String>, folder: &Path) -> Result<Self> {
        let Some(program) = words.first_mut().filter(|word| !word.trim().is_empty()) else {
            return Err(Failure::configuration(format!(
                "{key}: names no program: give a list of words, the program first"
            )));
        };
        if program.contains('/')
            && let Ok(path) = folder.join(&*program).into_os_string().into_string()
        {
            *program = path;
        }
        Ok(Self::Command(words))
    }

    /// Looks the secret up; `key` names it where that fails.
    pub(crate) fn read(&self, key: &str) -> Result<SecretString> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::Variable(name, environment) => {
                environment(name).map(SecretString::from).ok_or_else(|| {
                    Failure::configuration(format!(
                        "{key}: the environment variable {name} is not set: export it, or name a file instead"
                    ))
                })
            }
            Self::File(path) => read_file(key, path),
            Self::Command(words) => command::ask(key, words),
        }
    }

    /// What an operator should mend about this place, if anything.
    pub(crate) fn weakness(&self) -> Option<String> {
        let Self::File(path) = self else { return None };
        (shared_mode(path)? & 0o077 != 0).then(|| {
            format!(
                "{} can be read by other users: chmod 600 it",
                path.display()
            )
        })
    }
}

fn program(words: &[String]) -> &str {
    words.first().map_or("", String::as_str)
}

/// A secret that stands alone in a file.
pub(crate) fn read_file(key: &str, path: &Path) -> Result<SecretString> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::configuration(format!(
            "{key}: cannot read {}: {}: check the path and its permissions",
            path.display(),
            error.kind(),
        ))
    })?;
    match text.trim() {
        "" => Err(Failure::configuration(format!(
            "{key}: {} is empty: put the secret into it",
            path.display()
        ))),
        secret => Ok(SecretString::from(secret)),
    }
}

/// Refuses a URL of another kind, without showing it.
pub(super) fn check_scheme(
    key: &str,
    url: &SecretString,
    schemes: &[&str],
    wanted: &str,
) -> Result<()> {
    let scheme = url
        .expose_secret()
        .split_once("://")
        .map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| schemes.contains(&scheme.to_ascii_lowercase().as_str())) {
        Ok(())
    } else {
        Err(Failure::configuration(format!(
            "{key}: not a URL of the right kind: give {wanted}"
        )))
    }
}

fn shared_mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(std::fs::metadata(path).ok()?.permissions().mode())
}
