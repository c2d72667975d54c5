//! `symbolon token`: tokens that others deployed.

mod check;

use clap::{Args, Subcommand};

use crate::{
    cli::Globals,
    exit::{Exit, Result},
};

/// The arguments of `symbolon token`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon token check 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --rpc https://node.example")]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Rehearse on a fork how an ERC-3643 token would do with our registry
    Check(check::CheckArgs),
}

/// Runs `symbolon token`; it needs neither configuration nor database.
pub(crate) async fn run(args: &TokenArgs, globals: &Globals) -> Result<Exit> {
    match &args.action {
        Action::Check(args) => check::run(args, globals).await,
    }
}
