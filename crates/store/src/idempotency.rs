//! Repeated requests get the first one's answer. What a request did and the
//! answer to it are stored in the same transaction.
//!
//! Keys are told apart by whom their senders act for: an authority that uses
//! the owner's key, or another's, meets nothing of theirs.

use symbolon_core::{
    actor::Actor,
    ids::{IssuerId, PersonName},
    time::UnixSeconds,
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, issuer_key},
};

/// A request that may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotentRequest<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// The client's `Idempotency-Key`.
    pub key: &'a str,
    /// What it asks for, such as `POST /v1/investors`.
    pub method_path: &'a str,
    /// A keyed hash of its body: bodies can be guessed (I6).
    pub body_hash: &'a [u8; 32],
}

impl IdempotentRequest<'_> {
    fn authority(&self) -> i16 {
        i16::from(self.actor.authority.0)
    }

    /// No person's name is empty.
    fn person(&self) -> &str {
        let person = self.actor.person.as_ref();
        person.map_or("", PersonName::as_str)
    }
}

/// What is known of an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recalled {
    /// Nothing: carry the request out.
    Unknown,
    /// The same request was answered so.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// The key was used for another request.
    OtherRequest,
}

impl IssuerTransaction {
    /// What is known of this request's key. Whoever sends the same key at the
    /// same time waits for the issuer's lock, and then finds the answer here.
    pub async fn recall_idempotent(&mut self, request: IdempotentRequest<'_>) -> Result<Recalled> {
        let row = sqlx::query!(
            "SELECT method_path, body_hash, status, body FROM idempotency \
             WHERE issuer = $1 AND authority = $2 AND person = $3 AND key = $4",
            issuer_key(&self.issuer),
            request.authority(),
            request.person(),
            request.key,
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let Some(row) = row else {
            return Ok(Recalled::Unknown);
        };
        if row.method_path != request.method_path || row.body_hash != request.body_hash {
            return Ok(Recalled::OtherRequest);
        }
        Ok(Recalled::Answer {
            status: u16::try_from(row.status)
                .map_err(|_| StoreError::damaged("the status of an idempotent answer"))?,
            body: row.body,
        })
    }

    /// Keeps the answer for a repetition of this request.
    pub async fn remember_idempotent(
        &mut self,
        request: IdempotentRequest<'_>,
        status: u16,
        body: &str,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO idempotency (issuer, authority, person, key, method_path, body_hash, \
                 status, body, created_s) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            issuer_key(&self.issuer),
            request.authority(),
            request.person(),
            request.key,
            request.method_path,
            request.body_hash.as_slice(),
            i16::try_from(status).map_err(|_| StoreError::OutOfRange { what: "the status" })?,
            body,
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await
        .map_err(StoreError::unless_unique("the idempotency key is in use"))?;
        Ok(())
    }
}

impl Store {
    /// Forgets the answers given before, and returns how many.
    pub async fn forget_idempotent(&self, issuer: &IssuerId, before: UnixSeconds) -> Result<u64> {
        let done = sqlx::query!(
            "DELETE FROM idempotency WHERE issuer = $1 AND created_s < $2",
            issuer_key(issuer),
            bigint(before.0),
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }
}
