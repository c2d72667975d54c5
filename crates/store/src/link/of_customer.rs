//! Links that were made for an instance's customers, and that the instance sees; and those
//! that were not.

use symbolon_core::{
    customer::CustomerId,
    ids::{InstanceName, InvestorId, IssuerId},
    link::LinkId,
};

use super::{Link, LinkRow, NO_LINK};
use crate::{IssuerTransaction, Result, Store, codec::issuer_key};

/// Which of an investor's links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoseLinks {
    /// Those that the issuer made for its own ends.
    Issuers,
    /// Those that were made for an instance's customer, whichever.
    Instances,
}

impl Store {
    /// The links by which an investor is to be checked, or was, and which nobody took
    /// back, newest first, at most `limit` of them.
    pub async fn checks_asked(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        whose: WhoseLinks,
        limit: u32,
    ) -> Result<Vec<Link>> {
        let rows = select_links!(
            "FROM link WHERE issuer = $1 AND investor = $2 \
             AND provider IS NOT NULL AND revoked_s IS NULL \
             AND $3 = EXISTS (SELECT FROM customer_link c \
                 WHERE c.issuer = $1 AND c.link = link.link) \
             ORDER BY number DESC LIMIT $4",
            issuer_key(issuer),
            investor.0.as_slice(),
            whose == WhoseLinks::Instances,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(LinkRow::read).collect()
    }

    /// The links that were made for a customer before this one, newest first, at most
    /// `limit` of them.
    pub async fn links_of_customer(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        customer: CustomerId,
        before: Option<LinkId>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        let before = before.map(|link| link.0.to_vec());
        let rows = select_links!(
            "FROM link WHERE issuer = $1 AND link IN (SELECT c.link FROM customer_link c \
                 WHERE c.issuer = $1 AND c.instance = $2 AND c.customer = $3) \
             AND ($4::bytea IS NULL \
                 OR number < (SELECT b.number FROM link b WHERE b.issuer = $1 AND b.link = $4)) \
             ORDER BY number DESC LIMIT $5",
            issuer_key(issuer),
            instance.as_str(),
            customer.0.as_slice(),
            before,
            i64::from(limit),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(LinkRow::read).collect()
    }

    /// One link that was made for a customer; any other is as none.
    pub async fn link_of_customer(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        customer: CustomerId,
        link: LinkId,
    ) -> Result<Link> {
        select_links!(
            "FROM link WHERE issuer = $1 AND link = $4 AND link IN \
                 (SELECT c.link FROM customer_link c \
                 WHERE c.issuer = $1 AND c.instance = $2 AND c.customer = $3)",
            issuer_key(issuer),
            instance.as_str(),
            customer.0.as_slice(),
            link.0.as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(NO_LINK)?
        .read()
    }
}

impl IssuerTransaction {
    /// Whether an investor has links or attempts that are not this instance's.
    pub async fn asked_elsewhere(
        &mut self,
        instance: &InstanceName,
        investor: InvestorId,
    ) -> Result<bool> {
        let found = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM link l
                WHERE l.issuer = $1 AND l.investor = $3 AND NOT EXISTS (
                    SELECT FROM customer_link c
                    WHERE c.issuer = $1 AND c.link = l.link AND c.instance = $2))
            OR EXISTS (SELECT FROM verification v
                WHERE v.issuer = $1 AND v.investor = $3 AND NOT EXISTS (
                    SELECT FROM link l JOIN customer_link c
                        ON c.issuer = l.issuer AND c.link = l.link AND c.instance = $2
                    WHERE l.issuer = $1 AND l.investor = $3
                        AND l.verification = v.verification)) AS "found!""#,
            issuer_key(&self.issuer),
            instance.as_str(),
            investor.0.as_slice(),
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(found)
    }

    /// Notes for which customer a link was made.
    pub async fn add_customer_link(
        &mut self,
        instance: &InstanceName,
        customer: CustomerId,
        link: LinkId,
    ) -> Result<()> {
        sqlx::query!(
            "INSERT INTO customer_link (issuer, instance, customer, link) VALUES ($1, $2, $3, $4)",
            issuer_key(&self.issuer),
            instance.as_str(),
            customer.0.as_slice(),
            link.0.as_slice(),
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
