//! What only a registry's owner may do: sent with its key, or printed for an
//! owner that is no key.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, Bytes};
use clap::Args;
use serde::Serialize;
use symbolon_chain::{endpoint::Endpoint, signer::LaneSigner, transaction};

use crate::{
    config,
    exit::{Failure, Result},
};

/// How the owner acts.
#[derive(Debug, Args)]
pub(crate) struct OwnerArgs {
    /// A file with the owner's key
    #[arg(long, value_name = "FILE", conflicts_with = "print")]
    owner_key_file: Option<PathBuf>,

    /// Send nothing: print what the owner, a multisig for instance, must send
    #[arg(long)]
    print: bool,
}

/// A transaction that somebody else must send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Unsent {
    /// What it does.
    pub(super) what: String,
    /// By whom.
    pub(super) from: Address,
    /// To which contract.
    pub(super) to: Address,
    /// How much of the chain's coin: never any.
    pub(super) value: u8,
    /// The call.
    pub(super) data: Bytes,
}

impl Unsent {
    /// For people who type it into a multisig's form.
    pub(crate) fn text(&self) -> String {
        let Self {
            what,
            from,
            to,
            value,
            data,
        } = self;
        format!("{what}, {from} must send\n  to     {to}\n  value  {value}\n  data   {data}")
    }
}

/// An owner, ready to act.
pub(crate) enum Owner {
    Key(LaneSigner),
    Printed(Address),
}

impl OwnerArgs {
    /// Whether anything was said of it.
    pub(super) fn is_given(&self) -> bool {
        self.print || self.owner_key_file.is_some()
    }

    /// The owner, if the key is its own.
    pub(crate) fn of(&self, owner: Address) -> Result<Owner> {
        let path = match &self.owner_key_file {
            Some(path) => path,
            None if self.print => return Ok(Owner::Printed(owner)),
            None => {
                return Err(Failure::usage(format!(
                    "only the registry's owner, {owner}, may do this: give its key with --owner-key-file, or let --print tell what it must send"
                )));
            }
        };
        let key = signer("--owner-key-file", path)?;
        if key.address() == owner {
            Ok(Owner::Key(key))
        } else {
            Err(Failure::refused(format!(
                "--owner-key-file: {} is not the registry's owner, which is {owner}: give the owner's key, or let --print tell what it must send",
                key.address()
            )))
        }
    }
}

impl Owner {
    /// Carries a call of the registry out, or returns it to be sent.
    pub(crate) async fn carry_out(
        &self,
        endpoint: &Endpoint,
        registry: Address,
        data: Bytes,
        what: &'static str,
    ) -> Result<Option<Unsent>> {
        match self {
            Self::Key(key) => {
                transaction::send(endpoint, key, registry, data, what).await?;
                Ok(None)
            }
            Self::Printed(owner) => Ok(Some(Unsent {
                what: what.to_owned(),
                from: *owner,
                to: registry,
                value: 0,
                data,
            })),
        }
    }
}

/// The key in a file; who has none yet is told how to make one.
pub(crate) fn signer(option: &str, path: &Path) -> Result<LaneSigner> {
    if !path.exists() {
        let name = path.display();
        return Err(Failure::configuration(format!(
            "{option}: there is no file {name}: `openssl rand -hex 32 > {name}; chmod 600 {name}` makes a new key"
        )));
    }
    LaneSigner::from_hex(&config::read_secret(option, path)?)
        .map_err(|error| Failure::configuration(format!("{option}: {}: {error}", path.display())))
}
