//! Deciding: what is stored is what was decided, and refusals leave no trace.

use symbolon_core::{
    command::Command,
    country::Country,
    ids::ChainId,
    investor::{InvestorKind, RejectionReason, RevocationReason, StatusName},
    log::EntryNumber,
    register::Refusal,
    wallet::{ChainScope, Version},
};
use symbolon_store::{Request, Subject};

use crate::support::{NOW, ONE, Register, admit, id, reference, row, verdict, wallet};

#[tokio::test]
async fn what_is_read_is_what_was_decided() {
    let register = Register::empty().await;
    let decided = register
        .decide(vec![admit(1)])
        .await
        .pop()
        .unwrap()
        .unwrap();
    assert_eq!(decided.entry, Some(EntryNumber(1)));
    assert_eq!(decided.changed, [(wallet(1), Version(1))]);
    let stored = register
        .store()
        .investor(&register.issuer, id(1))
        .await
        .unwrap();
    assert_eq!(stored.investor, decided.investor);
    assert_eq!(
        (stored.created, stored.changed),
        (EntryNumber(1), EntryNumber(1))
    );
}

#[tokio::test]
async fn every_status_and_flag_survives_the_database() {
    let register = Register::empty().await;
    let register_as = |n, kind| Request {
        subject: Subject::New(id(n)),
        command: Command::RegisterInvestor {
            kind,
            external_id: None,
        },
    };
    register
        .decide(vec![register_as(1, InvestorKind::LegalEntity)])
        .await
        .pop()
        .unwrap()
        .unwrap();
    for command in [
        Command::LinkWallet {
            wallet: wallet(1),
            chains: ChainScope::Only([ONE.chain, ChainId(10)].into()),
        },
        Command::Restrict,
        Command::FreezeAssets,
        Command::Verify(verdict(Country::US)),
        Command::DeactivateWallet { wallet: wallet(1) },
        Command::Revoke(RevocationReason::ComplianceViolation),
        Command::LiftRestriction,
        Command::UnfreezeAssets {
            licence: "OFAC 1".to_owned(),
        },
        Command::Verify(symbolon_core::command::Verdict {
            expiry: None,
            accreditation_ends: None,
            ..verdict(Country::US)
        }),
    ] {
        let decided = register.one(Subject::Investor(id(1)), command).await;
        let stored = register
            .store()
            .investor(&register.issuer, id(1))
            .await
            .unwrap();
        assert_eq!(stored.investor, decided.investor);
        assert_eq!(Some(stored.changed), decided.entry);
    }
    register
        .decide(vec![register_as(2, InvestorKind::NaturalPerson)])
        .await
        .pop()
        .unwrap()
        .unwrap();
    let rejected = register
        .one(
            Subject::Investor(id(2)),
            Command::Reject(RejectionReason::SourceOfFunds),
        )
        .await;
    let stored = register
        .store()
        .investor(&register.issuer, id(2))
        .await
        .unwrap();
    assert_eq!(stored.investor, rejected.investor);
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn a_refused_request_changes_nothing_and_harms_no_other() {
    let register = Register::with_customers(2).await;
    let before = register.store().head(&register.issuer).await.unwrap();
    let answers = register
        .decide(vec![
            admit(3),
            // Customer 2's wallet for customer 1.
            Request {
                subject: Subject::Investor(id(1)),
                command: Command::LinkWallet {
                    wallet: wallet(2),
                    chains: ChainScope::All,
                },
            },
            Request {
                subject: Subject::Wallet(wallet(99)),
                command: Command::Restrict,
            },
            Request {
                subject: Subject::ExternalId(reference(2)),
                command: Command::Restrict,
            },
            admit(1),
        ])
        .await;
    assert!(answers[0].is_ok());
    assert_eq!(answers[1], Err(Refusal::WalletTaken(wallet(2))));
    assert_eq!(answers[2], Err(Refusal::UnknownWallet(wallet(99))));
    assert!(answers[3].as_ref().unwrap().investor.restricted);
    assert_eq!(
        answers[4].as_ref().unwrap().entry,
        None,
        "all is so already"
    );
    let after = register.store().head(&register.issuer).await.unwrap();
    assert_eq!(after.number.0, before.number.0 + 2);
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn a_later_request_sees_what_an_earlier_one_did() {
    let register = Register::empty().await;
    let second_wallet = row(7, wallet(2), Some(reference(1)), verdict(Country::US));
    let revoke = Request {
        subject: Subject::Wallet(wallet(2)),
        command: Command::Revoke(RevocationReason::Departure),
    };
    let answers = register
        .decide(vec![admit(1), second_wallet, revoke, admit(1)])
        .await;
    let revoked = answers[2].as_ref().unwrap();
    assert_eq!(
        revoked.investor.id,
        id(1),
        "found by its external id, not made again"
    );
    assert_eq!(
        revoked.changed,
        [(wallet(1), Version(2)), (wallet(2), Version(2))]
    );
    assert_eq!(answers[3], Err(Refusal::RevokedNotInBatch));
    let stored = register
        .store()
        .investor(&register.issuer, id(1))
        .await
        .unwrap();
    assert_eq!(stored.investor, revoked.investor);
    assert_eq!(stored.investor.status.name(), StatusName::Revoked);
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn an_id_or_a_reference_is_given_once() {
    let register = Register::with_customers(1).await;
    let new = |n, external_id| Request {
        subject: Subject::New(id(n)),
        command: Command::RegisterInvestor {
            kind: InvestorKind::NaturalPerson,
            external_id,
        },
    };
    let answers = register
        .decide(vec![
            new(1, None),
            new(2, Some(reference(1))),
            new(3, Some(reference(3))),
            new(4, Some(reference(3))),
        ])
        .await;
    assert_eq!(answers[0], Err(Refusal::InvestorExists));
    let taken = |n| Err(Refusal::ExternalIdTaken(reference(n)));
    assert_eq!(answers[1], taken(1));
    assert!(answers[2].is_ok());
    assert_eq!(answers[3], taken(3));
}

#[tokio::test]
async fn a_tombstone_keeps_its_version_through_removal_and_rebinding() {
    let register = Register::with_customers(2).await;
    let remove = Command::RemoveWallet { wallet: wallet(1) };
    let removed = register.one(Subject::Investor(id(1)), remove).await;
    assert_eq!(removed.changed, [(wallet(1), Version(2))]);
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((report.investor, report.wallet.version), (None, Version(2)));

    let link = Command::LinkWallet {
        wallet: wallet(1),
        chains: ChainScope::All,
    };
    let linked = register.one(Subject::Investor(id(2)), link).await;
    assert_eq!(linked.changed, [(wallet(1), Version(3))]);
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.investor.unwrap().id, id(2));
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn the_next_version_follows_what_finalized_blocks_showed() {
    let register = Register::with_customers(1).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let seen = [
        (wallet(1), Version(40)),
        (wallet(1), Version(9)),
        (wallet(2), Version(7)),
    ];
    transaction.raise_chain_versions(&seen).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(register.revoke(1).await.changed, [(wallet(1), Version(41))]);
    let admitted = register
        .decide(vec![admit(2)])
        .await
        .pop()
        .unwrap()
        .unwrap();
    assert_eq!(
        admitted.changed,
        [(wallet(2), Version(8))],
        "a wallet that only a chain knew"
    );
    register.store().verify_log(&register.issuer).await.unwrap();

    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction
        .raise_chain_versions(&[(wallet(1), Version(3))])
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let again = register
        .one(
            Subject::Investor(id(1)),
            Command::Verify(verdict(Country::US)),
        )
        .await;
    assert_eq!(again.changed, [(wallet(1), Version(42))], "it never falls");
}

#[tokio::test]
async fn expiries_fall_due_at_their_second() {
    let register = Register::with_customers(2).await;
    let due = async |at| {
        register
            .store()
            .due_expiries(&register.issuer, at, 10)
            .await
            .unwrap()
    };
    let expiry = crate::support::EXPIRY;
    assert!(
        due(symbolon_core::time::UnixSeconds(expiry.0 - 1))
            .await
            .is_empty()
    );
    assert_eq!(due(expiry).await.len(), 2);
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let expire = Request {
        subject: Subject::Investor(id(1)),
        command: Command::Expire,
    };
    let actor = symbolon_core::actor::Actor::system("expiry");
    let answer = transaction
        .decide(vec![expire], &actor, expiry)
        .await
        .unwrap();
    assert!(
        answer[0].as_ref().unwrap().changed.is_empty(),
        "the chain knew at that second"
    );
    transaction.commit().await.unwrap();
    assert_eq!(due(expiry).await, [id(2)]);
    assert_ne!(NOW, expiry);
}

#[tokio::test]
async fn a_reference_that_comes_later_is_kept() {
    let register = Register::empty().await;
    let nameless = row(1, wallet(1), None, verdict(Country::US));
    let named = row(7, wallet(1), Some(reference(1)), verdict(Country::US));
    for request in [nameless, named.clone()] {
        register.decide(vec![request]).await.pop().unwrap().unwrap();
    }
    let stored = register.store().investor(&register.issuer, id(1)).await;
    assert_eq!(stored.unwrap().investor.external_id, Some(reference(1)));
    register.store().verify_log(&register.issuer).await.unwrap();
    let again = register.decide(vec![named]).await.pop().unwrap().unwrap();
    assert_eq!(again.entry, None, "all was so already");
    let other = row(2, wallet(2), None, verdict(Country::US));
    let taken = row(8, wallet(2), Some(reference(1)), verdict(Country::US));
    let answers = register.decide(vec![other, taken]).await;
    assert!(answers[0].is_ok() && answers[1].is_err(), "it is another's");
}
