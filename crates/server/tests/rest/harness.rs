//! A server without a socket, and what tests send to it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    federation::{KeyGrant, KeyPowers},
    ids::{AuthorityIndex, ChainId, IssuerId, RegistryId},
    log::Head,
    mirror::{
        batch::Batch,
        fees::{Gas, GasPrice},
        filter::MirroredRegistry,
        lane::{Attempt, Envelope, Nonce, Outcome, Receipt, Signed},
        plan::Discharge,
        record::WalletRecord,
    },
    time::UnixSeconds,
    verification::{VerificationId, VerificationState},
    wallet::WalletAddress,
};
use symbolon_server::{AppState, Clock, ServerConfig, Services, Site, Vault, router};
use symbolon_store::{ApiKey, NewChain, Store};
use symbolon_testkit::database::TestDatabase;
use symbolon_vault::{MasterKey, MasterKeys};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// 2026-11-21T00:00:00Z.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_795_219_200);
pub(crate) const ACME: &str = "acme";

/// A wallet's address that nobody else has.
pub(crate) fn wallet(number: u64) -> String {
    format!("0x{:040x}", 0xa11c_e000_0000_u64 + number)
}

fn granter() -> Actor {
    Actor::command_line("olga")
}

pub(crate) fn attestation() -> Value {
    json!({"operator": "maria.keller", "text": "I have seen the documents.", "version": "2026-03"})
}

pub(crate) struct Server {
    pub(crate) database: TestDatabase,
    vault: Option<Arc<Vault>>,
    pub(crate) state: AppState,
    pub(crate) clock: Clock,
    pub(crate) key: String,
    router: Router,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// A problem that must have this status and code, in its proper form.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("/problems/{code}"));
        assert_eq!(
            body["request_id"],
            self.headers["x-request-id"].to_str().unwrap()
        );
        assert!(body["title"].is_string() && body["detail"].is_string());
        body
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(ServerConfig::default()).await
    }

    pub(crate) async fn with(config: ServerConfig) -> Self {
        Self::on(TestDatabase::fresh().await, config).await
    }

    /// With at most so many connections to its database.
    pub(crate) async fn with_connections(connections: u32) -> Self {
        let mut database = TestDatabase::fresh().await;
        let store = Store::connect(&database.url, connections).await.unwrap();
        std::mem::replace(&mut database.store, store).close().await;
        Self::on(database, ServerConfig::default()).await
    }

    /// With a vault, which its key opens.
    pub(crate) async fn with_vault() -> Self {
        Self::with_vault_and(|services| services).await
    }

    /// The same, with what else it has.
    pub(crate) async fn with_vault_and(more: impl FnOnce(Services) -> Services) -> Self {
        let database = TestDatabase::fresh().await;
        let masters = MasterKeys::new(MasterKey::new([1; 32]), Vec::new());
        let vault = Vault::new(database.store.clone(), database.keyring().await, masters);
        let services = Services {
            vault: Some(Arc::new(vault)),
            site: Some(Site::new("https://kyc.example.com").unwrap()),
            ..Services::default()
        };
        Self::having(more(services), database, ServerConfig::default()).await
    }

    /// The vault that this server was given.
    pub(crate) fn vault(&self) -> &Vault {
        self.vault.as_deref().unwrap()
    }

    /// An attempt to verify an investor, at which somebody must look.
    pub(crate) async fn attempt(&self, investor: &str) -> String {
        let issuer = ACME.parse().unwrap();
        let (provider, id) = ("sumsub".parse().unwrap(), VerificationId([7; 16].into()));
        let mut transaction = self.state.store.begin(&issuer).await.unwrap();
        let investor = investor.parse().unwrap();
        let begun = transaction.begin_verification(id, investor, &provider, NOW);
        begun.await.unwrap();
        let mut attempt = transaction.verification(id).await.unwrap();
        attempt.state = VerificationState::Review;
        transaction.keep_verification(&attempt, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        id.to_string()
    }

    /// With what else a server may have.
    pub(crate) async fn with_services(services: Services) -> Self {
        let database = TestDatabase::fresh().await;
        Self::having(services, database, ServerConfig::default()).await
    }

    async fn on(database: TestDatabase, config: ServerConfig) -> Self {
        Self::having(Services::default(), database, config).await
    }

    async fn having(services: Services, database: TestDatabase, config: ServerConfig) -> Self {
        let clock = Clock::manual(NOW);
        let stop = CancellationToken::new();
        let vault = services.vault.clone();
        let store = database.store.clone();
        let state = AppState::with(services, store, clock.clone(), config, stop);
        let router = router(state.clone());
        let mut server = Self {
            database,
            vault,
            state,
            clock,
            router,
            key: String::new(),
        };
        server.key = server.issuer(ACME).await;
        server
    }

    /// Makes an issuer and returns a key of its, which opens profiles where there is a
    /// vault.
    pub(crate) async fn issuer(&self, id: &str) -> String {
        let issuer: IssuerId = id.parse().unwrap();
        self.state
            .store
            .create_issuer(&issuer, id, NOW)
            .await
            .unwrap();
        let powers = KeyPowers {
            grant: None,
            profiles: self.vault.is_some(),
        };
        self.key_with(id, "backend", powers).await
    }

    pub(crate) async fn api_key(&self, issuer: &str, name: &str) -> String {
        self.key_with(issuer, name, KeyPowers::default()).await
    }

    /// A key of this name that may do this.
    pub(crate) async fn key_with(&self, issuer: &str, name: &str, powers: KeyPowers) -> String {
        let key = ApiKey::from_random(&issuer.parse().unwrap(), rand::random());
        self.state
            .store
            .create_api_key(name, &key, &powers, &granter(), NOW)
            .await
            .unwrap()
            .unwrap();
        key.text().to_owned()
    }

    /// A key of somebody's who acts for this authority.
    pub(crate) async fn key_for(&self, authority: u8) -> String {
        let grant = KeyGrant::Authority(AuthorityIndex(authority));
        self.granted(&format!("authority-{authority}"), grant).await
    }

    /// A key that proves its holder to be this person.
    pub(crate) async fn key_of(&self, person: &str) -> String {
        let grant = KeyGrant::Person(person.parse().unwrap());
        self.granted(person, grant).await
    }

    /// Another key of this name that speaks for somebody.
    pub(crate) async fn granted(&self, name: &str, grant: KeyGrant) -> String {
        self.key_with(ACME, name, grant.into()).await
    }

    /// Revokes the key of this name.
    pub(crate) async fn revoke_key(&self, name: &str) {
        let issuer = ACME.parse().unwrap();
        self.state
            .store
            .revoke_api_key(&issuer, name, &granter(), NOW)
            .await
            .unwrap()
            .unwrap();
    }

    pub(crate) async fn add_chain(&self, issuer: &str, id: u64) {
        let mut transaction = self
            .state
            .store
            .begin(&issuer.parse().unwrap())
            .await
            .unwrap();
        let chain = NewChain {
            id: ChainId(id).into(),
            filter: Default::default(),
            name: format!("chain {id}"),
            registry: alloy_primitives::Address::with_last_byte(9),
            identity_factory: symbolon_chain::deploy::identity_factory(),
            deployed_block: 1,
            confirmations: 2,
            settings: json!({}),
        };
        transaction.add_chain(&chain).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Lets a confirmed block show this record, as a lane would.
    pub(crate) async fn mined(
        &self,
        chain: u64,
        block_number: u64,
        wallet: WalletAddress,
        record: WalletRecord,
    ) {
        let (issuer, signer) = (
            ACME.parse().unwrap(),
            alloy_primitives::Address::with_last_byte(8),
        );
        let (nonce, attempt) = (Nonce(0), Attempt(0));
        let signed = Signed {
            envelope: Envelope {
                nonce,
                attempt,
                gas_limit: Gas(21_000),
                price: GasPrice::default(),
                head: Head::default(),
                batch: Batch::Upsert(Vec::new()),
                discharge: Discharge::default(),
            },
            hash: alloy_primitives::B256::repeat_byte(7),
            raw: vec![2].into(),
            stored_at: self.clock.now_ms(),
        };
        let (store, registry) = (&self.state.store, RegistryId::from(ChainId(chain)));
        let taken = store.take_lease(&issuer, registry, "test", Duration::ZERO);
        let lease = taken.await.unwrap().unwrap();
        store.store_signed(&lease, signer, &signed).await.unwrap();
        let records = vec![(wallet, record)];
        let gas_used = Gas(21_000);
        let outcome = Outcome::Mined(Receipt {
            attempt,
            block_number,
            succeeded: true,
            gas_used,
            fee: Default::default(),
            records,
            authorities: Vec::new(),
        });
        let target = self.target(chain).await;
        store
            .settle(&lease, &target, signer, &[(nonce, outcome)], NOW)
            .await
            .unwrap();
    }

    /// The registry on this chain.
    pub(crate) async fn target(&self, chain: u64) -> MirroredRegistry {
        let issuer = ACME.parse().unwrap();
        let known = self.state.store.chain(&issuer, ChainId(chain)).await;
        known.unwrap().chain.target()
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// A JSON request with this key.
    pub(crate) async fn call_as(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Reply {
        self.send(request(key, method, path, &body, None)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call_as(&self.key, Method::GET, path, Value::Null)
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call_as(&self.key, Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.call_as(&self.key, Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call_as(&self.key, Method::DELETE, path, Value::Null)
            .await
    }

    /// A POST under an idempotency key.
    pub(crate) async fn post_once(&self, once: &str, path: &str, body: Value) -> Reply {
        self.send(request(&self.key, Method::POST, path, &body, Some(once)))
            .await
    }

    /// Registers a person with these wallets and returns its id.
    pub(crate) async fn register(&self, wallets: &[String]) -> String {
        let wallets: Vec<_> = wallets
            .iter()
            .map(|address| json!({"address": address}))
            .collect();
        let body = json!({"kind": "natural_person", "wallets": wallets});
        let reply = self.post("/v1/investors", body).await.expect(201);
        reply["id"].as_str().unwrap().to_owned()
    }

    /// The same, verified.
    pub(crate) async fn verified(&self, wallets: &[String]) -> String {
        let id = self.register(wallets).await;
        let body = json!({"level": "basic", "country": "DE", "attestation": attestation()});
        self.post(&format!("/v1/investors/{id}/verifications"), body)
            .await
            .expect(200);
        id
    }

    /// Uploads a file and returns the answer.
    pub(crate) async fn upload(&self, query: &str, file: impl Into<Body>) -> Reply {
        self.upload_as(&self.key, query, file).await
    }

    /// Uploads a file with this key.
    pub(crate) async fn upload_as(&self, key: &str, query: &str, file: impl Into<Body>) -> Reply {
        let request = Request::post(format!("/v1/imports?{UPLOAD}{query}"))
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "text/csv")
            .body(file.into())
            .unwrap();
        self.send(request).await
    }

    /// Waits for a job to end.
    pub(crate) async fn finished(&self, id: &str) -> Value {
        for _ in 0..600 {
            let job = self.get(&format!("/v1/imports/{id}")).await.expect(200);
            if job["state"] != "running" {
                return job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("import {id} does not end");
    }
}

pub(crate) const UPLOAD: &str = "operator=maria.keller&attestation_text=seen&attestation_version=1";

pub(crate) fn request(
    key: &str,
    method: Method,
    path: &str,
    body: &Value,
    once: Option<&str>,
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {key}"));
    if let Some(once) = once {
        request = request.header("Idempotency-Key", once);
    }
    match body {
        Value::Null => request.body(Body::empty()).unwrap(),
        body => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap(),
    }
}
