//! `symbolon claims`: what is claimed of investors' identities (ERC-735).

mod place;
mod show;
mod signers;

use alloy_primitives::B256;
use clap::{Args, Subcommand};
use symbolon_core::{claim::ClaimTopic, command::Command, time::UnixSeconds};

use super::{
    certificates::expiry,
    companion::{AttachArgs, DeployArgs},
};
use crate::{
    context::Context,
    decided::{WhomArgs, decide},
    exit::{Exit, Result},
};

/// The arguments of `symbolon claims`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon claims deploy 8453 --owner-key-file owner.key
  symbolon claims issue --topic kyc 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon claims revoke --topic kyc --external-id C-00042 --json
  symbolon claims appoint 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --owner-key-file owner.key

The first claim deploys the investor's identity, whose keys follow the wallets from then on.
A claim stands while the investor is verified and not barred. It is signed by the key that
claim_signer_key_file or claim_signer_key_env of the [[lane]] names.")]
pub(crate) struct ClaimsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Claim something of investors, the first time or again
    #[command(after_help = "\
Example:
  symbolon claims issue --topic kyc --expiry 2027-12-31 \\
      0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

Topics are kyc, aml, accreditation, or a number of your own.")]
    Issue {
        #[command(flatten)]
        whom: WhomArgs,
        /// About what: kyc, aml, accreditation, or a number
        #[arg(long, value_name = "TOPIC")]
        topic: ClaimTopic,
        /// When it ends: a date or RFC 3339 moment [default: with the verdict]
        #[arg(long, value_name = "WHEN", value_parser = expiry)]
        expiry: Option<UnixSeconds>,
        /// What it says beyond its topic, the hash of a document for instance: never
        /// personal data, since every chain shows it
        #[arg(long, value_name = "HASH")]
        content: Option<B256>,
    },
    /// Take claims back, or refuse them beforehand
    #[command(after_help = "\
Example:
  symbolon claims revoke --topic kyc --external-id C-00042")]
    Revoke {
        #[command(flatten)]
        whom: WhomArgs,
        /// About what: kyc, aml, accreditation, or a number
        #[arg(long, value_name = "TOPIC")]
        topic: ClaimTopic,
    },
    /// Show an investor's identities: where they are, whose keys they have, what is claimed
    #[command(after_help = "\
Example:
  symbolon claims show --external-id C-00042")]
    Show(show::ShowArgs),
    /// Put identities and a claim issuer in place beside a registry
    #[command(after_help = "\
Example:
  symbolon claims deploy 8453 --owner-key-file owner.key

Whoever may write to the registry keeps its investors' identities, and takes claims back.
The key that the [[lane]] signs claims with is appointed, if it has one.")]
    Deploy(DeployArgs),
    /// Let the lane keep identities and claims by a `ClaimIssuer` that stands already
    #[command(after_help = "\
Example:
  symbolon claims attach 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    Attach(AttachArgs),
    /// Let a key sign claims
    #[command(after_help = "\
Example:
  symbolon claims appoint 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed \\
      --owner-key-file owner.key

To change the key: appoint the new one, name it in the [[lane]] and restart `symbolon serve`,
then dismiss the old one. Claims are signed anew meanwhile, and none lapses.")]
    Appoint(signers::SignerArgs),
    /// Let a key sign claims no more: none of its own counts after that
    #[command(after_help = "\
Example:
  symbolon claims dismiss 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed \\
      --owner-key-file owner.key

While claims stand by its word it is refused, and the lane signs these anew.
--at-once is for a key that was stolen.")]
    Dismiss {
        #[command(flatten)]
        signer: signers::SignerArgs,
        /// Whatever stands by its word
        #[arg(long)]
        at_once: bool,
    },
}

/// Runs `symbolon claims`.
pub(crate) async fn run(args: ClaimsArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Issue {
            whom,
            topic,
            expiry,
            content,
        } => {
            let issue = Command::IssueClaim {
                topic,
                expiry,
                content,
            };
            decide(whom, &issue, "claimed", context).await
        }
        Action::Revoke { whom, topic } => {
            decide(whom, &Command::RevokeClaim { topic }, "revoked", context).await
        }
        Action::Show(args) => show::run(&args, context).await,
        Action::Deploy(args) => place::deploy(&args, context).await,
        Action::Attach(args) => place::attach(&args, context).await,
        Action::Appoint(args) => signers::appoint(&args, context).await,
        Action::Dismiss { signer, at_once } => signers::dismiss(&signer, at_once, context).await,
    }
}
