//! Contracts beside a registry that its lane writes, too, and what they are told
//! ([`symbolon_core::mirror::companion`]).
//!
//! A companion is owed a key because of an entry, and gets whatever the register
//! holds when that is read. Once a transaction that tells it has ended, whatever
//! became of it, the key is owed again until its word was read: only what is there
//! says what is lacking.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::{Address, B256, U256};
use sqlx::{PgConnection, PgExecutor, postgres::PgBindIterExt};
use symbolon_core::{
    certificate::{
        Certificate, CertificateId,
        mirrored::{Due, MirroredCertificate},
        record::CertificateRecord,
    },
    ids::{AuthorityIndex, IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        companion::{
            Companion, CompanionBatch, CompanionKey, CompanionWrite, Errand, PendingErrand,
        },
        filter::MirroredRegistry,
        lane::Pulled,
    },
    time::UnixSeconds,
    transfer_rules::{
        Schedule,
        mirrored::{MirroredRule, RuleOnChain},
        record::{RuleKey, RuleRecord},
    },
    wallet::WalletAddress,
};

use crate::{
    IssuerTransaction, Lease, Result, Store, StoreError,
    codec::{
        self, address, bigint, entry_number, hash, issuer_key, json, registry_id, registry_key,
        seconds,
    },
    issuer, rules,
    standing::select_standings,
    wallet,
};

/// What a contract took no notice of is told again after twice as many seconds each
/// time, up to a day and a half.
const LEAST_PATIENCE_S: u64 = 30;
const MOST_DOUBLINGS: i32 = 12;

/// A contract beside a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCompanion {
    /// Beside which.
    pub registry: RegistryId,
    /// What it is.
    pub companion: Companion,
    /// Where it is.
    pub contract: Address,
}

/// What a companion is known to hold of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompanionOnChain {
    /// Beside which registry.
    pub registry: RegistryId,
    /// Of what.
    pub key: CompanionKey,
    /// Its word, as last read; nothing where it is to be read.
    pub observed: Option<U256>,
    /// Whether it is owed news, or a transaction that tells it has not ended.
    pub is_under_way: bool,
}

/// Keys of which nobody knows what a companion holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which contract.
    pub contract: Address,
    /// Of what.
    pub keys: Vec<CompanionKey>,
}

impl Store {
    /// The contracts beside the issuer's registries.
    pub async fn companions(&self, issuer: &IssuerId) -> Result<Vec<KnownCompanion>> {
        sqlx::query!(
            "SELECT registry_id, companion, contract FROM companion WHERE issuer = $1 \
             ORDER BY registry_id, companion",
            issuer_key(issuer),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(KnownCompanion {
                registry: registry_id(row.registry_id)?,
                companion: companion(&row.companion)?,
                contract: address(&row.contract)?,
            })
        })
        .collect()
    }

    /// What they are known to hold, by key.
    pub async fn companions_on_chains(
        &self,
        issuer: &IssuerId,
        of: Companion,
    ) -> Result<Vec<CompanionOnChain>> {
        sqlx::query!(
            r#"SELECT k.registry_id AS "registry_id!", k.key AS "key!", m.observed AS "observed?",
                m.told IS NOT NULL OR o.key IS NOT NULL AS "is_under_way!"
            FROM (SELECT registry_id, key FROM companion_mirror
                    WHERE issuer = $1 AND companion = $2
                UNION SELECT registry_id, key FROM companion_owed
                    WHERE issuer = $1 AND companion = $2) k
            LEFT JOIN companion_mirror m ON m.issuer = $1 AND m.registry_id = k.registry_id
                AND m.companion = $2 AND m.key = k.key
            LEFT JOIN companion_owed o ON o.issuer = $1 AND o.registry_id = k.registry_id
                AND o.companion = $2 AND o.key = k.key
            ORDER BY k.key, k.registry_id"#,
            issuer_key(issuer),
            of.as_str(),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            Ok(CompanionOnChain {
                registry: registry_id(row.registry_id)?,
                key: key(of, &row.key)?,
                observed: row.observed.as_deref().map(word).transpose()?,
                is_under_way: row.is_under_way,
            })
        })
        .collect()
    }

    /// How each chain stands to the rule of a country, by country and registry.
    pub async fn rules_on_chains(
        &self,
        issuer: &IssuerId,
        schedule: &Schedule,
    ) -> Result<BTreeMap<RuleKey, Vec<(RegistryId, RuleOnChain)>>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for known in self.companions_on_chains(issuer, Companion::Rules).await? {
            let CompanionKey::Rule(country) = known.key else {
                continue;
            };
            let standing = schedule.standing(country);
            let observed = known.observed.map(RuleRecord);
            let state = RuleOnChain::of(&standing, observed, known.is_under_way);
            found
                .entry(country)
                .or_default()
                .push((known.registry, state));
        }
        Ok(found)
    }

    /// What the companions of this registry are owed, denials first, and the keys of
    /// which their words are to be read before ([`Store::note_companion`]).
    pub async fn pull_errands(
        &self,
        lease: &Lease,
        target: &MirroredRegistry,
        limit: usize,
        now: UnixSeconds,
    ) -> Result<(Pulled, Vec<Unread>)> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut transaction = self.begin_growing().await?;
        let head = issuer::read_head(&mut transaction, issuer).await?;
        let rows = sqlx::query_as!(
            OwedRow,
            r#"SELECT o.companion AS "companion!", o.key AS "key!",
                o.entry_number AS "entry_number!", m.told AS "told?",
                m.told_entry AS "told_entry?", m.observed AS "observed?",
                coalesce(m.vain, 0) AS "vain!", coalesce(m.ended_s, 0) AS "ended_s!",
                e.hash AS "hash?", c.contract AS "contract!"
            FROM (SELECT * FROM companion_owed WHERE issuer = $1 AND registry_id = $2
                ORDER BY denial DESC, entry_number, key LIMIT $3) o
            JOIN companion c ON c.issuer = $1 AND c.registry_id = $2 AND c.companion = o.companion
            LEFT JOIN LATERAL (SELECT * FROM companion_mirror WHERE issuer = $1
                AND registry_id = $2 AND companion = o.companion AND key = o.key LIMIT 1) m ON true
            LEFT JOIN LATERAL (SELECT hash FROM entry WHERE issuer = $1
                AND number = o.entry_number LIMIT 1) e ON true
            ORDER BY o.denial DESC, o.entry_number, o.key"#,
            issuer_key(issuer),
            registry_key(registry),
            limit,
        )
        .fetch_all(&mut *transaction)
        .await?;
        let rows: Vec<_> = rows.into_iter().map(OwedRow::read).collect::<Result<_>>()?;
        let known = Known::of(&mut transaction, issuer, target, &rows).await?;
        transaction.commit().await?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
        let mut unread: BTreeMap<Companion, Unread> = BTreeMap::new();
        let mut errands = Vec::new();
        for owed in rows {
            let Some(held) = owed.held else {
                let (contract, keys) = (owed.contract, Vec::new());
                let unread = unread.entry(owed.errand.key.companion());
                let unread = unread.or_insert(Unread { contract, keys });
                unread.keys.push(owed.errand.key);
                continue;
            };
            let write = known.next_write(&owed, held, now);
            // What a contract has taken no notice of is tried ever less often.
            if write.is_some() && !owed.is_news() && now < owed.not_before {
                continue;
            }
            let errand = owed.errand;
            errands.push(PendingErrand { errand, write });
        }
        let pulled = Pulled {
            errands,
            head,
            more,
            ..Pulled::default()
        };
        Ok((pulled, unread.into_values().collect()))
    }

    /// Has companions told again at once of what they took no notice of: what stood in
    /// the way is mended.
    pub async fn retry_companions(&self, issuer: &IssuerId, registry: RegistryId) -> Result<()> {
        sqlx::query!(
            "UPDATE companion_mirror SET vain = 0 WHERE issuer = $1 AND registry_id = $2",
            issuer_key(issuer),
            registry_key(registry),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes what a final block of a companion showed, unless what has ended since is
    /// not in it.
    pub async fn note_companion(
        &self,
        lease: &Lease,
        block: u64,
        words: &[(CompanionKey, U256)],
    ) -> Result<()> {
        let mut transaction = self.begin_growing().await?;
        lease.hold(&mut transaction).await?;
        for (key, word) in words {
            sqlx::query!(
                "INSERT INTO companion_mirror \
                     (issuer, registry_id, companion, key, observed, block_number) \
                 VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (issuer, registry_id, companion, key) \
                 DO UPDATE SET observed = excluded.observed, \
                     block_number = excluded.block_number \
                 WHERE companion_mirror.block_number <= excluded.block_number",
                issuer_key(lease.issuer()),
                registry_key(lease.registry()),
                key.companion().as_str(),
                key.bytes(),
                &word.to_be_bytes::<32>(),
                bigint(block),
            )
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }
}

impl IssuerTransaction {
    /// Adds a contract beside a registry, or says anew where it is. It is owed all
    /// that the register holds.
    pub async fn add_companion(&mut self, known: &KnownCompanion) -> Result<()> {
        let (issuer, registry) = (issuer_key(&self.issuer), registry_key(known.registry));
        let name = known.companion.as_str();
        sqlx::query!(
            "INSERT INTO companion (issuer, registry_id, companion, contract) \
             VALUES ($1, $2, $3, $4) \
             ON CONFLICT (issuer, registry_id, companion) \
             DO UPDATE SET contract = excluded.contract",
            issuer,
            registry,
            name,
            known.contract.as_slice(),
        )
        .execute(&mut *self.transaction)
        .await?;
        // What another contract held says nothing.
        sqlx::query!(
            "WITH owed AS (DELETE FROM companion_owed \
                 WHERE issuer = $1 AND registry_id = $2 AND companion = $3) \
             DELETE FROM companion_mirror \
             WHERE issuer = $1 AND registry_id = $2 AND companion = $3",
            issuer,
            registry,
            name,
        )
        .execute(&mut *self.transaction)
        .await?;
        owe_all(&mut self.transaction, &self.issuer, known.registry).await?;
        self.queued = true;
        Ok(())
    }
}

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
         DO UPDATE SET entry_number = excluded.entry_number, \
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
            let held: BTreeMap<CertificateId, Certificate> =
                json(&row.certificates, "an investor's certificates")?;
            let entry = entry_number(row.changed_entry)?;
            for holder in &row.wallets {
                let holder = codec::wallet(holder)?;
                owed.extend(held.keys().map(|certificate| Row {
                    errand: Errand {
                        entry,
                        key: CompanionKey::Certificate(*certificate, holder),
                    },
                    denial: false,
                }));
            }
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
         DO UPDATE SET entry_number = excluded.entry_number, \
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
         DO UPDATE SET entry_number = excluded.entry_number, denial = true",
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
        let held: BTreeMap<CertificateId, Certificate> =
            json(&row.certificates, "an investor's certificates")?;
        for holder in &row.wallets {
            let holder = codec::wallet(holder)?;
            owed.extend(held.keys().map(|certificate| Row {
                errand: Errand {
                    entry,
                    key: CompanionKey::Certificate(*certificate, holder),
                },
                denial: true,
            }));
        }
    }
    owe_many(connection, issuer, &owed).await
}

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
                     (issuer, registry_id, companion, key, told, told_version, told_entry) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) \
                 ON CONFLICT (issuer, registry_id, companion, key) \
                 DO UPDATE SET told = excluded.told, told_version = excluded.told_version, \
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

/// A row of what is owed, with what is known of its key.
struct OwedRow {
    companion: String,
    key: Vec<u8>,
    entry_number: i64,
    told: Option<Vec<u8>>,
    told_entry: Option<i64>,
    observed: Option<Vec<u8>>,
    vain: i32,
    ended_s: i64,
    hash: Option<Vec<u8>>,
    contract: Vec<u8>,
}

/// The same, read.
struct Owed {
    errand: Errand,
    contract: Address,
    /// The word that it will hold once everything under way is mined; nothing where
    /// it is to be read.
    held: Option<U256>,
    told: Option<EntryNumber>,
    /// What was told in vain is not told again before.
    not_before: UnixSeconds,
    /// Of the entry.
    hash: B256,
}

impl OwedRow {
    fn read(self) -> Result<Owed> {
        let companion = companion(&self.companion)?;
        let held = self.told.or(self.observed);
        let patience = LEAST_PATIENCE_S << self.vain.clamp(0, MOST_DOUBLINGS);
        let not_before = match self.vain {
            0 => UnixSeconds(0),
            _ => UnixSeconds(seconds(self.ended_s)?.0 + patience),
        };
        Ok(Owed {
            errand: Errand {
                entry: entry_number(self.entry_number)?,
                key: key(companion, &self.key)?,
            },
            contract: address(&self.contract)?,
            held: held.as_deref().map(word).transpose()?,
            told: self.told_entry.map(entry_number).transpose()?,
            not_before,
            hash: self.hash.as_deref().map_or(Ok(B256::ZERO), hash)?,
        })
    }
}

impl Owed {
    fn is_news(&self) -> bool {
        self.told.is_none_or(|told| told < self.errand.entry)
    }
}

/// What the register holds of the keys of a page.
struct Known {
    rules: Schedule,
    dues: HashMap<(CertificateId, WalletAddress), Due>,
}

impl Known {
    async fn of(
        connection: &mut PgConnection,
        issuer: &IssuerId,
        target: &MirroredRegistry,
        rows: &[Owed],
    ) -> Result<Self> {
        let (mut rules, mut certificates) = (false, Vec::new());
        for owed in rows {
            match owed.errand.key {
                CompanionKey::Rule(_) => rules = true,
                CompanionKey::Certificate(id, holder) => certificates.push((id, holder)),
            }
        }
        Ok(Self {
            rules: match rules {
                true => rules::all(&mut *connection, issuer).await?,
                false => Schedule::default(),
            },
            dues: dues(connection, issuer, target, &certificates).await?,
        })
    }

    fn next_write(&self, owed: &Owed, held: U256, now: UnixSeconds) -> Option<CompanionWrite> {
        let (contract, is_news) = (owed.contract, owed.is_news());
        match owed.errand.key {
            CompanionKey::Rule(country) => {
                let rule = MirroredRule {
                    contract,
                    key: country,
                    standing: self.rules.standing(country),
                    is_news,
                    source: owed.hash,
                };
                rule.next_write(RuleRecord(held), now)
            }
            CompanionKey::Certificate(certificate, holder) => {
                let due = self.dues.get(&(certificate, holder));
                let certificate = MirroredCertificate {
                    contract,
                    certificate,
                    holder,
                    due: due.copied().unwrap_or(Due::Denied),
                    is_news,
                };
                certificate.next_write(CertificateRecord(held))
            }
        }
    }
}

/// What a registry's chain must hold of these certificates.
async fn dues(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    target: &MirroredRegistry,
    certificates: &[(CertificateId, WalletAddress)],
) -> Result<HashMap<(CertificateId, WalletAddress), Due>> {
    let holders: BTreeSet<_> = certificates
        .iter()
        .map(|(_, holder)| wallet::bytes(*holder))
        .collect();
    if holders.is_empty() {
        return Ok(HashMap::new());
    }
    let standings = select_standings!(
        [
            "NULL::bigint AS registry_id, NULL::bytea AS record, NULL::bigint AS block_number, \
         NULL::bigint AS entry_number, NULL::boolean AS superseded \
         FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL (SELECT * FROM wallet \
             WHERE issuer = $1 AND address = k.key LIMIT 1) w"
        ],
        "ORDER BY w.address",
        issuer_key(issuer),
        &Vec::from_iter(holders),
    )
    .fetch_all(connection)
    .await?;
    let mut standing = HashMap::new();
    for row in standings {
        let cut_off = row.authority_restricted;
        let found = row.standing()?;
        standing.insert(found.wallet.address, (found, cut_off));
    }
    let due = |(certificate, holder): &(CertificateId, WalletAddress)| {
        let (found, cut_off) = standing.get(holder)?;
        let investor = found.investor.as_ref()?;
        let counts = !cut_off
            && found.wallet.chains.includes(target.id.chain)
            && target.filter.admits(investor);
        let due = Due::of(investor, &found.wallet, *certificate, counts);
        Some(((*certificate, *holder), due))
    };
    Ok(certificates.iter().filter_map(due).collect())
}

fn companion(name: &str) -> Result<Companion> {
    Companion::from_name(name)
        .ok_or_else(|| StoreError::damaged(format!("`{name}` is no contract beside a registry")))
}

fn key(companion: Companion, bytes: &[u8]) -> Result<CompanionKey> {
    companion
        .key(bytes)
        .ok_or_else(|| StoreError::damaged(format!("a key of `{}`", companion.as_str())))
}

fn word(bytes: &[u8]) -> Result<U256> {
    U256::try_from_be_slice(bytes).ok_or_else(|| StoreError::damaged("a companion's word"))
}
