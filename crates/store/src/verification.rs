//! Verifications: attempts to verify somebody by a provider.

use symbolon_core::{
    ids::{InvestorId, IssuerId, ProviderName},
    log::EntryNumber,
    time::{Day, UnixMillis, UnixSeconds},
    verification::{Attempt, Concern, VerificationId, VerificationState, next_look},
};

use crate::{
    IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, entry_number, investor_id, issuer_key, json, seconds, unsigned},
    link::id128,
};

mod reference;

/// An attempt as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// Who is to be verified.
    pub investor: InvestorId,
    /// By which of the issuer's providers.
    pub provider: ProviderName,
    /// The provider's applicant or run to which the person was last sent; nothing while
    /// none is known. There may have been others:
    /// [`references_of`](Store::references_of).
    pub reference: Option<String>,
    /// Where it stands.
    pub state: VerificationState,
    /// Why somebody must look.
    pub concerns: Vec<Concern>,
    /// What is known of it, whichever of the provider's records has told.
    pub attempt: Attempt,
    /// When any of its records was last taken in, by the register's clock.
    pub taken: Option<UnixMillis>,
    /// The last day of the document that its verdict stands on, if that is known.
    pub document_ends: Option<Day>,
    /// When it began.
    pub opened: UnixSeconds,
    /// When the person was last sent to the provider.
    pub sent: UnixSeconds,
    /// When it last changed.
    pub changed: UnixSeconds,
}

struct VerificationRow {
    verification: Vec<u8>,
    investor: Vec<u8>,
    provider: String,
    reference: Option<String>,
    state: String,
    concerns: Option<String>,
    opened_entry: i64,
    opened_s: i64,
    newest_ms: Option<i64>,
    taken_ms: Option<i64>,
    decision: Option<i64>,
    document_ends: Option<i32>,
    changed_s: i64,
    sent_s: i64,
    look_s: Option<i64>,
}

/// Whose record is looked at though nobody has told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// Of attempts that wait for something.
    Waiting,
    /// Of attempts that are approved or settled.
    Ended,
}

/// An attempt whose provider's record is looked at, since nobody has told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueLook {
    /// The attempt.
    pub verification: Verification,
    due: i64,
}

impl Verification {
    /// When to look at the provider's record without a hint.
    fn next_look(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        next_look(self.state, &self.concerns, self.sent, now)
    }
}

macro_rules! select_verifications {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            VerificationRow,
            "SELECT verification, investor, provider, taken_ms, \
             (SELECT reference FROM verification_reference r WHERE r.issuer = verification.issuer \
                 AND r.verification = verification.verification ORDER BY number DESC LIMIT 1) \
                 AS reference, \
             (SELECT max(newest_ms) FROM verification_reference r \
                 WHERE r.issuer = verification.issuer \
                 AND r.verification = verification.verification) AS newest_ms, \
             state, concerns, opened_entry, opened_s, decision, document_ends, changed_s, sent_s, \
             look_s " + $rest,
            $($argument),*
        )
    };
}

impl VerificationRow {
    fn read(self) -> Result<Verification> {
        let damaged = |what: &'static str| StoreError::damaged(what);
        let provider = self.provider.parse();
        Ok(Verification {
            id: VerificationId(id128(&self.verification, "a verification's id")?),
            investor: investor_id(&self.investor)?,
            provider: provider.map_err(|_| damaged("a verification's provider"))?,
            reference: self.reference,
            state: VerificationState::from_word(&self.state)
                .ok_or_else(|| damaged("a verification's state"))?,
            concerns: match &self.concerns {
                None => Vec::new(),
                Some(text) => json(text, "a verification's concerns")?,
            },
            attempt: Attempt {
                opened_after: entry_number(self.opened_entry)?,
                opened: seconds(self.opened_s)?,
                newest: self
                    .newest_ms
                    .map(|at| unsigned(at, "a time").map(UnixMillis))
                    .transpose()?,
                decision: self.decision.map(entry_number).transpose()?,
            },
            taken: self
                .taken_ms
                .map(|at| unsigned(at, "a time").map(UnixMillis))
                .transpose()?,
            document_ends: self
                .document_ends
                .map(|day| u16::try_from(day).map(Day))
                .transpose()
                .map_err(|_| damaged("a document's last day"))?,
            opened: seconds(self.opened_s)?,
            sent: seconds(self.sent_s)?,
            changed: seconds(self.changed_s)?,
        })
    }
}

impl Store {
    /// One attempt.
    pub async fn verification(
        &self,
        issuer: &IssuerId,
        id: VerificationId,
    ) -> Result<Verification> {
        select_verifications!(
            "FROM verification WHERE issuer = $1 AND verification = $2",
            issuer_key(issuer),
            id.0.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(StoreError::NotFound {
            what: "verification",
        })?
        .read()
    }

    /// The newest attempt to which a provider's record belongs.
    pub async fn verification_by_reference(
        &self,
        issuer: &IssuerId,
        provider: &ProviderName,
        reference: &str,
    ) -> Result<Option<Verification>> {
        let row = select_verifications!(
            "FROM verification WHERE issuer = $1 AND provider = $2 \
             AND verification IN (SELECT verification FROM verification_reference \
                 WHERE issuer = $1 AND reference = $3) \
             ORDER BY opened_s DESC, opened_entry DESC, verification LIMIT 1",
            issuer_key(issuer),
            provider.as_str(),
            reference,
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(VerificationRow::read).transpose()
    }

    /// The newest attempt of an investor with a provider that has ended otherwise than in a
    /// refusal.
    pub async fn last_ended(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        provider: &ProviderName,
    ) -> Result<Option<VerificationId>> {
        let found = sqlx::query_scalar!(
            "SELECT verification FROM verification \
             WHERE issuer = $1 AND investor = $2 AND provider = $3 \
                 AND state IN ('approved', 'settled', 'review') \
             ORDER BY opened_s DESC, opened_entry DESC, verification LIMIT 1",
            issuer_key(issuer),
            investor.0.as_slice(),
            provider.as_str(),
        )
        .fetch_optional(&self.pool)
        .await?;
        let read = |id: Vec<u8>| id128(&id, "a verification's id").map(VerificationId);
        found.map(read).transpose()
    }

    /// An investor's attempts, the newest first, at most `limit` of them.
    pub async fn verifications_of(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        limit: u32,
    ) -> Result<Vec<Verification>> {
        select_verifications!(
            "FROM verification WHERE issuer = $1 AND investor = $2 \
             ORDER BY opened_s DESC, opened_entry DESC, verification LIMIT $3",
            issuer_key(issuer),
            investor.0.as_slice(),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(VerificationRow::read)
        .collect()
    }

    /// The attempts that stand so, the oldest first, after this one, at most `limit`.
    pub async fn verifications_in(
        &self,
        issuer: &IssuerId,
        state: VerificationState,
        after: Option<(UnixSeconds, VerificationId)>,
        limit: u32,
    ) -> Result<Vec<Verification>> {
        let (at, id) = after.unwrap_or((UnixSeconds(0), VerificationId(Default::default())));
        select_verifications!(
            "FROM verification WHERE issuer = $1 AND state = $2 \
             AND (opened_s, verification) > ($3, $4) \
             ORDER BY opened_s, verification LIMIT $5",
            issuer_key(issuer),
            state.as_str(),
            bigint(at.0),
            id.0.as_slice(),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(VerificationRow::read)
        .collect()
    }

    /// The attempts of which somebody must look how they stand at their providers, since
    /// no hint has come, the longest due first, at most `limit`.
    pub async fn due_looks(
        &self,
        issuer: &IssuerId,
        unasked: Unasked,
        now: UnixSeconds,
        limit: u32,
    ) -> Result<Vec<DueLook>> {
        select_verifications!(
            "FROM verification \
             WHERE issuer = $1 AND (state IN ('approved', 'settled')) = $2 AND look_s <= $3 \
             ORDER BY look_s LIMIT $4",
            issuer_key(issuer),
            unasked == Unasked::Ended,
            bigint(now.0),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            let due = row.look_s.unwrap_or_default();
            let verification = row.read()?;
            Ok(DueLook { verification, due })
        })
        .collect()
    }

    /// Wants a look at these records of a provider's without having been told to, and the
    /// next one later, while nobody else has.
    pub async fn look_unasked(
        &self,
        issuer: &IssuerId,
        look: &DueLook,
        subjects: &[String],
        now: UnixMillis,
    ) -> Result<()> {
        let next = look
            .verification
            .next_look(UnixSeconds(now.0 / 1_000))
            .map(|next| bigint(next.0));
        sqlx::query!(
            "WITH due AS ( \
                 UPDATE verification SET look_s = $4 \
                 WHERE issuer = $1 AND verification = $2 AND look_s = $3 RETURNING provider) \
             INSERT INTO look (issuer, provider, subject, told, wanted, due_ms, leased_ms, tries) \
             SELECT $1::bigint, provider, subject, false, 1, $6::bigint, 0, 0 \
             FROM due CROSS JOIN (SELECT DISTINCT unnest($5::text[]) AS subject) subjects \
             ON CONFLICT (issuer, provider, subject) \
             DO UPDATE SET wanted = look.wanted + 1, due_ms = least(look.due_ms, excluded.due_ms)",
            issuer_key(issuer),
            look.verification.id.0.as_slice(),
            look.due,
            next,
            subjects,
            bigint(now.0),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl IssuerTransaction {
    /// Begins an attempt. Whatever is decided about the investor from here on, the
    /// attempt knows less than that.
    pub async fn begin_verification(
        &mut self,
        id: VerificationId,
        investor: InvestorId,
        provider: &ProviderName,
        now: UnixSeconds,
    ) -> Result<()> {
        let waiting = VerificationState::Waiting;
        sqlx::query!(
            "INSERT INTO verification (issuer, verification, investor, provider, state, \
                 opened_entry, opened_s, changed_s, sent_s, look_s) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8)",
            issuer_key(&self.issuer),
            id.0.as_slice(),
            investor.0.as_slice(),
            provider.as_str(),
            waiting.as_str(),
            bigint(self.head.number.0),
            bigint(now.0),
            next_look(waiting, &[], now, now).map(|next| bigint(next.0)),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// One attempt, which nobody else changes until this is committed.
    pub async fn verification(&mut self, id: VerificationId) -> Result<Verification> {
        select_verifications!(
            "FROM verification WHERE issuer = $1 AND verification = $2",
            issuer_key(&self.issuer),
            id.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::NotFound {
            what: "verification",
        })?
        .read()
    }

    /// The newest attempt of an investor with a provider that may be about this record:
    /// that is one of its own, or it has none yet.
    pub async fn verification_for(
        &mut self,
        investor: InvestorId,
        provider: &ProviderName,
        reference: &str,
    ) -> Result<Option<Verification>> {
        let row = select_verifications!(
            "FROM verification WHERE issuer = $1 AND investor = $2 AND provider = $3 \
             AND (EXISTS (SELECT FROM verification_reference r WHERE r.issuer = $1 \
                     AND r.verification = verification.verification AND r.reference = $4) \
                 OR NOT EXISTS (SELECT FROM verification_reference r WHERE r.issuer = $1 \
                     AND r.verification = verification.verification)) \
             ORDER BY opened_s DESC, opened_entry DESC, verification LIMIT 1",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
            provider.as_str(),
            reference,
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        row.map(VerificationRow::read).transpose()
    }

    /// The attempt of an investor with a provider whose verdict stands on this record; else
    /// the newest that may be about it.
    pub async fn verification_upon(
        &mut self,
        investor: InvestorId,
        provider: &ProviderName,
        reference: &str,
    ) -> Result<Option<Verification>> {
        let row = select_verifications!(
            "FROM verification WHERE issuer = $1 AND investor = $2 AND provider = $3 \
             AND (EXISTS (SELECT FROM verification_reference r WHERE r.issuer = $1 \
                     AND r.verification = verification.verification AND r.reference = $4) \
                 OR NOT EXISTS (SELECT FROM verification_reference r WHERE r.issuer = $1 \
                     AND r.verification = verification.verification)) \
             ORDER BY EXISTS (SELECT FROM verification_reference r WHERE r.issuer = $1 \
                     AND r.verification = verification.verification AND r.reference = $4 \
                     AND r.decision IS NOT NULL) DESC, \
                 opened_s DESC, opened_entry DESC, verification LIMIT 1",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
            provider.as_str(),
            reference,
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        row.map(VerificationRow::read).transpose()
    }

    /// Keeps where an attempt stands now, and when it is looked at without a hint. Whoever
    /// was erased is waited for no longer. What the provider's records have told is kept by
    /// [`refer`](Self::refer) and [`hear`](Self::hear).
    pub async fn keep_verification(
        &mut self,
        verification: &Verification,
        now: UnixSeconds,
    ) -> Result<()> {
        let concerns = Some(&verification.concerns).filter(|concerns| !concerns.is_empty());
        let concerns = concerns.map(serde_json::to_string).transpose();
        let look = verification.next_look(now);
        sqlx::query!(
            "UPDATE verification SET state = $3, concerns = $4, \
                 decision = $5, document_ends = $6, changed_s = $7, sent_s = $8, look_s = CASE \
                     WHEN $9::bigint IS NULL OR EXISTS (SELECT FROM forgetting f \
                         WHERE f.issuer = $1 AND f.investor = verification.investor) THEN NULL \
                     WHEN sent_s = $8 AND state = $3 THEN coalesce(look_s, $9) ELSE $9 END \
             WHERE issuer = $1 AND verification = $2",
            issuer_key(&self.issuer),
            verification.id.0.as_slice(),
            verification.state.as_str(),
            concerns.map_err(|error| StoreError::damaged(error.to_string()))?,
            verification.attempt.decision.map(|entry| bigint(entry.0)),
            verification.document_ends.map(|day| i32::from(day.0)),
            bigint(now.0),
            bigint(verification.sent.0),
            look.map(|look| bigint(look.0)),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// The last entry by which anybody verified, rejected or revoked an investor.
    pub async fn last_decision(&mut self, investor: InvestorId) -> Result<Option<EntryNumber>> {
        let found = sqlx::query_scalar!(
            r#"WITH subject AS (
                SELECT created_entry FROM investor WHERE issuer = $1 AND investor = $2)
            SELECT max(number) FROM (
                SELECT e.number, e.events FROM entry e, subject s
                WHERE e.issuer = $1 AND e.number = s.created_entry
                UNION ALL
                SELECT e.number, e.events FROM entry e, subject s
                WHERE e.issuer = $1 AND e.subject = s.created_entry AND e.number <> e.subject
            ) entries
            WHERE events ~ '"type":"Investor(Verified|Rejected|Revoked)"'"#,
            issuer_key(&self.issuer),
            investor.0.as_slice(),
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        found.map(entry_number).transpose()
    }
}
