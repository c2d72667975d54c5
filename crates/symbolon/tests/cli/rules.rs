//! Transfer rules at the command line, and their rehearsal with a real token.

use std::time::Duration;

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256, U256};
use serde_json::{Value, json};
use symbolon_bindings::RegulatedToken;
use symbolon_chain::{
    calldata::calldata, deploy, development::DevelopmentNode, roles, signer::LaneSigner, token,
};
use symbolon_core::{
    mirror::{
        batch::{Batch, Upsert},
        record::WalletRecord,
    },
    wallet::Version,
};

use crate::{
    chain::{Chain, MIRROR, OWNER_KEY},
    rotation::Server,
    support::{Desk, OTHER, WALLET},
};

const ACCREDITED: &str = r#"{"presets": ["us-accredited"]}"#;

fn standing(desk: &Desk, country: Value) -> Value {
    let shown = desk.run(&["rules", "show", "--json"]).succeeded().json();
    let mut rules = shown.as_array().unwrap().iter();
    let found = rules.find(|rule| rule["country"] == country).cloned();
    found.unwrap_or(Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_announced_blocked_and_withdrawn() {
    let desk = Desk::with_issuer().await;
    desk.write("rules.json", ACCREDITED);
    let done = desk.run(&["rules", "announce", "rules.json"]).succeeded();
    assert_eq!(done.stdout.trim(), "carried out");
    let us = standing(&desk, json!("US"));
    assert_eq!(us["rule"], Value::Null);
    assert_eq!(
        us["announced"]["rule"]["least_accreditation"],
        json!("qualified")
    );
    let again = desk.run(&["rules", "announce", "rules.json"]).exits(4);
    assert!(again.error().contains("these are the rules already"));

    desk.run(&["rules", "block", "PRK"]).succeeded();
    let korea = standing(&desk, json!("KP"));
    assert_eq!(korea["rule"]["admission"], json!("blocked"));
    let shown = desk.run(&["rules", "show"]).succeeded().stdout;
    assert!(
        shown.contains("blocked") && shown.contains("qualified or accredited"),
        "{shown}"
    );

    desk.run(&["rules", "withdraw", "US"]).succeeded();
    assert_eq!(standing(&desk, json!("US")), Value::Null);
    let held = desk.run(&["rules", "withdraw", "KP"]).exits(4);
    assert!(held.error().contains("holds already"), "{held:?}");
    desk.run(&["audit", "verify"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_mistake_names_it() {
    let desk = Desk::with_issuer().await;
    desk.write("rules.json", r#"{"countries": {"XX": {}}}"#);
    let refused = desk.run(&["rules", "announce", "rules.json"]).exits(4);
    assert!(
        refused.error().contains("rules.json: line 1") && refused.error().contains("`XX`"),
        "{refused:?}"
    );
    let presets = desk.run(&["rules", "presets", "--json"]).succeeded().json();
    assert_eq!(presets.as_array().unwrap().len(), 4);
    assert!(presets[0]["as_of"].is_string(), "{presets}");
}

/// A retail investor of the United States and a Swiss one, and a token that both
/// hold.
async fn with_a_token(chain: &Chain) -> String {
    let desk = &chain.desk;
    let listed = desk.run(&["chain", "list", "--json"]).succeeded().json();
    let registry: Address = listed[0]["registry"].as_str().unwrap().parse().unwrap();
    let endpoint = chain.endpoint().await;
    let node = DevelopmentNode::new(chain.endpoint().await);
    let upserts = [(WALLET, 840), (OTHER, 756)].map(|(wallet, country)| Upsert {
        wallet: wallet.parse().unwrap(),
        record: WalletRecord::tombstone(Version(1))
            .with_identity(Address::repeat_byte(9))
            .with_approval(true)
            .with_country_code(country)
            .with_rating(1),
    });
    let input = calldata(registry, B256::ZERO, &Batch::Upsert(upserts.to_vec()));
    let mirror = MIRROR.parse().unwrap();
    node.act(mirror, Some(registry), input)
        .await
        .unwrap()
        .unwrap();

    let owner = LaneSigner::from_hex(&OWNER_KEY.into()).unwrap();
    let code = deploy::token_code("Bond", "BOND", registry, owner.address());
    let token = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await;
    let token = token.unwrap().address;
    let (us, swiss) = (WALLET.parse().unwrap(), OTHER.parse().unwrap());
    let amount = U256::from(100);
    token::mint(&endpoint, &owner, token, us, amount)
        .await
        .unwrap();
    let call = RegulatedToken::transferCall {
        to: swiss,
        value: U256::from(30),
    };
    let moved = node.act(us, Some(token), call.abi_encode().into()).await;
    moved.unwrap().unwrap();
    token.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_names_holders_and_transfers_that_rules_would_touch() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    let token = with_a_token(&chain).await;
    desk.run(&["token", "add", &token, "--chain", "31337"])
        .succeeded();
    desk.write("rules.json", ACCREDITED);
    let rehearse = ["rules", "rehearse", "rules.json", "--json"];
    let rehearsed = desk.run(&rehearse).succeeded().json();
    let report = &rehearsed[0];
    assert_eq!(
        (&report["token"], &report["holders"], &report["transfers"]),
        (&json!(token), &json!(2), &json!(2))
    );
    let touched = report["touched"].as_array().unwrap();
    assert_eq!(touched.len(), 1, "{report:#}");
    assert_eq!(
        (&touched[0]["wallet"], &touched[0]["balance"]),
        (&json!(WALLET), &json!("70"))
    );
    let why = &touched[0]["cannot_receive"];
    assert_eq!(
        (&why["reason"], &why["country"]),
        (&json!("ACCREDITATION_REQUIRED"), &json!("US"))
    );
    assert_eq!(touched[0]["cannot_send"], Value::Null, "it may sell");
    let refused = report["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "what was minted to it: {report:#}");
    assert_eq!(
        (&refused[0]["from"], &refused[0]["to"]),
        (&Value::Null, &json!(WALLET))
    );
    let text = desk.run(&rehearse[..3]).succeeded().stdout;
    assert!(
        text.contains("of 2 holders 1 could do less")
            && text.contains("ACCREDITATION_REQUIRED (US)"),
        "{text}"
    );
    let listed = desk.run(&["token", "list", "--json"]).succeeded().json();
    assert_eq!(listed[0]["token"], json!(token));
    desk.run(&["token", "forget", &token]).succeeded();
    desk.run(&["token", "forget", &token]).exits(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_there_is_a_token_whoever_is_verified_counts() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    desk.run(&[
        "verify",
        WALLET,
        "--country",
        "US",
        "--operator",
        "maria",
        "--attestation",
        "Seen.",
    ])
    .succeeded();
    desk.write("rules.json", ACCREDITED);
    let rehearsed = desk.run(&["rules", "rehearse", "rules.json", "--json"]);
    let report = rehearsed.succeeded().json();
    assert_eq!(report[0]["token"], Value::Null);
    assert_eq!(
        report[0]["touched"][0]["wallet"],
        json!(WALLET),
        "{report:#}"
    );
    let announced = desk.run(&["rules", "rehearse", "--json"]).succeeded();
    assert_eq!(
        announced.json()[0]["touched"],
        json!([]),
        "nothing is announced"
    );
}

/// How the chain stands to a country's rule, once it is not being told any more.
fn on_chain(desk: &Desk, country: &str) -> Value {
    for _ in 0..300 {
        let standing = standing(desk, json!(country));
        let state = standing["chains"][0]["state"].clone();
        if state != json!("under_way") {
            return state;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the chain is never told");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_put_beside_a_registry_and_kept_by_its_lane() {
    let chain = Chain::with_lane().await;
    let desk = &chain.desk;
    desk.run(&["rules", "block", "KP"]).succeeded();
    let owned = ["--owner-key-file", "owner.key", "--json"];
    let deploy = [&["rules", "deploy", "31337"][..], &owned[..]].concat();
    let deployed = desk.run(&deploy).succeeded().json();
    assert_eq!(deployed["fresh"], json!(true));
    let mirror: Address = MIRROR.parse().unwrap();
    assert_eq!(deployed["mirrors"], json!([mirror]));
    let again = desk.run(&deploy).succeeded().json();
    assert_eq!(again["fresh"], json!(false));
    assert_eq!(again["contract"], deployed["contract"]);
    assert_eq!(
        standing(desk, json!("KP"))["chains"][0]["state"],
        json!("under_way")
    );

    let server = Server::start(&chain);
    assert_eq!(on_chain(desk, "KP"), json!("mirrored"));
    let shown = desk.run(&["rules", "show"]).succeeded().stdout;
    assert!(shown.contains("31337 has it"), "{shown}");
    server.stop();
    let stranger = desk.run(&["rules", "attach", "31337", WALLET]).exits(4);
    assert!(
        stranger.error().contains("does not answer as rules do"),
        "{stranger:?}"
    );
    let rules = deployed["contract"].as_str().unwrap();
    desk.run(&["rules", "attach", "31337", rules]).succeeded();

    // Whoever follows the signer may write there, too.
    desk.write(
        "new.key",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    );
    let rotate = [
        "chain",
        "rotate-signer",
        "31337",
        "--new-signer-key-file",
        "new.key",
    ];
    desk.run(&[&rotate[..], &owned[..]].concat()).succeeded();
    let (endpoint, contract) = (chain.endpoint().await, rules.parse().unwrap());
    let new = LaneSigner::from_hex(&desk.read("new.key").into()).unwrap();
    let appointed = roles::is_mirror(&endpoint, contract, new.address()).await;
    assert!(appointed.unwrap());
}
