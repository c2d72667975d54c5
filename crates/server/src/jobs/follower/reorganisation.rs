//! A block that counted as final and is gone: deeper than the configured
//! confirmations, a chain was reorganised.
//!
//! What was settled in blocks after the newest landmark that still stands is opened
//! again, so that its lane looks what became of it, and sends the same bytes once
//! more where they are gone (I11). The chain is followed anew from that landmark,
//! and the whole registry is held against the register.

use symbolon_store::{Landmark, Settled};

use super::reader::Reader;
use crate::{jobs::lane::error::LaneError, metrics};

/// Settled transactions looked up at a time.
const PAGE: u32 = 20;

/// What people are told.
const ALARM: &str = "blocks that counted as final were reorganised away: transactions among them are sent again, and the registry is held against the register; raise the chain's confirmations";

impl Reader {
    /// Looks whether the block up to which the chain was followed still stands, and
    /// what was settled of late, and mends what follows if it does not. An error while
    /// the chain seems to be shorter than it was.
    pub(super) async fn notice_reorganisation(&self) -> Result<(), LaneError> {
        let (store, issuer, registry) = (&self.store, &self.issuer, self.id());
        let Some(followed) = store.followed(issuer, registry).await? else {
            return Ok(());
        };
        let Some(hash) = followed.hash else {
            return Ok(());
        };
        let landmarks = store.landmarks(issuer, registry).await?;
        // Lanes settle what they see, and may be ahead of whoever reads the logs, or
        // settle what they saw before a reorganisation.
        let before = landmarks.get(1).map_or(0, |landmark| landmark.block);
        let settled = store.settled_after(issuer, registry, before, PAGE).await?;
        let newest = settled.first().map_or(0, |one| one.block);
        let gone = self.oldest_gone(&settled).await?;
        let stands = self.endpoint.block_hash(followed.block).await? == Some(hash);
        if stands && gone.is_none() {
            return Ok(());
        }
        // A node that lags behind has forgotten nothing.
        let (confirmed, known) = (self.final_block().await?, newest.max(followed.block));
        if confirmed < known {
            return Err(LaneError::Shorter { confirmed, known });
        }
        let older = |landmark: &Landmark| gone.is_none_or(|gone| landmark.block < gone);
        let fork = self.fork(landmarks.into_iter().filter(older)).await?;
        let mut transaction = store.begin(issuer).await?;
        // Another server may have mended it.
        if transaction.followed_up_to(registry).await? != Some(followed) {
            return Ok(());
        }
        let transactions = transaction.reopen(registry, fork).await?;
        let (first, now) = (self.deployed_block, self.clock.now());
        let blocks = (first, followed.block);
        transaction
            .alarm(registry, ALARM, false, blocks, now)
            .await?;
        transaction.commit().await?;
        tracing::error!(%issuer, %registry, fork, transactions, "{ALARM}");
        metrics::alarmed("reorganisation");
        self.wake.wake(issuer);
        Ok(())
    }

    /// The oldest block of those whose transactions are no longer as they were.
    async fn oldest_gone(&self, settled: &[Settled]) -> Result<Option<u64>, LaneError> {
        let mut gone = None;
        for one in settled {
            if !self.stands(one).await? {
                gone = Some(one.block);
            }
        }
        Ok(gone)
    }

    async fn stands(&self, settled: &Settled) -> Result<bool, LaneError> {
        let receipt = self.endpoint.receipt(settled.hash).await?;
        let outcome = receipt.map(|receipt| (receipt.block_number(), receipt.succeeded()));
        Ok(outcome == Some((Some(settled.block), settled.succeeded)))
    }

    /// The newest of these that stands.
    async fn fork(&self, landmarks: impl Iterator<Item = Landmark>) -> Result<u64, LaneError> {
        for landmark in landmarks {
            if self.endpoint.block_hash(landmark.block).await? == Some(landmark.hash) {
                return Ok(landmark.block);
            }
        }
        Ok(self.deployed_block.saturating_sub(1))
    }
}
