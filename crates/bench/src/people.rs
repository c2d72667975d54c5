//! From a provider's decision to a wallet that is verified on two chains, as the register
//! shows it: 1 s blocks, 1 confirmation, by the real program, for people who came by a
//! link and proved a wallet.

use std::time::{Duration, Instant};

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use symbolon_sandbox::{
    Anvil, Mining,
    provider::{FakeSumsub, SumsubOptions},
};
use symbolon_testkit::person::Person;

use crate::{
    mirror::{MIRROR_KEY, Node},
    pairs::{median, quantile},
    program::Program,
    row::Row,
    stage::{Database, chain},
};

const CHAINS: [u64; 2] = [31_337, 31_338];
const PEOPLE: u64 = 24;
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The issuer's back end.
struct Desk {
    client: reqwest::Client,
    url: String,
    key: String,
}

impl Desk {
    async fn link(&self) -> Result<String> {
        let request = self.client.post(format!("{}/v1/links", self.url));
        let request = request.bearer_auth(&self.key).json(&json!({}));
        let link: Value = request.send().await?.error_for_status()?.json().await?;
        let url = link["url"].as_str().context("a link's address")?;
        Ok(url.to_owned())
    }

    /// On how many chains a wallet is verified.
    async fn verified_on(&self, wallet: &str) -> Result<usize> {
        let request = self.client.get(format!("{}/v1/wallets/{wallet}", self.url));
        let answer = request.bearer_auth(&self.key).send().await?;
        let report: Value = answer.error_for_status()?.json().await?;
        let chains = report["chains"].as_array().context("a wallet's chains")?;
        let verified = chains.iter().filter(|chain| chain["verified"] == true);
        Ok(verified.count())
    }
}

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let mut program = Program::build()?;
    let database = Database::start().await?;
    let mut nodes = Vec::new();
    for id in CHAINS {
        let anvil = Anvil::builder(id).mining(Mining::EverySeconds(1));
        nodes.push(Node::prepare(anvil.start().await?).await?);
    }
    let chains: Vec<_> = CHAINS
        .iter()
        .zip(&nodes)
        .map(|(id, node)| chain(*id, node.registry))
        .collect();
    let register = database.register("people", &chains).await?;
    let sumsub = FakeSumsub::start(SumsubOptions::default()).await?;
    let config = config(&register.url, &nodes, sumsub.url());
    let master = "1".repeat(64);
    let secrets = [
        ("mirror.key", MIRROR_KEY),
        ("master.key", &master),
        ("token", "token"),
        ("secret", "secret"),
        ("webhook", "wh-secret"),
    ];
    program.configure(&config, &secrets)?;
    let server = program.start().await?;
    sumsub.send_webhooks_to(format!("{}/hooks/bench/sumsub", server.url));
    let desk = Desk {
        client: reqwest::Client::new(),
        url: server.url.clone(),
        key: register.key().await?,
    };
    let mut waits = Vec::new();
    for number in 0..PEOPLE {
        // At another moment of a block's second each.
        tokio::time::sleep(Duration::from_millis(number * 1_000 / PEOPLE)).await;
        waits.push(one(&desk).await?.as_secs_f64());
    }
    server.kill().await?;
    register.store.close().await;
    for node in nodes {
        node.anvil.stop().await?;
    }
    database.stop().await?;
    let name = "a provider's decision to verified on two chains, 1 s blocks, 1 confirmation, median of 24 people";
    Ok(vec![
        Row::at_most(name, median(waits.clone()), "s", 4.0),
        Row::plain("the same, slowest", quantile(waits, 1.0), "s"),
    ])
}

/// Somebody who comes by a link; how long the provider's decision takes to reach both
/// chains. The provider decides while its page is answered.
async fn one(desk: &Desk) -> Result<Duration> {
    let key = PrivateKeySigner::random();
    let wallet = key.address().to_string();
    let mut person = Person::new(&desk.url);
    person.open(&desk.link().await?).await;
    person.prove(&key, CHAINS[0]).await;
    let session = person.begin_check().await;
    let begun = Instant::now();
    person.walk(&session, "pass").await;
    while desk.verified_on(&wallet).await? < CHAINS.len() {
        let waited = begun.elapsed();
        ensure!(
            waited < PATIENCE,
            "{wallet} is not verified after {waited:?}"
        );
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(begun.elapsed())
}

fn config(database: &str, nodes: &[Node], sumsub: &str) -> String {
    let lanes: String = CHAINS
        .iter()
        .zip(nodes)
        .map(|(id, node)| {
            let rpc = node.anvil.url();
            format!(
                "[[lane]]\nissuer = \"bench\"\nchain_id = {id}\nrpc_url = \"{rpc}\"\n\
                 signer_key_file = \"mirror.key\"\n"
            )
        })
        .collect();
    format!(
        r#"
[database]
url = "{database}"
[server]
listen = "127.0.0.1:0"
[vault]
master_key_file = "master.key"
{lanes}
[[provider]]
issuer = "bench"
name = "sumsub"
kind = "sumsub"
token = {{ file = "token" }}
secret = {{ file = "secret" }}
webhook_secret = {{ file = "webhook" }}
requirements = {{}}
[provider.account]
base_url = "{sumsub}"
environment = "production"
person_level = "basic-kyc-level"
mapping = {{ levels = {{ "basic-kyc-level" = "basic" }} }}
"#
    )
}
