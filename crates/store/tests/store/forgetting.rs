//! What providers are asked to forget, and attempts that are looked at without a hint.

use alloy_primitives::B128;
use symbolon_core::{
    ids::ProviderName,
    time::{UnixMillis, UnixSeconds},
    verification::{VerificationId, VerificationState},
};
use symbolon_store::{DueLook, Forgetting, ForgettingFate, Unasked};

use crate::support::{Register, id};

const NOW: UnixSeconds = UnixSeconds(1_000);

fn sumsub() -> ProviderName {
    "sumsub".parse().unwrap()
}

/// Somebody who was sent to a provider, which calls them so.
async fn sent(register: &Register, attempt: u8, reference: Option<&str>) -> VerificationId {
    let attempt = VerificationId(B128::repeat_byte(attempt));
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let provider = sumsub();
    let begun = transaction.begin_verification(attempt, id(1), &provider, NOW);
    begun.await.unwrap();
    if let Some(reference) = reference {
        transaction.refer(attempt, reference).await.unwrap();
    }
    transaction.commit().await.unwrap();
    attempt
}

async fn next(register: &Register, now: u64) -> Option<Forgetting> {
    let (now, until) = (UnixMillis(now), UnixMillis(now + 100));
    let next = register
        .store()
        .next_forgetting(&register.issuer, now, until);
    next.await.unwrap()
}

async fn erase(register: &Register) {
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction.erase_profile(id(1), NOW).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn due(register: &Register, now: u64) -> Vec<DueLook> {
    let due = register
        .store()
        .due_looks(&register.issuer, Unasked::Waiting, UnixSeconds(now), 10);
    due.await.unwrap()
}

#[tokio::test]
async fn each_record_is_forgotten_once_and_stays_as_evidence() {
    let register = Register::with_customers(1).await;
    let (store, issuer) = (register.store(), &register.issuer);
    // Two attempts with the same record.
    sent(&register, 1, Some("a-1")).await;
    sent(&register, 2, Some("a-1")).await;
    assert_eq!(next(&register, 1_000_000).await, None);
    erase(&register).await;
    let asked = next(&register, 1_000_000).await.unwrap();
    assert_eq!(asked.reference.as_deref(), Some("a-1"));
    assert_eq!(next(&register, 1_000_050).await, None, "somebody is at it");
    let busy = store.forget_again(issuer, &asked, UnixMillis(1_005_000), "busy");
    busy.await.unwrap();
    assert_eq!(next(&register, 1_004_999).await, None);
    let again = next(&register, 1_005_000).await.unwrap();
    assert_eq!((again.tries, again.fate.why()), (1, Some("busy")));
    let done = store.forgotten(issuer, &again, UnixSeconds(1_006));
    done.await.unwrap();
    assert_eq!(next(&register, 9_000_000).await, None);
    let mut transaction = store.begin(issuer).await.unwrap();
    let shown = transaction.forgettings(id(1)).await.unwrap();
    assert_eq!(shown.len(), 1);
    let forgotten = ForgettingFate::Forgotten(UnixSeconds(1_006));
    assert_eq!(shown[0].fate, forgotten);
    // It turned up again.
    let provider = sumsub();
    let met = transaction.forget_at_provider(id(1), &provider, "a-1", NOW);
    met.await.unwrap();
    transaction.commit().await.unwrap();
    let again = next(&register, 9_000_000).await.unwrap();
    let fate = ForgettingFate::Waiting { error: None };
    assert_eq!((again.tries, again.fate), (0, fate));
}

#[tokio::test]
async fn a_record_without_a_name_is_forgotten_too() {
    let register = Register::with_customers(1).await;
    sent(&register, 1, None).await;
    erase(&register).await;
    let asked = next(&register, 1_000_000).await.unwrap();
    assert_eq!((asked.investor, &asked.reference), (id(1), &None));
    // Nobody can be asked, and nobody has forgotten.
    let (store, issuer) = (register.store(), &register.issuer);
    let at = UnixSeconds(1_001);
    let unasked = store.forget_unasked(issuer, &asked, "look there", at);
    unasked.await.unwrap();
    assert_eq!(next(&register, 9_000_000).await, None);
    let mut transaction = store.begin(issuer).await.unwrap();
    let shown = transaction.forgettings(id(1)).await.unwrap();
    let why = "look there".to_owned();
    assert_eq!(shown[0].fate, ForgettingFate::Unasked { at, why });
}

#[tokio::test]
async fn an_attempt_that_waits_is_looked_at_by_one_and_later_again() {
    let register = Register::with_customers(1).await;
    let (store, issuer) = (register.store(), &register.issuer);
    let attempt = sent(&register, 1, Some("a-1")).await;
    assert!(due(&register, 1_059).await.is_empty());
    let found = due(&register, 1_060).await;
    assert_eq!(found[0].verification.id, attempt);
    let (now, subjects) = (UnixMillis(1_060_000), ["a-1".to_owned()]);
    for _ in 0..2 {
        // Two servers have found it.
        let wanted = store.look_unasked(issuer, &found[0], &subjects, now);
        wanted.await.unwrap();
    }
    assert_eq!(store.looks(issuer).await.unwrap(), 1);
    let look = store.next_look(issuer, now, now).await.unwrap().unwrap();
    store.looked(issuer, &look).await.unwrap();
    assert_eq!(store.looks(issuer).await.unwrap(), 0, "wanted once");
    assert!(due(&register, 1_119).await.is_empty());
    assert_eq!(due(&register, 1_120).await.len(), 1);
    // It is decided, and nobody waits.
    let mut transaction = store.begin(issuer).await.unwrap();
    let mut decided = transaction.verification(attempt).await.unwrap();
    decided.state = VerificationState::Approved;
    transaction.keep_verification(&decided, NOW).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(due(&register, 1_000_000).await.is_empty());
}

#[tokio::test]
async fn nobody_waits_for_whoever_was_erased() {
    let register = Register::with_customers(1).await;
    let attempt = sent(&register, 1, Some("a-1")).await;
    erase(&register).await;
    assert!(due(&register, 1_000_000).await.is_empty());
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let waiting = transaction.verification(attempt).await.unwrap();
    transaction.keep_verification(&waiting, NOW).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(due(&register, 1_000_000).await.is_empty());
}
