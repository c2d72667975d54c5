//! Whatever goes wrong is a problem with a page.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use symbolon_server::{ServerConfig, problem::catalog};

use crate::harness::{Server, wallet};

fn raw(server: &Server, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/v1/investors")
        .header(header::AUTHORIZATION, format!("Bearer {}", server.key))
        .header(header::CONTENT_TYPE, content_type)
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let server = Server::start().await;
    let json = "application/json";
    let problem = server
        .send(raw(&server, json, "{\"kind\":"))
        .await
        .problem(400, "malformed_body");
    assert_eq!(problem["errors"][0]["code"], "no_json");
    let body = r#"{"kind":"natural_person","wallets":[{"address":7}]}"#;
    let problem = server
        .send(raw(&server, json, body))
        .await
        .problem(400, "malformed_body");
    assert_eq!(problem["errors"][0]["field"], "wallets[0].address");
    let body = r#"{"kind":"natural_person","extrenal_id":"Alice"}"#;
    let reply = server.send(raw(&server, json, body)).await;
    assert_eq!(
        reply.problem(400, "malformed_body")["errors"][0]["field"],
        "extrenal_id"
    );
    assert!(!reply.text.contains("Alice"));
    let problem = server
        .send(raw(&server, json, ""))
        .await
        .problem(400, "malformed_body");
    assert_eq!(problem["errors"][0]["field"], "kind");
    server
        .send(raw(&server, "text/plain", "{}"))
        .await
        .problem(415, "unsupported_media_type");
    let large = format!("{{\"kind\":\"{}\"}}", "x".repeat(70 * 1024));
    server
        .send(raw(&server, json, large))
        .await
        .problem(413, "body_too_large");
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist() {
    let server = Server::start().await;
    server.get("/v1/nothing").await.problem(404, "no_route");
    let reply = server.delete("/v1/investors").await;
    reply.problem(405, "method_not_allowed");
    let allow = reply.headers[header::ALLOW].to_str().unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    let problem = server
        .get("/v1/investors?statuz=verified")
        .await
        .problem(400, "invalid_parameter");
    assert_eq!(problem["errors"][0]["field"], "statuz");
    let problem = server
        .get("/v1/investors?country=Alice")
        .await
        .problem(400, "invalid_parameter");
    assert!(!problem.to_string().contains("Alice"));
    let mistyped = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAEd";
    let problem = server
        .get(&format!("/v1/wallets/{mistyped}"))
        .await
        .problem(400, "invalid_parameter");
    assert!(problem["detail"].as_str().unwrap().contains("checksum"));
}

#[tokio::test]
async fn a_database_that_is_away_and_a_deadline_that_passes() {
    let server = Server::with(ServerConfig {
        request_timeout: std::time::Duration::from_millis(200),
        ..ServerConfig::default()
    })
    .await;
    let issuer = crate::harness::ACME.parse().unwrap();
    let lock = server.state.store.begin(&issuer).await.unwrap();
    server
        .post("/v1/investors", json!({"kind": "natural_person"}))
        .await
        .problem(408, "timeout");
    drop(lock);
    server.get("/health/ready").await.expect(200);
    server.state.store.close().await;
    let reply = server.get(&format!("/v1/wallets/{}", wallet(1))).await;
    let body = reply.json();
    assert!(reply.status.is_server_error());
    assert!(!body["detail"].as_str().unwrap().contains("pool"), "{body}");
    server
        .get("/health/ready")
        .await
        .problem(503, "unavailable");
    server.get("/health/live").await.expect(200);
}

#[tokio::test]
async fn every_problem_has_a_page() {
    let server = Server::start().await;
    for kind in catalog::ALL {
        let page = server.get(&format!("/problems/{}", kind.code)).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(kind.code), "{}", kind.code);
        assert!(page.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    }
    server
        .get("/problems/boredom")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_request_keeps_its_own_id_where_it_is_plain() {
    let server = Server::start().await;
    let with_id = |id: &str| {
        Request::get("/health/live")
            .header("X-Request-Id", id)
            .body(Body::empty())
            .unwrap()
    };
    let kept = server.send(with_id("trace-7")).await;
    assert_eq!(kept.headers["x-request-id"], "trace-7");
    let replaced = server.send(with_id("a b")).await;
    assert_ne!(replaced.headers["x-request-id"], "a b");
    let reply = server
        .call_as(&server.key, Method::GET, "/v1/status", Value::Null)
        .await;
    assert_eq!(reply.headers["cache-control"], "no-store");
}
