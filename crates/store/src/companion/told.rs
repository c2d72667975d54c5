//! What companions were told by stored transactions, and what follows once one of
//! these has ended.

use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::companion::{CompanionBatch, PendingErrand},
    time::UnixSeconds,
};

use crate::{
    Result,
    codec::{bigint, issuer_key, registry_key},
};

/// Notes what a stored transaction tells, or that nothing is to be told.
pub(crate) async fn tell(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    errands: &[PendingErrand],
) -> Result<()> {
    for PendingErrand { errand, write } in errands {
        let (name, key) = (errand.key.companion().as_str(), errand.key.bytes());
        if let Some(write) = write {
            sqlx::query!(
                "INSERT INTO companion_mirror \
                     (issuer, registry_id, companion, key, told, told_version, told_entry, \
                     highest_version) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $6) \
                 ON CONFLICT (issuer, registry_id, companion, key) \
                 DO UPDATE SET told = excluded.told, told_version = excluded.told_version, \
                     highest_version = greatest(companion_mirror.highest_version, \
                         excluded.highest_version), \
                     vain = CASE WHEN companion_mirror.told_entry = excluded.told_entry \
                         THEN companion_mirror.vain + 1 ELSE 0 END, \
                     told_entry = coalesce(excluded.told_entry, companion_mirror.told_entry)",
                issuer_key(issuer),
                registry_key(registry),
                name,
                &key,
                &write.becomes.to_be_bytes::<32>(),
                i32::from(write.entry.version().0),
                write.is_last.then(|| bigint(errand.entry.0)),
            )
            .execute(&mut *connection)
            .await?;
            if !write.is_last {
                continue;
            }
        }
        sqlx::query!(
            "DELETE FROM companion_owed WHERE issuer = $1 AND registry_id = $2 \
             AND companion = $3 AND key = $4 AND entry_number = $5",
            issuer_key(issuer),
            registry_key(registry),
            name,
            &key,
            bigint(errand.entry.0),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A transaction that told a companion has ended, or may have come to nothing: it is
/// read what became of it. A newer one may be under way.
pub(crate) async fn ended(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    batch: &CompanionBatch,
    block: u64,
    now: UnixSeconds,
) -> Result<()> {
    for (key, version) in batch.versions() {
        sqlx::query!(
            "WITH ended AS (UPDATE companion_mirror SET observed = NULL, \
                 told = CASE WHEN told_version = $5 THEN NULL ELSE told END, \
                 told_version = CASE WHEN told_version = $5 THEN NULL ELSE told_version END, \
                 block_number = greatest(block_number, $6), ended_s = $7 \
                 WHERE issuer = $1 AND registry_id = $2 AND companion = $3 AND key = $4 \
                 RETURNING told_entry) \
             INSERT INTO companion_owed \
                 (issuer, registry_id, companion, key, entry_number, denial) \
             SELECT $1, $2, $3, $4, coalesce(told_entry, 0), false FROM ended \
             ON CONFLICT (issuer, registry_id, companion, key) DO NOTHING",
            issuer_key(issuer),
            registry_key(registry),
            key.companion().as_str(),
            key.bytes(),
            i32::from(version.0),
            bigint(block),
            bigint(now.0),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// A transaction that told a companion never was carried out: what it told is news
/// still, so that it is not taken for what somebody else has undone.
pub(crate) async fn in_vain(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
    batch: &CompanionBatch,
    now: UnixSeconds,
) -> Result<()> {
    for (key, version) in batch.versions() {
        sqlx::query!(
            "WITH again AS (INSERT INTO companion_owed \
                 (issuer, registry_id, companion, key, entry_number, denial) \
                 SELECT $1, $2, $3, $4, told_entry, false FROM companion_mirror \
                 WHERE issuer = $1 AND registry_id = $2 AND companion = $3 AND key = $4 \
                     AND told_version = $5 AND told_entry IS NOT NULL \
                 ON CONFLICT (issuer, registry_id, companion, key) DO NOTHING) \
             UPDATE companion_mirror SET told_entry = told_entry - 1 \
             WHERE issuer = $1 AND registry_id = $2 AND companion = $3 AND key = $4 \
                 AND told_version = $5",
            issuer_key(issuer),
            registry_key(registry),
            key.companion().as_str(),
            key.bytes(),
            i32::from(version.0),
        )
        .execute(&mut *connection)
        .await?;
    }
    ended(connection, issuer, registry, batch, 0, now).await
}
