//! A link for a customer's person, which the customer's instance sees.

use symbolon_core::{
    actor::Actor, customer::CustomerId, ids::InstanceName, link::LinkToken, time::UnixSeconds,
};
use symbolon_store::IssuerTransaction;

use super::{changeable, still_on};
use crate::{
    links::{self, PreparedLink},
    problem::Result,
};

/// Stores a link that was prepared for the investor on whom the customer stood.
pub async fn store(
    transaction: &mut IssuerTransaction,
    (instance, customer): (&InstanceName, CustomerId),
    prepared: &PreparedLink,
    token: Option<&LinkToken>,
    by: &Actor,
    now: UnixSeconds,
) -> Result<()> {
    let found = changeable(transaction, instance, customer).await?;
    still_on(&found, links::link(prepared).purpose.investor)?;
    links::store(transaction, prepared, token, by, now).await?;
    Ok(transaction
        .add_customer_link(instance, customer, prepared.id())
        .await?)
}
