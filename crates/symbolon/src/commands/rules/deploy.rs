//! `symbolon rules deploy` and `attach`: contracts that hold the rules on chains.

use std::path::PathBuf;

use alloy_primitives::{Address, keccak256};
use clap::Args;
use serde_json::json;
use symbolon_chain::{companion::words_at, deploy as contracts, deploy::Deployed, roles};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::companion::{Companion, CompanionKey},
};
use symbolon_store::{KnownCompanion, Store};

use crate::{
    commands::chain::{
        owner::signer,
        place::{NodeArgs, Place},
    },
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon rules deploy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon rules deploy 8453 --owner-key-file owner.key

Whoever may write to the registry may write to the rules, and the lane tells them what the register
has announced. Then let your token ask them: `setCompliance(ADDRESS)` of a RegulatedToken, or as a
module of a T-REX compliance.")]
pub(crate) struct DeployArgs {
    /// Beside which registry
    #[arg(value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// A file with the key that pays and will own the rules
    #[arg(long, value_name = "FILE")]
    owner_key_file: PathBuf,

    #[command(flatten)]
    node: NodeArgs,
}

/// The arguments of `symbolon rules attach`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon rules attach 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

The lane's signer must be a mirror of the contract: its owner calls `addMirror(SIGNER)`.")]
pub(crate) struct AttachArgs {
    /// Beside which registry
    #[arg(value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// Where the rules are
    #[arg(value_name = "ADDRESS")]
    contract: Address,

    #[command(flatten)]
    node: NodeArgs,
}

/// Runs `symbolon rules deploy`.
pub(super) async fn deploy(args: &DeployArgs, context: &Context) -> Result<Exit> {
    let owner = signer("--owner-key-file", &args.owner_key_file)?;
    let (deployed, mirrors) = context
        .with_issuer(async |store, issuer| {
            let id = args.chain;
            let place = Place::open(&args.node, id, store, issuer, context).await?;
            let (endpoint, known) = (&place.endpoint, &place.chain.chain);
            let code = contracts::rules_code(owner.address(), known.registry);
            let salt = keccak256(format!("symbolon rules of {issuer}"));
            let deployed = contracts::deploy(endpoint, &owner, &code, salt).await?;
            let found = roles::roles(endpoint, known.registry, known.deployed_block).await?;
            for mirror in &found.mirrors {
                contracts::appoint_mirror(endpoint, &owner, deployed.address, *mirror).await?;
            }
            record(store, issuer, id, deployed.address).await?;
            Ok((deployed, found.mirrors))
        })
        .await?;
    let Deployed { address, block, .. } = deployed;
    let chain = args.chain;
    let document = json!({
        "chain_id": chain.chain,
        "place": chain.place,
        "rules": address,
        "block": block,
        "fresh": deployed.fresh,
        "owner": owner.address(),
        "mirrors": mirrors,
    });
    context.output.result(&document, || {
        format!(
            "the rules stand at {address} on chain {chain}, and the lane tells them what the register announces\nlet your token ask them: setCompliance({address}), as its owner"
        )
    })?;
    Ok(Exit::Done)
}

/// Runs `symbolon rules attach`.
pub(super) async fn attach(args: &AttachArgs, context: &Context) -> Result<Exit> {
    let (chain, contract) = (args.chain, args.contract);
    let untold = context
        .with_issuer(async |store, issuer| {
            let place = Place::open(&args.node, chain, store, issuer, context).await?;
            let endpoint = &place.endpoint;
            let head = endpoint.head().await?.number;
            let asked = [CompanionKey::Rule(None)];
            words_at(endpoint, contract, &asked, head).await.map_err(|error| {
                Failure::refused(format!(
                    "{contract} does not answer as rules by country do: {error}: `symbolon rules deploy {chain}` puts some in place"
                ))
            })?;
            record(store, issuer, chain, contract).await?;
            Ok(match place.chain.status.signer {
                Some(signer) if !roles::is_mirror(endpoint, contract, signer).await? => Some(signer),
                _ => None,
            })
        })
        .await?;
    let warning = untold.map(|signer| {
        format!("the lane's signer {signer} may not write there: its owner must call addMirror({signer})")
    });
    if let Some(warning) = &warning {
        context.output.note(format_args!("warning: {warning}"));
    }
    let document = json!({
        "chain_id": chain.chain,
        "place": chain.place,
        "rules": contract,
        "warning": warning,
    });
    context.output.result(&document, || {
        format!("the lane to chain {chain} tells {contract} what the register announces")
    })?;
    Ok(Exit::Done)
}

async fn record(
    store: &Store,
    issuer: &IssuerId,
    registry: RegistryId,
    contract: Address,
) -> Result<()> {
    let known = KnownCompanion {
        registry,
        companion: Companion::Rules,
        contract,
    };
    if store.companions(issuer).await?.contains(&known) {
        return Ok(());
    }
    let mut transaction = store.begin(issuer).await?;
    transaction.add_companion(&known).await?;
    transaction.commit().await?;
    Ok(())
}
