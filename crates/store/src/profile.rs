//! Profiles, sealed: what nobody reads without the keys that the
//! [`Keyring`](crate::Keyring) has.

use std::collections::BTreeSet;

use symbolon_core::{
    actor::Actor,
    custody::{Custody, Remark, Retention, RetentionYears},
    federation::set_retention,
    ids::{ExternalId, InvestorId, IssuerId},
    investor::StatusName,
    log::EntryNumber,
    profile::{Field, Sealed, TermDigest},
    time::UnixSeconds,
};

use crate::{
    FederationFailure, IssuerTransaction, Result, Store, StoreError,
    codec::{bigint, count, entry_number, investor_id, issuer_key, json, seconds, word},
    federation,
};

/// What is to be stored of one investor's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedChanges {
    /// Each value that changes; nothing for one that goes.
    pub values: Vec<(Field, Option<Sealed>)>,
    /// By what the changed values are found.
    pub terms: Vec<(Field, TermDigest)>,
}

/// When an investor's status became what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusSince {
    /// The entry that decided so; of a pending one, that made it known.
    pub entry: EntryNumber,
    /// When that was.
    pub at: UnixSeconds,
}

/// A profile that the law keeps no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueProfile {
    /// Whose.
    pub investor: InvestorId,
    /// The issuer's own reference.
    pub external_id: Option<ExternalId>,
    /// Where the investor stands.
    pub status: StatusName,
    /// Who needs it kept all the same.
    pub holds: BTreeSet<Remark>,
    /// The entry that made the investor known, which lists are ordered by.
    pub created: EntryNumber,
    /// When the relation ended.
    pub ended: UnixSeconds,
}

/// What the register holds of a profile, sealed as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileRemains {
    /// Sealed values.
    pub values: u64,
    /// Sealed data and notes of customers that stand on the investor.
    pub customers: u64,
    /// Digests by which it is found.
    pub terms: u64,
}

impl Store {
    /// All sealed values of an investor's profile.
    pub async fn profile(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<Vec<(Field, Sealed)>> {
        sqlx::query!(
            "SELECT field, sealed FROM profile_value WHERE issuer = $1 AND investor = $2",
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            let field = row.field.parse();
            let field = field.map_err(|_| StoreError::damaged("a field of a profile"))?;
            Ok((field, Sealed(row.sealed)))
        })
        .collect()
    }

    /// Who is found by a digest of this field, at most `limit` of them.
    pub async fn investors_by_term(
        &self,
        issuer: &IssuerId,
        field: Field,
        digest: TermDigest,
        limit: u32,
    ) -> Result<Vec<InvestorId>> {
        sqlx::query_scalar!(
            "SELECT investor FROM profile_term WHERE issuer = $1 AND field = $2 AND digest = $3 \
             ORDER BY investor LIMIT $4",
            issuer_key(issuer),
            field.as_str(),
            digest.0.as_slice(),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|id| investor_id(id))
        .collect()
    }

    /// Profiles whose relation ended by then and on which no hold lies, in the order in
    /// which their investors became known, at most `limit` of them.
    pub async fn due_profiles(
        &self,
        issuer: &IssuerId,
        ended_by: UnixSeconds,
        after: EntryNumber,
        limit: u32,
    ) -> Result<Vec<DueProfile>> {
        self.overdue(issuer, false, ended_by, after, limit).await
    }

    /// The same of those on which a hold lies.
    pub async fn held_profiles(
        &self,
        issuer: &IssuerId,
        ended_by: UnixSeconds,
        after: EntryNumber,
        limit: u32,
    ) -> Result<Vec<DueProfile>> {
        self.overdue(issuer, true, ended_by, after, limit).await
    }

    async fn overdue(
        &self,
        issuer: &IssuerId,
        held: bool,
        ended_by: UnixSeconds,
        after: EntryNumber,
        limit: u32,
    ) -> Result<Vec<DueProfile>> {
        // Custody is null unless a hold lies on the profile, or it was erased: then no
        // value is left, whatever lies on it.
        sqlx::query!(
            r#"SELECT i.investor, i.external_id, i.status, i.custody, i.created_entry,
                since.decided_s AS "decided_s!"
            FROM investor i CROSS JOIN LATERAL (
                SELECT decided_s FROM (
                    SELECT e.* FROM entry e WHERE e.issuer = $1 AND e.number = i.created_entry
                    UNION ALL
                    SELECT e.* FROM entry e
                    WHERE e.issuer = $1 AND e.subject = i.created_entry AND e.number <> e.subject
                ) entries
                WHERE number = subject
                    OR events ~ '"type":"Investor(Verified|Rejected|Revoked|Expired)"'
                ORDER BY number DESC LIMIT 1
            ) since
            WHERE i.issuer = $1 AND i.status <> 'verified' AND (i.custody IS NOT NULL) = $5
                AND i.created_entry > $2 AND since.decided_s <= $3
                AND (EXISTS (SELECT FROM profile_value v
                        WHERE v.issuer = $1 AND v.investor = i.investor)
                    OR EXISTS (SELECT FROM customer c
                        WHERE c.issuer = $1 AND c.investor = i.investor
                            AND (c.data IS NOT NULL OR EXISTS (SELECT FROM customer_note n
                                WHERE n.issuer = $1 AND n.instance = c.instance
                                    AND n.customer = c.customer))))
            ORDER BY i.created_entry LIMIT $4"#,
            issuer_key(issuer),
            bigint(after.0),
            bigint(ended_by.0),
            i64::from(limit),
            held,
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| {
            let external_id = row.external_id.map(|id| id.parse()).transpose();
            let custody: Option<Custody> = match &row.custody {
                None => None,
                Some(text) => Some(json(text, "what lies on an investor's profile")?),
            };
            Ok(DueProfile {
                investor: investor_id(&row.investor)?,
                external_id: external_id
                    .map_err(|_| StoreError::damaged("an investor's external id"))?,
                status: word(&row.status, "status of an investor")?,
                holds: custody.map(|custody| custody.holds).unwrap_or_default(),
                created: entry_number(row.created_entry)?,
                ended: seconds(row.decided_s)?,
            })
        })
        .collect()
    }

    /// What is left of a profile.
    pub async fn profile_remains(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<ProfileRemains> {
        let row = sqlx::query!(
            r#"SELECT
                (SELECT count(*) FROM profile_value WHERE issuer = $1 AND investor = $2)
                    AS values,
                (SELECT count(*) FROM profile_term WHERE issuer = $1 AND investor = $2)
                    + (SELECT count(*) FROM customer c JOIN customer_term t
                        ON t.issuer = c.issuer AND t.instance = c.instance
                            AND t.customer = c.customer
                        WHERE c.issuer = $1 AND c.investor = $2) AS terms,
                (SELECT count(c.data) FROM customer c
                    WHERE c.issuer = $1 AND c.investor = $2)
                    + (SELECT count(*) FROM customer c JOIN customer_note n
                        ON n.issuer = c.issuer AND n.instance = c.instance
                            AND n.customer = c.customer
                        WHERE c.issuer = $1 AND c.investor = $2) AS customers"#,
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(ProfileRemains {
            values: count(row.values),
            customers: count(row.customers),
            terms: count(row.terms),
        })
    }

    /// Whose keys are still to be destroyed, at most `limit` of them.
    pub async fn unfinished_erasures(
        &self,
        issuer: &IssuerId,
        limit: u32,
    ) -> Result<Vec<InvestorId>> {
        sqlx::query_scalar!(
            "SELECT investor FROM profile_erasure WHERE issuer = $1 ORDER BY investor LIMIT $2",
            issuer_key(issuer),
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(|id| investor_id(id))
        .collect()
    }

    /// What lies on an investor's profile; nothing on that of somebody whom the register
    /// does not know.
    pub async fn custody(&self, issuer: &IssuerId, investor: InvestorId) -> Result<Custody> {
        let found = sqlx::query_scalar!(
            "SELECT custody FROM investor WHERE issuer = $1 AND investor = $2",
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        match found.flatten() {
            None => Ok(Custody::default()),
            Some(text) => json(&text, "what lies on an investor's profile"),
        }
    }

    /// Notes that an erased person's key is destroyed.
    pub async fn finish_erasure(&self, issuer: &IssuerId, investor: InvestorId) -> Result<()> {
        sqlx::query!(
            "DELETE FROM profile_erasure WHERE issuer = $1 AND investor = $2",
            issuer_key(issuer),
            investor.0.as_slice(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl IssuerTransaction {
    /// Stores what changes of a profile. Whoever calls has had it decided.
    pub async fn keep_profile(
        &mut self,
        investor: InvestorId,
        changes: &SealedChanges,
        now: UnixSeconds,
    ) -> Result<()> {
        let fields: Vec<_> = (changes.values.iter())
            .map(|(field, _)| field.as_str().to_owned())
            .collect();
        let sealed: Vec<_> = (changes.values.iter())
            .map(|(_, sealed)| sealed.as_ref().map(|sealed| sealed.0.clone()))
            .collect();
        let (issuer, id) = (issuer_key(&self.issuer), investor.0.as_slice());
        sqlx::query!(
            "INSERT INTO profile_value (issuer, investor, field, sealed, changed_s) \
             SELECT $1, $2, r.field, r.sealed, $5 \
             FROM unnest($3::text[], $4::bytea[]) AS r (field, sealed) WHERE r.sealed IS NOT NULL \
             ON CONFLICT (issuer, investor, field) \
             DO UPDATE SET sealed = excluded.sealed, changed_s = excluded.changed_s",
            issuer,
            id,
            &fields,
            &sealed as &[Option<Vec<u8>>],
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        if changes.values.iter().any(|(_, sealed)| sealed.is_none()) {
            sqlx::query!(
                "DELETE FROM profile_value USING unnest($3::text[], $4::bytea[]) AS r (field, sealed) \
                 WHERE profile_value.issuer = $1 AND profile_value.investor = $2 \
                     AND profile_value.field = r.field AND r.sealed IS NULL",
                issuer,
                id,
                &fields,
                &sealed as &[Option<Vec<u8>>],
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        self.keep_terms(investor, &fields, &changes.terms).await
    }

    /// By what the values of these fields are found, and by nothing else any more.
    async fn keep_terms(
        &mut self,
        investor: InvestorId,
        fields: &[String],
        terms: &[(Field, TermDigest)],
    ) -> Result<()> {
        let (issuer, id) = (issuer_key(&self.issuer), investor.0.as_slice());
        sqlx::query!(
            "DELETE FROM profile_term WHERE issuer = $1 AND investor = $2 AND field = ANY($3)",
            issuer,
            id,
            fields,
        )
        .execute(&mut *self.transaction)
        .await?;
        if terms.is_empty() {
            return Ok(());
        }
        let fields: Vec<_> = terms.iter().map(|(field, _)| field.as_str()).collect();
        let digests: Vec<_> = terms.iter().map(|(_, digest)| digest.0.to_vec()).collect();
        sqlx::query!(
            "INSERT INTO profile_term (issuer, field, digest, investor) \
             SELECT $1, r.field, r.digest, $2 \
             FROM unnest($3::text[], $4::bytea[]) AS r (field, digest)",
            issuer,
            id,
            &fields as &[&str],
            &digests,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Whether anything of an investor's profile is known.
    pub async fn has_profile(&mut self, investor: InvestorId) -> Result<bool> {
        let found = sqlx::query_scalar!(
            "SELECT field FROM profile_value WHERE issuer = $1 AND investor = $2 LIMIT 1",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(found.is_some())
    }

    /// Forgets a profile, and notes that its key is still to be destroyed, and that
    /// providers who verified the person are still to forget it. Whoever calls has had it
    /// decided.
    pub async fn erase_profile(&mut self, investor: InvestorId, now: UnixSeconds) -> Result<()> {
        let (issuer, id) = (issuer_key(&self.issuer), investor.0.as_slice());
        sqlx::query!(
            "DELETE FROM profile_value WHERE issuer = $1 AND investor = $2",
            issuer,
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM profile_term WHERE issuer = $1 AND investor = $2",
            issuer,
            id,
        )
        .execute(&mut *self.transaction)
        .await?;
        self.forget_customers(investor, now).await?;
        self.owe_destruction(investor, now).await
    }

    /// Notes that a person's key is still to be destroyed. Links that are for the person
    /// are over, and providers who verified the person are to forget it.
    pub(crate) async fn owe_destruction(
        &mut self,
        investor: InvestorId,
        now: UnixSeconds,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO profile_erasure (issuer, investor, erased_s) VALUES ($1, $2, $3) \
             ON CONFLICT (issuer, investor) DO NOTHING",
            issuer_key(&self.issuer),
            investor.0.as_slice(),
            bigint(now.0),
        )
        .execute(&mut *self.transaction)
        .await?;
        self.end_links(investor, now).await?;
        self.forget_at_providers(investor, now).await
    }

    /// When an investor's status became what it is, by the log.
    pub async fn status_since(&mut self, investor: InvestorId) -> Result<StatusSince> {
        let row = sqlx::query!(
            r#"WITH subject AS (
                SELECT created_entry FROM investor WHERE issuer = $1 AND investor = $2)
            SELECT number AS "number!", decided_s AS "decided_s!"
            FROM (
                SELECT e.* FROM entry e, subject s
                WHERE e.issuer = $1 AND e.number = s.created_entry
                UNION ALL
                SELECT e.* FROM entry e, subject s
                WHERE e.issuer = $1 AND e.subject = s.created_entry AND e.number <> e.subject
            ) entries
            WHERE number = subject
                OR events ~ '"type":"Investor(Verified|Rejected|Revoked|Expired)"'
            ORDER BY number DESC LIMIT 1"#,
            issuer_key(&self.issuer),
            investor.0.as_slice(),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::NotFound { what: "investor" })?;
        Ok(StatusSince {
            entry: entry_number(row.number)?,
            at: seconds(row.decided_s)?,
        })
    }

    /// For how long the issuer keeps profiles, and what happens then.
    pub async fn retention(&mut self) -> Result<Retention> {
        let row = sqlx::query!(
            "SELECT retention_years, erases_by_itself FROM issuer WHERE issuer = $1",
            issuer_key(&self.issuer),
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::NotFound { what: "issuer" })?;
        Ok(Retention {
            years: retention_years(row.retention_years)?,
            erases_by_itself: row.erases_by_itself,
        })
    }

    /// For how long the issuer keeps profiles from now on, and what happens then: the entry
    /// that tells of it, or none where it is so already.
    pub async fn set_retention(
        &mut self,
        retention: Retention,
        by: &Actor,
        now: UnixSeconds,
    ) -> Result<Result<Option<EntryNumber>, FederationFailure>> {
        let federation = federation::load(&mut self.transaction, &self.issuer).await?;
        let event = match set_retention(&federation, retention, by) {
            Ok(Some(event)) => event,
            Ok(None) => return Ok(Ok(None)),
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        sqlx::query!(
            "UPDATE issuer SET retention_years = $2, erases_by_itself = $3 WHERE issuer = $1",
            issuer_key(&self.issuer),
            i16::from(retention.years.0),
            retention.erases_by_itself,
        )
        .execute(&mut *self.transaction)
        .await?;
        self.record_federation(&[event], by, now).await?;
        Ok(Ok(Some(self.head.number)))
    }
}

pub(crate) fn retention_years(years: i16) -> Result<RetentionYears> {
    let years = u8::try_from(years);
    let damaged = |_| StoreError::damaged("the years for which profiles are kept");
    years.map(RetentionYears).map_err(damaged)
}
