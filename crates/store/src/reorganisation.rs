//! Settled transactions that a reorganisation has undone.

use alloy_primitives::B256;
use symbolon_core::ids::{IssuerId, RegistryId};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{self, bigint, issuer_key, registry_key, unsigned},
    lane,
};

/// A transaction that was seen in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its hash.
    pub hash: B256,
    /// The block.
    pub block: u64,
    /// Whether it was carried out there.
    pub succeeded: bool,
}

impl Store {
    /// The newest settled transactions in blocks after one, newest first.
    pub async fn settled_after(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        block: u64,
        limit: u32,
    ) -> Result<Vec<Settled>> {
        sqlx::query!(
            r#"SELECT hash, block_number AS "block_number!", outcome = 'mined' AS "succeeded!"
            FROM lane_transaction
            WHERE issuer = $1 AND registry_id = $2 AND block_number > $3
            ORDER BY block_number DESC LIMIT $4"#,
            issuer_key(issuer),
            registry_key(registry),
            bigint(block),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Settled {
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
    /// Opens again what was settled in blocks after the fork, with every attempt at
    /// the same nonces, and forgets what else was read of those blocks. What is open
    /// then is suspect until it is known in which order it lands this time. Returns
    /// how many transactions were opened.
    pub async fn reopen(&mut self, registry: RegistryId, fork: u64) -> Result<u64> {
        let reopened = sqlx::query!(
            "UPDATE lane_transaction t SET outcome = NULL, block_number = NULL, \
                 gas_used = NULL, fee_wei = NULL, mined_ms = NULL, final_s = NULL \
             FROM (SELECT DISTINCT signer, nonce FROM lane_transaction \
                 WHERE issuer = $1 AND registry_id = $2 AND block_number > $3) gone \
             WHERE t.issuer = $1 AND t.registry_id = $2 AND t.signer = gone.signer \
                 AND t.nonce = gone.nonce AND t.outcome IS DISTINCT FROM 'dropped'",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(fork),
        )
        .execute(&mut *self.transaction)
        .await?;
        let issuer = self.issuer.clone();
        let carried = lane::carried_wallets(&mut self.transaction, &issuer, registry).await?;
        self.suspect(registry, &Vec::from_iter(carried)).await?;
        self.forget_landmarks(registry, fork).await?;
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
            "UPDATE authority_mirror SET block_number = $3 \
             WHERE issuer = $1 AND registry_id = $2 AND block_number > $3",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(fork),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "UPDATE chain SET followed_block = $3, reopened = reopened + 1 \
             WHERE issuer = $1 AND registry_id = $2",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(fork),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(reopened.rows_affected())
    }
}
