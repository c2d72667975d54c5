//! Registries that hold a part of the register.

use symbolon_core::{
    command::Command,
    country::Country,
    ids::{ChainId, RegistryId},
    investor::RevocationReason,
    mirror::{
        filter::{MirroredRegistry, RegistryFilter},
        lane::Part,
    },
};
use symbolon_store::{NewChain, Subject};

use crate::support::{ONE, Register, chain, row, verdict, wallet};

/// The second registry on the first chain, for Germans.
const GERMANS: RegistryId = RegistryId {
    chain: ChainId(31_337),
    place: 1,
};

fn germany() -> Country {
    "DE".parse().unwrap()
}

/// The registry for Germans.
fn germans() -> NewChain {
    let filter = RegistryFilter {
        countries: [germany()].into(),
        ..RegistryFilter::default()
    };
    NewChain {
        filter,
        ..chain(GERMANS)
    }
}

fn target() -> MirroredRegistry {
    germans().target()
}

/// With a German and an American customer, and a registry for Germans.
async fn register() -> Register {
    let register = Register::empty().await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction.add_chain(&germans()).await.unwrap();
    transaction.commit().await.unwrap();
    let customers = vec![
        row(1, wallet(1), None, verdict(germany())),
        row(2, wallet(2), None, verdict(Country::US)),
    ];
    for answer in register.decide(customers).await {
        answer.unwrap();
    }
    register
}

async fn pull(register: &Register, part: Part) -> Vec<(u8, bool)> {
    let (store, lease) = (register.store(), register.lease(target().id).await);
    let pulled = store.pull(&lease, &target(), part, 10).await;
    let records = pulled.unwrap().records;
    records
        .iter()
        .map(|pending| {
            let wallet = pending.owed.wallet.address().as_slice()[0];
            (wallet, pending.desired.denies())
        })
        .collect()
}

#[tokio::test]
async fn a_registry_holds_whom_its_filter_admits() {
    let register = register().await;
    let in_turn = pull(&register, Part::After(Default::default())).await;
    assert_eq!(in_turn, [(1, false), (2, true)]);
    assert!(pull(&register, Part::Denials).await.is_empty());
    let store = register.store();
    let report = store.wallet_report(&register.issuer, wallet(2)).await;
    let report = report.unwrap().unwrap();
    assert!(
        !report.is_pending(&target()),
        "a registry needs no tombstone of somebody whom it never held"
    );
    assert!(report.is_pending(&ONE.into()));
    let known = store.chain(&register.issuer, GERMANS).await.unwrap();
    assert_eq!(known.chain.target(), target());
}

#[tokio::test]
async fn whoever_leaves_a_filter_is_denied_there_at_once() {
    let register = register().await;
    let moved = Command::Verify(verdict(Country::US));
    register.one(Subject::Wallet(wallet(1)), moved).await;
    assert_eq!(pull(&register, Part::Denials).await, [(1, true)]);
    assert!(register.denials(ONE).await.is_empty());
}

#[tokio::test]
async fn a_revocation_concerns_the_registries_that_hold_the_investor() {
    let register = register().await;
    for n in [1, 2] {
        let revoke = Command::Revoke(RevocationReason::Sanctions);
        register.one(Subject::Wallet(wallet(n)), revoke).await;
    }
    assert_eq!(pull(&register, Part::Denials).await, [(1, true)]);
    assert_eq!(register.denials(ONE).await.len(), 2);
}
