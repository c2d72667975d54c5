//! A webhook that never comes leaves nobody waiting.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_sandbox::provider::{FakeSumsub, SumsubOptions};
use symbolon_server::{Accounts, AppState, Clock, ServerConfig, Services, Site, Vault};
use symbolon_store::ApiKey;
use symbolon_testkit::{database::TestDatabase, person::Person};
use symbolon_vault::{MasterKey, MasterKeys};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::account;
use crate::world::until;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A server that no provider ever tells anything, on a clock of its own.
struct Quiet {
    sumsub: FakeSumsub,
    clock: Clock,
    url: String,
    key: String,
    state: AppState,
    served: JoinHandle<()>,
    _database: TestDatabase,
}

impl Quiet {
    async fn set() -> Self {
        let sumsub = FakeSumsub::start(SumsubOptions::default()).await.unwrap();
        let database = TestDatabase::fresh().await;
        let (store, clock) = (database.store.clone(), Clock::manual(Clock::system().now()));
        let acme = "acme".parse().unwrap();
        let made = store.create_issuer(&acme, "Acme", clock.now());
        made.await.unwrap();
        let key = ApiKey::from_random(&acme, rand::random());
        let made = store.create_api_key("owner", &key, clock.now());
        made.await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let masters = MasterKeys::new(MasterKey::new([7; 32]), Vec::new());
        let vault = Vault::new(store.clone(), database.keyring().await, masters);
        let services = Services {
            vault: Some(std::sync::Arc::new(vault)),
            accounts: Accounts::new([(acme, account(&sumsub))]),
            site: Some(Site::new(&url).unwrap()),
            ..Services::default()
        };
        let stop = CancellationToken::new();
        let config = ServerConfig::default();
        let state = AppState::with(services, store, clock.clone(), config, stop);
        let served = state.clone();
        let served = tokio::spawn(async move {
            symbolon_server::serve_state(served, listener)
                .await
                .unwrap();
        });
        Self {
            sumsub,
            clock,
            url,
            key: key.text().to_owned(),
            state,
            served,
            _database: database,
        }
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(&self.key).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// A link for somebody new: its URL and the investor's id.
    async fn link(&self) -> (String, String) {
        let request = reqwest::Client::new().post(format!("{}/v1/links", self.url));
        let body = json!({"prove_wallet": false, "hours": 720});
        let link = self.call(request.json(&body)).await;
        let text = |name: &str| link[name].as_str().unwrap().to_owned();
        (text("url"), text("investor"))
    }

    async fn status(&self, investor: &str) -> Value {
        let url = format!("{}/v1/investors/{investor}", self.url);
        self.call(reqwest::Client::new().get(url)).await["status"].clone()
    }

    /// Lets a look be had at whatever is due, and waits until none is.
    async fn looked(&self) {
        let (store, acme) = (&self.state.store, "acme".parse().unwrap());
        until("all that is due was looked at", async || {
            let due = store.due_looks(&acme, self.clock.now(), 1).await.unwrap();
            due.is_empty() && store.looks(&acme).await.unwrap() == 0
        })
        .await;
    }

    async fn end(self) {
        self.state.shutdown.cancel();
        self.served.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_leaves_nobody_waiting() {
    let quiet = Quiet::set().await;
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    let session = person.begin_check().await;
    person.walk(&session, "pass").await;
    quiet.looked().await;
    assert_eq!(quiet.status(&investor).await, "pending", "nobody has told");
    quiet.clock.advance(MINUTE);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "verified"
    })
    .await;
    assert_eq!(person.state().await["link"], "completed");
    // It is over: nobody looks any more.
    quiet.clock.advance(DAY);
    let (store, acme) = (&quiet.state.store, "acme".parse().unwrap());
    let due = store.due_looks(&acme, quiet.clock.now(), 1).await.unwrap();
    assert!(due.is_empty());
    quiet.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_late_is_waited_for() {
    let quiet = Quiet::set().await;
    let (url, investor) = quiet.link().await;
    let mut person = Person::new(&quiet.url);
    person.open(&url).await;
    person.begin_check().await;
    // Looked for in vain for ten days, and found a minute after having come.
    for _ in 0..10 {
        quiet.clock.advance(DAY);
        quiet.looked().await;
    }
    assert_eq!(person.state().await["check"], "waiting");
    let session = person.begin_check().await;
    person.walk(&session, "retry").await;
    quiet.clock.advance(MINUTE);
    quiet.looked().await;
    assert_eq!(person.state().await["check"], "retry");
    // Somebody at the provider decides otherwise, two days later.
    let customer = investor.trim_start_matches("0x");
    let applicant = quiet.sumsub.applicant_of(customer).unwrap();
    let green = symbolon_sandbox::provider::Verdict::Green;
    quiet.sumsub.review(&applicant, green).await.unwrap();
    quiet.clock.advance(2 * DAY);
    until("the register has looked by itself", async || {
        quiet.status(&investor).await == "verified"
    })
    .await;
    quiet.end().await;
}
