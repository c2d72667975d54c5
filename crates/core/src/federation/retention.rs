//! For how long profiles are kept: the owner's to say, and the log's to tell, since
//! what was erased too early nobody brings back (I7).

use super::{Federation, FederationEvent, FederationRefusal};
use crate::{actor::Actor, custody::Retention};

/// What follows from keeping profiles so from now on; nothing where they are kept so
/// already.
pub fn set_retention(
    federation: &Federation,
    to: Retention,
    actor: &Actor,
) -> Result<Option<FederationEvent>, FederationRefusal> {
    if !actor.authority.is_owner() {
        return Err(FederationRefusal::OwnerOnly);
    }
    let from = federation.retention;
    Ok((from != to).then_some(FederationEvent::RetentionSet { from, to }))
}
