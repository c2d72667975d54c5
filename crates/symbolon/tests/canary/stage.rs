//! A PostgreSQL cluster of the test's own, a chain, a provider, a mail server, and the
//! real program, which tells all that it can.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use symbolon_core::ids::IssuerId;
use symbolon_sandbox::{
    PrivatePostgres,
    provider::{EntrustOptions, FakeEntrust, FakeSumsub, SumsubOptions},
};
use symbolon_server::Clock;
use symbolon_store::{ApiKey, NewChain};
use symbolon_testkit::{
    chain::{MIRROR_KEY, TestChain},
    database::TestDatabase,
    mail::Sink,
};
use tempfile::TempDir;
use tokio::{process::Child, time::Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_symbolon");
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Everything that anybody could be tempted to turn on.
const TALKATIVE: &str = "trace";
/// Where the program's temporary files go, within its folder.
const TEMPORARY: &str = "tmp";

/// Entrust's, by which people are verified.
const WORKFLOW: &str = "b48fdff9-66a1-405d-9912-54780799bd68";

/// Everything that runs.
pub(crate) struct Stage {
    pub(crate) database: TestDatabase,
    pub(crate) chain: TestChain,
    pub(crate) sumsub: FakeSumsub,
    pub(crate) entrust: FakeEntrust,
    pub(crate) mail: Sink,
    client: reqwest::Client,
    key: String,
    server: Option<Child>,
    url: String,
    folder: TempDir,
    cluster: PrivatePostgres,
    // Deleted last.
    cluster_folder: TempDir,
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it never came to this: {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let cluster_folder = tempfile::tempdir().unwrap();
        let cluster = PrivatePostgres::start_disposable(cluster_folder.path());
        let cluster = cluster.await.unwrap();
        let database = TestDatabase::at(cluster.url()).await;
        let chain = TestChain::start(31_337).await;
        let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
        let entrust = FakeEntrust::start(EntrustOptions::default()).await.unwrap();
        let mail = Sink::start();
        let folder = tempfile::tempdir().unwrap();
        configure(folder.path(), &database.url, &chain, &mail);
        account_with(folder.path(), &sumsub_account(sumsub.url()));
        account_with(folder.path(), &entrust_account(entrust.url()));
        let key = issuer(&database, &chain).await;
        Self {
            database,
            chain,
            sumsub,
            entrust,
            mail,
            client: reqwest::Client::new(),
            key,
            server: None,
            url: String::new(),
            folder,
            cluster,
            cluster_folder,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// All that servers have said.
    pub(crate) fn log(&self) -> Vec<u8> {
        std::fs::read(self.log_path()).unwrap()
    }

    /// Starts `symbolon serve`, and returns once it is ready.
    pub(crate) async fn start_server(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        let said_before = self.log().len();
        let mut server = tokio::process::Command::from(self.program());
        let server = server
            .arg("serve")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        self.server = Some(server);
        let address = || {
            let said = String::from_utf8_lossy(&self.log()[said_before..]).into_owned();
            let (_, rest) = said.split_once("listening on http://")?;
            Some(rest.split_once(' ')?.0.to_owned())
        };
        until("the server listens", async || address().is_some()).await;
        self.url = format!("http://{}", address().unwrap());
        self.sumsub
            .send_webhooks_to(format!("{}/hooks/acme/sumsub", self.url));
        self.entrust
            .send_webhooks_to(format!("{}/hooks/acme/entrust", self.url));
    }

    /// SIGKILL.
    pub(crate) async fn kill_server(&mut self) {
        self.server.take().unwrap().kill().await.unwrap();
    }

    /// The program, as talkative as it can be, whose temporary files are searched.
    fn program(&self) -> Command {
        let mut program = Command::new(PROGRAM);
        program
            .args(["--config", "symbolon.toml"])
            .env("SYMBOLON_LOG", TALKATIVE)
            .env("TMPDIR", self.folder.path().join(TEMPORARY))
            .env("USER", "maria")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        program
    }

    /// Runs a command. What it says on stderr is searched.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.fed(arguments, "")
    }

    /// The same, with something on stdin.
    pub(crate) fn fed(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.program();
        command.args(arguments).stdin(Stdio::piped());
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whatever reads nothing may be gone by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let ended = child.wait_with_output().unwrap();
        self.keep(&ended.stderr);
        ended
    }

    /// Keeps what a command has said, to be searched.
    fn keep(&self, said: &[u8]) {
        let path = self.folder.path().join("commands.log");
        let mut log = File::options().create(true).append(true).open(path);
        log.as_mut().unwrap().write_all(said).unwrap();
    }

    /// The document of a command that shows no profile: it is searched, too.
    pub(crate) fn quiet(&self, ended: &Output) -> Value {
        self.keep(&ended.stdout);
        serde_json::from_slice(&ended.stdout).unwrap()
    }

    /// The same of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(arguments);
        assert!(ended.status.success(), "{arguments:?}: {ended:?}");
        self.quiet(&ended)
    }

    /// Another master key, while everything goes on: the server has both, every key is
    /// wrapped anew, and the former one is destroyed.
    pub(crate) async fn rotate_master_key(&mut self) {
        let config = self.folder.path().join("symbolon.toml");
        let before = std::fs::read_to_string(&config).unwrap();
        let present = "master_key_file = \"master.key\"";
        assert!(before.contains(present));
        let next = "master_key_file = \"next.key\"";
        let both = format!("{next}\nformer_{present}");
        std::fs::write(self.folder.path().join("next.key"), "2".repeat(64)).unwrap();
        std::fs::write(&config, before.replace(present, &both)).unwrap();
        self.kill_server().await;
        self.start_server().await;
        let rotated = self.json(&["vault", "rotate", "--json"]);
        assert_ne!(rotated["rewrapped"], 0, "{rotated}");
        assert_eq!(rotated["left"], 0, "{rotated}");
        std::fs::write(&config, before.replace(present, next)).unwrap();
        std::fs::remove_file(self.folder.path().join("master.key")).unwrap();
    }

    /// Whether the chain was seen to verify a wallet.
    pub(crate) async fn is_verified(&self, wallet: &str) -> bool {
        let report = self.get(&format!("/v1/wallets/{wallet}")).await;
        report["chains"][0]["verified"] == true
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        request.bearer_auth(&self.key)
    }

    /// A request, under an idempotency key of its own.
    async fn send(&self, path: &str, body: Value) -> Response {
        let once = format!("once-{:016x}", rand::random::<u64>());
        let request = self.ask(Method::POST, path);
        let request = request.header("Idempotency-Key", once).json(&body);
        request.send().await.unwrap()
    }

    /// What it is answered.
    pub(crate) async fn try_post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.send(path, body).await;
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The same where the answer is lines.
    pub(crate) async fn post_for_lines(&self, path: &str, body: Value) -> String {
        let answer = self.send(path, body).await;
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// One that must be carried out.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_post(path, body).await;
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let answer = self.ask(Method::GET, path).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        text
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    /// Uploads a file of customers.
    pub(crate) async fn upload(&self, file: &'static str) -> Value {
        let by = "operator=maria&attestation_text=seen&attestation_version=1";
        let request = self.ask(Method::POST, &format!("/v1/imports?{by}"));
        let request = request.header("Content-Type", "text/csv").body(file);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Every row of both databases, as text; bytes as PostgreSQL shows them.
    pub(crate) async fn dumps(&self) -> String {
        let mut all = String::new();
        for url in [&self.database.url, &self.cluster.url_of("symbolon_keys")] {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let tables: Vec<String> = sqlx::query_scalar(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                 WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            assert!(!tables.is_empty(), "{url}");
            for table in tables {
                let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
                let rows: Vec<String> = sqlx::query_scalar(rows)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                all.push_str(&format!("{table}\n{}\n", rows.join("\n")));
            }
        }
        all
    }

    /// Where anything is written down: the cluster's folder, which has its data, the
    /// write-ahead log and its own log; and the folder in which the program has its log,
    /// its temporary files, and all that it was told to write.
    pub(crate) async fn written_down(&self) -> [&Path; 2] {
        let mut connection = PgConnection::connect(&self.database.url).await.unwrap();
        for statement in ["CHECKPOINT", "SELECT pg_switch_wal()"] {
            sqlx::query(statement)
                .execute(&mut connection)
                .await
                .unwrap();
        }
        let place: String = sqlx::query_scalar("SHOW data_directory")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let cluster = self.cluster_folder.path();
        assert!(Path::new(&place).starts_with(cluster), "{place}");
        [cluster, self.folder.path()]
    }

    /// Puts bytes into the register's database that nothing else has.
    pub(crate) async fn plant(&self, values: &[Vec<u8>]) {
        let mut connection = PgConnection::connect(&self.database.url).await.unwrap();
        sqlx::query("CREATE TABLE planted (value bytea)")
            .execute(&mut connection)
            .await
            .unwrap();
        for value in values {
            sqlx::query("INSERT INTO planted VALUES ($1)")
                .bind(value)
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }

    /// Every transaction of the chain with its input, and every log.
    pub(crate) async fn transactions(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for number in 0..=self.chain.height().await {
            let number = format!("0x{number:x}");
            let block = self
                .chain
                .ask("eth_getBlockByNumber", json!([number, true]));
            all.extend(block.await.to_string().into_bytes());
        }
        let range = json!([{"fromBlock": "0x0", "toBlock": "latest"}]);
        let logs = self.chain.ask("eth_getLogs", range).await;
        all.extend(logs.to_string().into_bytes());
        all
    }

    pub(crate) async fn stop(mut self) {
        self.kill_server().await;
        self.chain.stop().await;
        self.database.store.close().await;
        self.cluster.stop().await.unwrap();
    }
}

/// An issuer on the chain that keeps profiles for no time; a key of its that opens them.
async fn issuer(database: &TestDatabase, chain: &TestChain) -> String {
    let (issuer, now): (IssuerId, _) = ("acme".parse().unwrap(), Clock::system().now());
    let store = &database.store;
    store.create_issuer(&issuer, "Acme", now).await.unwrap();
    let mut transaction = store.begin(&issuer).await.unwrap();
    let chain = NewChain {
        id: chain.id().into(),
        filter: Default::default(),
        name: "chain".to_owned(),
        registry: chain.registry,
        identity_factory: symbolon_chain::deploy::identity_factory(),
        deployed_block: chain.deployed_block,
        confirmations: 1,
        settings: json!({}),
    };
    transaction.add_chain(&chain).await.unwrap();
    let none = symbolon_core::custody::Retention {
        years: symbolon_core::custody::RetentionYears(0),
        ..Default::default()
    };
    let by = symbolon_core::actor::Actor::command_line("maria");
    let set = transaction.set_retention(none, &by, now).await;
    set.unwrap().unwrap();
    transaction.commit().await.unwrap();
    let key = ApiKey::from_random(&issuer, rand::random());
    let powers = symbolon_core::federation::KeyPowers {
        grant: None,
        profiles: true,
    };
    let made = store.create_api_key("desk", &key, &powers, &by, now).await;
    made.unwrap().unwrap();
    key.text().to_owned()
}

fn configure(folder: &Path, database: &str, chain: &TestChain, mail: &Sink) {
    for (name, secret) in [
        ("mirror.key", MIRROR_KEY),
        ("master.key", &"1".repeat(64)),
        ("token", "token"),
        ("secret", "secret"),
        ("webhook", "wh-secret"),
        ("webhook.token", "wh-token"),
        ("smtp.url", &mail.url()),
    ] {
        std::fs::write(folder.join(name), secret).unwrap();
    }
    let (id, rpc) = (chain.id(), chain.url());
    let config = format!(
        r#"
[database]
url = "{database}"
[server]
listen = "127.0.0.1:0"
[vault]
master_key_file = "master.key"
[mail]
url = {{ file = "smtp.url" }}
from = "Acme <kyc@acme.example>"
[[lane]]
issuer = "acme"
chain_id = {id}
rpc_url = "{rpc}"
signer_key_file = "mirror.key"
poll_ms = 50
[[renewal]]
issuer = "acme"
send = true
"#
    );
    std::fs::write(folder.join("symbolon.toml"), config).unwrap();
    std::fs::create_dir(folder.join(TEMPORARY)).unwrap();
}

/// Adds an account with a provider to the configuration.
fn account_with(folder: &Path, account: &str) {
    let path = folder.join("symbolon.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, config + account).unwrap();
}

fn sumsub_account(server: &str) -> String {
    format!(
        r#"
[[provider]]
issuer = "acme"
name = "sumsub"
kind = "sumsub"
token = {{ file = "token" }}
secret = {{ file = "secret" }}
webhook_secret = {{ file = "webhook" }}
[provider.account]
base_url = "{server}"
environment = "production"
person_level = "basic-kyc-level"
mapping = {{ levels = {{ "basic-kyc-level" = "basic" }} }}
[provider.requirements]
ends_with_document = true
"#
    )
}

fn entrust_account(server: &str) -> String {
    format!(
        r#"
[[provider]]
issuer = "acme"
name = "entrust"
kind = "entrust"
token = {{ file = "token" }}
webhook_token = {{ file = "webhook.token" }}
[provider.account]
region = "eu"
base_url = "{server}"
environment = "production"
workflow = "{WORKFLOW}"
monitor = "watchlist_aml"
placeholder_names = {{ given = "Not", family = "Known" }}
[provider.account.mapping.workflows."{WORKFLOW}"]
level = "enhanced"
document = "/document/properties"
country = "/residence"
[provider.requirements]
ends_with_document = true
"#
    )
}
