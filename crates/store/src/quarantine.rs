//! Approvals that a registry would not carry out, though each stood alone.

use sqlx::postgres::PgBindIterExt;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::plan::Discharge,
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};

use crate::{
    Lease, Result, Store,
    codec::{self, bigint, issuer_key, registry_key, seconds},
    outbox, wallet,
};

/// A wallet that a registry takes no approval of: a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Which.
    pub wallet: WalletAddress,
    /// The version that it would not take, which is still the wallet's.
    pub version: Version,
    /// Since when.
    pub since: UnixSeconds,
}

impl Store {
    /// Notes that a registry would not take these, and that it is owed them no
    /// longer, both or neither.
    pub async fn quarantine(
        &self,
        lease: &Lease,
        wallets: &[(WalletAddress, Version)],
        discharge: &Discharge,
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let mut transaction = self.begin_growing().await?;
        lease.hold_with_chain(&mut transaction).await?;
        sqlx::query!(
            "INSERT INTO quarantine (issuer, registry_id, wallet, version, quarantined_s) \
             SELECT $1, $2, q.wallet, q.version, $5 \
             FROM unnest($3::bytea[], $4::integer[]) AS q (wallet, version) \
             ON CONFLICT (issuer, registry_id, wallet) DO UPDATE \
             SET version = excluded.version, quarantined_s = excluded.quarantined_s",
            issuer_key(issuer),
            registry_key(registry),
            wallets
                .iter()
                .map(|(one, _)| wallet::bytes(*one))
                .bind_iter() as _,
            wallets
                .iter()
                .map(|(_, version)| i32::from(version.0))
                .bind_iter() as _,
            bigint(now.0),
        )
        .execute(&mut *transaction)
        .await?;
        outbox::carry_out(&mut transaction, issuer, registry, discharge, None).await?;
        transaction.commit().await
    }

    /// Whom a registry takes no approval of, by address: those in quarantine
    /// that have not changed since.
    pub async fn quarantined(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<Vec<Quarantined>> {
        sqlx::query!(
            "SELECT q.wallet, q.version, q.quarantined_s FROM quarantine q \
             JOIN wallet w ON w.issuer = q.issuer AND w.address = q.wallet \
                 AND w.version = q.version \
             WHERE q.issuer = $1 AND q.registry_id = $2 ORDER BY q.wallet",
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Quarantined {
                wallet: codec::wallet(&row.wallet)?,
                version: codec::version(row.version)?,
                since: seconds(row.quarantined_s)?,
            })
        })
        .collect()
    }
}
