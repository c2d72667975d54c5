//! The registrar of one issuer, as this process is to follow it.

use std::{collections::BTreeMap, path::Path};

use alloy_primitives::Address;
use symbolon_chain::{endpoint::Endpoint, preset::FinalityTag, quorum::Nodes};
use symbolon_core::ids::{ChainId, IssuerId};
use symbolon_store::Writer;

use super::{
    Environment,
    file::RegistrarFile,
    node::{Node, NodeFile},
    within,
};
use crate::exit::{Failure, Result};

/// One issuer's registrar. Where it stands is in the database.
#[derive(Clone, Debug)]
pub(crate) struct RegistrarConfig {
    /// Its place in the file, from 0.
    place: usize,
    /// Whose investors it keeps.
    pub(crate) issuer: IssuerId,
    node: Node,
    /// When a block counts, unless the chain's preset says so.
    pub(crate) confirmations: Option<u64>,
}

impl RegistrarConfig {
    pub(super) fn checked(
        place: usize,
        file: RegistrarFile,
        folder: &Path,
        environment: Environment,
    ) -> Result<Self> {
        let key = |name: &str| format!("registrar[{place}].{name}");
        let issuer = file
            .issuer
            .parse()
            .map_err(|error| Failure::configuration(format!("{}: {error}", key("issuer"))))?;
        let confirmations = within(&key("confirmations"), file.confirmations, 1..=100_000)?;
        let node = NodeFile {
            chain_id: file.chain_id,
            rpc_url: file.rpc_url,
            rpc_url_env: file.rpc_url_env,
            rpc_url_file: file.rpc_url_file,
            rpc_agreement: file.rpc_agreement,
            confirmations,
            finality: file.finality,
        };
        Ok(Self {
            place,
            issuer,
            node: Node::checked(key, node, folder, environment)?,
            confirmations,
        })
    }

    /// The registrar's address, if the issuer's writer is where this section
    /// says.
    pub(crate) fn of(&self, writer: Writer) -> Result<Address> {
        match writer {
            Writer::Registrar { chain, address, .. } if chain == self.chain() => Ok(address),
            Writer::Registrar { chain, .. } => Err(Failure::configuration(format!(
                "{}: the registrar of {} is on chain {chain}, not on chain {}: write that",
                self.key("chain_id"),
                self.issuer,
                self.chain(),
            ))),
            Writer::Register => Err(Failure::configuration(format!(
                "{}: {} has no registrar: run `symbolon issuer writer registrar`, or remove the section",
                self.key("issuer"),
                self.issuer,
            ))),
        }
    }

    /// The key's full name in messages.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("registrar[{}].{name}", self.place)
    }

    /// On which chain.
    pub(crate) fn chain(&self) -> ChainId {
        self.node.chain
    }

    /// The chain's nodes.
    pub(crate) fn nodes(&self) -> Result<Nodes> {
        self.node.nodes(|name| self.key(name))
    }

    /// The chain by way of them; they were not asked for it yet.
    pub(crate) fn endpoint(&self) -> Result<Endpoint> {
        self.node.endpoint(|name| self.key(name))
    }

    /// How the nodes tell what is final; where not, depth decides.
    pub(crate) fn finality(&self) -> FinalityTag {
        self.node.finality
    }

    /// What an operator should mend about its secret.
    pub(crate) fn weakness(&self) -> Option<String> {
        let found = self.node.weakness()?;
        Some(format!("{}: {found}", self.key("rpc_url_file")))
    }
}

/// One issuer has one writer.
pub(super) fn refuse_twins(registrars: &[RegistrarConfig]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for registrar in registrars {
        if let Some(first) = seen.insert(&registrar.issuer, registrar.place) {
            return Err(Failure::configuration(format!(
                "{}: registrar[{first}] is for {} already: remove one",
                registrar.key("issuer"),
                registrar.issuer,
            )));
        }
    }
    Ok(())
}
