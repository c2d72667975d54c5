//! A real chain: the registry deployed, checked by doctor, compared.

use alloy::providers::Provider;
use serde_json::{Value, json};
use symbolon_chain::endpoint::Endpoint;
use symbolon_core::ids::ChainId;
use symbolon_sandbox::Anvil;

use crate::support::{Desk, Ended, customers};

/// Anvil's first two accounts, known to everybody.
pub(crate) const OWNER_KEY: &str =
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(crate) const MIRROR_KEY: &str =
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
pub(crate) const MIRROR: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

/// A running chain and a desk whose issuer will use it.
pub(crate) struct Chain {
    pub(crate) desk: Desk,
    pub(crate) anvil: Anvil,
}

impl Chain {
    pub(crate) async fn start() -> Self {
        let desk = Desk::with_issuer().await;
        let anvil = Anvil::builder(31_337)
            .folder(desk.folder.path().join("anvil"))
            .start()
            .await
            .unwrap();
        desk.write("owner.key", OWNER_KEY);
        desk.write("mirror.key", MIRROR_KEY);
        Self { desk, anvil }
    }

    /// With a lane in the configuration that can be used as it stands.
    pub(crate) async fn with_lane() -> Self {
        let mut chain = Self::start().await;
        chain.deploy(&["--signer-key-file", "mirror.key"]);
        chain.write_lane("mirror.key");
        let url = chain.anvil.url().to_owned();
        chain.desk.set("SYMBOLON_RPC_URL_31337", &url);
        chain
    }

    /// The lane's section, with the key in this file.
    pub(crate) fn write_lane(&self, key_file: &str) {
        let lane = format!(
            "[[lane]]\nissuer = \"acme\"\nchain_id = 31337\nrpc_url_env = \"SYMBOLON_RPC_URL_31337\"\nsigner_key_file = \"{key_file}\"\n"
        );
        self.desk.write("symbolon.toml", &lane);
    }

    /// The lane's section, with the key in this file for claims.
    pub(crate) fn sign_claims_with(&self, key_file: &str) {
        self.write_lane("mirror.key");
        let lane = self.desk.read("symbolon.toml");
        let signing = format!("{lane}claim_signer_key_file = \"{key_file}\"\n");
        self.desk.write("symbolon.toml", &signing);
    }

    /// A client of the node.
    pub(crate) async fn endpoint(&self) -> Endpoint {
        let id = ChainId(31_337);
        Endpoint::connect(self.anvil.url(), id).await.unwrap()
    }

    /// Asks the node anything.
    pub(crate) async fn ask(&self, method: &'static str, params: Value) -> Value {
        let endpoint = self.endpoint().await;
        let answer = endpoint.provider().raw_request(method.into(), params);
        answer.await.unwrap()
    }

    pub(crate) fn deploy(&self, more: &[&str]) -> Value {
        self.try_to_deploy(more).succeeded().json()
    }

    pub(crate) fn try_to_deploy(&self, more: &[&str]) -> Ended {
        let arguments = [
            "chain",
            "deploy",
            "--rpc",
            self.anvil.url(),
            "--owner-key-file",
            "owner.key",
            "--json",
        ];
        self.desk.run(&[&arguments[..], more].concat())
    }

    fn checks(&self, code: i32) -> Vec<(String, String)> {
        let report = self.desk.run(&["doctor", "--json"]).exits(code).json();
        let text = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
        let checks = report["checks"].as_array().unwrap();
        checks
            .iter()
            .filter(|check| text(check, "name").starts_with("chain 31337"))
            .map(|check| (text(check, "name"), text(check, "status")))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_is_deployed_checked_and_compared() {
    let chain = Chain::start().await;
    let desk = &chain.desk;
    let deployed = chain.deploy(&["--signer-key-file", "mirror.key", "--name", "Local"]);
    assert_eq!(
        (
            &deployed["chain_id"],
            &deployed["fresh"],
            &deployed["mirror"]
        ),
        (&json!(31_337), &json!(true), &json!(MIRROR))
    );
    let again = chain.deploy(&["--mirror", MIRROR]);
    assert_eq!(
        (&again["registry"], &again["fresh"]),
        (&deployed["registry"], &json!(false))
    );

    let listed = desk.run(&["chain", "list", "--json"]).succeeded().json();
    assert_eq!(
        (&listed[0]["name"], &listed[0]["registry"]),
        (&json!("Local"), &deployed["registry"])
    );

    // The printed section works as it stands, once its variable is set.
    let mut desk = chain.desk;
    desk.write("symbolon.toml", deployed["lane"].as_str().unwrap());
    desk.set("SYMBOLON_RPC_URL_31337", chain.anvil.url());
    let chain = Chain {
        desk,
        anvil: chain.anvil,
    };
    let name = |what: &str| format!("chain 31337 of acme: {what}");
    let ok = |what: &str| (name(what), "ok".to_owned());
    assert_eq!(chain.checks(0), [ok("node"), ok("registry"), ok("signer")]);

    let desk = &chain.desk;
    let compared = desk.run(&["chain", "compare", "--json"]).succeeded().json();
    assert_eq!(
        (&compared[0]["wallets"], &compared[0]["different"]),
        (&json!(0), &json!([]))
    );
    desk.write("some.csv", &customers(3));
    desk.run(&["import", "some.csv"]).succeeded();
    let compared = desk
        .run(&["chain", "compare", "31337", "--json"])
        .exits(7)
        .json();
    assert_eq!(
        (&compared[0]["wallets"], &compared[0]["equal"]),
        (&json!(3), &json!(0))
    );
    let status = desk.run(&["status", "--json"]).succeeded().json();
    assert_eq!(status["chains"][0]["pending_approvals"], 3);
    desk.run(&["chain", "compare", "1"]).exits(3);

    // No head is notarised yet, so none is unknown.
    let audit = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(audit["chains"][0]["heads"], 0);
    chain.anvil.stop().await.unwrap();
    let audit = chain
        .desk
        .run(&["audit", "verify", "--json"])
        .exits(7)
        .json();
    assert!(audit["chains"][0]["error"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_names_what_is_wrong_with_a_lane() {
    let chain = Chain::start().await;
    let url = chain.anvil.url().to_owned();
    let lane = |id: u32| {
        format!(
            "[[lane]]\nissuer = \"acme\"\nchain_id = {id}\nrpc_url = \"{url}\"\nsigner_key_file = \"mirror.key\"\n"
        )
    };
    chain.desk.write("symbolon.toml", &lane(31_337));
    assert_eq!(
        chain.checks(9).last().unwrap().0,
        "chain 31337 of acme: registry"
    );
    let ended = chain
        .desk
        .run(&["serve", "--listen", "127.0.0.1:0"])
        .exits(3);
    assert!(
        ended.error().contains("symbolon chain deploy"),
        "{ended:#?}"
    );

    chain.deploy(&["--mirror", "0x00000000000000000000000000000000000000ff"]);
    let failed: Vec<_> = chain
        .checks(9)
        .into_iter()
        .filter(|(_, status)| status == "fail")
        .collect();
    assert_eq!(
        failed,
        [("chain 31337 of acme: signer".to_owned(), "fail".to_owned())]
    );

    chain.desk.write("symbolon.toml", &lane(1));
    let report = chain.desk.run(&["doctor", "--json"]).exits(9).json();
    let wrong = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["status"] == "fail");
    let wrong = wrong.unwrap();
    assert_eq!(wrong["name"], "chain 1 of acme: node");
    assert!(
        wrong["detail"].as_str().unwrap().contains("31337"),
        "{wrong}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tells_each_of_several_nodes() {
    let mut chain = Chain::with_lane().await;
    let other = Anvil::builder(31_338)
        .folder(chain.desk.folder.path().join("other"))
        .start()
        .await
        .unwrap();
    let node = |url: &str| format!("chain 31337 of acme: node {url}");
    let good = chain.anvil.url().to_owned();
    let dead = "http://127.0.0.1:9";
    let said = |checks: &[(String, String)], url: &str| {
        let found = checks.iter().find(|(name, _)| *name == node(url));
        found.map(|(_, status)| status.clone())
    };
    let several = |third: &str| format!("{good} {good}/ {third}");

    chain.desk.set("SYMBOLON_RPC_URL_31337", &several(dead));
    let checks = chain.checks(0);
    assert_eq!(said(&checks, dead).as_deref(), Some("warn"), "{checks:?}");
    assert_eq!(said(&checks, &good).as_deref(), Some("ok"), "{checks:?}");

    let stray = other.url();
    chain.desk.set("SYMBOLON_RPC_URL_31337", &several(stray));
    let checks = chain.checks(9);
    assert_eq!(said(&checks, stray).as_deref(), Some("fail"), "{checks:?}");
}
