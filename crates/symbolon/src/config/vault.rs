//! The keys that open the vault, and where they are found.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use symbolon_vault::MasterKey;

use super::{
    Environment, SecretSource,
    file::{Several, VaultFile},
    secret,
};
use crate::exit::{Failure, Result};

const CURRENT: &str = "vault.master_key";

/// `[vault]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct VaultConfig {
    current: Option<SecretSource>,
    former: Vec<SecretSource>,
    /// The database of the keys, unless it is the one beside the register's.
    pub(crate) keys_url: Option<SecretString>,
}

impl VaultConfig {
    pub(super) fn checked(
        file: VaultFile,
        folder: &Path,
        environment: Environment,
    ) -> Result<Self> {
        if file.master_key.is_some() {
            return Err(no_place("master_key"));
        }
        if file.former_master_key.is_some() {
            return Err(no_place("former_master_key"));
        }
        let mut current = Vec::new();
        if let Some(name) = file.master_key_env {
            let key = "vault.master_key_env";
            current.push(SecretSource::variable(key, &name, environment)?);
        }
        if let Some(path) = file.master_key_file {
            current.push(SecretSource::file(&path, folder));
        }
        if let Some(words) = file.master_key_command {
            let key = "vault.master_key_command";
            current.push(SecretSource::command(key, words.0, folder)?);
        }
        if current.len() > 1 {
            return Err(Failure::configuration(
                "vault.master_key_env: give one of master_key_env, master_key_file and master_key_command",
            ));
        }
        let mut former = Vec::new();
        for name in Several::all(file.former_master_key_env) {
            let key = "vault.former_master_key_env";
            former.push(SecretSource::variable(key, &name, environment)?);
        }
        for path in Several::all(file.former_master_key_file) {
            former.push(SecretSource::file(&path, folder));
        }
        for words in Several::all(file.former_master_key_command) {
            let key = "vault.former_master_key_command";
            former.push(SecretSource::command(key, words.0, folder)?);
        }
        Ok(Self {
            current: current.pop(),
            former,
            keys_url: keys_url(file.keys_url, environment)?,
        })
    }

    /// Whether somebody named one.
    pub(crate) fn names_a_key(&self) -> bool {
        self.current.is_some()
    }

    /// The master key that wraps, if one was named.
    pub(crate) fn current(&self) -> Result<Option<MasterKey>> {
        let source = self.current.as_ref();
        source.map(|source| read(CURRENT, source)).transpose()
    }

    /// Those before it.
    pub(crate) fn former(&self) -> Result<Vec<MasterKey>> {
        let sources = self.former.iter().enumerate();
        sources
            .map(|(place, source)| read(&former_key(place), source))
            .collect()
    }

    /// What an operator should mend about its secrets.
    pub(crate) fn weaknesses(&self) -> impl Iterator<Item = String> {
        let current = self.current.iter().map(|source| (CURRENT.into(), source));
        let former = self.former.iter().enumerate();
        let former = former.map(|(place, source)| (former_key(place), source));
        current
            .chain(former)
            .filter_map(|(key, source)| Some(format!("{key}: {}", source.weakness()?)))
    }
}

fn former_key(place: usize) -> String {
    format!("vault.former_master_key[{place}]")
}

fn no_place(name: &str) -> Failure {
    Failure::configuration(format!(
        "vault.{name}: a key does not belong in this file: put it into an environment variable and name that in {name}_env, or into a file of its own (chmod 600) and name that in {name}_file, or have {name}_command ask for it"
    ))
}

fn read(key: &str, source: &SecretSource) -> Result<MasterKey> {
    MasterKey::read(&source.read(key)?)
        .map_err(|error| Failure::configuration(format!("{key}: {error}")))
}

fn keys_url(
    in_file: Option<SecretString>,
    environment: Environment,
) -> Result<Option<SecretString>> {
    let named = environment("SYMBOLON_KEYS_URL").map(SecretString::from);
    let (name, url) = match (named, in_file) {
        (Some(url), _) => ("SYMBOLON_KEYS_URL", url),
        (None, Some(url)) => ("vault.keys_url", url),
        (None, None) => return Ok(None),
    };
    let wanted = "a PostgreSQL URL of a database for the keys alone";
    secret::check_scheme(name, &url, &["postgres", "postgresql"], wanted)?;
    Ok(Some(url))
}

/// A copy of the register must not carry the keys.
pub(super) fn refuse_one_database(
    register: Option<&SecretString>,
    keys: Option<&SecretString>,
) -> Result<()> {
    let (Some(register), Some(keys)) = (register, keys) else {
        return Ok(());
    };
    if register.expose_secret() == keys.expose_secret() {
        return Err(Failure::configuration(
            "vault.keys_url: that is the register's own database, whose copies would carry the keys: name another",
        ));
    }
    Ok(())
}
