//! A repeated POST is carried out once.

use axum::http::Method;
use serde_json::json;

use crate::harness::{Server, request, wallet};

/// What happened after the server's key was made.
const AFTER_THE_KEY: &str = "/v1/events?after=1";

#[tokio::test]
async fn the_same_request_gets_the_same_answer() {
    let server = Server::start().await;
    let body = json!({"kind": "natural_person", "wallets": [{"address": wallet(1)}]});
    let first = server
        .post_once("key-1", "/v1/investors", body.clone())
        .await;
    let made = first.expect(201);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let second = server
        .post_once("key-1", "/v1/investors", body.clone())
        .await;
    assert_eq!(second.expect(201), made);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(
        server.get(AFTER_THE_KEY).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let server = Server::start().await;
    let person = json!({"kind": "natural_person"});
    let id = server
        .post_once("key-1", "/v1/investors", person.clone())
        .await
        .expect(201)["id"]
        .clone();
    let reused = "idempotency_key_reused";
    let other = server
        .post_once("key-1", "/v1/investors", json!({"kind": "legal_entity"}))
        .await;
    other.problem(422, reused);
    let freeze = format!("/v1/investors/{}/freeze", id.as_str().unwrap());
    server
        .post_once("key-1", &freeze, json!(null))
        .await
        .problem(422, reused);
    server
        .post_once("key 1", "/v1/investors", person)
        .await
        .problem(400, "invalid_parameter");
}

#[tokio::test]
async fn requests_that_come_together_are_carried_out_once() {
    let server = Server::start().await;
    let body = json!({"kind": "natural_person", "external_id": "CRM-1"});
    let answers = futures::future::join_all(
        (0..8).map(|_| server.post_once("key-1", "/v1/investors", body.clone())),
    )
    .await;
    let replayed = answers
        .iter()
        .filter(|answer| answer.headers.contains_key("idempotency-replayed"));
    assert_eq!(replayed.count(), 7);
    assert!(answers.iter().all(|answer| answer.text == answers[0].text));
    assert_eq!(
        server.get(AFTER_THE_KEY).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again() {
    let server = Server::start().await;
    let id = server.register(&[]).await;
    let revoke = format!("/v1/investors/{id}/revocations");
    let body = json!({"reason": "mistake"});
    server
        .post_once("key-1", &revoke, body.clone())
        .await
        .problem(409, "wrong_status");
    let verify =
        json!({"level": "basic", "country": "DE", "attestation": crate::harness::attestation()});
    server
        .post(&format!("/v1/investors/{id}/verifications"), verify)
        .await
        .expect(200);
    server.post_once("key-1", &revoke, body).await.expect(200);
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_nothing() {
    let server = Server::start().await;
    let issuer = crate::harness::ACME.parse().unwrap();
    // The request waits for the issuer's lock, and its server dies there.
    let lock = server.state.store.begin(&issuer).await.unwrap();
    let body = json!({"kind": "natural_person"});
    let request = server.post_once("key-1", "/v1/investors", body.clone());
    let died = tokio::time::timeout(std::time::Duration::from_millis(300), request).await;
    assert!(died.is_err());
    drop(lock);
    let answer = server.post_once("key-1", "/v1/investors", body).await;
    answer.expect(201);
    assert!(!answer.headers.contains_key("idempotency-replayed"));
    assert_eq!(
        server.get(AFTER_THE_KEY).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_question_under_a_key_is_answered_the_same() {
    let server = Server::start().await;
    let body = json!({"operation": "mint", "to": wallet(1)});
    let before = server
        .post_once("key-1", "/v1/operations/check", body.clone())
        .await
        .expect(200);
    server.verified(&[wallet(1)]).await;
    let after = server
        .post_once("key-1", "/v1/operations/check", body.clone())
        .await
        .expect(200);
    assert_eq!(before, after);
    assert_eq!(
        server.post("/v1/operations/check", body).await.expect(200)["allowed"],
        true
    );
}

/// Nor may anybody learn by a conflict which keys others have used.
#[tokio::test]
async fn a_key_that_others_used_is_as_good_as_new() {
    let server = Server::start().await;
    server.federation().await;
    let (bafin, finma) = (server.key_for(1).await, server.key_for(2).await);
    let (ada, ben) = (server.key_of("ada").await, server.key_of("ben").await);
    let mut made = std::collections::BTreeSet::new();
    for (place, key) in (0..).zip([&server.key, &bafin, &finma, &ada, &ben]) {
        let body = json!({"kind": "natural_person", "wallets": [{"address": wallet(place)}]});
        let post = || request(key, Method::POST, "/v1/investors", &body, Some("key-1"));
        let first = server.send(post()).await;
        let id = first.expect(201)["id"].to_string();
        assert!(!first.headers.contains_key("idempotency-replayed"));
        assert!(made.insert(id.clone()), "somebody else's answer");
        let second = server.send(post()).await;
        assert_eq!(second.expect(201)["id"].to_string(), id);
        assert_eq!(second.headers["idempotency-replayed"], "true");
    }
}
