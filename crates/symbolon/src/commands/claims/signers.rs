//! Who signs claims: appointed and dismissed on a claim issuer by its manager.

use alloy_primitives::{Address, Bytes};
use clap::Args;
use serde_json::json;
use symbolon_chain::{claims, roles};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::companion::Companion,
};
use symbolon_store::Store;

use crate::{
    commands::chain::{
        owner::{OwnerArgs, Unsent},
        place::{NodeArgs, Place},
    },
    context::Context,
    exit::{Exit, Failure, Result},
};

/// Whose key, and where.
#[derive(Debug, Args)]
pub(super) struct SignerArgs {
    /// Beside which registry
    #[arg(value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// The key's address
    #[arg(value_name = "SIGNER")]
    signer: Address,

    #[command(flatten)]
    owner: OwnerArgs,

    #[command(flatten)]
    node: NodeArgs,
}

/// Lets a key sign claims.
pub(super) async fn appoint(args: &SignerArgs, context: &Context) -> Result<Exit> {
    let unsent = context
        .with_issuer(async |store, issuer| {
            let here = Here::open(args, store, issuer, context).await?;
            let signs = claims::signs(&here.place.endpoint, here.contract, args.signer).await?;
            let unsent = match signs {
                true => None,
                false => {
                    let call = claims::add_signer(args.signer);
                    let what = "to appoint the claim signer";
                    here.carry_out(args, call, what).await?
                }
            };
            // What it was refused is tried again at once.
            store.retry_companions(issuer, args.chain).await?;
            reread(store, issuer, args.chain).await?;
            Ok(unsent)
        })
        .await?;
    print(args, unsent, "signs claims", context)
}

/// Lets a key sign claims no more.
pub(super) async fn dismiss(args: &SignerArgs, at_once: bool, context: &Context) -> Result<Exit> {
    let (chain, signer) = (args.chain, args.signer);
    let unsent = context
        .with_issuer(async |store, issuer| {
            let here = Here::open(args, store, issuer, context).await?;
            let by_it = store.claims_by(issuer, chain, signer).await?;
            if by_it > 0 && !at_once {
                reread(store, issuer, chain).await?;
                return Err(Failure::refused(format!(
                    "{by_it} claims on chain {chain} stand by the word of {signer}, or are to be read: the lane signs them anew by the key that its [[lane]] names; try again in a while, or --at-once"
                )));
            }
            if !claims::signs(&here.place.endpoint, here.contract, signer).await? {
                return Ok(None);
            }
            let call = claims::remove_signer(signer);
            let what = "to dismiss the claim signer";
            let unsent = here.carry_out(args, call, what).await?;
            reread(store, issuer, chain).await?;
            Ok(unsent)
        })
        .await?;
    print(args, unsent, "signs no claims", context)
}

/// The claim issuer of a place.
struct Here {
    place: Place,
    contract: Address,
}

impl Here {
    async fn open(
        args: &SignerArgs,
        store: &Store,
        issuer: &IssuerId,
        context: &Context,
    ) -> Result<Self> {
        let chain = args.chain;
        let known = store.companions(issuer).await?;
        let mut claims = known
            .iter()
            .filter(|one| one.registry == chain && one.companion == Companion::Claims);
        let contract = claims.next().map(|one| one.contract).ok_or_else(|| {
            Failure::not_found(format!(
                "{issuer} has no claims on chain {chain}: `symbolon claims deploy {chain}` puts them in place"
            ))
        })?;
        let place = Place::open(&args.node, chain, store, issuer, context).await?;
        Ok(Self { place, contract })
    }

    async fn carry_out(
        &self,
        args: &SignerArgs,
        call: Bytes,
        what: &'static str,
    ) -> Result<Option<Unsent>> {
        let endpoint = &self.place.endpoint;
        let (owner, _) = roles::ownership(endpoint, self.place.chain.chain.registry).await?;
        let owner = args.owner.of(owner)?;
        owner.carry_out(endpoint, self.contract, call, what).await
    }
}

/// Has the lane hold every claim against the register.
async fn reread(store: &Store, issuer: &IssuerId, registry: RegistryId) -> Result<()> {
    let mut transaction = store.begin(issuer).await?;
    transaction.reread_companions(registry).await?;
    transaction.commit().await?;
    Ok(())
}

fn print(args: &SignerArgs, unsent: Option<Unsent>, done: &str, context: &Context) -> Result<Exit> {
    let document = json!({
        "chain_id": args.chain.chain,
        "place": args.chain.place,
        "signer": args.signer,
        "unsent": unsent,
    });
    context.output.result(&document, || match &unsent {
        Some(unsent) => unsent.text(),
        None => format!("{} {done} on chain {}", args.signer, args.chain),
    })?;
    Ok(Exit::Done)
}
