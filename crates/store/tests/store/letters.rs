//! Letters to be sent: one worker has each, and another takes it up where that one died.

use alloy_primitives::B128;
use symbolon_core::{
    link::LinkId,
    time::{UnixMillis, UnixSeconds},
};
use symbolon_store::{Letter, LetterFate};

use crate::support::{NOW, Register, issuer, open};

fn link(n: u8) -> LinkId {
    LinkId([n; 16].into())
}

impl Register {
    /// Letter `n`, which brings link `n`.
    async fn write(&self, n: u8, due: u64) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let id = B128::repeat_byte(n);
        let written = transaction.write_letter(id, link(n), UnixMillis(due));
        written.await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn next_letter(&self, now: u64) -> Option<Letter> {
        let (now, until) = (UnixMillis(now), UnixMillis(now + 100));
        let next = self.store().next_letter(&self.issuer, now, until);
        next.await.unwrap()
    }
}

#[tokio::test]
async fn a_letter_is_one_workers_until_its_time_is_over() {
    let register = Register::empty().await;
    register.write(1, 1_000).await;
    assert_eq!(register.next_letter(999).await, None, "not due");
    let (one, other) = tokio::join!(register.next_letter(1_000), register.next_letter(1_000));
    assert!(one.is_some() != other.is_some(), "{one:?} and {other:?}");
    assert_eq!(register.next_letter(1_099).await, None);
    // Whoever had it has died.
    let taken_up = register.next_letter(1_100).await.unwrap();
    assert_eq!((taken_up.link, taken_up.tries), (link(1), 0));
}

#[tokio::test]
async fn letters_go_out_in_the_order_in_which_they_are_due() {
    let register = Register::empty().await;
    for (n, due) in [(1, 3_000), (2, 1_000), (3, 2_000)] {
        register.write(n, due).await;
    }
    for n in [2, 3, 1] {
        let letter = register.next_letter(9_000).await.unwrap();
        assert_eq!(letter.link, link(n));
    }
    assert_eq!(register.next_letter(9_000).await, None);
}

#[tokio::test]
async fn a_letter_is_written_once() {
    let register = Register::empty().await;
    register.write(1, 1_000).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let id = B128::repeat_byte(1);
    let again = transaction.write_letter(id, link(1), UnixMillis(1_000));
    again.await.unwrap_err();
    drop(transaction);
    // One that was given up with its transaction was never written.
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let other = transaction.write_letter(B128::repeat_byte(2), link(2), UnixMillis(0));
    other.await.unwrap();
    drop(transaction);
    assert_eq!(register.next_letter(1_000).await.unwrap().link, link(1));
    assert_eq!(register.next_letter(1_000).await, None);
}

#[tokio::test]
async fn what_could_not_be_sent_is_put_off_and_what_was_sent_is_done() {
    let register = Register::empty().await;
    let (store, acme) = (register.store(), &register.issuer);
    register.write(1, 1_000).await;
    let letter = register.next_letter(1_000).await.unwrap();
    let put_off = store.letter_again(acme, &letter, UnixMillis(5_000), "busy");
    put_off.await.unwrap();
    let last = store.last_letter(acme, link(1)).await.unwrap();
    assert_eq!(
        last,
        Some(LetterFate::Waiting {
            error: Some("busy".to_owned())
        })
    );
    assert_eq!(register.next_letter(4_999).await, None);
    let letter = register.next_letter(5_000).await.unwrap();
    assert_eq!(letter.tries, 1);
    let sent = store.letter_sent(acme, &letter, None, NOW);
    sent.await.unwrap();
    assert_eq!(register.next_letter(9_000_000).await, None);
    let last = store.last_letter(acme, link(1)).await.unwrap();
    assert_eq!(last, Some(LetterFate::Sent(NOW)));
}

#[tokio::test]
async fn the_newest_letter_of_a_link_says_what_became_of_it() {
    let register = Register::empty().await;
    let (store, acme) = (register.store(), &register.issuer);
    assert_eq!(store.last_letter(acme, link(1)).await.unwrap(), None);
    register.write(1, 1_000).await;
    let letter = register.next_letter(1_000).await.unwrap();
    let never = store.letter_sent(acme, &letter, Some("no address"), NOW);
    never.await.unwrap();
    let mut transaction = store.begin(acme).await.unwrap();
    let again = transaction.write_letter(B128::repeat_byte(9), link(1), UnixMillis(2_000));
    again.await.unwrap();
    transaction.commit().await.unwrap();
    let last = store.last_letter(acme, link(1)).await.unwrap();
    assert_eq!(
        last,
        Some(LetterFate::Waiting { error: None }),
        "the second one is on its way"
    );
    let letter = register.next_letter(2_000).await.unwrap();
    let at = UnixSeconds(NOW.0 + 1);
    store.letter_sent(acme, &letter, None, at).await.unwrap();
    let last = store.last_letter(acme, link(1)).await.unwrap();
    assert_eq!(last, Some(LetterFate::Sent(at)));
}

#[tokio::test]
async fn another_issuer_sends_none_of_them() {
    let register = Register::empty().await;
    let (store, bank) = (register.store(), issuer("bank"));
    open(store, &bank).await;
    register.write(1, 1_000).await;
    let now = UnixMillis(1_000);
    let theirs = store.next_letter(&bank, now, UnixMillis(2_000)).await;
    assert_eq!(theirs.unwrap(), None);
    let letter = register.next_letter(1_000).await.unwrap();
    // What another issuer says of it changes nothing.
    let sent = store.letter_sent(&bank, &letter, None, NOW);
    sent.await.unwrap();
    let put_off = store.letter_again(&bank, &letter, UnixMillis(9_000), "theirs");
    put_off.await.unwrap();
    assert_eq!(store.last_letter(&bank, link(1)).await.unwrap(), None);
    let last = store.last_letter(&register.issuer, link(1)).await.unwrap();
    assert_eq!(last, Some(LetterFate::Waiting { error: None }));
    assert_eq!(register.next_letter(1_100).await.unwrap().tries, 0);
}
