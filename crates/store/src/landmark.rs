//! Blocks by which a chain is recognised after a reorganisation.
//!
//! A block's hash says what all blocks before it were. So the newest landmark that
//! still stands tells exactly what a reorganisation has left, however deep it went.
//! Of old landmarks few are kept: what is read again is a few times as much as was
//! undone.

use alloy_primitives::B256;
use symbolon_core::ids::{IssuerId, RegistryId};

use crate::{
    IssuerTransaction, Result, Store,
    codec::{self, bigint, issuer_key, registry_key, unsigned},
};

/// A block that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landmark {
    /// Its number.
    pub block: u64,
    /// Its hash then.
    pub hash: B256,
}

impl Store {
    /// The landmarks of this chain, newest first.
    pub async fn landmarks(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<Vec<Landmark>> {
        sqlx::query!(
            "SELECT block_number, hash FROM landmark \
             WHERE issuer = $1 AND registry_id = $2 ORDER BY block_number DESC",
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Landmark {
                block: unsigned(row.block_number, "a block number")?,
                hash: codec::hash(&row.hash)?,
            })
        })
        .collect()
    }
}

impl IssuerTransaction {
    /// Notes which block this was. An older landmark goes where the next older one
    /// is at most twice as old as the next newer one.
    pub(crate) async fn set_landmark(
        &mut self,
        registry: RegistryId,
        block: u64,
        hash: B256,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO landmark (issuer, registry_id, block_number, hash) \
             VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, registry_id, block_number) DO UPDATE SET hash = excluded.hash",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
            hash.as_slice(),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM landmark WHERE issuer = $1 AND registry_id = $2 \
             AND block_number IN (SELECT block_number FROM ( \
                 SELECT block_number, \
                     $3 - lead(block_number) OVER by_age AS newer_age, \
                     $3 - lag(block_number) OVER by_age AS older_age \
                 FROM landmark WHERE issuer = $1 AND registry_id = $2 \
                 WINDOW by_age AS (ORDER BY block_number)) aged \
             WHERE older_age <= 2 * newer_age)",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Forgets those after a block.
    pub(crate) async fn forget_landmarks(&mut self, registry: RegistryId, fork: u64) -> Result<()> {
        sqlx::query!(
            "DELETE FROM landmark \
             WHERE issuer = $1 AND registry_id = $2 AND block_number > $3",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(fork),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
