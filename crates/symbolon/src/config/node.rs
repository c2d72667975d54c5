//! The node of a chain, as a section of the configuration names it.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use symbolon_chain::endpoint::Endpoint;
use symbolon_core::ids::ChainId;

use super::{Environment, SecretSource, secret};
use crate::exit::{Failure, Result};

const RPC_KIND: &str = "an RPC endpoint, such as https://node.example/key";

/// What the section says of it.
pub(super) struct NodeFile {
    pub(super) chain_id: u64,
    pub(super) rpc_url: Option<SecretString>,
    pub(super) rpc_url_env: Option<SecretString>,
    pub(super) rpc_url_file: Option<PathBuf>,
}

/// A chain, and where its node is.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) chain: ChainId,
    rpc_url: SecretSource,
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
        let rpc_url = match (file.rpc_url, file.rpc_url_env, file.rpc_url_file) {
            (Some(url), None, None) => {
                check_url(&key("rpc_url"), &url)?;
                SecretSource::Given(url)
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
            chain: ChainId(file.chain_id),
            rpc_url,
        })
    }

    /// The node's URL.
    pub(super) fn url(&self, key: &str) -> Result<SecretString> {
        let url = self.rpc_url.read(key)?;
        check_url(key, &url)?;
        Ok(url)
    }

    /// The node, not yet asked for its chain.
    pub(super) fn endpoint(&self, key: &str) -> Result<Endpoint> {
        Endpoint::unchecked(self.url(key)?.expose_secret(), self.chain)
            .map_err(|error| Failure::configuration(format!("{key}: {error}")))
    }

    /// What an operator should mend about its secret.
    pub(super) fn weakness(&self) -> Option<String> {
        self.rpc_url.weakness()
    }
}

fn check_url(key: &str, url: &SecretString) -> Result<()> {
    secret::check_scheme(key, url, &["http", "https"], RPC_KIND)
}
