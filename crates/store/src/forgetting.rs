//! What providers are asked to forget: an erasure is not complete before those who
//! verified the person have forgotten it, too (I7). A row is stored in the transaction
//! that erases, so that it is neither lost nor waited for, and stays as its evidence.

use symbolon_core::{
    ids::{InvestorId, IssuerId, ProviderName},
    time::{UnixMillis, UnixSeconds},
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, investor_id, issuer_key, seconds},
};

const MILLIS: u64 = 1_000;

/// One of a provider's records that it is to forget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgetting {
    /// Who was erased here.
    pub investor: InvestorId,
    /// Which of the issuer's providers.
    pub provider: ProviderName,
    /// The provider's applicant or run; nothing where it never said.
    pub reference: Option<String>,
    /// How often it was tried in vain.
    pub tries: u32,
    /// What has become of it.
    pub fate: ForgettingFate,
}

/// What has become of a record that a provider is to forget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForgettingFate {
    /// The provider is still to forget it.
    Waiting {
        /// Why it did not when it was last asked.
        error: Option<String>,
    },
    /// The provider has forgotten it, since then.
    Forgotten(UnixSeconds),
    /// The provider was not asked, and will not be.
    Unasked {
        /// Since when that is clear.
        at: UnixSeconds,
        /// Why, and the remedy.
        why: String,
    },
}

impl ForgettingFate {
    fn read(ended: Option<i64>, error: Option<String>) -> Result<Self> {
        Ok(match (ended, error) {
            (None, error) => Self::Waiting { error },
            (Some(at), None) => Self::Forgotten(seconds(at)?),
            (Some(at), Some(why)) => Self::Unasked {
                at: seconds(at)?,
                why,
            },
        })
    }

    /// The word that people and programs use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Forgotten(_) => "forgotten",
            Self::Unasked { .. } => "unasked",
        }
    }

    /// Since when it is over.
    pub const fn at(&self) -> Option<UnixSeconds> {
        match self {
            Self::Waiting { .. } => None,
            Self::Forgotten(at) | Self::Unasked { at, .. } => Some(*at),
        }
    }

    /// Why it is not forgotten, or was not when it was last asked.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Waiting { error } => error.as_deref(),
            Self::Forgotten(_) => None,
            Self::Unasked { why, .. } => Some(why),
        }
    }
}

struct ForgettingRow {
    investor: Vec<u8>,
    provider: String,
    reference: String,
    tries: i32,
    ended_s: Option<i64>,
    error: Option<String>,
}

impl ForgettingRow {
    fn read(self) -> Result<Forgetting> {
        let provider = self.provider.parse();
        let damaged = |_| StoreError::damaged("the provider that is to forget somebody");
        Ok(Forgetting {
            investor: investor_id(&self.investor)?,
            provider: provider.map_err(damaged)?,
            reference: Some(self.reference).filter(|reference| !reference.is_empty()),
            tries: u32::try_from(self.tries).unwrap_or(0),
            fate: ForgettingFate::read(self.ended_s, self.error)?,
        })
    }
}

impl Forgetting {
    /// As it is stored.
    fn reference_text(&self) -> &str {
        self.reference.as_deref().unwrap_or_default()
    }
}

impl IssuerTransaction {
    /// Wants every provider that was asked to verify somebody to forget them, and none to
    /// watch them. Whoever waits there is no longer waited for.
    pub(crate) async fn forget_at_providers(
        &mut self,
        investor: InvestorId,
        now: UnixSeconds,
    ) -> Result<()> {
        let (issuer, id) = (issuer_key(&self.issuer), investor.0.as_slice());
        sqlx::query!(
            "INSERT INTO forgetting (issuer, investor, provider, reference, due_ms, leased_ms, tries) \
             SELECT DISTINCT $1::bigint, $2::bytea, v.provider, coalesce(r.reference, ''), \
                 $3::bigint, 0, 0 \
             FROM verification v LEFT JOIN verification_reference r \
                 ON r.issuer = v.issuer AND r.verification = v.verification \
             WHERE v.issuer = $1 AND v.investor = $2 \
             ON CONFLICT (issuer, investor, provider, reference) DO NOTHING",
            issuer,
            id,
            bigint(now.0.saturating_mul(MILLIS)),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM monitoring WHERE issuer = $1 AND investor = $2",
            issuer,
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "UPDATE verification SET look_s = NULL WHERE issuer = $1 AND investor = $2",
            issuer,
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Wants a record forgotten that came, or came back, after its person was erased.
    pub async fn forget_at_provider(
        &mut self,
        investor: InvestorId,
        provider: &ProviderName,
        reference: &str,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO forgetting (issuer, investor, provider, reference, due_ms, leased_ms, tries) \
             VALUES ($1, $2, $3, $4, $5, 0, 0) \
             ON CONFLICT (issuer, investor, provider, reference) \
             DO UPDATE SET ended_s = NULL, error = NULL, due_ms = excluded.due_ms, tries = 0 \
             WHERE forgetting.ended_s IS NOT NULL",
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

    /// What providers were asked to forget of somebody, and what has become of it.
    pub async fn forgettings(&mut self, investor: InvestorId) -> Result<Vec<Forgetting>> {
        sqlx::query_as!(
            ForgettingRow,
            "SELECT investor, provider, reference, tries, ended_s, error FROM forgetting \
             WHERE issuer = $1 AND investor = $2 ORDER BY provider, reference",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
        )
        .fetch_all(&mut *self.transaction)
        .await?
        .into_iter()
        .map(ForgettingRow::read)
        .collect()
    }
}

impl Store {
    /// What is due longest and nobody is at, until `leased`.
    pub async fn next_forgetting(
        &self,
        issuer: &IssuerId,
        now: UnixMillis,
        leased: UnixMillis,
    ) -> Result<Option<Forgetting>> {
        let row = sqlx::query_as!(
            ForgettingRow,
            "UPDATE forgetting SET leased_ms = $3 \
             WHERE issuer = $1 AND (investor, provider, reference) = ( \
                 SELECT investor, provider, reference FROM forgetting \
                 WHERE issuer = $1 AND ended_s IS NULL AND due_ms <= $2 AND leased_ms <= $2 \
                 ORDER BY due_ms LIMIT 1 FOR UPDATE SKIP LOCKED) \
             RETURNING investor, provider, reference, tries, ended_s, error",
            issuer_key(issuer),
            bigint(now.0),
            bigint(leased.0),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(ForgettingRow::read).transpose()
    }

    /// Notes that a provider has forgotten.
    pub async fn forgotten(
        &self,
        issuer: &IssuerId,
        forgetting: &Forgetting,
        now: UnixSeconds,
    ) -> Result<()> {
        self.end_forgetting(issuer, forgetting, None, now).await
    }

    /// Notes why a provider cannot be asked.
    pub async fn forget_unasked(
        &self,
        issuer: &IssuerId,
        forgetting: &Forgetting,
        why: &str,
        now: UnixSeconds,
    ) -> Result<()> {
        self.end_forgetting(issuer, forgetting, Some(why), now)
            .await
    }

    async fn end_forgetting(
        &self,
        issuer: &IssuerId,
        forgetting: &Forgetting,
        unasked: Option<&str>,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE forgetting SET leased_ms = 0, ended_s = $5, error = $6 \
             WHERE issuer = $1 AND investor = $2 AND provider = $3 AND reference = $4",
            issuer_key(issuer),
            forgetting.investor.0.as_slice(),
            forgetting.provider.as_str(),
            forgetting.reference_text(),
            bigint(now.0),
            unasked,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts it off, since the provider did not.
    pub async fn forget_again(
        &self,
        issuer: &IssuerId,
        forgetting: &Forgetting,
        due: UnixMillis,
        error: &str,
    ) -> Result<()> {
        sqlx::query!(
            "UPDATE forgetting SET leased_ms = 0, tries = tries + 1, due_ms = $5, error = $6 \
             WHERE issuer = $1 AND investor = $2 AND provider = $3 AND reference = $4",
            issuer_key(issuer),
            forgetting.investor.0.as_slice(),
            forgetting.provider.as_str(),
            forgetting.reference_text(),
            bigint(due.0),
            error,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
