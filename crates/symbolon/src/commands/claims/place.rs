//! Identities and their claim issuer: put in place, or attached where they stand.

use alloy_primitives::{Address, B256, keccak256};
use serde_json::json;
use symbolon_chain::{claims, deploy, endpoint::Endpoint};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::companion::Companion,
};
use symbolon_store::{KnownCompanion, Store};

use crate::{
    commands::{
        chain::{owner::signer, place::Place},
        companion::{AttachArgs, DeployArgs},
    },
    context::Context,
    exit::{Exit, Failure, Result},
};

/// What stands.
struct Placed {
    factory: Address,
    issuer: Address,
    signer: Option<Address>,
}

/// Puts all of it in place. Doing it again finds it done.
pub(super) async fn deploy(args: &DeployArgs, context: &Context) -> Result<Exit> {
    let owner = signer("--owner-key-file", &args.owner_key_file)?;
    let chain = args.chain;
    let placed = context
        .with_issuer(async |store, issuer| {
            let place = Place::open(&args.node, chain, store, issuer, context).await?;
            let (endpoint, known) = (&place.endpoint, &place.chain.chain);
            let factory = known.identity_factory;
            if factory == deploy::identity_factory() {
                let code = deploy::identity_factory_code();
                deploy::deploy(endpoint, &owner, &code, B256::ZERO).await?;
            }
            stands(endpoint, factory).await?;
            let code = deploy::claims_code(owner.address(), known.registry);
            let salt = keccak256(format!(
                "symbolon claims of {issuer}, place {}",
                chain.place
            ));
            let deployed = deploy::deploy(endpoint, &owner, &code, salt).await?;
            let signer = claim_signer(&place)?;
            if let Some(signer) = signer {
                claims::appoint(endpoint, &owner, deployed.address, signer).await?;
            }
            let issuer_contract = deployed.address;
            record(store, issuer, chain, factory, issuer_contract).await?;
            Ok(Placed {
                factory,
                issuer: issuer_contract,
                signer,
            })
        })
        .await?;
    print(&placed, chain, None, context)
}

/// Lets the lane keep them where they stand.
pub(super) async fn attach(args: &AttachArgs, context: &Context) -> Result<Exit> {
    let (chain, contract) = (args.chain, args.contract);
    let (placed, warning) = context
        .with_issuer(async |store, issuer| {
            let place = Place::open(&args.node, chain, store, issuer, context).await?;
            let (endpoint, known) = (&place.endpoint, &place.chain.chain);
            let factory = known.identity_factory;
            stands(endpoint, factory).await?;
            let registry = claims::registry_of(endpoint, contract).await.map_err(|error| {
                Failure::refused(format!(
                    "{contract} does not answer as a claim issuer of ours does: {error}: `symbolon claims deploy {chain}` puts one in place"
                ))
            })?;
            if registry != known.registry {
                return Err(Failure::refused(format!(
                    "{contract} takes claims back for the registry {registry}, and chain {chain} has {}: attach one of its own, or `symbolon claims deploy {chain}`",
                    known.registry
                )));
            }
            let signer = claim_signer(&place)?;
            let mut warning = None;
            if let Some(signer) = signer
                && !claims::signs(endpoint, contract, signer).await?
            {
                warning = Some(format!("{signer} may not sign claims there: `symbolon claims appoint {chain} {signer}` lets it"));
            }
            record(store, issuer, chain, factory, contract).await?;
            let issuer = contract;
            Ok((Placed { factory, issuer, signer }, warning))
        })
        .await?;
    print(&placed, chain, warning, context)
}

fn print(
    placed: &Placed,
    chain: RegistryId,
    warning: Option<String>,
    context: &Context,
) -> Result<Exit> {
    let unsigned = || {
        let how = "name its file as claim_signer_key_file in the [[lane]]";
        format!("no key signs claims: {how}, and `symbolon claims appoint {chain} ADDRESS`")
    };
    let warning = warning.or_else(|| placed.signer.is_none().then(unsigned));
    if let Some(warning) = &warning {
        context.output.note(format_args!("warning: {warning}"));
    }
    let document = json!({
        "chain_id": chain.chain,
        "place": chain.place,
        "identity_factory": placed.factory,
        "claim_issuer": placed.issuer,
        "claim_signer": placed.signer,
        "warning": warning,
    });
    context.output.result(&document, || {
        format!(
            "the lane to chain {chain} keeps identities by {} and claims by {}\nname {} as trusted issuer to whoever relies on them",
            placed.factory, placed.issuer, placed.issuer
        )
    })?;
    Ok(Exit::Done)
}

async fn stands(endpoint: &Endpoint, factory: Address) -> Result<()> {
    match endpoint.code(factory).await?.is_empty() {
        false => Ok(()),
        true => Err(Failure::refused(format!(
            "there is no factory of identities at {factory}: `symbolon claims deploy` puts it in place"
        ))),
    }
}

/// The key that the lane signs claims with here, if it has one.
fn claim_signer(place: &Place) -> Result<Option<Address>> {
    let signer = match &place.lane {
        Some(lane) => lane.claim_signer()?,
        None => None,
    };
    Ok(signer.map(|signer| signer.address()))
}

async fn record(
    store: &Store,
    issuer: &IssuerId,
    registry: RegistryId,
    factory: Address,
    claims: Address,
) -> Result<()> {
    let known = store.companions(issuer).await?;
    let mut transaction = store.begin(issuer).await?;
    for (companion, contract) in [
        (Companion::Identities, factory),
        (Companion::Claims, claims),
    ] {
        let one = KnownCompanion {
            registry,
            companion,
            contract,
        };
        if !known.contains(&one) {
            transaction.add_companion(&one).await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}
