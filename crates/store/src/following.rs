//! How far each chain was read for what others wrote there.

use std::collections::HashSet;

use alloy_primitives::{Address, B256};
use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::{lane::Nonce, record::WalletRecord},
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{self, bigint, issuer_key, registry_key, unsigned},
    observed::{self, Sighting},
    reconciliation,
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

async fn followed(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<Option<Followed>> {
    let row = sqlx::query!(
        r#"SELECT followed_block, l.hash AS "hash?" FROM chain c
            LEFT JOIN landmark l ON l.issuer = c.issuer AND l.registry_id = c.registry_id
                AND l.block_number = c.followed_block
            WHERE c.issuer = $1 AND c.registry_id = $2"#,
        issuer_key(issuer),
        registry_key(registry),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound { what: "chain" })?;
    let block = unsigned(row.followed_block, "a block number")?;
    let hash = row.hash.as_deref().map(codec::hash).transpose()?;
    Ok((block > 0).then_some(Followed { block, hash }))
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

    /// The same as [`Store::followed`], upon the connection that has the lock.
    pub async fn followed_up_to(&mut self, registry: RegistryId) -> Result<Option<Followed>> {
        followed(&mut self.transaction, &self.issuer, registry).await
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

    /// Notes that this chain was read up to this block of this hash, together
    /// with what followed from it. Lost in a crash, it is read again.
    pub async fn followed(
        &mut self,
        registry: RegistryId,
        block: u64,
        hash: Option<B256>,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE chain SET followed_block = $3 \
             WHERE issuer = $1 AND registry_id = $2 AND followed_block < $3",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
        )
        .execute(&mut *self.transaction)
        .await?;
        match hash {
            Some(hash) => self.set_landmark(registry, block, hash).await,
            None => Ok(()),
        }
    }
}

/// Where a chain was read up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The last block read.
    pub block: u64,
    /// Its hash then, if it was noted.
    pub hash: Option<B256>,
}

impl Store {
    /// Where this chain was read up to; `None` if it never was.
    pub async fn followed(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<Option<Followed>> {
        let mut connection = self.pool.acquire().await?;
        followed(&mut connection, issuer, registry).await
    }

    /// Those of these transactions that this register did not sign, as far as it
    /// remembers, or has given up: what they write is not expected.
    pub async fn unexpected(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        transactions: &[B256],
    ) -> Result<HashSet<B256>> {
        let hashes: Vec<_> = transactions.iter().map(|hash| hash.to_vec()).collect();
        let expected = sqlx::query_scalar!(
            "SELECT t.hash FROM unnest($3::bytea[]) AS k (key) CROSS JOIN LATERAL ( \
                 SELECT hash FROM lane_transaction \
                 WHERE issuer = $1 AND registry_id = $2 AND hash = k.key \
                     AND outcome IS DISTINCT FROM 'dropped' LIMIT 1) t",
            issuer_key(issuer),
            registry_key(registry),
            &hashes,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut unexpected: HashSet<_> = transactions.iter().copied().collect();
        for hash in expected {
            unexpected.remove(&codec::hash(&hash)?);
        }
        Ok(unexpected)
    }

    /// The nonce after the last that this signer's transactions there have, as far
    /// as the register remembers.
    pub async fn next_nonce(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        signer: Address,
    ) -> Result<Nonce> {
        let last = sqlx::query_scalar!(
            "SELECT max(nonce) FROM lane_transaction \
             WHERE issuer = $1 AND registry_id = $2 AND signer = $3",
            issuer_key(issuer),
            registry_key(registry),
            signer.as_slice(),
        )
        .fetch_one(&self.pool)
        .await?;
        let next = last.map(|last| unsigned(last, "a nonce")).transpose()?;
        Ok(Nonce(next.map_or(0, |last| last + 1)))
    }

    /// Everybody who ever signed for this register there, as far as it remembers.
    pub async fn signers(&self, issuer: &IssuerId, registry: RegistryId) -> Result<Vec<Address>> {
        sqlx::query_scalar!(
            r#"SELECT signer AS "signer!" FROM chain
            WHERE issuer = $1 AND registry_id = $2 AND signer IS NOT NULL
            UNION SELECT DISTINCT signer FROM lane_transaction
            WHERE issuer = $1 AND registry_id = $2"#,
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|bytes| codec::address(bytes))
        .collect()
    }

    /// One of these heads of logs that this log never had; `None` if it had them
    /// all. Reads the whole log: for alarms.
    pub async fn unknown_head(&self, issuer: &IssuerId, heads: &[B256]) -> Result<Option<B256>> {
        let hashes: Vec<_> = heads.iter().map(|hash| hash.to_vec()).collect();
        let known = sqlx::query_scalar!(
            "SELECT hash FROM entry WHERE issuer = $1 AND hash = ANY($2)",
            issuer_key(issuer),
            &hashes,
        )
        .fetch_all(&self.pool)
        .await?;
        let empty = symbolon_core::log::Head::default().hash;
        let is_known = |head: &B256| *head == empty || known.iter().any(|one| one[..] == head[..]);
        Ok(heads.iter().copied().find(|head| !is_known(head)))
    }
}

impl IssuerTransaction {
    /// Tells people what is wrong with a chain until a scan, which begins anew,
    /// has ended. Until then approvals wait, if the register may have lost
    /// decisions. `blocks`: the first whose logs the scan reads, and the one up to
    /// which the chain must have been followed before any wallet is compared.
    pub async fn alarm(
        &mut self,
        registry: RegistryId,
        alarm: &str,
        lossy: bool,
        blocks: (u64, u64),
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE chain SET alarm = $3, approvals_held = approvals_held OR $4 \
             WHERE issuer = $1 AND registry_id = $2",
            issuer_key(&self.issuer),
            registry_key(registry),
            alarm,
            lossy,
        )
        .execute(&mut *self.transaction)
        .await?;
        let issuer = self.issuer.clone();
        if lossy {
            sqlx::query!(
                "UPDATE chain SET doubted_entry = i.head_number \
                 FROM (SELECT head_number FROM issuer WHERE issuer = $1) i WHERE issuer = $1",
                issuer_key(&issuer),
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        reconciliation::begin(&mut self.transaction, &issuer, registry, blocks, now).await
    }
}
