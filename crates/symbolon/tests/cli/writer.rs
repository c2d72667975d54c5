//! An issuer whose investors a registrar on chain keeps.

use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};
use symbolon_bindings::KYCRegistrar;
use symbolon_chain::{deploy, signer::LaneSigner};
use symbolon_core::ids::AuthorityIndex;

use crate::{
    chain::{Chain, OWNER_KEY},
    serve::{address, start},
    support::{Ended, WALLET, customers},
};

const SECTION: &str = "[[registrar]]\nissuer = \"acme\"\nchain_id = 31337\nrpc_url_env = \"SYMBOLON_RPC_URL_31337\"\n";

/// A chain with a registrar, its address and its block.
async fn with_registrar() -> (Chain, Address, u64) {
    let mut chain = Chain::start().await;
    let url = chain.anvil.url().to_owned();
    chain.desk.set("SYMBOLON_RPC_URL_31337", &url);
    let owner = LaneSigner::from_hex(&OWNER_KEY.into()).unwrap();
    let arguments = KYCRegistrar::constructorCall {
        owners: vec![owner.address()],
        threshold: 1,
    };
    let arguments = symbolon_bindings::alloy_sol_types::SolConstructor::abi_encode(&arguments);
    let code = Bytes::from([&KYCRegistrar::BYTECODE[..], &arguments].concat());
    let endpoint = chain.endpoint().await;
    let deployed = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await;
    let deployed = deployed.unwrap();
    (chain, deployed.address, deployed.block)
}

impl Chain {
    fn choose(&self, registrar: &str, block: u64) -> Ended {
        let block = block.to_string();
        self.desk.run(&[
            "issuer",
            "writer",
            "registrar",
            "--rpc",
            self.anvil.url(),
            "--address",
            registrar,
            "--from-block",
            &block,
            "--json",
        ])
    }

    /// What doctor says of the registrar.
    fn registrar_check(&self) -> Value {
        let ended = self.desk.run(&["doctor", "--json"]);
        let checks = ended.json()["checks"].clone();
        let checks = checks.as_array().unwrap().clone();
        let of_registrar = |check: &Value| check["name"] == "registrar of acme";
        checks.into_iter().find(of_registrar).unwrap_or(Value::Null)
    }

    fn next_block(&self) -> u64 {
        let runtime = tokio::runtime::Handle::current();
        let store = self.desk.database.as_ref().unwrap().store.clone();
        let issuer = "acme".parse().unwrap();
        tokio::task::block_in_place(|| {
            runtime
                .block_on(store.next_block_to_witness(&issuer))
                .unwrap()
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registrar_is_checked_chosen_and_followed() {
    let (chain, registrar, block) = with_registrar().await;
    let desk = &chain.desk;
    let stranger = chain.choose(WALLET, block).exits(7);
    assert!(
        stranger
            .error()
            .contains("does not answer as a KYCRegistrar")
    );
    let registrar = registrar.to_string();
    let late = chain.choose(&registrar, block + 1).exits(4);
    assert!(late.error().contains("--from-block: "), "{late:#?}");
    assert_eq!(chain.registrar_check(), Value::Null);

    let chosen = chain.choose(&registrar, block).succeeded().json();
    assert_eq!(chosen["registrar"], SECTION);
    let listed = desk.run(&["issuer", "list", "--json"]).succeeded().json();
    let listed = &listed[0]["writer"];
    assert_eq!(
        listed["address"].as_str().unwrap().to_lowercase(),
        registrar.to_lowercase()
    );
    assert_eq!(
        (&listed["chain_id"], &listed["from_block"]),
        (&json!(31_337), &json!(block))
    );
    let text = desk.run(&["issuer", "list"]).succeeded().stdout;
    assert!(text.contains("on chain 31337"), "{text}");

    let unfollowed = chain.registrar_check();
    assert_eq!(unfollowed["status"], "warn", "{unfollowed}");
    let attested = [
        "--operator",
        "maria",
        "--attestation",
        "Seen.",
        "--attestation-version",
        "1",
    ];
    let verify = [&["verify", WALLET, "--country", "DE"][..], &attested].concat();
    let refused = desk.run(&verify).exits(4);
    assert!(
        refused.error().contains("registrar on chain"),
        "{refused:#?}"
    );

    desk.write("symbolon.toml", &SECTION.replace("31337\n", "1\n"));
    let misplaced = desk.run(&["serve", "--listen", "127.0.0.1:0"]).exits(3);
    assert!(
        misplaced.error().starts_with("registrar[0].chain_id: "),
        "{misplaced:#?}"
    );
    desk.write("symbolon.toml", SECTION);
    let (mut child, mut lines) = start(desk);
    address(&mut lines);
    let begun = std::time::Instant::now();
    while chain.next_block() <= block {
        assert!(begun.elapsed().as_secs() < 60, "it is not followed");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let followed = chain.registrar_check();
    assert_eq!(followed["status"], "ok", "{followed}");
    crate::import::signal(child.id(), "TERM");
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_stays_once_anything_is_written() {
    let (chain, registrar, block) = with_registrar().await;
    let registrar = registrar.to_string();
    chain.choose(&registrar, block).succeeded();
    chain
        .desk
        .run(&["issuer", "writer", "register"])
        .succeeded();
    chain
        .desk
        .run(&["issuer", "writer", "register"])
        .succeeded();
    chain
        .desk
        .run(&["authority", "add", "bafin", "--country", "DE"])
        .succeeded();
    let refused = chain.choose(&registrar, block).exits(4);
    assert!(
        refused.error().contains("has decided already"),
        "{refused:#?}"
    );
    // A section for a registrar that does not decide is a mistake.
    chain.desk.write("symbolon.toml", SECTION);
    let ended = chain
        .desk
        .run(&["serve", "--listen", "127.0.0.1:0"])
        .exits(3);
    assert!(
        ended.error().starts_with("registrar[0].issuer: "),
        "{ended:#?}"
    );
    assert_eq!(chain.registrar_check()["status"], "fail");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_who_decides_and_whether_it_is_heard() {
    let (chain, registrar, block) = with_registrar().await;
    let desk = &chain.desk;
    let status = || desk.run(&["status", "--json"]).succeeded().json();
    let text = || desk.run(&["status"]).succeeded().stdout;
    assert_eq!(status()["writer"], json!({"writer": "register"}));
    assert!(text().contains("decided by the register\n"), "{}", text());

    let chosen = chain.choose(&registrar.to_string(), block).succeeded();
    let shown = status();
    let writer = &shown["writer"];
    assert_eq!(writer["writer"], "registrar");
    assert_eq!(writer["address"], chosen.json()["address"]);
    assert_eq!(
        (&writer["chain_id"], &writer["from_block"]),
        (&json!(31_337), &json!(block))
    );
    assert_eq!(
        (&writer["next_block"], &writer["last_error"]),
        (&json!(block), &Value::Null)
    );
    let line = format!("decided by {registrar} on chain 31337, read up to block ");
    assert!(text().contains(&line), "{}", text());

    let store = &desk.database.as_ref().unwrap().store;
    let issuer = "acme".parse().unwrap();
    let noted = store.note_witnessing(&issuer, Some("no answer"));
    noted.await.unwrap();
    assert_eq!(status()["writer"]["last_error"], "no answer");
    assert!(text().contains("; not read now: no answer\n"), "{}", text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_refused_as_a_whole_before_any_row_is_read() {
    let (chain, registrar, block) = with_registrar().await;
    let desk = &chain.desk;
    chain.choose(&registrar.to_string(), block).succeeded();
    desk.write("some.csv", &customers(3));
    desk.write("none.csv", "no,such,columns\n");
    for file in ["some.csv", "none.csv"] {
        let arguments = ["import", file, "--map", "Land=country", "--save-map"];
        let refused = desk.run(&arguments).exits(4);
        assert!(
            refused.error().contains("registrar on chain"),
            "{refused:#?}"
        );
    }
    let store = &desk.database.as_ref().unwrap().store;
    let issuer = "acme".parse().unwrap();
    assert!(
        store
            .imports(&issuer, AuthorityIndex::OWNER, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.column_map(&issuer).await.unwrap().is_empty());
}
