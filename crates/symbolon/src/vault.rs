//! The vault, where this process was given its keys.
//!
//! Where the register is the private database of the data folder, its master key is a
//! file there, made on first need: the first run needs no decision. Whoever names a
//! database names a master key too, or the vault stays closed.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::{ExposeSecret, SecretString};
use symbolon_server::{Vault, vault::VaultFailure};
use symbolon_store::{Keyring, Store};
use symbolon_vault::{MasterKey, MasterKeys, VaultError};

use crate::{
    config::{Config, read_secret},
    database::Database,
    exit::{Exit, Failure, Result},
    output::Output,
};

/// In the data folder.
const MASTER_KEY: &str = "master.key";

/// Profiles, and the keys that open them.
#[derive(Debug)]
pub(crate) struct OpenVault {
    pub(crate) vault: Arc<Vault>,
    pub(crate) keyring: Keyring,
}

impl OpenVault {
    /// Opens it; `None` where this process has no master key.
    pub(crate) async fn open(
        config: &Config,
        database: &Database,
        output: Output,
    ) -> Result<Option<Self>> {
        let known = known_keys(config)?;
        if known.is_none() && config.database.is_some() {
            return Ok(None);
        }
        let keyring = keyring(config, database).await?;
        let keys = match known {
            Some(keys) => Ok(keys),
            None => first(config, &database.store, &keyring, output).await,
        };
        match keys {
            Ok(keys) => {
                let vault = Vault::new(database.store.clone(), keyring.clone(), keys);
                let vault = Arc::new(vault);
                Ok(Some(Self { vault, keyring }))
            }
            Err(failure) => {
                keyring.close().await;
                Err(failure)
            }
        }
    }

    /// Ends all connections to the keys.
    pub(crate) async fn close(&self) {
        self.keyring.close().await;
    }
}

/// The master keys that this process has; `None` where it has none.
pub(crate) fn known_keys(config: &Config) -> Result<Option<MasterKeys>> {
    let current = match (config.vault.current()?, kept_key(config)) {
        (None, Some(path)) => Some(kept(&path)?),
        (named, _) => named,
    };
    let former = config.vault.former()?;
    Ok(current.map(|current| MasterKeys::new(current, former)))
}

/// Connects to the database of the keys.
pub(crate) async fn keyring(config: &Config, database: &Database) -> Result<Keyring> {
    let connections = config.connections;
    let opened = match &config.vault.keys_url {
        Some(url) => Keyring::open(url.expose_secret(), connections).await,
        None => Keyring::open_beside(database.url.expose_secret(), connections).await,
    };
    opened.map_err(|error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("the keys' database: {failure}"))
    })
}

/// The key file of the data folder, for an operator to look after.
pub(crate) fn kept_key(config: &Config) -> Option<PathBuf> {
    let unnamed = config.database.is_none() && !config.vault.names_a_key();
    let path = config.data_dir.join(MASTER_KEY);
    (unnamed && path.exists()).then_some(path)
}

fn kept(path: &Path) -> Result<MasterKey> {
    let name = path.display();
    MasterKey::read(&read_secret(MASTER_KEY, path)?)
        .map_err(|error| Failure::configuration(format!("{name}: {error}")))
}

/// The first master key of a register that has none. One whose key is lost gets no
/// other: nobody would notice that its profiles are unreadable.
async fn first(
    config: &Config,
    store: &Store,
    keyring: &Keyring,
    output: Output,
) -> Result<MasterKeys> {
    let path = &config.data_dir.join(MASTER_KEY);
    let former = config.vault.former()?;
    refuse_lost_key(path, store, keyring).await?;
    let key = make(path)?;
    output.note(format_args!(
        "made a master key for profiles in {}: keep a copy of it apart from the database's backups; without it nobody reads them again",
        path.display()
    ));
    Ok(MasterKeys::new(key, former))
}

/// Refused where keys are there, and what wraps them is not.
async fn refuse_lost_key(path: &Path, store: &Store, keyring: &Keyring) -> Result<()> {
    for issuer in store.issuers().await? {
        let index = keyring.index_key(&issuer.id).await?;
        if index.is_some() || !keyring.masters(&issuer.id).await?.is_empty() {
            return Err(Failure::configuration(format!(
                "{}: the master key is gone, and profiles are sealed under it: put it back",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Whether the data folder's first master key may still be made.
pub(crate) async fn may_begin(config: &Config, store: &Store, keyring: &Keyring) -> Result<()> {
    refuse_lost_key(&config.data_dir.join(MASTER_KEY), store, keyring).await
}

/// Makes a master key in a file that only its owner reads, unless there is one: of two
/// who come at once, the other's.
pub(crate) fn make(path: &Path) -> Result<MasterKey> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let digits = alloy_primitives::hex::encode(rand::random::<[u8; 32]>());
    let secret = SecretString::from(digits);
    let refused = |error: io::Error| Failure::file("write", path)(error);
    // Its mode is 0600 from the beginning.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(refused)?;
    writeln!(file, "{}", secret.expose_secret()).map_err(refused)?;
    file.as_file().sync_all().map_err(refused)?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(refused(error.error)),
    }
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(refused)?;
    kept(path)
}

/// That this process has no master key.
pub(crate) fn closed() -> Failure {
    Failure::configuration(
        "the vault is closed: name a master key ([vault] master_key_env, master_key_file or master_key_command of the configuration)",
    )
}

impl From<VaultFailure> for Failure {
    fn from(failure: VaultFailure) -> Self {
        match failure {
            VaultFailure::Closed => closed(),
            VaultFailure::KeyLost => Self::new(
                Exit::Database,
                format!("{failure} Restore the newest one: `symbolon doctor` tells more"),
            ),
            VaultFailure::Vault(error @ VaultError::MissingMasterKey(_)) => {
                Self::configuration(format!("{error} (vault.former_master_key_file)"))
            }
            VaultFailure::Vault(error) => Self::new(
                Exit::Database,
                format!("{error}: run `symbolon audit verify`, and restore the newest backups"),
            ),
            VaultFailure::Store(error) => error.into(),
            VaultFailure::Refused(refusal) => refusal.into(),
        }
    }
}
