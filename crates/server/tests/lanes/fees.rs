//! What a transaction costs, and who pays.

use serde_json::{Value, json};
use symbolon_core::{
    mirror::{
        fees::{FeePolicy, Wei},
        lane::{Attempt, LanePolicy, Nonce},
    },
    time::Millis,
};
use symbolon_testkit::chain::{TestChain, mirror};

use crate::{
    proxy::Proxy,
    register::{CAP, Register, policy, until},
};

const GWEI: u128 = 1_000_000_000;

/// Not willing to wait for long at the front.
fn impatient(cap: Wei) -> LanePolicy {
    LanePolicy {
        replace_after: Millis(300),
        fees: FeePolicy {
            cap,
            ..policy().fees
        },
        ..policy()
    }
}

/// Makes a block that asks so much for a unit of gas.
async fn mine_at(chain: &TestChain, price: u128) {
    chain
        .ask(
            "anvil_setNextBlockBaseFeePerGas",
            json!([format!("{price:#x}")]),
        )
        .await;
    chain.mine().await;
}

/// What a mined transaction was ready to pay for a unit of gas.
fn max_fee(transaction: &Value) -> u128 {
    let text = transaction["maxFeePerGas"].as_str().unwrap();
    u128::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_transaction_is_replaced_at_a_higher_fee() {
    let chain = TestChain::start(31_337).await;
    chain.mine_on_demand().await;
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), chain.url(), impatient(CAP));
    let wallets = register.admit(5).await;
    until("it is sent", async || {
        let pool = chain.ask("txpool_status", json!([])).await;
        pool["pending"] == "0x1"
    })
    .await;
    let first = register.open(chain.id()).await[0].price;
    mine_at(&chain, 60 * GWEI).await;
    assert_eq!(chain.mirror_nonce().await, 0, "it is too cheap now");
    until("it is replaced by one that fits the market", async || {
        let open = register.open(chain.id()).await;
        open.last().unwrap().price.max_fee > Wei(60 * GWEI)
    })
    .await;
    let open = register.open(chain.id()).await;
    assert!(
        open.iter()
            .all(|each| each.nonce == Nonce(0) && each.batch == open[0].batch)
    );
    assert_eq!(open[0].price, first);
    assert!(open.is_sorted_by(|a, b| a.attempt < b.attempt && a.price.max_fee < b.price.max_fee));
    assert!(open.iter().all(|each| each.price.max_fee <= CAP));

    until("it is mined", async || {
        chain.mine().await;
        chain.mirror_nonce().await == 1
    })
    .await;
    register.until_mirrored(&chain).await;
    assert!(
        chain
            .words(&wallets)
            .await
            .iter()
            .all(|word| word.is_approved())
    );
    let mirrored = chain.mirrored().await;
    assert_eq!(mirrored.len(), 1);
    let mined = chain
        .ask("eth_getTransactionByHash", json!([mirrored[0].hash]))
        .await;
    assert!(max_fee(&mined) > first.max_fee.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_transaction_costs_more_than_the_cap() {
    let cap = Wei(10 * GWEI);
    let chain = TestChain::start(31_337).await;
    chain.mine_on_demand().await;
    let proxy = Proxy::before(&chain).await;
    let mut register = Register::of(&[&chain]).await;
    mine_at(&chain, 100 * GWEI).await;
    register.run_lane(chain.id(), &proxy.url, impatient(cap));
    register.admit(5).await;
    until("the lane asks again and again", async || {
        proxy.sent().len() >= 8
    })
    .await;
    let open = register.open(chain.id()).await;
    assert!(
        open.iter().all(|each| each.price.max_fee <= cap),
        "{open:?}"
    );
    assert!(
        open.last().unwrap().attempt <= Attempt(1),
        "there is no room for more: {open:?}"
    );
    assert_eq!(chain.mirror_nonce().await, 0);

    until("the market comes down to it", async || {
        mine_at(&chain, GWEI).await;
        chain.mirror_nonce().await == 1
    })
    .await;
    register.until_mirrored(&chain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_without_funds_holds_until_it_has_some() {
    let chain = TestChain::start(31_337).await;
    let proxy = Proxy::before(&chain).await;
    let purse = async |wei: &str| {
        chain
            .ask("anvil_setBalance", json!([mirror().address(), wei]))
            .await;
    };
    purse("0x0").await;
    let mut register = Register::of(&[&chain]).await;
    let patient = LanePolicy {
        rebroadcast_after: Millis(2_000),
        ..policy()
    };
    register.run_lane(chain.id(), &proxy.url, patient);
    register.admit(5).await;
    until("the node has refused it", async || proxy.sent().len() >= 2).await;
    let wallets = register.admit(100).await;
    register.revoke(&wallets[..1]).await;
    until("it is tried again", async || proxy.sent().len() >= 6).await;
    let sent = proxy.sent();
    assert!(
        sent.iter().all(|raw| *raw == sent[0]),
        "nothing else was signed meanwhile"
    );
    let owed = register.owed(chain.id()).await;
    assert_eq!(
        (owed.approvals, owed.denials, owed.open_transactions),
        (99, 1, 1),
        "who was denied waits for nothing else"
    );
    register.until_error(chain.id(), "cannot pay").await;
    assert_eq!(
        register.status(chain.id()).await.signer_balance_wei,
        Some(0)
    );

    purse("0x8ac7230489e80000").await;
    register.until_mirrored(&chain).await;
    until("nothing is wrong any more", async || {
        register.status(chain.id()).await.last_error.is_none()
    })
    .await;
}
