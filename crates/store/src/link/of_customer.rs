//! Links that were made for an instance's customers, and that the instance sees.

use alloy_primitives::B128;
use symbolon_core::{
    customer::CustomerId,
    ids::{InstanceName, IssuerId},
    link::LinkId,
    time::UnixSeconds,
};

use super::{Link, LinkRow, NO_LINK};
use crate::{
    IssuerTransaction, Result, Store,
    codec::{bigint, issuer_key},
};

impl Store {
    /// The links that were made for a customer before this one, newest first, at most
    /// `limit` of them.
    pub async fn links_of_customer(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        customer: CustomerId,
        before: Option<(UnixSeconds, LinkId)>,
        limit: u32,
    ) -> Result<Vec<Link>> {
        let (at, id) = before.unwrap_or((UnixSeconds(u64::MAX), LinkId(B128::repeat_byte(0xff))));
        let rows = select_links!(
            "FROM link WHERE issuer = $1 AND link IN (SELECT c.link FROM customer_link c \
                 WHERE c.issuer = $1 AND c.instance = $2 AND c.customer = $3) \
             AND (created_s, link) < ($4, $5) ORDER BY created_s DESC, link DESC LIMIT $6",
            issuer_key(issuer),
            instance.as_str(),
            customer.0.as_slice(),
            bigint(at.0),
            id.0.as_slice(),
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
