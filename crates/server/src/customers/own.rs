//! Who else than an instance knows its customer's investor.

use symbolon_core::{customer::Own, ids::InstanceName, investor::Investor};
use symbolon_store::{IssuerTransaction, StoreError};

/// The investor of an instance's customer, and what else hangs on it. Whoever is no
/// customer of this instance any more is somebody else's.
pub(crate) async fn own<'a>(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    investor: &'a Investor,
) -> Result<Own<'a>, StoreError> {
    let id = investor.id;
    let customer = transaction.customer_on(instance, id).await?;
    Ok(Own {
        investor,
        registered_here: customer.is_some_and(|customer| customer.registered_investor),
        shared: transaction.known_elsewhere(instance, id).await?,
        asked_elsewhere: transaction.asked_elsewhere(instance, id).await?,
        has_profile: transaction.has_profile(id).await?,
    })
}
