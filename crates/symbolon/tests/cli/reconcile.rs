//! A chain held against the register by hand, without a server.

use alloy_primitives::Address;
use serde_json::{Value, json};
use symbolon_chain::{calldata::calldata, development::DevelopmentNode};
use symbolon_core::mirror::{
    batch::{Batch, Upsert},
    record::WalletRecord,
};
use symbolon_core::wallet::{Version, WalletAddress};

use crate::{
    chain::{Chain, MIRROR},
    support::WALLET,
};

/// Somebody with the mirror's role approves a wallet that nobody knows.
async fn approve_a_stranger(chain: &Chain, registry: &str) {
    let record = WalletRecord::tombstone(Version(3))
        .with_identity(Address::repeat_byte(9))
        .with_approval(true);
    let wallet: WalletAddress = WALLET.parse().unwrap();
    let batch = Batch::Upsert(vec![Upsert { wallet, record }]);
    let node = DevelopmentNode::new(chain.endpoint().await);
    let (from, to) = (MIRROR.parse().unwrap(), registry.parse().unwrap());
    let input = calldata(to, Default::default(), &batch);
    node.act(from, Some(to), input).await.unwrap().unwrap();
}

async fn confirm(chain: &Chain) {
    chain.ask("anvil_mine", json!([20])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_on_the_chain_is_found_and_denied() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    let listed = desk.run(&["chain", "list", "--json"]).succeeded().json();
    let registry = listed[0]["registry"].as_str().unwrap().to_owned();
    confirm(&chain).await;
    let quiet = desk
        .run(&["chain", "reconcile", "--json"])
        .succeeded()
        .json();
    assert_eq!(quiet[0]["found"], json!([]));

    approve_a_stranger(&chain, &registry).await;
    confirm(&chain).await;
    let expected = |report: &Value, dry: bool| {
        let found = &report[0]["found"];
        assert_eq!(report[0]["dry_run"], json!(dry));
        assert_eq!(found.as_array().unwrap().len(), 1, "{report:#}");
        assert_eq!(
            (
                &found[0]["wallet"],
                &found[0]["finding"],
                &found[0]["measure"]
            ),
            (&json!(WALLET), &json!("chain_approves"), &json!("denied"))
        );
    };
    // Rehearsed as often as one likes, it is there still.
    for _ in 0..2 {
        let rehearsed = desk.run(&["chain", "reconcile", "--dry-run", "--json"]);
        expected(&rehearsed.succeeded().json(), true);
        let owed = desk.run(&["chain", "status", "--json"]).succeeded().json();
        assert_eq!(owed[0]["pending_denials"], json!(0), "{owed:#}");
    }
    let text = desk
        .run(&["chain", "reconcile", "31337"])
        .succeeded()
        .stdout;
    assert!(text.contains("it is denied at once"), "{text}");
    let owed = desk.run(&["chain", "status", "--json"]).succeeded().json();
    assert_eq!(owed[0]["pending_denials"], json!(1), "{owed:#}");
    desk.run(&["audit", "verify"]).succeeded();
}
