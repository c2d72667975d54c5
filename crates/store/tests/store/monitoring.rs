//! What providers are asked to watch: owed with the verdict, until it is done.

use symbolon_core::{
    command::Command,
    country::Country,
    ids::ProviderName,
    time::{UnixMillis, UnixSeconds},
    verification::{VerificationId, VerificationState},
};
use symbolon_store::{Monitoring, Subject};

use crate::support::{NOW, Register, id, verdict};

const NOW_MS: u64 = NOW.0 * 1_000;

fn sumsub() -> ProviderName {
    "sumsub".parse().unwrap()
}

/// An attempt of customer 1 that stands so, of which two records are known and one has told.
async fn attempt(register: &Register, n: u8, state: VerificationState) {
    let attempt = VerificationId([n; 16].into());
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let provider = sumsub();
    let begun = transaction.begin_verification(attempt, id(1), &provider, NOW);
    begun.await.unwrap();
    let told = format!("told-{n}");
    let heard = transaction.hear(attempt, &told, UnixMillis(7), None, UnixMillis(9));
    heard.await.unwrap();
    transaction.refer(attempt, "silent").await.unwrap();
    let mut found = transaction.verification(attempt).await.unwrap();
    found.state = state;
    transaction.keep_verification(&found, NOW).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn next(register: &Register, now: u64) -> Option<Monitoring> {
    let (now, until) = (UnixMillis(now), UnixMillis(now + 100));
    let next = register
        .store()
        .next_monitoring(&register.issuer, now, until);
    next.await.unwrap()
}

async fn owed(register: &Register) -> u64 {
    let owed = register.store().monitorings(&register.issuer);
    owed.await.unwrap()
}

async fn verify(register: &Register) {
    let verified = Command::Verify(verdict(Country::US));
    register.one(Subject::Investor(id(1)), verified).await;
}

#[tokio::test]
async fn a_verdict_by_hand_owes_it_for_what_has_told_in_attempts_that_are_over() {
    let register = Register::with_customers(2).await;
    attempt(&register, 1, VerificationState::Waiting).await;
    attempt(&register, 2, VerificationState::Review).await;
    assert_eq!(owed(&register).await, 0);
    verify(&register).await;
    assert_eq!(owed(&register).await, 1);
    let asked = next(&register, NOW_MS).await.unwrap();
    assert_eq!(asked.investor, id(1));
    assert_eq!(
        (asked.provider, asked.reference),
        (sumsub(), "told-2".into())
    );
}

#[tokio::test]
async fn it_is_one_workers_and_owed_until_it_is_done() {
    let register = Register::with_customers(1).await;
    let (store, issuer) = (register.store(), &register.issuer);
    attempt(&register, 2, VerificationState::Settled).await;
    verify(&register).await;
    let asked = next(&register, NOW_MS).await.unwrap();
    assert_eq!(next(&register, NOW_MS + 50).await, None);
    let later = UnixMillis(NOW_MS + 5_000);
    let busy = store.monitor_again(issuer, &asked, later, "busy");
    busy.await.unwrap();
    assert_eq!(next(&register, NOW_MS + 4_999).await, None);
    let again = next(&register, NOW_MS + 5_000).await.unwrap();
    assert_eq!(again.tries, 1);
    // Another verdict comes while the provider is asked.
    let mut transaction = store.begin(issuer).await.unwrap();
    let provider = sumsub();
    let wanted = transaction.monitor_at_provider(id(1), &provider, "told-2", NOW);
    wanted.await.unwrap();
    transaction.commit().await.unwrap();
    store.monitored(issuer, &again).await.unwrap();
    let last = next(&register, NOW_MS + 5_000).await.unwrap();
    store.monitored(issuer, &last).await.unwrap();
    assert_eq!(owed(&register).await, 0);
}

#[tokio::test]
async fn nobody_is_watched_who_was_erased() {
    let register = Register::with_customers(1).await;
    attempt(&register, 2, VerificationState::Review).await;
    verify(&register).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let erased = transaction.erase_profile(id(1), UnixSeconds(NOW.0 + 1));
    erased.await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(owed(&register).await, 0);
}
