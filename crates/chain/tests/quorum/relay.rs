//! A real node behind several doors, some of which twist what it says.

use std::sync::Arc;

use alloy::primitives::{Address, B256};
use axum::{Json, Router, extract::State, routing::post};
use secrecy::SecretString;
use serde_json::{Value, json};
use symbolon_chain::{
    ChainError, deploy, endpoint::Endpoint, finality::Finality, lane::LaneClient, quorum::Nodes,
    signer::LaneSigner,
};
use symbolon_core::{
    ids::ChainId,
    log::{EntryNumber, Head},
    mirror::{
        batch::{Batch, Upsert},
        fees::{Gas, GasPrice, Wei},
        lane::{Attempt, Broadcast, Envelope, Nonce},
        plan::Discharge,
        record::WalletRecord,
    },
    wallet::{Version, WalletAddress},
};
use symbolon_sandbox::Anvil;

const CHAIN: ChainId = ChainId(31_337);
/// Anvil's first two development keys, which everybody knows.
const OWNER: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const MIRROR: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// What becomes of a node's answer to a method.
type Twist = fn(&str, &mut Value);

fn honest(_: &str, _: &mut Value) {}

fn hides_receipts(method: &str, answer: &mut Value) {
    if method == "eth_getTransactionReceipt" {
        answer["result"] = Value::Null;
    }
}

fn forges_receipts(method: &str, answer: &mut Value) {
    if method == "eth_getTransactionReceipt" && answer["result"].is_object() {
        answer["result"]["status"] = json!("0x0");
        answer["result"]["logs"] = json!([]);
    }
}

fn is_of_another_provider(method: &str, answer: &mut Value) {
    let Some(fields) = answer["result"].as_object_mut() else {
        return;
    };
    fields.insert("l1Fee".to_owned(), json!("0x5"));
    if method == "eth_getTransactionReceipt" {
        fields.remove("cumulativeGasUsed");
        let hash = fields["transactionHash"].as_str().unwrap().to_uppercase();
        fields["transactionHash"] = json!(hash.replace("0X", "0x"));
    }
}

async fn door(anvil: &Anvil, twist: Twist) -> SecretString {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let behind = Arc::new((anvil.url().to_owned(), reqwest::Client::new(), twist));
    type Behind = Arc<(String, reqwest::Client, Twist)>;
    let pass = async |State(behind): State<Behind>, Json(request): Json<Value>| {
        let (url, client, twist) = &*behind;
        let answer = client.post(url).json(&request).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        twist(request["method"].as_str().unwrap(), &mut answer);
        Json(answer)
    };
    let router = Router::new().route("/", post(pass)).with_state(behind);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url.into()
}

fn key(hex: &str) -> LaneSigner {
    LaneSigner::from_hex(&SecretString::from(hex)).unwrap()
}

/// One approval, from the deployment to its receipt.
async fn mirrored(twists: [Twist; 3]) -> Result<usize, ChainError> {
    let anvil = Anvil::builder(CHAIN.0).start().await.unwrap();
    let mut doors = Vec::new();
    for twist in twists {
        doors.push(door(&anvil, twist).await);
    }
    let endpoint = Endpoint::join(&Nodes::new(&doors, None)?, CHAIN).await?;
    let (owner, mirror) = (key(OWNER), key(MIRROR));
    let code = deploy::registry_code(owner.address());
    let deployed = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await?;
    let registry = deployed.address;
    deploy::appoint_mirror(&endpoint, &owner, registry, mirror.address()).await?;

    let client = LaneClient::new(endpoint, mirror, registry, Finality::by_depth(1));
    let client = client.in_its_form().await?;
    client.check_mirror().await?;
    let wallet = WalletAddress::new(Address::repeat_byte(7)).unwrap();
    let record = WalletRecord::tombstone(Version(1))
        .with_identity(Address::repeat_byte(0xee))
        .with_approval(true);
    let signed = client.sign(&Envelope {
        nonce: Nonce(0),
        attempt: Attempt(0),
        gas_limit: Gas(200_000),
        price: GasPrice {
            max_fee: Wei(2_000_000_000),
            priority_fee: Wei(1_000_000_000),
        },
        head: Head {
            number: EntryNumber(1),
            hash: B256::repeat_byte(1),
        },
        batch: Batch::Upsert(vec![Upsert { wallet, record }]),
        discharge: Discharge::default(),
    })?;
    // All doors lead to one node, which has it from whichever was first.
    let sent = client.broadcast(&signed.raw).await;
    assert!(
        matches!(sent, Broadcast::Accepted | Broadcast::Known),
        "{sent:?}"
    );
    loop {
        let open = [(Nonce(0), vec![signed.hash])];
        let (observation, _) = client.observe(&open).await?;
        let Some((_, receipt)) = observation.receipts.first() else {
            continue;
        };
        assert!(receipt.succeeded && receipt.block_number <= observation.final_block);
        let held = client.inspect(&[wallet]).await?.records;
        assert_eq!(held, [(wallet, record)]);
        return Ok(receipt.records.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_sees_through_one_twisted_door() {
    for twist in [hides_receipts, forges_receipts] {
        let twists = [twist, is_of_another_provider, honest];
        assert_eq!(mirrored(twists).await.unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_on_where_all_contradict_each_other() {
    fn otherwise(method: &str, answer: &mut Value) {
        if method == "eth_getTransactionReceipt" && answer["result"].is_object() {
            answer["result"]["gasUsed"] = json!("0x1");
        }
    }
    let error = mirrored([forges_receipts, otherwise, honest])
        .await
        .unwrap_err();
    assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
}
