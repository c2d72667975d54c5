//! Batches of commands, decided one after another and stored together (I1).
//!
//! 1. [`load`]: a handful of queries bring everything that the whole batch can
//!    touch.
//! 2. [`known::Known::decide`]: `core::register` decides each request upon
//!    that, in memory; a later request sees what an earlier one changed, and a
//!    refused one changes nothing. The database stores the entries while the
//!    next ones are decided.
//! 3. [`write`]: investors, wallets and outbox rows, a statement each.

mod known;
mod load;
mod write;

pub(crate) use known::{follow_event, never_seen, wallet_in};

use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::{ExternalId, InvestorId},
    investor::Investor,
    log::EntryNumber,
    register::Refusal,
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};

use crate::{IssuerTransaction, Result};

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

impl IssuerTransaction {
    /// Decides a batch. Answers come in the order of the requests; a refusal
    /// concerns its own request alone.
    pub async fn decide(
        &mut self,
        requests: Vec<Request>,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Vec<Result<Decision, Refusal>>> {
        let mut known = load::everything(self, &requests).await?;
        let mut answers = Vec::with_capacity(requests.len());
        let mut log = write::Log::begin(self).await?;
        for request in requests {
            let (answer, entry) = known.decide(request, actor, now)?;
            answers.push(answer);
            if let Some(entry) = entry {
                log.append(entry).await?;
            }
        }
        log.finish().await?;
        self.head = known.head;
        self.queued |= write::everything(self, &known, now).await?;
        Ok(answers)
    }
}
