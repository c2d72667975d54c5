//! A signer that the registry does not know, or no longer knows.

use alloy_primitives::{hex, keccak256};
use serde_json::json;
use symbolon_sandbox::Anvil;
use symbolon_testkit::chain::{TestChain, mirror};

use crate::register::{Register, policy, until};

/// The registry's owner changes its mind.
pub(crate) async fn dismiss_mirror(chain: &TestChain) {
    let selector = keccak256("removeMirror(address)");
    let input = [&selector[..4], mirror().address().into_word().as_slice()].concat();
    let accounts = chain.ask("eth_accounts", json!([])).await;
    let data = hex::encode_prefixed(input);
    let call = json!([{"from": accounts[0], "to": chain.registry, "data": data}]);
    chain.ask("eth_sendTransaction", call).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_not_appointed_burns_no_gas_and_loses_nothing() {
    let chain = TestChain::without_mirror(Anvil::builder(31_337)).await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), policy());
    let wallets = register.admit(100).await;
    register.revoke(&wallets[..1]).await;
    register.until_error(chain.id(), "appoint").await;
    assert_eq!(chain.mirror_nonce().await, 0);

    chain.appoint_mirror().await;
    register.until_mirrored(&chain).await;
    until("the error is over", async || {
        register.status(chain.id()).await.last_error.is_none()
    })
    .await;
}

/// What reverts is owed again, be it one wallet alone or a denial (I2).
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dismissed_mirror_sent_in_vain_lands_once_it_is_appointed_again() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), policy());
    let wallets = register.admit(100).await;
    register.until_mirrored(&chain).await;
    let landed = chain.mirror_nonce().await;

    dismiss_mirror(&chain).await;
    register.revoke(&wallets[..1]).await;
    until("the denial reverts", async || {
        chain.mirror_nonce().await > landed
    })
    .await;
    register.admit(100).await;
    register.until_error(chain.id(), "appoint").await;
    let in_vain = chain.mirror_nonce().await - landed;
    assert!(in_vain <= 4, "it goes on sending: {in_vain}");

    chain.appoint_mirror().await;
    register.until_mirrored(&chain).await;
    assert!(chain.words(&wallets[..1]).await[0].denies());
}
