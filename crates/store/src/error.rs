//! The one error of this crate.

use thiserror::Error;

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Nothing of that name belongs to the issuer.
    #[error("no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// It is there already, or somebody else changed it first.
    #[error("conflict: {what}")]
    Conflict {
        /// What collides.
        what: &'static str,
    },
    /// Another server has taken the lane since this one had it.
    #[error("another server drives this lane by now")]
    Fenced,
    /// A stored row cannot be read: nothing is guessed from it (I12).
    #[error("the database is damaged: {what}")]
    Damaged {
        /// Which row, and what is wrong with it.
        what: String,
    },
    /// A value that the schema has no room for.
    #[error("{what} is out of range")]
    OutOfRange {
        /// Which value.
        what: &'static str,
    },
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// PostgreSQL failed or cannot be reached. What was being committed may or
    /// may not be stored: repeat the request under its idempotency key.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    /// Whether the same request may succeed when it is made again: the engine
    /// chose it as the victim of a serialisation conflict or deadlock
    /// (CockroachDB and Citus may report either as XX000).
    pub fn is_transient(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error {
            sqlx::Error::Database(error) => error
                .code()
                .is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01" | "XX000")),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
            _ => false,
        }
    }

    /// A unique violation becomes a conflict over `what`; the rest stays.
    pub(crate) fn unless_unique(what: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |error| match &error {
            sqlx::Error::Database(refusal) if refusal.is_unique_violation() => {
                Self::Conflict { what }
            }
            sqlx::Error::Database(refusal) if refusal.is_foreign_key_violation() => {
                Self::NotFound { what: "issuer" }
            }
            _ => Self::Database(error),
        }
    }
}
