//! What a registrar on chain decided, taken in. The registrar has asked who may
//! do what, so nobody's mandate is loaded here; that the issuer's writer is on
//! that chain is asked instead.

use std::sync::Arc;

use symbolon_core::{
    actor::Actor,
    federation::{self, AuthorityDeed, FederationRefusal},
    ids::{AuthorityIndex, ChainId, InvestorId},
    register::Deed,
    time::UnixSeconds,
};

use super::{Answer, DecidedBatch, load};
use crate::{IssuerTransaction, Result, StoreError, Writer, federation as stored};

/// A deed on chain, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// Whom it is about.
    pub investor: InvestorId,
    /// What was done.
    pub deed: Deed,
    /// The time of its block.
    pub at: UnixSeconds,
}

impl IssuerTransaction {
    /// Stores what follows from deeds on the writer's chain, in their order, and
    /// says what came of each. `now` is when chains began to be owed it.
    pub async fn witness(
        &mut self,
        chain: ChainId,
        deeds: Vec<Witnessed>,
        now: UnixSeconds,
    ) -> Result<Vec<Answer>> {
        self.require_writer(chain).await?;
        let (upon, actor) = (self.moment(), Actor::chain(chain));
        let named = load::Named::in_deeds(&deeds);
        let (connection, issuer) = (&mut *self.transaction, &self.issuer);
        let mut known = load::everything(connection, issuer, upon.head, &named).await?;
        let (mut answers, mut entries) = (Vec::with_capacity(deeds.len()), Vec::new());
        for done in deeds {
            let Witnessed { investor, deed, at } = done;
            let (answer, entry) = known.witness(investor, deed, &actor, at)?;
            answers.push(answer);
            entries.extend(entry);
        }
        let batch = DecidedBatch {
            upon,
            now,
            known: Arc::new(known),
            entries,
            answers,
        };
        self.store(batch).await
    }

    /// The same for what the registrar's owner did about an authority.
    pub async fn witness_authority(
        &mut self,
        chain: ChainId,
        authority: AuthorityIndex,
        deed: AuthorityDeed,
        at: UnixSeconds,
    ) -> Result<Result<(), FederationRefusal>> {
        self.require_writer(chain).await?;
        let mut known = stored::load(&mut self.transaction, &self.issuer).await?;
        let event = match federation::witness(&known, authority, deed) {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(Ok(())),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let number = self.head.number.next();
        known
            .apply(&event, number)
            .map_err(|error| StoreError::damaged(error.to_string()))?;
        let (events, actor) = ([event], Actor::chain(chain));
        self.record_federation(&events, &actor, at).await?;
        for event in &events {
            self.store_federation(event, &known, number, at).await?;
        }
        Ok(Ok(()))
    }

    async fn require_writer(&mut self, chain: ChainId) -> Result<()> {
        match self.writer().await? {
            Writer::Registrar { chain: writer, .. } if writer == chain => Ok(()),
            _ => Err(StoreError::Conflict {
                what: "this chain does not decide about the issuer's investors",
            }),
        }
    }
}
