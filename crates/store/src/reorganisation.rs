//! Settled transactions that a reorganisation has undone.

use alloy_primitives::{Address, B256};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::lane::Nonce,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{self, bigint, issuer_key, registry_key, unsigned},
};

/// A transaction that was seen in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Who signed it.
    pub signer: Address,
    /// Its nonce.
    pub nonce: Nonce,
    /// Its hash.
    pub hash: B256,
    /// The block.
    pub block: u64,
    /// Whether it was carried out there.
    pub succeeded: bool,
}

impl Store {
    /// Settled transactions in blocks before one, newest first: so many, and all
    /// others of the last one's block.
    pub async fn settled(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Settled>> {
        sqlx::query!(
            r#"SELECT signer, nonce, hash, block_number AS "block_number!",
                outcome = 'mined' AS "succeeded!" FROM lane_transaction
            WHERE issuer = $1 AND registry_id = $2 AND block_number IS NOT NULL
                AND block_number < $3
            ORDER BY block_number DESC FETCH FIRST ($4::bigint) ROWS WITH TIES"#,
            issuer_key(issuer),
            registry_key(registry),
            before.map_or(i64::MAX, bigint),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Settled {
                signer: codec::address(&row.signer)?,
                nonce: Nonce(unsigned(row.nonce, "a nonce")?),
                hash: codec::hash(&row.hash)?,
                block: unsigned(row.block_number, "a block number")?,
                succeeded: row.succeeded,
            })
        })
        .collect()
    }

    /// How often settled transactions of this registry were opened again.
    pub async fn reopened(&self, issuer: &IssuerId, registry: RegistryId) -> Result<i32> {
        let reopened = sqlx::query_scalar!(
            "SELECT reopened FROM chain WHERE issuer = $1 AND registry_id = $2",
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_optional(&self.pool)
        .await?;
        reopened.ok_or(StoreError::NotFound { what: "chain" })
    }
}

impl IssuerTransaction {
    /// Opens these again, with every attempt at their nonces, and forgets what was
    /// read of blocks after the fork.
    pub async fn reopen(
        &mut self,
        registry: RegistryId,
        gone: &[Settled],
        fork: u64,
    ) -> Result<()> {
        for settled in gone {
            sqlx::query!(
                "UPDATE lane_transaction SET outcome = NULL, block_number = NULL, gas_used = NULL, \
                     fee_wei = NULL, mined_ms = NULL, final_s = NULL \
                 WHERE issuer = $1 AND registry_id = $2 AND signer = $3 AND nonce = $4 \
                     AND outcome IS DISTINCT FROM 'dropped'",
                issuer_key(&self.issuer),
                registry_key(registry),
                settled.signer.as_slice(),
                bigint(settled.nonce.0),
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        // What those blocks showed is the newest that is known, until the next look.
        sqlx::query!(
            "UPDATE observed SET block_number = $3 \
             WHERE issuer = $1 AND registry_id = $2 AND block_number > $3",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(fork),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "UPDATE chain SET followed_block = $3, followed_hash = NULL, reopened = reopened + 1 \
             WHERE issuer = $1 AND registry_id = $2",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(fork),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
