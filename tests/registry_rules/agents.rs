//! What agents may write, and how far it counts.

use crate::*;

#[test]
fn a_registration_is_provisional_and_lasts_the_term() {
    let mut case = Case::blank();
    case.register().unwrap();
    assert!(case.record.is_provisional() && case.record.version() == Version(0));
    assert!(case.at(NOW + DAY - 1).is_verified());
    assert!(!case.at(NOW + DAY).is_verified());
}

#[test]
fn the_term_may_be_nothing_or_without_limit() {
    let mut case = Case::blank();
    case.set_term(AgentTerm::Seconds(0));
    case.register().unwrap();
    assert!(!case.is_verified());
    let mut case = Case::blank();
    case.set_term(AgentTerm::Unlimited);
    case.register().unwrap();
    assert_eq!(case.record.expiry(), None);
    assert!(case.at(UnixSeconds::MAX_ON_CHAIN.0).is_verified());
}

#[test]
fn the_longest_term_ends_with_what_a_record_can_say() {
    let mut case = Case::blank();
    case.set_term(AgentTerm::Seconds((1 << 40) - 2));
    case.register().unwrap();
    assert_eq!(case.record.expiry(), Some(UnixSeconds::MAX_ON_CHAIN));
}

#[test]
fn the_register_confirms_a_registration() {
    let mut case = Case::blank();
    case.register().unwrap();
    case.upsert(approval(1));
    assert!(case.at(NOW + 10 * DAY).is_verified() && !case.record.is_provisional());
}

#[test]
fn nobody_registers_twice() {
    let mut case = Case::approved(1);
    assert_eq!(case.register(), Err(AgentRefusal::Contained));
    case.deny(2, Grounds::REVOKED.byte());
    assert_eq!(case.register(), Err(AgentRefusal::Contained));
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let mut case = Case::blank();
    assert_eq!(case.update_identity(OTHER), Err(AgentRefusal::NotContained));
    assert_eq!(case.update_country(756), Err(AgentRefusal::NotContained));
    assert_eq!(case.delete(), Err(AgentRefusal::NotContained));
}

#[test]
fn a_change_shortens_the_record_to_the_term_and_never_lengthens_it() {
    let mut case = Case::approved(1);
    case.update_country(756).unwrap();
    let changed = approval(1).with_country_code(756).with_provisional(true);
    assert_eq!(
        case.record,
        changed.with_expiry(Some(UnixSeconds(NOW + DAY)))
    );
    case.at(NOW + 10);
    case.update_identity(OTHER).unwrap();
    assert_eq!(
        case.record,
        changed
            .with_identity(OTHER)
            .with_expiry(Some(UnixSeconds(NOW + DAY)))
    );
    case.set_term(AgentTerm::Unlimited);
    case.update_country(GERMANY).unwrap();
    assert_eq!(case.record.expiry(), Some(UnixSeconds(NOW + DAY)));
}

#[test]
fn a_change_lifts_no_denial() {
    for grounds in [Grounds::REVOKED, Grounds::RESTRICTED, Grounds::FROZEN] {
        let mut case = Case::approved(1);
        case.deny(2, grounds.byte());
        case.update_identity(OTHER).unwrap();
        case.update_country(756).unwrap();
        assert!(!case.is_verified());
    }
}

#[test]
fn a_token_recovers_a_wallet_and_may_come_back() {
    let mut case = Case::approved(3);
    case.delete().unwrap();
    assert_eq!(
        case.record,
        WalletRecord::tombstone(Version(3)).with_vacated(true)
    );
    case.register().unwrap();
    assert!(case.is_verified() && case.record.version() == Version(3));
}

#[test]
fn deleting_is_no_way_around_a_denial() {
    for grounds in [Grounds::REVOKED, Grounds::RESTRICTED, Grounds::FROZEN] {
        let mut case = Case::approved(1);
        case.deny(2, grounds.byte());
        case.delete().unwrap();
        assert_eq!(case.register(), Err(AgentRefusal::Denied));
    }
}

#[test]
fn deleting_is_no_way_around_an_expiry_either() {
    let mut case = Case::blank();
    case.upsert(approval(1).with_expiry(Some(UnixSeconds(NOW + 1))));
    case.at(NOW + 1).delete().unwrap();
    assert_eq!(case.register(), Err(AgentRefusal::Denied));
}

#[test]
fn nor_around_a_restricted_authority() {
    let mut case = Case::blank();
    case.upsert(WalletRecord(approval(1).0 | (U256::from(7) << 236)));
    case.restrict_authority(7, true);
    case.delete().unwrap();
    assert_eq!(case.register(), Err(AgentRefusal::Denied));
}

#[test]
fn an_agents_own_registration_that_ran_out_may_be_renewed() {
    let mut case = Case::blank();
    case.register().unwrap();
    case.at(NOW + DAY).delete().unwrap();
    assert_eq!(case.record, WalletRecord::EMPTY);
    case.register().unwrap();
    assert!(case.is_verified());
}

#[test]
fn arguments_are_checked() {
    let mut case = Case::blank();
    let call = |_userAddress, _identity, _country| abi::registerIdentityCall {
        _userAddress,
        _identity,
        _country,
    };
    for zero in [
        call(Address::ZERO, IDENTITY, GERMANY),
        call(WALLET, Address::ZERO, GERMANY),
    ] {
        let revert = case.registry.act(&zero).unwrap_err();
        assert_eq!(revert.reason, "invalid argument - zero address");
    }
    let revert = case
        .registry
        .act(&call(WALLET, IDENTITY, 1024))
        .unwrap_err();
    assert_eq!(
        revert.error::<abi::CountryOutOfRange>().unwrap().country,
        1024
    );
}
