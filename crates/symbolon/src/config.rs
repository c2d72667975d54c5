//! The configuration: a TOML file, then the environment over it.
//!
//! It is checked as a whole at start: a mistake is refused with the key's
//! name, what is wrong with it, and how to mend it. Secrets that the file
//! refers to ([`secret::SecretSource`]) are looked up when they are needed, so
//! that an officer who asks for a status needs no signing key.
//!
//! No message quotes a value that could be a secret.

mod file;
mod lane;
mod node;
mod people;
mod registrar;
mod renewal;
mod secret;
mod vault;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use symbolon_core::ids::IssuerId;
use symbolon_server::{ServerConfig, Site};

use crate::exit::{Failure, Result};

pub(crate) use lane::{LaneConfig, refuse_shared_signers};
pub(crate) use people::{MailConfig, ProviderConfig, accounts};
pub(crate) use registrar::RegistrarConfig;
pub(crate) use renewal::{RenewalConfig, renewals};
pub(crate) use secret::{SecretSource, read_file as read_secret};
pub(crate) use vault::VaultConfig;

/// Where the configuration is looked for.
pub(crate) const DEFAULT_FILE: &str = "symbolon.toml";

/// Where the private database keeps its data.
const DEFAULT_DATA_DIR: &str = ".symbolon";

const CONNECTIONS: u32 = 16;

/// The process's environment, or a test's.
pub(crate) type Environment = fn(&str) -> Option<String>;

/// The environment of this process; an empty variable counts as absent.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}

/// Everything that an operator can set.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file that it came from, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// The folder of the private database.
    pub(crate) data_dir: PathBuf,
    /// The database, unless a private one is to be started.
    pub(crate) database: Option<SecretString>,
    /// Connections to it, at most.
    pub(crate) connections: u32,
    /// How the server behaves.
    pub(crate) server: ServerConfig,
    /// Where links lead.
    pub(crate) site: Option<Site>,
    /// How mail is sent.
    pub(crate) mail: Option<MailConfig>,
    /// The issuers' accounts with providers.
    pub(crate) providers: Vec<ProviderConfig>,
    /// How verdicts are renewed.
    pub(crate) renewals: Vec<RenewalConfig>,
    /// The keys of profiles.
    pub(crate) vault: VaultConfig,
    /// The chains that this process drives.
    pub(crate) lanes: Vec<LaneConfig>,
    /// The registrars that this process follows.
    pub(crate) registrars: Vec<RegistrarConfig>,
}

impl Config {
    /// Reads the file, if there is one, and the environment.
    pub(crate) fn load(named: Option<&Path>, environment: Environment) -> Result<Self> {
        let default = Path::new(DEFAULT_FILE);
        let path = named.or_else(|| default.exists().then_some(default));
        let Some(path) = path else {
            return Self::checked(file::ConfigFile::default(), None, environment);
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                other => other.to_string(),
            };
            Failure::configuration(format!(
                "cannot read the configuration {}: {why}: check --config and SYMBOLON_CONFIG",
                path.display(),
            ))
        })?;
        let file = file::parse(&text).map_err(|error| in_file(path, error))?;
        Self::checked(file, Some(path), environment).map_err(|error| in_file(path, error))
    }

    fn checked(
        file: file::ConfigFile,
        path: Option<&Path>,
        environment: Environment,
    ) -> Result<Self> {
        // What the file names is relative to the file.
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        let data_dir = environment("SYMBOLON_DATA_DIR")
            .map(PathBuf::from)
            .unwrap_or_else(|| {
                folder.join(
                    file.data_dir
                        .as_deref()
                        .unwrap_or(Path::new(DEFAULT_DATA_DIR)),
                )
            });
        let renewals = renewal::all(&file)?;
        let lanes = file
            .lane
            .into_iter()
            .enumerate()
            .map(|(place, lane)| LaneConfig::checked(place, lane, folder, environment))
            .collect::<Result<Vec<_>>>()?;
        lane::refuse_twins(&lanes)?;
        let registrars = file
            .registrar
            .into_iter()
            .enumerate()
            .map(|(place, found)| RegistrarConfig::checked(place, found, folder, environment))
            .collect::<Result<Vec<_>>>()?;
        registrar::refuse_twins(&registrars)?;
        let database = database(file.database.url, environment)?;
        let mail = file.mail;
        let mail = mail.map(|mail| MailConfig::checked(mail, folder, environment));
        let mail = mail.transpose()?;
        let providers = file
            .provider
            .into_iter()
            .enumerate()
            .map(|(place, found)| ProviderConfig::checked(place, found, folder, environment))
            .collect::<Result<Vec<_>>>()?;
        people::refuse_twins(&providers)?;
        let vault = VaultConfig::checked(file.vault, folder, environment)?;
        vault::refuse_one_database(database.as_ref(), vault.keys_url.as_ref())?;
        Ok(Self {
            file: path.map(Path::to_path_buf),
            data_dir,
            database,
            connections: within("database.connections", file.database.connections, 2..=1000)?
                .unwrap_or(CONNECTIONS),
            server: server(&file.server, environment)?,
            vault,
            site: people::site(file.site, environment)?,
            mail,
            providers,
            renewals,
            lanes,
            registrars,
        })
    }

    /// The section of one issuer's registrar.
    pub(crate) fn registrar_of(&self, issuer: &IssuerId) -> Option<&RegistrarConfig> {
        self.registrars
            .iter()
            .find(|registrar| registrar.issuer == *issuer)
    }

    /// The lanes of one issuer.
    pub(crate) fn lanes_of(&self, issuer: &IssuerId) -> impl Iterator<Item = &LaneConfig> {
        self.lanes.iter().filter(move |lane| lane.issuer == *issuer)
    }
}

fn in_file(path: &Path, error: Failure) -> Failure {
    Failure::new(error.exit, format!("{}: {error}", path.display()))
}

/// The environment goes before the file, and our own variable before the
/// common one.
fn database(
    in_file: Option<SecretString>,
    environment: Environment,
) -> Result<Option<SecretString>> {
    let named = ["SYMBOLON_DATABASE_URL", "DATABASE_URL"]
        .into_iter()
        .find_map(|name| environment(name).map(|url| (name, SecretString::from(url))));
    let (name, url) = match (named, in_file) {
        (Some(named), _) => named,
        (None, Some(url)) => ("database.url", url),
        (None, None) => return Ok(None),
    };
    secret::check_scheme(
        name,
        &url,
        &["postgres", "postgresql"],
        "a PostgreSQL URL, such as postgres://user:password@host/database",
    )?;
    Ok(Some(url))
}

fn server(file: &file::ServerFile, environment: Environment) -> Result<ServerConfig> {
    let mut config = ServerConfig::default();
    let listen = match environment("SYMBOLON_LISTEN") {
        Some(text) => Some(("SYMBOLON_LISTEN", text)),
        None => file.listen.clone().map(|text| ("server.listen", text)),
    };
    if let Some((name, text)) = listen {
        config.listen = address(name, &text)?;
    }
    if let Some(seconds) = within("server.request_timeout_s", file.request_timeout_s, 1..=3600)? {
        config.request_timeout = Duration::from_secs(seconds);
    }
    if let Some(seconds) = within(
        "server.upload_idle_timeout_s",
        file.upload_idle_timeout_s,
        1..=3600,
    )? {
        config.upload_idle_timeout = Duration::from_secs(seconds);
    }
    if let Some(seconds) = within("server.key_cache_s", file.key_cache_s, 0..=300)? {
        config.key_cache = Duration::from_secs(seconds);
    }
    if let Some(millis) = within("server.lane_lease_ms", file.lane_lease_ms, 250..=60_000)? {
        config.lane_lease = Duration::from_millis(millis);
    }
    if let Some(imports) = within("server.concurrent_imports", file.concurrent_imports, 1..=64)? {
        config.concurrent_imports = imports;
    }
    Ok(config)
}

fn address(name: &str, text: &str) -> Result<SocketAddr> {
    text.parse().map_err(|_| {
        Failure::configuration(format!(
            "{name}: not an address to listen on: write IP:PORT, such as 127.0.0.1:8080"
        ))
    })
}

/// A number within bounds, or none.
fn within<T: PartialOrd + std::fmt::Display + Copy>(
    name: &str,
    number: Option<T>,
    bounds: std::ops::RangeInclusive<T>,
) -> Result<Option<T>> {
    match number {
        Some(number) if !bounds.contains(&number) => Err(Failure::configuration(format!(
            "{name}: {number} is out of range: choose {} to {}",
            bounds.start(),
            bounds.end(),
        ))),
        number => Ok(number),
    }
}

#[cfg(test)]
mod tests;
