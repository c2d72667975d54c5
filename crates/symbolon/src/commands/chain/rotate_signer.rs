//! `symbolon chain rotate-signer`: another key writes to the registry, without
//! a gap.
//!
//! 1. The owner appoints the new mirror.
//! 2. The operator names the new key in the configuration and restarts
//!    `symbolon serve`, which ends what the old key left open and writes with
//!    the new one.
//! 3. Once nothing of the old key is open, the owner removes the old mirror.
//!
//! Nothing is remembered but what chain and store show: the command looks where
//! it stands, does the next step, and says what is left. So it may be
//! interrupted anywhere, and run again as often as one likes.

mod progress;

use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use clap::Args;
use symbolon_chain::roles::{self, Roles};
use symbolon_core::ids::{ChainId, IssuerId, RegistryId};
use symbolon_store::Store;

use super::{
    owner::{Owner, OwnerArgs, signer},
    place::{NodeArgs, Place},
};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
};
use progress::Progress;

/// The arguments of `symbolon chain rotate-signer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  openssl rand -hex 32 > new.key; chmod 600 new.key
  symbolon chain rotate-signer 8453 --new-signer-key-file new.key --owner-key-file owner.key
  symbolon chain rotate-signer 8453 --new-signer 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --print

Run it, do what it says is left, and run it again until it says that all is done. Revocations
arrive throughout. Approvals wait until what the old key left open has ended.")]
pub(crate) struct RotateSignerArgs {
    /// On which chain
    #[arg(value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// A file with the key that is to write from now on
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "new_signer",
        conflicts_with = "new_signer"
    )]
    new_signer_key_file: Option<PathBuf>,

    /// Its address, where the key is elsewhere
    #[arg(long, value_name = "ADDRESS")]
    new_signer: Option<Address>,

    /// Which mirror it follows [default: the only other one]
    #[arg(long, value_name = "ADDRESS")]
    old_signer: Option<Address>,

    /// Remove the old one now, since its key is in wrong hands: what it left open is sent again
    #[arg(long)]
    at_once: bool,

    #[command(flatten)]
    owner: OwnerArgs,

    #[command(flatten)]
    node: NodeArgs,
}

/// Runs `symbolon chain rotate-signer`.
pub(super) async fn run(args: &RotateSignerArgs, context: &Context) -> Result<Exit> {
    let new = match (&args.new_signer_key_file, args.new_signer) {
        (Some(path), _) => signer("--new-signer-key-file", path)?.address(),
        (None, Some(address)) => address,
        (None, None) => {
            return Err(Failure::usage(
                "name the new signer with --new-signer-key-file or --new-signer",
            ));
        }
    };
    let progress = context
        .with_issuer(async |store, issuer| step(args, new, store, issuer, context).await)
        .await?;
    context
        .output
        .result(&progress.document(), || progress.text())?;
    Ok(Exit::Done)
}

async fn step(
    args: &RotateSignerArgs,
    new: Address,
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
) -> Result<Progress> {
    let id = args.chain;
    let place = Place::open(&args.node, id, store, issuer, context).await?;
    let (endpoint, known) = (&place.endpoint, &place.chain);
    let registry = known.chain.registry;
    let found = roles::roles(endpoint, registry, known.chain.deployed_block).await?;
    let old = match args.old_signer {
        // The registry itself knows, whatever its logs show.
        Some(named) if named != new && roles::is_mirror(endpoint, registry, named).await? => {
            Some(named)
        }
        named => old_signer(named, new, &found)?,
    };
    let appointed = roles::is_mirror(endpoint, registry, new).await?;
    let mut progress = Progress::begin(id, registry, new, old, appointed);
    progress.funded = endpoint.balance(new).await?.0 > 0;
    if !progress.appointed {
        let call = roles::add_mirror(new);
        let what = "to appoint the new mirror";
        let unsent = args
            .owner
            .of(found.owner)?
            .carry_out(endpoint, registry, call, what)
            .await?;
        progress.appointed = unsent.is_none();
        progress.unsent.extend(unsent);
    }
    let companions = store.companions(issuer).await?;
    let companions = companions
        .iter()
        .filter(|one| one.registry == id && one.companion.has_mirrors());
    let companions: Vec<_> = companions.map(|one| one.contract).collect();
    for contract in &companions {
        if roles::is_mirror(endpoint, *contract, new).await? {
            continue;
        }
        let (owner, _) = roles::ownership(endpoint, *contract).await?;
        let call = roles::add_mirror(new);
        let what = "to appoint the new mirror of the rules";
        let unsent = args
            .owner
            .of(owner)?
            .carry_out(endpoint, *contract, call, what)
            .await?;
        progress.appointed &= unsent.is_none();
        progress.unsent.extend(unsent);
    }
    progress.serving = known.status.signer == Some(new);
    if !progress.serving {
        progress.lane = Some(lane_lines(args.new_signer_key_file.as_deref(), id.chain));
    }
    let Some(old) = old else {
        return Ok(progress);
    };
    let open = store.open_signers(issuer, id).await?;
    let of_old = open.into_iter().find(|(signer, _)| *signer == old);
    progress.open = of_old.map_or(0, |(_, nonces)| nonces);
    let may_go = progress.appointed && (args.at_once || progress.may_remove());
    if may_go && args.owner.is_given() {
        let sender: Owner = args.owner.of(found.owner)?;
        let call = roles::remove_mirror(old);
        let what = "to remove the old mirror";
        let unsent = sender.carry_out(endpoint, registry, call, what).await?;
        progress.removed = unsent.is_none();
        progress.unsent.extend(unsent);
        for contract in companions {
            if !roles::is_mirror(endpoint, contract, old).await? {
                continue;
            }
            let (owner, _) = roles::ownership(endpoint, contract).await?;
            let call = roles::remove_mirror(old);
            let what = "to remove the old mirror of the rules";
            let sender = args.owner.of(owner)?;
            let unsent = sender.carry_out(endpoint, contract, call, what).await?;
            progress.removed &= unsent.is_none();
            progress.unsent.extend(unsent);
        }
    }
    Ok(progress)
}

/// Whom the new signer follows: nobody once the old mirror is removed. `named`
/// may not write.
fn old_signer(named: Option<Address>, new: Address, found: &Roles) -> Result<Option<Address>> {
    if found.first_owner.is_none() {
        // Nobody may believe that no other key writes, where one may be missing.
        return Err(Failure::new(
            Exit::Chain,
            "the node's logs do not go back to the registry's deployment, so others who may write may be missing: ask a node that keeps all logs (--rpc)",
        ));
    }
    let mirrors = found.mirrors.iter().copied();
    let others: Vec<_> = mirrors.filter(|mirror| *mirror != new).collect();
    match (named, others.as_slice()) {
        (_, []) => Ok(None),
        // Nobody may believe that a key is removed which is not.
        (Some(named), _) => Err(Failure::usage(format!(
            "--old-signer: {named} may not write to the registry, but others may: `symbolon chain verify` shows who"
        ))),
        (None, [one]) => Ok(Some(*one)),
        (None, _) => {
            let all: Vec<_> = found.mirrors.iter().map(Address::to_string).collect();
            Err(Failure::usage(format!(
                "several may write to the registry ({}): name the one that is to go with --old-signer",
                all.join(", ")
            )))
        }
    }
}

/// What changes in the lane's section.
fn lane_lines(file: Option<&Path>, chain: ChainId) -> String {
    match file {
        Some(path) => format!("signer_key_file = {}", super::deploy::quoted(path)),
        None => format!("signer_key_env = \"SYMBOLON_SIGNER_KEY_{chain}\""),
    }
}
