//! The client against a real chain: deploying, signing, sending, reading back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
};
use secrecy::SecretString;
use symbolon_chain::{
    ChainError, deploy, endpoint::Endpoint, finality::Finality, lane::LaneClient, registry, roles,
    signer::LaneSigner, token,
};
use symbolon_core::{
    ids::ChainId,
    log::{EntryNumber, Head},
    mirror::{
        batch::{Batch, Denial, Upsert},
        fees::{Gas, GasPrice, Wei},
        lane::{Attempt, Broadcast, Envelope, Nonce, Receipt},
        plan::Discharge,
        record::WalletRecord,
        rules::Grounds,
    },
    wallet::{Version, WalletAddress},
};
use symbolon_sandbox::Anvil;

/// Anvil's first two development keys, which everybody knows.
const OWNER: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const MIRROR: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

struct Chain {
    // Kept for its lifetime.
    _anvil: Anvil,
    endpoint: Endpoint,
    owner: LaneSigner,
    client: LaneClient,
    registry: Address,
}

fn key(hex: &str) -> LaneSigner {
    LaneSigner::from_hex(&SecretString::from(hex)).unwrap()
}

async fn chain() -> Chain {
    let anvil = Anvil::builder(31_337).start().await.unwrap();
    let endpoint = Endpoint::connect(anvil.url(), ChainId(31_337))
        .await
        .unwrap();
    let (owner, mirror) = (key(OWNER), key(MIRROR));
    let code = deploy::registry_code(owner.address());
    let deployed = deploy::deploy(&endpoint, &owner, &code, B256::ZERO)
        .await
        .unwrap();
    deploy::appoint_mirror(&endpoint, &owner, deployed.address, mirror.address())
        .await
        .unwrap();
    Chain {
        client: LaneClient::new(
            endpoint.clone(),
            mirror,
            deployed.address,
            Finality::by_depth(1),
        ),
        registry: deployed.address,
        _anvil: anvil,
        endpoint,
        owner,
    }
}

fn wallet(n: u8) -> WalletAddress {
    WalletAddress::new(Address::repeat_byte(n)).unwrap()
}

fn approved(version: u16) -> WalletRecord {
    WalletRecord::tombstone(Version(version))
        .with_identity(Address::repeat_byte(0xee))
        .with_country_code(276)
        .with_approval(true)
}

fn envelope(nonce: u64, batch: Batch) -> Envelope {
    Envelope {
        nonce: Nonce(nonce),
        attempt: Attempt(0),
        gas_limit: Gas(1_000_000),
        price: GasPrice {
            max_fee: Wei(3_000_000_000),
            priority_fee: Wei(1_000_000_000),
        },
        head: Head {
            number: EntryNumber(7),
            hash: B256::repeat_byte(7),
        },
        batch,
        discharge: Discharge::default(),
    }
}

async fn send(chain: &Chain, envelope: &Envelope) -> Receipt {
    let signed = chain.client.sign(envelope).unwrap();
    assert_eq!(
        chain.client.broadcast(&signed.raw).await,
        Broadcast::Accepted
    );
    let open = [(envelope.nonce, vec![signed.hash])];
    let (observation, _) = chain.client.observe(&open).await.unwrap();
    let (nonce, receipt) = observation.receipts.into_iter().next().unwrap();
    assert_eq!(nonce, envelope.nonce);
    receipt
}

/// What a node merely keeps for later may never be mined.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_not_read_as_if_it_were_mined() {
    let chain = chain().await;
    let node = async |method: &'static str, params: serde_json::Value| -> serde_json::Value {
        let asked = chain.endpoint.provider().raw_request(method.into(), params);
        asked.await.unwrap()
    };
    node("evm_setAutomine", serde_json::json!([false])).await;
    let batch = Batch::Upsert(vec![Upsert {
        wallet: wallet(1),
        record: approved(1),
    }]);
    let signed = chain.client.sign(&envelope(0, batch)).unwrap();
    let taken = chain.client.broadcast(&signed.raw).await;
    assert_eq!(taken, Broadcast::Accepted);
    let held = async || {
        let (endpoint, wallets) = (&chain.endpoint, [wallet(1)]);
        let held = registry::records(endpoint, chain.registry, &wallets);
        held.await.unwrap()
    };
    assert_eq!(held().await, [WalletRecord::EMPTY]);
    node("evm_mine", serde_json::json!([])).await;
    assert_eq!(held().await, [approved(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_has_one_address_and_the_committed_code() {
    let chain = chain().await;
    let code = deploy::registry_code(chain.owner.address());
    let again = deploy::deploy(&chain.endpoint, &chain.owner, &code, B256::ZERO)
        .await
        .unwrap();
    assert!(!again.fresh);
    assert_eq!(again.address, chain.registry);
    assert_eq!(again.address, deploy::address_of(&code, B256::ZERO));
    assert!(
        deploy::is_committed_registry(&chain.endpoint, chain.registry)
            .await
            .unwrap()
    );
    assert!(
        !deploy::is_committed_registry(&chain.endpoint, Address::ZERO)
            .await
            .unwrap()
    );
    assert!(
        roles::is_mirror(&chain.endpoint, chain.registry, chain.client.signer())
            .await
            .unwrap()
    );
    assert!(
        !roles::is_mirror(&chain.endpoint, chain.registry, chain.owner.address())
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_come_back_as_records() {
    let chain = chain().await;
    let upserts = Batch::Upsert(vec![
        Upsert {
            wallet: wallet(1),
            record: approved(1),
        },
        Upsert {
            wallet: wallet(2),
            record: approved(1),
        },
    ]);
    let receipt = send(&chain, &envelope(0, upserts)).await;
    assert!(receipt.succeeded);
    assert_eq!(
        receipt.records,
        [(wallet(1), approved(1)), (wallet(2), approved(1))]
    );

    let denials = Batch::Deny(vec![Denial {
        wallet: wallet(1),
        version: Version(2),
        grounds: Grounds::REVOKED,
    }]);
    let receipt = send(&chain, &envelope(1, denials)).await;
    assert_eq!(
        receipt.records,
        [(wallet(1), approved(2).with_approval(false))]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_may_be_sent_again() {
    let chain = chain().await;
    let batch = Batch::Upsert(vec![Upsert {
        wallet: wallet(1),
        record: approved(1),
    }]);
    let signed = chain.client.sign(&envelope(0, batch)).unwrap();
    assert_eq!(
        chain.client.broadcast(&signed.raw).await,
        Broadcast::Accepted
    );
    let again = chain.client.broadcast(&signed.raw).await;
    assert!(
        matches!(again, Broadcast::Known | Broadcast::NonceTooLow),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_down_or_of_another_chain_is_told_apart() {
    let chain = chain().await;
    let url = chain._anvil.url().to_owned();
    let wrong = Endpoint::connect(&url, ChainId(1)).await;
    assert!(matches!(
        wrong,
        Err(ChainError::WrongChain {
            found: ChainId(31_337),
            ..
        })
    ));
    let down = Endpoint::unchecked("http://127.0.0.1:9", ChainId(1)).unwrap();
    assert!(matches!(down.head().await, Err(ChainError::Rpc { .. })));
    assert_eq!(down.broadcast(&[1]).await, Broadcast::Unreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_refuses_whoever_is_not_verified() {
    let chain = chain().await;
    let code = deploy::token_code("Bond", "BND", chain.registry, chain.owner.address());
    let token = deploy::deploy(&chain.endpoint, &chain.owner, &code, B256::ZERO)
        .await
        .unwrap()
        .address;
    let amount = U256::from(100);
    let refused = token::mint(
        &chain.endpoint,
        &chain.owner,
        token,
        wallet(1).address(),
        amount,
    )
    .await;
    let Err(ChainError::Reverted { reason, .. }) = refused else {
        panic!("minting to an unverified wallet passed");
    };
    assert_eq!(reason, "KYC_NOT_VERIFIED");

    let batch = Batch::Upsert(vec![Upsert {
        wallet: wallet(1),
        record: approved(1),
    }]);
    send(&chain, &envelope(0, batch)).await;
    token::mint(
        &chain.endpoint,
        &chain.owner,
        token,
        wallet(1).address(),
        amount,
    )
    .await
    .unwrap();
    assert_eq!(
        token::balance(&chain.endpoint, token, wallet(1).address())
            .await
            .unwrap(),
        amount
    );
    let (from, to) = (wallet(1).address(), wallet(2).address());
    let transfer = token::try_transfer(&chain.endpoint, token, from, to, amount)
        .await
        .unwrap();
    assert_eq!(transfer, Err("KYC_NOT_VERIFIED".to_owned()));
    let own = token::try_transfer(&chain.endpoint, token, from, from, amount)
        .await
        .unwrap();
    assert_eq!(own, Ok(()));
}
