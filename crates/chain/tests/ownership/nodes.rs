//! One node behind several doors, some of which say something else.

use std::sync::Arc;

use alloy::primitives::Address;
use axum::{Json, Router, extract::State, routing::post};
use secrecy::SecretString;
use serde_json::{Value, json};
use symbolon_chain::{
    ChainError,
    endpoint::Endpoint,
    ownership::{NotProven, OwnershipProof, ProofKind, prove},
    quorum::Nodes,
};
use symbolon_core::ids::ChainId;

use crate::case::{CHAIN, Case, Mood, Verdict, key, message, signed};

/// What becomes of a node's answer to a method.
type Twist = fn(&str, &mut Value);

fn honest(_: &str, _: &mut Value) {}

/// Whatever was asked, the wallet signed.
fn says_yes(method: &str, answer: &mut Value) {
    if method == "eth_call" {
        *answer = json!({"jsonrpc": "2.0", "id": answer["id"], "result": format!("0x{:064x}", 6)});
    }
}

fn says_no(method: &str, answer: &mut Value) {
    if method == "eth_call" {
        answer["result"] = json!(format!("0x{:064x}", 5));
    }
}

fn starves(method: &str, answer: &mut Value) {
    if method == "eth_call" {
        answer["result"] = json!(format!("0x{:064x}", 1));
    }
}

fn babbles(method: &str, answer: &mut Value) {
    if method == "eth_call" {
        answer["result"] = json!("0x06");
    }
}

fn reverts(method: &str, answer: &mut Value) {
    if method == "eth_call" {
        *answer = json!({"jsonrpc": "2.0", "id": answer["id"],
            "error": {"code": 3, "message": "execution reverted", "data": "0x"}});
    }
}

fn fails(method: &str, answer: &mut Value) {
    if method == "eth_call" {
        *answer = json!({"jsonrpc": "2.0", "id": answer["id"],
            "error": {"code": -32000, "message": "header not found"}});
    }
}

/// As if the wallet were a key.
fn hides_code(method: &str, answer: &mut Value) {
    if method == "eth_getCode" {
        answer["result"] = json!("0x");
    }
}

async fn door(url: &str, twist: Twist) -> SecretString {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = format!("http://{}", listener.local_addr().unwrap());
    type Behind = Arc<(String, reqwest::Client, Twist)>;
    let behind: Behind = Arc::new((url.to_owned(), reqwest::Client::new(), twist));
    let pass = async |State(behind): State<Behind>, Json(request): Json<Value>| {
        let (url, client, twist) = &*behind;
        let answer = client.post(url).json(&request).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        twist(request["method"].as_str().unwrap(), &mut answer);
        Json(answer)
    };
    let router = Router::new().route("/", post(pass)).with_state(behind);
    tokio::spawn(async move { axum::serve(listener, router).await });
    door.into()
}

/// What comes of a signature by doors of which most must agree.
async fn through(
    case: &Case,
    twists: &[Twist],
    wallet: Address,
    signature: &[u8],
) -> Result<Verdict, ChainError> {
    let mut doors = Vec::new();
    for twist in twists {
        doors.push(door(case.anvil.url(), *twist).await);
    }
    let endpoint = Endpoint::join(&Nodes::new(&doors, None)?, CHAIN).await?;
    prove(&endpoint, &message(wallet), signature).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_liar_is_outvoted_either_way() {
    let case = Case::start().await;
    let wallet = case.wallet(key(1).address(), Mood::Honest).await;
    let (right, wrong) = (signed(wallet, &key(1)), signed(wallet, &key(2)));
    for liar in [says_no, starves, babbles, reverts, fails, hides_code] {
        let verdict = through(&case, &[liar, honest, honest], wallet, &right).await;
        let kind = verdict.unwrap().map(|proof| proof.kind);
        assert_eq!(kind, Ok(ProofKind::Contract));
    }
    let verdict = through(&case, &[says_yes, honest, honest], wallet, &wrong).await;
    assert_eq!(verdict.unwrap(), Err(NotProven::Refused(wallet)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_contradict_each_other_are_no_answer() {
    let case = Case::start().await;
    let wallet = case.wallet(key(1).address(), Mood::Honest).await;
    let signature = signed(wallet, &key(1));
    for twists in [[honest, says_no, babbles], [honest, reverts, says_no]] {
        let error = through(&case, &twists, wallet, &signature).await;
        let error = error.unwrap_err();
        assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
    }
    let error = through(&case, &[fails, honest], wallet, &signature).await;
    let error = error.unwrap_err();
    assert!(matches!(error, ChainError::TooFewNodes(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_does_not_carry_out_is_no_no() {
    let case = Case::start().await;
    let wallet = case.wallet(key(1).address(), Mood::Honest).await;
    let signature = signed(wallet, &key(1));
    for broken in [starves, babbles, reverts] {
        let error = through(&case, &[broken], wallet, &signature).await;
        let error = error.unwrap_err();
        assert!(matches!(error, ChainError::Nonsense { .. }), "{error}");
    }
    let error = through(&case, &[fails], wallet, &signature).await;
    assert!(matches!(error, Err(ChainError::Rpc { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_nodes_tell_a_keys_signature_too() {
    let case = Case::start().await;
    let wallet = key(1).address();
    let doors: [Twist; 3] = [honest, says_yes, honest];
    let verdict = through(&case, &doors, wallet, &signed(wallet, &key(1))).await;
    let proof = OwnershipProof {
        kind: ProofKind::Key,
        block: None,
    };
    assert_eq!(verdict.unwrap(), Ok(proof));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_proven_on_its_own_chain_alone() {
    let case = Case::start().await;
    let mut message = message(key(1).address());
    message.chain = ChainId(1);
    let error = prove(case.node.endpoint(), &message, &[1; 65]).await;
    assert!(matches!(
        error,
        Err(ChainError::WrongChain {
            expected: ChainId(1),
            ..
        })
    ));
}
