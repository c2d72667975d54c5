//! A server with real lanes, a real PostgreSQL and two real chains, on each of
//! which a token asks a registry before it moves.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use symbolon_bindings::{IdentityRegistry, RegistrySet, RegulatedToken};
use symbolon_chain::{
    deploy, development::DevelopmentNode, endpoint::Endpoint, preset::FinalityTag, quorum::Nodes,
    signer::LaneSigner,
};
use symbolon_core::{
    actor::Actor,
    federation::{KeyGrant, KeyPowers},
    ids::{AuthorityIndex, IssuerId},
    mirror::fees::Wei,
    time::Millis,
};
use symbolon_server::{
    AppState, Clock, ServerConfig, Services,
    jobs::{self, LaneSettings, LeaseTerms, lane::default_policy},
};
use symbolon_store::{ApiKey, NewChain, Store};
use symbolon_testkit::{
    chain::{OWNER_KEY, TestChain},
    database::TestDatabase,
};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// Keys of Anvil's for the lanes, one a register.
const LANE_KEYS: [&str; 2] = [
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
];
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const CAP: Wei = Wei(500_000_000_000);

/// What every story needs.
pub(crate) struct World {
    pub(crate) chains: Vec<Place>,
    pub(crate) store: Store,
    pub(crate) state: AppState,
    client: reqwest::Client,
    pub(crate) url: String,
    stop: CancellationToken,
    jobs: JoinSet<()>,
    pub(crate) database: TestDatabase,
}

/// What a server stands on.
pub(crate) struct Ground<'a> {
    pub(crate) database: &'a TestDatabase,
    pub(crate) chains: &'a [Place],
    pub(crate) url: &'a str,
}

/// A chain with the registries of all registers, in their order.
pub(crate) struct Place {
    pub(crate) chain: TestChain,
    pub(crate) node: DevelopmentNode,
    pub(crate) registries: Vec<Address>,
}

/// Somebody with a key of the REST API.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    world: &'a World,
    issuer: IssuerId,
    key: String,
}

/// A token on one chain.
pub(crate) struct Token<'a> {
    place: &'a Place,
    pub(crate) address: Address,
}

/// A wallet of this person's.
pub(crate) fn wallet(whose: &str) -> Address {
    Address::from_word(keccak256(whose))
}

fn signer(key: &str) -> LaneSigner {
    LaneSigner::from_hex(&SecretString::from(key)).unwrap()
}

impl Place {
    async fn of(id: u64, registers: usize) -> Self {
        let chain = TestChain::start(id).await;
        let (endpoint, owner) = (chain.endpoint.clone(), signer(OWNER_KEY));
        let mut registries = vec![chain.registry];
        for (salt, key) in (1_u8..).zip(&LANE_KEYS[1..registers]) {
            let code = deploy::registry_code(owner.address());
            let salt = B256::repeat_byte(salt);
            let deployed = deploy::deploy(&endpoint, &owner, &code, salt).await;
            let registry = deployed.unwrap().address;
            let mirror = signer(key).address();
            deploy::appoint_mirror(&endpoint, &owner, registry, mirror)
                .await
                .unwrap();
            registries.push(registry);
        }
        Self {
            node: DevelopmentNode::new(endpoint),
            chain,
            registries,
        }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.chain.endpoint
    }

    /// A reference token that asks this contract, with a supply to give out.
    pub(crate) async fn token(&self, asks: Address) -> Token<'_> {
        let owner = signer(OWNER_KEY);
        let code = deploy::token_code("Bond", "BOND", asks, owner.address());
        let deployed = deploy::deploy(self.endpoint(), &owner, &code, B256::ZERO).await;
        Token {
            place: self,
            address: deployed.unwrap().address,
        }
    }

    /// A set of these registries, which the token's issuer owns.
    pub(crate) async fn set(&self, registries: &[Address]) -> Address {
        let owner = signer(OWNER_KEY);
        let mut code = RegistrySet::BYTECODE.to_vec();
        code.extend_from_slice(owner.address().into_word().as_slice());
        let code = Bytes::from(code);
        let deployed = deploy::deploy(self.endpoint(), &owner, &code, B256::ZERO).await;
        let set = deployed.unwrap().address;
        let list = registries.to_vec();
        self.own(set, RegistrySet::setRegistriesCall { list }).await;
        set
    }

    /// What the owner of the contracts does.
    pub(crate) async fn own(&self, to: Address, call: impl SolCall) {
        let from = signer(OWNER_KEY).address();
        self.act(from, to, call).await.unwrap();
    }

    /// What anybody does: carried out, or refused with these words.
    pub(crate) async fn act(
        &self,
        from: Address,
        to: Address,
        call: impl SolCall,
    ) -> Result<(), String> {
        let done = self
            .node
            .act(from, Some(to), call.abi_encode().into())
            .await;
        done.unwrap().map(|_| ())
    }

    /// How many transactions a lane has had mined here.
    pub(crate) async fn lane_transactions(&self) -> u64 {
        self.chain.mirror_nonce().await
    }

    /// What a registry says of a wallet.
    pub(crate) async fn is_verified(&self, registry: Address, wallet: Address) -> bool {
        let call = IdentityRegistry::isVerifiedCall {
            _userAddress: wallet,
        };
        self.read(registry, call).await
    }

    /// Of which country (ISO 3166-1 numeric) a registry takes a wallet's holder to be.
    pub(crate) async fn country(&self, registry: Address, wallet: Address) -> u16 {
        let call = IdentityRegistry::investorCountryCall {
            _userAddress: wallet,
        };
        self.read(registry, call).await
    }

    async fn read<C: SolCall>(&self, contract: Address, call: C) -> C::Return {
        let request = TransactionRequest::default()
            .to(contract)
            .input(Bytes::from(call.abi_encode()).into());
        let output = self.endpoint().call(request).await.unwrap().unwrap();
        C::abi_decode_returns(&output).unwrap()
    }
}

impl Token<'_> {
    pub(crate) async fn issue(&self, to: Address, amount: u64) {
        let amount = U256::from(amount);
        self.place
            .own(self.address, RegulatedToken::mintCall { to, amount })
            .await;
    }

    pub(crate) async fn transfer(
        &self,
        from: Address,
        to: Address,
        amount: u64,
    ) -> Result<(), String> {
        let value = U256::from(amount);
        let call = RegulatedToken::transferCall { to, value };
        self.place.act(from, self.address, call).await
    }
}

impl World {
    /// With these registers, each mirrored to a registry of its own on each chain.
    pub(crate) async fn with_registers(names: &[&str]) -> Self {
        Self::with(names, async |_| Services::default()).await
    }

    /// The same, and what else the server has, once it is known where it is and what
    /// there is.
    pub(crate) async fn with(
        names: &[&str],
        services: impl AsyncFnOnce(&Ground<'_>) -> Services,
    ) -> Self {
        let database = TestDatabase::fresh().await;
        let (store, clock) = (database.store.clone(), Clock::system());
        let mut chains = Vec::new();
        for id in [31_337, 31_338] {
            chains.push(Place::of(id, names.len()).await);
        }
        let mut lanes = Vec::new();
        for (number, name) in names.iter().enumerate() {
            let issuer: IssuerId = name.parse().unwrap();
            store
                .create_issuer(&issuer, name, clock.now())
                .await
                .unwrap();
            let mut transaction = store.begin(&issuer).await.unwrap();
            for place in &chains {
                let chain = NewChain {
                    id: place.chain.id().into(),
                    filter: Default::default(),
                    name: format!("chain {}", place.chain.id()),
                    registry: place.registries[number],
                    identity_factory: symbolon_chain::deploy::identity_factory(),
                    deployed_block: place.chain.deployed_block,
                    confirmations: 1,
                    settings: json!({}),
                };
                transaction.add_chain(&chain).await.unwrap();
                lanes.push(lane(&issuer, place, LANE_KEYS[number]));
            }
            transaction.commit().await.unwrap();
        }
        let stop = CancellationToken::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ground = Ground {
            database: &database,
            chains: &chains,
            url: &url,
        };
        let state = AppState::with(
            services(&ground).await,
            store.clone(),
            clock.clone(),
            ServerConfig::default(),
            stop.clone(),
        );
        let mut jobs = jobs::spawn(&store, lanes, &clock, &state.wake, &stop);
        let serving = state.clone();
        jobs.spawn(async move {
            symbolon_server::serve_state(serving, listener)
                .await
                .unwrap();
        });
        Self {
            chains,
            store,
            state,
            client: reqwest::Client::new(),
            url,
            stop,
            jobs,
            database,
        }
    }

    /// Somebody of a register's owner.
    pub(crate) async fn owner(&self, register: &str) -> Caller<'_> {
        self.caller(register, "owner", None).await
    }

    /// A person who approves what the owner does.
    pub(crate) async fn approver(&self, register: &str, person: &str) -> Caller<'_> {
        let grant = KeyGrant::Person(person.parse().unwrap());
        self.caller(register, person, Some(grant)).await
    }

    /// Somebody who acts for an authority.
    pub(crate) async fn authority(&self, register: &str, number: u8) -> Caller<'_> {
        let grant = KeyGrant::Authority(AuthorityIndex(number));
        let name = format!("authority-{number}");
        self.caller(register, &name, Some(grant)).await
    }

    /// Somebody whose key sees one instance's customers alone.
    pub(crate) async fn confined(&self, register: &str, instance: &str) -> Caller<'_> {
        let grant = KeyGrant::Instance(instance.parse().unwrap());
        self.caller(register, instance, Some(grant)).await
    }

    async fn caller(&self, register: &str, name: &str, grant: Option<KeyGrant>) -> Caller<'_> {
        let issuer: IssuerId = register.parse().unwrap();
        let key = ApiKey::from_random(&issuer, rand::random());
        let now = Clock::system().now();
        // The owner's own opens profiles.
        let powers = KeyPowers {
            profiles: grant.is_none(),
            grant,
        };
        let by = Actor::command_line("maria");
        let made = self.store.create_api_key(name, &key, &powers, &by, now);
        made.await.unwrap().unwrap();
        Caller {
            world: self,
            issuer,
            key: key.text().to_owned(),
        }
    }

    pub(crate) async fn end(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.jobs.join_next().await {
            ended.unwrap();
        }
    }
}

fn lane(issuer: &IssuerId, place: &Place, key: &str) -> LaneSettings {
    let mut settings = LaneSettings {
        issuer: issuer.clone(),
        registry: place.chain.id().into(),
        nodes: Nodes::one(&place.chain.url().into()).unwrap(),
        finality: FinalityTag::None,
        signer: signer(key),
        claim_signer: None,
        policy: default_policy(1, CAP),
        lease: LeaseTerms::of_this_process(Duration::from_secs(5)),
    };
    settings.policy.busy_interval = Millis(20);
    settings.policy.idle_interval = Millis(100);
    settings
}

impl Caller<'_> {
    /// Sends a request that must be carried out, or wait for approvals.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert!((200..300).contains(&status), "{path}: {answer}");
        answer
    }

    /// Sends a request that must be refused with this code.
    pub(crate) async fn refused(&self, path: &str, body: Value, code: &str) {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert!(status >= 400, "{path}: {answer}");
        assert_eq!(answer["code"], code, "{path}: {answer}");
    }

    pub(crate) async fn put(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::PUT, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.world.url);
        let request = self
            .world
            .client
            .request(method, url)
            .bearer_auth(&self.key);
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    /// Verifies wallets' holders, strangers until now; returns their ids.
    pub(crate) async fn verify(&self, wallets: &[Address], country: &str) -> Vec<String> {
        let entries: Vec<_> = wallets
            .iter()
            .map(|wallet| json!({"wallet": wallet.to_string(), "country": country}))
            .collect();
        let attestation = json!({
            "operator": "maria.keller", "text": "I have seen the documents.", "version": "2026-03",
        });
        let body = json!({"attestation": attestation, "entries": entries});
        let answer = self.post("/v1/verifications/batch", body).await;
        let results = answer["results"].as_array().unwrap();
        results
            .iter()
            .map(|result| match result["investor"].as_str() {
                Some(id) => id.to_owned(),
                None => panic!("{result}"),
            })
            .collect()
    }

    /// Waits until no chain is owed anything, authorities included.
    pub(crate) async fn until_mirrored(&self) {
        until("the chains hold what the register holds", async || {
            let chains = self.get("/v1/chains").await;
            let owed = chains["data"].as_array().unwrap().iter().any(|chain| {
                let outbox = &chain["outbox"];
                outbox["approvals"] != 0
                    || outbox["denials"] != 0
                    || chain["open_transactions"] != 0
            });
            let known = self.world.store.authorities_on_chains(&self.issuer).await;
            let restricted = self.world.store.restricted_authorities(&self.issuer).await;
            let (known, restricted) = (known.unwrap(), restricted.unwrap());
            let told = known
                .iter()
                .filter(|one| one.observed && restricted.includes(one.authority))
                .count();
            let due = (1..=u8::MAX)
                .filter(|number| restricted.includes(AuthorityIndex(*number)))
                .count();
            !owed && told == due * self.world.chains.len()
        })
        .await;
    }

    /// Whether the register calls a wallet verified, and every chain too.
    pub(crate) async fn says_verified(&self, wallet: Address) -> [bool; 3] {
        let report = self.get(&format!("/v1/wallets/{wallet}")).await;
        let chain = |place: usize| report["chains"][place]["verified"] == true;
        [report["verified"] == true, chain(0), chain(1)]
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
