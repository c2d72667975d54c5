//! Contracts beside a registry: put in place, or attached where they stand.

use std::path::PathBuf;

use alloy_primitives::{Address, Bytes, keccak256};
use clap::Args;
use serde_json::json;
use symbolon_chain::{
    companion::{Beside, words_at},
    deploy,
    deploy::Deployed,
    roles,
};
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

/// Where a contract is to be put.
#[derive(Debug, Args)]
pub(crate) struct DeployArgs {
    /// Beside which registry
    #[arg(value_name = "CHAIN_ID")]
    pub(crate) chain: RegistryId,

    /// A file with the key that pays and will own it
    #[arg(long, value_name = "FILE")]
    pub(crate) owner_key_file: PathBuf,

    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// Where one stands.
#[derive(Debug, Args)]
pub(crate) struct AttachArgs {
    /// Beside which registry
    #[arg(value_name = "CHAIN_ID")]
    pub(crate) chain: RegistryId,

    /// Where it is
    #[arg(value_name = "ADDRESS")]
    pub(crate) contract: Address,

    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// How a contract is made, and how people call it.
pub(crate) struct Kind {
    pub(crate) companion: Companion,
    /// The creation code for an owner and a registry.
    pub(crate) code: fn(Address, Address) -> Bytes,
    /// Of which any such contract has a word.
    pub(crate) any_key: fn() -> Result<CompanionKey>,
    /// What follows for the operator.
    pub(crate) next: fn(Address) -> String,
}

/// Puts a contract in place beside a registry. Doing it again finds all of it done.
pub(crate) async fn put(kind: &Kind, args: &DeployArgs, context: &Context) -> Result<Exit> {
    let owner = signer("--owner-key-file", &args.owner_key_file)?;
    let name = kind.companion.as_str();
    let (deployed, mirrors) = context
        .with_issuer(async |store, issuer| {
            let id = args.chain;
            let place = Place::open(&args.node, id, store, issuer, context).await?;
            let (endpoint, known) = (&place.endpoint, &place.chain.chain);
            let code = (kind.code)(owner.address(), known.registry);
            // One beside each registry, even where its code does not name that.
            let salt = keccak256(format!("symbolon {name} of {issuer}, place {}", id.place));
            let deployed = deploy::deploy(endpoint, &owner, &code, salt).await?;
            let found = roles::roles(endpoint, known.registry, known.deployed_block).await?;
            for mirror in &found.mirrors {
                deploy::appoint_mirror(endpoint, &owner, deployed.address, *mirror).await?;
            }
            record(kind, store, issuer, id, deployed.address).await?;
            Ok((deployed, found.mirrors))
        })
        .await?;
    let Deployed { address, block, .. } = deployed;
    let chain = args.chain;
    let document = json!({
        "chain_id": chain.chain,
        "place": chain.place,
        "contract": address,
        "block": block,
        "fresh": deployed.fresh,
        "owner": owner.address(),
        "mirrors": mirrors,
    });
    context.output.result(&document, || {
        format!(
            "the {name} stand at {address} on chain {chain}, and the lane keeps them\n{}",
            (kind.next)(address)
        )
    })?;
    Ok(Exit::Done)
}

/// Lets the lane keep a contract that stands.
pub(crate) async fn attach(kind: &Kind, args: &AttachArgs, context: &Context) -> Result<Exit> {
    let (chain, contract) = (args.chain, args.contract);
    let name = kind.companion.as_str();
    let untold = context
        .with_issuer(async |store, issuer| {
            let place = Place::open(&args.node, chain, store, issuer, context).await?;
            let endpoint = &place.endpoint;
            let head = endpoint.head().await?.number;
            let asked = [(kind.any_key)()?];
            let beside = Beside::registry(place.chain.chain.registry);
            words_at(endpoint, beside, contract, &asked, head).await.map_err(|error| {
                Failure::refused(format!(
                    "{contract} does not answer as {name} do: {error}: `symbolon {name} deploy {chain}` puts some in place"
                ))
            })?;
            record(kind, store, issuer, chain, contract).await?;
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
        "contract": contract,
        "warning": warning,
    });
    context.output.result(&document, || {
        format!("the lane to chain {chain} keeps the {name} at {contract}")
    })?;
    Ok(Exit::Done)
}

async fn record(
    kind: &Kind,
    store: &Store,
    issuer: &IssuerId,
    registry: RegistryId,
    contract: Address,
) -> Result<()> {
    let known = KnownCompanion {
        registry,
        companion: kind.companion,
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
