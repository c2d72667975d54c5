//! Contracts beside a registry that its lane writes, too, and what they are told
//! ([`symbolon_core::mirror::companion`]).
//!
//! A companion is owed a key because of an entry, and gets whatever the register
//! holds when that is read. Once a transaction that tells it has ended, whatever
//! became of it, the key is owed again until its word was read: only what is there
//! says what is lacking.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
    mirror::{
        companion::{Companion, CompanionBatch, CompanionKey, Errand, PendingErrand},
        lane::Pulled,
    },
    time::UnixSeconds,
    transfer_rules::{
        Schedule,
        mirrored::{MirroredRule, RuleOnChain},
        record::{RuleKey, RuleRecord},
    },
};

use crate::{
    IssuerTransaction, Lease, Result, Store, StoreError,
    codec::{address, bigint, entry_number, hash, issuer_key, registry_id, registry_key},
    issuer, rules,
};

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
            let CompanionKey::Rule(country) = known.key;
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
        limit: usize,
        now: UnixSeconds,
    ) -> Result<(Pulled, Vec<Unread>)> {
        let (issuer, registry) = (lease.issuer(), lease.registry());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut transaction = self.begin_growing().await?;
        let head = issuer::read_head(&mut transaction, issuer).await?;
        let rows = sqlx::query!(
            r#"SELECT o.companion AS "companion!", o.key AS "key!",
                o.entry_number AS "entry_number!", m.told AS "told?",
                m.told_entry AS "told_entry?", m.observed AS "observed?", e.hash AS "hash?",
                c.contract AS "contract!"
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
        let rules = match rows.is_empty() {
            true => Schedule::default(),
            false => rules::all(&mut *transaction, issuer).await?,
        };
        transaction.commit().await?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
        let mut unread: BTreeMap<Companion, Unread> = BTreeMap::new();
        let mut errands = Vec::new();
        for row in rows {
            let companion = companion(&row.companion)?;
            let key = key(companion, &row.key)?;
            let Some(held) = row.told.or(row.observed) else {
                let contract = address(&row.contract)?;
                let keys = Vec::new();
                let unread = unread.entry(companion);
                unread.or_insert(Unread { contract, keys }).keys.push(key);
                continue;
            };
            let entry = entry_number(row.entry_number)?;
            let told = row.told_entry.map(entry_number).transpose()?;
            let CompanionKey::Rule(country) = key;
            let rule = MirroredRule {
                contract: address(&row.contract)?,
                key: country,
                standing: rules.standing(country),
                is_news: told.is_none_or(|told| told < entry),
                source: row.hash.as_deref().map_or(Ok(B256::ZERO), hash)?,
            };
            errands.push(PendingErrand {
                errand: Errand { entry, key },
                write: rule.next_write(RuleRecord(word(&held)?), now),
            });
        }
        let pulled = Pulled {
            errands,
            head,
            more,
            ..Pulled::default()
        };
        Ok((pulled, unread.into_values().collect()))
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
    .execute(connection)
    .await?;
    Ok(())
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
) -> Result<()> {
    for (key, version) in batch.versions() {
        sqlx::query!(
            "WITH ended AS (UPDATE companion_mirror SET observed = NULL, \
                 told = CASE WHEN told_version = $5 THEN NULL ELSE told END, \
                 told_version = CASE WHEN told_version = $5 THEN NULL ELSE told_version END, \
                 block_number = greatest(block_number, $6) \
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
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
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
