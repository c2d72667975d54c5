//! Profiles are erased. Their keys are destroyed at once where all goes well, and later
//! by whoever comes by.

use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::{InvestorId, IssuerId},
    log::EntryNumber,
    register::Refusal,
    time::UnixSeconds,
};
use symbolon_store::{Request, Subject};

use super::{Vault, VaultFailure};

/// Erasures that are finished at a time.
const PAGE: u32 = 100;

impl Vault {
    /// Erases a profile, if its time has come: the entry of the log, or why not.
    pub async fn erase(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        actor: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<Option<EntryNumber>, Refusal>, VaultFailure> {
        let mut transaction = self.store.begin(issuer).await?;
        let erase = Request {
            subject: Subject::Investor(investor),
            command: Command::EraseProfile {
                since: transaction.status_since(investor).await?.at,
                retention: transaction.retention().await?.years,
            },
        };
        let mut decided = transaction.decide(vec![erase], actor, now).await?;
        let decision = match decided.pop() {
            Some(Ok(decision)) => decision,
            Some(Err(refusal)) => return Ok(Err(refusal)),
            None => return Ok(Err(Refusal::UnknownInvestor)),
        };
        transaction.erase_profile(investor, now).await?;
        transaction.commit().await?;
        // Committed first: a key that is destroyed too early is gone for nothing.
        self.destroy_key(issuer, investor).await?;
        Ok(Ok(decision.entry))
    }

    /// Destroys the key of somebody whose erasure is committed.
    pub async fn destroy_key(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<(), VaultFailure> {
        self.keyring.destroy_person_key(issuer, investor).await?;
        Ok(self.store.finish_erasure(issuer, investor).await?)
    }

    /// Destroys what a server that died had still to destroy.
    pub async fn finish_erasures(&self) -> Result<(), VaultFailure> {
        for issuer in self.store.issuers().await? {
            loop {
                let left = self.store.unfinished_erasures(&issuer.id, PAGE).await?;
                if left.is_empty() {
                    break;
                }
                for investor in left {
                    self.destroy_key(&issuer.id, investor).await?;
                }
            }
        }
        Ok(())
    }
}
