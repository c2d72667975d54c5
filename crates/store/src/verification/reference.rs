//! Which of a provider's records an attempt is about. Whoever is sent there again may get
//! another one there, and what is found in any of them counts.

use symbolon_core::{
    ids::IssuerId,
    log::EntryNumber,
    time::UnixMillis,
    verification::{Attempt, OtherRecords, VerificationId},
};

use super::Verification;
use crate::{
    IssuerTransaction, Result, Store,
    codec::{bigint, entry_number, issuer_key, unsigned},
};

impl Store {
    /// The provider's records that an attempt is about, as far as they are known, the
    /// oldest first.
    pub async fn references_of(
        &self,
        issuer: &IssuerId,
        id: VerificationId,
    ) -> Result<Vec<String>> {
        let found = sqlx::query_scalar!(
            "SELECT reference FROM verification_reference \
             WHERE issuer = $1 AND verification = $2 ORDER BY number",
            issuer_key(issuer),
            id.0.as_slice(),
        );
        Ok(found.fetch_all(&self.pool).await?)
    }
}

impl IssuerTransaction {
    /// Notes that an attempt is about this record of the provider's, too.
    pub async fn refer(&mut self, id: VerificationId, reference: &str) -> Result<()> {
        sqlx::query!(
            "INSERT INTO verification_reference (issuer, verification, reference, number) \
             SELECT $1::bigint, $2::bytea, $3::text, (SELECT count(*)::integer + 1 \
                 FROM verification_reference WHERE issuer = $1 AND verification = $2) \
             ON CONFLICT (issuer, verification, reference) DO NOTHING",
            issuer_key(&self.issuer),
            id.0.as_slice(),
            reference,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Notes the provider's time of what this record of an attempt's has told, the entry
    /// that came of it, if one did, and that it was taken in now: what was read before, of
    /// whichever attempt of this investor with this provider, is no news.
    pub async fn hear(
        &mut self,
        id: VerificationId,
        reference: &str,
        at: UnixMillis,
        decision: Option<EntryNumber>,
        now: UnixMillis,
    ) -> Result<()> {
        self.refer(id, reference).await?;
        sqlx::query!(
            "UPDATE verification SET taken_ms = $3 WHERE issuer = $1 AND (investor, provider) = \
                 (SELECT investor, provider FROM verification \
                  WHERE issuer = $1 AND verification = $2)",
            issuer_key(&self.issuer),
            id.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "UPDATE verification_reference SET newest_ms = $4, decision = coalesce($5, decision) \
             WHERE issuer = $1 AND verification = $2 AND reference = $3",
            issuer_key(&self.issuer),
            id.0.as_slice(),
            reference,
            bigint(at.0),
            decision.map(|entry| bigint(entry.0)),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// What a fact of this record is held against: the attempt as far as this record has
    /// told, and what others of the attempt's have.
    pub async fn attempt_upon(
        &mut self,
        verification: &Verification,
        reference: &str,
    ) -> Result<(Attempt, Option<OtherRecords>)> {
        let told = sqlx::query!(
            r#"SELECT reference = $3 AS "own!", max(newest_ms) AS newest_ms, max(decision) AS decision
            FROM verification_reference
            WHERE issuer = $1 AND verification = $2 AND newest_ms IS NOT NULL GROUP BY 1"#,
            issuer_key(&self.issuer),
            verification.id.0.as_slice(),
            reference,
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let mut attempt = Attempt {
            newest: None,
            decision: None,
            ..verification.attempt
        };
        let mut others = None;
        for record in told {
            let decision = record.decision.map(entry_number).transpose()?;
            if record.own {
                let newest = record.newest_ms.map(|at| unsigned(at, "a time"));
                attempt.newest = newest.transpose()?.map(UnixMillis);
                attempt.decision = decision;
            } else {
                others = Some(OtherRecords { decision });
            }
        }
        Ok((attempt, others))
    }
}
