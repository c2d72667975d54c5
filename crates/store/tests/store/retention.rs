//! For how long profiles are kept: the log has who changed it, and nothing else changes it.

use alloy_primitives::Address;
use symbolon_core::{
    custody::{Retention, RetentionYears},
    federation::{FederationEvent, FederationRefusal, KeyPowers},
    ids::ChainId,
};
use symbolon_store::{ApiKey, AuditError, FederationFailure, StateDifference, StoreError, Writer};

use crate::{
    federation::{BAFIN, acting_for},
    support::{NOW, Register, actor, admit},
};

const TEN_BY_ITSELF: Retention = Retention {
    years: RetentionYears(10),
    erases_by_itself: true,
};

#[tokio::test]
async fn the_log_tells_who_changed_the_retention_from_what_to_what() {
    let register = Register::with_authorities().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let before = store.head(issuer).await.unwrap().number;
    let mut transaction = store.begin(issuer).await.unwrap();
    let bafin = acting_for(BAFIN);
    let refused = transaction.set_retention(TEN_BY_ITSELF, &bafin, NOW);
    let refused = refused.await.unwrap();
    let owner_only = FederationFailure::from(FederationRefusal::OwnerOnly);
    assert_eq!(refused, Err(owner_only));
    let maria = actor();
    let set = transaction.set_retention(TEN_BY_ITSELF, &maria, NOW).await;
    assert_eq!(set.unwrap(), Ok(Some(before.next())));
    let again = transaction.set_retention(TEN_BY_ITSELF, &maria, NOW).await;
    assert_eq!(again.unwrap(), Ok(None));
    transaction.commit().await.unwrap();

    let entries = store.entries(issuer, before, 10).await.unwrap();
    let [told] = &entries[..] else {
        panic!("{entries:?}")
    };
    assert_eq!(told.entry.actor, "cli:maria");
    let events: Vec<FederationEvent> = serde_json::from_str(&told.entry.events).unwrap();
    let (from, to) = (Retention::default(), TEN_BY_ITSELF);
    assert_eq!(events, [FederationEvent::RetentionSet { from, to }]);
    let kept = store.begin(issuer).await.unwrap().retention().await;
    assert_eq!(kept.unwrap(), TEN_BY_ITSELF);
    store.verify_log(issuer).await.unwrap();
}

#[tokio::test]
async fn the_audit_sees_a_retention_that_was_changed_in_the_database() {
    for edit in [
        "UPDATE issuer SET retention_years = 1",
        "UPDATE issuer SET erases_by_itself = true",
    ] {
        let register = Register::empty().await;
        register.tamper(edit).await;
        let audited = register.store().verify_log(&register.issuer).await;
        assert!(
            matches!(audited, Err(AuditError::State(StateDifference::Retention))),
            "{edit}: {audited:?}"
        );
    }
}

/// Who decides is chosen before anything is decided; keys and the retention decide
/// nothing about anybody.
#[tokio::test]
async fn a_writer_is_chosen_after_keys_and_before_decisions() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let (key, powers, maria) = (
        ApiKey::from_random(issuer, [1; 32]),
        KeyPowers::default(),
        actor(),
    );
    let made = store.create_api_key("backend", &key, &powers, &maria, NOW);
    made.await.unwrap().unwrap();
    let revoked = store.revoke_api_key(issuer, "backend", &maria, NOW).await;
    revoked.unwrap().unwrap();
    let mut transaction = store.begin(issuer).await.unwrap();
    let set = transaction.set_retention(TEN_BY_ITSELF, &maria, NOW).await;
    set.unwrap().unwrap();
    let registrar = Writer::Registrar {
        chain: ChainId(1),
        address: Address::repeat_byte(7),
        deployed_block: 1,
    };
    transaction.set_writer(registrar).await.unwrap();
    transaction.set_writer(Writer::Register).await.unwrap();
    transaction.commit().await.unwrap();
    register.decide(vec![admit(1)]).await;
    let mut transaction = store.begin(issuer).await.unwrap();
    let refused = transaction.set_writer(registrar).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
}
