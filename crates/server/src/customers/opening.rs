//! What an instance knows of a customer, for whoever may see it.

use symbolon_core::ids::{InstanceName, IssuerId};
use symbolon_store::{Customer, CustomerRecord};

use super::place;
use crate::{
    problem::Result,
    state::AppState,
    vault::{OpenedCustomer, VaultFailure},
};

/// What was opened.
#[derive(Debug)]
pub enum Opening {
    /// All that is known.
    Known(OpenedCustomer),
    /// Nothing: while it was opened the customer moved onto another investor, or its person
    /// was erased. It is this by now, of which the log has no opening yet.
    Changed(Box<CustomerRecord>),
}

/// Opens a customer as it was when its opening was decided, and so logged.
pub async fn open(
    state: &AppState,
    issuer: &IssuerId,
    instance: &InstanceName,
    customer: &Customer,
) -> Result<Opening> {
    let place = place(issuer, instance, customer);
    let failure = match state.vault()?.open_customer(&place).await {
        Ok(opened) => return Ok(Opening::Known(opened)),
        Err(failure @ (VaultFailure::KeyLost | VaultFailure::Vault(_))) => failure,
        Err(failure) => return Err(failure.into()),
    };
    let found = state.store.customer(issuer, instance, customer.id).await?;
    let is_same = found.customer.investor == customer.investor && found.customer.erased.is_none();
    match is_same {
        true => Err(failure.into()),
        false => Ok(Opening::Changed(Box::new(found))),
    }
}
