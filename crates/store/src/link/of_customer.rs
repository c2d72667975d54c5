//! Links that were made for an instance's customers, and that the instance sees.

use symbolon_core::{
    customer::CustomerId,
    ids::{InstanceName, IssuerId},
    link::LinkId,
};

use super::{Link, LinkRow, NO_LINK};
use crate::{IssuerTransaction, Result, Store, codec::issuer_key};

impl Store {
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
