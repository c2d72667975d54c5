//! Where somebody must look: hints of providers (I8), stored before they are answered,
//! and taken up by one worker at a time for each of a provider's records.
//!
//! 1. [`Store::take_hint`] stores a hint and wants a look at its subject, in one
//!    statement. The same bytes again are no news, if they say when something happened.
//!    If they do not, something else may have happened that is told in the same words:
//!    they want another look, five seconds after the one before at the earliest.
//! 2. [`Store::next_look`] gives a subject to a worker, for a while.
//! 3. [`Store::looked`] ends it, unless another hint has come meanwhile;
//!    [`Store::look_again`] puts it off.

use alloy_primitives::B256;
use symbolon_core::{
    ids::{IssuerId, ProviderName},
    time::UnixMillis,
};

use crate::{
    Result, Store, StoreError,
    codec::{bigint, issuer_key},
};

/// How far apart looks are, in milliseconds, that the same bytes want.
const APART: i64 = 5_000;

/// What a provider said, as far as it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedHint {
    /// Which of the issuer's providers.
    pub provider: ProviderName,
    /// SHA-256 of the bytes.
    pub digest: B256,
    /// The provider's record to look at.
    pub subject: String,
    /// What the provider calls it.
    pub event: String,
    /// When it happened, by the provider's clock.
    pub happened: Option<UnixMillis>,
}

/// A subject that a worker has, until its time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which of the issuer's providers.
    pub provider: ProviderName,
    /// The provider's record to look at.
    pub subject: String,
    /// Whether the provider has told of it; otherwise the register looks by itself.
    pub told: bool,
    /// How often it was tried in vain.
    pub tries: u32,
    wanted: i64,
}

impl Store {
    /// Stores a hint, and wants a look at its subject. Says whether it was news.
    pub async fn take_hint(
        &self,
        issuer: &IssuerId,
        hint: &ReceivedHint,
        now: UnixMillis,
    ) -> Result<bool> {
        let news = sqlx::query_scalar!(
            r#"WITH news AS (
                INSERT INTO hint (issuer, provider, digest, subject, event, happened_ms, received_ms)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (issuer, provider, digest) DO UPDATE
                SET received_ms = greatest(excluded.received_ms,
                    least(hint.received_ms, excluded.received_ms) + $8)
                WHERE hint.happened_ms IS NULL
                RETURNING subject, received_ms),
            wanted AS (
                INSERT INTO look
                    (issuer, provider, subject, told, wanted, due_ms, leased_ms, tries)
                SELECT $1, $2, subject, true, 1, received_ms, 0, 0 FROM news
                ON CONFLICT (issuer, provider, subject) DO UPDATE SET told = true,
                    wanted = look.wanted + 1, due_ms = least(look.due_ms, excluded.due_ms))
            SELECT count(*) AS "news!" FROM news"#,
            issuer_key(issuer),
            hint.provider.as_str(),
            hint.digest.as_slice(),
            &hint.subject,
            &hint.event,
            hint.happened.map(|at| bigint(at.0)),
            bigint(now.0),
            APART,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(news > 0)
    }

    /// A subject that is due and nobody is at, until `leased`: one that a hint wants, and of
    /// these the one that is due longest.
    pub async fn next_look(
        &self,
        issuer: &IssuerId,
        now: UnixMillis,
        leased: UnixMillis,
    ) -> Result<Option<Look>> {
        let row = sqlx::query!(
            "UPDATE look SET leased_ms = $3 \
             WHERE issuer = $1 AND (provider, subject) = ( \
                 SELECT provider, subject FROM look \
                 WHERE issuer = $1 AND due_ms <= $2 AND leased_ms <= $2 \
                 ORDER BY told DESC, due_ms LIMIT 1 FOR UPDATE SKIP LOCKED) \
             RETURNING provider, subject, told, wanted, tries",
            issuer_key(issuer),
            bigint(now.0),
            bigint(leased.0),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            let provider = row.provider.parse();
            Ok(Look {
                provider: provider.map_err(|_| StoreError::damaged("a look's provider"))?,
                subject: row.subject,
                told: row.told,
                tries: u32::try_from(row.tries).unwrap_or(0),
                wanted: row.wanted,
            })
        })
        .transpose()
    }

    /// Ends a look, unless somebody has wanted another meanwhile.
    pub async fn looked(&self, issuer: &IssuerId, look: &Look) -> Result<()> {
        let ended = sqlx::query!(
            "DELETE FROM look WHERE issuer = $1 AND provider = $2 AND subject = $3 AND wanted = $4",
            issuer_key(issuer),
            look.provider.as_str(),
            &look.subject,
            look.wanted,
        )
        .execute(&self.pool)
        .await?;
        if ended.rows_affected() > 0 {
            return Ok(());
        }
        sqlx::query!(
            "UPDATE look SET leased_ms = 0, tries = 0, error = NULL \
             WHERE issuer = $1 AND provider = $2 AND subject = $3",
            issuer_key(issuer),
            look.provider.as_str(),
            &look.subject,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts a look off, since it could not be done, unless somebody has wanted another
    /// meanwhile.
    pub async fn look_again(
        &self,
        issuer: &IssuerId,
        look: &Look,
        due: UnixMillis,
        error: &str,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE look SET leased_ms = 0, error = $5, \
                 tries = CASE WHEN wanted = $6 THEN tries + 1 ELSE 0 END, \
                 due_ms = CASE WHEN wanted = $6 THEN $4 ELSE due_ms END \
             WHERE issuer = $1 AND provider = $2 AND subject = $3",
            issuer_key(issuer),
            look.provider.as_str(),
            &look.subject,
            bigint(due.0),
            error,
            look.wanted,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// How many records somebody must look at by now, at most `limit`.
    pub async fn looks_due(&self, issuer: &IssuerId, now: UnixMillis, limit: u32) -> Result<u32> {
        let found = sqlx::query_scalar!(
            r#"SELECT count(*) AS "due!" FROM (
                SELECT FROM look WHERE issuer = $1 AND due_ms <= $2 LIMIT $3) due"#,
            issuer_key(issuer),
            bigint(now.0),
            i64::from(limit),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(u32::try_from(found).unwrap_or(limit))
    }

    /// How many records somebody must look at.
    pub async fn looks(&self, issuer: &IssuerId) -> Result<u64> {
        let found = sqlx::query_scalar!(
            "SELECT count(*) FROM look WHERE issuer = $1",
            issuer_key(issuer),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(crate::codec::count(found))
    }

    /// Forgets hints that came before, at most `limit`; says how many.
    pub async fn forget_hints(
        &self,
        issuer: &IssuerId,
        before: UnixMillis,
        limit: u32,
    ) -> Result<u64> {
        let gone = sqlx::query!(
            "DELETE FROM hint WHERE issuer = $1 AND (provider, digest) IN ( \
                 SELECT provider, digest FROM hint WHERE issuer = $1 AND received_ms < $2 \
                 ORDER BY received_ms LIMIT $3)",
            issuer_key(issuer),
            bigint(before.0),
            i64::from(limit),
        )
        .execute(&self.pool)
        .await?;
        Ok(gone.rows_affected())
    }
}
