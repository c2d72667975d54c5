//! What a key for one instance tries, to become somebody whom others know.

use alloy::signers::local::PrivateKeySigner;
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use symbolon_chain::endpoint::Endpoint;
use symbolon_core::{ids::ChainId, verification::VerificationState};
use symbolon_sandbox::Anvil;
use symbolon_server::{Accounts, ChainNodes, Services};
use symbolon_testkit::person::signed;

use super::{jane, text};
use crate::{
    harness::{ACME, NOW, Reply, Server, attestation, wallet},
    hooks::account,
};

const PATH: &str = "/v1/instances/emea/customers";
const CHAIN: u64 = 31_337;
const SITE: &str = "https://kyc.example.com";

struct Stage {
    server: Server,
    /// Sees emea alone.
    key: String,
    _chain: Anvil,
}

/// Two instances of an issuer who has a provider's account, and a chain that is asked whose
/// a wallet is.
async fn stage() -> Stage {
    let chain = Anvil::builder(CHAIN).start().await.unwrap();
    let endpoint = Endpoint::connect(chain.url(), ChainId(CHAIN)).await;
    let issuer = ACME.parse().unwrap();
    let node = ((issuer, ChainId(CHAIN)), endpoint.unwrap());
    let server = Server::with_vault_and(|services| Services {
        accounts: Accounts::new([(ACME.parse().unwrap(), account())]),
        nodes: ChainNodes::new([node]),
        ..services
    });
    let server = server.await;
    server.instance("emea").await;
    server.instance("apac").await;
    Stage {
        key: server.confined("emea").await,
        server,
        _chain: chain,
    }
}

impl Stage {
    /// A customer that the key of the instance makes.
    async fn customer(&self) -> Value {
        let made = self.server.post_by(&self.key, PATH, json!({})).await;
        made.expect(201)
    }

    async fn verify(&self, customer: &Value) {
        let path = format!("/v1/investors/{}/verifications", text(customer, "investor"));
        let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation()});
        self.server.post(&path, verdict).await.expect(200);
    }

    /// Lets another instance know the person, too.
    async fn share(&self, customer: &Value) {
        let body = json!({"investor": text(customer, "investor")});
        self.server.customer("apac", body).await;
    }

    /// Customers of whom the issuer or another instance knows, too, each in its way.
    async fn foreigners(&self) -> Vec<(&'static str, Value)> {
        let server = &self.server;
        let known = json!({"kind": "natural_person", "external_id": "LEDGER-9"});
        let known = server.post("/v1/investors", known).await.expect(201);
        let known = server.customer("emea", json!({"investor": known["id"]}));
        let known = known.await;
        let shared = self.customer().await;
        self.share(&shared).await;
        let invited = self.customer().await;
        let link = json!({"check": false, "investor": text(&invited, "investor")});
        server.post("/v1/links", link).await.expect(201);
        let attempted = self.customer().await;
        server.attempt(&text(&attempted, "investor")).await;
        vec![
            ("the issuer's", known),
            ("shared", shared),
            ("invited by the issuer", invited),
            ("attempted by the issuer", attempted),
        ]
    }

    async fn link_by(&self, api_key: &str, body: Value) -> Reply {
        let path = format!("{PATH}/link-wallet");
        self.server.post_by(api_key, &path, body).await
    }

    /// Links a wallet by a word.
    async fn say(&self, api_key: &str, customer: &Value, address: &str) -> Reply {
        let reference = text(customer, "reference_key");
        let body = json!({"reference_key": reference, "address": address});
        self.link_by(api_key, body).await
    }

    /// Links a wallet by its signature, with the instance's key.
    async fn sign(&self, customer: &Value, signer: &PrivateKeySigner) -> Reply {
        let (reference, address) = (text(customer, "reference_key"), signer.address());
        let asking = json!({
            "reference_key": reference, "address": address.to_string(), "chain_id": CHAIN,
        });
        let path = format!("{PATH}/wallet-message");
        let asked = self.server.post_by(&self.key, &path, asking).await;
        let message = text(&asked.expect(200), "message");
        let body = json!({
            "reference_key": reference, "address": address.to_string(),
            "message": message, "signature": signed(signer, &message),
        });
        self.link_by(&self.key, body).await
    }

    /// Makes a link, to be shown to the instance's key.
    async fn link(&self, customer: &Value, body: Value) -> Reply {
        let path = format!("{PATH}/{}/links", text(customer, "id"));
        self.server.post_by(&self.key, &path, body).await
    }

    async fn enter(&self, link: &Value) -> Page<'_> {
        let url = text(link, "url");
        let path = url.strip_prefix(SITE).unwrap();
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let entered = self.server.send(request).await;
        assert_eq!(entered.status, 303, "{}", entered.text);
        let cookie = entered.headers[header::SET_COOKIE].to_str().unwrap();
        Page {
            server: &self.server,
            cookie: cookie.split(';').next().unwrap().to_owned(),
        }
    }

    /// The attempt that began by a link.
    async fn attempt_of(&self, customer: &Value, link: &Value) -> Value {
        let path = format!("{PATH}/{}/links/{}", text(customer, "id"), text(link, "id"));
        let shown = self.server.get_by(&self.key, &path).await;
        shown.expect(200)["verification"].clone()
    }
}

/// The page of a link, for whoever has its URL.
struct Page<'a> {
    server: &'a Server,
    cookie: String,
}

impl Page<'_> {
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, SITE)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.server
            .send(request.body(Body::from(form)).unwrap())
            .await
    }

    async fn ask(&self, signer: &PrivateKeySigner) -> Reply {
        let (address, chain) = (signer.address().to_string(), CHAIN.to_string());
        let asked = [("address", address.as_str()), ("chain_id", &chain)];
        self.post("/v/ask", &asked).await
    }

    async fn sign(&self, message: &str, signer: &PrivateKeySigner) -> Reply {
        let signature = signed(signer, message);
        let said = [("message", message), ("signature", &signature)];
        self.post("/v/sign", &said).await
    }

    async fn prove(&self, signer: &PrivateKeySigner) {
        let asked = self.ask(signer).await.expect(200);
        let proved = self.sign(&text(&asked, "message"), signer).await;
        proved.expect(200);
    }
}

#[tokio::test]
async fn an_instances_word_binds_no_wallet() {
    let stage = stage().await;
    let (own, address) = (stage.customer().await, wallet(1));
    let reply = stage.say(&stage.key, &own, &address).await;
    reply.problem(403, "proof_needed");
    let holder = format!("/v1/wallets/{address}");
    stage
        .server
        .get(&holder)
        .await
        .problem(404, "unknown_wallet");
    // The issuer answers for all; and saying what is so already takes nobody's word.
    let owner = stage.server.key.clone();
    stage.say(&owner, &own, &address).await.expect(200);
    stage.say(&stage.key, &own, &address).await.expect(200);
}

#[tokio::test]
async fn a_wallet_that_signs_is_no_strangers_by_an_instances_key() {
    let stage = stage().await;
    for (whose, customer) in stage.foreigners().await {
        let customer = &renewed(&stage, &customer).await;
        let mine = PrivateKeySigner::random();
        let reply = stage.sign(customer, &mine).await;
        assert_eq!(reply.status, 403, "{whose}: {}", reply.text);
        reply.problem(403, "known_to_others");
        let (owner, address) = (stage.server.key.clone(), mine.address().to_string());
        stage.say(&owner, customer, &address).await.expect(200);
    }
    // Whom nobody else knows may have been judged.
    let own = stage.customer().await;
    stage.verify(&own).await;
    let linked = stage.sign(&own, &PrivateKeySigner::random()).await;
    assert_eq!(linked.expect(200)["wallets"][0]["signed"], "key");
}

/// With a reference key that is known here.
async fn renewed(stage: &Stage, customer: &Value) -> Value {
    let path = format!("{PATH}/{}/reference-key", text(customer, "id"));
    stage.server.post(&path, json!({})).await.expect(200)
}

#[tokio::test]
async fn whoever_signs_becomes_a_holder_who_is_certain_and_no_more() {
    let stage = stage().await;
    let server = &stage.server;
    // Somebody's word has put the wallet there: it may be a trap.
    let known = PrivateKeySigner::random();
    let address = known.address().to_string();
    let holder = server.register(std::slice::from_ref(&address)).await;
    let customer = stage.customer().await;
    let reply = stage.sign(&customer, &known).await;
    reply.problem(403, "holder_uncertain");
    // The issuer has judged the holder since.
    stage.verify(&json!({"investor": holder})).await;
    let moved = stage.sign(&customer, &known).await.expect(200);
    assert_eq!(moved["investor"], json!(holder));
    assert_eq!(moved["moved_from"], customer["investor"]);
    // The holder was there before: no other wallet becomes its by the instance.
    let another = stage.sign(&customer, &PrivateKeySigner::random()).await;
    another.problem(403, "known_to_others");

    // Nobody has judged this one, but its wallet has signed to be its.
    let theirs = server.customer("apac", json!({})).await;
    let wide = json!({"check": false, "investor": text(&theirs, "investor")});
    let link = server.post("/v1/links", wide).await.expect(201);
    let signer = PrivateKeySigner::random();
    stage.enter(&link).await.prove(&signer).await;
    let second = stage.customer().await;
    let moved = stage.sign(&second, &signer).await.expect(200);
    assert_eq!(moved["investor"], theirs["investor"]);
    let report = server.state.store.verify_log(&ACME.parse().unwrap()).await;
    report.unwrap();
}

#[tokio::test]
async fn what_opens_a_link_of_whom_others_know_is_shown_to_no_instance() {
    let stage = stage().await;
    let foreigners = stage.foreigners().await;
    for body in [json!({}), json!({"check": false})] {
        for (whose, customer) in &foreigners {
            let reply = stage.link(customer, body.clone()).await;
            assert_eq!(reply.status, 403, "{whose}: {}", reply.text);
            reply.problem(403, "link_must_be_sent");
        }
    }
    let judged = stage.customer().await;
    stage.verify(&judged).await;
    let reply = stage.link(&judged, json!({})).await;
    reply.problem(403, "link_must_be_sent");
    // A wallet of a person of its own signs for itself.
    let link = stage.link(&judged, json!({"check": false})).await;
    assert!(link.expect(201)["url"].is_string());
}

#[tokio::test]
async fn what_was_shown_opens_nothing_once_others_know_the_person() {
    let stage = stage().await;
    let mine = PrivateKeySigner::random();
    let customer = stage.customer().await;
    let alone = stage.link(&customer, json!({"check": false})).await;
    let alone = stage.enter(&alone.expect(201)).await;
    let body = json!({"prove_wallet": false});
    let check = stage.link(&customer, body.clone()).await.expect(201);
    let asked = alone.ask(&mine).await.expect(200);

    stage.share(&customer).await;
    let signed = alone.sign(&text(&asked, "message"), &mine).await;
    signed.problem(409, "link_over");
    alone.ask(&mine).await.problem(409, "link_over");
    stage.enter(&check).await.post("/v/check", &[]).await;
    assert_eq!(stage.attempt_of(&customer, &check).await, Value::Null);
    let path = format!("/v1/investors/{}", text(&customer, "investor"));
    let shown = stage.server.get(&path).await.expect(200);
    assert_eq!(shown["wallets"], json!([]), "{shown}");

    // The same by the issuer's key: it was never shown to the instance.
    let path = format!("{PATH}/{}/links", text(&customer, "id"));
    let wide = stage.server.post(&path, json!({"check": false})).await;
    stage.enter(&wide.expect(201)).await.prove(&mine).await;

    // A check of whom somebody has judged meanwhile; a wallet alone goes on.
    let judged = stage.customer().await;
    let check = stage.link(&judged, body).await.expect(201);
    let alone = stage.link(&judged, json!({"check": false})).await;
    stage.verify(&judged).await;
    stage.enter(&check).await.post("/v/check", &[]).await;
    assert_eq!(stage.attempt_of(&judged, &check).await, Value::Null);
    let alone = stage.enter(&alone.expect(201)).await;
    alone.prove(&PrivateKeySigner::random()).await;
}

#[tokio::test]
async fn the_verdict_that_a_link_led_to_is_no_ones_else() {
    let stage = stage().await;
    let customer = stage.customer().await;
    let link = stage.link(&customer, json!({})).await.expect(201);
    let page = stage.enter(&link).await;
    page.prove(&PrivateKeySigner::random()).await;
    // Nobody listens at the provider's; the attempt begins before it is asked.
    page.post("/v/check", &[]).await;
    let attempt = stage.attempt_of(&customer, &link).await;
    let attempt = attempt.as_str().unwrap().parse().unwrap();

    stage.verify(&customer).await;
    let other = PrivateKeySigner::random();
    page.ask(&other).await.problem(409, "link_over");
    // Had the verdict come of this attempt, which goes on:
    let store = &stage.server.state.store;
    let investor = text(&customer, "investor").parse().unwrap();
    let mut transaction = store.begin(&ACME.parse().unwrap()).await.unwrap();
    let mut verification = transaction.verification(attempt).await.unwrap();
    verification.state = VerificationState::Settled;
    verification.attempt.decision = transaction.last_decision(investor).await.unwrap();
    let kept = transaction.keep_verification(&verification, NOW).await;
    kept.unwrap();
    transaction.commit().await.unwrap();
    page.prove(&other).await;
    // Somebody else's verdict after it counts.
    let rejected = format!("/v1/investors/{}/revocations", text(&customer, "investor"));
    let body = json!({"reason": "documents"});
    stage.server.post(&rejected, body).await.expect(200);
    page.ask(&other).await.problem(409, "link_over");
}

#[tokio::test]
async fn an_instance_chooses_no_address_that_letters_go_to() {
    let Stage { server, key, .. } = stage().await;
    let profile = json!({"email": "mine@canary.example", "phone": "+4930123456"});
    let body = json!({"profile": profile, "data": jane()});
    let refused = server.post_by(&key, PATH, body.clone()).await;
    assert!(!refused.text.contains("canary"), "{}", refused.text);
    let problem = refused.problem(422, "invalid_fields");
    let fields = ["profile.email", "profile.phone"];
    for (place, field) in fields.into_iter().enumerate() {
        assert_eq!(problem["errors"][place]["field"], field, "{problem}");
    }
    let batch = format!("{PATH}/batch");
    let many = json!({"customers": [body, {"profile": {"given_names": "Jane"}}]});
    let results = server.post_by(&key, &batch, many).await.expect(200);
    assert_eq!(results["results"][0]["code"], "not_yours", "{results}");
    assert!(results["results"][1]["customer"].is_object(), "{results}");
    // The issuer's own key does.
    let body = json!({"profile": {"email": "jane@canary.example"}});
    server.post(PATH, body).await.expect(201);
}
