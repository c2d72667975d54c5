//! Whose verdict is about to end: listed while it holds, noticed once by one server.

use symbolon_core::{
    command::{Command, Verdict},
    country::Country,
    ids::IssuerId,
    investor::{RevocationReason, Source},
    link::LinkId,
    renewal::Ending,
    time::{Day, UnixMillis, UnixSeconds},
    verification::{VerificationId, VerificationState},
};
use symbolon_store::{DueRenewal, LetterFate, RenewalNotice, Request, Subject, WhichRenewals};

use crate::support::{EXPIRY, NOW, Register, actor, id, issuer, open, verdict};

const LATER: UnixSeconds = UnixSeconds(NOW.0 + 1_000);
const LAST: Day = Day(20_900);

fn notice(at: UnixSeconds) -> RenewalNotice {
    RenewalNotice {
        noticed: at,
        link: Some(LinkId([9; 16].into())),
        unsent: None,
    }
}

impl Register {
    async fn ending(&self, now: UnixSeconds, by: UnixSeconds) -> Vec<DueRenewal> {
        let due = self
            .store()
            .due_renewals(&self.issuer, WhichRenewals::All, (now, by), None, 10);
        due.await.unwrap()
    }

    async fn unnoticed(&self, by: UnixSeconds) -> Vec<DueRenewal> {
        let due =
            self.store()
                .due_renewals(&self.issuer, WhichRenewals::Unnoticed, (NOW, by), None, 10);
        due.await.unwrap()
    }

    async fn notice(&self, due: &DueRenewal, at: UnixSeconds) -> bool {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let news = transaction.note_renewal(due, &notice(at)).await.unwrap();
        transaction.commit().await.unwrap();
        news
    }

    /// What is decided about the first customer at some time; the entry.
    async fn decide_at(&self, command: Command, at: UnixSeconds) -> u64 {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let subject = Subject::Investor(id(1));
        let requests = vec![Request { subject, command }];
        let mut answers = transaction.decide(requests, &actor(), at).await.unwrap();
        transaction.commit().await.unwrap();
        answers.pop().unwrap().unwrap().entry.unwrap().0
    }

    /// The first customer is verified anew, by a provider, for ever, upon a document;
    /// by the attempt of this number.
    async fn checked(&self, number: u8, at: UnixSeconds) {
        let verification = VerificationId([number; 16].into());
        let provider = "sumsub".parse().unwrap();
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        transaction
            .begin_verification(verification, id(1), &provider, at)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let verdict = Verdict {
            expiry: None,
            source: Source::Provider {
                name: "sumsub".into(),
                reference: "a-1".into(),
            },
            ..verdict(Country::US)
        };
        let entry = self.decide_at(Command::Verify(verdict), at).await;
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let mut attempt = transaction.verification(verification).await.unwrap();
        transaction.refer(verification, "a-1").await.unwrap();
        attempt.state = VerificationState::Approved;
        attempt.attempt.decision = Some(symbolon_core::log::EntryNumber(entry));
        attempt.document_ends = Some(Day(LAST.0 + u16::from(number)));
        transaction.keep_verification(&attempt, at).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_verdict_is_due_while_it_holds_and_ends_in_time() {
    let register = Register::with_customers(1).await;
    let just_before = UnixSeconds(EXPIRY.0 - 1);
    assert_eq!(register.ending(NOW, just_before).await, []);
    let due = register.ending(NOW, EXPIRY).await;
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].investor, due[0].ends), (id(1), EXPIRY));
    assert_eq!((due[0].ending, due[0].verified), (Ending::Verdict, NOW));
    assert_eq!(due[0].notice, None);
    assert_eq!(register.ending(EXPIRY, EXPIRY).await, [], "it has ended");
}

#[tokio::test]
async fn a_verdict_is_noticed_once_and_the_next_one_again() {
    let register = Register::with_customers(1).await;
    let due = register.unnoticed(EXPIRY).await.remove(0);
    assert!(register.notice(&due, NOW).await);
    assert!(!register.notice(&due, LATER).await);
    assert_eq!(register.unnoticed(EXPIRY).await, []);
    assert_eq!(
        register.ending(NOW, EXPIRY).await[0].notice,
        Some(notice(NOW))
    );

    let renewed = Command::Verify(verdict(Country::US));
    register.decide_at(renewed, LATER).await;
    assert!(!register.notice(&due, LATER).await, "that one is over");
    let again = register.unnoticed(EXPIRY).await.remove(0);
    assert_eq!(again.verified, LATER);
    assert!(register.notice(&again, LATER).await);
    assert_eq!(register.unnoticed(EXPIRY).await, []);
}

#[tokio::test]
async fn who_is_due_is_shown_by_its_reference_and_with_its_letter() {
    let register = Register::with_customers(1).await;
    let due = register.ending(NOW, EXPIRY).await.remove(0);
    assert_eq!(due.external_id, Some("C-1".parse().unwrap()));
    let link = notice(NOW).link.unwrap();
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    // A letter of a link that was noted for nobody.
    let written = transaction.write_letter([1; 16].into(), link, UnixMillis(1_000));
    written.await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(due.letter, None);
    assert!(register.notice(&due, NOW).await);
    let letter = async || register.ending(NOW, EXPIRY).await.remove(0).letter;
    let waiting = LetterFate::Waiting { error: None };
    assert_eq!(letter().await, Some(waiting));
    let (store, acme) = (register.store(), &register.issuer);
    let taken = store.next_letter(acme, UnixMillis(1_000), UnixMillis(2_000));
    let taken = taken.await.unwrap().unwrap();
    store.letter_sent(acme, &taken, None, LATER).await.unwrap();
    assert_eq!(letter().await, Some(LetterFate::Sent(LATER)));
}

#[tokio::test]
async fn two_servers_at_once_notice_one_verdict_once() {
    let register = Register::with_customers(1).await;
    let due = register.unnoticed(EXPIRY).await.remove(0);
    let (one, other) = tokio::join!(register.notice(&due, NOW), register.notice(&due, NOW));
    assert!(one != other, "{one} and {other}");
}

#[tokio::test]
async fn what_was_decided_meanwhile_is_not_noticed() {
    let register = Register::with_customers(1).await;
    let due = register.unnoticed(EXPIRY).await.remove(0);
    let revoked = Command::Revoke(RevocationReason::Sanctions);
    register.decide_at(revoked, LATER).await;
    assert!(!register.notice(&due, LATER).await);
    assert_eq!(register.ending(NOW, EXPIRY).await, []);
}

#[tokio::test]
async fn a_document_is_due_for_the_verdict_that_stands_on_it() {
    let register = Register::with_customers(1).await;
    register.checked(1, LATER).await;
    let first = Day(LAST.0 + 1).end();
    let due = register.ending(NOW, first).await;
    assert_eq!((due[0].ends, due[0].ending), (first, Ending::Document));
    assert!(register.notice(&due[0], LATER).await);
    // The same applicant with another document: the first one is nobody's any more.
    register.checked(2, UnixSeconds(LATER.0 + 1)).await;
    let second = Day(LAST.0 + 2).end();
    assert_eq!(register.ending(NOW, first).await, []);
    let due = register.unnoticed(second).await;
    assert_eq!((due.len(), due[0].ends), (1, second));
    // Nor is any once somebody has verified by hand, upon what nobody told.
    let by_hand = Command::Verify(Verdict {
        expiry: None,
        ..verdict(Country::US)
    });
    let at = UnixSeconds(LATER.0 + 2);
    register.decide_at(by_hand, at).await;
    assert_eq!(register.ending(NOW, second).await, []);
}

#[tokio::test]
async fn a_list_goes_on_where_a_page_ended() {
    let register = Register::with_customers(5).await;
    let (store, mut after, mut seen) = (register.store(), None, Vec::new());
    loop {
        let page = store.due_renewals(
            &register.issuer,
            WhichRenewals::All,
            (NOW, EXPIRY),
            after,
            2,
        );
        let page = page.await.unwrap();
        after = page.last().map(DueRenewal::place);
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|due| due.investor));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5].map(id));
}

#[tokio::test]
async fn another_issuer_sees_and_notes_nothing() {
    let register = Register::with_customers(1).await;
    let due = register.ending(NOW, EXPIRY).await.remove(0);
    let bank: IssuerId = issuer("bank");
    open(register.store(), &bank).await;
    let theirs = register
        .store()
        .due_renewals(&bank, WhichRenewals::All, (NOW, EXPIRY), None, 10);
    assert_eq!(theirs.await.unwrap(), []);
    let mut transaction = register.store().begin(&bank).await.unwrap();
    let noted = transaction.note_renewal(&due, &notice(NOW)).await;
    assert!(!noted.unwrap());
}
