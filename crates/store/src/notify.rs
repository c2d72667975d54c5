//! Hints that chains are owed something new. Polling is the truth: a hint may
//! be lost.

use sqlx::postgres::PgListener;
use symbolon_core::ids::IssuerId;

use crate::{Result, Store};

const CHANNEL: &str = "symbolon_outbox";

/// Why to look again at what chains are owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// This issuer's are owed something new.
    Issuer(IssuerId),
    /// The connection was lost for a while: any may be.
    Any,
}

/// The hints, as they come in.
#[derive(Debug)]
pub struct Hints {
    listener: PgListener,
}

impl Store {
    /// Listens for hints, on a connection of its own.
    pub async fn listen(&self) -> Result<Hints> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Hints { listener })
    }
}

impl Hints {
    /// Waits for the next hint. After an error the next call connects anew;
    /// let some time pass before it.
    pub async fn next(&mut self) -> Result<Hint> {
        loop {
            let Some(notice) = self.listener.try_recv().await? else {
                return Ok(Hint::Any);
            };
            // A foreign text on the channel is nobody's issuer.
            if let Ok(issuer) = notice.payload().parse() {
                return Ok(Hint::Issuer(issuer));
            }
        }
    }
}

/// Sent after the commit, not in it: a transaction that notifies holds a lock
/// of the whole cluster while it commits, and would make issuers wait for each
/// other.
pub(crate) async fn outbox_changed(store: &Store, issuer: &IssuerId) {
    let sent = sqlx::query!("SELECT pg_notify($1, $2)", CHANNEL, issuer.as_str())
        .execute(&store.pool)
        .await;
    if let Err(error) = sent {
        tracing::warn!(%issuer, %error, "the lanes were not told of new work; they will poll");
    }
}
