//! What providers are asked to watch: the record of somebody who is verified. A row is
//! stored in the transaction that verifies, so that nobody stays unwatched for a provider
//! that was down or a server that died; it goes once the provider watches.

use sqlx::PgConnection;
use symbolon_core::{
    ids::{InvestorId, IssuerId, ProviderName},
    time::{UnixMillis, UnixSeconds},
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, investor_id, issuer_key},
};

const MILLIS: u64 = 1_000;

/// One of a provider's records that it is to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitoring {
    /// Who is verified.
    pub investor: InvestorId,
    /// Which of the issuer's providers.
    pub provider: ProviderName,
    /// The provider's applicant or run.
    pub reference: String,
    /// How often it was tried in vain.
    pub tries: u32,
    wanted: i64,
}

/// Owes it for the records that have told of these investors, of attempts that are over,
/// whatever came of them.
pub(crate) async fn owe(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    investors: impl Iterator<Item = InvestorId>,
    now: UnixSeconds,
) -> Result<()> {
    let investors: Vec<_> = investors.map(|id| id.0.to_vec()).collect();
    if investors.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO monitoring (issuer, investor, provider, reference, wanted, due_ms, leased_ms, tries) \
         SELECT DISTINCT $1::bigint, v.investor, v.provider, r.reference, 1, $3::bigint, 0, 0 \
         FROM verification v JOIN verification_reference r \
             ON r.issuer = v.issuer AND r.verification = v.verification \
         WHERE v.issuer = $1 AND v.investor = ANY($2) \
             AND v.state NOT IN ('waiting', 'retry') AND r.newest_ms IS NOT NULL \
         ON CONFLICT (issuer, investor, provider, reference) \
         DO UPDATE SET wanted = monitoring.wanted + 1",
        issuer_key(issuer),
        &investors,
        bigint(now.0.saturating_mul(MILLIS)),
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl IssuerTransaction {
    /// Wants a provider to watch the record that somebody is verified upon.
    pub async fn monitor_at_provider(
        &mut self,
        investor: InvestorId,
        provider: &ProviderName,
        reference: &str,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO monitoring (issuer, investor, provider, reference, wanted, due_ms, leased_ms, tries) \
             VALUES ($1, $2, $3, $4, 1, $5, 0, 0) \
             ON CONFLICT (issuer, investor, provider, reference) \
         DO UPDATE SET wanted = monitoring.wanted + 1",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
            provider.as_str(),
            reference,
            bigint(now.0.saturating_mul(MILLIS)),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}

impl Store {
    /// What is due longest and nobody is at, until `leased`.
    pub async fn next_monitoring(
        &self,
        issuer: &IssuerId,
        now: UnixMillis,
        leased: UnixMillis,
    ) -> Result<Option<Monitoring>> {
        let row = sqlx::query!(
            "UPDATE monitoring SET leased_ms = $3 \
             WHERE issuer = $1 AND (investor, provider, reference) = ( \
                 SELECT investor, provider, reference FROM monitoring \
                 WHERE issuer = $1 AND due_ms <= $2 AND leased_ms <= $2 \
                 ORDER BY due_ms LIMIT 1 FOR UPDATE SKIP LOCKED) \
             RETURNING investor, provider, reference, tries, wanted",
            issuer_key(issuer),
            bigint(now.0),
            bigint(leased.0),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            let provider = row.provider.parse();
            let damaged = |_| StoreError::damaged("the provider that is to watch somebody");
            Ok(Monitoring {
                investor: investor_id(&row.investor)?,
                provider: provider.map_err(damaged)?,
                reference: row.reference,
                tries: u32::try_from(row.tries).unwrap_or(0),
                wanted: row.wanted,
            })
        })
        .transpose()
    }

    /// How many records providers are yet to be asked to watch.
    pub async fn monitorings(&self, issuer: &IssuerId) -> Result<u64> {
        let found = sqlx::query_scalar!(
            "SELECT count(*) FROM monitoring WHERE issuer = $1",
            issuer_key(issuer),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(crate::codec::count(found))
    }

    /// Ends it: the provider watches, or there is nothing to watch. Unless another verdict
    /// has wanted it meanwhile.
    pub async fn monitored(&self, issuer: &IssuerId, monitoring: &Monitoring) -> Result<()> {
        let ended = sqlx::query!(
            "DELETE FROM monitoring \
             WHERE issuer = $1 AND investor = $2 AND provider = $3 AND reference = $4 \
                 AND wanted = $5",
            issuer_key(issuer),
            monitoring.investor.0.as_slice(),
            monitoring.provider.as_str(),
            &monitoring.reference,
            monitoring.wanted,
        )
        .execute(&self.pool)
        .await?;
        if ended.rows_affected() > 0 {
            return Ok(());
        }
        sqlx::query!(
            "UPDATE monitoring SET leased_ms = 0 \
             WHERE issuer = $1 AND investor = $2 AND provider = $3 AND reference = $4",
            issuer_key(issuer),
            monitoring.investor.0.as_slice(),
            monitoring.provider.as_str(),
            &monitoring.reference,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts it off, since the provider did not.
    pub async fn monitor_again(
        &self,
        issuer: &IssuerId,
        monitoring: &Monitoring,
        due: UnixMillis,
        error: &str,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE monitoring SET leased_ms = 0, tries = tries + 1, due_ms = $5, error = $6 \
             WHERE issuer = $1 AND investor = $2 AND provider = $3 AND reference = $4",
            issuer_key(issuer),
            monitoring.investor.0.as_slice(),
            monitoring.provider.as_str(),
            &monitoring.reference,
            bigint(due.0),
            error,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
