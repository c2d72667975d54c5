//! A registry is handed over to two keys that act together.

use alloy::sol_types::{SolCall, SolConstructor};
use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};
use symbolon_bindings::probes::TwoOfTwo;
use symbolon_chain::{deploy, signer::LaneSigner, transaction};

use crate::{
    chain::{Chain, MIRROR, OWNER_KEY},
    support::Ended,
};

/// Anvil's third and fourth accounts.
const FIRST_KEY: &str = "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";
const SECOND_KEY: &str = "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";

fn key(hex: &str) -> LaneSigner {
    LaneSigner::from_hex(&hex.to_owned().into()).unwrap()
}

/// Two keys that act together, on a chain.
struct Multisig<'a> {
    chain: &'a Chain,
    address: Address,
}

impl<'a> Multisig<'a> {
    async fn on(chain: &'a Chain) -> Self {
        let signers = TwoOfTwo::constructorCall {
            _first: key(FIRST_KEY).address(),
            _second: key(SECOND_KEY).address(),
        };
        let code: Bytes = [&TwoOfTwo::BYTECODE[..], &signers.abi_encode()]
            .concat()
            .into();
        let endpoint = chain.endpoint().await;
        let deployed = deploy::deploy(&endpoint, &key(OWNER_KEY), &code, B256::ZERO).await;
        let address = deployed.unwrap().address;
        Self { chain, address }
    }

    /// Both sign what a command printed.
    async fn send(&self, transaction: &Value) {
        let text = |key: &str| transaction[key].as_str().unwrap();
        assert_eq!(text("from").parse(), Ok(self.address));
        assert_eq!(transaction["value"], 0);
        let call = TwoOfTwo::executeCall {
            target: text("to").parse().unwrap(),
            data: text("data").parse().unwrap(),
        };
        let endpoint = self.chain.endpoint().await;
        for signer in [FIRST_KEY, SECOND_KEY] {
            let (input, what) = (call.abi_encode().into(), "to execute");
            transaction::send(&endpoint, &key(signer), self.address, input, what)
                .await
                .unwrap();
        }
    }
}

fn handover(chain: &Chain, more: &[&str]) -> Ended {
    let arguments = ["chain", "handover", "31337", "--json"];
    chain.desk.run(&[&arguments[..], more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multisig_accepts_and_then_does_what_is_printed() {
    let chain = Chain::with_lane().await;
    let multisig = Multisig::on(&chain).await;
    let to = multisig.address.to_string();
    let by_key = ["--owner-key-file", "owner.key"];
    let state = |more: &[&str]| handover(&chain, more).succeeded().json()["state"].clone();

    let unnamed = handover(&chain, &["--to", &to]).exits(2);
    assert!(unnamed.error().contains("--owner-key-file"), "{unnamed:#?}");
    assert_eq!(state(&["--to", &to, by_key[0], by_key[1]]), "offered");
    assert_eq!(state(&["--to", &to]), "offered");
    assert_eq!(state(&["--cancel", by_key[0], by_key[1]]), "withdrawn");
    assert_eq!(state(&["--cancel"]), "nothing_offered");

    let offered = handover(&chain, &["--to", &to, by_key[0], by_key[1]])
        .succeeded()
        .json();
    let verified = chain
        .desk
        .run(&["chain", "verify", "--json"])
        .exits(7)
        .json();
    let alarm = verified[0]["alarms"][0].as_str().unwrap();
    assert!(
        alarm.contains(&format!("offered to {}", multisig.address)),
        "{alarm}"
    );
    assert_eq!(verified[0]["pending_owner"], offered["pending_owner"]);
    multisig.send(&offered["transactions"][0]).await;
    assert_eq!(state(&["--to", &to]), "accepted");
    let verified = chain
        .desk
        .run(&["chain", "verify", "--json"])
        .succeeded()
        .json();
    assert_eq!(
        (
            &verified[0]["owner_is_contract"],
            &verified[0]["at_create2_address"]
        ),
        (&json!(true), &json!(true))
    );

    // The old key owns nothing any more; the new owner is told what to send.
    let rotation = [
        "chain",
        "rotate-signer",
        "31337",
        "--new-signer",
        "0x00000000000000000000000000000000000000aa",
    ];
    let refused = chain.desk.run(&[&rotation[..], &by_key].concat()).exits(4);
    assert!(
        refused.error().contains("is not the registry's owner"),
        "{refused:#?}"
    );
    let other = ["--mirror", "0x00000000000000000000000000000000000000aa"];
    let refused = chain.try_to_deploy(&other).exits(4);
    let owner = format!("only {} can appoint", multisig.address);
    assert!(refused.error().contains(&owner), "{refused:#?}");
    let printed = [&rotation[..], &["--print", "--json"]].concat();
    let printed = chain.desk.run(&printed).succeeded().json();
    assert_eq!(printed["appointed"], false);
    multisig.send(&printed["transactions"][0]).await;
    let again = chain
        .desk
        .run(&[&rotation[..], &["--json"]].concat())
        .succeeded()
        .json();
    assert_eq!(
        (&again["appointed"], &again["old_signer"], &again["done"]),
        (&json!(true), &json!(MIRROR), &json!(false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_key_must_be_meant() {
    let chain = Chain::with_lane().await;
    let to = key(FIRST_KEY).address().to_string();
    let offer = ["--to", &to, "--owner-key-file", "owner.key"];
    let refused = handover(&chain, &offer).exits(4);
    assert!(refused.error().contains("--allow-key"), "{refused:#?}");
    let zero = format!("{}", Address::ZERO);
    handover(&chain, &["--to", &zero, "--allow-key"]).exits(4);
    let offered = [&offer[..], &["--allow-key"]].concat();
    let offered = handover(&chain, &offered).succeeded().json();
    assert_eq!(offered["transactions"][0]["data"], "0x79ba5097");
    // Somebody else's key offers nothing.
    let stranger = ["--cancel", "--owner-key-file", "mirror.key"];
    handover(&chain, &stranger).exits(4);
}
