//! The log, read.

use symbolon_core::{
    ids::{InvestorId, IssuerId},
    log::{Entry, EntryNumber},
};

use alloy_primitives::B256;
use sqlx::PgConnection;

use crate::{
    Result, Store,
    codec::{bigint, entry_number, hash, investor_id, issuer_key, seconds},
};

/// An entry with the hash that is stored beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The entry.
    pub entry: Entry,
    /// Its hash, as stored.
    pub hash: B256,
}

impl Store {
    /// The log after an entry, at most `limit` entries.
    pub async fn entries(
        &self,
        issuer: &IssuerId,
        after: EntryNumber,
        limit: u32,
    ) -> Result<Vec<StoredEntry>> {
        page(&self.pool, issuer, after, limit).await
    }

    /// What happened to one investor after an entry, at most `limit` entries.
    pub async fn entries_of(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        after: EntryNumber,
        limit: u32,
    ) -> Result<Vec<StoredEntry>> {
        // The first entry by its number, the later ones by their own index.
        sqlx::query_as!(
            EntryRow,
            r#"WITH subject AS (
                SELECT created_entry FROM investor WHERE issuer = $1 AND investor = $2)
            SELECT number AS "number!", decided_s AS "decided_s!", actor AS "actor!",
                investor AS "investor!", events AS "events!", hash AS "hash!"
            FROM (
                SELECT e.* FROM entry e, subject s
                WHERE e.issuer = $1 AND e.number = s.created_entry
                UNION ALL
                SELECT e.* FROM entry e, subject s
                WHERE e.issuer = $1 AND e.subject = s.created_entry AND e.number <> e.subject
            ) entries
            WHERE number > $3 ORDER BY number LIMIT $4"#,
            issuer_key(issuer),
            investor.0.as_slice(),
            bigint(after.0),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(EntryRow::read)
        .collect()
    }
}

/// Stores an entry that is about no investor.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    entry: &Entry,
    hash: B256,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO entry (issuer, number, decided_s, actor, investor, subject, events, hash) \
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7)",
        issuer_key(issuer),
        bigint(entry.number.0),
        bigint(entry.at.0),
        &entry.actor,
        entry.investor.0.as_slice(),
        &entry.events,
        hash.as_slice(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn page(
    executor: impl sqlx::PgExecutor<'_>,
    issuer: &IssuerId,
    after: EntryNumber,
    limit: u32,
) -> Result<Vec<StoredEntry>> {
    sqlx::query_as!(
        EntryRow,
        "SELECT number, decided_s, actor, investor, events, hash FROM entry \
         WHERE issuer = $1 AND number > $2 ORDER BY number LIMIT $3",
        issuer_key(issuer),
        bigint(after.0),
        i64::from(limit),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(EntryRow::read)
    .collect()
}

struct EntryRow {
    number: i64,
    decided_s: i64,
    actor: String,
    investor: Vec<u8>,
    events: String,
    hash: Vec<u8>,
}

impl EntryRow {
    fn read(self) -> Result<StoredEntry> {
        Ok(StoredEntry {
            entry: Entry {
                number: entry_number(self.number)?,
                at: seconds(self.decided_s)?,
                actor: self.actor,
                investor: investor_id(&self.investor)?,
                events: self.events,
            },
            hash: hash(&self.hash)?,
        })
    }
}
