//! One chain of one issuer, as this process is to drive it.

use std::{collections::BTreeMap, path::Path};

use alloy_primitives::Address;
use symbolon_chain::{endpoint::Endpoint, preset::FinalityTag, quorum::Nodes, signer::LaneSigner};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::fees::Wei,
    time::Millis,
};

use super::{
    Environment, SecretSource,
    file::LaneFile,
    node::{Node, NodeFile},
    within,
};
use crate::exit::{Failure, Result};

/// One chain of one issuer.
#[derive(Clone, Debug)]
pub(crate) struct LaneConfig {
    /// Its place in the file, from 0.
    place: usize,
    /// Whose register is mirrored.
    pub(crate) issuer: IssuerId,
    /// To which chain.
    pub(crate) registry: RegistryId,
    node: Node,
    signer_key: SecretSource,
    claim_signer_key: Option<SecretSource>,
    /// When a block counts, unless the store says so.
    pub(crate) confirmations: Option<u64>,
    /// The most that a unit of gas may cost.
    pub(crate) max_fee: Option<Wei>,
    /// How often to look at the chain.
    pub(crate) poll: Option<Millis>,
    /// Unmined transactions at a time.
    pub(crate) max_in_flight: Option<usize>,
    /// Who may write there beside the lane: tokens that recover wallets.
    pub(crate) agents: Vec<Address>,
}

impl LaneConfig {
    pub(super) fn checked(
        place: usize,
        file: LaneFile,
        folder: &Path,
        environment: Environment,
    ) -> Result<Self> {
        let key = |name: &str| format!("lane[{place}].{name}");
        let refuse =
            |name: &str, problem: &str| Failure::configuration(format!("{}: {problem}", key(name)));
        if file.signer_key.is_some() {
            return Err(refuse(
                "signer_key",
                "a key does not belong in this file: put it into an environment variable and name that in signer_key_env, or into a file of its own (chmod 600) and name that in signer_key_file",
            ));
        }
        let issuer = file
            .issuer
            .parse()
            .map_err(|error| refuse("issuer", &format!("{error}")))?;
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
        let node = Node::checked(key, node, folder, environment)?;
        let signer_key = match (file.signer_key_env, file.signer_key_file) {
            (Some(name), None) => {
                SecretSource::variable(&key("signer_key_env"), &name, environment)?
            }
            (None, Some(path)) => SecretSource::file(&path, folder),
            _ => {
                return Err(refuse(
                    "signer_key_env",
                    "give one of signer_key_env and signer_key_file",
                ));
            }
        };
        let claim_signer_key = match (file.claim_signer_key_env, file.claim_signer_key_file) {
            (None, None) => None,
            (Some(name), None) => Some(SecretSource::variable(
                &key("claim_signer_key_env"),
                &name,
                environment,
            )?),
            (None, Some(path)) => Some(SecretSource::file(&path, folder)),
            (Some(_), Some(_)) => {
                return Err(refuse(
                    "claim_signer_key_env",
                    "give one of claim_signer_key_env and claim_signer_key_file, or neither",
                ));
            }
        };
        Ok(Self {
            place,
            issuer,
            registry: RegistryId {
                chain: node.chain,
                place: within(&key("place"), file.place, 0..=MOST_PLACE)?.unwrap_or(0),
            },
            node,
            signer_key,
            claim_signer_key,
            confirmations,
            max_fee: within(
                &key("max_fee_gwei"),
                file.max_fee_gwei,
                0.000_001..=1_000_000.0,
            )?
            .map(wei),
            poll: within(&key("poll_ms"), file.poll_ms, 10..=600_000)?.map(Millis),
            max_in_flight: within(&key("max_in_flight"), file.max_in_flight, 1..=64)?,
            agents: agents(&key("agents"), &file.agents)?,
        })
    }

    /// The key's full name in messages.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("lane[{}].{name}", self.place)
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

    /// The key that signs.
    pub(crate) fn signer(&self) -> Result<LaneSigner> {
        let key = self.key("signer_key");
        LaneSigner::from_hex(&self.signer_key.read(&key)?)
            .map_err(|error| Failure::configuration(format!("{key}: {error}")))
    }

    /// The key that signs claims, if one does.
    pub(crate) fn claim_signer(&self) -> Result<Option<LaneSigner>> {
        let Some(source) = &self.claim_signer_key else {
            return Ok(None);
        };
        let key = self.key("claim_signer_key");
        LaneSigner::from_hex(&source.read(&key)?)
            .map(Some)
            .map_err(|error| Failure::configuration(format!("{key}: {error}")))
    }

    /// What an operator should mend about its secrets.
    pub(crate) fn weaknesses(&self) -> impl Iterator<Item = String> {
        [
            ("rpc_url_file", self.node.weakness()),
            ("signer_key_file", self.signer_key.weakness()),
            (
                "claim_signer_key_file",
                self.claim_signer_key
                    .as_ref()
                    .and_then(SecretSource::weakness),
            ),
        ]
        .into_iter()
        .filter_map(|(name, found)| Some(format!("{}: {}", self.key(name), found?)))
    }
}

/// Two lanes that sign with one key on one chain would fight over its nonces. A
/// key that cannot be read is somebody else's to tell.
pub(crate) fn refuse_shared_signers(lanes: &[LaneConfig]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for lane in lanes {
        let Ok(signer) = lane.signer() else {
            continue;
        };
        let place = (lane.registry.chain, signer.address());
        if let Some(first) = seen.insert(place, lane.key("signer_key")) {
            return Err(Failure::configuration(format!(
                "{}: {first} is the same key on the same chain, and two lanes would fight over its nonces: give each a key of its own",
                lane.key("signer_key"),
            )));
        }
    }
    Ok(())
}

fn agents(key: &str, texts: &[String]) -> Result<Vec<Address>> {
    let address = |text: &String| {
        text.parse().map_err(|_| {
            Failure::configuration(format!(
                "{key}: {text:?} is not an address: write 0x and 40 hex digits"
            ))
        })
    };
    texts.iter().map(address).collect()
}

/// The registries of one issuer on one chain: more than the database tells apart
/// nobody has.
const MOST_PLACE: u8 = 0x7f;

/// One registry of one issuer has one lane: two would fight over nonces.
pub(super) fn refuse_twins(lanes: &[LaneConfig]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for lane in lanes {
        if let Some(first) = seen.insert((&lane.issuer, lane.registry), lane.place) {
            return Err(Failure::configuration(format!(
                "{}: lane[{first}] is for registry {} of {} already: remove one",
                lane.key("chain_id"),
                lane.registry,
                lane.issuer,
            )));
        }
    }
    Ok(())
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between a kilowei and a petawei"
)]
fn wei(gwei: f64) -> Wei {
    Wei((gwei * 1e9).round() as u128)
}
