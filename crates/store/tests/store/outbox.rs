//! What chains are owed: nothing is lost, nothing is told twice, denials first.

use symbolon_core::{
    command::Command,
    country::Country,
    log::EntryNumber,
    mirror::{
        lane::Urgency,
        plan::{Owed, PendingRecord},
    },
    wallet::{ChainScope, Version},
};
use symbolon_store::Subject;

use crate::support::{NOW, ONE, Register, TWO, admit, chain, id, verdict, wallet};

async fn pull(register: &Register, urgency: Urgency) -> Vec<PendingRecord> {
    register
        .store()
        .pull(&register.issuer, ONE, urgency, 100)
        .await
        .unwrap()
}

async fn rows(register: &Register) -> (u64, u64) {
    let chains = register
        .store()
        .chain_statistics(&register.issuer)
        .await
        .unwrap();
    (chains[0].approvals, chains[0].denials)
}

#[tokio::test]
async fn every_chain_is_owed_every_change_in_its_turn() {
    let register = Register::with_customers(3).await;
    for chain in [ONE, TWO] {
        let owed = register
            .store()
            .pull(&register.issuer, chain, Urgency::Approvals, 2)
            .await
            .unwrap();
        let turns: Vec<_> = owed.iter().map(|pending| pending.owed.entry.0).collect();
        assert_eq!(turns, [1, 2], "the oldest first, two at most");
        let report = register
            .store()
            .wallet_report(&register.issuer, wallet(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(owed[0].desired, report.desired(chain));
        assert!(report.is_pending(chain));
        assert!(owed[0].desired.is_approved() && owed[0].observed == Default::default());
    }
    let one = register
        .store()
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert_ne!(
        one.desired(ONE).identity(),
        one.desired(TWO).identity(),
        "salted per chain"
    );
}

#[tokio::test]
async fn changes_of_a_wallet_coalesce() {
    let register = Register::with_customers(2).await;
    register.revoke(1).await;
    assert_eq!(rows(&register).await, (2, 1));
    let denials = pull(&register, Urgency::Denials).await;
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0].owed.entry, EntryNumber(3));
    assert_eq!(denials[0].desired.version(), Version(2));
    assert!(denials[0].desired.denies());
    let approvals = pull(&register, Urgency::Approvals).await;
    assert_eq!(approvals.len(), 1, "the approval of wallet 1 is superseded");
    assert_eq!(approvals[0].owed.wallet, wallet(2));
    assert_eq!(rows(&register).await, (1, 1), "and struck out");

    register
        .one(
            Subject::Investor(id(1)),
            Command::Verify(verdict(Country::US)),
        )
        .await;
    assert!(pull(&register, Urgency::Denials).await.is_empty());
    let approvals = pull(&register, Urgency::Approvals).await;
    assert_eq!(approvals.len(), 2);
    assert_eq!(approvals[1].desired.version(), Version(3));
    assert_eq!(rows(&register).await, (2, 0));
}

#[tokio::test]
async fn a_page_of_superseded_rows_hides_nothing_behind_it() {
    let register = Register::with_customers(9).await;
    for n in 1..=8 {
        register.revoke(n).await;
    }
    let store = register.store();
    let approvals = store
        .pull(&register.issuer, ONE, Urgency::Approvals, 3)
        .await
        .unwrap();
    assert_eq!(approvals.len(), 1);
    assert_eq!(approvals[0].owed.wallet, wallet(9));
}

#[tokio::test]
async fn a_newer_change_survives_the_striking_of_an_older_one() {
    let register = Register::with_customers(2).await;
    let pulled: Vec<_> = pull(&register, Urgency::Approvals)
        .await
        .iter()
        .map(|pending| pending.owed)
        .collect();
    register.revoke(1).await;
    register
        .store()
        .discard(&register.issuer, ONE, &pulled)
        .await
        .unwrap();
    assert!(pull(&register, Urgency::Approvals).await.is_empty());
    let left = pull(&register, Urgency::Denials).await;
    assert_eq!(left.len(), 1);
    assert_eq!(
        left[0].owed,
        Owed {
            entry: EntryNumber(3),
            wallet: wallet(1)
        }
    );
    // An old row is no reason to strike a pair that was never pulled.
    let crossed = [
        Owed {
            entry: EntryNumber(3),
            wallet: wallet(2),
        },
        Owed {
            entry: EntryNumber(1),
            wallet: wallet(1),
        },
    ];
    register
        .store()
        .discard(&register.issuer, ONE, &crossed)
        .await
        .unwrap();
    assert_eq!(pull(&register, Urgency::Denials).await.len(), 1);
    let two = register
        .store()
        .pull(&register.issuer, TWO, Urgency::Approvals, 9)
        .await
        .unwrap();
    assert_eq!(two.len(), 1, "the other chain's rows are its own");
}

#[tokio::test]
async fn a_wallet_counts_in_its_scope_alone() {
    let register = Register::empty().await;
    let mut request = admit(1);
    if let Command::Admit { chains, .. } = &mut request.command {
        *chains = ChainScope::Only([TWO].into());
    }
    register.decide(vec![request]).await.pop().unwrap().unwrap();
    assert!(pull(&register, Urgency::Approvals).await.is_empty());
    let two = register
        .store()
        .pull(&register.issuer, TWO, Urgency::Approvals, 9)
        .await
        .unwrap();
    assert_eq!(two.len(), 1);
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert!(report.desired(TWO).is_approved());
    assert!(report.desired(ONE).denies());
}

#[tokio::test]
async fn a_chain_that_leaves_the_scope_is_still_owed_the_tombstone() {
    let register = Register::with_customers(2).await;
    register
        .one(
            Subject::Investor(id(1)),
            Command::RemoveWallet { wallet: wallet(1) },
        )
        .await;
    let link = Command::LinkWallet {
        wallet: wallet(1),
        chains: ChainScope::Only([TWO].into()),
    };
    register.one(Subject::Investor(id(2)), link).await;
    let denials = pull(&register, Urgency::Denials).await;
    assert_eq!(denials.len(), 1);
    assert_eq!(
        (
            denials[0].owed.wallet,
            denials[0].desired.identity().is_zero()
        ),
        (wallet(1), true)
    );
    let two = register
        .store()
        .pull(&register.issuer, TWO, Urgency::Approvals, 9)
        .await
        .unwrap();
    assert_eq!(two.len(), 2);
}

#[tokio::test]
async fn a_new_chain_is_owed_everything_that_any_chain_was_told() {
    let register = Register::with_customers(3).await;
    register.revoke(2).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let three = symbolon_core::ids::ChainId(10);
    transaction.add_chain(&chain(three), NOW).await.unwrap();
    transaction.commit().await.unwrap();
    let store = register.store();
    let owed = |urgency| store.pull(&register.issuer, three, urgency, 9);
    assert_eq!(owed(Urgency::Approvals).await.unwrap().len(), 2);
    assert_eq!(owed(Urgency::Denials).await.unwrap().len(), 1);
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let twice = transaction.add_chain(&chain(three), NOW).await;
    assert!(matches!(
        twice,
        Err(symbolon_store::StoreError::Conflict { .. })
    ));
}
