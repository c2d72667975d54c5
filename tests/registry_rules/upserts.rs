//! What `upsert` makes of a record: newer ones replace, denials always land.

use crate::*;

#[test]
fn a_newer_record_replaces_the_whole_word() {
    let mut case = Case::approved(1);
    case.upsert(approval(2).with_identity(OTHER).with_freeze(true));
    case.upsert(approval(3));
    assert_eq!(case.record, approval(3));
}

#[test]
fn a_stale_or_repeated_approval_is_skipped_without_a_trace() {
    let mut case = Case::approved(5);
    for version in [0, 4, 5] {
        let output = case.upsert(approval(version).with_identity(OTHER));
        assert_eq!(case.record, approval(5));
        assert_eq!(output.logs.len(), 1, "the register's head alone");
    }
}

#[test]
fn an_approval_counts_up_to_the_leap_and_not_beyond() {
    let mut case = Case::blank();
    case.upsert(approval(MAX_LEAP + 1));
    assert_eq!(case.record, WalletRecord::EMPTY);
    case.upsert(approval(MAX_LEAP));
    assert_eq!(case.record, approval(MAX_LEAP));
}

#[test]
fn a_stale_denial_lands_as_a_denial() {
    let mut case = Case::approved(5);
    case.upsert(approval(2).with_identity(OTHER).with_freeze(true));
    assert_eq!(case.record, approval(5).with_freeze(true));
    case.upsert(approval(2).with_approval(false));
    assert_eq!(
        case.record,
        approval(5).with_freeze(true).with_approval(false)
    );
}

#[test]
fn a_denial_from_far_ahead_lands_and_moves_the_version_by_the_leap() {
    let mut case = Case::approved(5);
    case.upsert(approval(u16::MAX).with_restriction(true));
    assert_eq!(case.record, approval(5 + MAX_LEAP).with_restriction(true));
}

#[test]
fn nobody_is_verified_without_an_identity() {
    let mut case = Case::approved(1);
    case.upsert(approval(2).with_identity(Address::ZERO));
    assert!(!case.record.is_approved() && !case.is_verified());
    // Nor is such a record, when stale, an approval to be skipped.
    let mut case = Case::approved(5);
    case.upsert(approval(2).with_identity(Address::ZERO));
    assert_eq!(case.record, approval(5).with_approval(false));
}

#[test]
fn the_agents_marks_and_the_reserved_bit_are_not_the_registers() {
    let mut case = Case::blank();
    case.upsert([253, 254, 255].into_iter().fold(approval(1), with_bit));
    assert_eq!(case.record, approval(1));
}

#[test]
fn the_same_wallet_twice_in_a_batch_is_taken_in_turn() {
    let mut case = Case::blank();
    let entries = [
        (WALLET, approval(2).0),
        (WALLET, approval(1).0),
        (WALLET, approval(3).0),
    ];
    case.registry.upsert(&entries).unwrap();
    case.record = approval(3);
    case.agree();
}

#[test]
fn batches_have_whole_entries_of_1_to_500_wallets() {
    let mut case = Case::blank();
    let entries = |count: u64| {
        (1..=count).map(|i| (Address::left_padding_from(&i.to_be_bytes()), approval(1).0))
    };
    case.registry
        .upsert(&entries(500).collect::<Vec<_>>())
        .unwrap();
    for count in [0, 501] {
        let revert = case
            .registry
            .upsert(&entries(count).collect::<Vec<_>>())
            .unwrap_err();
        let error = revert.error::<abi::InvalidBatchLength>().unwrap();
        assert_eq!(error.length, U256::from(count * 52));
    }
    let call = abi::upsertCall {
        head: HEAD,
        records: Bytes::from(vec![1; 53]),
    };
    let revert = case
        .registry
        .evm
        .send(MIRROR, case.registry.address, &call)
        .unwrap_err();
    assert!(revert.error::<abi::InvalidBatchLength>().is_some());
}

#[test]
fn the_zero_address_is_no_wallet() {
    let mut case = Case::blank();
    let entries = [(WALLET, approval(1).0), (Address::ZERO, approval(1).0)];
    let revert = case.registry.upsert(&entries).unwrap_err();
    assert_eq!(revert.error::<abi::ZeroWallet>().unwrap().index, U256::ONE);
    let revert = case.registry.deny(&[(Address::ZERO, 1, 1)]).unwrap_err();
    assert_eq!(revert.error::<abi::ZeroWallet>().unwrap().index, U256::ZERO);
    case.agree();
}
