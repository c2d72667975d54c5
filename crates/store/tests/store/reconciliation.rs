//! What final blocks show, held against the register.

use symbolon_core::{
    command::Command,
    ids::RegistryId,
    mirror::{lane::Part, reconciliation::Finding, record::WalletRecord},
    wallet::Version,
};
use symbolon_store::{Compared, Measure, Seen, Subject};

use crate::support::{NOW, ONE, Register, TWO, wallet};

const BLOCK: u64 = 7;

/// Has chain ONE told of everything, so that nothing is on its way.
async fn told(register: &Register) {
    told_to(register, ONE).await;
}

async fn told_to(register: &Register, chain: RegistryId) {
    let head = register.store().head(&register.issuer).await.unwrap();
    let discharge = symbolon_core::mirror::plan::Discharge {
        rows: register
            .pull(chain, Part::Denials)
            .await
            .iter()
            .map(|pending| pending.owed)
            .collect(),
        through: Some(head.number),
        ..Default::default()
    };
    let lease = register.lease(chain).await;
    let discharged = register.store().discharge(&lease, &discharge);
    discharged.await.unwrap();
}

async fn desired(register: &Register, n: u8) -> WalletRecord {
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(n))
        .await
        .unwrap()
        .unwrap();
    report.desired(&ONE.into())
}

/// Chain ONE was seen to hold this of a wallet.
async fn see(register: &Register, n: u8, held: WalletRecord) -> Compared {
    let seen = Seen {
        block: BLOCK,
        at: NOW,
        records: vec![(wallet(n), held)],
    };
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    transaction.suspect(ONE, &[wallet(n); 2]).await.unwrap();
    let found = transaction
        .reconcile(&ONE.into(), &seen, NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let suspects = register.store().suspects(&register.issuer, ONE, 10).await;
    // What is on its way is looked at again, once it has arrived.
    let again = found[0].finding == Finding::OnItsWay;
    assert_eq!(suspects.unwrap().contains(&wallet(n)), again);
    found[0]
}

async fn disputes(register: &Register) -> usize {
    let (store, issuer) = (register.store(), &register.issuer);
    let listed = store.disputes(issuer, ONE, None, 10).await.unwrap();
    let counted = store.count_disputes(issuer, ONE).await.unwrap();
    assert_eq!(counted, listed.len() as u64);
    listed.len()
}

#[tokio::test]
async fn whom_the_register_denies_is_owed_a_denial_above_what_was_seen() {
    let register = Register::with_customers(2).await;
    register.revoke(1).await;
    told(&register).await;
    let foreign = desired(&register, 1).await.with_approval(true);
    let found = see(&register, 1, foreign.with_version(Version(30))).await;
    assert_eq!(
        (found.finding, found.measure),
        (Finding::ChainApproves, Measure::Denied)
    );
    for chain in [ONE, TWO] {
        let owed = register.pull(chain, Part::Denials).await;
        let owed = owed.iter().find(|owed| owed.owed.wallet == wallet(1));
        assert_eq!(owed.unwrap().desired.version(), Version(31));
    }
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn what_is_on_its_way_is_not_repaired() {
    let register = Register::with_customers(1).await;
    let ours = desired(&register, 1).await;
    let found = see(&register, 1, WalletRecord::EMPTY).await;
    assert_eq!(found.finding, Finding::OnItsWay);
    told(&register).await;
    // Nobody knows of any transaction that carries it, and the chain has nothing.
    let found = see(&register, 1, WalletRecord::EMPTY).await;
    assert_eq!(
        (found.finding, found.measure),
        (Finding::Differs, Measure::Rewritten)
    );
    let owed = register.pull(ONE, Part::Again).await;
    assert_eq!(
        owed[0].desired, ours,
        "as it is: nothing was seen beyond it"
    );
}

#[tokio::test]
async fn a_dispute_ends_when_somebody_decides() {
    let register = Register::with_customers(1).await;
    told(&register).await;
    let denied = desired(&register, 1).await.with_approval(false);
    for _ in 0..2 {
        let found = see(&register, 1, denied).await;
        assert_eq!(found.measure, Measure::LeftToPeople);
        assert_eq!(disputes(&register).await, 1);
    }
    for part in [Part::Denials, Part::Again] {
        assert_eq!(register.pull(ONE, part).await, [], "nothing lifts it");
    }
    register.revoke(1).await;
    assert_eq!(disputes(&register).await, 0);
}

#[tokio::test]
async fn a_dispute_ends_when_the_chain_comes_round() {
    let register = Register::with_customers(1).await;
    told(&register).await;
    let ours = desired(&register, 1).await;
    see(&register, 1, ours.with_approval(false)).await;
    see(&register, 1, ours).await;
    assert_eq!(disputes(&register).await, 0);
}

/// A reorganisation undoes the denial: the approval is written anew, and whatever
/// the chain shows later is compared as if nothing had been.
#[tokio::test]
async fn a_dispute_ends_when_what_was_denied_is_undone() {
    let register = Register::with_customers(1).await;
    told(&register).await;
    let denied = desired(&register, 1).await.with_approval(false);
    see(&register, 1, denied).await;
    let found = see(&register, 1, WalletRecord::EMPTY).await;
    assert_eq!(found.measure, Measure::Rewritten);
    assert_eq!(disputes(&register).await, 0);
}

/// Decisions may be lost: what nobody can explain is barred on every chain, and
/// approvals wait everywhere until the scan has ended.
#[tokio::test]
async fn where_decisions_may_be_lost_the_disputed_are_barred_everywhere() {
    let register = Register::with_customers(2).await;
    told(&register).await;
    let (store, issuer) = (register.store(), &register.issuer);
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .alarm(ONE, "a head that nobody knows", true, (1, 1), NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let denied = desired(&register, 1).await.with_approval(false);
    see(&register, 1, denied.with_version(Version(9))).await;
    assert_eq!(disputes(&register).await, 1);
    for chain in [ONE, TWO] {
        let owed = register.pull(chain, Part::Denials).await;
        assert_eq!(owed[0].owed.wallet, wallet(1));
        assert_eq!(owed[0].desired.version(), Version(10));
    }
    let head = store.head(issuer).await.unwrap().number;
    let before = symbolon_core::log::EntryNumber(0);
    for chain in [ONE, TWO] {
        assert_eq!(register.pull(chain, Part::After(before)).await, []);
    }
    // It stays disputed until somebody lets it be used again.
    let held = desired(&register, 1).await;
    see(&register, 1, held).await;
    assert_eq!(disputes(&register).await, 1);
    let reactivate = Command::ReactivateWallet { wallet: wallet(1) };
    register.one(Subject::Wallet(wallet(1)), reactivate).await;
    assert_eq!(disputes(&register).await, 0);
    assert!(store.head(issuer).await.unwrap().number > head);
}

/// A newer version is written to every chain, and would lift there what somebody
/// has denied, of which the register is yet to hear.
#[tokio::test]
async fn nothing_is_renewed_before_every_chain_is_understood() {
    let register = Register::with_customers(1).await;
    told(&register).await;
    told_to(&register, TWO).await;
    let ours = desired(&register, 1).await;
    let (store, issuer) = (register.store(), &register.issuer);
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction.suspect(ONE, &[wallet(1)]).await.unwrap();
    transaction.commit().await.unwrap();
    let seen = Seen {
        block: BLOCK,
        at: NOW,
        records: vec![(wallet(1), ours.with_version(Version(9)))],
    };
    let look = async || {
        let mut transaction = store.begin(issuer).await.unwrap();
        let found = transaction.reconcile(&TWO.into(), &seen, NOW).await;
        transaction.commit().await.unwrap();
        found.unwrap()[0].measure
    };
    assert_eq!(look().await, Measure::Nothing);
    assert_eq!(store.suspects(issuer, TWO, 10).await.unwrap(), [wallet(1)]);
    see(&register, 1, ours).await;
    assert_eq!(look().await, Measure::Rewritten);
    assert_eq!(desired(&register, 1).await.version(), Version(10));
    assert_eq!(store.suspects(issuer, TWO, 10).await.unwrap(), []);
}

/// Two chains on which the same wallet is to be renewed do not wait for each other.
#[tokio::test]
async fn what_waits_for_others_holds_up_none() {
    let register = Register::with_customers(1).await;
    told(&register).await;
    told_to(&register, TWO).await;
    let foreign = desired(&register, 1).await.with_version(Version(9));
    let (store, issuer) = (register.store(), &register.issuer);
    let mut transaction = store.begin(issuer).await.unwrap();
    for chain in [ONE, TWO] {
        transaction.suspect(chain, &[wallet(1)]).await.unwrap();
    }
    let seen = Seen {
        block: BLOCK,
        at: NOW,
        records: vec![(wallet(1), foreign)],
    };
    let mut measures = Vec::new();
    for chain in [ONE, TWO] {
        let found = transaction.reconcile(&chain.into(), &seen, NOW).await;
        measures.push(found.unwrap()[0].measure);
    }
    transaction.commit().await.unwrap();
    assert_eq!(measures, [Measure::Nothing, Measure::Rewritten]);
}

/// What a scan would be told of wallet 1: what was seen, and whether it is met.
async fn to_compare(register: &Register) -> (WalletRecord, bool) {
    let (store, issuer) = (register.store(), &register.issuer);
    let page = store.to_compare(issuer, &ONE.into(), None, 10).await;
    let page = page.unwrap();
    let one = page.iter().find(|one| one.wallet == wallet(1)).unwrap();
    let held = one.observed;
    assert_eq!(one.is_as_known(held), one.is_met);
    assert!(!one.is_as_known(WalletRecord::tombstone(Version(77))));
    (held, one.is_met)
}

async fn is_noted_as_met(register: &Register) -> bool {
    let noted = sqlx::query_scalar("SELECT met_entry IS NOT NULL FROM observed WHERE wallet = $1");
    let noted = noted.bind(wallet(1).address().to_vec());
    noted.fetch_one(&mut register.raw().await).await.unwrap()
}

/// Whom the chain holds as it must is not read again, until either side changes.
#[tokio::test]
async fn what_is_met_is_noted_until_either_side_changes() {
    let register = Register::with_customers(2).await;
    told(&register).await;
    assert_eq!(to_compare(&register).await, (WalletRecord::EMPTY, false));
    let approved = desired(&register, 1).await;
    see(&register, 1, approved).await;
    assert!(!is_noted_as_met(&register).await);
    assert_eq!(to_compare(&register).await, (approved, true));
    assert!(is_noted_as_met(&register).await);
    see(&register, 1, approved).await;
    assert!(
        is_noted_as_met(&register).await,
        "seen again, it is the same"
    );
    assert_eq!(to_compare(&register).await, (approved, true));

    // The register changes.
    register.revoke(1).await;
    assert_eq!(to_compare(&register).await, (approved, false));
    told(&register).await;
    let denied = desired(&register, 1).await;
    see(&register, 1, denied).await;
    assert_eq!(to_compare(&register).await, (denied, true));

    // The chain changes.
    see(&register, 1, approved).await;
    assert!(!is_noted_as_met(&register).await);
    assert_eq!(to_compare(&register).await, (approved, false));
}

/// Though the chain holds what it must, people are to decide about it elsewhere.
#[tokio::test]
async fn what_is_disputed_is_not_met() {
    let register = Register::with_customers(2).await;
    told(&register).await;
    told_to(&register, TWO).await;
    let approved = desired(&register, 1).await;
    see(&register, 1, approved).await;
    assert_eq!(to_compare(&register).await, (approved, true));
    let seen = Seen {
        block: BLOCK,
        at: NOW,
        records: vec![(wallet(1), WalletRecord::tombstone(Version(9)))],
    };
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let found = transaction.reconcile(&TWO.into(), &seen, NOW).await;
    transaction.commit().await.unwrap();
    assert_eq!(found.unwrap()[0].measure, Measure::LeftToPeople);
    assert_eq!(to_compare(&register).await, (approved, false));
}

/// Wherever a page ends, nobody is left out or taken for somebody else.
#[tokio::test]
async fn pages_hold_everybody_once() {
    let register = Register::with_customers(3).await;
    told(&register).await;
    let approved = desired(&register, 2).await;
    see(&register, 2, approved).await;
    let (store, issuer) = (register.store(), &register.issuer);
    let mut all = Vec::new();
    while let [one] = store
        .to_compare(issuer, &ONE.into(), all.last().map(|(last, _)| *last), 1)
        .await
        .unwrap()[..]
    {
        all.push((one.wallet, one.is_met));
    }
    let expected = [1, 2, 3].map(|n| (wallet(n), n == 2));
    assert_eq!(all, expected);
    let after = store.wallets_after(issuer, Some(wallet(1)), 9).await;
    assert_eq!(after.unwrap(), [wallet(2), wallet(3)]);
}
