//! Two issuers with the same customers never see each other.

use std::time::Duration;

use symbolon_core::{federation::KeyPowers, log::EntryNumber, mirror::lane::Part};
use symbolon_store::{ApiKey, InvestorFilter, KeyHash};

use crate::support::{NOW, ONE, Register, actor, admit, decide, id, issuer, open, wallet};

#[tokio::test]
async fn the_same_wallets_and_ids_belong_to_two_issuers_apart() {
    let register = Register::with_customers(3).await;
    let other = issuer("bravo");
    let store = register.store();
    open(store, &other).await;
    decide(store, &other, vec![admit(1), admit(2)]).await;
    register.revoke(1).await;

    let there = store
        .wallet_report(&other, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert!(!there.desired(&ONE.into()).denies());
    assert_eq!(there.wallet.version.0, 1);
    assert!(
        store
            .wallet_report(&other, wallet(3))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.investor(&other, id(3)).await.is_err());
    let page = store
        .investors(&other, &InvestorFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(page.investors.len(), 2);
    assert_eq!(
        store
            .entries(&other, Default::default(), 10)
            .await
            .unwrap()
            .len(),
        2
    );
    let taken = store.take_lease(&other, ONE, "test", Duration::ZERO);
    let lease = taken.await.unwrap().unwrap();
    assert_eq!(
        store
            .pull(&lease, &ONE.into(), Part::After(EntryNumber(0)), 10)
            .await
            .unwrap()
            .records
            .len(),
        2
    );
    assert!(
        store
            .pull(&lease, &ONE.into(), Part::Denials, 10)
            .await
            .unwrap()
            .records
            .is_empty()
    );
    assert_eq!(store.verify_log(&other).await.unwrap().head.number.0, 2);
    assert_eq!(
        store
            .verify_log(&register.issuer)
            .await
            .unwrap()
            .head
            .number
            .0,
        4
    );
    assert_eq!(store.issuers().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_opens_its_own_issuer_alone() {
    let register = Register::empty().await;
    let store = register.store();
    let other = issuer("bravo");
    open(store, &other).await;
    let key = ApiKey::from_random(&register.issuer, [1; 32]);
    let powers = KeyPowers::default();
    store
        .create_api_key("backend", &key, &powers, &actor(), NOW)
        .await
        .unwrap()
        .unwrap();
    let owner = store
        .key_owner(&KeyHash::of(key.text()).unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (owner.issuer, owner.name.as_str()),
        (register.issuer.clone(), "backend")
    );
    // The same secret under another issuer's name.
    let forged = ApiKey::from_random(&other, [1; 32]);
    assert_eq!(
        store
            .key_owner(&KeyHash::of(forged.text()).unwrap())
            .await
            .unwrap(),
        None
    );
    assert!(store.api_keys(&other).await.unwrap().is_empty());
    let there = store.revoke_api_key(&other, "backend", &actor(), NOW).await;
    assert!(there.is_err());
    store
        .revoke_api_key(&register.issuer, "backend", &actor(), NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        store
            .key_owner(&KeyHash::of(key.text()).unwrap())
            .await
            .unwrap(),
        None
    );
    let stranger = ApiKey::from_random(&issuer("nobody"), [2; 32]);
    assert!(matches!(
        store
            .create_api_key("x", &stranger, &powers, &actor(), NOW)
            .await,
        Err(symbolon_store::StoreError::NotFound { what: "issuer" })
    ));
}
