//! Who drives a lane: one server at a time, by a lease.
//!
//! 1. [`Store::take_lease`] gives the lane to a server, if nobody has it or
//!    whoever had it has let its term end, by the database's clock: the one
//!    clock that all servers share.
//! 2. The holder prolongs it in good time ([`Store::renew_lease`]), and gives it
//!    back when it stops ([`Store::release_lease`]).
//! 3. Each taking gives out the next token. Whatever a lane writes names the
//!    token of its [`Lease`] and locks it until it has committed: so a taker
//!    waits for what its predecessor has begun to store, and what that begins
//!    afterwards is refused ([`StoreError::Fenced`]), however late it wakes.
//!
//! The lock is `FOR KEY SHARE`. A taking changes the token, which is in a unique
//! key, and waits for such a lock; a renewal does not, so a busy lane never
//! delays its own.

use std::time::Duration;

use sqlx::PgConnection;
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    log::EntryNumber,
};

use crate::{
    Result, Store, StoreError,
    codec::{bigint, entry_number, issuer_key, registry_key, unsigned},
    notify,
};

/// The right to write as the lane to one registry, until somebody else takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    issuer: IssuerId,
    registry: RegistryId,
    token: FencingToken,
}

/// Counts how often a lane was taken: of two leases the newer has the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FencingToken(pub u64);

impl Lease {
    /// Whose register the lane serves.
    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// Where it leads.
    pub fn registry(&self) -> RegistryId {
        self.registry
    }

    /// What its writes are told from older ones by.
    pub fn token(&self) -> FencingToken {
        self.token
    }

    /// Holds off every taker until this transaction has ended.
    pub(crate) async fn hold(&self, connection: &mut PgConnection) -> Result<()> {
        sqlx::query_scalar!(
            "SELECT token FROM lane_lease \
             WHERE issuer = $1 AND registry_id = $2 AND token = $3 FOR KEY SHARE",
            issuer_key(&self.issuer),
            registry_key(self.registry),
            bigint(self.token.0),
        )
        .fetch_optional(connection)
        .await?
        .map(|_| ())
        .ok_or(StoreError::Fenced)
    }

    /// The same, and waits for whoever is storing a transaction for this chain;
    /// returns the entry up to which it was told then. One round trip for both:
    /// a denial waits for it.
    pub(crate) async fn hold_with_chain(
        &self,
        connection: &mut PgConnection,
    ) -> Result<EntryNumber> {
        let entry = sqlx::query_scalar!(
            "SELECT c.told_entry FROM lane_lease l \
             JOIN chain c ON c.issuer = l.issuer AND c.registry_id = l.registry_id \
             WHERE l.issuer = $1 AND l.registry_id = $2 AND l.token = $3 \
             FOR KEY SHARE OF l FOR UPDATE OF c",
            issuer_key(&self.issuer),
            registry_key(self.registry),
            bigint(self.token.0),
        )
        .fetch_optional(connection)
        .await?;
        entry_number(entry.ok_or(StoreError::Fenced)?)
    }
}

impl Store {
    /// Takes the lane for this term, in the name of `holder`, which people are
    /// shown; `None` while somebody else has it.
    pub async fn take_lease(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
        holder: &str,
        term: Duration,
    ) -> Result<Option<Lease>> {
        let token = sqlx::query_scalar!(
            "UPDATE lane_lease SET holder = $3, token = token + 1, \
                 since_s = extract(epoch FROM clock_timestamp())::bigint, \
                 expires_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $4 \
             WHERE issuer = $1 AND registry_id = $2 \
                 AND expires_ms <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint \
             RETURNING token",
            issuer_key(issuer),
            registry_key(registry),
            holder,
            millis(term),
        )
        .fetch_optional(&self.pool)
        .await?;
        token
            .map(|token| {
                Ok(Lease {
                    issuer: issuer.clone(),
                    registry,
                    token: FencingToken(unsigned(token, "a fencing token")?),
                })
            })
            .transpose()
    }

    /// For how long nobody can take the lane, unless it is given back.
    pub async fn lease_remaining(
        &self,
        issuer: &IssuerId,
        registry: RegistryId,
    ) -> Result<Duration> {
        let remaining = sqlx::query_scalar!(
            r#"SELECT greatest(0, expires_ms
                - (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS "remaining!"
            FROM lane_lease WHERE issuer = $1 AND registry_id = $2"#,
            issuer_key(issuer),
            registry_key(registry),
        )
        .fetch_optional(&self.pool)
        .await?;
        let remaining = remaining.ok_or(StoreError::NotFound { what: "chain" })?;
        Ok(Duration::from_millis(unsigned(
            remaining,
            "a lease's remainder",
        )?))
    }

    /// Prolongs the lease to this term from now on; [`StoreError::Fenced`] where
    /// it was taken or given back meanwhile.
    pub async fn renew_lease(&self, lease: &Lease, term: Duration) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE lane_lease SET \
                 expires_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $4 \
             WHERE issuer = $1 AND registry_id = $2 AND token = $3 AND holder IS NOT NULL",
            issuer_key(&lease.issuer),
            registry_key(lease.registry),
            bigint(lease.token.0),
            millis(term),
        )
        .execute(&self.pool)
        .await?;
        match done.rows_affected() {
            0 => Err(StoreError::Fenced),
            _ => Ok(()),
        }
    }

    /// Gives the lease back, and tells those who wait for it. One that was
    /// taken by somebody else stays theirs.
    pub async fn release_lease(&self, lease: &Lease) -> Result<()> {
        let done = sqlx::query!(
            "UPDATE lane_lease SET holder = NULL, expires_ms = 0 \
             WHERE issuer = $1 AND registry_id = $2 AND token = $3 AND holder IS NOT NULL",
            issuer_key(&lease.issuer),
            registry_key(lease.registry),
            bigint(lease.token.0),
        )
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 {
            notify::lane_freed(self, &lease.issuer).await;
        }
        Ok(())
    }
}

fn millis(term: Duration) -> i64 {
    i64::try_from(term.as_millis()).unwrap_or(i64::MAX)
}
