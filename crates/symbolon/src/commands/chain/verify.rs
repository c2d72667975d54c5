//! `symbolon chain verify`: is the registry ours, and who may do what to it?

mod finding;

use clap::Args;
use symbolon_chain::{
    deploy,
    finality::Finality,
    preset::{FinalityTag, Preset},
    roles,
};
use symbolon_core::ids::{IssuerId, RegistryId};
use symbolon_store::Store;

use super::{
    deploy::registry_salt,
    place::{NodeArgs, Place},
};
use crate::{
    config::LaneConfig,
    context::Context,
    exit::{Exit, Result},
};
use finding::Finding;

/// The arguments of `symbolon chain verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain verify
  symbolon chain verify 8453 --json

It fails with 7 where the code at the address is not the committed one, where the lane's signer
may not write, where anybody else may whom the configuration does not name, where an agent's word
counts for ever, or where the ownership is on offer.")]
pub(crate) struct VerifyArgs {
    /// Only this chain [default: all that have a lane in the configuration]
    #[arg(value_name = "CHAIN_ID")]
    chain: Option<RegistryId>,

    #[command(flatten)]
    node: NodeArgs,
}

/// Runs `symbolon chain verify`.
pub(super) async fn run(args: &VerifyArgs, context: &Context) -> Result<Exit> {
    let findings = context
        .with_issuer(async |store, issuer| {
            let mut findings = Vec::new();
            for chain in args.node.chains(args.chain, issuer, context)? {
                findings.push(look(&args.node, chain, store, issuer, context).await?);
            }
            Ok(findings)
        })
        .await?;
    let documents: Vec<_> = findings.iter().map(Finding::document).collect();
    context.output.result(&documents, || {
        let texts: Vec<_> = findings.iter().map(Finding::text).collect();
        texts.join("\n\n")
    })?;
    let well = findings.iter().all(|finding| finding.alarms().is_empty());
    Ok(if well { Exit::Done } else { Exit::Chain })
}

async fn look(
    node: &NodeArgs,
    id: RegistryId,
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<Finding> {
    let place = Place::open(node, id, store, issuer, context).await?;
    let (endpoint, chain) = (&place.endpoint, &place.chain.chain);
    let committed = deploy::is_committed_registry(endpoint, chain.registry).await?;
    // Where a key cannot be had here, the server has told whose it is.
    let signer = match &place.lane {
        Some(lane) => lane.signer().ok().map(|signer| signer.address()),
        None => None,
    };
    let mut finding = Finding {
        id,
        registry: chain.registry,
        committed,
        signer: signer.or(place.chain.status.signer),
        expected_agents: place
            .lane
            .as_ref()
            .map(|lane| lane.agents.clone())
            .unwrap_or_default(),
        roles: None,
        owner_has_code: false,
        expected: None,
        deployment_final: false,
    };
    if !committed {
        // What other code says of itself is worth nothing.
        return Ok(finding);
    }
    let found = roles::roles(endpoint, chain.registry, chain.deployed_block).await?;
    finding.owner_has_code = !endpoint.code(found.owner).await?.is_empty();
    finding.expected = found.first_owner.map(|owner| {
        deploy::address_of(
            &deploy::registry_code(owner),
            registry_salt(issuer, id.place),
        )
    });
    finding.roles = Some(found);
    let finality = Finality {
        tag: place.lane.as_ref().map_or_else(
            || Preset::of(id.chain).map_or(FinalityTag::None, |preset| preset.finality),
            LaneConfig::finality,
        ),
        confirmations: chain.confirmations.into(),
    };
    let newest = endpoint.head().await?.number;
    let settled = finality.block(endpoint, newest).await?;
    finding.deployment_final = chain.deployed_block <= settled;
    Ok(finding)
}
