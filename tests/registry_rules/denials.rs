//! What `deny` adds, and that it only ever adds (I2).

use crate::*;

#[test]
fn every_ground_sets_its_flag_whatever_the_version() {
    for version in [0, 4, 5, 6] {
        let mut case = Case::approved(5);
        case.deny(version, Grounds::RESTRICTED.byte());
        case.deny(version, Grounds::FROZEN.byte());
        let held = approval(version.max(5))
            .with_restriction(true)
            .with_freeze(true);
        assert_eq!(case.record, held);
        case.deny(version, Grounds::REVOKED.byte());
        assert_eq!(case.record, held.with_approval(false));
    }
}

#[test]
fn a_denial_without_a_known_ground_revokes() {
    for grounds in [0, 0b1_0000] {
        let mut case = Case::approved(1);
        case.deny(2, grounds);
        assert_eq!(case.record, approval(2).with_approval(false));
    }
}

#[test]
fn removal_leaves_the_version_and_what_holds_the_wallet() {
    let mut case = Case::approved(1);
    case.deny(2, Grounds::FROZEN.byte());
    case.deny(3, Grounds::REMOVED.byte());
    assert_eq!(
        case.record,
        WalletRecord::tombstone(Version(3)).with_freeze(true)
    );
}

#[test]
fn the_version_moves_by_the_leap_at_most_and_never_past_the_last() {
    let mut case = Case::approved(5);
    case.deny(u16::MAX, 1);
    assert_eq!(case.record.version(), Version(5 + MAX_LEAP));
    for _ in 0..16 {
        case.deny(u16::MAX, 1);
    }
    assert_eq!(case.record.version(), Version(u16::MAX));
    case.deny(1, 1);
    assert_eq!(case.record.version(), Version(u16::MAX));
}

#[test]
fn an_unknown_wallet_that_is_denied_is_no_blank_one() {
    let mut case = Case::blank();
    case.deny(0, Grounds::REVOKED.byte());
    assert_eq!(case.record, WalletRecord::tombstone(Version(1)));
    assert_eq!(case.register(), Err(AgentRefusal::Denied));
}

#[test]
fn a_denial_repeated_changes_nothing() {
    let mut case = Case::approved(1);
    case.deny(2, 1);
    assert_eq!(case.deny(2, 1).logs.len(), 1, "the register's head alone");
}

#[test]
fn a_denial_wipes_the_agents_marks() {
    let mut case = Case::blank();
    case.register().unwrap();
    case.deny(1, Grounds::RESTRICTED.byte());
    assert!(!case.record.is_provisional());
    let mut case = Case::approved(1);
    case.delete().unwrap();
    case.deny(1, Grounds::REVOKED.byte());
    assert_eq!(case.record, WalletRecord::tombstone(Version(1)));
    assert_eq!(case.register(), Err(AgentRefusal::Denied));
}
