//! A block that counted as final and is gone: deeper than the configured
//! confirmations, a chain was reorganised.
//!
//! What was settled is looked up again, newest first, a page at a time, until a
//! page stands as it was. What is gone is opened again, so that its lane sends
//! the same bytes once more (I11). The chain is followed anew from before the
//! fork, and the whole registry is held against the register.

use std::collections::BTreeSet;

use symbolon_store::Settled;

use super::reader::Reader;
use crate::{jobs::lane::LaneError, metrics};

/// Settled transactions looked up at a time.
const PAGE: u32 = 20;

/// What people are told.
const ALARM: &str = "blocks that counted as final were reorganised away: transactions among them are sent again, and the registry is held against the register; raise the chain's confirmations";

impl Reader {
    /// Looks whether the block up to which the chain was followed still stands, and
    /// what was settled since, and mends what follows if it does not.
    pub(super) async fn notice_reorganisation(&self) -> Result<(), LaneError> {
        let (store, issuer, registry) = (&self.store, &self.issuer, self.id());
        let Some(followed) = store.followed(issuer, registry).await? else {
            return Ok(());
        };
        let Some(hash) = followed.hash else {
            return Ok(());
        };
        // Lanes settle what they see, and may be ahead of whoever reads the logs.
        let ahead = self.settled_since(followed.block).await?;
        let newest = ahead.first().map_or(followed.block, |one| one.block);
        let stands = self.endpoint.block_hash(followed.block).await? == Some(hash);
        if stands && self.all_stand(&ahead).await? {
            return Ok(());
        }
        // A node that lags behind has forgotten nothing.
        if self.final_block().await? < newest {
            return Ok(());
        }
        let (gone, fork) = self.gone().await?;
        let fork = fork.map_or(self.deployed_block.saturating_sub(1), |block| {
            block.min(followed.block)
        });
        let transactions = gone.len();
        tracing::error!(%issuer, %registry, fork, transactions, "{ALARM}");
        metrics::alarmed("reorganisation");
        let mut transaction = store.begin(issuer).await?;
        // Another server may have mended it.
        if transaction.followed_up_to(registry).await? != Some(followed) {
            return Ok(());
        }
        transaction.reopen(registry, &gone, fork).await?;
        let (first, now) = (self.deployed_block, self.clock.now());
        let blocks = (first, followed.block);
        transaction
            .alarm(registry, ALARM, false, blocks, now)
            .await?;
        transaction.commit().await?;
        self.wake.wake(issuer);
        Ok(())
    }

    /// The newest of what was settled in blocks after one.
    async fn settled_since(&self, block: u64) -> Result<Vec<Settled>, LaneError> {
        let settled = self.store.settled(&self.issuer, self.id(), None, PAGE);
        let mut settled = settled.await?;
        settled.retain(|one| one.block > block);
        Ok(settled)
    }

    async fn all_stand(&self, settled: &[Settled]) -> Result<bool, LaneError> {
        for one in settled {
            if !self.stands(one).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn stands(&self, settled: &Settled) -> Result<bool, LaneError> {
        let receipt = self.endpoint.receipt(settled.hash).await?;
        let outcome = receipt.map(|receipt| (receipt.block_number(), receipt.succeeded()));
        Ok(outcome == Some((Some(settled.block), settled.succeeded)))
    }

    /// What was settled and is no longer there, and the newest block before all
    /// of it that stands, by a transaction of ours.
    async fn gone(&self) -> Result<(Vec<Settled>, Option<u64>), LaneError> {
        let (mut gone, mut before) = (Vec::new(), None);
        loop {
            let page = self
                .store
                .settled(&self.issuer, self.id(), before, PAGE)
                .await?;
            let Some(oldest) = page.last() else {
                return Ok((gone, None));
            };
            before = Some(oldest.block);
            let (mut standing, mut lost) = (BTreeSet::new(), Vec::new());
            for settled in page {
                match self.stands(&settled).await? {
                    true => drop(standing.insert(settled.block)),
                    false => lost.push(settled),
                }
            }
            let all_stand = lost.is_empty();
            gone.extend(lost);
            if all_stand {
                return Ok((gone, standing.last().copied()));
            }
        }
    }
}
