//! `symbolon case`: all that the register can show of one investor, signed, and checked
//! without it.

mod verify;
mod write;

use std::path::PathBuf;

use alloy_primitives::{Address, Bytes};
use clap::{ArgGroup, Args, Subcommand};
use serde::{Deserialize, Serialize};
use symbolon_core::{case::Case, ids::ExternalId};

use crate::{
    context::Context,
    exit::{Exit, Result},
    subject::Target,
};

/// The arguments of `symbolon case`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    group(ArgGroup::new("whose").args(["target", "external_id"]).required(true)),
    after_help = "\
Examples:
  symbolon case 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --out case.json
  symbolon case --external-id C-00042 --out case.json --json
  symbolon case verify case.json

The file has decisions and who took them, the providers' references, what the
holders of wallets signed, the versions of rules, and when denials reached each
chain: nothing of the profile. It is signed with the key of the issuer's first
lane, which its registries know as a mirror."
)]
pub(crate) struct CaseArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// A wallet of the investor's, or its id
    #[arg(value_name = "WALLET|INVESTOR")]
    target: Option<Target>,
    /// The issuer's own reference of it
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// Where to write it; never over a file that is there
    #[arg(long, value_name = "FILE", required = true)]
    out: Option<PathBuf>,
    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check a case file, without the register and without any network
    #[command(after_help = "\
Examples:
  symbolon case verify case.json --json
  symbolon case verify case.json --signer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8

Shown is what the file says of the investor, and then whether all of it holds.
Anybody can sign a file, so whether the signer is one of the issuer's is to be
asked elsewhere: its registries tell by `isMirror(SIGNER)`. With --signer a file
that somebody else signed is not genuine.")]
    Verify {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// By whom it must be signed, as you know it by other ways
        #[arg(long, value_name = "ADDRESS")]
        signer: Option<Address>,
    },
}

/// A case with the signature upon it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedCase {
    case: Case,
    /// Whose key signed.
    signer: Address,
    /// EIP-191, upon the case's digest.
    signature: Bytes,
}

/// Runs `symbolon case`.
pub(crate) async fn run(args: CaseArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Some(Action::Verify { file, signer }) => verify::run(&file, signer, context),
        None => {
            let target = args.target.or(args.external_id.map(Target::ExternalId));
            write::run(target, args.out, args.operator.as_deref(), context).await
        }
    }
}
