//! Numbers for dashboards and metrics.

use symbolon_core::{
    ids::{IssuerId, RegistryId},
    investor::StatusName,
    time::UnixSeconds,
};

use crate::{
    Result, Store,
    codec::{bigint, count, issuer_key, registry_id, seconds, wei, word},
};

const SECONDS_A_DAY: u64 = 86_400;
/// So many of a signer's newest transactions show what it pays.
const NEWEST: i64 = 1_000;

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
    /// Rules and certificates of which contracts beside the registry are yet to be
    /// told, or to be read.
    pub errands: u64,
    /// Since when the oldest wallet has waited.
    pub oldest: Option<UnixSeconds>,
    /// Since when the oldest denial has waited that is in no block that counts:
    /// owed, or in a transaction that is open.
    pub oldest_denial: Option<UnixSeconds>,
    /// Signed transactions of which nobody knows what became.
    pub open_transactions: u64,
    /// Nonces of those that were sent with a higher fee since.
    pub replaced: u64,
    /// Wallets whose approval the registry would not carry out.
    pub quarantined: u64,
    /// What the signer paid for its newest transactions, in wei, and over how
    /// many seconds.
    pub spent: (u128, u64),
}

impl ChainStatistics {
    /// For how many days a balance lasts if the signer pays as much a day as it
    /// did last; absent where it paid nothing.
    pub fn days_of_funds(&self, balance_wei: u128) -> Option<u64> {
        let (wei, seconds) = self.spent;
        // A busy first hour is no day's use.
        let seconds = u128::from(seconds.max(SECONDS_A_DAY));
        let a_day = wei.checked_mul(u128::from(SECONDS_A_DAY))? / seconds;
        let days = balance_wei.checked_div(a_day)?;
        Some(u64::try_from(days).unwrap_or(u64::MAX))
    }
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
                    AND l.registry_id = c.registry_id AND l.outcome IS NULL) AS open,
                least(q.oldest_denial_s, (SELECT min(stored_ms) / 1000 FROM lane_transaction l
                    WHERE l.issuer = c.issuer AND l.registry_id = c.registry_id
                    AND l.outcome IS NULL AND l.denies)) AS oldest_denial_s,
                (SELECT count(DISTINCT nonce) FROM lane_transaction l WHERE l.issuer = c.issuer
                    AND l.registry_id = c.registry_id AND l.outcome IS NULL
                    AND l.attempt > 0) AS replaced,
                (SELECT count(*) FROM quarantine x JOIN wallet w ON w.issuer = x.issuer
                    AND w.address = x.wallet AND w.version = x.version
                    WHERE x.issuer = c.issuer AND x.registry_id = c.registry_id) AS quarantined,
                (SELECT count(*) FROM companion_owed o WHERE o.issuer = c.issuer
                    AND o.registry_id = c.registry_id) AS errands,
                s.spent_wei::text AS spent_wei, s.seconds AS spent_seconds
            FROM chain c
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE NOT o.denial) AS again,
                    count(*) FILTER (WHERE o.denial) AS denials,
                    count(*) FILTER (WHERE o.entry_number > c.told_entry
                        AND o.entry_number = (SELECT changed_entry FROM wallet
                            WHERE issuer = $1 AND address = o.wallet
                            AND (chains IS NULL OR c.registry_id % 72057594037927936 = ANY(chains)))) AS both,
                    min(o.queued_s) AS oldest_s,
                    min(o.queued_s) FILTER (WHERE o.denial) AS oldest_denial_s
                FROM outbox o WHERE o.issuer = $1 AND o.registry_id = c.registry_id) q
            CROSS JOIN LATERAL (
                SELECT count(*) AS wallets, min(changed_entry) AS first_entry FROM wallet
                WHERE issuer = $1 AND changed_entry > c.told_entry
                AND (chains IS NULL OR c.registry_id % 72057594037927936 = ANY(chains))) t
            CROSS JOIN LATERAL (
                SELECT sum(fee_wei) AS spent_wei, max(final_s) - min(final_s) AS seconds
                FROM (SELECT fee_wei, final_s FROM lane_transaction
                    WHERE issuer = $1 AND registry_id = c.registry_id AND signer = c.signer
                    AND outcome IN ('mined', 'failed') ORDER BY nonce DESC LIMIT $2) newest) s
            WHERE c.issuer = $1 ORDER BY c.registry_id"#,
            issuer_key(issuer),
            NEWEST,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ChainStatistics {
                    registry: registry_id(row.registry_id)?,
                    approvals: count(Some(row.approvals)),
                    denials: count(Some(row.denials)),
                    errands: count(row.errands),
                    oldest: row.oldest_s.map(seconds).transpose()?,
                    open_transactions: count(row.open),
                    oldest_denial: row.oldest_denial_s.map(seconds).transpose()?,
                    replaced: count(row.replaced),
                    quarantined: count(row.quarantined),
                    spent: (
                        row.spent_wei.as_deref().map_or(Ok(0), wei)?,
                        count(row.spent_seconds),
                    ),
                })
            })
            .collect()
    }
}
