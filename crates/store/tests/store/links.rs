//! Links as they are stored: what opens them, what happens to them once, and whose they
//! are.

use alloy_primitives::B256;
use symbolon_core::{
    ids::{ChainId, IssuerId},
    investor::{Attestation, Attested},
    link::{LinkId, LinkProgress, LinkStatus},
    time::UnixSeconds,
    verification::VerificationId,
    wallet::{ChainScope, OwnershipEvidence, ProofKind},
};
use symbolon_store::{IssuerTransaction, Link, LinkFilter, LinkPurpose, StoreError};

use crate::support::{NOW, Register, id, issuer, open, wallet};

const END: UnixSeconds = UnixSeconds(NOW.0 + 86_400);
const ALL: LinkFilter = LinkFilter {
    investor: None,
    status: None,
};
const TOKEN: B256 = B256::repeat_byte(0x70);

fn link_id(n: u8) -> LinkId {
    LinkId([n; 16].into())
}

/// Link `n` for customer 1, made `after` seconds after [`NOW`].
pub(crate) fn link(n: u8, after: u64) -> Link {
    Link {
        id: link_id(n),
        purpose: LinkPurpose {
            investor: id(1),
            provider: Some("sumsub".parse().unwrap()),
            level: Some("enhanced".into()),
            wants_wallet: true,
            wallet: Some(wallet(7)),
            replaces: Some(wallet(1)),
            chains: ChainScope::All,
            language: Some("de-CH".parse().unwrap()),
            attested: Some(Attested {
                operator: "maria".into(),
                attestation: Attestation {
                    text: "I know her voice.".into(),
                    version: "1".into(),
                },
            }),
        },
        external_id: Some("C-1".parse().unwrap()),
        progress: LinkProgress {
            expires: END,
            opened: None,
            started: None,
            completed: None,
            revoked: None,
        },
        challenge: None,
        shown_to: Some("emea".parse().unwrap()),
        mailed: false,
        proved: None,
        waiting: None,
        verification: None,
        created: UnixSeconds(NOW.0 + after),
        created_by: "maria".into(),
    }
}

impl Register {
    /// Keeps a link, opened by [`TOKEN`] where it is the first.
    pub(crate) async fn keep_link(&self, link: &Link) {
        let token = Some(TOKEN).filter(|_| link.id == link_id(1));
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        transaction.add_link(link, token).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn with_link() -> Self {
        let register = Self::with_customers(1).await;
        register.keep_link(&link(1, 0)).await;
        register
    }

    async fn shown(&self) -> Link {
        let shown = self.store().link(&self.issuer, link_id(1));
        shown.await.unwrap()
    }

    async fn begin(&self) -> IssuerTransaction {
        self.store().begin(&self.issuer).await.unwrap()
    }
}

fn is_absent<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::NotFound { .. }))
}

#[tokio::test]
async fn a_link_is_read_as_it_was_kept() {
    let register = Register::with_link().await;
    assert_eq!(register.shown().await, link(1, 0));
}

#[tokio::test]
async fn every_token_of_a_link_opens_it_and_no_other_issuers() {
    let register = Register::with_link().await;
    let (store, acme, bank) = (register.store(), &register.issuer, issuer("bank"));
    open(store, &bank).await;
    let again = B256::repeat_byte(0x71);
    let added = store.add_link_token(acme, link_id(1), again);
    added.await.unwrap();
    for token in [TOKEN, again] {
        let found = store.link_of(acme, token).await.unwrap();
        assert_eq!(found.unwrap().id, link_id(1));
        assert_eq!(store.link_of(&bank, token).await.unwrap(), None);
    }
    let nobodys = store.link_of(acme, B256::repeat_byte(0x72)).await;
    assert_eq!(nobodys.unwrap(), None);
    assert!(is_absent(store.link(&bank, link_id(1)).await));
    let mut theirs = store.begin(&bank).await.unwrap();
    assert!(is_absent(theirs.lock_link(link_id(1)).await));
    let theirs = store.links(&bank, ALL, NOW, None, 10).await.unwrap();
    assert_eq!(theirs, []);
}

#[tokio::test]
async fn a_persons_first_coming_is_noted_once_and_not_after_the_end() {
    let register = Register::with_link().await;
    let (store, acme) = (register.store(), &register.issuer);
    store.link_opened(acme, link_id(1), END).await.unwrap();
    assert_eq!(register.shown().await.progress.opened, None);
    for at in [NOW, UnixSeconds(NOW.0 + 5)] {
        store.link_opened(acme, link_id(1), at).await.unwrap();
        assert_eq!(register.shown().await.progress.opened, Some(NOW));
    }
}

#[tokio::test]
async fn a_signature_is_asked_for_until_the_end_and_answered_once() {
    let register = Register::with_link().await;
    let (store, acme) = (register.store(), &register.issuer);
    let asked = store.ask_for_signature(acme, link_id(1), "first", NOW);
    asked.await.unwrap();
    let asked = store.ask_for_signature(acme, link_id(1), "second", NOW);
    asked.await.unwrap();
    let shown = register.shown().await;
    assert_eq!(shown.challenge.as_deref(), Some("second"));
    assert_eq!(shown.progress.at(NOW), LinkStatus::InProgress);
    let late = store.ask_for_signature(acme, link_id(1), "late", END).await;
    assert!(is_absent(late));

    let mut transaction = register.begin().await;
    let proved = transaction.link_proved(link_id(1), wallet(7), None);
    proved.await.unwrap();
    transaction.commit().await.unwrap();
    let shown = register.shown().await;
    assert_eq!((shown.challenge, shown.proved), (None, Some(wallet(7))));
    assert_eq!(shown.waiting, None);
    let waiting = OwnershipEvidence {
        message: "example.com wants you to sign in".into(),
        signature: vec![7; 65].into(),
        chain: ChainId(1),
        kind: ProofKind::Key,
        block: None,
    };
    for waiting in [Some(waiting), None] {
        let mut transaction = register.begin().await;
        let proved = transaction.link_proved(link_id(1), wallet(8), waiting.as_ref());
        proved.await.unwrap();
        transaction.commit().await.unwrap();
        let shown = register.shown().await;
        assert_eq!((shown.proved, shown.waiting), (Some(wallet(8)), waiting));
    }
}

#[tokio::test]
async fn whoever_locks_a_link_has_it_alone() {
    let register = Register::with_link().await;
    let mut first = register.begin().await;
    first.lock_link(link_id(1)).await.unwrap();
    first
        .link_proved(link_id(1), wallet(7), None)
        .await
        .unwrap();
    let second = async {
        let mut second = register.begin().await;
        second.lock_link(link_id(1)).await.unwrap().proved
    };
    let (committed, seen) = tokio::join!(first.commit(), second);
    committed.unwrap();
    assert_eq!(seen, Some(wallet(7)), "nobody saw it in between");
}

#[tokio::test]
async fn what_is_done_stays_done_and_what_is_taken_back_too() {
    let register = Register::with_link().await;
    let later = UnixSeconds(NOW.0 + 9);
    let mut transaction = register.begin().await;
    transaction.link_completed(link_id(1), NOW).await.unwrap();
    transaction.link_completed(link_id(1), later).await.unwrap();
    transaction.revoke_link(link_id(1), later).await.unwrap();
    transaction.commit().await.unwrap();
    let progress = register.shown().await.progress;
    assert_eq!((progress.completed, progress.revoked), (Some(NOW), None));

    register.keep_link(&link(2, 0)).await;
    let mut transaction = register.begin().await;
    transaction.revoke_link(link_id(2), NOW).await.unwrap();
    transaction.revoke_link(link_id(2), later).await.unwrap();
    let revoked = transaction.lock_link(link_id(2)).await.unwrap();
    assert_eq!(revoked.progress.revoked, Some(NOW));
    transaction.commit().await.unwrap();
    let asked = register
        .store()
        .ask_for_signature(&register.issuer, link_id(2), "c", NOW);
    assert!(is_absent(asked.await));
}

#[tokio::test]
async fn an_attempt_is_found_by_the_link_that_it_began_by() {
    let register = Register::with_link().await;
    let attempt = VerificationId([3; 16].into());
    let mut transaction = register.begin().await;
    let started = transaction.link_started(link_id(1), attempt, NOW);
    started.await.unwrap();
    let found = transaction.link_of_verification(id(1), attempt).await;
    assert_eq!(found.unwrap().unwrap().id, link_id(1));
    let other = transaction.link_of_verification(id(2), attempt).await;
    assert_eq!(other.unwrap(), None);
}

#[tokio::test]
async fn the_newest_links_come_first_and_pages_leave_none_out() {
    let register = Register::with_customers(1).await;
    // Most of one second, and their ids in no order; nobody's clock need go forward.
    for (n, after) in [(7, 5), (2, 5), (9, 5), (4, 5), (1, 4)] {
        register.keep_link(&link(n, after)).await;
    }
    let (store, acme): (_, &IssuerId) = (register.store(), &register.issuer);
    let mut later = 20..;
    for investor in [None, Some(id(1))] {
        let (mut seen, mut before) = (Vec::new(), None);
        let filter = LinkFilter { investor, ..ALL };
        loop {
            let page = store.links(acme, filter, NOW, before, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            seen.extend(page.iter().map(|link| link.id));
            // What is made meanwhile comes before the first page.
            register.keep_link(&link(later.next().unwrap(), 5)).await;
        }
        assert!(seen.ends_with(&[1, 4, 9, 2, 7].map(link_id)), "{seen:?}");
    }
    let others = LinkFilter {
        investor: Some(id(2)),
        ..ALL
    };
    let others = store.links(acme, others, NOW, None, 10).await.unwrap();
    assert_eq!(others, []);
}

/// Keeps a link of each story that links have, and returns all, the newest first.
async fn of_every_story(register: &Register) -> Vec<Link> {
    let (store, acme) = (register.store(), &register.issuer);
    let stories = (0..32).map(|story: u8| [0, 1, 2, 3, 4].map(|step| story & (1 << step) != 0));
    for (n, [opened, started, completed, revoked, soon]) in (1..).zip(stories) {
        let mut made = link(n, 0);
        made.progress.expires = if soon { UnixSeconds(NOW.0 + 10) } else { END };
        register.keep_link(&made).await;
        if opened {
            store.link_opened(acme, made.id, NOW).await.unwrap();
        }
        if started {
            let asked = store.ask_for_signature(acme, made.id, "c", NOW);
            asked.await.unwrap();
        }
        let mut transaction = register.begin().await;
        if completed {
            transaction.link_completed(made.id, NOW).await.unwrap();
        }
        if revoked {
            transaction.revoke_link(made.id, NOW).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    store.links(acme, ALL, NOW, None, 100).await.unwrap()
}

#[tokio::test]
async fn lists_by_status_have_who_stands_so_at_that_moment_page_by_page() {
    let register = Register::with_customers(1).await;
    let all = of_every_story(&register).await;
    assert_eq!(all.len(), 32);
    let (store, acme) = (register.store(), &register.issuer);
    let mut met = std::collections::HashSet::new();
    let moments = [0, 9, 10, 86_399, 86_400].map(|after| UnixSeconds(NOW.0 + after));
    for (now, status) in moments
        .into_iter()
        .flat_map(|now| LinkStatus::ALL.map(|status| (now, status)))
    {
        let stands = all.iter().filter(|link| link.progress.at(now) == status);
        let stands: Vec<_> = stands.map(|link| link.id).collect();
        for investor in [None, Some(id(1))] {
            let (mut seen, mut before) = (Vec::new(), None);
            let status = Some(status);
            loop {
                let filter = LinkFilter { investor, status };
                let page = store.links(acme, filter, now, before, 3).await.unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.id);
                seen.extend(page.iter().map(|link| link.id));
            }
            assert_eq!(seen, stands, "{status:?} at {now}");
        }
        if !stands.is_empty() {
            met.insert(status);
        }
    }
    assert_eq!(met.len(), LinkStatus::ALL.len(), "{met:?}");
}
