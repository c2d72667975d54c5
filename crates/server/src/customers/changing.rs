//! What an instance changes of its customers: decided by
//! [`Standing::change`](symbolon_core::customer::Standing::change), logged with whoever
//! asked for it, then stored, in one transaction.

use alloy_primitives::B256;
use symbolon_core::{
    actor::Actor,
    command::Command,
    customer::{CustomerData, CustomerId, CustomerStatus, WantedChange},
    ids::{ExternalId, InstanceName, InvestorId, IssuerId},
    register::Refusal,
    time::UnixSeconds,
};
use symbolon_store::{Customer, CustomerRecord, IssuerTransaction, SealedData, Subject};

use super::{decide, place, still_on};
use crate::{
    problem::{Problem, Result, catalog},
    state::AppState,
};

/// A customer that may be changed: it is not archived.
pub async fn changeable(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    customer: CustomerId,
) -> Result<Customer> {
    let customer = transaction.lock_customer(instance, customer).await?;
    let changeable = customer.standing().changeable();
    changeable.map_err(|_| Problem::plain(&catalog::CUSTOMER_ARCHIVED))?;
    Ok(customer)
}

/// Puts a change on record; `false` where all is so already.
pub(super) async fn logged(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    customer: &Customer,
    wanted: WantedChange<'_>,
    by: &Actor,
    now: UnixSeconds,
) -> Result<bool> {
    let change = customer.standing().change(wanted);
    let change = change.map_err(|_| Problem::plain(&catalog::CUSTOMER_ARCHIVED))?;
    let Some(change) = change else {
        return Ok(false);
    };
    let command = Command::ChangeCustomer {
        instance: instance.clone(),
        change,
    };
    let subject = Subject::Investor(customer.investor);
    decide(transaction, subject, command, by, now).await?;
    Ok(true)
}

/// Says where a customer stands with its instance.
pub async fn set_status(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    customer: CustomerId,
    status: CustomerStatus,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Customer> {
    let found = transaction.lock_customer(instance, customer).await?;
    let wanted = WantedChange::SetStatus(status);
    if !logged(transaction, instance, &found, wanted, by, now).await? {
        return Ok(found);
    }
    transaction
        .set_customer_status(instance, customer, status, now)
        .await?;
    Ok(transaction.lock_customer(instance, customer).await?)
}

/// Puts a customer away, or takes it out again.
pub async fn archive(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    customer: CustomerId,
    archived: bool,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Customer> {
    let found = transaction.lock_customer(instance, customer).await?;
    let wanted = match archived {
        true => WantedChange::Archive,
        false => WantedChange::Restore,
    };
    if !logged(transaction, instance, &found, wanted, by, now).await? {
        return Ok(found);
    }
    transaction
        .archive_customer(instance, customer, archived, now)
        .await?;
    Ok(transaction.lock_customer(instance, customer).await?)
}

/// Gives a customer another reference key, of which this is the hash; the one before
/// names nobody any more.
pub async fn renew_reference(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    customer: CustomerId,
    hash: B256,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Customer> {
    let found = transaction.lock_customer(instance, customer).await?;
    let wanted = WantedChange::RenewReference;
    logged(transaction, instance, &found, wanted, by, now).await?;
    transaction
        .renew_reference(instance, customer, hash, now)
        .await?;
    Ok(transaction.lock_customer(instance, customer).await?)
}

/// Lets an instance have another reference for a customer, or none. One that another
/// customer has is refused.
pub async fn set_external_id(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    customer: CustomerId,
    external_id: Option<&ExternalId>,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Customer> {
    let found = transaction.lock_customer(instance, customer).await?;
    let wanted = WantedChange::SetExternalId(external_id);
    if !logged(transaction, instance, &found, wanted, by, now).await? {
        return Ok(found);
    }
    transaction
        .set_customer_external_id(instance, customer, external_id, now)
        .await?;
    Ok(transaction.lock_customer(instance, customer).await?)
}

/// What an instance is to know of a customer, sealed for the investor on whom it stood
/// then.
#[derive(Debug)]
pub struct PreparedData {
    customer: CustomerId,
    investor: InvestorId,
    sealed: SealedData,
}

/// Seals what is to be known of a customer; with nothing, it is forgotten.
pub async fn prepare_data(
    state: &AppState,
    issuer: &IssuerId,
    instance: &InstanceName,
    found: &CustomerRecord,
    data: Option<&CustomerData>,
) -> Result<PreparedData> {
    Refusal::unless_known(&found.investor)?;
    let place = place(issuer, instance, &found.customer);
    Ok(PreparedData {
        customer: found.customer.id,
        investor: found.customer.investor,
        sealed: state.vault()?.seal_data(&place, data).await?,
    })
}

/// Stores what was sealed.
pub async fn store_data(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    prepared: &PreparedData,
    by: &Actor,
    now: UnixSeconds,
) -> Result<Customer> {
    let found = changeable(transaction, instance, prepared.customer).await?;
    still_on(&found, prepared.investor)?;
    let wanted = match prepared.sealed.data {
        Some(_) => WantedChange::ReplaceData,
        None => WantedChange::ForgetData,
    };
    if !logged(transaction, instance, &found, wanted, by, now).await? {
        return Ok(found);
    }
    transaction
        .keep_customer_data(instance, found.id, &prepared.sealed, now)
        .await?;
    Ok(transaction.lock_customer(instance, found.id).await?)
}
