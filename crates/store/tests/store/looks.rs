//! What providers hinted at: stored once, looked at by one, and forgotten in time.

use alloy_primitives::{B128, B256};
use symbolon_core::{
    time::{UnixMillis, UnixSeconds},
    verification::VerificationId,
};
use symbolon_store::{Look, ReceivedHint, Unasked};

use crate::support::{NOW, Register, id};

fn hint(digest: u8) -> ReceivedHint {
    ReceivedHint {
        provider: "sumsub".parse().unwrap(),
        digest: B256::repeat_byte(digest),
        subject: "a-1".into(),
        event: "applicantReviewed".into(),
        happened: Some(UnixMillis(900)),
    }
}

async fn next(register: &Register, now: u64) -> Option<Look> {
    let (now, until) = (UnixMillis(now), UnixMillis(now + 100));
    let next = register.store().next_look(&register.issuer, now, until);
    next.await.unwrap()
}

async fn hinted(register: &Register, digest: u8, now: u64) -> bool {
    told(register, &hint(digest), now).await
}

async fn told(register: &Register, hint: &ReceivedHint, now: u64) -> bool {
    let store = register.store();
    let taken = store.take_hint(&register.issuer, hint, UnixMillis(now));
    taken.await.unwrap()
}

#[tokio::test]
async fn a_subject_is_one_workers_until_its_time_is_over() {
    let register = Register::empty().await;
    assert!(hinted(&register, 1, 1_000).await);
    assert!(hinted(&register, 2, 1_000).await);
    let look = next(&register, 1_000).await.unwrap();
    assert_eq!(look.subject, "a-1");
    assert_eq!(next(&register, 1_050).await, None);
    // Whoever had it has died.
    assert!(next(&register, 1_100).await.is_some());
}

#[tokio::test]
async fn a_hint_that_comes_meanwhile_is_looked_at_again() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    hinted(&register, 1, 1_000).await;
    let look = next(&register, 1_000).await.unwrap();
    // The same bytes are no news, others are.
    assert!(!hinted(&register, 1, 1_010).await);
    assert!(hinted(&register, 2, 1_010).await);
    store.looked(issuer, &look).await.unwrap();
    let again = next(&register, 1_020).await.unwrap();
    store.looked(issuer, &again).await.unwrap();
    assert_eq!(next(&register, 9_000).await, None);
    assert_eq!(store.looks(issuer).await.unwrap(), 0);
}

#[tokio::test]
async fn a_hint_that_comes_while_a_look_fails_does_not_wait_for_the_next_try() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    hinted(&register, 1, 1_000).await;
    let look = next(&register, 1_000).await.unwrap();
    assert!(hinted(&register, 2, 1_010).await);
    let later = UnixMillis(9_000);
    store
        .look_again(issuer, &look, later, "busy")
        .await
        .unwrap();
    let again = next(&register, 1_020).await.unwrap();
    assert_eq!(again.tries, 0);
    store
        .look_again(issuer, &again, later, "busy")
        .await
        .unwrap();
    assert_eq!(next(&register, 8_999).await, None);
    assert_eq!(next(&register, 9_000).await.unwrap().tries, 1);
}

#[tokio::test]
async fn what_a_hint_wants_goes_before_what_nobody_told_of() {
    let register = Register::with_customers(1).await;
    let (store, issuer) = (register.store(), &register.issuer);
    let mut transaction = store.begin(issuer).await.unwrap();
    let attempt = VerificationId(B128::repeat_byte(1));
    let provider = "sumsub".parse().unwrap();
    let begun = transaction.begin_verification(attempt, id(1), &provider, NOW);
    begun.await.unwrap();
    transaction.commit().await.unwrap();
    let (after, day) = (UnixSeconds(NOW.0 + 60), 86_400_000);
    let due = store.due_looks(issuer, Unasked::Waiting, after, 1);
    let due = due.await.unwrap();
    let at = UnixMillis(after.0 * 1_000);
    let subjects = ["a-9".to_owned()];
    let wanted = store.look_unasked(issuer, &due[0], &subjects, at);
    wanted.await.unwrap();
    // It came a day later.
    assert!(hinted(&register, 1, at.0 + day).await);
    let looks = store.looks_due(issuer, UnixMillis(at.0 + day), 9).await;
    assert_eq!(looks.unwrap(), 2);
    let first = next(&register, at.0 + day).await.unwrap();
    assert_eq!((first.subject.as_str(), first.told), ("a-1", true));
    let second = next(&register, at.0 + day).await.unwrap();
    assert_eq!((second.subject.as_str(), second.told), ("a-9", false));
    // Once it is told of, it is no longer unasked.
    let named = ReceivedHint {
        subject: "a-9".into(),
        ..hint(2)
    };
    assert!(told(&register, &named, at.0 + day).await);
    assert!(next(&register, at.0 + day + 200).await.unwrap().told);
}

#[tokio::test]
async fn the_same_bytes_without_a_time_are_looked_at_again_and_never_at_once() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let timeless = ReceivedHint {
        happened: None,
        ..hint(1)
    };
    let take = async |now| {
        let taken = store.take_hint(issuer, &timeless, UnixMillis(now));
        assert!(taken.await.unwrap());
    };
    take(1_000).await;
    let look = next(&register, 1_000).await.unwrap();
    store.looked(issuer, &look).await.unwrap();
    // However often they come, the next look is five seconds later.
    for now in 1_001..1_050 {
        take(now).await;
    }
    assert_eq!(next(&register, 5_999).await, None);
    let look = next(&register, 6_000).await.unwrap();
    store.looked(issuer, &look).await.unwrap();
    // What comes long after is looked at at once.
    take(500_000).await;
    assert!(next(&register, 500_000).await.is_some());
    // It is kept once, for as long as it was last heard.
    let forgotten = store.forget_hints(issuer, UnixMillis(500_000), 10);
    assert_eq!(forgotten.await.unwrap(), 0);
    let forgotten = store.forget_hints(issuer, UnixMillis(500_001), 10);
    assert_eq!(forgotten.await.unwrap(), 1);
}

#[tokio::test]
async fn what_could_not_be_done_is_put_off() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    hinted(&register, 1, 1_000).await;
    let look = next(&register, 1_000).await.unwrap();
    let put_off = store.look_again(issuer, &look, UnixMillis(5_000), "busy");
    put_off.await.unwrap();
    assert_eq!(next(&register, 4_999).await, None);
    assert_eq!(next(&register, 5_000).await.unwrap().tries, 1);
}

#[tokio::test]
async fn hints_are_forgotten_and_looks_are_not() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    hinted(&register, 1, 1_000).await;
    let forgotten = store.forget_hints(issuer, UnixMillis(1_001), 10);
    assert_eq!(forgotten.await.unwrap(), 1);
    assert_eq!(store.looks(issuer).await.unwrap(), 1);
    assert!(hinted(&register, 1, 2_000).await);
}
