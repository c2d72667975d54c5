//! Keys that companions are owed, and when: because of entries of the log, because a
//! contract is new, because a scan holds everything against the register.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgExecutor, postgres::PgBindIterExt};
use symbolon_core::{
    certificate::{Certificate, CertificateId},
    claim::{Claim, ClaimTopic},
    ids::{AuthorityIndex, InvestorId, IssuerId, RegistryId},
    investor::Investor,
    log::EntryNumber,
    mirror::companion::{CompanionKey, Errand},
    wallet::WalletAddress,
};

use crate::{
    Result,
    codec::{self, bigint, entry_number, investor_id, issuer_key, json, registry_key},
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
    owe_all_investors(connection, issuer, registry).await
}

async fn owe_all_investors(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<()> {
    if !tells_of_investors(&mut *connection, issuer).await? {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let rows = sqlx::query_as!(
            SubjectRow,
            "SELECT created_entry, changed_entry, investor, wallets, certificates, claims \
             FROM investor WHERE issuer = $1 AND created_entry > $2 \
             AND (certificates IS NOT NULL OR claims IS NOT NULL) \
             ORDER BY created_entry LIMIT 1000",
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
            owed.extend(row.read()?.owed(entry, false));
        }
        owe_to(connection, issuer, Some(registry), &owed).await?;
    }
    // What was told of wallets that are nobody's any more, too.
    sqlx::query!(
        "INSERT INTO companion_owed (issuer, registry_id, companion, key, entry_number, denial) \
         SELECT $1, $2, companion, key, coalesce(told_entry, 0), false FROM companion_mirror \
         WHERE issuer = $1 AND registry_id = $2 AND companion <> 'rules' \
         ON CONFLICT (issuer, registry_id, companion, key) DO NOTHING",
        issuer_key(issuer),
        registry_key(registry),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether any contract beside the issuer's registries knows investors.
pub(crate) async fn tells_of_investors(
    executor: impl PgExecutor<'_>,
    issuer: &IssuerId,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM companion
            WHERE issuer = $1 AND companion <> 'rules') AS "tells!""#,
        issuer_key(issuer),
    )
    .fetch_one(executor)
    .await?)
}

/// What of an investor companions know by keys.
pub(crate) struct Subject {
    id: InvestorId,
    wallets: Vec<WalletAddress>,
    certificates: Vec<CertificateId>,
    claims: Vec<ClaimTopic>,
}

impl Subject {
    pub(crate) fn of(investor: &Investor) -> Self {
        let wallets = investor.wallets.iter();
        Self {
            id: investor.id,
            wallets: wallets.map(|wallet| wallet.address).collect(),
            certificates: investor.certificates.keys().copied().collect(),
            claims: investor.claims.keys().copied().collect(),
        }
    }

    /// Certificates are a wallet's, claims an investor's. An identity there is where
    /// anything was ever claimed.
    pub(crate) fn keys(&self) -> Vec<CompanionKey> {
        let mut keys = Vec::new();
        for wallet in &self.wallets {
            if !self.claims.is_empty() {
                keys.push(CompanionKey::IdentityKey(self.id, *wallet));
            }
            let certificates = self.certificates.iter();
            keys.extend(certificates.map(|id| CompanionKey::Certificate(*id, *wallet)));
        }
        let claims = self.claims.iter();
        keys.extend(claims.map(|topic| CompanionKey::Claim(self.id, *topic)));
        keys
    }

    fn owed(&self, entry: EntryNumber, denial: bool) -> impl Iterator<Item = Row> {
        let errand = move |key| Errand { entry, key };
        self.keys().into_iter().map(move |key| Row {
            errand: errand(key),
            denial,
        })
    }
}

struct SubjectRow {
    created_entry: i64,
    changed_entry: i64,
    investor: Vec<u8>,
    wallets: Vec<Vec<u8>>,
    certificates: Option<String>,
    claims: Option<String>,
}

impl SubjectRow {
    fn read(&self) -> Result<Subject> {
        let certificates: Option<BTreeMap<CertificateId, Certificate>> = self
            .certificates
            .as_deref()
            .map(|text| json(text, "an investor's certificates"))
            .transpose()?;
        let claims: Option<BTreeMap<ClaimTopic, Claim>> = self
            .claims
            .as_deref()
            .map(|text| json(text, "an investor's claims"))
            .transpose()?;
        let wallets = self.wallets.iter().map(|wallet| codec::wallet(wallet));
        Ok(Subject {
            id: investor_id(&self.investor)?,
            wallets: wallets.collect::<Result<_>>()?,
            certificates: certificates.unwrap_or_default().into_keys().collect(),
            claims: claims.unwrap_or_default().into_keys().collect(),
        })
    }
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

/// Owes whatever chains were told of these wallets' certificates and keys: they may be
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
         JOIN companion_mirror m ON m.issuer = $1 AND m.companion IN ('certificates', 'identities') \
             AND substring(m.key FROM octet_length(m.key) - 19) = w.wallet \
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

/// Owes the certificates and claims of all whom this authority verified: it was cut
/// off or reinstated by this entry.
pub(crate) async fn owe_of_authority(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    authority: AuthorityIndex,
    entry: EntryNumber,
) -> Result<()> {
    if !tells_of_investors(&mut *connection, issuer).await? {
        return Ok(());
    }
    let rows = sqlx::query_as!(
        SubjectRow,
        "SELECT created_entry, changed_entry, investor, wallets, certificates, claims \
         FROM investor WHERE issuer = $1 AND authority = $2 \
         AND (certificates IS NOT NULL OR claims IS NOT NULL)",
        issuer_key(issuer),
        i16::from(authority.0),
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut owed = Vec::new();
    for row in rows {
        owed.extend(row.read()?.owed(entry, true));
    }
    owe_many(connection, issuer, &owed).await
}
