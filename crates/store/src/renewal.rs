//! Whose verdict is about to end, and what was done about it, once a verdict.

use symbolon_core::{
    ids::{ExternalId, InvestorId, IssuerId},
    link::LinkId,
    renewal::Ending,
    time::UnixSeconds,
};

use crate::{
    IssuerTransaction, LetterFate, Result, Store, StoreError,
    codec::{bigint, investor_id, issuer_key, seconds},
    link::id128,
};

/// Somebody who is to be verified again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRenewal {
    /// Who.
    pub investor: InvestorId,
    /// The issuer's own reference of it.
    pub external_id: Option<ExternalId>,
    /// When the verdict was given: by this it is told from the next one.
    pub verified: UnixSeconds,
    /// From when on it, or its document, counts no more.
    pub ends: UnixSeconds,
    /// What ends.
    pub ending: Ending,
    /// What was done about it; nothing while nobody has noticed.
    pub notice: Option<RenewalNotice>,
    /// What became of the newest letter that brings the notice's link.
    pub letter: Option<LetterFate>,
}

/// What was done about a verdict that is about to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalNotice {
    /// When it was noticed.
    pub noticed: UnixSeconds,
    /// The link by which it is to be renewed; nothing where none was made.
    pub link: Option<LinkId>,
    /// Why none was sent, by a problem's code; nothing where none was to be.
    pub unsent: Option<String>,
}

/// After which row a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RenewalPlace {
    /// When its verdict or document ends.
    pub ends: UnixSeconds,
    /// Whose.
    pub investor: InvestorId,
}

impl DueRenewal {
    /// Where a list goes on after it.
    pub fn place(&self) -> RenewalPlace {
        RenewalPlace {
            ends: self.ends,
            investor: self.investor,
        }
    }
}

struct DueRow {
    investor: Vec<u8>,
    external_id: Option<String>,
    verified_s: i64,
    ends_s: i64,
    of_document: bool,
    noticed_s: Option<i64>,
    link: Option<Vec<u8>>,
    unsent: Option<String>,
    due_ms: Option<i64>,
    sent_s: Option<i64>,
    error: Option<String>,
}

impl DueRow {
    fn read(self) -> Result<DueRenewal> {
        let link = self.link.as_deref();
        let link = link.map(|id| id128(id, "a renewal's link")).transpose()?;
        let noticed = self.noticed_s.map(seconds).transpose()?;
        let external_id = self
            .external_id
            .map(|text| text.parse::<ExternalId>())
            .transpose();
        let letter = match self.due_ms {
            Some(_) => Some(LetterFate::read(self.sent_s, self.error)?),
            None => None,
        };
        Ok(DueRenewal {
            investor: investor_id(&self.investor)?,
            external_id: external_id
                .map_err(|_| StoreError::damaged("an investor's external id"))?,
            verified: seconds(self.verified_s)?,
            ends: seconds(self.ends_s)?,
            ending: match self.of_document {
                true => Ending::Document,
                false => Ending::Verdict,
            },
            notice: noticed.map(|noticed| RenewalNotice {
                noticed,
                link: link.map(LinkId),
                unsent: self.unsent,
            }),
            letter,
        })
    }
}

/// Which of those who are to be verified again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRenewals {
    /// All of them.
    All,
    /// Whom nobody has noticed.
    Unnoticed,
    /// The same, and who was noticed while nobody was to be sent a link.
    Unasked,
}

impl Store {
    /// Whose verdict holds and ends by `by`, or stands on a document that does, the
    /// nearest end first, after this place, at most `limit` of them. A document counts
    /// for the verdict that its own check led to, and for no other.
    pub async fn due_renewals(
        &self,
        issuer: &IssuerId,
        which: WhichRenewals,
        (now, by): (UnixSeconds, UnixSeconds),
        after: Option<RenewalPlace>,
        limit: u32,
    ) -> Result<Vec<DueRenewal>> {
        let after = after.unwrap_or(RenewalPlace {
            ends: UnixSeconds(0),
            investor: InvestorId(Default::default()),
        });
        sqlx::query_as!(
            DueRow,
            r#"WITH ending AS (
                SELECT investor, verified_s, expiry_s AS ends_s, false AS of_document
                FROM investor
                WHERE issuer = $1 AND status = 'verified' AND expiry_s IS NOT NULL
                    AND expiry_s > $2 AND expiry_s <= $3
                UNION ALL
                SELECT i.investor, i.verified_s, (v.document_ends + 1) * 86400::bigint, true
                FROM verification v JOIN investor i ON i.investor = v.investor AND i.issuer = v.issuer
                WHERE v.issuer = $1 AND v.document_ends IS NOT NULL
                    AND (v.document_ends + 1) * 86400::bigint <= $3
                    AND i.status = 'verified' AND (i.expiry_s IS NULL OR i.expiry_s > $2)
                    AND i.source::jsonb #>> '{provider,name}' = v.provider
                    AND EXISTS (SELECT FROM verification_reference r
                        WHERE r.issuer = v.issuer AND r.verification = v.verification
                        AND r.reference = i.source::jsonb #>> '{provider,reference}')
                    AND v.decision = (SELECT max(w.decision) FROM verification w
                        WHERE w.issuer = v.issuer AND w.investor = v.investor)
            ), due AS (
                SELECT DISTINCT ON (investor) investor, verified_s, ends_s, of_document
                FROM ending ORDER BY investor, ends_s, of_document
            )
            SELECT d.investor AS "investor!", i.external_id AS "external_id?", d.verified_s AS "verified_s!",
                d.ends_s AS "ends_s!", d.of_document AS "of_document!",
                r.noticed_s AS "noticed_s?", r.link AS "link?", r.unsent AS "unsent?",
                l.due_ms AS "due_ms?", l.sent_s AS "sent_s?", l.error AS "error?"
            FROM due d JOIN investor i ON i.issuer = $1 AND i.investor = d.investor
            LEFT JOIN renewal r
                ON r.issuer = $1 AND r.investor = d.investor AND r.verified_s = d.verified_s
            LEFT JOIN LATERAL (SELECT due_ms, sent_s, error FROM letter
                WHERE letter.issuer = $1 AND letter.link = r.link
                ORDER BY due_ms DESC LIMIT 1) l ON true
            WHERE (d.ends_s, d.investor) > ($4, $5) AND ($6 OR r.investor IS NULL
                OR ($7 AND r.link IS NULL AND r.unsent IS NULL))
            ORDER BY d.ends_s, d.investor LIMIT $8"#,
            issuer_key(issuer),
            bigint(now.0),
            bigint(by.0),
            bigint(after.ends.0),
            after.investor.0.as_slice(),
            which == WhichRenewals::All,
            which == WhichRenewals::Unasked,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(DueRow::read)
        .collect()
    }
}

impl IssuerTransaction {
    /// Notes what was done about a verdict, once; where it was only noticed before, that it
    /// is asked for now, or why not. Says whether that is news: not where it was noted
    /// before, or another status or verdict has come since.
    pub async fn note_renewal(&mut self, due: &DueRenewal, notice: &RenewalNotice) -> Result<bool> {
        let noted = sqlx::query!(
            "INSERT INTO renewal AS r (issuer, investor, verified_s, noticed_s, link, unsent) \
             SELECT $1, $2, $3, $4, $5, $6 FROM investor \
             WHERE issuer = $1 AND investor = $2 AND status = 'verified' AND verified_s = $3 \
             ON CONFLICT (issuer, investor) DO UPDATE \
             SET verified_s = excluded.verified_s, noticed_s = excluded.noticed_s, \
                 link = excluded.link, unsent = excluded.unsent \
             WHERE r.verified_s <> excluded.verified_s OR (r.link IS NULL AND r.unsent IS NULL \
                 AND (excluded.link IS NOT NULL OR excluded.unsent IS NOT NULL))",
            issuer_key(&self.issuer),
            due.investor.0.as_slice(),
            bigint(due.verified.0),
            bigint(notice.noticed.0),
            notice.link.map(|link| link.0.to_vec()),
            notice.unsent.as_deref(),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(noted.rows_affected() > 0)
    }
}
