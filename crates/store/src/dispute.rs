//! Wallets that the register approves and a chain denies: a person decides.

use symbolon_core::{
    ids::{InvestorId, IssuerId, RegistryId},
    mirror::record::WalletRecord,
    time::UnixSeconds,
    wallet::WalletAddress,
};

use crate::{
    Result, Store,
    codec::{self, issuer_key, registry_key, seconds, unsigned},
};

/// A wallet about which a person must decide: to verify its holder again, or to
/// revoke it. Any such decision ends the dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// Whose it is.
    pub investor: Option<InvestorId>,
    /// What the chain was seen to hold of it.
    pub held: WalletRecord,
    /// The block that showed it.
    pub block: u64,
    /// Whether it is barred on every chain until it is reactivated, since the
    /// register may have lost the decision.
    pub barred: bool,
    /// When it was noticed.
    pub since: UnixSeconds,
}

impl Store {
    /// What people must decide about this registry, by wallet, after one and at
    /// most so many.
    pub async fn disputes(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        after: Option<WalletAddress>,
        limit: u32,
    ) -> Result<Vec<Dispute>> {
        let after = after.map_or_else(Vec::new, crate::wallet::bytes);
        sqlx::query!(
            r#"SELECT d.wallet, i.investor AS "investor?", d.record, d.block_number, d.barred,
                d.since_s
            FROM dispute d
            JOIN wallet w ON w.issuer = $1 AND w.address = d.wallet
                AND w.changed_entry = d.entry_number
            LEFT JOIN investor i ON i.issuer = $1 AND i.created_entry = w.holder
            WHERE d.issuer = $1 AND d.registry_id = $2 AND d.wallet > $3
            ORDER BY d.wallet LIMIT $4"#,
            issuer_key(issuer),
            registry_key(registry),
            after,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Dispute {
                wallet: codec::wallet(&row.wallet)?,
                investor: row
                    .investor
                    .as_deref()
                    .map(codec::investor_id)
                    .transpose()?,
                held: codec::record(&row.record)?,
                block: unsigned(row.block_number, "a block number")?,
                barred: row.barred,
                since: seconds(row.since_s)?,
            })
        })
        .collect()
    }

    /// How many wallets people must decide about, for this registry.
    pub async fn count_disputes(&self, issuer: &IssuerId, registry: RegistryId) -> Result<u64> {
        let count = sqlx::query_scalar!(
            "SELECT count(*) FROM dispute d JOIN wallet w ON w.issuer = $1 \
             AND w.address = d.wallet AND w.changed_entry = d.entry_number \
             WHERE d.issuer = $1 AND d.registry_id = $2",
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(codec::count(count))
    }
}
