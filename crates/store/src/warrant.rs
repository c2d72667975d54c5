//! By what right work goes on after the request that began it.
//!
//! A request is decided at once, an import over minutes. Meanwhile its key may
//! be revoked, or its authority cut off, and then the rest is nobody's to ask.

use symbolon_core::{
    actor::Actor,
    authority::Mandate,
    ids::{AuthorityIndex, IssuerId},
};
use thiserror::Error;

use crate::{
    IssuerTransaction, Result, Store, api_key, authority,
    writer::{self, Writer},
};

/// Who asks, and by what right, as it was when they began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warrant {
    actor: Actor,
    /// The name of the API key that they came with, if they came with one.
    key: Option<String>,
    mandate: Mandate,
}

/// Why a warrant holds no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Lapse {
    /// Its key was revoked.
    #[error("the API key that asked for this was revoked")]
    KeyRevoked,
    /// Its authority was cut off.
    #[error("authority {0} is restricted")]
    AuthorityRestricted(AuthorityIndex),
    /// Its authority may act in other countries than before, or nobody may
    /// decide here any more.
    #[error("what authority {0} may do has changed")]
    MandateChanged(AuthorityIndex),
}

impl Lapse {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyRevoked => "key_revoked",
            Self::AuthorityRestricted(_) => "authority_restricted",
            Self::MandateChanged(_) => "mandate_changed",
        }
    }
}

impl Warrant {
    /// Who asks.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl Store {
    /// What somebody may do from now on, who came with the API key of this name
    /// or, at the command line, with none.
    pub async fn warrant(
        &self,
        issuer: &IssuerId,
        actor: &Actor,
        key: Option<&str>,
    ) -> Result<Warrant> {
        let mut snapshot = self.begin_snapshot().await?;
        let mandate = match writer::of(&mut *snapshot, issuer).await? {
            Writer::Register => authority::mandate(&mut snapshot, issuer, actor.authority).await?,
            Writer::Registrar { .. } => Mandate::Spectator,
        };
        Ok(Warrant {
            actor: actor.clone(),
            key: key.map(str::to_owned),
            mandate,
        })
    }
}

impl IssuerTransaction {
    /// Why a warrant holds no longer; `None` while it does. Under the issuer's
    /// lock it stays so until the transaction ends.
    pub async fn lapse(&mut self, warrant: &Warrant) -> Result<Option<Lapse>> {
        if let Some(key) = &warrant.key
            && !api_key::works(&mut self.transaction, &self.issuer, key).await?
        {
            return Ok(Some(Lapse::KeyRevoked));
        }
        let authority = warrant.actor.authority;
        let connection = &mut *self.transaction;
        let mandate = self
            .locked
            .mandate(connection, &self.issuer, &warrant.actor)
            .await?;
        Ok(if mandate.is_restricted() {
            Some(Lapse::AuthorityRestricted(authority))
        } else if mandate != warrant.mandate {
            Some(Lapse::MandateChanged(authority))
        } else {
            None
        })
    }
}
