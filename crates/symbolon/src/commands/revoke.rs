//! `symbolon revoke`: verdicts withdrawn. The chains follow; balances stay.

use clap::Args;
use symbolon_core::{command::Command, investor::RevocationReason};

use crate::{
    context::Context,
    decided::{Answers, WhomArgs},
    exit::{Exit, Result},
    kind::ReasonName,
};

/// The arguments of `symbolon revoke`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon revoke 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --reason sanctions
  symbolon revoke --external-id C-00001 --external-id C-00002 --reason account_closed --json")]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    whom: WhomArgs,

    /// Why
    #[arg(long)]
    reason: ReasonName,
}

/// Runs `symbolon revoke`.
pub(crate) async fn run(args: RevokeArgs, context: &Context) -> Result<Exit> {
    let revoke = Command::Revoke(RevocationReason::from(args.reason));
    let answers = context
        .with_issuer(async |store, issuer| {
            context.warn_without_chain(store, issuer).await?;
            Answers::to(args.whom, &revoke, store, issuer, context).await
        })
        .await?;
    answers.print("revoked", context)
}
