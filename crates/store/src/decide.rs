//! Batches of commands, decided one after another and stored together (I1).
//!
//! 1. [`load`]: a handful of queries bring everything that the whole batch can
//!    touch.
//! 2. [`known::Known::decide`]: `core::register` decides each request upon
//!    that, in memory; a later request sees what an earlier one changed, and a
//!    refused one changes nothing.
//! 3. [`write`]: entries, investors, wallets and outbox rows, a statement each.
//!
//! Of a row of batches, each can be decided while the one before it is still
//! being stored ([`Store::foresee`]).

mod known;
mod load;
mod witness;
mod write;

pub(crate) use known::{follow_event, never_seen, wallet_in};
pub use witness::Witnessed;

use std::sync::Arc;

use symbolon_core::{
    actor::Actor,
    authority::Mandate,
    command::Command,
    ids::{ExternalId, InvestorId},
    investor::Investor,
    log::EntryNumber,
    register::Refusal,
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};

use crate::{IssuerTransaction, Result, Store, StoreError, issuer::Moment};
use known::{Known, NewEntry};

/// Whom a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Somebody new, under this fresh id.
    New(InvestorId),
    /// The investor of this id.
    Investor(InvestorId),
    /// The holder of this wallet.
    Wallet(WalletAddress),
    /// The investor of this reference.
    ExternalId(ExternalId),
    /// A row of a batch: the wallet's holder, else whoever has the external
    /// id, else somebody new.
    Row {
        /// The id for somebody new.
        new: InvestorId,
        /// The row's wallet.
        wallet: WalletAddress,
        /// The row's external id.
        external_id: Option<ExternalId>,
    },
}

/// A command for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whom it is about.
    pub subject: Subject,
    /// What is asked.
    pub command: Command,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The investor afterwards.
    pub investor: Investor,
    /// The entry that records the change; `None` where all was so already.
    pub entry: Option<EntryNumber>,
    /// The wallets that chains must be told of, with their versions.
    pub changed: Vec<(WalletAddress, Version)>,
}

/// What came of a request, or why nothing did.
pub type Answer = Result<Decision, Refusal>;

/// A batch that is decided, and yet to be stored.
#[derive(Debug)]
pub struct DecidedBatch {
    /// What it was decided upon.
    upon: Moment,
    /// When it was decided.
    now: UnixSeconds,
    /// What is known after it.
    known: Arc<Known>,
    entries: Vec<NewEntry>,
    answers: Vec<Answer>,
}

/// How the register will stand once a transaction is committed: its batch's
/// successor can be decided upon it before.
#[derive(Clone, Debug)]
pub struct Foresight {
    moment: Moment,
    known: Arc<Known>,
}

impl DecidedBatch {
    fn upon(
        upon: Moment,
        mut known: Known,
        requests: impl IntoIterator<Item = Request>,
        mandate: &Mandate,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Self> {
        let (mut answers, mut entries) = (Vec::new(), Vec::new());
        for request in requests {
            let (answer, entry) = known.decide(request, mandate, actor, now)?;
            answers.push(answer);
            entries.extend(entry);
        }
        Ok(Self {
            upon,
            now,
            known: Arc::new(known),
            entries,
            answers,
        })
    }

    /// How the register will stand, if this batch is the last thing that its
    /// transaction does.
    pub fn foresight(&self) -> Foresight {
        Foresight {
            moment: Moment {
                head: self.known.head,
                commits: self.upon.commits + 1,
                ..self.upon
            },
            known: Arc::clone(&self.known),
        }
    }
}

impl Store {
    /// Decides a batch for the transaction after the one that `foresight` was
    /// taken in, while that one goes on. `None` where the two batches have
    /// somebody in common: then it can only be decided in its turn.
    pub async fn foresee(
        &self,
        foresight: Foresight,
        requests: &[Request],
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Option<DecidedBatch>> {
        let Foresight { moment, known } = foresight;
        let named = load::Named::by(requests);
        if named.any_in(&known) {
            return Ok(None);
        }
        let mut connection = self.begin_growing().await?;
        let issuer = &known.issuer;
        let mandate = moment.mandate(&mut connection, issuer, actor).await?;
        let next = load::everything(&mut connection, issuer, moment.head, &named).await?;
        connection.commit().await?;
        if next
            .investors
            .keys()
            .any(|id| known.investors.contains_key(id))
        {
            return Ok(None);
        }
        let requests = requests.iter().cloned();
        DecidedBatch::upon(moment, next, requests, &mandate, actor, now).map(Some)
    }
}

impl IssuerTransaction {
    /// Decides a batch and stores it. Answers come in the order of the
    /// requests; a refusal concerns its own request alone.
    pub async fn decide(
        &mut self,
        requests: Vec<Request>,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Vec<Answer>> {
        let batch = self.consider(requests, actor, now).await?;
        self.store(batch).await
    }

    /// Decides a batch, to be stored in this transaction.
    pub async fn consider(
        &mut self,
        requests: Vec<Request>,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<DecidedBatch> {
        let upon = self.moment();
        let (connection, issuer) = (&mut *self.transaction, &self.issuer);
        let mandate = upon.mandate(connection, issuer, actor).await?;
        let named = load::Named::by(&requests);
        let known = load::everything(connection, issuer, upon.head, &named).await?;
        DecidedBatch::upon(upon, known, requests, &mandate, actor, now)
    }

    /// Whether a batch that was foreseen is as it would be decided now: nothing
    /// has come between.
    pub fn bears_out(&self, batch: &DecidedBatch) -> bool {
        batch.upon == self.moment() && batch.known.issuer == self.issuer
    }

    /// Stores a decided batch. Refused whole if it was decided upon anything
    /// else than what stands.
    pub async fn store(&mut self, batch: DecidedBatch) -> Result<Vec<Answer>> {
        if !self.bears_out(&batch) {
            return Err(StoreError::Conflict {
                what: "the register changed after the batch was decided",
            });
        }
        self.head = batch.known.head;
        self.queued |= write::everything(self, &batch.entries, &batch.known, batch.now).await?;
        Ok(batch.answers)
    }

    fn moment(&self) -> Moment {
        Moment {
            head: self.head,
            ..self.locked
        }
    }
}
