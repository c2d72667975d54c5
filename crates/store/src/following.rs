//! How far each chain was read for what others wrote there.

use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::record::WalletRecord,
    wallet::WalletAddress,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, issuer_key, registry_key, unsigned},
    observed::{self, Sighting},
};

impl Store {
    /// The first block of this chain that is yet to be read.
    pub async fn next_block_to_follow(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<u64> {
        let mut connection = self.pool.acquire().await?;
        next_block(&mut connection, issuer, registry).await
    }

    /// Notes why this chain could not be read, or that it could. What its lane
    /// notes of it stands beside that.
    pub async fn note_following(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        error: Option<&str>,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE chain SET following_error = $3 \
             WHERE issuer = $1 AND registry_id = $2 AND following_error IS DISTINCT FROM $3",
            issuer_key(issuer),
            registry_key(registry),
            error,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

async fn next_block(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<u64> {
    let next = sqlx::query_scalar!(
        r#"SELECT greatest(deployed_block, followed_block + 1) AS "next!"
            FROM chain WHERE issuer = $1 AND registry_id = $2"#,
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_optional(connection)
    .await?;
    unsigned(
        next.ok_or(StoreError::NotFound { what: "chain" })?,
        "a block number",
    )
}

impl IssuerTransaction {
    /// The first block of this chain that is yet to be read, as the holder of
    /// the issuer's lock finds it.
    pub async fn next_block_to_follow(&mut self, registry: RegistryId) -> Result<u64> {
        next_block(&mut self.transaction, &self.issuer, registry).await
    }

    /// Notes what this block of a chain showed of wallets, whoever wrote it.
    pub async fn sight(
        &mut self,
        registry: RegistryId,
        block: u64,
        records: &[(WalletAddress, WalletRecord)],
    ) -> Result<()> {
        let seen: Vec<_> = records
            .iter()
            .map(|(wallet, record)| Sighting {
                wallet: *wallet,
                record: *record,
                block,
            })
            .collect();
        observed::write(&mut self.transaction, &self.issuer, registry, &seen).await
    }

    /// Notes that this chain was read up to this block, together with what
    /// followed from it. Lost in a crash, it is read again.
    pub async fn followed(&mut self, registry: RegistryId, block: u64) -> Result<()> {
        sqlx::query!(
            "UPDATE chain SET followed_block = $3 \
             WHERE issuer = $1 AND registry_id = $2 AND followed_block < $3",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
