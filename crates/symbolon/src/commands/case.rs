//! `symbolon case`: all that the register can show of one investor, signed, and checked
//! without it.

mod checked;
mod page;
mod verify;
mod words;
mod write;

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, Bytes};
use clap::{ArgGroup, Args, Subcommand};
use serde::{Deserialize, Serialize};
use symbolon_core::{case::Case, ids::ExternalId};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
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
  symbolon case --external-id C-00042 --out case.json --page case.html
  symbolon case verify case.json

The file has decisions and who took them, the providers' references, what the
holders of wallets signed, the versions of rules, and by which transactions each
chain was told of approvals and denials: nothing of the profile. The page says the
same for people, and prints. It is signed with the key of the issuer's first
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
    /// Where to write the same as a page (HTML) for people
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
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
  symbolon case verify case.json --page case.html
  symbolon case verify case.json --signer 0x70997970C51812dc3A010C7d01b50e0d17dc79C8

Shown is what the file says of the investor, and then whether all of it holds.
Anybody can sign a file, so whether the signer is one of the issuer's is to be
asked elsewhere: its registries tell by `isMirror(SIGNER)`. With --signer a file
that somebody else signed is not genuine. No page is written of a file that is not.")]
    Verify {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// By whom it must be signed, as you know it by other ways
        #[arg(long, value_name = "ADDRESS")]
        signer: Option<Address>,
        /// Where to write what it says as a page (HTML), if it is genuine
        #[arg(long, value_name = "FILE")]
        page: Option<PathBuf>,
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
        Some(Action::Verify { file, signer, page }) => verify::run(&file, signer, page, context),
        None => {
            let target = args.target.or(args.external_id.map(Target::ExternalId));
            let files = (args.out, args.page);
            write::run(target, files, args.operator.as_deref(), context).await
        }
    }
}

/// Writes a new file, which an option names.
fn put(option: &str, path: &Path, text: &[u8]) -> Result<()> {
    let written = OpenOptions::new().write(true).create_new(true).open(path);
    written
        .and_then(|mut file| file.write_all(text))
        .map_err(|error| {
            let why = match error.kind() {
                ErrorKind::AlreadyExists => return Failure::taken(path),
                ErrorKind::NotFound => "there is no such folder: make it first".to_owned(),
                ErrorKind::PermissionDenied => {
                    "it may not be written there: choose a folder of yours".to_owned()
                }
                other => format!("{other}: choose another place"),
            };
            Failure::usage(format!("{option}: cannot write {}: {why}", path.display()))
        })
}
