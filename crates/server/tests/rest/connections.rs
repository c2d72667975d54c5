//! Whoever holds the issuer's lock asks for no second connection: those who
//! have them may be waiting for the lock.

use axum::http::Method;
use serde_json::json;

use crate::harness::{Server, wallet};

/// With a single connection such a request would wait for itself.
#[tokio::test]
async fn one_connection_is_enough_for_every_request() {
    let server = Server::with_connections(1).await;
    let id = server.verified(&[wallet(1)]).await;
    let restriction = format!("/v1/investors/{id}/restriction");
    for method in [Method::PUT, Method::DELETE] {
        for time in ["first", "again, where all is so already"] {
            let answer = server
                .call_as(&server.key, method.clone(), &restriction, json!(null))
                .await;
            assert_eq!(answer.status, 200, "{method} {time}: {}", answer.text);
        }
    }
    let question = json!({"operation": "mint", "to": wallet(1)});
    let checked = server.post_once("key-1", "/v1/operations/check", question);
    checked.await.expect(200);
    let file = format!("wallet,country\n{},DE\n", wallet(2));
    let job = server.upload("", file).await.expect(202);
    server.finished(job["id"].as_str().unwrap()).await;
}
