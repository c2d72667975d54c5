//! API keys.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

use crate::harness::{ACME, Server};

#[tokio::test]
async fn without_a_valid_key_nothing_is_shown() {
    let server = Server::start().await;
    let unknown = format!("sym_{ACME}_{}", "0".repeat(64));
    for key in ["", "nonsense", &unknown] {
        let reply = server
            .call_as(key, Method::GET, "/v1/investors", Value::Null)
            .await;
        let problem = reply.problem(401, "unauthorized");
        assert!(
            reply.headers["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer")
        );
        assert!(!problem.to_string().contains(&unknown));
    }
    let request = Request::get("/v1/investors").body(Body::empty()).unwrap();
    server.send(request).await.problem(401, "unauthorized");
    let request = Request::get("/v1/status").header("X-API-Key", &server.key);
    server
        .send(request.body(Body::empty()).unwrap())
        .await
        .expect(200);
}

#[tokio::test]
async fn a_revoked_key_works_no_longer_than_the_cache() {
    let server = Server::start().await;
    let key = server.api_key(ACME, "temporary").await;
    let look = async || {
        server
            .call_as(&key, Method::GET, "/v1/status", Value::Null)
            .await
    };
    look().await.expect(200);
    server.revoke_key("temporary").await;
    look().await.expect(200);
    server.clock.advance(Duration::from_secs(5));
    look().await.problem(401, "unauthorized");
}

#[tokio::test]
async fn the_log_shows_the_keys_of_authorities_and_approvers() {
    let server = Server::start().await;
    server.federation().await;
    let after = server.get("/v1/status").await.expect(200)["log_entries"].clone();
    let keys = [server.key_for(1).await, server.key_of("ada").await];
    server.api_key(ACME, "ordinary").await;
    server.revoke_key("ada").await;
    let shown = server.get(&format!("/v1/events?after={after}")).await;
    for key in keys {
        assert!(!shown.text.contains(key.rsplit('_').next().unwrap()));
    }
    let shown = shown.expect(200);
    let events: Vec<_> = shown["data"].as_array().unwrap().iter().collect();
    let told: Vec<_> = events.iter().map(|event| &event["type"]).collect();
    let granted = "ApiKeyGranted";
    assert_eq!(told, [granted, granted, granted, "ApiKeyRevoked"]);
    assert_eq!(events[0]["data"]["authority"], 1);
    assert_eq!(events[1]["data"]["person"], "ada");
    assert_eq!(events[2]["data"]["name"], "ordinary");
    assert_eq!(events[1]["data"], events[3]["data"]);
    for event in events {
        assert_eq!(
            (&event["actor"], &event["investor"]),
            (&json!("cli:olga"), &json!(null))
        );
        let id = event["data"]["key"].as_str().unwrap();
        assert_eq!((id.len(), &id[..2]), (34, "0x"));
    }
}

/// The server knows a key for some seconds more; the register does not.
#[tokio::test]
async fn a_revoked_key_approves_nothing_though_the_server_still_knows_it() {
    let server = Server::start().await;
    server.federation().await;
    let proposal = server.proposal().await;
    let ben = server.key_of("ben").await;
    let path = format!("/v1/proposals/{proposal}");
    let seen = server.call_as(&ben, Method::GET, &path, Value::Null).await;
    seen.expect(200);
    server.revoke_key("ben").await;
    let approve = format!("{path}/approve");
    let reply = server.call_as(&ben, Method::POST, &approve, json!({}));
    reply.await.problem(403, "key_revoked");
    let seen = server.get(&path).await.expect(200);
    assert_eq!(
        (&seen["state"], &seen["approvals"]),
        (&json!("open"), &json!(["ada"]))
    );
}
