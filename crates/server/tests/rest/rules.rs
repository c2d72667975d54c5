//! Transfer rules: announced, blocked at once, withdrawn.

use serde_json::{Value, json};

use crate::harness::{Server, attestation};

impl Server {
    async fn rule_of(&self, country: Value) -> Value {
        let rules = self.get("/v1/rules").await;
        let rules = rules.expect(200)["data"].as_array().unwrap().clone();
        let found = rules.into_iter().find(|rule| rule["country"] == country);
        found.unwrap_or(Value::Null)
    }
}

#[tokio::test]
async fn a_block_holds_at_once_and_all_else_is_announced() {
    let server = Server::start().await;
    let body = json!({
        "others": {"least_level": "basic"},
        "countries": {"USA": {"least_accreditation": "qualified"}, "KP": {"admission": "blocked"}},
    });
    let done = server.post("/v1/rules", body.clone()).await;
    assert_eq!(done.expect(200)["state"], "carried_out");
    assert_eq!(
        server.rule_of(json!("KP")).await["rule"]["admission"],
        "blocked"
    );
    let us = server.rule_of(json!("US")).await;
    assert_eq!(us["rule"], Value::Null);
    assert_eq!(us["announced"]["rule"]["least_accreditation"], "qualified");
    let others = server.rule_of(Value::Null).await;
    assert_eq!(others["rule"]["least_level"], Value::Null);
    assert_eq!(others["announced"]["rule"]["least_level"], "basic");
    let again = server.post("/v1/rules", body).await;
    assert_eq!(again.expect(409)["code"], "already_so");
}

#[tokio::test]
async fn what_is_announced_is_withdrawn() {
    let server = Server::start().await;
    let body =
        json!({"countries": {"US": {"no_us_persons": true}, "KP": {"admission": "blocked"}}});
    server.post("/v1/rules", body).await.expect(200);
    let blocked = json!({"countries": ["KP"]});
    let refused = server.post("/v1/rules/withdraw", blocked).await;
    assert_eq!(refused.expect(409)["code"], "already_so", "a block holds");
    let body = json!({"countries": ["US"]});
    server.post("/v1/rules/withdraw", body).await.expect(200);
    assert_eq!(server.rule_of(json!("US")).await, Value::Null);
}

#[tokio::test]
async fn persons_are_verified_as_rules_ask_once_they_hold() {
    let server = Server::start().await;
    let asked = json!({"least_age": 21, "residencies": ["citizen", "permanent_resident"]});
    let body = json!({"countries": {"DE": asked}});
    server.post("/v1/rules", body).await.expect(200);
    let id = server.verified(&[]).await;
    let two_days = std::time::Duration::from_secs(2 * 86_400);
    server.clock.advance(two_days);
    let held = server.rule_of(json!("DE")).await["rule"].clone();
    assert_eq!(
        (&held["least_age"], &held["residencies"]),
        (&asked["least_age"], &asked["residencies"])
    );
    let path = format!("/v1/investors/{id}/verifications");
    let mut body = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    let refused = server.post(&path, body.clone()).await;
    assert!(
        refused.text.contains("an age of at least 21"),
        "{}",
        refused.text
    );
    refused.problem(422, "rule_unmet");
    body["least_age"] = json!(21);
    body["residency"] = json!("temporary_resident");
    server
        .post(&path, body.clone())
        .await
        .problem(422, "rule_unmet");
    body["residency"] = json!("citizen");
    let verified = server.post(&path, body.clone()).await.expect(200);
    let verdict = &verified["verdict"];
    assert_eq!(
        (&verdict["least_age"], &verdict["residency"]),
        (&json!(21), &json!("citizen"))
    );
    body["least_age"] = json!(131);
    server
        .post(&path, body)
        .await
        .problem(422, "invalid_fields");
}

#[tokio::test]
async fn each_mistake_is_named() {
    let server = Server::start().await;
    let body = json!({"countries": {"XX": {}, "US": {"holder_cap": 0, "least_age": 0}}});
    let refused = server.post("/v1/rules", body).await;
    let errors = refused.expect(422)["errors"].as_array().unwrap().clone();
    let fields: Vec<_> = errors.iter().map(|error| error["field"].clone()).collect();
    assert_eq!(
        fields,
        [
            "countries.US.holder_cap",
            "countries.US.least_age",
            "countries.XX"
        ]
    );
}

#[tokio::test]
async fn rules_wait_for_approvals_like_whatever_the_owner_does() {
    let server = Server::start().await;
    server.federation().await;
    let ada = server.key_of("ada").await;
    let body = json!({"countries": {"KP": {"admission": "blocked"}}});
    let path = "/v1/rules";
    let reply = server
        .call_as(&ada, axum::http::Method::POST, path, body)
        .await;
    let proposal = reply.expect(202)["proposal"].to_string();
    assert_eq!(server.rule_of(json!("KP")).await, Value::Null);
    let ben = server.key_of("ben").await;
    let path = format!("/v1/proposals/{proposal}/approve");
    let approved = server.call_as(&ben, axum::http::Method::POST, &path, json!({}));
    assert_eq!(approved.await.expect(200)["state"], "carried_out");
    assert_eq!(
        server.rule_of(json!("KP")).await["rule"]["admission"],
        "blocked"
    );
}
