//! Batches that are decided before their turn.

use symbolon_core::country::Country;
use symbolon_store::{DecidedBatch, Request, StoreError};

use crate::support::{NOW, Register, actor, admit, row, verdict, wallet};

/// Decides and stores `first`, and meanwhile decides `second`, whose turn
/// comes next.
async fn ahead(
    register: &Register,
    first: Vec<Request>,
    second: &[Request],
) -> Option<DecidedBatch> {
    let store = register.store();
    let mut transaction = store.begin(&register.issuer).await.unwrap();
    let batch = transaction.consider(first, &actor(), NOW).await.unwrap();
    let foresight = batch.foresight();
    let foreseen = store.foresee(foresight, second, &actor(), NOW).await;
    transaction.store(batch).await.unwrap();
    transaction.commit().await.unwrap();
    foreseen.unwrap()
}

#[tokio::test]
async fn what_was_foreseen_is_what_deciding_in_turn_would_have_stored() {
    let register = Register::empty().await;
    let foreseen = ahead(&register, vec![admit(1), admit(2)], &[admit(3), admit(4)]).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let batch = foreseen.unwrap();
    assert!(transaction.bears_out(&batch));
    let answers = transaction.store(batch).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(answers.iter().all(Result::is_ok));
    let report = register.store().verify_log(&register.issuer).await.unwrap();
    assert_eq!((report.head.number.0, report.investors), (4, 4));

    let in_turn = Register::with_customers(4).await;
    let heads = [&register, &in_turn].map(|each| each.store().head(&each.issuer));
    let [foreseen, decided] = heads;
    assert_eq!(foreseen.await.unwrap(), decided.await.unwrap());
}

#[tokio::test]
async fn whatever_comes_between_is_noticed() {
    let register = Register::with_customers(1).await;
    let foreseen = ahead(&register, vec![admit(2)], &[admit(3)]).await.unwrap();
    register.revoke(1).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    assert!(!transaction.bears_out(&foreseen));
    let refused = transaction.store(foreseen).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    drop(transaction);

    // A commit that leaves the log as it was is a commit too.
    let foreseen = ahead(&register, vec![admit(4)], &[admit(5)]).await.unwrap();
    let idle = register.store().begin(&register.issuer).await.unwrap();
    idle.commit().await.unwrap();
    let transaction = register.store().begin(&register.issuer).await.unwrap();
    assert!(!transaction.bears_out(&foreseen));
}

#[tokio::test]
async fn batches_with_somebody_in_common_wait_for_their_turn() {
    let register = Register::with_customers(1).await;
    let same_wallet = ahead(&register, vec![admit(2)], &[admit(2)]).await;
    assert!(same_wallet.is_none());
    let reference = crate::support::reference(3);
    let other_wallet = row(9, wallet(9), Some(reference), verdict(Country::US));
    let same_reference = ahead(&register, vec![admit(3)], &[other_wallet]).await;
    assert!(same_reference.is_none());
    // Known by a wallet here and by a reference there.
    let reference = crate::support::reference(1);
    let by_wallet = row(8, wallet(1), None, verdict(Country::US));
    let by_reference = row(7, wallet(7), Some(reference), verdict(Country::US));
    let same_investor = ahead(&register, vec![by_wallet], &[by_reference]).await;
    assert!(same_investor.is_none());
}
