//! Attempts to verify somebody: which of them a provider's record belongs to, and what is
//! kept of each.

use symbolon_core::{
    command::Command,
    country::Country,
    ids::ProviderName,
    investor::RevocationReason,
    log::EntryNumber,
    time::{Day, UnixMillis, UnixSeconds},
    verification::{Concern, VerificationId, VerificationState},
};
use symbolon_store::{StoreError, Subject, Verification};

use crate::support::{NOW, Register, id, issuer, open, verdict};

fn attempt_id(n: u8) -> VerificationId {
    VerificationId([n; 16].into())
}

fn sumsub() -> ProviderName {
    "sumsub".parse().unwrap()
}

impl Register {
    /// Attempt `n` of customer 1, begun so many seconds after [`NOW`].
    async fn attempt(&self, n: u8, after: u64) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let at = UnixSeconds(NOW.0 + after);
        let provider = sumsub();
        let begun = transaction.begin_verification(attempt_id(n), id(1), &provider, at);
        begun.await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn change(&self, n: u8, change: impl FnOnce(&mut Verification)) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let mut attempt = transaction.verification(attempt_id(n)).await.unwrap();
        change(&mut attempt);
        transaction.keep_verification(&attempt, NOW).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// The provider calls the person of attempt `n` so.
    async fn refer(&self, n: u8, reference: &str) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let referred = transaction.refer(attempt_id(n), reference);
        referred.await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// What it calls so has told something then, and this entry came of it.
    async fn hear(&self, n: u8, reference: &str, at: u64, entry: Option<u64>) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let entry = entry.map(EntryNumber);
        let heard = transaction.hear(
            attempt_id(n),
            reference,
            UnixMillis(at),
            entry,
            UnixMillis(at + 100),
        );
        heard.await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn read_back(&self, n: u8) -> Verification {
        let found = self.store().verification(&self.issuer, attempt_id(n));
        found.await.unwrap()
    }

    /// The attempt that this record of the provider's is about.
    async fn about(&self, reference: &str) -> Option<VerificationId> {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let provider = sumsub();
        let found = transaction.verification_for(id(1), &provider, reference);
        found.await.unwrap().map(|found| found.id)
    }
}

#[tokio::test]
async fn an_attempt_is_read_as_it_was_kept() {
    let register = Register::with_customers(1).await;
    register.attempt(1, 0).await;
    let begun = register.read_back(1).await;
    assert_eq!(begun.state, VerificationState::Waiting);
    assert_eq!((begun.opened, begun.attempt.opened), (NOW, NOW));
    // The log had the customer's admission by then.
    assert_eq!(begun.attempt.opened_after, EntryNumber(1));
    let kept = Verification {
        state: VerificationState::Review,
        concerns: vec![
            Concern::CountryUnknown,
            Concern::DocumentExpired { last: Day(20_000) },
        ],
        document_ends: Some(Day(u16::MAX)),
        ..begun
    };
    let mut with_attempt = kept.clone();
    with_attempt.attempt.decision = Some(EntryNumber(3));
    let changed = with_attempt.clone();
    register.change(1, |attempt| *attempt = changed).await;
    assert_eq!(register.read_back(1).await, with_attempt);
    register.change(1, |attempt| attempt.concerns.clear()).await;
    assert_eq!(register.read_back(1).await.concerns, []);
}

#[tokio::test]
async fn a_record_is_about_the_newest_attempt_that_it_may_be_about() {
    let register = Register::with_customers(1).await;
    assert_eq!(register.about("a-1").await, None);
    register.attempt(1, 0).await;
    // Nobody knows yet what the provider calls it.
    assert_eq!(register.about("a-1").await, Some(attempt_id(1)));
    register.refer(1, "a-1").await;
    assert_eq!(register.about("a-2").await, None);
    // A renewal by the same applicant.
    register.attempt(2, 5).await;
    assert_eq!(register.about("a-1").await, Some(attempt_id(2)));
    // And one by another, which leaves the applicant of before to its own.
    register.refer(2, "a-2").await;
    assert_eq!(register.about("a-1").await, Some(attempt_id(1)));
    assert_eq!(register.about("a-2").await, Some(attempt_id(2)));
    let provider = sumsub();
    let found = register
        .store()
        .verification_by_reference(&register.issuer, &provider, "a-2");
    assert_eq!(found.await.unwrap().unwrap().id, attempt_id(2));
}

#[tokio::test]
async fn an_attempt_is_about_each_record_that_the_person_got() {
    let register = Register::with_customers(1).await;
    let (store, acme) = (register.store(), &register.issuer);
    register.attempt(1, 0).await;
    for reference in ["a-2", "a-1", "a-2"] {
        register.refer(1, reference).await;
    }
    let references = store.references_of(acme, attempt_id(1)).await.unwrap();
    assert_eq!(references, ["a-2", "a-1"]);
    assert_eq!(register.read_back(1).await.reference, Some("a-1".into()));
    for reference in references {
        assert_eq!(register.about(&reference).await, Some(attempt_id(1)));
    }
    assert_eq!(register.about("a-3").await, None);
    // Each has told what it has told, whatever the other has.
    register.hear(1, "a-2", 7, Some(2)).await;
    register.hear(1, "a-2", 8, None).await;
    let verification = register.read_back(1).await;
    assert_eq!(verification.attempt.newest, Some(UnixMillis(8)));
    assert_eq!(verification.taken, Some(UnixMillis(108)));
    let mut transaction = store.begin(acme).await.unwrap();
    let (own, others) = transaction
        .attempt_upon(&verification, "a-2")
        .await
        .unwrap();
    assert_eq!(own.newest, Some(UnixMillis(8)));
    assert_eq!((own.decision, others), (Some(EntryNumber(2)), None));
    let (own, others) = transaction
        .attempt_upon(&verification, "a-1")
        .await
        .unwrap();
    assert_eq!((own.newest, own.decision), (None, None));
    assert_eq!(others.unwrap().decision, Some(EntryNumber(2)));
}

#[tokio::test]
async fn a_deletion_is_about_the_attempt_that_decided_by_the_record() {
    let register = Register::with_customers(1).await;
    let upon = async |reference: &str| {
        let mut transaction = register.store().begin(&register.issuer).await.unwrap();
        let provider = sumsub();
        let found = transaction.verification_upon(id(1), &provider, reference);
        found.await.unwrap().map(|found| found.id)
    };
    let last = async || {
        let provider = sumsub();
        let last = register
            .store()
            .last_ended(&register.issuer, id(1), &provider);
        last.await.unwrap()
    };
    assert_eq!((upon("a-1").await, last().await), (None, None));
    register.attempt(1, 0).await;
    assert_eq!(upon("a-1").await, Some(attempt_id(1)), "it may be about it");
    assert_eq!(last().await, None);
    register
        .change(1, |attempt| attempt.state = VerificationState::Approved)
        .await;
    register.hear(1, "a-1", 7, Some(1)).await;
    // A renewal, before and after the provider has said what it calls it.
    register.attempt(2, 5).await;
    assert_eq!(upon("a-1").await, Some(attempt_id(1)));
    register.refer(2, "a-1").await;
    assert_eq!(upon("a-1").await, Some(attempt_id(1)));
    assert_eq!(last().await, Some(attempt_id(1)));
    register
        .change(2, |attempt| attempt.state = VerificationState::Refused)
        .await;
    assert_eq!(last().await, Some(attempt_id(1)));
    register
        .change(2, |attempt| attempt.state = VerificationState::Settled)
        .await;
    assert_eq!(last().await, Some(attempt_id(2)));
}

#[tokio::test]
async fn attempts_are_listed_by_how_they_stand_the_oldest_first() {
    let register = Register::with_customers(1).await;
    for (n, after) in [(3, 0), (1, 5), (2, 5), (4, 9)] {
        register.attempt(n, after).await;
    }
    register
        .change(4, |attempt| attempt.state = VerificationState::Review)
        .await;
    let (store, acme) = (register.store(), &register.issuer);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.verifications_in(acme, VerificationState::Waiting, after, 2);
        let page = page.await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.opened, last.id));
        seen.extend(page.iter().map(|attempt| attempt.id));
    }
    assert_eq!(seen, [3, 1, 2].map(attempt_id));
    let of_one = store.verifications_of(acme, id(1), 2).await.unwrap();
    let of_one: Vec<_> = of_one.iter().map(|attempt| attempt.id).collect();
    assert_eq!(of_one, [4, 1].map(attempt_id), "the newest first");
}

#[tokio::test]
async fn of_two_attempts_in_one_second_the_later_is_the_newest() {
    let register = Register::with_customers(1).await;
    register.attempt(2, 0).await;
    let subject = Subject::Investor(id(1));
    let verified = Command::Verify(verdict(Country::US));
    register.one(subject, verified).await;
    register.attempt(1, 0).await;
    assert_eq!(register.about("a-1").await, Some(attempt_id(1)));
    register.attempt(3, 0).await;
    let listed = register
        .store()
        .verifications_of(&register.issuer, id(1), 10);
    let listed: Vec<_> = listed.await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(listed, [1, 3, 2].map(attempt_id));
}

#[tokio::test]
async fn the_last_decision_is_the_last_verdict_and_nothing_else() {
    let register = Register::with_customers(2).await;
    let last = async || {
        let mut transaction = register.store().begin(&register.issuer).await.unwrap();
        transaction.last_decision(id(1)).await.unwrap()
    };
    let admitted = last().await.unwrap();
    let subject = || Subject::Investor(id(1));
    // What is noted about somebody is no verdict, nor is what happens to another.
    register.one(subject(), Command::Restrict).await;
    register.revoke(2).await;
    assert_eq!(last().await, Some(admitted));
    let revoked = Command::Revoke(RevocationReason::Documents);
    let revoked = register.one(subject(), revoked).await.entry;
    assert_eq!(last().await, revoked);
    let verified = Command::Verify(verdict(Country::US));
    let verified = register.one(subject(), verified).await.entry;
    assert_eq!(last().await, verified);
    assert!(verified > revoked && revoked > Some(admitted));
}

#[tokio::test]
async fn another_issuer_finds_none_of_them() {
    let register = Register::with_customers(1).await;
    register.attempt(1, 0).await;
    register.refer(1, "a-1").await;
    let (store, bank) = (register.store(), issuer("bank"));
    open(store, &bank).await;
    let absent = store.verification(&bank, attempt_id(1)).await;
    assert!(matches!(absent, Err(StoreError::NotFound { .. })));
    let provider = sumsub();
    let found = store.verification_by_reference(&bank, &provider, "a-1");
    assert_eq!(found.await.unwrap(), None);
    let listed = store.verifications_in(&bank, VerificationState::Waiting, None, 10);
    assert_eq!(listed.await.unwrap(), []);
    let listed = store.verifications_of(&bank, id(1), 10).await.unwrap();
    assert_eq!(listed, []);
    let mut transaction = store.begin(&bank).await.unwrap();
    let theirs = transaction.verification_for(id(1), &sumsub(), "a-1").await;
    assert_eq!(theirs.unwrap(), None);
    assert_eq!(transaction.last_decision(id(1)).await.unwrap(), None);
}
