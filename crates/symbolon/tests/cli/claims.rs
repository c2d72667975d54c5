//! Claims at the command line, on a real chain.

use std::time::Duration;

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, U256, keccak256};
use serde_json::{Value, json};
use symbolon_bindings::Identity;
use symbolon_chain::signer::LaneSigner;
use symbolon_core::claim::ClaimTopic;

use crate::{
    chain::Chain,
    mirror::until_equal,
    rotation::Server,
    support::{WALLET, customers},
};

const OWNED: [&str; 3] = ["--owner-key-file", "owner.key", "--json"];

fn run(chain: &Chain, arguments: &[&str]) -> Value {
    chain
        .desk
        .run(&[arguments, &OWNED].concat())
        .succeeded()
        .json()
}

/// A key for claims in a file; its address.
fn key_in(chain: &Chain, file: &str) -> String {
    let secret = keccak256(file).to_string();
    chain.desk.write(file, &secret);
    let signer = LaneSigner::from_hex(&secret.into()).unwrap();
    format!("{:#x}", signer.address())
}

/// Where the investor's identity is, if its claim stands and nothing is under way.
fn standing(chain: &Chain, investor: &str) -> Option<Address> {
    let shown = chain.desk.run(&["claims", "show", investor, "--json"]);
    let shown = shown.succeeded().json();
    let here = &shown["identities"][0];
    let stands = here["claims"][0]["stands"] == json!(true) && here["settled"] == json!(true);
    let address = here["address"].as_str()?.parse().ok()?;
    stands.then_some(address)
}

async fn until_stands(chain: &Chain, investor: &str, wanted: bool) {
    for _ in 0..300 {
        if standing(chain, investor).is_some() == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {wanted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_issued_signed_anew_and_taken_back() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    let (old, new) = (key_in(&chain, "claims.key"), key_in(&chain, "anew.key"));
    let appoint = ["claims", "appoint", "31337", new.as_str()];
    let nowhere = desk.run(&[&appoint[..], &OWNED].concat()).exits(5);
    assert!(
        nowhere.error().contains("claims deploy 31337"),
        "{nowhere:?}"
    );
    let unsigned = run(&chain, &["claims", "deploy", "31337"]);
    assert_eq!(unsigned["claim_signer"], Value::Null);
    assert!(
        unsigned["warning"]
            .as_str()
            .unwrap()
            .contains("no key signs claims")
    );
    chain.sign_claims_with("claims.key");
    let deployed = run(&chain, &["claims", "deploy", "31337"]);
    assert_eq!(deployed["claim_signer"].as_str(), Some(old.as_str()));
    assert_eq!(deployed["claim_issuer"], unsigned["claim_issuer"]);
    let issuer = deployed["claim_issuer"].as_str().unwrap();
    desk.run(&["claims", "attach", "31337", issuer]).succeeded();
    desk.run(&["claims", "attach", "31337", WALLET]).exits(4);

    desk.write("one.csv", &customers(1));
    desk.run(&["import", "one.csv"]).succeeded();
    let server = Server::start(&chain);
    until_equal(desk);
    let issue = [
        "claims",
        "issue",
        "--topic",
        "kyc",
        "--external-id",
        "C-000001",
    ];
    let issued = desk.run(&[&issue[..], &["--json"]].concat());
    assert_eq!(issued.succeeded().json()["claimed"], json!(1));
    let again = desk.run(&issue).exits(4);
    assert!(again.stdout.contains("stands so already"), "{again:?}");
    let shown = desk.run(&["status", "--external-id", "C-000001", "--json"]);
    let shown = shown.succeeded().json();
    assert_eq!(shown["claims"][0]["topic"], json!("kyc"));
    let investor = shown["investor"].as_str().unwrap().to_owned();
    let wallet = shown["wallets"][0]["wallet"].as_str().unwrap().to_owned();
    until_stands(&chain, &investor, true).await;

    // The key is changed, and no claim lapses.
    let dismiss = ["claims", "dismiss", "31337", old.as_str()];
    let refused = desk.run(&[&dismiss[..], &OWNED].concat()).exits(4);
    assert!(refused.error().contains("stand by the word"), "{refused:?}");
    run(&chain, &appoint);
    server.stop();
    chain.sign_claims_with("anew.key");
    let server = Server::start(&chain);
    let mut dismissed = false;
    for _ in 0..300 {
        dismissed = desk.run(&[&dismiss[..], &OWNED].concat()).code == 0;
        if dismissed {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(dismissed, "every claim is signed anew");
    until_stands(&chain, &investor, true).await;
    let identity = standing(&chain, &investor).unwrap();
    let call = Identity::getClaimIdsByTopicCall {
        _topic: ClaimTopic::KYC.0,
    };
    let endpoint = chain.endpoint().await;
    let answer = endpoint.ask(identity, call.abi_encode().into()).await;
    let held = Identity::getClaimIdsByTopicCall::abi_decode_returns(&answer.unwrap().unwrap());
    assert_eq!(held.unwrap().len(), 1);
    let purpose = Identity::keyHasPurposeCall {
        _key: keccak256(wallet.parse::<Address>().unwrap().into_word()),
        _purpose: U256::from(2),
    };
    let answer = endpoint.ask(identity, purpose.abi_encode().into()).await;
    let acts = Identity::keyHasPurposeCall::abi_decode_returns(&answer.unwrap().unwrap());
    assert!(acts.unwrap());

    let revoke = ["claims", "revoke", "--topic", "kyc", wallet.as_str()];
    desk.run(&revoke).succeeded();
    until_stands(&chain, &investor, false).await;
    desk.run(&["claims", "issue", "--topic", "KYC", WALLET])
        .exits(2);
    desk.run(&["claims", "issue", "--topic", "7", WALLET])
        .exits(5);
    server.stop();
    let text = desk.run(&["status", &wallet]).succeeded().stdout;
    assert!(text.contains("claim kyc: revoked"), "{text}");
    let text = desk.run(&["claims", "show", &wallet]).succeeded().stdout;
    assert!(text.contains(&identity.to_string()), "{text}");
}
