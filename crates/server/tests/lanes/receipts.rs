//! Receipts of revocations that a real chain took.

use symbolon_core::mirror::lane::LanePolicy;
use symbolon_core::mirror::reached::Reached;
use symbolon_testkit::chain::TestChain;

use crate::register::{Register, policy, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_can_be_followed_to_its_block() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), policy());
    let wallets = register.admit(3).await;
    register.until_mirrored(&chain).await;
    chain.mine_on_demand().await;
    register.revoke(&wallets[..1]).await;
    let receipt = async || {
        let store = &register.store;
        let receipts = store.denial_receipts(&register.issuer, wallets[0]).await;
        receipts.unwrap().into_iter().next().unwrap()
    };
    until("it is sent", async || {
        receipt().await.reached == Reached::Sent
    })
    .await;
    let sent = receipt().await;
    assert!(sent.transaction.is_some() && sent.sent.is_some() && sent.block.is_none());
    chain.mine().await;
    until("it is final", async || {
        receipt().await.reached == Reached::Final
    })
    .await;
    let done = receipt().await;
    assert_eq!(done.block, Some(chain.height().await));
    assert_eq!(done.transaction, sent.transaction);
    assert_eq!(done.keeps(60, register.clock.now()), Some(true));
    let spent = register.owed(chain.id()).await;
    assert!(spent.days_of_funds(10_u128.pow(21)).is_some(), "{spent:?}");
    assert_eq!(spent.oldest_denial, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_may_still_be_undone_is_on_the_receipt() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    let patient = LanePolicy {
        confirmations: 3,
        ..policy()
    };
    register.run_lane(chain.id(), chain.url(), patient);
    let wallets = register.admit(1).await;
    until("it is mined", async || chain.mirror_nonce().await == 1).await;
    bury(&chain).await;
    register.until_mirrored(&chain).await;
    register.revoke(&wallets).await;
    let receipt = async || {
        let store = &register.store;
        let receipts = store.denial_receipts(&register.issuer, wallets[0]).await;
        receipts.unwrap().into_iter().next().unwrap()
    };
    until("it is seen in a block", async || {
        receipt().await.reached == Reached::Mined
    })
    .await;
    let seen = receipt().await;
    assert!(seen.sent.is_some() && seen.mined >= seen.sent, "{seen:?}");
    assert_eq!((seen.block, seen.finalized), (None, None));
    bury(&chain).await;
    until("it is final", async || {
        receipt().await.reached == Reached::Final
    })
    .await;
    let done = receipt().await;
    assert_eq!(
        (done.sent, done.mined),
        (seen.sent, seen.mined),
        "the first time"
    );
}

async fn bury(chain: &TestChain) {
    for _ in 0..3 {
        chain.mine().await;
    }
}
