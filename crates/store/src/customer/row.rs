//! A customer's row.

use std::collections::HashMap;

use sqlx::PgConnection;
use symbolon_core::{customer::CustomerId, ids::IssuerId};

use super::{Customer, CustomerRecord};
use crate::{
    Result, StoreError,
    codec::{investor_id, issuer_key, seconds, unsigned, word},
    investor::{select_investors, with_wallets},
    link::id128,
};

pub(crate) struct CustomerRow {
    pub(crate) customer: Vec<u8>,
    pub(crate) number: i64,
    pub(crate) investor: Vec<u8>,
    pub(crate) registered_investor: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) references_made: i32,
    pub(crate) status: String,
    pub(crate) archived_s: Option<i64>,
    pub(crate) erased_s: Option<i64>,
    pub(crate) has_data: bool,
    pub(crate) notes: i64,
    pub(crate) challenge: Option<String>,
    pub(crate) revision: i64,
    pub(crate) created_s: i64,
    pub(crate) created_by: String,
    pub(crate) changed_s: i64,
}

/// The columns of [`CustomerRow`] of a table named `c`, then the rest of the query; so
/// that the list is written once and the SQL stays literal.
macro_rules! select_customers {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            crate::customer::row::CustomerRow,
            "SELECT c.customer, c.number, c.investor, c.registered_investor, c.external_id, \
             c.references_made, c.status, \
             c.archived_s, c.erased_s, c.data IS NOT NULL AS \"has_data!\", \
             (SELECT count(*) FROM customer_note n WHERE n.issuer = c.issuer \
                 AND n.instance = c.instance AND n.customer = c.customer) AS \"notes!\", \
             c.challenge, c.revision, c.created_s, c.created_by, c.changed_s " + $rest,
            $($argument),*
        )
    };
}
pub(crate) use select_customers;

impl CustomerRow {
    pub(super) fn read(self) -> Result<Customer> {
        let number = |value: i64, what| {
            let read = unsigned(value, what)?;
            u32::try_from(read).map_err(|_| StoreError::damaged(what))
        };
        let external_id = self.external_id.map(|id| id.parse()).transpose();
        Ok(Customer {
            id: CustomerId(id128(&self.customer, "a customer's id")?),
            number: unsigned(self.number, "a customer's number")?,
            investor: investor_id(&self.investor)?,
            registered_investor: self.registered_investor,
            external_id: external_id
                .map_err(|_| StoreError::damaged("a customer's external id"))?,
            references_made: number(self.references_made.into(), "a count of reference keys")?,
            status: word(&self.status, "status of a customer")?,
            archived: self.archived_s.map(seconds).transpose()?,
            erased: self.erased_s.map(seconds).transpose()?,
            has_data: self.has_data,
            notes: number(self.notes, "a count of notes")?,
            challenge: self.challenge,
            revision: unsigned(self.revision, "a customer's revision")?,
            created: seconds(self.created_s)?,
            created_by: self.created_by,
            changed: seconds(self.changed_s)?,
        })
    }
}

/// Adds the investors, with two more queries for the whole page.
pub(super) async fn with_investors(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    rows: Vec<CustomerRow>,
) -> Result<Vec<CustomerRecord>> {
    let ids: Vec<_> = rows.iter().map(|row| row.investor.clone()).collect();
    let investors = select_investors!(
        "FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL ( \
             SELECT * FROM investor WHERE issuer = $1 AND investor = k.key LIMIT 1) i",
        issuer_key(issuer),
        &ids,
    )
    .fetch_all(&mut *connection)
    .await?;
    let investors = with_wallets(connection, issuer, investors).await?;
    let mut found: HashMap<_, _> = investors
        .into_iter()
        .map(|record| (record.investor.id, record.investor))
        .collect();
    rows.into_iter()
        .map(|row| {
            let customer = row.read()?;
            let investor = found.remove(&customer.investor);
            let investor =
                investor.ok_or_else(|| StoreError::damaged("a customer's investor is missing"))?;
            Ok(CustomerRecord { customer, investor })
        })
        .collect()
}
