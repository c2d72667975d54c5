//! `symbolon chain verify`: what is right about a registry, and what is not.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, Uint};
use serde_json::{Value, json};
use symbolon_bindings::IdentityRegistry;
use symbolon_chain::{roles, transaction};

use crate::chain::{Chain, MIRROR, OWNER_KEY};

const STRANGER: &str = "0x00000000000000000000000000000000000000ff";

fn verify(chain: &Chain, code: i32) -> Value {
    let verified = chain.desk.run(&["chain", "verify", "--json"]);
    verified.exits(code).json()[0].clone()
}

fn alarms(finding: &Value) -> Vec<&str> {
    let alarms = finding["alarms"].as_array().unwrap();
    alarms.iter().map(|alarm| alarm.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_as_it_was_deployed_is_well() {
    let chain = Chain::with_lane().await;
    let found = verify(&chain, 0);
    for (key, wanted) in [
        ("ok", json!(true)),
        ("committed_code", json!(true)),
        ("owner_is_contract", json!(false)),
        ("pending_owner", Value::Null),
        ("signer", json!(MIRROR)),
        ("mirrors", json!([MIRROR])),
        ("agents", json!([])),
        ("agent_term_seconds", json!(86_400)),
        ("at_create2_address", json!(true)),
        ("deployment_final", json!(true)),
    ] {
        assert_eq!(found[key], wanted, "{key}: {found:#}");
    }
    let said = chain.desk.run(&["chain", "verify", "31337"]).succeeded();
    assert!(said.stdout.contains("a plain key"), "{said:#?}");
    chain.desk.run(&["chain", "verify", "1"]).exits(5);
    let url = chain.anvil.url();
    chain.desk.run(&["chain", "verify", "--rpc", url]).exits(2);
    let by_name = ["chain", "verify", "31337", "--rpc", url];
    chain.desk.run(&by_name).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_nobody_knows_is_an_alarm() {
    let chain = Chain::with_lane().await;
    chain.deploy(&["--mirror", STRANGER]);
    let found = verify(&chain, 7);
    assert_eq!(found["mirrors"], json!([STRANGER, MIRROR]));
    assert!(
        matches!(alarms(&found)[..], [alarm] if alarm.contains("ff may write")),
        "{found:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_that_may_not_write_is_an_alarm() {
    let chain = Chain::with_lane().await;
    chain.desk.write("other.key", &"77".repeat(32));
    chain.write_lane("other.key");
    let found = verify(&chain, 7);
    assert_eq!(alarms(&found).len(), 2, "and the other mirror: {found:#}");
    // One that was appointed and removed again is neither.
    chain.write_lane("mirror.key");
    let (endpoint, owner) = (chain.endpoint().await, deployer());
    let registry = found["registry"].as_str().unwrap().parse().unwrap();
    let mirror = MIRROR.parse().unwrap();
    let call = roles::remove_mirror(mirror);
    let removed = transaction::send(&endpoint, &owner, registry, call, "to remove it").await;
    removed.unwrap();
    let found = verify(&chain, 7);
    assert_eq!(found["mirrors"], json!([]));
    assert_eq!(alarms(&found).len(), 1, "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_named_in_the_configuration_and_believed_for_a_while() {
    let chain = Chain::with_lane().await;
    let registry = verify(&chain, 0)["registry"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let _agent = STRANGER.parse().unwrap();
    own(&chain, registry, IdentityRegistry::addAgentCall { _agent }).await;
    let found = verify(&chain, 7);
    assert!(
        matches!(alarms(&found)[..], [alarm] if alarm.contains("does not name it")),
        "{found:#}"
    );
    let lane = chain.desk.read("symbolon.toml") + &format!("agents = [\"{STRANGER}\"]\n");
    chain.desk.write("symbolon.toml", &lane);
    assert_eq!(verify(&chain, 0)["expected_agents"], json!([STRANGER]));
    let call = IdentityRegistry::setAgentTermCall { term: Uint::MAX };
    own(&chain, registry, call).await;
    let found = verify(&chain, 7);
    assert!(
        matches!(alarms(&found)[..], [alarm] if alarm.contains("counts for ever")),
        "{found:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn other_code_is_not_believed() {
    let chain = Chain::with_lane().await;
    let registry = verify(&chain, 0)["registry"].clone();
    let code = chain.ask("eth_getCode", json!([registry, "latest"])).await;
    let other = format!("{}00", code.as_str().unwrap());
    chain.ask("anvil_setCode", json!([registry, other])).await;
    let found = verify(&chain, 7);
    assert_eq!(
        (&found["committed_code"], &found["owner"]),
        (&json!(false), &Value::Null)
    );
    assert!(alarms(&found)[0].contains("not the committed one"));
}

/// The owner calls its registry.
async fn own(chain: &Chain, registry: Address, call: impl SolCall) {
    let (endpoint, input) = (chain.endpoint().await, call.abi_encode().into());
    let sent = transaction::send(&endpoint, &deployer(), registry, input, "to set it up").await;
    sent.unwrap();
}

fn deployer() -> symbolon_chain::signer::LaneSigner {
    symbolon_chain::signer::LaneSigner::from_hex(&OWNER_KEY.to_owned().into()).unwrap()
}
