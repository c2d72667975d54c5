//! A real PostgreSQL, two real chains, and the real program, which is killed.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{Connection, PgConnection};
use symbolon_core::{actor::Actor, federation::KeyPowers, ids::IssuerId};
use symbolon_sandbox::{Farewell, Leash};
use symbolon_server::Clock;
use symbolon_store::{ApiKey, ChainStatistics, NewChain, Store};
use symbolon_testkit::{
    chain::{MIRROR_KEY, TestChain},
    database::TestDatabase,
};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::client::Api;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_symbolon");
pub(crate) const CONFIG: &str = "symbolon.toml";
/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Everything that runs.
pub(crate) struct Stage {
    pub(crate) issuer: IssuerId,
    pub(crate) store: Store,
    pub(crate) chains: [TestChain; 2],
    key: String,
    folder: TempDir,
    server: Option<Leash>,
    lives: AtomicU32,
    database: TestDatabase,
}

impl Stage {
    /// Lanes are taken for so long at a time.
    pub(crate) async fn set(lease: Duration) -> Self {
        let database = TestDatabase::fresh().await;
        let (hasty, steady) = tokio::join!(TestChain::start(31_337), TestChain::start(31_338));
        steady.mine_every(1).await;
        let chains = [hasty, steady];
        let issuer: IssuerId = "acme".parse().unwrap();
        let (store, now) = (database.store.clone(), Clock::system().now());
        store.create_issuer(&issuer, "Acme", now).await.unwrap();
        let mut transaction = store.begin(&issuer).await.unwrap();
        for chain in &chains {
            let chain = NewChain {
                id: chain.id().into(),
                filter: Default::default(),
                name: format!("chain {}", chain.id()),
                registry: chain.registry,
                identity_factory: symbolon_chain::deploy::identity_factory(),
                deployed_block: chain.deployed_block,
                confirmations: 1,
                settings: serde_json::json!({}),
            };
            transaction.add_chain(&chain).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let key = ApiKey::from_random(&issuer, rand::random());
        let (by, powers) = (Actor::command_line("maria"), KeyPowers::default());
        let made = store.create_api_key("backend", &key, &powers, &by, now);
        made.await.unwrap().unwrap();
        let folder = tempfile::tempdir().unwrap();
        configure(folder.path(), &database.url, &chains, lease);
        Self {
            issuer,
            store,
            chains,
            key: key.text().to_owned(),
            folder,
            server: None,
            lives: AtomicU32::new(0),
            database,
        }
    }

    /// Starts `symbolon serve`, and returns once it is ready.
    pub(crate) async fn start_server(&mut self) -> Api {
        let log = self.new_log();
        let mut server = Leash::builder("symbolon serve", Path::new(PROGRAM))
            .args(["--config", CONFIG, "serve"])
            .current_dir(self.folder.path())
            .bare_env()
            .farewell(Farewell::default())
            .log(&File::create(&log).unwrap())
            .unwrap()
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let api = loop {
            let said = std::fs::read_to_string(&log).unwrap();
            if let Some(address) = listening(&said) {
                break self.api(address);
            }
            let alive = server.ended().is_none() && begun.elapsed() < PATIENCE;
            assert!(alive, "the server does not start: {said}");
            tokio::time::sleep(LOOK_AGAIN).await;
        };
        assert!(api.is_ready().await);
        self.server = Some(server);
        api
    }

    /// Where the next server writes what it says.
    pub(crate) fn new_log(&self) -> PathBuf {
        let life = self.lives.fetch_add(1, Ordering::Relaxed) + 1;
        self.folder.path().join(format!("life-{life}.log"))
    }

    /// The folder of the configuration.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The issuer's back end, at this server.
    pub(crate) fn api(&self, server: SocketAddr) -> Api {
        Api::new(server, &self.key)
    }

    /// SIGKILL: the server gets no chance to finish anything.
    pub(crate) async fn kill_server(&mut self) {
        self.server.take().unwrap().kill().await.unwrap();
    }

    /// What each chain is owed.
    pub(crate) async fn owed(&self) -> Vec<Owed> {
        let owed = self.store.chain_statistics(&self.issuer).await.unwrap();
        owed.into_iter().map(Owed::from).collect()
    }

    /// Waits until no chain is owed anything and nothing is under way.
    pub(crate) async fn until_mirrored(&self) {
        let begun = Instant::now();
        loop {
            let owed = self.owed().await;
            if owed.iter().all(|chain| *chain == Owed::default()) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "the chains do not follow: {owed:?}"
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The token of the newest lease of the lane to this chain.
    pub(crate) async fn lease_token(&self, chain: &TestChain) -> i64 {
        let query = "SELECT token FROM lane_lease WHERE registry_id = $1";
        self.ask(query, chain).await[0]
    }

    /// How many of the lane's transactions were stored under this token.
    pub(crate) async fn stored_under(&self, chain: &TestChain, token: i64) -> usize {
        let tokens = self.tokens_as_stored(chain).await;
        tokens.into_iter().filter(|found| *found == token).count()
    }

    /// The token that each of the lane's transactions was stored under, in the
    /// order in which they were.
    pub(crate) async fn tokens_as_stored(&self, chain: &TestChain) -> Vec<i64> {
        let query = "SELECT lease_token FROM lane_transaction WHERE registry_id = $1 \
            ORDER BY stored_ms, nonce";
        self.ask(query, chain).await
    }

    /// At which of a provider's records somebody must look.
    pub(crate) async fn looks(&self) -> Vec<String> {
        let mut connection = PgConnection::connect(&self.database.url).await.unwrap();
        let subjects = sqlx::query_scalar("SELECT subject FROM look");
        subjects.fetch_all(&mut connection).await.unwrap()
    }

    /// As if a minute had passed: nobody is at any of them.
    pub(crate) async fn end_looks_leases(&self) {
        let mut connection = PgConnection::connect(&self.database.url).await.unwrap();
        sqlx::query("UPDATE look SET leased_ms = 0")
            .execute(&mut connection)
            .await
            .unwrap();
    }

    async fn ask(&self, query: &'static str, chain: &TestChain) -> Vec<i64> {
        let mut connection = PgConnection::connect(&self.database.url).await.unwrap();
        let id = i64::try_from(chain.id().0).unwrap();
        let rows = sqlx::query_scalar(query).bind(id);
        rows.fetch_all(&mut connection).await.unwrap()
    }

    /// Runs another command of the program on the same register.
    pub(crate) fn run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(PROGRAM);
        command.args(["--config", CONFIG]).args(arguments);
        command.current_dir(self.folder.path()).output().unwrap()
    }

    pub(crate) async fn stop(self) {
        if let Some(server) = self.server {
            server.stop().await.unwrap();
        }
        for chain in self.chains {
            chain.stop().await;
        }
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it never came to this: {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// What a chain is yet to be told, and what is under way to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owed {
    wallets: u64,
    transactions: u64,
}

impl From<ChainStatistics> for Owed {
    fn from(chain: ChainStatistics) -> Self {
        Self {
            wallets: chain.approvals + chain.denials,
            transactions: chain.open_transactions,
        }
    }
}

pub(crate) fn listening(said: &str) -> Option<SocketAddr> {
    // A line that is not ended may be half a line.
    let (lines, _) = said.rsplit_once('\n')?;
    let place = |line: &str| {
        let rest = line.strip_prefix("listening on http://")?;
        rest.split_once(' ')?.0.parse().ok()
    };
    lines.lines().find_map(place)
}

fn configure(folder: &Path, database: &str, chains: &[TestChain], lease: Duration) {
    let lease = lease.as_millis();
    std::fs::write(folder.join("mirror.key"), MIRROR_KEY).unwrap();
    let lane = |chain: &TestChain| {
        let (id, url) = (chain.id(), chain.url());
        format!(
            "[[lane]]\nissuer = \"acme\"\nchain_id = {id}\nrpc_url = \"{url}\"\n\
             signer_key_file = \"mirror.key\"\npoll_ms = 50\n"
        )
    };
    let lanes: String = chains.iter().map(lane).collect();
    let config = format!(
        "[database]\nurl = \"{database}\"\n[server]\nlisten = \"127.0.0.1:0\"\n\
         lane_lease_ms = {lease}\n{lanes}"
    );
    std::fs::write(folder.join(CONFIG), config).unwrap();
}
