//! Several servers at one lane: one has it, and what another one writes that
//! had it before is refused.

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes};
use symbolon_core::{
    log::EntryNumber,
    mirror::{
        batch::{Batch, Upsert},
        fees::{Gas, GasPrice},
        lane::{Attempt, Envelope, Inspection, Nonce, Outcome, Part, Signed},
        plan::{Discharge, Owed},
    },
    time::UnixMillis,
};
use symbolon_store::{ChainStatus, FencingToken, Hint, Lease, StoreError};

use crate::support::{NOW, ONE, Register, TWO, wallet};

const SIGNER: Address = Address::repeat_byte(0x51);
const LONG: Duration = Duration::from_secs(3600);

async fn take(register: &Register, holder: &str, term: Duration) -> Option<Lease> {
    let (store, issuer) = (register.store(), &register.issuer);
    store.take_lease(issuer, ONE, holder, term).await.unwrap()
}

async fn driver(register: &Register) -> Option<String> {
    let chain = register.store().chain(&register.issuer, ONE).await.unwrap();
    chain.driver.map(|driver| driver.name)
}

fn refused<T>(outcome: Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Fenced))
}

#[tokio::test]
async fn a_lane_is_taken_only_when_nobody_has_it() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    assert_eq!(driver(&register).await, None);
    let first = take(&register, "first", LONG).await.unwrap();
    assert_eq!(first.token(), FencingToken(1));
    assert_eq!(take(&register, "second", LONG).await, None);
    assert_eq!(driver(&register).await.as_deref(), Some("first"));
    let remaining = store.lease_remaining(issuer, ONE).await.unwrap();
    assert!(remaining <= LONG && remaining > LONG / 2, "{remaining:?}");
    let other = store.take_lease(issuer, TWO, "second", LONG).await;
    assert!(other.unwrap().is_some(), "each lane has a lease of its own");

    store.renew_lease(&first, Duration::ZERO).await.unwrap();
    assert_eq!(driver(&register).await, None, "its term has ended");
    let second = take(&register, "second", LONG).await.unwrap();
    assert_eq!(second.token(), FencingToken(2));
    assert_eq!(driver(&register).await.as_deref(), Some("second"));
}

#[tokio::test]
async fn of_many_takers_one_wins() {
    let register = Register::empty().await;
    for round in 1..=10 {
        let takers = (0..8).map(|taker| {
            let (store, issuer) = (register.store().clone(), register.issuer.clone());
            let name = format!("server {taker}");
            tokio::spawn(async move { store.take_lease(&issuer, ONE, &name, LONG).await })
        });
        let mut taken = Vec::new();
        for taker in takers.collect::<Vec<_>>() {
            taken.extend(taker.await.unwrap().unwrap());
        }
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].token(), FencingToken(round));
        register.store().release_lease(&taken[0]).await.unwrap();
    }
}

#[tokio::test]
async fn a_lease_that_was_taken_or_given_back_is_not_renewed() {
    let register = Register::empty().await;
    let store = register.store();
    let mut hints = store.listen().await.unwrap();
    let old = take(&register, "old", Duration::ZERO).await.unwrap();
    let new = take(&register, "new", LONG).await.unwrap();
    assert!(refused(store.renew_lease(&old, LONG).await));
    store.release_lease(&old).await.unwrap();
    assert_eq!(driver(&register).await.as_deref(), Some("new"));

    store.release_lease(&new).await.unwrap();
    assert_eq!(driver(&register).await, None);
    let hint = tokio::time::timeout(Duration::from_secs(5), hints.next()).await;
    let freed = Hint::LaneFreed(register.issuer.clone());
    assert_eq!(hint.unwrap().unwrap(), freed, "and those who wait are told");
    // It was on its way while the lease was given back.
    assert!(refused(store.renew_lease(&new, LONG).await));
    assert!(take(&register, "next", LONG).await.is_some());
}

/// Everything that a lane may write.
#[tokio::test]
async fn an_old_token_writes_nothing() {
    let register = Register::with_customers(3).await;
    let (store, issuer) = (register.store(), &register.issuer);
    let owed = register.in_turn(ONE).await;
    let signed = |nonce| Signed {
        envelope: Envelope {
            nonce: Nonce(nonce),
            attempt: Attempt(0),
            gas_limit: Gas(9_000_000),
            price: GasPrice::default(),
            head: Default::default(),
            batch: Batch::Upsert(vec![Upsert {
                wallet: wallet(1),
                record: owed[0].desired,
            }]),
            discharge: Discharge {
                through: Some(EntryNumber(1)),
                ..Discharge::default()
            },
        },
        hash: B256::repeat_byte(1),
        raw: Bytes::from_static(&[2, 3, 5]),
        stored_at: UnixMillis(NOW.0 * 1000),
    };
    let old = take(&register, "old", Duration::ZERO).await.unwrap();
    store.store_signed(&old, SIGNER, &signed(0)).await.unwrap();
    register.revoke(2).await;
    register.tamper("INSERT INTO outbox VALUES ((SELECT issuer FROM issuer), 31337, 1, decode(repeat('03', 20), 'hex'), false, 0)").await;
    let before = everything(&register).await;

    let new = take(&register, "new", LONG).await.unwrap();
    let target = ONE.into();
    let taken = everything(&register).await;
    assert_eq!(before, taken, "a taking changes nothing but the lease");
    let dropped = [(Nonce(0), Outcome::Dropped(Inspection::default()))];
    let discharge = Discharge {
        through: Some(EntryNumber(3)),
        rows: vec![Owed {
            entry: EntryNumber(4),
            wallet: wallet(2),
        }],
        ..Discharge::default()
    };
    let status = ChainStatus {
        last_error: Some("too late".to_owned()),
        ..ChainStatus::default()
    };
    let writes = [
        store.store_signed(&old, SIGNER, &signed(1)).await,
        store.discharge(&old, &discharge).await,
        store.settle(&old, &target, SIGNER, &dropped, NOW).await,
        store
            .tell_again(&old, &target, SIGNER, &[Nonce(0)], NOW)
            .await,
        store.update_chain_status(&old, &status).await,
        // It would strike what has been overtaken.
        store.pull(&old, &target, Part::Again, 10).await.map(|_| ()),
    ];
    for (place, write) in writes.into_iter().enumerate() {
        assert!(refused(write), "write {place}");
    }
    assert_eq!(everything(&register).await, before);

    store.store_signed(&new, SIGNER, &signed(1)).await.unwrap();
    store.discharge(&new, &discharge).await.unwrap();
    store
        .tell_again(&new, &target, SIGNER, &[Nonce(0)], NOW)
        .await
        .unwrap();
    store
        .settle(&new, &target, SIGNER, &dropped, NOW)
        .await
        .unwrap();
    store.update_chain_status(&new, &status).await.unwrap();
    store.pull(&new, &target, Part::Again, 10).await.unwrap();
    assert_ne!(everything(&register).await, before);
    assert_eq!(store.told_through(issuer, ONE).await.unwrap().0, 3);
}

/// A server is stopped in the middle of a write: whoever takes its lane sees
/// that write whole, or never.
#[tokio::test]
async fn a_taker_waits_for_what_is_being_stored() {
    let register = Register::empty().await;
    take(&register, "old", Duration::ZERO).await.unwrap();
    let mut storing = register.raw().await;
    let mut run = async |statement| sqlx::query(statement).execute(&mut storing).await.unwrap();
    run("BEGIN").await;
    run("SELECT FROM lane_lease WHERE registry_id = 31337 AND token = 1 FOR KEY SHARE").await;
    let old = register.store().clone();
    let issuer = register.issuer.clone();
    let mut taking = tokio::spawn(async move { old.take_lease(&issuer, ONE, "new", LONG).await });
    register
        .until(
            "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                WHERE NOT l.granted AND a.datname = current_database())",
        )
        .await;
    assert!(!taking.is_finished());
    run("COMMIT").await;
    let taken = (&mut taking).await.unwrap().unwrap().unwrap();
    assert_eq!(taken.token(), FencingToken(2));
}

/// A busy lane never delays its own renewal.
#[tokio::test]
async fn a_renewal_waits_for_no_write() {
    let register = Register::empty().await;
    let lease = take(&register, "one", LONG).await.unwrap();
    let mut storing = register.raw().await;
    let mut run = async |statement| sqlx::query(statement).execute(&mut storing).await.unwrap();
    run("BEGIN").await;
    run("SELECT FROM lane_lease WHERE registry_id = 31337 AND token = 1 FOR KEY SHARE").await;
    let renewal = register.store().renew_lease(&lease, LONG);
    let renewed = tokio::time::timeout(Duration::from_secs(20), renewal).await;
    renewed.expect("it must not wait").unwrap();
    run("COMMIT").await;
}

/// What a lane may have changed, as the database holds it.
async fn everything(register: &Register) -> Vec<String> {
    let mut connection = register.raw().await;
    let query = "SELECT t::text FROM lane_transaction t UNION ALL SELECT t::text FROM outbox t \
        UNION ALL SELECT t::text FROM chain t UNION ALL SELECT t::text FROM observed t \
        UNION ALL SELECT t::text FROM authority_mirror t ORDER BY 1";
    let rows = sqlx::query_scalar(query).fetch_all(&mut connection).await;
    rows.unwrap()
}
