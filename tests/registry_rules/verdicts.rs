//! The one verdict (I4), and what a revoked wallet still says.

use crate::*;

#[test]
fn a_record_counts_before_its_expiry_and_not_at_it() {
    let mut case = Case::blank();
    case.upsert(approval(1).with_expiry(Some(UnixSeconds(NOW + 100))));
    assert!(case.at(NOW + 99).is_verified());
    assert!(!case.at(NOW + 100).is_verified());
}

#[test]
fn a_restricted_authority_takes_its_wallets_out_and_back() {
    let mut case = Case::blank();
    case.upsert(WalletRecord(approval(1).0 | (U256::from(7) << 236)));
    case.restrict_authority(7, true);
    assert!(!case.is_verified());
    case.restrict_authority(7, false);
    assert!(case.is_verified());
}

#[test]
fn the_owner_cannot_be_restricted() {
    let revert = Case::blank()
        .registry
        .restrict_authority(0, true)
        .unwrap_err();
    assert!(revert.error::<abi::OwnerCannotBeRestricted>().is_some());
}

#[test]
fn a_revoked_wallet_keeps_its_identity_and_country() {
    let mut case = Case::approved(1);
    case.deny(2, Grounds::REVOKED.byte());
    let registry = &mut case.registry;
    let _userAddress = WALLET;
    assert!(registry.ask(&abi::containsCall { _userAddress }).unwrap());
    assert_eq!(
        registry.ask(&abi::identityCall { _userAddress }).unwrap(),
        IDENTITY
    );
    assert_eq!(
        registry
            .ask(&abi::investorCountryCall { _userAddress })
            .unwrap(),
        GERMANY
    );
}
