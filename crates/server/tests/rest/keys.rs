//! API keys.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::Value;

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
