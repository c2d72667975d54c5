//! Whoever changes what is stored is found out (I9, I1).

use symbolon_core::{
    command::Command, country::Country, ids::InvestorId, log::Tampering, wallet::ChainScope,
};
use symbolon_store::{AuditError, Request, StateDifference, Subject};

use crate::support::{NOW, Register, actor, admit, id, verdict, wallet};

/// A register with a history: renewals, revocations, removals, re-bindings.
async fn history() -> Register {
    let register = Register::with_customers(6).await;
    register.revoke(1).await;
    for (n, command) in [
        (1, Command::Verify(verdict(Country::US))),
        (2, Command::RemoveWallet { wallet: wallet(2) }),
        (
            3,
            Command::LinkWallet {
                wallet: wallet(2),
                chains: ChainScope::All,
            },
        ),
        (4, Command::DeactivateWallet { wallet: wallet(4) }),
        (5, Command::RemoveWallet { wallet: wallet(5) }),
        (6, Command::FreezeAssets),
    ] {
        register.one(Subject::Investor(id(n)), command).await;
    }
    register.store().verify_log(&register.issuer).await.unwrap();
    register
}

async fn found(statement: &'static str) -> AuditError {
    let register = history().await;
    register.tamper(statement).await;
    register
        .store()
        .verify_log(&register.issuer)
        .await
        .unwrap_err()
}

fn log(error: AuditError) -> Tampering {
    match error {
        AuditError::Log(tampering) => tampering,
        other => panic!("{other}"),
    }
}

fn state(error: AuditError) -> StateDifference {
    match error {
        AuditError::State(difference) => difference,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn replay_equals_state() {
    let register = history().await;
    let report = register.store().verify_log(&register.issuer).await.unwrap();
    assert_eq!(
        (report.head.number.0, report.investors, report.wallets),
        (13, 6, 6)
    );
    let one = register
        .store()
        .investor(&register.issuer, id(1))
        .await
        .unwrap();
    let told = register
        .store()
        .entries_of(&register.issuer, id(1), Default::default(), 10);
    let told: Vec<_> = told
        .await
        .unwrap()
        .iter()
        .map(|stored| stored.entry.number.0)
        .collect();
    assert_eq!(told, [1, 7, 8]);
    assert_eq!((one.created.0, one.changed.0), (1, 8));
}

#[tokio::test]
async fn an_edited_entry_is_found() {
    let edited = found(
        "UPDATE entry SET events = replace(events, '\"country\":\"US\"', '\"country\":\"CH\"') \
         WHERE number = 3",
    );
    assert_eq!(log(edited.await), Tampering::WrongHash(3));
    let actor = found("UPDATE entry SET actor = 'cli:somebody' WHERE number = 5");
    assert_eq!(log(actor.await), Tampering::WrongHash(5));
}

#[tokio::test]
async fn a_deleted_entry_is_found() {
    let gap = Tampering::WrongNumber {
        expected: 4,
        found: 5,
    };
    assert_eq!(log(found("DELETE FROM entry WHERE number = 4").await), gap);
    // The gap closed by renumbering the rest.
    let register = history().await;
    register.tamper("DELETE FROM entry WHERE number = 4").await;
    register
        .tamper("UPDATE entry SET number = -(number - 1) WHERE number > 4")
        .await;
    register
        .tamper("UPDATE entry SET number = -number WHERE number < 0")
        .await;
    let error = register
        .store()
        .verify_log(&register.issuer)
        .await
        .unwrap_err();
    assert_eq!(log(error), Tampering::WrongHash(4));
}

#[tokio::test]
async fn reordered_entries_are_found() {
    let register = history().await;
    register
        .tamper("UPDATE entry SET number = -number WHERE number IN (2, 3)")
        .await;
    register
        .tamper("UPDATE entry SET number = 5 + number WHERE number IN (-2, -3)")
        .await;
    let error = register
        .store()
        .verify_log(&register.issuer)
        .await
        .unwrap_err();
    assert_eq!(log(error), Tampering::WrongHash(2));
}

#[tokio::test]
async fn a_truncated_log_is_found() {
    let truncated = found("DELETE FROM entry WHERE number > 10").await;
    let expected = Tampering::Truncated {
        expected: 13,
        found: 10,
    };
    assert_eq!(log(truncated), expected);
    let forged = found("UPDATE issuer SET head_hash = decode(repeat('00', 32), 'hex')").await;
    assert_eq!(log(forged), Tampering::WrongHead);
}

#[tokio::test]
async fn edited_state_is_found() {
    let one = |n| StateDifference::Investor(id(n));
    let frozen = found("UPDATE investor SET frozen = false WHERE created_entry = 6").await;
    assert_eq!(state(frozen), one(6));
    let version = found("UPDATE wallet SET version = 9 WHERE holder = 1").await;
    assert_eq!(state(version), one(1));
    let stolen = found("UPDATE wallet SET holder = 6 WHERE holder = 4").await;
    assert_eq!(state(stolen), one(4));
    let expiry = found("UPDATE investor SET expiry_s = NULL WHERE created_entry = 3").await;
    assert_eq!(state(expiry), one(3));
    let moved = found("UPDATE entry SET subject = 2 WHERE number = 8").await;
    assert_eq!(state(moved), StateDifference::Inapplicable(8));
    let tombstone = found("UPDATE wallet SET version = 0 WHERE holder IS NULL").await;
    assert_eq!(state(tombstone), StateDifference::Tombstone(wallet(5)));
}

#[tokio::test]
async fn missing_and_invented_rows_are_found() {
    let count = |what, expected, found| StateDifference::Count {
        what,
        expected,
        found,
    };
    let gone = found("DELETE FROM investor WHERE created_entry = 2").await;
    assert_eq!(state(gone), count("investors", 6, 5));
    let gone = found("DELETE FROM wallet WHERE holder IS NULL").await;
    assert_eq!(state(gone), count("tombstones", 1, 0));
    let nobody = found("UPDATE wallet SET holder = 4711 WHERE holder IS NULL").await;
    assert!(matches!(nobody, AuditError::State(_)));
    let invented = found(
        "INSERT INTO investor SELECT issuer, 99, 99, decode(repeat('ee', 32), 'hex'), NULL, kind, \
         status, reason, restricted, frozen, authority, level, country, rating, accreditation_ends, \
         us_person, person, expiry_s, source, verified_s, wallets FROM investor WHERE created_entry = 3",
    )
    .await;
    let stranger = InvestorId(alloy_primitives::B256::repeat_byte(0xee));
    assert_eq!(state(invented), StateDifference::Investor(stranger));
}

#[tokio::test]
async fn a_row_that_contradicts_itself_is_no_verdict() {
    for statement in [
        "UPDATE investor SET status = 'approved' WHERE created_entry = 1",
        "UPDATE investor SET country = NULL WHERE created_entry = 1",
        "UPDATE investor SET country = 0 WHERE created_entry = 1",
        "UPDATE investor SET rating = 9 WHERE created_entry = 1",
        "UPDATE investor SET source = '{' WHERE created_entry = 1",
        "UPDATE wallet SET version = 70000 WHERE holder = 1",
        "DELETE FROM investor WHERE created_entry = 1",
    ] {
        let register = Register::with_customers(1).await;
        register.tamper(statement).await;
        let report = register
            .store()
            .wallet_report(&register.issuer, wallet(1))
            .await;
        assert!(
            matches!(report, Err(symbolon_store::StoreError::Damaged { .. })),
            "{statement}: {report:?}"
        );
        let mut transaction = register.store().begin(&register.issuer).await.unwrap();
        let restrict = Request {
            subject: Subject::Wallet(wallet(1)),
            command: Command::Restrict,
        };
        let requests = vec![restrict, admit(2)];
        let decided = transaction.decide(requests, &actor(), NOW).await;
        assert!(decided.is_err(), "{statement}");
    }
}
