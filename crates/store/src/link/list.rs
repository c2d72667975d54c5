//! Lists of an issuer's links, the newest first.

use symbolon_core::{
    ids::{InvestorId, IssuerId},
    link::{LinkId, LinkStatus},
    time::UnixSeconds,
};

use super::{Link, LinkRow};
use crate::{
    Result, Store,
    codec::{bigint, issuer_key},
};

/// Which of the issuer's links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkFilter {
    /// Those of this investor alone.
    pub investor: Option<InvestorId>,
    /// Those alone that stand so at the moment of asking.
    pub status: Option<LinkStatus>,
}

/// A page of the links of which `$which` holds and that stand as asked, as
/// `LinkProgress::at` says it.
macro_rules! page_of_links {
    ($which:literal, $($argument:expr),* $(,)?) => {
        select_links!(
            ["FROM link WHERE issuer = $1 AND " + $which + " \
             AND ($2::text IS NULL OR $2 = CASE \
                 WHEN completed_s IS NOT NULL THEN 'completed' \
                 WHEN revoked_s IS NOT NULL THEN 'revoked' \
                 WHEN expires_s <= $3 THEN 'expired' \
                 WHEN started_s IS NOT NULL THEN 'in_progress' \
                 WHEN opened_s IS NOT NULL THEN 'opened' \
                 ELSE 'pending' END) \
             AND ($4::bytea IS NULL \
                 OR number < (SELECT b.number FROM link b WHERE b.issuer = $1 AND b.link = $4)) \
             ORDER BY number DESC LIMIT $5"],
            $($argument),*
        )
    };
}

impl Store {
    /// The links that were made before this one, newest first, at most `limit` of them, as
    /// they stand at `now`.
    pub async fn links(
        &self,
        issuer: &IssuerId,
        filter: LinkFilter,
        now: UnixSeconds,
        before: Option<LinkId>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        let (issuer, now, limit) = (issuer_key(issuer), bigint(now.0), i64::from(limit));
        let before = before.map(|link| link.0.to_vec());
        let status = filter.status.map(LinkStatus::as_str);
        let pool = &self.pool;
        // The conditions are those of the indexes, which the planner takes for nothing less.
        let rows = match (filter.investor, filter.status) {
            (Some(investor), _) => {
                let investor = investor.0.as_slice();
                page_of_links!(
                    "investor = $6",
                    issuer,
                    status,
                    now,
                    before,
                    limit,
                    investor
                )
                .fetch_all(pool)
                .await?
            }
            (None, None | Some(LinkStatus::Completed)) => {
                page_of_links!("true", issuer, status, now, before, limit)
                    .fetch_all(pool)
                    .await?
            }
            (None, Some(LinkStatus::Revoked)) => {
                page_of_links!("revoked_s IS NOT NULL", issuer, status, now, before, limit)
                    .fetch_all(pool)
                    .await?
            }
            (
                None,
                Some(
                    LinkStatus::Pending
                    | LinkStatus::Opened
                    | LinkStatus::InProgress
                    | LinkStatus::Expired,
                ),
            ) => {
                page_of_links!(
                    "completed_s IS NULL AND revoked_s IS NULL",
                    issuer,
                    status,
                    now,
                    before,
                    limit,
                )
                .fetch_all(pool)
                .await?
            }
        };
        rows.into_iter().map(LinkRow::read).collect()
    }
}
