//! Hints that chains are owed something new, or that a lane is free. Polling is the truth: a hint may
//! be lost.

use sqlx::postgres::PgListener;
use symbolon_core::ids::IssuerId;

use crate::{Result, Store};

const OUTBOX: &str = "symbolon_outbox";
const LANES: &str = "symbolon_lanes";

/// Why to look again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// This issuer's are owed something new.
    Issuer(IssuerId),
    /// A server gave back a lane of this issuer's.
    LaneFreed(IssuerId),
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
        listener.listen_all([OUTBOX, LANES]).await?;
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
                return Ok(match notice.channel() {
                    LANES => Hint::LaneFreed(issuer),
                    _ => Hint::Issuer(issuer),
                });
            }
        }
    }
}

/// Sent after the commit, not in it: a transaction that notifies holds a lock
/// of the whole cluster while it commits, and would make issuers wait for each
/// other.
pub(crate) async fn outbox_changed(store: &Store, issuer: &IssuerId) {
    if let Err(error) = tell(store, OUTBOX, issuer).await {
        tracing::warn!(%issuer, %error, "the lanes were not told of new work; they will poll");
    }
}

/// Sent after the lease was given back.
pub(crate) async fn lane_freed(store: &Store, issuer: &IssuerId) {
    if let Err(error) = tell(store, LANES, issuer).await {
        tracing::warn!(%issuer, %error, "other servers were not told of a free lane; they will poll");
    }
}

async fn tell(store: &Store, channel: &str, issuer: &IssuerId) -> Result<()> {
    sqlx::query!("SELECT pg_notify($1, $2)", channel, issuer.as_str())
        .execute(&store.pool)
        .await?;
    Ok(())
}
