//! The calls that carry batches, written and read back.

mod companion;

use alloy::{
    primitives::{Address, B256, Bytes},
    sol_types::SolCall,
};
use symbolon_bindings::IdentityRegistry;
use symbolon_core::{
    ids::AuthorityIndex,
    mirror::batch::{AuthorityRestriction, Batch, Call, RestrictionNumber},
};

pub(crate) use companion::harmless;

/// The contract that a batch is a call of.
pub(crate) fn target(registry: Address, batch: &Batch) -> Address {
    batch.companion().map_or(registry, |batch| batch.contract)
}

/// The call that carries a batch of this registry's, and the log's head (I9).
pub fn calldata(registry: Address, head: B256, batch: &Batch) -> Bytes {
    let packed = Bytes::from(batch.packed());
    match batch {
        Batch::Companion(batch) => companion::calldata(registry, head, batch),
        Batch::Upsert(_) => IdentityRegistry::upsertCall {
            head,
            records: packed,
        }
        .abi_encode(),
        Batch::Deny(_) => IdentityRegistry::denyCall {
            head,
            denials: packed,
        }
        .abi_encode(),
        Batch::Authority(told) if told.restricted => IdentityRegistry::restrictAuthorityCall {
            head,
            authority: told.authority.0,
        }
        .abi_encode(),
        Batch::Authority(told) => IdentityRegistry::liftRestrictionCall {
            head,
            authority: told.authority.0,
            restriction: told.number.0,
        }
        .abi_encode(),
    }
    .into()
}

/// The batch and the log's head in a transaction's calldata, if it is a call
/// of ours.
pub fn read_calldata(input: &[u8]) -> Option<(B256, Batch)> {
    if let Ok(call) = IdentityRegistry::upsertCall::abi_decode(input) {
        let batch = Batch::unpack(Call::Upsert, &call.records).ok()?;
        return Some((call.head, batch));
    }
    if let Ok(call) = IdentityRegistry::denyCall::abi_decode(input) {
        let batch = Batch::unpack(Call::Deny, &call.denials).ok()?;
        return Some((call.head, batch));
    }
    if let Ok(call) = IdentityRegistry::restrictAuthorityCall::abi_decode(input) {
        let told = AuthorityRestriction::cut_off(AuthorityIndex(call.authority));
        return Some((call.head, Batch::Authority(told)));
    }
    let call = IdentityRegistry::liftRestrictionCall::abi_decode(input).ok()?;
    let number = RestrictionNumber(call.restriction);
    let told = AuthorityRestriction::lifted(AuthorityIndex(call.authority), number);
    Some((call.head, Batch::Authority(told)))
}
