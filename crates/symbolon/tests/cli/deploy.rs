//! What people trip over when they deploy.

use serde_json::{Value, json};
use symbolon_sandbox::Anvil;

use crate::{
    chain::{Chain, MIRROR},
    support::Desk,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_preset_goes_by_the_chains_id_and_gives_way_to_what_is_said() {
    let chain = Chain::start().await;
    let deployed = chain.deploy(&["--signer-key-file", "mirror.key"]);
    assert_eq!(deployed["preset"], "anvil");
    assert_eq!(deployed["variables"], json!(["SYMBOLON_RPC_URL_31337"]));
    let lane = deployed["lane"].as_str().unwrap();
    assert!(
        lane.contains("max_fee_gwei = 500\npoll_ms = 250\n"),
        "{lane}"
    );
    let listed = |desk: &Desk| {
        let listed = desk.run(&["chain", "list", "--json"]).succeeded().json();
        (
            listed[0]["name"].clone(),
            listed[0]["confirmations"].clone(),
        )
    };
    assert_eq!(listed(&chain.desk), (json!("Anvil"), json!(1)));

    let misfit = chain.desk.run(&[
        "chain",
        "deploy",
        "--rpc",
        chain.anvil.url(),
        "--owner-key-file",
        "owner.key",
        "--signer-key-file",
        "mirror.key",
        "--preset",
        "base",
    ]);
    let misfit = misfit.exits(2);
    assert!(misfit.error().contains("that is `anvil`"), "{misfit:#?}");

    // An endpoint of Canton has any id that is nobody else's.
    let mut chain = chain;
    chain.anvil = Anvil::builder(4_242).start().await.unwrap();
    let canton = ["--preset", "canton", "--confirmations", "7"];
    chain.deploy(&[&["--signer-key-file", "mirror.key"], &canton[..]].concat());
    assert_eq!(listed(&chain.desk), (json!("Canton"), json!(7)));
}

#[test]
fn presets_are_listed() {
    let desk = Desk::bare();
    let listed = desk.run(&["chain", "presets", "--json"]).succeeded().json();
    let ids: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|preset| &preset["chain_id"])
        .collect();
    for id in [
        json!(1),
        json!(8_453),
        json!(98_866),
        json!(42_161),
        Value::Null,
        json!(31_337),
    ] {
        assert!(ids.contains(&&id), "{id} in {ids:?}");
    }
    desk.run(&["chain", "presets"]).succeeded();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_for_both_roles_is_warned_of_and_a_missing_key_explained() {
    let chain = Chain::start().await;
    let deployed = chain.deploy(&["--signer-key-file", "owner.key"]);
    assert!(deployed["warning"].as_str().unwrap().contains("one key"));
    let absent = chain.desk.run(&[
        "chain",
        "deploy",
        "--rpc",
        chain.anvil.url(),
        "--owner-key-file",
        "absent.key",
        "--signer-key-file",
        "mirror.key",
    ]);
    let absent = absent.exits(3);
    assert!(
        absent.error().contains("openssl rand -hex 32 > absent.key"),
        "{absent:#?}"
    );
    let said = chain.desk.run(&[
        "chain",
        "deploy",
        "--rpc",
        chain.anvil.url(),
        "--owner-key-file",
        "owner.key",
        "--mirror",
        MIRROR,
    ]);
    let said = said.succeeded().stdout;
    for line in [
        "export SYMBOLON_RPC_URL_31337=",
        "export SYMBOLON_SIGNER_KEY_31337=",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_without_the_deployer_is_given_one() {
    let mut chain = Chain::start().await;
    chain.anvil = Anvil::builder(31_338)
        .without_deployer()
        .start()
        .await
        .unwrap();
    let url = chain.anvil.url().to_owned();
    let arguments = [
        "chain",
        "deploy",
        "--rpc",
        &url,
        "--owner-key-file",
        "owner.key",
        "--signer-key-file",
        "mirror.key",
        "--json",
    ];
    let refused = chain.desk.run(&arguments).exits(7);
    assert!(refused.error().contains("--place-deployer"), "{refused:#?}");
    chain.deploy(&["--signer-key-file", "mirror.key", "--place-deployer"]);
    let listed = chain.desk.run(&["chain", "list", "--json"]);
    assert_eq!(listed.succeeded().json()[0]["chain_id"], 31_338);
}
