//! Contracts put in place on real chains: the same address everywhere, with or
//! without the deployer, whatever the fees are called.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use alloy::primitives::{Address, B256, Bytes, U256};
use secrecy::SecretString;
use symbolon_chain::{
    ChainError, deploy, deployer, endpoint::Endpoint, finality::Finality, lane::LaneClient, roles,
    signer::LaneSigner, transaction,
};
use symbolon_core::{
    ids::ChainId,
    log::Head,
    mirror::{
        batch::Batch,
        fees::{FeePolicy, Gas, Wei},
        lane::{Attempt, Broadcast, Envelope, Nonce},
        plan::Discharge,
        rules::AgentTerm,
    },
};
use symbolon_sandbox::{Anvil, AnvilBuilder};

/// Anvil's first two development keys, which everybody knows.
const OWNER: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const MIRROR: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// Deploys as code the one byte `STOP`; every hardfork can run it.
const TINY: Bytes = Bytes::from_static(&[0x60, 1, 0x5f, 0xf3]);
/// The same without the zero that Shanghai brought.
const TINY_OF_OLD: Bytes = Bytes::from_static(&[0x60, 1, 0x60, 0, 0xf3]);

fn key(hex: &str) -> LaneSigner {
    LaneSigner::from_hex(&SecretString::from(hex)).unwrap()
}

async fn start(anvil: AnvilBuilder) -> (Anvil, Endpoint) {
    let anvil = anvil.start().await.unwrap();
    let id = ChainId(anvil.chain_id());
    let endpoint = Endpoint::connect(anvil.url(), id).await.unwrap();
    (anvil, endpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_chain_has_the_registry_at_the_same_address() {
    let owner = key(OWNER);
    let code = deploy::registry_code(owner.address());
    let mut found = Vec::new();
    for (id, sent_before) in [(31_337, 0_u64), (31_338, 5)] {
        let (_anvil, endpoint) = start(Anvil::builder(id)).await;
        for _ in 0..sent_before {
            let (to, value) = (Address::repeat_byte(7), U256::from(1));
            transaction::send_value(
                &endpoint,
                &owner,
                to,
                value,
                Bytes::new(),
                "to use a nonce up",
            )
            .await
            .unwrap();
        }
        assert_eq!(
            endpoint.mined_nonce(owner.address()).await.unwrap(),
            sent_before
        );
        let deployed = deploy::deploy(&endpoint, &owner, &code, B256::ZERO)
            .await
            .unwrap();
        assert!(deployed.fresh);
        found.push(deployed.address);
        // Somebody finds it there later, and where its logs begin.
        deploy::appoint_mirror(&endpoint, &owner, deployed.address, key(MIRROR).address())
            .await
            .unwrap();
        let again = deploy::deploy(&endpoint, &owner, &code, B256::ZERO)
            .await
            .unwrap();
        assert_eq!((again.fresh, again.block), (false, deployed.block));
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], deploy::address_of(&code, B256::ZERO));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_deployer_is_named_and_put_in_place() {
    let owner = key(OWNER);
    let (_anvil, endpoint) = start(Anvil::builder(31_337).without_deployer()).await;
    let refused = deploy::deploy(&endpoint, &owner, &TINY, B256::ZERO).await;
    assert!(matches!(
        refused,
        Err(ChainError::NoDeployer(ChainId(31_337)))
    ));
    assert!(deployer::place(&endpoint, &owner).await.unwrap());
    assert!(!deployer::place(&endpoint, &owner).await.unwrap(), "once");
    let (_other, usual) = start(Anvil::builder(31_338)).await;
    let place = deployer::CREATE2_DEPLOYER;
    assert_eq!(
        endpoint.code(place).await.unwrap(),
        usual.code(place).await.unwrap(),
        "as on every chain"
    );
    deploy::deploy(&endpoint, &owner, &TINY, B256::ZERO)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_without_base_fee_is_deployed_to_and_takes_a_lane_s_transactions() {
    let owner = key(OWNER);
    let (_anvil, endpoint) = start(Anvil::builder(31_337).hardfork("berlin")).await;
    let deployed = deploy::deploy(&endpoint, &owner, &TINY_OF_OLD, B256::ZERO).await;
    let address = deployed.unwrap().address;
    let client = LaneClient::new(endpoint, key(MIRROR), address, Finality::by_depth(1));
    let (seen, _) = client.observe(&[]).await.unwrap();
    assert_eq!(seen.market.base_fee, Wei(0));
    let fees = FeePolicy {
        cap: Wei(500_000_000_000),
        bump_percent: 13,
    };
    let envelope = Envelope {
        nonce: Nonce(0),
        attempt: Attempt(0),
        gas_limit: Gas(100_000),
        price: fees.first(seen.market),
        head: Head::default(),
        batch: Batch::Deny(Vec::new()),
        discharge: Discharge::default(),
    };
    let refused = client.sign(&envelope).unwrap();
    let refused = client.broadcast(&refused.raw).await;
    assert_ne!(refused, Broadcast::Accepted, "this chain knows no tips");
    let client = client.in_its_form().await.unwrap();
    let signed = client.sign(&envelope).unwrap();
    assert_eq!(client.broadcast(&signed.raw).await, Broadcast::Accepted);
    let open = [(Nonce(0), vec![signed.hash])];
    let (seen, _) = client.observe(&open).await.unwrap();
    assert_eq!((seen.mined_nonce, seen.receipts.len()), (Nonce(1), 1));
    let dearer = fees.replacement(envelope.price, seen.market).unwrap();
    assert_eq!(dearer.max_fee, dearer.priority_fee, "one price");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_with_a_role_is_found() {
    let (owner, mirror) = (key(OWNER), key(MIRROR).address());
    let (_anvil, endpoint) = start(Anvil::builder(31_337)).await;
    let code = deploy::registry_code(owner.address());
    let deployed = deploy::deploy(&endpoint, &owner, &code, B256::ZERO)
        .await
        .unwrap();
    let registry = deployed.address;
    let former = Address::repeat_byte(0x0f);
    for account in [mirror, former] {
        deploy::appoint_mirror(&endpoint, &owner, registry, account)
            .await
            .unwrap();
    }
    let call = roles::remove_mirror(former);
    transaction::send(&endpoint, &owner, registry, call, "to remove a mirror")
        .await
        .unwrap();
    let offer = roles::transfer_ownership(mirror);
    transaction::send(&endpoint, &owner, registry, offer, "to offer it")
        .await
        .unwrap();
    let found = roles::roles(&endpoint, registry, deployed.block)
        .await
        .unwrap();
    assert_eq!(
        found,
        roles::Roles {
            first_owner: Some(owner.address()),
            owner: owner.address(),
            pending_owner: Some(mirror),
            mirrors: vec![mirror],
            agents: Vec::new(),
            agent_term: AgentTerm::Seconds(86_400),
        }
    );
    // Whoever believes it to be younger misses nobody.
    let head = endpoint.head().await.unwrap().number;
    let believed = roles::roles(&endpoint, registry, head).await.unwrap();
    assert_eq!(believed, found);
    let nowhere = roles::roles(&endpoint, Address::ZERO, 0).await;
    assert!(matches!(nowhere, Err(ChainError::Nonsense { .. })));
}
