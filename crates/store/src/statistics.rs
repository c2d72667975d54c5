//! Numbers for dashboards and metrics.

use symbolon_core::{
    ids::{IssuerId, RegistryId},
    investor::StatusName,
    time::UnixSeconds,
};

use crate::{
    Result, Store,
    codec::{bigint, count, issuer_key, registry_id, seconds, word},
};

/// How an issuer's register stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Investors by status; a status that nobody has is absent.
    pub investors: Vec<(StatusName, u64)>,
    /// Of the verified, those whose verdict ends before the moment asked about.
    pub expiring: u64,
    /// What each chain is owed.
    pub chains: Vec<ChainStatistics>,
}

/// What a chain is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainStatistics {
    /// Which registry.
    pub registry: RegistryId,
    /// Wallets that wait for their turn, or to be told again.
    pub approvals: u64,
    /// Denials that wait, out of turn.
    pub denials: u64,
    /// Since when the oldest of them has waited.
    pub oldest: Option<UnixSeconds>,
    /// Signed transactions of which nobody knows what became.
    pub open_transactions: u64,
}

impl Store {
    /// How the issuer's register stands. Counts rows: not for every request.
    pub async fn statistics(
        &self,
        issuer: &IssuerId,
        expiring_before: UnixSeconds,
    ) -> Result<Statistics> {
        let statuses = sqlx::query!(
            "SELECT status, count(*) AS investors FROM investor WHERE issuer = $1 \
             GROUP BY status ORDER BY status",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        let expiring = sqlx::query_scalar!(
            "SELECT count(*) FROM investor WHERE issuer = $1 AND status = 'verified' \
             AND expiry_s IS NOT NULL AND expiry_s < $2",
            issuer_key(issuer),
            bigint(expiring_before.0),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Statistics {
            investors: statuses
                .into_iter()
                .map(|row| Ok((word(&row.status, "status")?, count(row.investors))))
                .collect::<Result<_>>()?,
            expiring: count(expiring),
            chains: self.chain_statistics(issuer).await?,
        })
    }

    /// What each of the issuer's chains is owed, by chain id.
    pub async fn chain_statistics(&self, issuer: &IssuerId) -> Result<Vec<ChainStatistics>> {
        // A denial that waits out of turn waits for its turn as well.
        let rows = sqlx::query!(
            r#"SELECT c.registry_id, q.denials AS "denials!",
                q.again + t.wallets - q.both AS "approvals!",
                least(q.oldest_s, (
                    SELECT decided_s FROM entry
                    WHERE issuer = $1 AND number = t.first_entry)) AS oldest_s,
                (SELECT count(*) FROM lane_transaction l WHERE l.issuer = c.issuer
                    AND l.registry_id = c.registry_id AND l.outcome IS NULL) AS open
            FROM chain c
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE NOT o.denial) AS again,
                    count(*) FILTER (WHERE o.denial) AS denials,
                    count(*) FILTER (WHERE o.entry_number > c.told_entry
                        AND o.entry_number = (SELECT changed_entry FROM wallet
                            WHERE issuer = $1 AND address = o.wallet
                            AND (chains IS NULL OR c.registry_id % 72057594037927936 = ANY(chains)))) AS both,
                    min(o.queued_s) AS oldest_s
                FROM outbox o WHERE o.issuer = $1 AND o.registry_id = c.registry_id) q
            CROSS JOIN LATERAL (
                SELECT count(*) AS wallets, min(changed_entry) AS first_entry FROM wallet
                WHERE issuer = $1 AND changed_entry > c.told_entry
                AND (chains IS NULL OR c.registry_id % 72057594037927936 = ANY(chains))) t
            WHERE c.issuer = $1 ORDER BY c.registry_id"#,
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ChainStatistics {
                    registry: registry_id(row.registry_id)?,
                    approvals: count(Some(row.approvals)),
                    denials: count(Some(row.denials)),
                    oldest: row.oldest_s.map(seconds).transpose()?,
                    open_transactions: count(row.open),
                })
            })
            .collect()
    }
}
