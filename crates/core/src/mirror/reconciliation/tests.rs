//! One example of each comparison and of what follows from it.

use alloy_primitives::Address;

use super::*;
use crate::wallet::Version;

const NOW: UnixSeconds = UnixSeconds(1_795_219_200);
const PASSED: UnixSeconds = UnixSeconds(NOW.0);

const ALONE: Circumstances = Circumstances {
    bound: true,
    carried: false,
    disputed: false,
    unclear_elsewhere: false,
    unexpected: false,
    lossy: false,
};

fn approved(version: u16) -> WalletRecord {
    WalletRecord::tombstone(Version(version))
        .with_identity(Address::with_last_byte(2))
        .with_approval(true)
}

fn revoked(version: u16) -> WalletRecord {
    approved(version).with_approval(false)
}

fn by_an_agent(version: u16) -> WalletRecord {
    approved(version)
        .with_identity(Address::with_last_byte(3))
        .with_provisional(true)
}

#[test]
fn each_pair_of_records_compares_as_it_should() {
    let (never_told, removed) = (WalletRecord::EMPTY, WalletRecord::tombstone(Version(3)));
    let expired = approved(3).with_expiry(Some(PASSED));
    let others = approved(3).with_identity(Address::with_last_byte(9));
    for (desired, held, expected) in [
        (approved(3), approved(3), Finding::InStep),
        (never_told, by_an_agent(1), Finding::Provisional),
        (approved(3), by_an_agent(1), Finding::Provisional),
        (revoked(3), by_an_agent(1), Finding::ChainApproves),
        (expired, by_an_agent(1), Finding::ChainApproves),
        (
            never_told,
            by_an_agent(1).with_expiry(Some(PASSED)),
            Finding::ChainApproves,
        ),
        (revoked(3), approved(2), Finding::ChainApproves),
        (removed, approved(2), Finding::ChainApproves),
        (removed, revoked(2), Finding::InStep),
        (revoked(3), revoked(2), Finding::Differs),
        (expired, approved(2), Finding::ChainApproves),
        (expired, revoked(2), Finding::InStep),
        (approved(3), others, Finding::Differs),
        (approved(3), WalletRecord::EMPTY, Finding::Differs),
        (approved(3), revoked(3), Finding::ChainDenies),
        (
            approved(3),
            WalletRecord::tombstone(Version(2)),
            Finding::ChainDenies,
        ),
        (approved(3), expired, Finding::ChainDenies),
    ] {
        let found = finding(desired, held, false, NOW);
        assert_eq!(found, expected, "{desired:?} {held:?}");
    }
}

#[test]
fn what_may_be_lost_is_not_on_its_way_unless_the_chain_would_take_it() {
    assert!(is_on_its_way(approved(3), revoked(3), false));
    assert!(!is_on_its_way(approved(3), revoked(3), true));
    assert!(is_on_its_way(approved(3), revoked(2), true));
    assert!(is_on_its_way(revoked(2), approved(3), true));
}

#[test]
fn a_record_lands_above_what_is_held_or_as_the_denial_that_it_is() {
    assert!(lands(approved(3), revoked(2)));
    assert!(lands(revoked(3), approved(2)));
    assert!(!lands(approved(3), revoked(3)));
    assert!(lands(revoked(3), approved(3)));
    assert!(!lands(revoked(3), approved(4)));
    let others = approved(3).with_identity(Address::with_last_byte(9));
    assert!(!lands(revoked(3), others));
}

#[test]
fn a_renewal_waits_for_what_other_chains_hold() {
    let others = approved(3).with_identity(Address::with_last_byte(9));
    let follows = |desired, known| remedy(Finding::Differs, desired, others, known);
    let unclear = Circumstances {
        unclear_elsewhere: true,
        ..ALONE
    };
    assert_eq!(follows(approved(3), unclear), Remedy::AwaitOthers);
    let told = |renewed| Remedy::Tell { renewed };
    assert_eq!(follows(approved(3), ALONE), told(true));
    assert_eq!(follows(approved(4), unclear), told(false));
    assert_eq!(follows(revoked(3), unclear), told(true), "it lifts nothing");
    let removed = WalletRecord::tombstone(Version(2));
    assert_eq!(follows(removed, unclear), told(false));
    assert_eq!(follows(removed, ALONE), told(true));
}

#[test]
fn what_is_disputed_or_may_be_lost_is_left_to_people() {
    let others = approved(3).with_identity(Address::with_last_byte(9));
    let disputed = Circumstances {
        disputed: true,
        ..ALONE
    };
    let lossy = Circumstances {
        lossy: true,
        ..ALONE
    };
    for (finding, desired, known) in [
        (Finding::ChainDenies, approved(3), ALONE),
        (Finding::ChainDenies, approved(3), lossy),
        (Finding::Differs, approved(3), disputed),
        (Finding::Differs, approved(4), lossy),
    ] {
        let follows = remedy(finding, desired, others, known);
        assert_eq!(follows, Remedy::Dispute, "{finding:?} {known:?}");
    }
    let follows = remedy(Finding::Differs, approved(4), others, disputed);
    assert_eq!(follows, Remedy::Tell { renewed: false });
}
