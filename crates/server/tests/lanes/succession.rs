//! The signer changes while transactions of the one before it are open. Its
//! key is gone: nothing of it is lost, and nothing is sent twice.

use std::collections::BTreeSet;

use serde_json::json;
use symbolon_core::{mirror::lane::LanePolicy, time::Millis, wallet::WalletAddress};
use symbolon_testkit::chain::{TestChain, mirror, next_mirror};

use crate::{
    mirrors::dismiss_mirror,
    proxy::Proxy,
    register::{Register, policy, until},
};

/// A chain that knows both signers, and a register whose lane has the first.
async fn begun(url: impl AsyncFn(&TestChain) -> String) -> (TestChain, Register) {
    let chain = TestChain::start(31_337).await;
    chain.appoint(next_mirror().address()).await;
    let mut register = Register::of(&[&chain]).await;
    let url = url(&chain).await;
    register.run_lane(chain.id(), &url, policy());
    (chain, register)
}

/// The server is restarted with the other key.
async fn switch(chain: &TestChain, register: &mut Register, policy: LanePolicy) {
    register.stop_lanes().await;
    register.run_lane_of(next_mirror(), chain.id(), chain.url(), policy);
}

async fn next_open(chain: &TestChain, register: &Register) -> usize {
    let open = register.open_of(next_mirror().address(), chain.id());
    open.await.len()
}

async fn held_to_be_denied(chain: &TestChain, wallets: &[WalletAddress]) {
    assert!(chain.words(wallets).await.iter().all(|word| word.denies()));
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_before_between_and_after_a_switch_all_land_once() {
    let (chain, mut register) = begun(async |chain| chain.url().to_owned()).await;
    let wallets = register.admit(30).await;
    register.until_mirrored(&chain).await;

    chain.mine_on_demand().await;
    register.revoke(&wallets[..3]).await;
    let late = register.admit(10).await;
    until("a denial and an approval are under way", async || {
        register.open(chain.id()).await.len() == 2
    })
    .await;
    register.stop_lanes().await;
    register.revoke(&wallets[3..6]).await;
    // Of what the old signer's own approval has not reached yet.
    register.revoke(&late[..2]).await;
    switch(&chain, &mut register, policy()).await;
    until("the new signer denies", async || {
        next_open(&chain, &register).await == 1
    })
    .await;
    register.revoke(&wallets[6..9]).await;
    let later = register.admit(10).await;
    until("and again", async || {
        next_open(&chain, &register).await == 2
    })
    .await;
    assert_eq!(register.open(chain.id()).await.len(), 2, "nothing is mined");

    until("the new signer approves at last", async || {
        chain.mine().await;
        chain
            .words(&later)
            .await
            .iter()
            .all(|word| word.is_approved())
    })
    .await;
    register.until_mirrored(&chain).await;
    held_to_be_denied(&chain, &wallets[..9]).await;
    held_to_be_denied(&chain, &late[..2]).await;
    let mut mined = BTreeSet::new();
    for transaction in chain.mirrored().await {
        for version in transaction.batch.unwrap().versions() {
            assert!(mined.insert(version), "mined twice: {version:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_old_signer_stored_and_no_node_ever_got_is_sent() {
    let (chain, mut register) = begun(async |chain| {
        let proxy = Proxy::before(chain).await;
        proxy.swallow(usize::MAX);
        proxy.url
    })
    .await;
    register.admit(5).await;
    until("it is stored", async || {
        register.open(chain.id()).await.len() == 1
    })
    .await;
    let stored = register.open(chain.id()).await;
    switch(&chain, &mut register, policy()).await;
    register.until_mirrored(&chain).await;
    let mirrored = chain.mirrored().await;
    assert_eq!(mirrored.len(), 1);
    assert_eq!(mirrored[0].hash, stored[0].hash);
}

/// The server with the next key starts before the one with the old key stops.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_with_different_keys_drive_one_after_the_other() {
    let (chain, mut register) = begun(async |chain| {
        let proxy = Proxy::before(chain).await;
        proxy.swallow(usize::MAX);
        proxy.url
    })
    .await;
    let wallets = register.admit(5).await;
    until("it is stored", async || {
        register.open(chain.id()).await.len() == 1
    })
    .await;
    let old = std::mem::take(&mut register.stop);
    register.run_lane_of(next_mirror(), chain.id(), chain.url(), policy());
    register.revoke(&wallets[..2]).await;
    until("the old one goes on", async || {
        register.open(chain.id()).await.len() == 2
    })
    .await;
    assert_eq!(next_open(&chain, &register).await, 0, "the new one waits");
    old.cancel();
    register.until_mirrored(&chain).await;
    held_to_be_denied(&chain, &wallets[..2]).await;
    assert_eq!(
        register.status(chain.id()).await.signer,
        Some(next_mirror().address())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_removed_signer_left_is_sent_by_its_successor() {
    let (chain, mut register) = begun(async |chain| {
        let proxy = Proxy::before(chain).await;
        proxy.swallow(usize::MAX);
        proxy.url
    })
    .await;
    let wallets = register.admit(5).await;
    register.revoke(&wallets[..2]).await;
    until("it is stored", async || {
        !register.open(chain.id()).await.is_empty()
    })
    .await;
    register.stop_lanes().await;
    dismiss_mirror(&chain).await;
    switch(&chain, &mut register, policy()).await;
    register.until_mirrored(&chain).await;
    held_to_be_denied(&chain, &wallets[..2]).await;
    assert_eq!(chain.mirror_nonce().await, 0, "not a single one in vain");
}

/// No fee can be raised and no funds sent on for a key that is gone: denials do
/// not wait for it, approvals do.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_old_signer_cannot_pay_for_is_denied_by_its_successor() {
    let (chain, mut register) = begun(async |chain| chain.url().to_owned()).await;
    let wallets = register.admit(5).await;
    register.until_mirrored(&chain).await;
    let old = mirror().address();
    chain.ask("anvil_setBalance", json!([old, "0x0"])).await;
    register.revoke(&wallets[..2]).await;
    until("it is stored", async || {
        register.open(chain.id()).await.len() == 1
    })
    .await;
    let impatient = LanePolicy {
        replace_after: Millis(300),
        ..policy()
    };
    switch(&chain, &mut register, impatient).await;
    let later = register.admit(5).await;
    until("it is denied all the same", async || {
        chain
            .words(&wallets[..2])
            .await
            .iter()
            .all(|word| word.denies())
    })
    .await;
    register.until_error(chain.id(), "former signer").await;
    assert!(!chain.words(&later).await[0].is_contained());

    let coins = "0xde0b6b3a7640000";
    chain.ask("anvil_setBalance", json!([old, coins])).await;
    register.until_mirrored(&chain).await;
    until("the trouble is over", async || {
        register.status(chain.id()).await.last_error.is_none()
    })
    .await;
}
