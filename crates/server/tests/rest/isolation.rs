//! Nobody sees another issuer's register, on any route there is: the routes
//! are read from the OpenAPI document, so a new one cannot slip by.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

use crate::harness::{ACME, Reply, Server, attestation, wallet};

/// What a foreign key sees of a collection or a total: everything here must
/// hold nothing of the issuer whose things exist.
const WITHOUT_NAMES: [(&str, &str); 32] = [
    ("get", "/v1/investors"),
    ("post", "/v1/investors"),
    ("post", "/v1/verifications/batch"),
    ("post", "/v1/revocations/batch"),
    ("post", "/v1/operations/check"),
    ("get", "/v1/imports"),
    ("post", "/v1/imports"),
    ("get", "/v1/column-map"),
    ("put", "/v1/column-map"),
    ("get", "/v1/chains"),
    ("get", "/v1/authorities"),
    ("post", "/v1/authorities"),
    ("get", "/v1/approval-policy"),
    ("post", "/v1/approval-policy"),
    ("get", "/v1/rules"),
    ("post", "/v1/rules"),
    ("post", "/v1/rules/withdraw"),
    ("get", "/v1/proposals"),
    ("get", "/v1/events"),
    ("get", "/v1/exports/investors.csv"),
    ("get", "/v1/exports/investors.json"),
    ("post", "/v1/profiles/search"),
    ("get", "/v1/instances"),
    ("post", "/v1/instances"),
    ("get", "/v1/links"),
    ("post", "/v1/links"),
    ("post", "/v1/links/batch"),
    ("get", "/v1/renewals"),
    ("get", "/v1/verifications"),
    ("get", "/v1/status"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
];

/// Bodies without which a route would refuse before it looks for the resource.
fn bodies() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("register_investor", json!({"kind": "natural_person"})),
        ("link_wallet", json!({"address": wallet(77)})),
        (
            "verify_investor",
            json!({"level": "basic", "country": "DE", "attestation": attestation()}),
        ),
        ("create_link", json!({"check": false})),
        (
            "create_links",
            json!({"links": [{"check": false}, {"check": false}]}),
        ),
        ("change_profile", json!({"family_name": "Doe"})),
        ("open_profile", json!({"purpose": "review"})),
        ("search_profiles", json!({"email": "jane@example.com"})),
        ("create_instance", json!({"name": "apac", "title": "Asia"})),
        ("create_customer", json!({"external_id": "C-1"})),
        ("create_customers", json!({"customers": [{}]})),
        ("change_customer_data", json!({"data": {"name": "Jane"}})),
        ("set_customer_status", json!({"status": "closed"})),
        ("set_customer_external_id", json!({"external_id": "C-2"})),
        ("create_customer_link", json!({"check": false})),
        ("add_customer_note", json!({"text": "called"})),
        ("open_customer", json!({"purpose": "review"})),
        ("search_customers", json!({"email": "jane@example.com"})),
        (
            "ask_customer_wallet",
            json!({"reference_key": REFERENCE, "address": wallet(77), "chain_id": 31337}),
        ),
        (
            "link_customer_wallet",
            json!({"reference_key": REFERENCE, "address": wallet(77)}),
        ),
        ("export_customer_data", json!({"purpose": "review"})),
        ("place_hold", json!({"reference": "case 7"})),
        ("lift_hold", json!({"reference": "case 7"})),
        ("reject_investor", json!({"reason": "identity"})),
        ("revoke_investor", json!({"reason": "mistake"})),
        ("unfreeze_assets", json!({"licence": "BAFA-1"})),
        ("issue_certificate", json!({"certificate": 7})),
        ("issue_claim", json!({"topic": "kyc"})),
        ("revoke_claim", json!({"topic": "kyc"})),
        ("revoke_certificate", json!({"certificate": 7})),
        (
            "verify_batch",
            json!({"attestation": attestation(), "entries": [{"wallet": wallet(78), "country": "DE"}]}),
        ),
        (
            "revoke_batch",
            json!({"entries": [{"wallet": wallet(1), "reason": "mistake"}]}),
        ),
        (
            "check_operation",
            json!({"operation": "mint", "to": wallet(1)}),
        ),
        ("replace_column_map", json!({"columns": {}})),
        ("add_authority", json!({"name": "amf", "countries": ["FR"]})),
        ("set_authority_countries", json!({"countries": ["FR"]})),
        (
            "reassign_investors",
            json!({"investors": [format!("0x{}", "1".repeat(64))]}),
        ),
        (
            "announce_rules",
            json!({"countries": {"US": {"no_us_persons": true}}}),
        ),
        ("withdraw_rules", json!({"countries": ["US"]})),
        (
            "set_approval_policy",
            json!({"approvers": ["otto"], "required": 1}),
        ),
    ])
}

/// Of nobody.
pub(crate) const REFERENCE: &str = "ref_00000000000000000000000000000000";

struct Stage {
    server: Server,
    foreign: String,
    /// Path parameters by the route's beginning, of things that exist.
    fixtures: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// Texts that only the owner may see.
    secrets: Vec<String>,
}

impl Stage {
    async fn set() -> Self {
        let server = Server::with_vault().await;
        server.add_chain(ACME, 31337).await;
        let id = server.verified(&[wallet(1)]).await;
        let file = format!("wallet,country\n{},DE\n{},XK\n", wallet(2), wallet(3));
        let job = server.upload("", file).await.expect(202)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        server.finished(&job).await;
        server.federation().await;
        let map = json!({"columns": {"Kunde Wallet": "wallet"}});
        server.put("/v1/column-map", map).await.expect(200);
        let foreign = server.issuer("other").await;
        let body = json!({"check": false, "investor": id});
        let link = server.post("/v1/links", body).await.expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        server.instance("emea").await;
        let customer = json!({"external_id": "EMEA-1", "investor": id});
        let customer = server.customer("emea", customer).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("/v1/instances/emea/customers/{customer}/links");
        let of_customer = server.post(&path, json!({"check": false})).await;
        let of_customer = of_customer.expect(201)["id"].as_str().unwrap().to_owned();
        let fixtures = vec![
            (
                "/v1/instances/",
                vec![
                    ("instance", "emea".to_owned()),
                    ("id", customer.clone()),
                    ("link", of_customer.clone()),
                ],
            ),
            (
                "/v1/investors/",
                vec![("id", id.clone()), ("address", wallet(1))],
            ),
            ("/v1/imports/", vec![("id", job.clone())]),
            ("/v1/wallets/", vec![("address", wallet(1))]),
            ("/v1/authorities/", vec![("number", "1".to_owned())]),
            (
                "/v1/chains/",
                vec![("chain_id", "31337".to_owned()), ("place", "0".to_owned())],
            ),
            ("/v1/proposals/", vec![("id", server.proposal().await)]),
            ("/v1/links/", vec![("id", link.clone())]),
            (
                "/v1/verifications/",
                vec![("id", server.attempt(&id).await)],
            ),
        ];
        let secrets = vec![
            id,
            link,
            of_customer,
            customer,
            "emea".to_owned(),
            job,
            wallet(2),
            // No digits of a random id are these.
            "\"chain_id\":31337".to_owned(),
            "Kunde".to_owned(),
            "maria".to_owned(),
            "bafin".to_owned(),
            "\"ada\"".to_owned(),
        ];
        Self {
            server,
            foreign,
            fixtures,
            secrets,
        }
    }

    /// The path with its parameters filled in; panics where no fixture fits.
    fn fill(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        let fixture = self
            .fixtures
            .iter()
            .find(|(beginning, _)| path.starts_with(beginning));
        for (name, value) in fixture
            .map(|(_, values)| values.as_slice())
            .unwrap_or_default()
        {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        assert!(
            !filled.contains('{'),
            "{path} names a resource that this test has no fixture for"
        );
        filled
    }

    async fn call(&self, key: &str, method: &str, path: &str, operation: &Value) -> Reply {
        let name = operation["operationId"].as_str().unwrap();
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        if name == "import_file" {
            let uri = format!("{path}?{}", crate::harness::UPLOAD.replace("maria", "otto"));
            let request = Request::post(uri)
                .header(header::AUTHORIZATION, format!("Bearer {key}"))
                .header(header::CONTENT_TYPE, "text/csv")
                .body(Body::from(format!("wallet,country\n{},DE\n", wallet(90))));
            return self.server.send(request.unwrap()).await;
        }
        let body = bodies().remove(name).unwrap_or(Value::Null);
        self.server.call_as(key, method, path, body).await
    }
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    // What is named first, before the foreign issuer has anything of its own; and
    // once somebody must approve, a key of nobody's in particular does less.
    found.sort_by_key(|(_, path, operation)| {
        let approval = operation["operationId"] == "set_approval_policy";
        (!path.contains('{'), approval)
    });
    found
}

#[tokio::test]
async fn a_foreign_key_finds_nothing_that_is_named_and_sees_nothing_in_lists() {
    let stage = Stage::set().await;
    let document = stage.server.get("/openapi.json").await.expect(200);
    let before = stage.server.get("/v1/events?limit=500").await.expect(200);
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        if path.contains('{') {
            let filled = stage.fill(&path);
            let reply = stage
                .call(&stage.foreign, &method, &filled, &operation)
                .await;
            assert_eq!(reply.status, 404, "{place}: {}", reply.text);
        } else {
            let known = WITHOUT_NAMES.contains(&(method.as_str(), path.as_str()));
            assert!(
                known,
                "{place} is new: say here that a foreign key sees nothing of others by it"
            );
            let reply = stage.call(&stage.foreign, &method, &path, &operation).await;
            assert!(reply.status.is_success(), "{place}: {}", reply.text);
            for secret in &stage.secrets {
                assert!(
                    !reply.text.contains(secret),
                    "{place} shows {secret}: {}",
                    reply.text
                );
            }
        }
    }
    let after = stage.server.get("/v1/events?limit=500").await.expect(200);
    assert_eq!(before, after, "a foreign key changed the register");
}

#[tokio::test]
async fn the_fixtures_are_real_for_their_owner() {
    let stage = Stage::set().await;
    let document = stage.server.get("/openapi.json").await.expect(200);
    for (method, path, operation) in operations(&document) {
        if method == "get" && path.contains('{') {
            let filled = stage.fill(&path);
            let reply = stage
                .call(&stage.server.key, &method, &filled, &operation)
                .await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn without_a_key_only_health_answers() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.expect(200);
    for (method, path, _) in operations(&document) {
        if path.starts_with("/health") {
            continue;
        }
        let id = match path.split('/').nth(2) {
            Some("proposals") => "1".to_owned(),
            Some("links" | "verifications" | "instances") => format!("0x{}", "1".repeat(32)),
            _ => format!("0x{}", "1".repeat(64)),
        };
        let filled = path
            .replace("{id}", &id)
            .replace("{link}", &id)
            .replace("{address}", &wallet(1))
            .replace("{instance}", "emea")
            .replace("{number}", "1");
        let request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(&filled)
            .body(Body::empty())
            .unwrap();
        server.send(request).await.problem(401, "unauthorized");
    }
}
