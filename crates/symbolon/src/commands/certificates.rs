//! `symbolon certificates`: what investors are certified for (ERC-5851).

mod define;

use alloy_primitives::Address;
use clap::{Args, Subcommand};
use symbolon_chain::deploy;
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion},
    command::Command,
    mirror::companion::{Companion, CompanionKey},
    time::{UnixSeconds, parse_expiry},
    wallet::WalletAddress,
};

use super::companion::{self, AttachArgs, DeployArgs, Kind};
use crate::{
    context::Context,
    decided::{WhomArgs, decide},
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon certificates`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon certificates deploy 8453 --owner-key-file owner.key
  symbolon certificates define 8453 7 requirements.json --owner-key-file owner.key
  symbolon certificates issue --certificate 7 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon certificates revoke --certificate 7 --external-id C-00042 --json

A certificate counts for each of the holder's wallets while the holder is verified and not barred.")]
pub(crate) struct CertificatesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Certify investors, the first time or again
    #[command(after_help = "\
Example:
  symbolon certificates issue --certificate 7 --expiry 2027-12-31 \\
      0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    Issue {
        #[command(flatten)]
        whom: WhomArgs,
        /// Which certificate: the id that contracts know it by
        #[arg(long, value_name = "ID")]
        certificate: CertificateId,
        /// The version of its requirements by which they were examined
        #[arg(long, value_name = "VERSION", default_value_t = 1)]
        requirements: u32,
        /// When it ends: a date or RFC 3339 moment [default: with the verdict]
        #[arg(long, value_name = "WHEN", value_parser = expiry)]
        expiry: Option<UnixSeconds>,
    },
    /// Take certificates back, or refuse them beforehand
    #[command(after_help = "\
Example:
  symbolon certificates revoke --certificate 7 --external-id C-00042")]
    Revoke {
        #[command(flatten)]
        whom: WhomArgs,
        /// Which certificate: the id that contracts know it by
        #[arg(long, value_name = "ID")]
        certificate: CertificateId,
    },
    /// Say what a certificate requires on a chain, as its registry's owner
    Define(define::DefineArgs),
    /// Put a `CertificateRegistry` in place beside a registry
    #[command(after_help = "\
Example:
  symbolon certificates deploy 8453 --owner-key-file owner.key

Whoever may write to the registry may certify there, and the lane does so for the register.")]
    Deploy(DeployArgs),
    /// Let the lane write to a `CertificateRegistry` that stands already
    #[command(after_help = "\
Example:
  symbolon certificates attach 8453 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

The lane's signer must be a mirror of the contract: its owner calls `addMirror(SIGNER)`.")]
    Attach(AttachArgs),
}

const CERTIFICATES: Kind = Kind {
    companion: Companion::Certificates,
    code: |owner, _| deploy::certificates_code(owner),
    any_key: || {
        let nobody = WalletAddress::new(Address::with_last_byte(1));
        let holder = nobody.map_err(|error| Failure::usage(error.to_string()))?;
        Ok(CompanionKey::Certificate(CertificateId(0), holder))
    },
    next: |_| "say what each certificate requires: `symbolon certificates define`".to_owned(),
};

/// Runs `symbolon certificates`.
pub(crate) async fn run(args: CertificatesArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Issue {
            whom,
            certificate,
            requirements,
            expiry,
        } => {
            let certify = Command::Certify {
                certificate,
                requirements: RequirementVersion(requirements),
                expiry,
            };
            decide(whom, &certify, "certified", context).await
        }
        Action::Revoke { whom, certificate } => {
            let revoke = Command::RevokeCertificate { certificate };
            decide(whom, &revoke, "revoked", context).await
        }
        Action::Define(args) => define::run(&args, context).await,
        Action::Deploy(args) => companion::put(&CERTIFICATES, &args, context).await,
        Action::Attach(args) => companion::attach(&CERTIFICATES, &args, context).await,
    }
}

/// A date or a moment in an argument.
pub(crate) fn expiry(text: &str) -> Result<UnixSeconds, String> {
    parse_expiry(text).map_err(|error| error.to_string())
}
