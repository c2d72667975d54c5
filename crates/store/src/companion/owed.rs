//! Keys that companions are owed, and when: because of entries of the log, because a
//! contract is new, because a scan holds everything against the register.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgExecutor, postgres::PgBindIterExt};
use symbolon_core::{
    certificate::{Certificate, CertificateId},
    ids::{AuthorityIndex, IssuerId, RegistryId},
    log::EntryNumber,
    mirror::companion::{CompanionKey, Errand},
    wallet::WalletAddress,
};

use crate::{
    Result,
    codec::{self, bigint, entry_number, issuer_key, json, registry_key},
    wallet,
};

/// Owes a key to every companion that holds it, because of this entry.
pub(crate) async fn owe(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    key: CompanionKey,
    entry: EntryNumber,
    denial: bool,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO companion_owed (issuer, registry_id, companion, key, entry_number, denial) \
         SELECT $1, registry_id, $2, $3, $4, $5 FROM companion \
         WHERE issuer = $1 AND companion = $2 \
         ON CONFLICT (issuer, registry_id, companion, key) \
         DO UPDATE SET \
             entry_number = greatest(companion_owed.entry_number, excluded.entry_number), \
             denial = companion_owed.denial OR excluded.denial",
        issuer_key(issuer),
        key.companion().as_str(),
        key.bytes(),
        bigint(entry.0),
        denial,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Has the companions of a registry read anew, and held against all that the
/// register holds. What they were told of is no news.
pub(crate) async fn owe_all(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<()> {
    sqlx::query!(
        "UPDATE companion_mirror SET observed = NULL WHERE issuer = $1 AND registry_id = $2",
        issuer_key(issuer),
        registry_key(registry),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO companion_owed (issuer, registry_id, companion, key, entry_number, denial) \
         SELECT $1, $2, 'rules', decode(lpad(to_hex(r.country::integer), 4, '0'), 'hex'), \
             r.changed_entry, r.announced IS NULL \
         FROM country_rule r WHERE r.issuer = $1 AND EXISTS (SELECT FROM companion \
             WHERE issuer = $1 AND registry_id = $2 AND companion = 'rules') \
         ON CONFLICT (issuer, registry_id, companion, key) DO NOTHING",
        issuer_key(issuer),
        registry_key(registry),
    )
    .execute(&mut *connection)
    .await?;
    owe_all_certificates(connection, issuer, registry).await
}

async fn owe_all_certificates(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<()> {
    if !keeps_certificates(&mut *connection, issuer).await? {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let rows = sqlx::query!(
            r#"SELECT created_entry, changed_entry, wallets, certificates AS "certificates!"
            FROM investor WHERE issuer = $1 AND created_entry > $2 AND certificates IS NOT NULL
            ORDER BY created_entry LIMIT 1000"#,
            issuer_key(issuer),
            after,
        )
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = rows.last() else { break };
        after = last.created_entry;
        let mut owed = Vec::new();
        for row in rows {
            let entry = entry_number(row.changed_entry)?;
            owed.extend(all_of(&row.wallets, &row.certificates, entry, false)?);
        }
        owe_to(connection, issuer, Some(registry), &owed).await?;
    }
    // What was told of wallets that are nobody's any more.
    sqlx::query!(
        "INSERT INTO companion_owed (issuer, registry_id, companion, key, entry_number, denial) \
         SELECT $1, $2, companion, key, coalesce(told_entry, 0), false FROM companion_mirror \
         WHERE issuer = $1 AND registry_id = $2 AND companion = 'certificates' \
         ON CONFLICT (issuer, registry_id, companion, key) DO NOTHING",
        issuer_key(issuer),
        registry_key(registry),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether any registry of the issuer's has certificates beside it.
pub(crate) async fn keeps_certificates(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM companion
            WHERE issuer = $1 AND companion = 'certificates') AS "keeps!""#,
        issuer_key(issuer),
    )
    .fetch_one(executor)
    .await?)
}

/// What companions are owed.
pub(crate) struct Row {
    pub(crate) errand: Errand,
    pub(crate) denial: bool,
}

/// Owes keys to every companion that holds them.
pub(crate) async fn owe_many(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: &[Row],
) -> Result<()> {
    owe_to(connection, issuer, None, rows).await
}

async fn owe_to(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: Option<RegistryId>,
    rows: &[Row],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let key = |row: &Row| row.errand.key;
    sqlx::query!(
        "INSERT INTO companion_owed (issuer, registry_id, companion, key, entry_number, denial) \
         SELECT $1, c.registry_id, c.companion, r.key, r.entry_number, r.denial \
         FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::boolean[]) \
             AS r (companion, key, entry_number, denial) \
         JOIN companion c ON c.issuer = $1 AND c.companion = r.companion \
             AND ($6::bigint IS NULL OR c.registry_id = $6) \
         ON CONFLICT (issuer, registry_id, companion, key) \
         DO UPDATE SET \
             entry_number = greatest(companion_owed.entry_number, excluded.entry_number), \
             denial = companion_owed.denial OR excluded.denial",
        issuer_key(issuer),
        rows.iter()
            .map(|row| key(row).companion().as_str())
            .bind_iter() as _,
        rows.iter().map(|row| key(row).bytes()).bind_iter() as _,
        rows.iter()
            .map(|row| bigint(row.errand.entry.0))
            .bind_iter() as _,
        rows.iter().map(|row| row.denial).bind_iter() as _,
        registry.map(registry_key),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Owes whatever chains were told of these wallets' certificates: they may be
/// somebody else's now. Returns whether there is any.
pub(crate) async fn owe_told(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    wallets: &[(WalletAddress, EntryNumber)],
) -> Result<bool> {
    if wallets.is_empty() {
        return Ok(false);
    }
    let owed = sqlx::query!(
        "INSERT INTO companion_owed (issuer, registry_id, companion, key, entry_number, denial) \
         SELECT $1, m.registry_id, m.companion, m.key, w.entry_number, true \
         FROM unnest($2::bytea[], $3::bigint[]) AS w (wallet, entry_number) \
         JOIN companion_mirror m ON m.issuer = $1 AND m.companion = 'certificates' \
             AND substring(m.key FROM 13) = w.wallet \
         ON CONFLICT (issuer, registry_id, companion, key) \
         DO UPDATE SET \
             entry_number = greatest(companion_owed.entry_number, excluded.entry_number), denial = true",
        issuer_key(issuer),
        wallets
            .iter()
            .map(|(one, _)| wallet::bytes(*one))
            .bind_iter() as _,
        wallets.iter().map(|(_, entry)| bigint(entry.0)).bind_iter() as _,
    )
    .execute(connection)
    .await?;
    Ok(owed.rows_affected() > 0)
}

/// Owes the certificates of all whom this authority verified: it was cut off or
/// reinstated by this entry.
pub(crate) async fn owe_of_authority(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    authority: AuthorityIndex,
    entry: EntryNumber,
) -> Result<()> {
    if !keeps_certificates(&mut *connection, issuer).await? {
        return Ok(());
    }
    let rows = sqlx::query!(
        r#"SELECT wallets, certificates AS "certificates!" FROM investor
        WHERE issuer = $1 AND certificates IS NOT NULL AND authority = $2"#,
        issuer_key(issuer),
        i16::from(authority.0),
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut owed = Vec::new();
    for row in rows {
        owed.extend(all_of(&row.wallets, &row.certificates, entry, true)?);
    }
    owe_many(connection, issuer, &owed).await
}

/// Every certificate of an investor, for each of its wallets.
fn all_of(
    wallets: &[Vec<u8>],
    certificates: &str,
    entry: EntryNumber,
    denial: bool,
) -> Result<Vec<Row>> {
    let held: BTreeMap<CertificateId, Certificate> =
        json(certificates, "an investor's certificates")?;
    let mut rows = Vec::with_capacity(wallets.len() * held.len());
    for holder in wallets {
        let holder = codec::wallet(holder)?;
        rows.extend(held.keys().map(|certificate| Row {
            errand: Errand {
                entry,
                key: CompanionKey::Certificate(*certificate, holder),
            },
            denial,
        }));
    }
    Ok(rows)
}
