//! What chains are owed: nothing is lost, nothing is told twice, denials first.

use symbolon_core::{
    command::Command,
    country::Country,
    ids::{ChainId, RegistryId},
    log::EntryNumber,
    mirror::{
        lane::Part,
        plan::{Discharge, Owed},
    },
    wallet::{ChainScope, Version},
};
use symbolon_store::{StoreError, Subject};

use crate::support::{NOW, ONE, Register, TWO, admit, chain, id, verdict, wallet};

/// Wallets in turn or again, and denials.
async fn counted(register: &Register) -> (u64, u64) {
    let chains = register.store().chain_statistics(&register.issuer).await;
    let one = chains.unwrap()[0];
    (one.approvals, one.denials)
}

async fn discharge(register: &Register, rows: Vec<Owed>, through: Option<u64>) {
    let discharge = Discharge {
        rows,
        through: through.map(EntryNumber),
        ..Discharge::default()
    };
    let lease = register.lease(ONE).await;
    let done = register.store().discharge(&lease, &discharge);
    done.await.unwrap();
}

#[tokio::test]
async fn every_chain_is_owed_every_change_in_its_turn() {
    let register = Register::with_customers(3).await;
    let (store, issuer) = (register.store(), &register.issuer);
    for chain in [ONE, TWO] {
        let part = Part::After(EntryNumber(0));
        let lease = register.lease(chain).await;
        let pulled = store.pull(&lease, &chain.into(), part, 2).await.unwrap();
        let owed = &pulled.records;
        let turns: Vec<_> = owed.iter().map(|pending| pending.owed.entry.0).collect();
        assert_eq!(turns, [1, 2], "the oldest first, two at most");
        assert_eq!((pulled.through, pulled.more), (EntryNumber(2), true));
        let report = store.wallet_report(issuer, wallet(1)).await;
        let report = report.unwrap().unwrap();
        assert_eq!(owed[0].desired, report.desired(&chain.into()));
        assert!(report.is_pending(&chain.into()));
        assert!(owed[0].desired.is_approved() && owed[0].observed == Default::default());

        let target = chain.into();
        let rest = store.pull(&lease, &target, Part::After(pulled.through), 2);
        let rest = rest.await.unwrap();
        assert_eq!(rest.records.len(), 1);
        assert_eq!((rest.through, rest.more), (EntryNumber(3), false));
    }
    let one = store.wallet_report(issuer, wallet(1)).await;
    let one = one.unwrap().unwrap();
    assert_ne!(
        one.desired(&ONE.into()).identity(),
        one.desired(&TWO.into()).identity(),
        "salted per chain"
    );
}

#[tokio::test]
async fn a_change_of_many_wallets_has_one_turn() {
    let register = Register::with_customers(1).await;
    for n in 2..=5 {
        let link = Command::LinkWallet {
            wallet: wallet(n),
            chains: ChainScope::All,
        };
        register.one(Subject::Investor(id(1)), link).await;
    }
    register.revoke(1).await;
    let (store, part) = (register.store(), Part::After(EntryNumber(0)));
    let pulled = store
        .pull(&register.lease(ONE).await, &ONE.into(), part, 2)
        .await
        .unwrap();
    assert_eq!(pulled.records.len(), 5, "a few more than asked for");
    assert_eq!(pulled.through, EntryNumber(6));
}

#[tokio::test]
async fn changes_of_a_wallet_coalesce() {
    let register = Register::with_customers(2).await;
    register.revoke(1).await;
    assert_eq!(counted(&register).await, (1, 1));
    let denials = register.denials(ONE).await;
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0].owed.entry, EntryNumber(3));
    assert_eq!(denials[0].desired.version(), Version(2));
    assert!(denials[0].desired.denies());
    let turns = register.in_turn(ONE).await;
    assert_eq!(turns.len(), 2);
    assert_eq!(turns[1].owed, denials[0].owed, "its turn comes as well");

    let verify = Command::Verify(verdict(Country::US));
    register.one(Subject::Investor(id(1)), verify).await;
    assert!(register.denials(ONE).await.is_empty(), "overtaken");
    let turns = register.in_turn(ONE).await;
    assert_eq!(turns.len(), 2);
    assert_eq!(turns[1].desired.version(), Version(3));
    assert_eq!(counted(&register).await, (2, 0));
}

#[tokio::test]
async fn a_page_of_superseded_rows_hides_nothing_behind_it() {
    let register = Register::with_customers(9).await;
    for n in 1..=9 {
        register.revoke(n).await;
    }
    for n in 1..=8 {
        let verify = Command::Verify(verdict(Country::US));
        register.one(Subject::Investor(id(n)), verify).await;
    }
    let lease = register.lease(ONE).await;
    let denials = register
        .store()
        .pull(&lease, &ONE.into(), Part::Denials, 3)
        .await
        .unwrap();
    assert_eq!(denials.records.len(), 1);
    assert_eq!(denials.records[0].owed.wallet, wallet(9));
}

#[tokio::test]
async fn a_chain_that_was_told_is_owed_what_changed_since() {
    let register = Register::with_customers(2).await;
    discharge(&register, Vec::new(), Some(2)).await;
    assert!(register.in_turn(ONE).await.is_empty());
    assert_eq!(register.in_turn(TWO).await.len(), 2, "as for itself");
    register.revoke(1).await;
    let left = register.denials(ONE).await;
    assert_eq!(left.len(), 1);
    let owed = Owed {
        entry: EntryNumber(3),
        wallet: wallet(1),
    };
    assert_eq!(left[0].owed, owed);
    discharge(&register, Vec::new(), Some(1)).await;
    let told = register.store().told_through(&register.issuer, ONE).await;
    assert_eq!(told.unwrap(), EntryNumber(2), "what is told is told");
}

#[tokio::test]
async fn a_row_is_struck_by_its_whole_key() {
    let register = Register::with_customers(2).await;
    register.revoke(1).await;
    let owed = |entry, n| Owed {
        entry: EntryNumber(entry),
        wallet: wallet(n),
    };
    discharge(&register, vec![owed(3, 2), owed(1, 1)], None).await;
    assert_eq!(register.denials(ONE).await.len(), 1);
    discharge(&register, vec![owed(3, 1)], None).await;
    assert!(register.denials(ONE).await.is_empty());
    assert_eq!(register.denials(TWO).await.len(), 1, "its rows are its own");
}

#[tokio::test]
async fn a_wallet_counts_in_its_scope_alone() {
    let register = Register::empty().await;
    let mut request = admit(1);
    if let Command::Admit { chains, .. } = &mut request.command {
        *chains = ChainScope::Only([TWO.chain].into());
    }
    register.decide(vec![request]).await.pop().unwrap().unwrap();
    assert!(register.in_turn(ONE).await.is_empty());
    assert_eq!(counted(&register).await, (0, 0));
    assert_eq!(register.in_turn(TWO).await.len(), 1);
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert!(report.desired(&TWO.into()).is_approved());
    assert!(report.desired(&ONE.into()).denies());
}

#[tokio::test]
async fn a_chain_that_leaves_the_scope_is_still_owed_the_tombstone() {
    let register = Register::with_customers(2).await;
    let remove = Command::RemoveWallet { wallet: wallet(1) };
    register.one(Subject::Investor(id(1)), remove).await;
    let link = Command::LinkWallet {
        wallet: wallet(1),
        chains: ChainScope::Only([TWO.chain].into()),
    };
    register.one(Subject::Investor(id(2)), link).await;
    let denials = register.denials(ONE).await;
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0].owed.wallet, wallet(1));
    assert!(denials[0].desired.identity().is_zero());
    assert_eq!(counted(&register).await, (1, 1));
    assert_eq!(register.in_turn(TWO).await.len(), 2);
}

#[tokio::test]
async fn a_new_chain_is_owed_everything() {
    let register = Register::with_customers(3).await;
    register.revoke(2).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let three = RegistryId::from(ChainId(10));
    transaction.add_chain(&chain(three)).await.unwrap();
    transaction.commit().await.unwrap();
    let turns = register.in_turn(three).await;
    assert_eq!(turns.len(), 3);
    assert!(turns[2].desired.denies());
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let twice = transaction.add_chain(&chain(three)).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })));
}

#[tokio::test]
async fn what_was_told_in_vain_is_told_again() {
    let register = Register::with_customers(3).await;
    register.revoke(3).await;
    discharge(&register, Vec::new(), Some(4)).await;
    let rows = register.denials(ONE).await.iter().map(|p| p.owed).collect();
    discharge(&register, rows, None).await;
    assert_eq!(counted(&register).await, (0, 0));
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let wallets = [wallet(1), wallet(3)];
    for _ in 0..2 {
        transaction
            .requeue(&ONE.into(), &wallets, NOW)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    assert_eq!(counted(&register).await, (1, 1));
    let again = register.pull(ONE, Part::Again).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].owed.wallet, wallet(1));
    assert_eq!(register.denials(ONE).await[0].owed.wallet, wallet(3));
}
