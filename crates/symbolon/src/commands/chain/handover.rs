//! `symbolon chain handover`: the registry's ownership goes to somebody else,
//! as a rule a multisig. Two steps: the owner offers it, the other one accepts,
//! so that no mistyped address ever owns a registry.

use alloy_primitives::Address;
use clap::Args;
use serde_json::json;
use symbolon_chain::roles;
use symbolon_core::ids::{IssuerId, RegistryId};
use symbolon_store::Store;

use super::{
    owner::{OwnerArgs, Unsent},
    place::{NodeArgs, Place},
};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon chain handover`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain handover 8453 --to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed \\
      --owner-key-file owner.key
  symbolon chain handover 8453 --to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon chain handover 8453 --cancel --owner-key-file owner.key

The first offers the ownership and prints the transaction by which it is accepted; the second
tells whether it was; the third withdraws the offer.")]
pub(crate) struct HandoverArgs {
    /// On which chain
    #[arg(value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// Who is to own the registry
    #[arg(long, value_name = "ADDRESS", required_unless_present = "cancel")]
    to: Option<Address>,

    /// Withdraw the offer
    #[arg(long, conflicts_with = "to")]
    cancel: bool,

    /// Offer it to a plain key too: whoever has that key alone is the owner
    #[arg(long, requires = "to")]
    allow_key: bool,

    #[command(flatten)]
    owner: OwnerArgs,

    #[command(flatten)]
    node: NodeArgs,
}

/// How far it is.
struct Progress {
    /// `accepted`, `offered`, `to_be_offered`, `withdrawn`, `to_be_withdrawn` or `nothing_offered`.
    state: &'static str,
    owner: Address,
    pending: Option<Address>,
    /// What is left to be sent by somebody else.
    left: Vec<Unsent>,
}

/// Runs `symbolon chain handover`.
pub(super) async fn run(args: &HandoverArgs, context: &Context) -> Result<Exit> {
    let (registry, progress) = context
        .with_issuer(async |store, issuer| step(args, store, issuer, context).await)
        .await?;
    let Progress {
        state,
        owner,
        pending,
        left,
    } = &progress;
    let document = json!({
        "chain_id": args.chain.chain, "place": args.chain.place,
        "registry": registry,
        "state": state,
        "owner": owner,
        "pending_owner": pending,
        "transactions": left,
    });
    context.output.result(&document, || {
        let mut lines = vec![words(args.chain, &progress)];
        lines.extend(left.iter().map(Unsent::text));
        lines.join("\n\n")
    })?;
    Ok(Exit::Done)
}

async fn step(
    args: &HandoverArgs,
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<(Address, Progress)> {
    let place = Place::open(&args.node, args.chain, store, issuer, context).await?;
    let (endpoint, registry) = (&place.endpoint, place.chain.chain.registry);
    let (owner, pending) = roles::ownership(endpoint, registry).await?;
    let progress = |state, pending, left| Progress {
        state,
        owner,
        pending,
        left,
    };
    let Some(to) = args.to else {
        if pending.is_none() {
            return Ok((registry, progress("nothing_offered", None, Vec::new())));
        }
        let call = roles::transfer_ownership(Address::ZERO);
        let sender = args.owner.of(owner)?;
        let left = sender
            .carry_out(endpoint, registry, call, "to withdraw the offer")
            .await?;
        return Ok((
            registry,
            match left {
                None => progress("withdrawn", None, Vec::new()),
                Some(left) => progress("to_be_withdrawn", pending, vec![left]),
            },
        ));
    };
    if owner == to {
        return Ok((registry, progress("accepted", pending, Vec::new())));
    }
    let acceptance = Unsent {
        what: "to accept the ownership".to_owned(),
        from: to,
        to: registry,
        value: 0,
        data: roles::accept_ownership(),
    };
    if pending == Some(to) {
        return Ok((registry, progress("offered", pending, vec![acceptance])));
    }
    if to.is_zero() {
        return Err(Failure::refused(
            "--to: nobody has the zero address: give the new owner's, or withdraw an offer with --cancel",
        ));
    }
    if !args.allow_key && endpoint.code(to).await?.is_empty() {
        return Err(Failure::refused(format!(
            "--to: {to} has no code on chain {}, so it is a plain key or a multisig that is not deployed there: give a multisig, or --allow-key if one key is to own the registry",
            args.chain
        )));
    }
    let sender = args.owner.of(owner)?;
    let call = roles::transfer_ownership(to);
    let left = sender
        .carry_out(endpoint, registry, call, "to offer the ownership")
        .await?;
    Ok((
        registry,
        match left {
            None => progress("offered", Some(to), vec![acceptance]),
            Some(offer) => progress("to_be_offered", pending, vec![offer, acceptance]),
        },
    ))
}

fn words(chain: RegistryId, progress: &Progress) -> String {
    let Progress { state, owner, .. } = progress;
    match *state {
        "accepted" => format!("the registry on chain {chain} is owned by {owner}"),
        "nothing_offered" => {
            format!("nothing is offered: the registry on chain {chain} is owned by {owner}")
        }
        "withdrawn" => {
            format!("the offer is withdrawn: the registry on chain {chain} stays with {owner}")
        }
        "offered" => format!(
            "the registry on chain {chain} is offered; until that is accepted it is owned by {owner}. Run this again to see whether it was"
        ),
        _ => format!("the registry on chain {chain} is owned by {owner}; nothing was sent"),
    }
}
