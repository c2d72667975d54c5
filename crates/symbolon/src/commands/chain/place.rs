//! One of the issuer's registries, and a node of its chain.

use std::path::PathBuf;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use symbolon_chain::endpoint::Endpoint;
use symbolon_core::ids::{IssuerId, RegistryId};
use symbolon_store::{Chain, Store};

use crate::{
    config::{self, LaneConfig},
    context::Context,
    exit::{Failure, Result},
};

/// The node of a chain that the register knows.
#[derive(Debug, Default, Args)]
pub(crate) struct NodeArgs {
    /// The node's URL, on a shared machine rather by --rpc-file [default: that of the chain's lane]
    #[arg(long, value_name = "URL")]
    rpc: Option<SecretString>,

    /// A file with the node's URL
    #[arg(long, value_name = "FILE", conflicts_with = "rpc")]
    rpc_file: Option<PathBuf>,
}

/// A registry in its place.
pub(crate) struct Place {
    pub(crate) chain: Chain,
    pub(crate) endpoint: Endpoint,
    /// How this machine is to drive it, if it is.
    pub(crate) lane: Option<LaneConfig>,
}

impl Place {
    /// The issuer's registry on this chain, by way of the node that is named,
    /// else of its lane's.
    pub(crate) async fn open(
        args: &NodeArgs,
        id: RegistryId,
        store: &Store,
        issuer: &IssuerId,
        context: &Context,
    ) -> Result<Self> {
        let chain = store.chain(issuer, id).await.map_err(|error| match error {
            symbolon_store::StoreError::NotFound { .. } => Failure::not_found(format!(
                "{issuer} has no registry on chain {id}: `symbolon chain list` shows those it has"
            )),
            other => other.into(),
        })?;
        let lane = context
            .config
            .lanes_of(issuer)
            .find(|lane| lane.registry == id);
        let endpoint = match (args.url()?, lane) {
            (Some(url), _) => Endpoint::unchecked(url.expose_secret(), id.chain)?,
            (None, Some(lane)) => lane.endpoint()?,
            (None, None) => {
                return Err(Failure::configuration(format!(
                    "no [[lane]] of {issuer} leads to chain {id}: add one, or give the node with --rpc or --rpc-file"
                )));
            }
        };
        endpoint.check_chain().await?;
        Ok(Self {
            chain,
            endpoint,
            lane: lane.cloned(),
        })
    }
}

impl NodeArgs {
    /// Whether a node was named.
    pub(crate) fn is_given(&self) -> bool {
        self.rpc.is_some() || self.rpc_file.is_some()
    }

    /// The registry that is named, else all that have a lane.
    pub(crate) fn chains(
        &self,
        named: Option<RegistryId>,
        issuer: &IssuerId,
        context: &Context,
    ) -> Result<Vec<RegistryId>> {
        if let Some(id) = named {
            return Ok(vec![id]);
        }
        if self.is_given() {
            return Err(Failure::usage(
                "--rpc: one node is on one chain: name the chain too, such as `symbolon chain verify 8453`",
            ));
        }
        let lanes = context.config.lanes_of(issuer);
        let chains: Vec<_> = lanes.map(|lane| lane.registry).collect();
        if chains.is_empty() {
            return Err(Failure::configuration(format!(
                "no [[lane]] of {issuer} leads to any chain: add one, or name a chain and its node (--rpc)"
            )));
        }
        Ok(chains)
    }

    fn url(&self) -> Result<Option<SecretString>> {
        match (&self.rpc, &self.rpc_file) {
            (Some(url), _) => Ok(Some(url.clone())),
            (None, Some(path)) => config::read_secret("--rpc-file", path).map(Some),
            (None, None) => Ok(None),
        }
    }
}
