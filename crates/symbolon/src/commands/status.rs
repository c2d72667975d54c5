//! `symbolon status`: where the register, a wallet or an investor stands.

mod one;
mod shown;
mod whole;

use clap::Args;
pub(crate) use one::find;

use crate::{
    context::Context,
    exit::{Exit, Result},
    subject::Target,
};

/// The arguments of `symbolon status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon status                       investors by status, what each chain is owed
  symbolon status 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon status --external-id C-00042 --json")]
pub(crate) struct StatusArgs {
    /// A wallet or the id of an investor [default: the whole register]
    #[arg(value_name = "WALLET|INVESTOR", conflicts_with = "external_id")]
    target: Option<Target>,

    /// The investor of this reference of yours
    #[arg(long, value_name = "ID")]
    external_id: Option<symbolon_core::ids::ExternalId>,
}

/// Runs `symbolon status`.
pub(crate) async fn run(args: &StatusArgs, context: &Context) -> Result<Exit> {
    let reference = args.external_id.clone().map(Target::ExternalId);
    match args.target.clone().or(reference) {
        None => whole::run(context).await,
        Some(Target::Wallet(wallet)) => one::wallet(wallet, context).await,
        Some(target) => one::investor(target, context).await,
    }
}
