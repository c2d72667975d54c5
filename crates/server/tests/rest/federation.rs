//! Authorities, their jurisdictions, and what approvers must approve.

use axum::http::Method;
use serde_json::{Value, json};
use symbolon_core::{
    federation::{KeyGrant, KeyPowers},
    ids::AuthorityIndex,
};

use crate::{
    harness::{ACME, Reply, Server, attestation, wallet},
    isolation::REFERENCE,
};

impl Server {
    /// Authority 1 for Germany and 2 for Switzerland, and two of three who must
    /// approve what the owner does from now on.
    pub(crate) async fn federation(&self) {
        for (name, country) in [("bafin", "DE"), ("finma", "CH")] {
            let body = json!({"name": name, "countries": [country]});
            self.post("/v1/authorities", body).await.expect(200);
        }
        let policy = json!({"approvers": ["ada", "ben", "cleo"], "required": 2});
        self.post("/v1/approval-policy", policy).await.expect(200);
    }

    /// Ada's proposal to restrict authority 1.
    pub(crate) async fn proposal(&self) -> String {
        let ada = self.key_of("ada").await;
        let reply = self.post_as(&ada, "/v1/authorities/1/restrict", json!({}));
        reply.await.expect(202)["proposal"].to_string()
    }

    async fn post_as(&self, key: &str, path: &str, body: Value) -> Reply {
        self.call_as(key, Method::POST, path, body).await
    }

    async fn verify_as(&self, key: &str, number: u64, country: &str) -> Reply {
        let entry = json!({"wallet": wallet(number), "country": country});
        let body = json!({"attestation": attestation(), "entries": [entry]});
        self.post_as(key, "/v1/verifications/batch", body).await
    }

    async fn wallet_is_verified(&self, number: u64) -> bool {
        let report = self.get(&format!("/v1/wallets/{}", wallet(number))).await;
        report.expect(200)["verified"] == true
    }
}

fn investor(reply: &Reply) -> String {
    let first = &reply.expect(200)["results"][0];
    first["investor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_authority_verifies_in_its_countries_alone() {
    let server = Server::start().await;
    server.federation().await;
    let bafin = server.key_for(1).await;
    let german = investor(&server.verify_as(&bafin, 1, "DE").await);
    let shown = server.get(&format!("/v1/investors/{german}")).await;
    assert_eq!(shown.expect(200)["authority"], 1);

    let refused = server.verify_as(&bafin, 2, "US").await.expect(200);
    assert_eq!(refused["results"][0]["code"], "outside_jurisdiction");
    let finma = server.key_for(2).await;
    let path = format!("/v1/investors/{german}/revocations");
    let reply = server.post_as(&finma, &path, json!({"reason": "mistake"}));
    let problem = reply.await.problem(403, "outside_jurisdiction");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("authority 2") && detail.contains("DE"),
        "{detail}"
    );
}

/// Generated from the OpenAPI document, so that a new route cannot slip by.
#[tokio::test]
async fn an_authority_changes_nothing_outside_its_countries_on_any_route() {
    let server = Server::with_vault().await;
    server.add_chain(ACME, 31337).await;
    let american = investor(&server.verify_as(&server.key, 1, "US").await);
    server.federation().await;
    let proposal = server.proposal().await;
    let attempt = server.attempt(&american).await;
    let body = json!({"check": false, "investor": american});
    let link = server.post("/v1/links", body).await.expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    server.instance("emea").await;
    let customer = server.customer("emea", json!({"investor": american})).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let powers = KeyPowers {
        grant: Some(KeyGrant::Authority(AuthorityIndex(1))),
        profiles: true,
    };
    let bafin = server.key_with(ACME, "authority-1", powers).await;
    let document = server.get("/openapi.json").await.expect(200);
    let before = server.get("/v1/events?limit=500").await.expect(200);
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            // Somebody new is an authority's business until a country is known.
            if method == "get" || ["register_investor", "import_file"].contains(&name) {
                continue;
            }
            let filled = path
                .replace("{address}", &wallet(1))
                .replace("{number}", "1")
                .replace("{instance}", "emea")
                .replace("{link}", &link)
                .replace(
                    "{id}",
                    match path.split('/').nth(2) {
                        Some("proposals") => &proposal,
                        Some("links") => &link,
                        Some("instances") => &customer,
                        Some("verifications") => &attempt,
                        _ => &american,
                    },
                );
            let body = body_of(name, &american);
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let reply = server.call_as(&bafin, method, &filled, body).await;
            let refused = reply.status == 403 || reply.text.contains("outside_jurisdiction");
            let asks = ["check_operation", "search_profiles"].contains(&name);
            assert!(refused || asks, "{name}: {} {}", reply.status, reply.text);
            tried += 1;
        }
    }
    assert!(tried > 20, "only {tried} routes were tried");
    let after = server.get("/v1/events?limit=500").await.expect(200);
    assert_eq!(before, after, "an authority changed what is not its own");
}

fn body_of(operation: &str, investor: &str) -> Value {
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    match operation {
        "link_wallet" => json!({"address": wallet(77)}),
        "verify_investor" => verdict,
        "reject_investor" => json!({"reason": "identity"}),
        "revoke_investor" => json!({"reason": "mistake"}),
        "unfreeze_assets" => json!({"licence": "BAFA-1"}),
        "issue_claim" | "revoke_claim" => json!({"topic": "kyc"}),
        "issue_certificate" | "revoke_certificate" => json!({"certificate": 7}),
        "verify_batch" => json!({
            "attestation": attestation(),
            "entries": [{"wallet": wallet(1), "country": "DE"}],
        }),
        "revoke_batch" => json!({"entries": [{"wallet": wallet(1), "reason": "mistake"}]}),
        "check_operation" => json!({"operation": "mint", "to": wallet(1)}),
        "replace_column_map" => json!({"columns": {}}),
        "add_authority" => json!({"name": "amf", "countries": ["FR"]}),
        "set_authority_countries" => json!({"countries": ["US"]}),
        "reassign_investors" => json!({"investors": [investor]}),
        "set_approval_policy" => json!({"approvers": ["mallory"], "required": 1}),
        "place_hold" | "lift_hold" => json!({"reference": "case 7"}),
        "change_profile" => json!({"family_name": "Doe"}),
        "open_profile" => json!({"purpose": "review"}),
        "search_profiles" => json!({"email": "jane@example.com"}),
        "create_instance" => json!({"name": "apac", "title": "Asia"}),
        "create_customers" => json!({"customers": [{}]}),
        "change_customer_data" => json!({"data": {"name": "Jane"}}),
        "set_customer_external_id" => json!({"external_id": "C-2"}),
        "create_customer_link" => json!({"check": false}),
        "set_customer_status" => json!({"status": "closed"}),
        "add_customer_note" => json!({"text": "called"}),
        "open_customer" | "export_customer_data" => json!({"purpose": "review"}),
        "ask_customer_wallet" => {
            json!({"reference_key": REFERENCE, "address": wallet(77), "chain_id": 31337})
        }
        "link_customer_wallet" => json!({"reference_key": REFERENCE, "address": wallet(77)}),
        "create_link" => json!({"check": false, "investor": investor}),
        "create_links" => json!({"links": [{"check": false, "investor": investor}]}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn two_of_three_cut_an_authority_off_with_all_its_investors() {
    let server = Server::start().await;
    server.federation().await;
    let bafin = server.key_for(1).await;
    let german = investor(&server.verify_as(&bafin, 1, "DE").await);
    assert!(server.wallet_is_verified(1).await);

    let (ada, ben) = (server.key_of("ada").await, server.key_of("ben").await);
    let restrict = "/v1/authorities/1/restrict";
    let proposed = server.post_as(&ada, restrict, json!({})).await.expect(202);
    assert_eq!(proposed["state"], "open");
    assert_eq!(proposed["approvals_missing"], 1);
    assert!(server.wallet_is_verified(1).await);

    let approve = format!("/v1/proposals/{}/approve", proposed["proposal"]);
    let reply = server.post(&approve, json!({})).await;
    reply.problem(403, "no_person");
    let reply = server.post_as(&ada, &approve, json!({})).await;
    reply.problem(409, "approved_already");
    let done = server.post_as(&ben, &approve, json!({})).await.expect(200);
    assert_eq!(done["state"], "carried_out");
    assert_eq!(done["authority"]["restricted"], true);

    assert!(!server.wallet_is_verified(1).await);
    let report = server.get(&format!("/v1/wallets/{}", wallet(1))).await;
    let report = report.expect(200);
    assert_eq!(report["reasons"][0]["code"], "authority_restricted");
    assert_eq!(report["investor"]["verified"], false);
    let shown = server.get(&format!("/v1/investors/{german}")).await;
    assert_eq!(shown.expect(200)["verified"], false);
    let csv = server.get("/v1/exports/investors.csv").await;
    assert!(csv.text.contains(",verified,,false,"), "{}", csv.text);
    let question = json!({"operation": "mint", "to": wallet(1)});
    let checked = server.post("/v1/operations/check", question).await;
    assert_eq!(checked.expect(200)["allowed"], false);
    let refused = server.verify_as(&bafin, 3, "DE").await.expect(200);
    assert_eq!(refused["results"][0]["code"], "authority_restricted");

    let listed = server.get("/v1/proposals").await.expect(200);
    assert_eq!(listed["data"][0]["state"], "carried_out");
    assert_eq!(listed["data"][0]["approvals"], json!(["ada", "ben"]));
}

#[tokio::test]
async fn the_owner_puts_another_authority_in_charge() {
    let server = Server::start().await;
    for (name, country) in [("bafin", "DE"), ("finma", "CH")] {
        let body = json!({"name": name, "countries": [country]});
        server.post("/v1/authorities", body).await.expect(200);
    }
    let bafin = server.key_for(1).await;
    let german = investor(&server.verify_as(&bafin, 1, "DE").await);
    server
        .post("/v1/authorities/1/restrict", json!({}))
        .await
        .expect(200);

    let charge = json!({"investors": [german]});
    let path = "/v1/authorities/2/investors";
    let reply = server.post(path, charge.clone()).await;
    let problem = reply.problem(403, "outside_jurisdiction");
    assert!(problem["detail"].as_str().unwrap().contains(&german));

    let both = json!({"countries": ["CH", "DE"]});
    let countries = server.post("/v1/authorities/2/countries", both).await;
    assert_eq!(
        countries.expect(200)["authority"]["countries"],
        json!(["CH", "DE"])
    );
    server.post(path, charge).await.expect(200);
    assert!(server.wallet_is_verified(1).await);
    let shown = server.get(&format!("/v1/investors/{german}")).await;
    assert_eq!(shown.expect(200)["authority"], 2);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_remedy() {
    let server = Server::start().await;
    server
        .post(
            "/v1/authorities",
            json!({"name": "bafin", "countries": ["DE"]}),
        )
        .await
        .expect(200);
    for (path, body, status, code) in [
        (
            "/v1/authorities",
            json!({"name": "bafin", "countries": []}),
            409,
            "name_taken",
        ),
        (
            "/v1/authorities",
            json!({"name": "Ba Fin", "countries": ["Germany"]}),
            422,
            "invalid_fields",
        ),
        (
            "/v1/authorities/9/restrict",
            json!({}),
            404,
            "unknown_authority",
        ),
        ("/v1/authorities/0/restrict", json!({}), 409, "is_owner"),
        (
            "/v1/authorities/300/restrict",
            json!({}),
            400,
            "invalid_parameter",
        ),
        ("/v1/authorities/1/reinstate", json!({}), 409, "already_so"),
        (
            "/v1/authorities/1/investors",
            json!({"investors": []}),
            422,
            "investors_out_of_range",
        ),
        (
            "/v1/approval-policy",
            json!({"approvers": ["ada"], "required": 2}),
            422,
            "policy_out_of_range",
        ),
        (
            "/v1/proposals/1/approve",
            json!({}),
            404,
            "unknown_proposal",
        ),
    ] {
        server.post(path, body).await.problem(status, code);
    }
}

#[tokio::test]
async fn a_proposal_waits_no_longer_than_it_may() {
    let server = Server::start().await;
    server.federation().await;
    let (ada, ben) = (server.key_of("ada").await, server.key_of("ben").await);
    let path = "/v1/authorities/1/restrict";
    let far = json!({"lapses": "2099-01-01"});
    let reply = server.post_as(&ada, path, far).await;
    reply.problem(422, "lapse_too_far");
    let proposed = server.post_as(&ada, path, json!({})).await.expect(202);
    let id = &proposed["proposal"];
    server
        .clock
        .advance(std::time::Duration::from_secs(8 * 86_400));
    let approve = format!("/v1/proposals/{id}/approve");
    let reply = server.post_as(&ben, &approve, json!({})).await;
    reply.problem(409, "proposal_over");
    let shown = server.get(&format!("/v1/proposals/{id}")).await;
    assert_eq!(shown.expect(200)["state"], "lapsed");
}

#[tokio::test]
async fn only_the_proposer_cancels() {
    let server = Server::start().await;
    server.federation().await;
    let (ada, ben) = (server.key_of("ada").await, server.key_of("ben").await);
    let path = "/v1/authorities/1/restrict";
    let proposed = server.post_as(&ada, path, json!({})).await.expect(202);
    let id = &proposed["proposal"];
    let cancel = format!("/v1/proposals/{id}/cancel");
    let reply = server.post_as(&ben, &cancel, json!({})).await;
    reply.problem(403, "not_proposer");
    let withdraw = format!("/v1/proposals/{id}/withdraw");
    let withdrawn = server.post_as(&ada, &withdraw, json!({})).await.expect(202);
    assert_eq!(withdrawn["approvals_missing"], 2);
    let cancelled = server.post_as(&ada, &cancel, json!({})).await.expect(200);
    assert_eq!(cancelled["state"], "cancelled");
}
