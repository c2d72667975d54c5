//! Certificates at the command line, on a real chain.

use std::time::Duration;

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, U256};
use serde_json::{Value, json};
use symbolon_bindings::CertificateRegistry;

use crate::{
    chain::Chain,
    mirror::until_equal,
    rotation::Server,
    support::{WALLET, customers},
};

const REQUIREMENTS: &str = r#"[
    {"title": "Age", "type": "uint", "description": "Years", "logic": ">=", "uint": 18}
]"#;

/// Whether the contract itself calls the wallet certified.
async fn is_certified(chain: &Chain, contract: Address, wallet: &str) -> bool {
    let call = CertificateRegistry::isVerifiedCall {
        verifying: wallet.parse().unwrap(),
        SBTID: U256::from(7),
    };
    let endpoint = chain.endpoint().await;
    let answer = endpoint.ask(contract, call.abi_encode().into()).await;
    let output = answer.unwrap().unwrap();
    CertificateRegistry::isVerifiedCall::abi_decode_returns(&output).unwrap()
}

async fn until_certified(chain: &Chain, contract: Address, wallet: &str, wanted: bool) {
    for _ in 0..300 {
        if is_certified(chain, contract, wallet).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {wanted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_defined_issued_and_taken_back() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    desk.write("requirements.json", REQUIREMENTS);
    let owned = ["--owner-key-file", "owner.key", "--json"];
    let define = ["certificates", "define", "31337", "7", "requirements.json"];
    let define = [&define[..], &owned[..]].concat();
    let nowhere = desk.run(&define).exits(5);
    assert!(
        nowhere.error().contains("certificates deploy 31337"),
        "{nowhere:?}"
    );
    let deploy = ["certificates", "deploy", "31337"];
    let deployed = desk
        .run(&[&deploy[..], &owned[..]].concat())
        .succeeded()
        .json();
    let contract: Address = deployed["contract"].as_str().unwrap().parse().unwrap();
    let defined = desk.run(&define).succeeded().json();
    assert_eq!(defined["version"], json!("1"));
    assert_eq!(desk.run(&define).succeeded().json()["version"], json!("2"));
    desk.write("requirements.json", &REQUIREMENTS.replace(">=", "~"));
    let illegal = desk.run(&define).exits(4);
    assert!(
        illegal.error().contains("requirement 1: `logic` is `~`"),
        "{illegal:?}"
    );
    desk.write("requirements.json", &REQUIREMENTS.replace("logic", "logik"));
    desk.run(&define).exits(4);

    desk.write("one.csv", &customers(1));
    desk.run(&["import", "one.csv"]).succeeded();
    let server = Server::start(&chain);
    until_equal(desk);
    let issue = [
        "certificates",
        "issue",
        "--certificate",
        "7",
        "--external-id",
        "C-000001",
    ];
    let issued = desk
        .run(&[&issue[..], &["--json"]].concat())
        .succeeded()
        .json();
    assert_eq!(issued["certified"], json!(1));
    let shown = desk.run(&["status", "--external-id", "C-000001", "--json"]);
    let shown = shown.succeeded().json();
    assert_eq!(shown["certificates"][0]["certificate"], json!(7));
    let wallet = shown["wallets"][0]["wallet"].as_str().unwrap();
    until_certified(&chain, contract, wallet, true).await;
    let again = desk.run(&issue).exits(4);
    assert!(again.stdout.contains("stands so already"), "{again:?}");
    let revoke = [
        "certificates",
        "revoke",
        "--certificate",
        "7",
        wallet,
        "--json",
    ];
    let revoked = desk.run(&revoke).succeeded().json();
    assert_eq!(revoked["results"][0]["revoked"], Value::Bool(true));
    until_certified(&chain, contract, wallet, false).await;
    let stranger = ["certificates", "issue", "--certificate", "7", WALLET];
    desk.run(&stranger).exits(5);
    server.stop();
    let text = desk.run(&["status", wallet]).succeeded().stdout;
    assert!(text.contains("certificate 7: revoked"), "{text}");
}
