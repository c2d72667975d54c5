//! What one run stands on: a database and two chains of its own, in a cluster
//! that runs share.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use symbolon_core::{actor::Actor, federation::KeyPowers, ids::IssuerId, time::UnixSeconds};
use symbolon_sandbox::PrivatePostgres;
use symbolon_store::{ApiKey, NewChain, Store};
use symbolon_testkit::chain::MIRROR_KEY;
use tokio::process::Command;

use crate::{chain::Chain, plan::Plan, servers::CONFIG};

/// The first chain's id; the second one's follows.
const CHAIN_ID: u64 = 31_337;
/// Short, so that a server that was killed does not hold its lanes for long.
const LEASE_MS: u64 = 600;
const POLL_MS: u64 = 50;

/// Everything that a run needs but its servers.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) issuer: IssuerId,
    pub(crate) key: String,
    pub(crate) store: Store,
    pub(crate) chains: [Chain; 2],
    pub(crate) folder: PathBuf,
    database: String,
}

impl Stage {
    pub(crate) async fn set(
        plan: &Plan,
        postgres: &PrivatePostgres,
        folder: &Path,
    ) -> Result<Self> {
        let database = format!("run_{}", plan.seed);
        postgres.drop_database(&database).await?;
        let url = postgres.create_database(&database).await?;
        let store = Store::connect(&url, 4).await?;
        let [first, second] = plan.chains;
        let (migrated, first, second) = tokio::join!(
            store.migrate(),
            Chain::start(CHAIN_ID, first),
            Chain::start(CHAIN_ID + 1, second),
        );
        migrated?;
        let chains = [first?, second?];
        let issuer: IssuerId = "acme".parse()?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let now = UnixSeconds(now.as_secs());
        store.create_issuer(&issuer, "Acme", now).await?;
        let mut transaction = store.begin(&issuer).await?;
        for Chain { plan, real, .. } in &chains {
            let chain = NewChain {
                id: real.id().into(),
                filter: Default::default(),
                name: format!("chain {}", real.id()),
                registry: real.registry,
                identity_factory: real.beside().factory,
                deployed_block: real.deployed_block,
                confirmations: plan.confirmations,
                settings: json!({}),
            };
            transaction.add_chain(&chain).await?;
        }
        transaction.commit().await?;
        let random = [0; 32].map(|_: u8| fastrand::u8(..));
        let key = ApiKey::from_random(&issuer, random);
        let (by, powers) = (Actor::command_line("chaos"), KeyPowers::default());
        store
            .create_api_key("backend", &key, &powers, &by, now)
            .await??;
        std::fs::create_dir_all(folder)?;
        configure(folder, &url, &chains)?;
        Ok(Self {
            issuer,
            key: key.text().to_owned(),
            store,
            chains,
            folder: folder.to_owned(),
            database,
        })
    }

    /// Runs another command of the program on the same register, and returns
    /// what it prints; anything but success is an error.
    pub(crate) async fn command(&self, program: &Path, arguments: &[&str]) -> Result<Value> {
        let output = Command::new(program)
            .args(["--config", CONFIG])
            .args(arguments)
            .current_dir(&self.folder)
            .kill_on_drop(true)
            .output()
            .await?;
        if !output.status.success() {
            let (out, said) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            bail!(
                "symbolon {}: {}: {out}{said}",
                arguments.join(" "),
                output.status
            );
        }
        serde_json::from_slice(&output.stdout).context("no JSON")
    }

    pub(crate) async fn strike(self, postgres: &PrivatePostgres) -> Result<()> {
        self.store.close().await;
        Ok(postgres.drop_database(&self.database).await?)
    }
}

fn configure(folder: &Path, database: &str, chains: &[Chain]) -> Result<()> {
    let lane = |chain: &Chain| {
        let nodes: Vec<_> = chain
            .nodes
            .iter()
            .map(|node| format!("{:?}", node.url))
            .collect();
        let nodes = match &nodes[..] {
            [only] => format!("rpc_url = {only}\n"),
            several => format!(
                "rpc_url = [{}]\nrpc_agreement = {}\n",
                several.join(", "),
                several.len() / 2 + 1
            ),
        };
        format!(
            "[[lane]]\nissuer = \"acme\"\nchain_id = {}\n{nodes}\
             signer_key_file = \"mirror.key\"\npoll_ms = {POLL_MS}\n",
            chain.real.id()
        )
    };
    let lanes: String = chains.iter().map(lane).collect();
    std::fs::write(folder.join("mirror.key"), MIRROR_KEY)?;
    let config = format!(
        "[database]\nurl = \"{database}\"\nconnections = 8\n\
         [server]\nlisten = \"127.0.0.1:0\"\nlane_lease_ms = {LEASE_MS}\n{lanes}"
    );
    Ok(std::fs::write(folder.join(CONFIG), config)?)
}
