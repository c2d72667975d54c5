//! `symbolon chain`: the chains that an issuer's register is mirrored to.

mod add;
mod check;
mod deploy;
mod handover;
pub(crate) mod owner;
pub(crate) mod place;
mod presets;
mod reconcile;
mod rotate_signer;
mod show;
mod status;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use symbolon_chain::endpoint::Endpoint;

use crate::{
    context::Context,
    exit::{Exit, Result},
};

pub(crate) use deploy::registry_salt;
pub(crate) use status::ether;

/// The arguments of `symbolon chain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain deploy --rpc http://127.0.0.1:8545 --owner-key-file owner.key \\
      --signer-key-file mirror.key
  symbolon chain verify
  symbolon chain status
  symbolon chain compare --json
  symbolon chain reconcile --dry-run")]
pub(crate) struct ChainArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the issuer's chains
    #[command(after_help = "Example:\n  symbolon chain list --json")]
    List,
    /// Take a registry that stands already into the register
    Add(add::AddArgs),
    /// Deploy the registry, appoint its mirror, and take it into the register
    Deploy(deploy::DeployArgs),
    /// List the chains that are known beforehand, with their confirmations and fees
    #[command(after_help = "Example:\n  symbolon chain presets --json")]
    Presets,
    /// Check the registry's code, and who may do what to it
    Verify(verify::VerifyArgs),
    /// Give the registry's ownership to somebody else, such as a multisig
    Handover(handover::HandoverArgs),
    /// Let another key write to the registry, without a gap
    RotateSigner(rotate_signer::RotateSignerArgs),
    /// Show head, lag, signer and trouble of each chain
    Status(status::StatusArgs),
    /// Read every wallet's record from the chains and compare it with the register
    Compare(check::CompareArgs),
    /// Hold the chains against the register, and repair what others wrote there
    Reconcile(reconcile::ReconcileArgs),
}

/// A node. Its URL counts as a secret, since it often carries a key.
#[derive(Debug, Args)]
pub(crate) struct RpcArgs {
    /// The node's URL; on a shared machine rather by the environment or --rpc-file
    #[arg(
        long,
        value_name = "URL",
        env = "SYMBOLON_RPC_URL",
        hide_env_values = true,
        required_unless_present = "rpc_file"
    )]
    rpc: Option<SecretString>,

    /// A file with the node's URL
    #[arg(long, value_name = "FILE", conflicts_with = "rpc")]
    rpc_file: Option<PathBuf>,
}

impl RpcArgs {
    /// Where the node is.
    pub(crate) fn url(&self) -> Result<SecretString> {
        match (&self.rpc, &self.rpc_file) {
            (Some(url), _) => Ok(url.clone()),
            (None, Some(path)) => crate::config::read_secret("--rpc-file", path),
            (None, None) => Ok(SecretString::from("")),
        }
    }

    /// The node, on whatever chain it is.
    pub(crate) async fn endpoint(&self) -> Result<Endpoint> {
        Ok(Endpoint::discover(self.url()?.expose_secret()).await?)
    }
}

/// Runs `symbolon chain`.
pub(crate) async fn run(args: ChainArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::List => show::list(context).await,
        Action::Add(args) => add::run(&args, context).await,
        Action::Deploy(args) => deploy::run(&args, context).await,
        Action::Presets => presets::list(context),
        Action::Verify(args) => verify::run(&args, context).await,
        Action::Handover(args) => handover::run(&args, context).await,
        Action::RotateSigner(args) => rotate_signer::run(&args, context).await,
        Action::Status(args) => status::run(&args, context).await,
        Action::Compare(args) => check::run(&args, context).await,
        Action::Reconcile(args) => reconcile::run(&args, context).await,
    }
}
