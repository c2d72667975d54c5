//! A repeated POST is carried out once.

use axum::http::Method;
use serde_json::json;

use crate::{
    harness::{Server, request, wallet},
    renewals::sending,
};

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

/// What the first request made, or what became of its subject since, is no reason to refuse
/// the same request.
#[tokio::test]
async fn what_came_since_takes_no_answer_away() {
    let server = sending().await;
    server.instance("emea").await;
    let (investor, another) = (server.register(&[]).await, server.register(&[]).await);
    let profile = format!("/v1/investors/{investor}/profile");
    let email = json!({"email": "jane@example.com"});
    server.post(&profile, email.clone()).await.expect(200);
    let customers = "/v1/instances/emea/customers";
    let customer = server.customer("emea", json!({"investor": investor})).await;
    let customer = format!("{customers}/{}", customer["id"].as_str().unwrap());
    let links = format!("{customer}/links");
    let sent = json!({"check": false, "send": true});
    let link = server.post(&links, sent.clone()).await.expect(201);
    let resend = format!("{links}/{}/resend", link["id"].as_str().unwrap());

    let fresh = json!({"check": false, "external_id": "CRM-1"});
    let requests = [
        ("/v1/links", fresh.clone()),
        (
            "/v1/links/batch",
            json!({"links": [{"check": false, "external_id": "CRM-2"}]}),
        ),
        (links.as_str(), sent),
        (&resend, json!({})),
        (
            customers,
            json!({"investor": another, "external_id": "C-1"}),
        ),
        (&format!("{customer}/data"), json!({"data": {"tier": 2}})),
        (&format!("{customer}/notes"), json!({"text": "called back"})),
        (&profile, email),
    ];
    let ask = async |place: usize| {
        let (path, body) = &requests[place];
        let reply = server
            .post_once(&format!("key-{place}"), path, body.clone())
            .await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text);
        let replayed = reply.headers.contains_key("idempotency-replayed");
        (reply.json(), replayed)
    };
    let mut first = Vec::new();
    for place in 0..requests.len() {
        let (answer, replayed) = ask(place).await;
        assert!(!replayed);
        first.push(answer);
    }
    let forgotten = json!({"email": null});
    server.post(&profile, forgotten).await.expect(200);
    let archive = format!("{customer}/archive");
    server.post(&archive, json!({})).await.expect(200);
    for gone in [&investor, &another] {
        server.erase_at_once(gone).await;
    }
    for (place, first) in first.iter().enumerate() {
        assert_eq!(ask(place).await, (first.clone(), true));
    }
    assert!(first[0]["url"].is_string() && first[1]["results"][0]["link"]["url"].is_string());
    // Under another key it is another request.
    let other = server.post_once("other", "/v1/links", fresh).await;
    other.problem(409, "investor_exists");
}
