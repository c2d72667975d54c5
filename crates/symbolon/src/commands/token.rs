//! `symbolon token`: tokens that ask the issuer's registries, or may come to.

mod check;
mod known;

use alloy_primitives::Address;
use clap::{Args, Subcommand};

use crate::{
    cli::Globals,
    context::Context,
    exit::{Exit, Result},
};

/// The arguments of `symbolon token`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon token check 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --rpc https://node.example
  symbolon token add 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --chain 8453")]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Rehearse on a fork how an ERC-3643 token would do with our registry
    Check(check::CheckArgs),
    /// Make a token known, so that rules are rehearsed with its holders
    Add(known::AddArgs),
    /// List the tokens that are known
    #[command(after_help = "Example:\n  symbolon token list --json")]
    List,
    /// Read a token no more
    #[command(
        after_help = "Example:\n  symbolon token forget 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    )]
    Forget {
        /// The token
        #[arg(value_name = "ADDRESS")]
        token: Address,
    },
}

/// Runs `symbolon token`; a check needs neither configuration nor database.
pub(crate) async fn run(
    args: &TokenArgs,
    globals: &Globals,
    context: impl FnOnce() -> Result<Context>,
) -> Result<Exit> {
    match &args.action {
        Action::Check(args) => check::run(args, globals).await,
        Action::Add(args) => known::add(args, &context()?).await,
        Action::List => known::list(&context()?).await,
        Action::Forget { token } => known::forget(*token, &context()?).await,
    }
}
