//! When denials reached their chains.

use symbolon_core::{
    log::EntryNumber,
    mirror::{
        batch::{Batch, Denial},
        lane::{Inspection, Nonce, Outcome},
        plan::Discharge,
        reached::Reached,
        rules::Grounds,
    },
    time::UnixMillis,
};
use symbolon_store::{DenialReceipt, Milestone};

use crate::{
    federation::OLD,
    lane::{self, SIGNER},
    support::{NOW, ONE, Register, TWO, wallet},
};

async fn receipts(register: &Register) -> Vec<DenialReceipt> {
    let store = register.store();
    let receipts = store.denial_receipts(&register.issuer, wallet(1)).await;
    receipts.unwrap()
}

async fn reached(register: &Register) -> Vec<(u64, Reached)> {
    let receipts = receipts(register).await;
    let one = |receipt: &DenialReceipt| (receipt.registry.chain.0, receipt.reached);
    receipts.iter().map(one).collect()
}

async fn note(register: &Register, nonce: u64, milestone: Milestone, at: u64) {
    let lease = register.lease(ONE).await;
    let place = (SIGNER, Nonce(nonce));
    let store = register.store();
    let noted = store.note_milestone(&lease, place, milestone, UnixMillis(at));
    noted.await.unwrap();
}

#[tokio::test]
async fn a_revocation_has_a_receipt_of_each_chain_from_the_decision_on() {
    let register = Register::with_customers(2).await;
    assert_eq!(receipts(&register).await, []);
    register.revoke(1).await;
    let (one, two) = (ONE.chain.0, TWO.chain.0);
    let waiting = Reached::Waiting;
    assert_eq!(reached(&register).await, [(one, waiting), (two, waiting)]);

    let denials = register.denials(ONE).await;
    let signed = lane::send(&register, &denials, 0).await;
    assert_eq!(reached(&register).await[0], (one, Reached::Stored));
    let decided = NOW.0 * 1_000;
    note(&register, 0, Milestone::Sent, decided + 200).await;
    note(&register, 0, Milestone::Sent, decided + 15_000).await;
    assert_eq!(reached(&register).await[0], (one, Reached::Sent));
    note(&register, 0, Milestone::Mined, decided + 2_300).await;
    assert_eq!(reached(&register).await[0], (one, Reached::Mined));
    let mined = Outcome::Mined(lane::receipt(&signed, 7, &denials));
    lane::settle(&register, 0, mined).await.unwrap();

    let receipt = &receipts(&register).await[0];
    assert_eq!(receipt.reached, Reached::Final);
    assert_eq!(receipt.block, Some(7));
    assert_eq!(receipt.transaction, Some(signed.hash));
    assert_eq!(
        receipt.sent,
        Some(UnixMillis(decided + 200)),
        "the first time"
    );
    assert_eq!(receipt.seconds_to_block(), Some(2));
    assert_eq!(receipt.keeps(2, NOW), Some(true));
    assert_eq!(receipt.keeps(1, NOW), Some(false));
    assert_eq!(reached(&register).await[1], (two, waiting));
}

/// It had its turn among approvals, and its row was struck after that.
#[tokio::test]
async fn what_something_open_carries_already_has_the_receipt_of_that() {
    let register = Register::with_customers(1).await;
    register.revoke(1).await;
    let denials = register.denials(ONE).await;
    let denied = Batch::Deny(vec![Denial {
        wallet: wallet(1),
        version: denials[0].desired.version(),
        grounds: Grounds::REVOKED,
    }]);
    register.sign(OLD, 0, denied, Discharge::default()).await;
    let rows = denials.iter().map(|pending| pending.owed);
    register.strike(rows.collect()).await;
    assert_eq!(reached(&register).await[0], (ONE.chain.0, Reached::Stored));
}

#[tokio::test]
async fn what_had_to_be_told_again_has_the_receipt_of_what_carried_it() {
    let register = Register::with_customers(1).await;
    register.revoke(1).await;
    lane::send(&register, &register.denials(ONE).await, 0).await;
    let dropped = Outcome::Dropped(Inspection::default());
    lane::settle(&register, 0, dropped).await.unwrap();
    assert_eq!(reached(&register).await[0], (ONE.chain.0, Reached::Waiting));
    let again = register.denials(ONE).await;
    let signed = lane::send(&register, &again, 1).await;
    let mined = Outcome::Mined(lane::receipt(&signed, 9, &again));
    lane::settle(&register, 1, mined).await.unwrap();
    let receipt = &receipts(&register).await[0];
    assert_eq!((receipt.reached, receipt.block), (Reached::Final, Some(9)));
}

#[tokio::test]
async fn a_promise_that_passed_is_broken_before_anything_is_mined() {
    let register = Register::with_customers(1).await;
    register.revoke(1).await;
    let receipt = &receipts(&register).await[0];
    assert_eq!(receipt.keeps(60, NOW), None, "it still may be");
    let later = symbolon_core::time::UnixSeconds(NOW.0 + 61);
    assert_eq!(receipt.keeps(60, later), Some(false));
}

/// Of the wallet that is asked about, of each version once, and once a block counts.
#[tokio::test]
async fn what_carried_an_approval_is_found_in_what_was_mined() {
    let register = Register::with_customers(2).await;
    let since = EntryNumber(1);
    let approvals = async || {
        let store = register.store();
        let found = store.approval_receipts(&register.issuer, wallet(1), since);
        found.await.unwrap()
    };
    let turns = register.in_turn(ONE).await;
    let first = lane::send(&register, &turns, 0).await;
    assert_eq!(approvals().await, [], "it may come to nothing");
    let mined = Outcome::Mined(lane::receipt(&first, 7, &turns));
    lane::settle(&register, 0, mined).await.unwrap();
    let version = turns[0].desired.version();
    let found = approvals().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].transaction, found[0].block, found[0].version),
        (first.hash, Some(7), version)
    );
    assert!(found[0].finalized.is_some() && found[0].registry == ONE);

    // Told again, another's alone, and denied: none of these is an approval more.
    for (nonce, told) in [(1, &turns[..]), (2, &turns[1..])] {
        let signed = lane::send(&register, told, nonce).await;
        let mined = Outcome::Mined(lane::receipt(&signed, 7 + nonce, told));
        lane::settle(&register, nonce, mined).await.unwrap();
    }
    register.revoke(1).await;
    let denials = register.denials(ONE).await;
    let denied = lane::send(&register, &denials, 3).await;
    let mined = Outcome::Mined(lane::receipt(&denied, 12, &denials));
    lane::settle(&register, 3, mined).await.unwrap();
    assert_eq!(approvals().await, found);
    // And nothing that was told before anybody knew the wallet.
    let store = register.store();
    let later = store.approval_receipts(&register.issuer, wallet(1), EntryNumber(99));
    assert_eq!(later.await.unwrap(), []);
}
