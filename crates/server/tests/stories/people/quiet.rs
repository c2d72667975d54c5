//! A server without chains, on a clock of its own, with one account at a provider that
//! tells it nothing unless a test says so.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_core::{actor::Actor, federation::KeyPowers, verification::VerificationState};
use symbolon_server::{Account, Accounts, AppState, Clock, ServerConfig, Services, Site, Vault};
use symbolon_store::{ApiKey, Unasked};
use symbolon_testkit::database::TestDatabase;
use symbolon_vault::{MasterKey, MasterKeys};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::world::until;

/// The server.
pub(super) struct Quiet {
    pub(super) clock: Clock,
    pub(super) url: String,
    key: String,
    pub(super) state: AppState,
    served: JoinHandle<()>,
    _database: TestDatabase,
}

impl Quiet {
    pub(super) async fn set(account: Account) -> Self {
        let database = TestDatabase::fresh().await;
        let (store, clock) = (database.store.clone(), Clock::manual(Clock::system().now()));
        let acme = "acme".parse().unwrap();
        let made = store.create_issuer(&acme, "Acme", clock.now());
        made.await.unwrap();
        let key = ApiKey::from_random(&acme, rand::random());
        let (by, powers) = (
            Actor::command_line("maria"),
            KeyPowers {
                profiles: true,
                ..KeyPowers::default()
            },
        );
        let made = store.create_api_key("owner", &key, &powers, &by, clock.now());
        made.await.unwrap().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let masters = MasterKeys::new(MasterKey::new([7; 32]), Vec::new());
        let vault = Vault::new(store.clone(), database.keyring().await, masters);
        let services = Services {
            vault: Some(std::sync::Arc::new(vault)),
            accounts: Accounts::new([(acme, account)]),
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
    pub(super) async fn link(&self) -> (String, String) {
        let body = json!({"prove_wallet": false, "hours": 720});
        let link = self.post("/v1/links", body).await;
        let text = |name: &str| link[name].as_str().unwrap().to_owned();
        (text("url"), text("investor"))
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Value {
        let request = reqwest::Client::new().post(format!("{}{path}", self.url));
        self.call(request.json(&body)).await
    }

    /// Somebody of the issuer's has seen the person.
    pub(super) async fn verified_by_hand(&self, investor: &str) {
        let by_hand = json!({
            "level": "enhanced", "country": "FR",
            "attestation": {"operator": "maria.keller", "text": "Seen in person.", "version": "1"},
        });
        let path = format!("/v1/investors/{investor}/verifications");
        self.post(&path, by_hand).await;
    }

    /// The id of somebody's newest attempt.
    pub(super) async fn newest_attempt(&self, investor: &str) -> String {
        let (acme, investor) = ("acme".parse().unwrap(), investor.parse().unwrap());
        let attempts = self.state.store.verifications_of(&acme, investor, 1);
        attempts.await.unwrap()[0].id.to_string()
    }

    /// How somebody's attempts stand, the newest first.
    pub(super) async fn attempts(&self, investor: &str) -> Vec<VerificationState> {
        let (acme, investor) = ("acme".parse().unwrap(), investor.parse().unwrap());
        let attempts = self.state.store.verifications_of(&acme, investor, 10);
        attempts
            .await
            .unwrap()
            .iter()
            .map(|one| one.state)
            .collect()
    }

    pub(super) async fn status(&self, investor: &str) -> Value {
        let url = format!("{}/v1/investors/{investor}", self.url);
        self.call(reqwest::Client::new().get(url)).await["status"].clone()
    }

    /// Lets a look be had at whatever is due, and waits until none is.
    pub(super) async fn looked(&self) {
        let (store, acme) = (&self.state.store, "acme".parse().unwrap());
        until("all that is due was looked at", async || {
            if store.looks(&acme).await.unwrap() == 0 {
                return self.nobody_is_due().await;
            }
            // What came to nothing is had again a moment later, by this clock.
            let due = store.looks_due(&acme, self.clock.now_ms(), 1);
            if due.await.unwrap() == 0 {
                self.clock.advance(Duration::from_secs(1));
            }
            false
        })
        .await;
    }

    /// Waits until providers watch whomever they are to.
    pub(super) async fn monitored(&self) {
        let (store, acme) = (&self.state.store, "acme".parse().unwrap());
        until("providers watch whom they are to", async || {
            store.monitorings(&acme).await.unwrap() == 0
        })
        .await;
    }

    /// Whether nobody is to be looked at unasked.
    pub(super) async fn nobody_is_due(&self) -> bool {
        let (acme, now) = ("acme".parse().unwrap(), self.clock.now());
        for unasked in [Unasked::Waiting, Unasked::Ended] {
            let due = self.state.store.due_looks(&acme, unasked, now, 1);
            if !due.await.unwrap().is_empty() {
                return false;
            }
        }
        true
    }

    pub(super) async fn end(self) {
        self.state.shutdown.cancel();
        self.served.await.unwrap();
    }
}
