//! The stand-ins keep to what the vendors document, seen from outside.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use symbolon_sandbox::provider::{
    FakeSumsub, Order, SumsubOptions, VendorClock, Verdict, WebhookFault,
};

const SECRET: &str = "test-secret-key-0001";

/// An account at the second for which the signatures below were computed elsewhere.
async fn fake() -> FakeSumsub {
    let options = SumsubOptions {
        secret: SECRET.to_owned(),
        clock: VendorClock::manual(1_700_000_000_000),
        ..SumsubOptions::default()
    };
    FakeSumsub::start(options).await.unwrap()
}

fn request(method: &str, url: String, signature: &str) -> reqwest::RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client
        .request(method.parse().unwrap(), url)
        .header("X-App-Token", "token")
        .header("X-App-Access-Ts", "1700000000")
        .header("X-App-Access-Sig", signature)
}

#[tokio::test]
async fn provider_requests_are_signed_as_documented() {
    let fake = fake().await;
    let body = r#"{"userId":"u-1","levelName":"basic-kyc-level","ttlInSecs":600}"#;
    let url = format!("{}/resources/accessTokens/sdk", fake.url());
    let right = "7b11a2197c89c1457125f4fcfdc4f852079b680cf1ad9d959415b59a0b747e40";
    let asked = request("POST", url.clone(), right).header("content-type", "application/json");
    let answer = asked.body(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer["userId"], "u-1");

    let altered = request("POST", url, right).body(body.replace("600", "900"));
    assert_eq!(altered.send().await.unwrap().status(), 401);

    let path = "/resources/applicants/-;externalUserId=u-1/one";
    let right = "75f977d1609629ddd8f7b24595efc4ea68fedf8e2beace6232685d190161459b";
    let asked = request("GET", format!("{}{path}", fake.url()), right);
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 404, "signed rightly, and nobody is there");
    assert_eq!(answer.headers()["date"], "Tue, 14 Nov 2023 22:13:20 GMT");
}

#[tokio::test]
async fn provider_webhooks_return_what_the_receiver_answered() {
    let received: Arc<Mutex<Vec<String>>> = Arc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let book = Arc::clone(&received);
    let router = Router::new().route(
        "/hook",
        post(async move |body: String| {
            let mut book = book.lock().unwrap();
            book.push(body);
            if book.len() == 1 {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::NO_CONTENT
            }
        }),
    );
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let fake = fake().await;
    fake.send_webhooks_to(url);
    let applicant = made(&fake).await;
    let statuses = |deliveries: Vec<symbolon_sandbox::provider::Delivery>| -> Vec<_> {
        deliveries.into_iter().map(|one| one.status).collect()
    };
    let told = fake.review(&applicant, Verdict::Green).await.unwrap();
    assert_eq!(
        statuses(told),
        [Some(204)],
        "the first was that it was made"
    );
    fake.faults().on_webhook(WebhookFault::Duplicated);
    let told = fake.hold(&applicant).await.unwrap();
    assert_eq!(statuses(told), [Some(204), Some(204)]);
    fake.faults().hold();
    assert!(fake.reset(&applicant).await.unwrap().is_empty());
    assert!(fake.deactivate(&applicant).await.unwrap().is_empty());
    let told = fake.release(Order::Reversed).await;
    let events: Vec<_> = told.iter().map(|one| one.webhook.event.as_str()).collect();
    assert_eq!(events, ["applicantDeactivated", "applicantReset"]);
    assert_eq!(received.lock().unwrap().len(), 6);
    server.abort();
    assert!(fake.review("nobody", Verdict::Green).await.is_err());
}

#[tokio::test]
async fn whoever_runs_the_provider_can_have_somebody_found_on_a_list() {
    let fake = fake().await;
    made(&fake).await;
    let hit = async |customer: &str| {
        let path = format!("/stand-in/applicants/{customer}/monitoring-hit");
        let request = request("POST", format!("{}{path}", fake.url()), "");
        request.send().await.unwrap().status()
    };
    assert_eq!(hit("u-1").await, 204);
    assert_eq!(hit("nobody").await, 404);
    let path = "/resources/applicants/-;externalUserId=u-1/one";
    let right = hmac(&format!("1700000000GET{path}"));
    let asked = request("GET", format!("{}{path}", fake.url()), &right);
    let found: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
    let labels = &found["review"]["reviewResult"]["rejectLabels"];
    assert_eq!(labels, &serde_json::json!(["SANCTIONS"]), "{found}");
}

/// By the link, as a person's browser does it.
async fn made(fake: &FakeSumsub) -> String {
    let body = r#"{"userId":"u-1","levelName":"basic-kyc-level","ttlInSecs":600}"#;
    let path = "/resources/sdkIntegrations/levels/-/websdkLink";
    let told = format!("1700000000POST{path}{body}");
    let asked = request("POST", format!("{}{path}", fake.url()), &hmac(&told));
    let asked = asked.header("content-type", "application/json").body(body);
    let answer: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
    let link = answer["url"].as_str().unwrap();
    let page = reqwest::get(link).await.unwrap().text().await.unwrap();
    assert!(page.contains(r#"<label for="given_names">"#), "{page}");
    fake.applicant_of("u-1").unwrap()
}

fn hmac(text: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};

    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
