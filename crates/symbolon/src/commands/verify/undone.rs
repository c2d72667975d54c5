//! What a verdict takes back: that somebody was revoked or rejected before.

use serde_json::{Value, json};
use symbolon_core::{
    event::Event,
    ids::{InvestorId, IssuerId},
    investor::{RejectionReason, RevocationReason, Status},
    log::EntryNumber,
    time::UnixSeconds,
};
use symbolon_store::{IssuerTransaction, Store, Subject};

use crate::{
    commands::status,
    exit::{Exit, Failure, Result},
    kind::word,
    subject::Target,
};

/// Entries of the log that are read at a time.
const PAGE: u32 = 500;

/// Somebody who was known before, and what was decided against them.
pub(super) struct Known {
    id: InvestorId,
    status: Status,
    /// What the verdict takes back, if anything.
    pub(super) denial: Option<Denial>,
}

/// A decision against somebody.
pub(super) struct Denial {
    status: &'static str,
    reason: String,
    of_sanctions: bool,
    at: UnixSeconds,
    by: String,
}

impl Known {
    /// Whoever a request is about; nothing for somebody new.
    pub(super) async fn find(
        subject: &Subject,
        store: &Store,
        issuer: &IssuerId,
    ) -> Result<Option<Self>> {
        let target = match subject {
            Subject::Wallet(wallet) => Target::Wallet(*wallet),
            Subject::Investor(id) => Target::Investor(*id),
            _ => return Ok(None),
        };
        let found = match status::find(&target, store, issuer).await {
            Ok(found) => found,
            // The register says so itself.
            Err(failure) if failure.exit == Exit::NotFound => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let denial = match &found.status {
            Status::Revoked { .. } | Status::Rejected(_) => {
                last_denial(store, issuer, found.id).await?
            }
            _ => None,
        };
        Ok(Some(Self {
            id: found.id,
            status: found.status,
            denial,
        }))
    }

    /// Refuses where a sanction would be taken back and nobody said that it may.
    pub(super) fn unless_sanctioned(&self, yes: bool) -> Result<()> {
        match &self.denial {
            Some(denial) if denial.of_sanctions && !yes => Err(Failure::usage(format!(
                "{} was {denial}: to verify this investor all the same, add --yes",
                self.id
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses where the investor stands otherwise than when it was looked at. Nobody
    /// changes it while the transaction has the issuer's lock.
    pub(super) async fn unless_changed(&self, transaction: &mut IssuerTransaction) -> Result<()> {
        let now = transaction.investor(self.id).await?.investor;
        match now.status == self.status {
            true => Ok(()),
            false => Err(Failure::refused(format!(
                "somebody decided about {} at this moment, it is {} now: look at it, and run the command again",
                self.id,
                now.status.name()
            ))),
        }
    }
}

impl Denial {
    /// For machines.
    pub(super) fn document(&self) -> Value {
        json!({
            "status": self.status,
            "reason": self.reason,
            "at": self.at.to_string(),
            "by": self.by,
        })
    }
}

impl std::fmt::Display for Denial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            status,
            reason,
            at,
            by,
            ..
        } = self;
        write!(f, "{status} ({reason}) at {at} by {by}")
    }
}

async fn last_denial(store: &Store, issuer: &IssuerId, id: InvestorId) -> Result<Option<Denial>> {
    let mut last = None;
    let mut after = EntryNumber::default();
    loop {
        let page = store.entries_of(issuer, id, after, PAGE).await?;
        for stored in &page {
            let entry = &stored.entry;
            let events: Vec<Event> = serde_json::from_str(&entry.events).map_err(|_| {
                Failure::new(
                    Exit::Database,
                    format!(
                        "entry {} of the log cannot be read: run `symbolon audit verify`",
                        entry.number.0
                    ),
                )
            })?;
            for event in events {
                let (status, reason, of_sanctions) = match event {
                    Event::InvestorRevoked { reason } => (
                        "revoked",
                        word(&reason),
                        reason == RevocationReason::Sanctions,
                    ),
                    Event::InvestorRejected { reason } => (
                        "rejected",
                        word(&reason),
                        reason == RejectionReason::Sanctions,
                    ),
                    _ => continue,
                };
                last = Some(Denial {
                    status,
                    reason,
                    of_sanctions,
                    at: entry.at,
                    by: entry.actor.clone(),
                });
            }
            after = entry.number;
        }
        if page.len() < PAGE as usize {
            return Ok(last);
        }
    }
}
