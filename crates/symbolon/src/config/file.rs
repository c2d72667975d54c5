//! The file as it is written, before anything in it is believed.

use std::{fmt, path::PathBuf};

use secrecy::SecretString;
use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, SeqAccess, Visitor},
};

use symbolon_core::verification::Requirements;
use symbolon_providers::{entrust::EntrustAccount, sumsub::SumsubAccount};

use crate::exit::{Failure, Result};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    pub(super) data_dir: Option<PathBuf>,
    pub(super) database: DatabaseFile,
    pub(super) server: ServerFile,
    pub(super) vault: VaultFile,
    pub(super) site: Option<SiteFile>,
    pub(super) mail: Option<MailFile>,
    pub(super) provider: Vec<ProviderFile>,
    pub(super) renewal: Vec<RenewalFile>,
    pub(super) lane: Vec<LaneFile>,
    pub(super) registrar: Vec<RegistrarFile>,
}

/// `[database]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DatabaseFile {
    pub(super) url: Option<SecretString>,
    pub(super) connections: Option<u32>,
}

/// `[server]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServerFile {
    pub(super) listen: Option<String>,
    pub(super) request_timeout_s: Option<u64>,
    pub(super) upload_idle_timeout_s: Option<u64>,
    pub(super) key_cache_s: Option<u64>,
    pub(super) lane_lease_ms: Option<u64>,
    pub(super) concurrent_imports: Option<usize>,
}

/// `[site]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteFile {
    pub(super) url: String,
}

/// `[mail]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailFile {
    /// The server's URL holds a password.
    pub(super) url: SecretPlaces,
    pub(super) from: String,
}

/// Where a secret is: `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "invalid type, expected { env = \"NAME\" } or { file = \"PATH\" }, never the secret itself"
)]
pub(super) enum SecretPlaces {
    Env { env: SecretString },
    File { file: PathBuf },
}

/// One `[[provider]]`.
#[derive(Debug, Deserialize)]
pub(super) struct ProviderFile {
    pub(super) issuer: String,
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) kind: KindFile,
    pub(super) requirements: Requirements,
}

/// Whose account it is.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum KindFile {
    Sumsub {
        account: Box<SumsubAccount>,
        token: SecretPlaces,
        secret: SecretPlaces,
        webhook_secret: Several<SecretPlaces>,
    },
    Entrust {
        account: Box<EntrustAccount>,
        token: SecretPlaces,
        webhook_token: Several<SecretPlaces>,
    },
}

/// One `[[renewal]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalFile {
    pub(super) issuer: String,
    pub(super) remind_days: Option<u16>,
    #[serde(default)]
    pub(super) send: bool,
}

/// `[vault]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct VaultFile {
    pub(super) master_key_env: Option<SecretString>,
    pub(super) master_key_file: Option<PathBuf>,
    pub(super) master_key_command: Option<WordsFile>,
    /// Known only to be refused with a hint.
    pub(super) master_key: Option<IgnoredAny>,
    pub(super) former_master_key_env: Option<Several<SecretString>>,
    pub(super) former_master_key_file: Option<Several<PathBuf>>,
    pub(super) former_master_key_command: Option<Several<WordsFile>>,
    /// As `master_key`.
    pub(super) former_master_key: Option<IgnoredAny>,
    pub(super) keys_url: Option<SecretString>,
}

/// A command and its arguments, which may be nobody else's business.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct WordsFile(pub(super) Vec<String>);

impl fmt::Debug for WordsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WordsFile({} …)", self.0.len())
    }
}

/// One of them, or a list.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "invalid type, expected one of them or a list")]
pub(super) enum Several<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Several<T> {
    pub(super) fn all(this: Option<Self>) -> Vec<T> {
        match this {
            None => Vec::new(),
            Some(Self::One(one)) => vec![one],
            Some(Self::Many(many)) => many,
        }
    }
}

/// One `[[lane]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaneFile {
    pub(super) issuer: String,
    pub(super) chain_id: u64,
    /// Which of the issuer's registries there; the first by default.
    pub(super) place: Option<u8>,
    pub(super) rpc_url: Option<UrlsFile>,
    pub(super) rpc_url_env: Option<SecretString>,
    pub(super) rpc_url_file: Option<PathBuf>,
    pub(super) rpc_agreement: Option<usize>,
    pub(super) signer_key_env: Option<SecretString>,
    pub(super) signer_key_file: Option<PathBuf>,
    /// Known only to be refused with a hint.
    pub(super) signer_key: Option<IgnoredAny>,
    /// Who signs claims; without one, they wait.
    pub(super) claim_signer_key_env: Option<SecretString>,
    pub(super) claim_signer_key_file: Option<PathBuf>,
    pub(super) confirmations: Option<u64>,
    pub(super) finality: Option<FinalityFile>,
    pub(super) max_fee_gwei: Option<f64>,
    pub(super) poll_ms: Option<u64>,
    pub(super) max_in_flight: Option<usize>,
    /// ERC-3643's agents that the owner appointed on purpose.
    #[serde(default)]
    pub(super) agents: Vec<String>,
}

/// One `[[registrar]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrarFile {
    pub(super) issuer: String,
    pub(super) chain_id: u64,
    pub(super) rpc_url: Option<UrlsFile>,
    pub(super) rpc_url_env: Option<SecretString>,
    pub(super) rpc_url_file: Option<PathBuf>,
    pub(super) rpc_agreement: Option<usize>,
    pub(super) confirmations: Option<u64>,
    pub(super) finality: Option<FinalityFile>,
}

/// One URL, or a list of them.
pub(super) struct UrlsFile(pub(super) Vec<SecretString>);

impl fmt::Debug for UrlsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UrlsFile({} …)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for UrlsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = UrlsFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a URL or a list of URLs")
    }

    fn visit_str<E: de::Error>(self, url: &str) -> std::result::Result<UrlsFile, E> {
        Ok(UrlsFile(vec![url.into()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut urls: A) -> std::result::Result<UrlsFile, A::Error> {
        let mut all = Vec::new();
        while let Some(url) = urls.next_element()? {
            all.push(url);
        }
        Ok(UrlsFile(all))
    }
}

/// What makes a block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FinalityFile {
    /// The chain's word for it.
    Finalized,
    /// The blocks upon it.
    Depth,
}

/// Reads the file; a mistake is named by its key.
pub(super) fn parse(text: &str) -> Result<ConfigFile> {
    let document = toml::Deserializer::parse(text).map_err(|error| at_line(text, &error))?;
    serde_path_to_error::deserialize(document).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let problem = without_value(error.message());
        if path == "." {
            return Failure::configuration(format!("{problem}: {}", remedy(&problem)));
        }
        Failure::configuration(format!("{path}: {problem}: {}", remedy(&problem)))
    })
}

/// TOML that is no TOML. Its own rendering quotes the line, which may hold a
/// secret: only the line's number may be shown.
fn at_line(text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    let problem = without_value(error.message());
    Failure::configuration(format!("line {line}: {problem}: mend the TOML there"))
}

fn remedy(problem: &str) -> &'static str {
    if problem.starts_with("unknown field") {
        "check its spelling"
    } else if problem.starts_with("missing field") {
        "add it"
    } else {
        "write a value of that kind"
    }
}

/// `invalid type: string "s3cret", expected u64` without what was written.
fn without_value(message: &str) -> String {
    let message = message.lines().next().unwrap_or(message);
    for beginning in ["invalid type", "invalid value", "invalid length"] {
        if message.starts_with(beginning) {
            return match message.rsplit_once("expected ") {
                Some((_, wanted)) => format!("{beginning}, expected {wanted}"),
                None => beginning.to_owned(),
            };
        }
    }
    message.to_owned()
}
