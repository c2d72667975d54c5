//! E-mails to be sent. A letter is stored in the transaction that causes it, and says by
//! what it is to be made: its address and its secret link are put together when it is
//! sent, and stay nowhere (I6).

use alloy_primitives::B128;
use symbolon_core::{
    ids::IssuerId,
    link::LinkId,
    time::{UnixMillis, UnixSeconds},
};

use crate::{
    IssuerTransaction, Result, Store,
    codec::{bigint, issuer_key, seconds},
    link::id128,
};

/// A letter that a worker has, until its time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    id: B128,
    /// The link that it brings.
    pub link: LinkId,
    /// How often it was tried in vain.
    pub tries: u32,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterFate {
    /// It waits to be sent.
    Waiting {
        /// Why it could not be sent so far.
        error: Option<String>,
    },
    /// The mail server has it, since then.
    Sent(UnixSeconds),
    /// It is not sent any more.
    Dropped {
        /// Why.
        error: String,
    },
}

impl LetterFate {
    pub(crate) fn read(sent: Option<i64>, error: Option<String>) -> Result<Self> {
        Ok(match (sent, error) {
            (None, error) => Self::Waiting { error },
            (Some(sent), None) => Self::Sent(seconds(sent)?),
            (Some(_), Some(error)) => Self::Dropped { error },
        })
    }

    /// The word that people and programs use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Sent(_) => "sent",
            Self::Dropped { .. } => "dropped",
        }
    }
}

impl IssuerTransaction {
    /// Wants a link to be sent to its person. The id is random, drawn by the caller.
    pub async fn write_letter(&mut self, id: B128, link: LinkId, due: UnixMillis) -> Result<()> {
        sqlx::query!(
            "INSERT INTO letter (issuer, letter, link, due_ms, leased_ms, tries) \
             VALUES ($1, $2, $3, $4, 0, 0)",
            issuer_key(&self.issuer),
            id.as_slice(),
            link.0.as_slice(),
            bigint(due.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

impl Store {
    /// The letter that is due longest and nobody is at, until `leased`.
    pub async fn next_letter(
        &self,
        issuer: &IssuerId,
        now: UnixMillis,
        leased: UnixMillis,
    ) -> Result<Option<Letter>> {
        let row = sqlx::query!(
            "UPDATE letter SET leased_ms = $3 \
             WHERE issuer = $1 AND letter = ( \
                 SELECT letter FROM letter \
                 WHERE issuer = $1 AND sent_s IS NULL AND due_ms <= $2 AND leased_ms <= $2 \
                 ORDER BY due_ms LIMIT 1 FOR UPDATE SKIP LOCKED) \
             RETURNING letter, link, tries",
            issuer_key(issuer),
            bigint(now.0),
            bigint(leased.0),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(Letter {
                id: id128(&row.letter, "a letter's id")?,
                link: LinkId(id128(&row.link, "a letter's link")?),
                tries: u32::try_from(row.tries).unwrap_or(0),
            })
        })
        .transpose()
    }

    /// Notes that a letter was sent, or is not to be sent any more and why.
    pub async fn letter_sent(
        &self,
        issuer: &IssuerId,
        letter: &Letter,
        unsent: Option<&str>,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE letter SET sent_s = $3, error = $4 WHERE issuer = $1 AND letter = $2",
            issuer_key(issuer),
            letter.id.as_slice(),
            bigint(now.0),
            unsent,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts a letter off, since it could not be sent.
    pub async fn letter_again(
        &self,
        issuer: &IssuerId,
        letter: &Letter,
        due: UnixMillis,
        error: &str,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE letter SET leased_ms = 0, tries = tries + 1, due_ms = $3, error = $4 \
             WHERE issuer = $1 AND letter = $2",
            issuer_key(issuer),
            letter.id.as_slice(),
            bigint(due.0),
            error,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What became of the newest letter that brings a link.
    pub async fn last_letter(&self, issuer: &IssuerId, link: LinkId) -> Result<Option<LetterFate>> {
        let row = sqlx::query!(
            "SELECT sent_s, error FROM letter WHERE issuer = $1 AND link = $2 \
             ORDER BY due_ms DESC LIMIT 1",
            issuer_key(issuer),
            link.0.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| LetterFate::read(row.sent_s, row.error))
            .transpose()
    }
}
