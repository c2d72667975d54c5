//! One transaction: all of it or nothing, one at a time.

use std::{pin::pin, time::Duration};

use symbolon_core::{log::EntryNumber, wallet::ChainScope};
use symbolon_store::{IdempotentRequest, Recalled, StoreError};

use crate::support::{NOW, ONE, Register, actor, admit, wallet};

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_no_trace() {
    let register = Register::with_customers(1).await;
    let before = register.store().head(&register.issuer).await.unwrap();
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction
        .decide(vec![admit(2)], &actor(), NOW)
        .await
        .unwrap();
    assert_eq!(transaction.head().number, EntryNumber(2));
    drop(transaction);
    assert_eq!(
        register.store().head(&register.issuer).await.unwrap(),
        before
    );
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(2))
        .await
        .unwrap();
    assert_eq!(report, None);
    register.store().verify_log(&register.issuer).await.unwrap();
}

/// Clients hang up and lanes are stopped at any point; the connection goes on
/// to somebody else.
#[tokio::test]
async fn a_transaction_that_is_given_up_anywhere_holds_nothing() {
    let register = Register::with_customers(1).await;
    for polls in 0..60 {
        let store = register.store().clone();
        let mut work = pin!(async {
            let mut transaction = store.begin(&register.issuer).await?;
            transaction.decide(vec![admit(2)], &actor(), NOW).await?;
            transaction.commit().await
        });
        for _ in 0..polls / 2 {
            if futures::poll!(work.as_mut()).is_ready() {
                break;
            }
            // An odd one is dropped with the answer still unread.
            if polls % 2 == 0 {
                register.store().ping().await.unwrap();
            }
        }
    }
    register
        .until(
            "SELECT count(*) = 0 FROM pg_stat_activity \
             WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
        )
        .await;
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn a_failing_write_takes_everything_with_it() {
    let register = Register::with_customers(1).await;
    let before = register.store().head(&register.issuer).await.unwrap();
    // Somebody has written what the batch is about to write.
    register
        .tamper(
            "INSERT INTO wallet (issuer, address, active, version, changed_entry) \
             SELECT issuer, '\\x0202020202020202020202020202020202020202', true, 0, 0 \
             FROM issuer",
        )
        .await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction
        .decide(vec![admit(3)], &actor(), NOW)
        .await
        .unwrap();
    let asker = actor();
    let request = IdempotentRequest {
        actor: &asker,
        key: "k",
        method_path: "POST /x",
        body_hash: &[0; 32],
    };
    transaction
        .remember_idempotent(request, 201, "{}", NOW)
        .await
        .unwrap();
    let twice = transaction
        .remember_idempotent(request, 201, "{}", NOW)
        .await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })));
    // PostgreSQL answers the COMMIT of a failed transaction politely.
    assert!(transaction.commit().await.is_err());

    assert_eq!(
        register.store().head(&register.issuer).await.unwrap(),
        before
    );
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    assert_eq!(
        transaction.recall_idempotent(request).await.unwrap(),
        Recalled::Unknown
    );
    drop(transaction);
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(3))
        .await
        .unwrap();
    assert_eq!(report, None);
    assert_eq!(register.in_turn(ONE).await.len(), 1);
}

#[tokio::test]
async fn a_killed_connection_leaves_nothing_and_the_next_one_works() {
    let register = Register::with_customers(1).await;
    let before = register.store().head(&register.issuer).await.unwrap();
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction
        .decide(vec![admit(2)], &actor(), NOW)
        .await
        .unwrap();
    register
        .tamper(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND state = 'idle in transaction'",
        )
        .await;
    assert!(transaction.commit().await.is_err());
    assert_eq!(
        register.store().head(&register.issuer).await.unwrap(),
        before
    );
    register
        .decide(vec![admit(2)])
        .await
        .pop()
        .unwrap()
        .unwrap();
    let report = register.store().verify_log(&register.issuer).await.unwrap();
    assert_eq!((report.head.number, report.investors), (EntryNumber(2), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_leave_one_gapless_log() {
    let register = Register::empty().await;
    let writers: Vec<_> = (0..8_u8)
        .map(|writer| {
            let (store, issuer) = (register.store().clone(), register.issuer.clone());
            tokio::spawn(async move {
                for turn in 0..12_u8 {
                    let requests = vec![admit(1 + writer * 12 + turn), admit(200)];
                    for answer in crate::support::decide(&store, &issuer, requests).await {
                        answer.unwrap();
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let report = register.store().verify_log(&register.issuer).await.unwrap();
    assert_eq!(
        report.head.number,
        EntryNumber(97),
        "96 customers, and one that all brought"
    );
    assert_eq!((report.investors, report.wallets), (97, 97));
}

#[tokio::test]
async fn a_second_writer_waits_for_the_first() {
    let register = Register::empty().await;
    let first = register.store().begin(&register.issuer).await.unwrap();
    let waiting = tokio::time::timeout(
        Duration::from_millis(150),
        register.store().begin(&register.issuer),
    );
    assert!(waiting.await.is_err());
    first.commit().await.unwrap();
    register
        .store()
        .begin(&register.issuer)
        .await
        .unwrap()
        .commit()
        .await
        .unwrap();
    assert_eq!(ChainScope::default(), ChainScope::All);
}

#[tokio::test]
async fn hints_name_the_issuer_with_new_work() {
    let register = Register::empty().await;
    let mut hints = register.store().listen().await.unwrap();
    register.decide(vec![admit(1)]).await;
    let hint = tokio::time::timeout(Duration::from_secs(5), hints.next())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hint, symbolon_store::Hint::Issuer(register.issuer.clone()));
}
