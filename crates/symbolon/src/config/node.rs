//! The nodes of a chain, as a section of the configuration names them.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use symbolon_chain::{
    endpoint::Endpoint,
    preset::{FinalityTag, Preset},
    quorum::Nodes,
};
use symbolon_core::ids::ChainId;

use super::{
    Environment, SecretSource,
    file::{FinalityFile, UrlsFile},
    secret,
};
use crate::exit::{Failure, Result};

const RPC_KIND: &str = "an RPC endpoint, such as https://node.example/key";

/// What the section says of them.
pub(super) struct NodeFile {
    pub(super) chain_id: u64,
    pub(super) rpc_url: Option<UrlsFile>,
    pub(super) rpc_url_env: Option<SecretString>,
    pub(super) rpc_url_file: Option<PathBuf>,
    pub(super) rpc_agreement: Option<usize>,
    pub(super) confirmations: Option<u64>,
    pub(super) finality: Option<FinalityFile>,
}

/// A chain, where its nodes are, and what is final there.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) chain: ChainId,
    rpc_url: SecretSource,
    /// How many nodes must agree, unless more than half.
    agreement: Option<NonZeroUsize>,
    /// How they tell what is final.
    pub(super) finality: FinalityTag,
}

impl Node {
    /// `key` makes a key's full name, for messages.
    pub(super) fn checked(
        key: impl Fn(&str) -> String,
        file: NodeFile,
        folder: &Path,
        environment: Environment,
    ) -> Result<Self> {
        let refuse =
            |name: &str, problem: &str| Failure::configuration(format!("{}: {problem}", key(name)));
        if file.chain_id == 0 || file.chain_id > i64::MAX as u64 {
            return Err(refuse(
                "chain_id",
                "no chain has this id: give the EIP-155 id, such as 1",
            ));
        }
        let chain = ChainId(file.chain_id);
        let agreement = file.rpc_agreement.map(|number| {
            NonZeroUsize::new(number).ok_or_else(|| {
                refuse(
                    "rpc_agreement",
                    "0 nodes agree upon anything: choose 1 or more",
                )
            })
        });
        let agreement = agreement.transpose()?;
        let rpc_url = match (file.rpc_url, file.rpc_url_env, file.rpc_url_file) {
            (Some(UrlsFile(urls)), None, None) => {
                check_urls(&key, &urls, agreement)?;
                let urls: Vec<_> = urls.iter().map(|url| url.expose_secret()).collect();
                SecretSource::Given(urls.join("\n").into())
            }
            (None, Some(name), None) => {
                SecretSource::variable(&key("rpc_url_env"), &name, environment)?
            }
            (None, None, Some(path)) => SecretSource::file(&path, folder),
            _ => {
                return Err(refuse(
                    "rpc_url",
                    "give one of rpc_url, rpc_url_env and rpc_url_file",
                ));
            }
        };
        Ok(Self {
            chain,
            rpc_url,
            agreement,
            finality: finality(chain, file.finality, file.confirmations),
        })
    }

    /// The nodes, of which enough must agree.
    pub(super) fn nodes(&self, key: impl Fn(&str) -> String) -> Result<Nodes> {
        let text = self.rpc_url.read(&key("rpc_url"))?;
        let between = |c: char| c == ',' || c.is_whitespace();
        let urls: Vec<SecretString> = text
            .expose_secret()
            .split(between)
            .filter(|url| !url.is_empty())
            .map(SecretString::from)
            .collect();
        check_urls(&key, &urls, self.agreement)?;
        Nodes::new(&urls, self.agreement)
            .map_err(|error| Failure::configuration(format!("{}: {error}", key("rpc_url"))))
    }

    /// The chain by way of its nodes, which were not asked for it yet.
    pub(super) fn endpoint(&self, key: impl Fn(&str) -> String) -> Result<Endpoint> {
        Ok(Endpoint::through(&self.nodes(key)?, self.chain))
    }

    /// What an operator should mend about its secret.
    pub(super) fn weakness(&self) -> Option<String> {
        self.rpc_url.weakness()
    }
}

/// Whoever says how many blocks make one final wants them counted, unless the
/// section says otherwise; else the chain's own word goes first.
fn finality(chain: ChainId, said: Option<FinalityFile>, confirmations: Option<u64>) -> FinalityTag {
    match (said, confirmations) {
        (Some(FinalityFile::Finalized), _) => FinalityTag::Finalized,
        (Some(FinalityFile::Depth), _) | (None, Some(_)) => FinalityTag::None,
        (None, None) => Preset::of(chain).map_or(FinalityTag::None, |preset| preset.finality),
    }
}

fn check_urls(
    key: &impl Fn(&str) -> String,
    urls: &[SecretString],
    agreement: Option<NonZeroUsize>,
) -> Result<()> {
    for (place, url) in urls.iter().enumerate() {
        let name = match urls.len() {
            1 => key("rpc_url"),
            _ => format!("{}[{place}]", key("rpc_url")),
        };
        secret::check_scheme(&name, url, &["http", "https"], RPC_KIND)?;
        let same = |other: &SecretString| other.expose_secret() == url.expose_secret();
        if let Some(first) = urls[..place].iter().position(same) {
            return Err(Failure::configuration(format!(
                "{name}: it is the same as {}[{first}], and would agree with itself: name each node once",
                key("rpc_url"),
            )));
        }
    }
    if urls.is_empty() {
        return Err(Failure::configuration(format!(
            "{}: it names no node: give {RPC_KIND}",
            key("rpc_url")
        )));
    }
    match agreement.map(NonZeroUsize::get) {
        Some(agreement) if agreement > urls.len() => Err(Failure::configuration(format!(
            "{}: {agreement} of {} nodes cannot agree: choose 1 to {}",
            key("rpc_agreement"),
            urls.len(),
            urls.len(),
        ))),
        _ => Ok(()),
    }
}
