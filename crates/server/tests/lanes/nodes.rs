//! Nodes that are down, that forget, and that are another chain's.

use alloy_primitives::{Address, keccak256};
use symbolon_core::ids::ChainId;
use symbolon_sandbox::Anvil;
use symbolon_testkit::chain::{TestChain, mirror};

use crate::{
    proxy::Proxy,
    register::{Register, policy, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_down_delays_its_own_lane_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (up, down) = tokio::join!(
        TestChain::start(31_337),
        TestChain::without_mirror(Anvil::builder(31_338).folder(folder.path())),
    );
    down.appoint_mirror().await;
    let mut register = Register::of(&[&up, &down]).await;
    let (id, url) = (down.id(), down.url().to_owned());
    down.stop().await;
    register.run_lane(up.id(), up.url(), policy());
    register.run_lane(id, &url, policy());
    let wallets = register.admit(100).await;
    register.revoke(&wallets[..2]).await;
    register.until_mirrored(&up).await;
    register.until_error(id, "no answer").await;
    assert_eq!(register.status(up.id()).await.last_error, None);
    let owed = register.owed(id).await;
    assert_eq!(
        (owed.approvals, owed.denials, owed.open_transactions),
        (98, 2, 0)
    );

    // In the same folder it has the same port, and the registry is there.
    let back = TestChain::without_mirror(Anvil::builder(31_338).folder(folder.path())).await;
    assert_eq!(back.url(), url);
    register.until_mirrored(&back).await;
    until("the error is over", async || {
        register.status(id).await.last_error.is_none()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_goes_away_under_a_lane_is_told_of_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = || Anvil::builder(31_337).folder(folder.path());
    let chain = TestChain::without_mirror(anvil()).await;
    chain.appoint_mirror().await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), policy());
    register.admit(5).await;
    register.until_mirrored(&chain).await;
    let id = chain.id();
    assert_eq!(register.status(id).await.last_error, None);
    chain.stop().await;
    register.until_error(id, "no answer").await;
    let _back = TestChain::without_mirror(anvil()).await;
    until("the error is over", async || {
        register.status(id).await.last_error.is_none()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_forgets_a_transaction_gets_the_same_bytes_again() {
    let chain = TestChain::start(31_337).await;
    let proxy = Proxy::before(&chain).await;
    proxy.swallow(1);
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), &proxy.url, policy());
    register.admit(5).await;
    register.until_mirrored(&chain).await;
    let sent = proxy.sent();
    assert!(sent.len() >= 2, "{sent:?}");
    assert!(sent.iter().all(|raw| *raw == sent[0]), "{sent:?}");
    let mirrored = chain.mirrored().await;
    assert_eq!(mirrored.len(), 1);
    assert_eq!(mirrored[0].hash, keccak256(&sent[0]));
}

/// A crash is a node that forgets, too: what is stored is all there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_is_set_up_anew_sends_the_stored_bytes() {
    let chain = TestChain::start(31_337).await;
    let proxy = Proxy::before(&chain).await;
    proxy.swallow(usize::MAX);
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), &proxy.url, policy());
    register.admit(5).await;
    until("the lane has sent it", async || !proxy.sent().is_empty()).await;
    register.stop_lanes().await;
    let stored = register.open(chain.id()).await;
    assert_eq!(stored.len(), 1);
    register.run_lane(chain.id(), chain.url(), policy());
    register.until_mirrored(&chain).await;
    let mirrored = chain.mirrored().await;
    assert_eq!(mirrored.len(), 1);
    assert_eq!(mirrored[0].hash, stored[0].hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_another_chain_is_sent_nothing() {
    let other = TestChain::start(31_337).await;
    let proxy = Proxy::before(&other).await;
    let mut register = Register::of(&[]).await;
    let wanted = ChainId(31_338);
    register.add_chain(wanted, Address::repeat_byte(7)).await;
    register.run_lane(wanted, &proxy.url, policy());
    register.admit(5).await;
    register
        .until_error(wanted, "chain 31337, not chain 31338")
        .await;
    let owed = register.owed(wanted).await;
    assert_eq!((owed.approvals, owed.open_transactions), (5, 0));
    assert!(proxy.sent().is_empty());
}

/// A chain, and another that parts from it at the second block.
async fn forks() -> (TestChain, TestChain) {
    let (chain, fork) = tokio::join!(
        TestChain::start(31_337),
        TestChain::without_mirror(Anvil::builder(31_337)),
    );
    fork.mine().await;
    fork.appoint_mirror().await;
    (chain, fork)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_on_a_fork_of_its_own_is_outvoted() {
    let (chain, fork) = forks().await;
    let mut register = Register::of(&[&chain]).await;
    let again = format!("{}/", chain.url());
    let urls = [fork.url(), chain.url(), &again];
    register.run_lane_through(mirror(), chain.id(), &urls, policy());
    let wallets = register.admit(5).await;
    register.until_mirrored(&chain).await;
    register.revoke(&wallets[..2]).await;
    register.until_mirrored(&chain).await;
    assert_eq!(register.status(chain.id()).await.last_error, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_contradict_each_other_stop_a_lane_and_are_named() {
    let (chain, fork) = forks().await;
    let mut register = Register::of(&[&chain]).await;
    let urls = [fork.url(), chain.url()];
    register.run_lane_through(mirror(), chain.id(), &urls, policy());
    register.admit(5).await;
    register
        .until_error(
            chain.id(),
            "contradict each other about `eth_getBlockByNumber`",
        )
        .await;
    let error = register.status(chain.id()).await.last_error.unwrap();
    assert!(urls.iter().all(|url| error.contains(url)), "{error}");
    assert!(chain.mirrored().await.is_empty() && fork.mirrored().await.is_empty());
}
