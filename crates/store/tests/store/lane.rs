//! A lane's books: stored before sent, settled once, told again where needed.

use alloy_primitives::{Address, B256, Bytes};
use symbolon_core::{
    mirror::{
        batch::{Batch, Upsert},
        fees::{Gas, GasPrice, Wei},
        lane::{Attempt, Envelope, Inspection, Nonce, Outcome, Part, Receipt, Signed},
        plan::{Discharge, PendingRecord},
    },
    time::UnixMillis,
};
use symbolon_store::StoreError;

use crate::support::{NOW, ONE, Register, wallet};

pub(crate) const SIGNER: Address = Address::repeat_byte(0x51);

/// Of customers alone, so that each entry is one wallet's turn.
/// Signs and stores what tells of these.
pub(crate) async fn send(register: &Register, pending: &[PendingRecord], nonce: u64) -> Signed {
    let signed = sign(register, pending, nonce, 0).await;
    store_signed(register, &signed).await.unwrap();
    signed
}

async fn turns(register: &Register) -> Vec<PendingRecord> {
    register.in_turn(ONE).await
}

async fn sign(register: &Register, pending: &[PendingRecord], nonce: u64, attempt: u16) -> Signed {
    let upserts = pending.iter().map(|pending| Upsert {
        wallet: pending.owed.wallet,
        record: pending.desired,
    });
    Signed {
        envelope: Envelope {
            nonce: Nonce(nonce),
            attempt: Attempt(attempt),
            gas_limit: Gas(9_000_000),
            price: GasPrice {
                max_fee: Wei(u128::MAX >> 2),
                priority_fee: Wei(1),
            },
            head: register.store().head(&register.issuer).await.unwrap(),
            batch: Batch::Upsert(upserts.collect()),
            discharge: Discharge {
                rows: pending.iter().map(|pending| pending.owed).collect(),
                through: pending.last().map(|pending| pending.owed.entry),
                ..Discharge::default()
            },
        },
        hash: B256::repeat_byte(nonce as u8 + 1),
        raw: Bytes::from_static(&[2, 3, 5]),
        stored_at: UnixMillis(NOW.0 * 1000),
    }
}

pub(crate) fn receipt(signed: &Signed, block_number: u64, pending: &[PendingRecord]) -> Receipt {
    Receipt {
        attempt: signed.envelope.attempt,
        block_number,
        succeeded: true,
        gas_used: Gas(21_000),
        fee: Default::default(),
        records: pending
            .iter()
            .map(|pending| (pending.owed.wallet, pending.desired))
            .collect(),
        authorities: Vec::new(),
    }
}

async fn store_signed(register: &Register, signed: &Signed) -> Result<(), StoreError> {
    register
        .store()
        .store_signed(&register.lease(ONE).await, SIGNER, signed)
        .await
}

pub(crate) async fn settle(
    register: &Register,
    nonce: u64,
    outcome: Outcome,
) -> Result<(), StoreError> {
    register
        .store()
        .settle(
            &register.lease(ONE).await,
            &ONE.into(),
            SIGNER,
            &[(Nonce(nonce), outcome)],
            NOW,
        )
        .await
}

#[tokio::test]
async fn what_is_signed_is_stored_as_it_leaves_the_outbox() {
    let register = Register::with_customers(3).await;
    let pending = turns(&register).await;
    let signed = sign(&register, &pending[..2], 0, 0).await;
    store_signed(&register, &signed).await.unwrap();
    assert_eq!(turns(&register).await, pending[2..]);
    let open = register
        .store()
        .open_transactions(&register.issuer, ONE, SIGNER)
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].raw, signed.raw);
    assert_eq!(open[0].batch, signed.envelope.batch);
    assert_eq!(open[0].price, signed.envelope.price);
    assert_eq!(
        (open[0].head, open[0].hash),
        (signed.envelope.head, signed.hash)
    );
}

#[tokio::test]
async fn a_second_worker_at_the_same_nonce_is_refused_whole() {
    let register = Register::with_customers(2).await;
    let pending = turns(&register).await;
    store_signed(&register, &sign(&register, &pending[..1], 0, 0).await)
        .await
        .unwrap();
    let second = store_signed(&register, &sign(&register, &pending[1..], 0, 0).await).await;
    assert!(matches!(second, Err(StoreError::Conflict { .. })));
    assert_eq!(
        turns(&register).await,
        pending[1..],
        "its wallet is still owed"
    );
}

#[tokio::test]
async fn a_change_made_while_signing_stays_owed() {
    let register = Register::with_customers(1).await;
    let pending = turns(&register).await;
    let signed = sign(&register, &pending, 0, 0).await;
    register.revoke(1).await;
    store_signed(&register, &signed).await.unwrap();
    let denials = register.denials(ONE).await;
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0].desired.version().0, 2);
}

#[tokio::test]
async fn a_mined_transaction_shows_what_the_chain_holds() {
    let register = Register::with_customers(1).await;
    let pending = turns(&register).await;
    let first = sign(&register, &pending, 0, 0).await;
    store_signed(&register, &first).await.unwrap();
    let mut dearer = sign(&register, &pending, 0, 1).await;
    dearer.envelope.discharge = Discharge::default();
    store_signed(&register, &dearer).await.unwrap();
    settle(&register, 0, Outcome::Mined(receipt(&dearer, 7, &pending)))
        .await
        .unwrap();

    let store = register.store();
    assert!(
        store
            .open_transactions(&register.issuer, ONE, SIGNER)
            .await
            .unwrap()
            .is_empty()
    );
    let report = store
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.observed(ONE), pending[0].desired);
    assert!(!report.is_pending(&ONE.into()));
    assert_eq!(report.chains[0].block, 7);
    let standings = store
        .mirror_standings(&register.issuer, ONE, None, 9)
        .await
        .unwrap();
    assert_eq!(standings[0].observed, pending[0].desired);
    let (desired, observed) = (standings[0].desired, standings[0].observed);
    assert_eq!(desired.with_identity(observed.identity()), observed);
    let twice = settle(&register, 0, Outcome::Mined(receipt(&dearer, 7, &pending))).await;
    assert!(
        matches!(twice, Err(StoreError::NotFound { .. })),
        "a nonce is settled once"
    );
}

#[tokio::test]
async fn an_older_block_displaces_nothing() {
    let register = Register::with_customers(1).await;
    let old = turns(&register).await;
    let first = sign(&register, &old, 0, 0).await;
    store_signed(&register, &first).await.unwrap();
    register.revoke(1).await;
    let new = register.denials(ONE).await;
    let second = sign(&register, &new, 1, 0).await;
    store_signed(&register, &second).await.unwrap();
    settle(&register, 1, Outcome::Mined(receipt(&second, 9, &new)))
        .await
        .unwrap();
    settle(&register, 0, Outcome::Mined(receipt(&first, 8, &old)))
        .await
        .unwrap();
    let report = register
        .store()
        .wallet_report(&register.issuer, wallet(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.observed(ONE), new[0].desired);
}

/// A reorganisation may free the nonce of what was given up, and it lands after all.
#[tokio::test]
async fn what_was_given_up_is_not_expected_to_be_mined() {
    let register = Register::with_customers(1).await;
    let pending = turns(&register).await;
    let signed = sign(&register, &pending, 0, 0).await;
    store_signed(&register, &signed).await.unwrap();
    let unexpected = async || {
        let hashes = [signed.hash];
        let found = register
            .store()
            .unexpected(&register.issuer, ONE, &hashes)
            .await;
        found.unwrap().contains(&signed.hash)
    };
    assert!(!unexpected().await);
    settle(&register, 0, Outcome::Dropped(Inspection::default()))
        .await
        .unwrap();
    assert!(unexpected().await);
}

#[tokio::test]
async fn what_never_arrived_is_owed_again_as_it_stands_now() {
    let register = Register::with_customers(3).await;
    let pending = turns(&register).await;
    store_signed(&register, &sign(&register, &pending, 0, 0).await)
        .await
        .unwrap();
    register.revoke(2).await;
    settle(&register, 0, Outcome::Dropped(Inspection::default()))
        .await
        .unwrap();
    let again = register.pull(ONE, Part::Again).await;
    let owed: Vec<_> = again.iter().map(|pending| pending.owed).collect();
    assert_eq!(owed, [pending[0].owed, pending[2].owed]);
    let denials = register.denials(ONE).await;
    assert_eq!(denials.len(), 1, "wallet 2 is owed its denial, once");

    store_signed(&register, &sign(&register, &again, 1, 0).await)
        .await
        .unwrap();
    assert!(register.pull(ONE, Part::Again).await.is_empty());
    let failed = Outcome::Failed(Receipt {
        succeeded: false,
        records: Vec::new(),
        authorities: Vec::new(),
        ..receipt(&stub(), 5, &[])
    });
    settle(&register, 1, failed).await.unwrap();
    assert_eq!(register.pull(ONE, Part::Again).await, again);
}

#[tokio::test]
async fn a_wallet_that_two_dropped_transactions_carried_is_owed_once() {
    let register = Register::with_customers(1).await;
    let first = sign(&register, &turns(&register).await, 0, 0).await;
    store_signed(&register, &first).await.unwrap();
    register.revoke(1).await;
    let second = sign(&register, &register.denials(ONE).await, 1, 0).await;
    store_signed(&register, &second).await.unwrap();
    let ended = [
        (Nonce(0), Outcome::Dropped(Inspection::default())),
        (Nonce(1), Outcome::Dropped(Inspection::default())),
    ];
    register
        .store()
        .settle(&register.lease(ONE).await, &ONE.into(), SIGNER, &ended, NOW)
        .await
        .unwrap();
    assert_eq!(register.denials(ONE).await.len(), 1);
    assert!(register.pull(ONE, Part::Again).await.is_empty());
}

#[tokio::test]
async fn two_writes_to_a_wallet_are_settled_together_in_their_order() {
    let register = Register::with_customers(1).await;
    let old = turns(&register).await;
    let first = sign(&register, &old, 0, 0).await;
    store_signed(&register, &first).await.unwrap();
    register.revoke(1).await;
    let new = register.denials(ONE).await;
    let second = sign(&register, &new, 1, 0).await;
    store_signed(&register, &second).await.unwrap();
    let ended = [
        (Nonce(0), Outcome::Mined(receipt(&first, 8, &old))),
        (Nonce(1), Outcome::Mined(receipt(&second, 8, &new))),
    ];
    let (store, issuer) = (register.store(), &register.issuer);
    store
        .settle(&register.lease(ONE).await, &ONE.into(), SIGNER, &ended, NOW)
        .await
        .unwrap();
    let report = store.wallet_report(issuer, wallet(1)).await;
    assert_eq!(report.unwrap().unwrap().observed(ONE), new[0].desired);
}

#[tokio::test]
async fn a_new_lane_waits_for_what_the_one_before_it_was_storing() {
    let register = Register::with_customers(2).await;
    let mut storing = register.raw().await;
    let mut run = async |statement| sqlx::query(statement).execute(&mut storing).await.unwrap();
    run("BEGIN").await;
    run("SELECT told_entry FROM chain WHERE registry_id = 31337 FOR UPDATE").await;
    let (store, issuer) = (register.store().clone(), register.issuer.clone());
    let told = tokio::spawn(async move { store.told_through(&issuer, ONE).await });
    let waiting = "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
        WHERE NOT l.granted AND a.datname = current_database()";
    let mut watcher = register.raw().await;
    while !told.is_finished()
        && sqlx::query(waiting)
            .fetch_optional(&mut watcher)
            .await
            .unwrap()
            .is_none()
    {
        tokio::task::yield_now().await;
    }
    run("UPDATE chain SET told_entry = 2 WHERE registry_id = 31337").await;
    run("COMMIT").await;
    assert_eq!(told.await.unwrap().unwrap().0, 2);
}

fn stub() -> Signed {
    Signed {
        envelope: Envelope {
            nonce: Nonce(0),
            attempt: Attempt(0),
            gas_limit: Gas(0),
            price: GasPrice {
                max_fee: Wei(0),
                priority_fee: Wei(0),
            },
            head: Default::default(),
            batch: Batch::Upsert(Vec::new()),
            discharge: Discharge::default(),
        },
        hash: B256::ZERO,
        raw: Bytes::new(),
        stored_at: UnixMillis(0),
    }
}

/// The key of a signer is gone while its transaction waits.
#[tokio::test]
async fn what_a_former_signer_left_open_is_known_and_owed_again() {
    let register = Register::with_customers(2).await;
    let pending = turns(&register).await;
    let signed = sign(&register, &pending, 4, 0).await;
    store_signed(&register, &signed).await.unwrap();
    store_signed(&register, &sign(&register, &pending, 4, 1).await)
        .await
        .unwrap();
    let (store, issuer) = (register.store(), &register.issuer);
    let open = store.open_signers(issuer, ONE).await.unwrap();
    assert_eq!(open, [(SIGNER, 1)]);
    register.revoke(1).await;
    for _ in 0..2 {
        store
            .tell_again(
                &register.lease(ONE).await,
                &ONE.into(),
                SIGNER,
                &[Nonce(4)],
                NOW,
            )
            .await
            .unwrap();
    }
    assert_eq!(register.denials(ONE).await.len(), 1);
    assert_eq!(register.pull(ONE, Part::Again).await.len(), 1);
    assert_eq!(store.open_signers(issuer, ONE).await.unwrap().len(), 1);

    settle(&register, 4, Outcome::Dropped(Inspection::default()))
        .await
        .unwrap();
    assert_eq!(store.open_signers(issuer, ONE).await.unwrap(), []);
    assert_eq!(register.pull(ONE, Part::Again).await.len(), 1);
}
