//! What the register decides arrives, once, and in the right order.

use std::collections::BTreeSet;

use symbolon_core::wallet::Version;
use symbolon_testkit::chain::TestChain;

use crate::register::{Register, policy, until};

#[tokio::test(flavor = "multi_thread")]
async fn approvals_and_then_a_revocation_land() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), policy());
    let wallets = register.admit(100).await;
    register.until_mirrored(&chain).await;
    assert!(
        chain
            .words(&wallets)
            .await
            .iter()
            .all(|word| word.is_approved())
    );

    register.revoke(&wallets[..3]).await;
    register.until_mirrored(&chain).await;
    let words = chain.words(&wallets).await;
    assert!(
        words[..3]
            .iter()
            .all(|word| word.denies() && word.version() == Version(2))
    );
    assert!(
        words[3..]
            .iter()
            .all(|word| !word.denies() && word.version() == Version(1))
    );
    let status = register.status(chain.id()).await;
    assert_eq!(status.last_error, None);
    assert!(status.head_block.is_some() && status.signer_balance_wei.is_some());
}

/// Denials pass what waits (I3), also what waits for the next block.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_and_the_approval_before_it_share_a_block() {
    let chain = TestChain::start(31_337).await;
    chain.mine_on_demand().await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), policy());
    let wallets = register.admit(5).await;
    until("the approvals are sent", async || {
        register.open(chain.id()).await.len() == 1
    })
    .await;
    register.revoke(&wallets).await;
    until("the denials are sent", async || {
        register.open(chain.id()).await.len() == 2
    })
    .await;
    until("the block has both", async || {
        chain.mine().await;
        chain.mirror_nonce().await == 2
    })
    .await;
    register.until_mirrored(&chain).await;
    assert!(chain.words(&wallets).await.iter().all(|word| word.denies()));
}

/// Stopped at any point, the next lane goes on where the last one was.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_is_set_up_anew_sends_no_version_twice() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    let mut wallets = Vec::new();
    for life in 0..12 {
        register.run_lane(chain.id(), chain.url(), policy());
        wallets.extend(register.admit(30).await);
        register.revoke(&wallets[life * 30..life * 30 + 2]).await;
        // From before the first transaction is stored to after it is settled.
        let stage = life % 4;
        until("the lane is at work", async || {
            let open = register.open(chain.id()).await.len();
            stage == 0 || open >= stage || register.owed(chain.id()).await.approvals == 0
        })
        .await;
        register.stop_lanes().await;
    }
    register.run_lane(chain.id(), chain.url(), policy());
    register.until_mirrored(&chain).await;
    let mut mined = BTreeSet::new();
    for transaction in chain.mirrored().await {
        for version in transaction.batch.unwrap().versions() {
            assert!(mined.insert(version), "mined twice: {version:?}");
        }
    }
}
