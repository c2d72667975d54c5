//! What core packs is what the contract reads.

use symbolon_core::{
    mirror::batch::{Batch, Denial, Upsert},
    wallet::WalletAddress,
};

use crate::*;

#[test]
fn records() {
    let mut case = Case::blank();
    let wallet = WalletAddress::new(WALLET).unwrap();
    let batch = Batch::Upsert(vec![Upsert {
        wallet,
        record: approval(0x0102),
    }]);
    let call = abi::upsertCall {
        head: HEAD,
        records: batch.packed().into(),
    };
    case.registry
        .evm
        .send(MIRROR, case.registry.address, &call)
        .unwrap();
    case.record = approval(0x0102);
    case.agree();
}

#[test]
fn denials() {
    let mut case = Case::approved(1);
    let wallet = WalletAddress::new(WALLET).unwrap();
    let (version, grounds) = (Version(0x0102), Grounds::RESTRICTED.and(Grounds::FROZEN));
    let batch = Batch::Deny(vec![Denial {
        wallet,
        version,
        grounds,
    }]);
    let call = abi::denyCall {
        head: HEAD,
        denials: batch.packed().into(),
    };
    case.registry
        .evm
        .send(MIRROR, case.registry.address, &call)
        .unwrap();
    case.record = approval(0x0102).with_restriction(true).with_freeze(true);
    case.agree();
}
