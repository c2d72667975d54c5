//! Batches: a result for each entry.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{Server, attestation, wallet};

async fn verify(server: &Server, entries: Value) -> Value {
    let body = json!({"attestation": attestation(), "entries": entries});
    server
        .post("/v1/verifications/batch", body)
        .await
        .expect(200)
}

#[tokio::test]
async fn a_bad_entry_never_loses_the_good_ones() {
    let server = Server::start().await;
    let result = verify(
        &server,
        json!([
            {"wallet": wallet(1), "country": "DE"},
            {"wallet": wallet(2), "country": "XK"},
            {"wallet": wallet(3), "country": "DE", "expire": "2027-01-01"},
            {"wallet": 4, "country": "DE"},
            "Alice Meyer",
            {"wallet": wallet(5), "country": "US", "investor_type": "institutional",
             "external_id": "CRM-5", "expiry": "2027-12-31"},
        ]),
    )
    .await;
    assert_eq!((&result["ok"], &result["refused"]), (&json!(2), &json!(4)));
    let codes: Vec<_> = result["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["code"].as_str().unwrap_or("ok"))
        .collect();
    assert_eq!(
        codes,
        [
            "ok",
            "no_numeric_code",
            "unknown_field",
            "wrong_type",
            "wrong_type",
            "ok"
        ]
    );
    assert!(!result.to_string().contains("Alice"));
    assert_eq!(result["results"][1]["index"], 1);
    assert_eq!(result["results"][1]["errors"][0]["field"], "country");
    let found = server
        .get("/v1/investors?external_id=CRM-5")
        .await
        .expect(200);
    let verdict = &found["data"][0]["verdict"];
    assert_eq!(verdict["level"], "corporate");
    assert_eq!(verdict["us_person"], true);
    assert_eq!(found["data"][0]["kind"], "legal_entity");
}

#[tokio::test]
async fn the_same_batch_again_changes_nothing() {
    let server = Server::start().await;
    let entries = json!([{"wallet": wallet(1), "country": "DE"}]);
    let first = verify(&server, entries.clone()).await;
    assert_eq!(first["results"][0]["changed"], true);
    let second = verify(&server, entries).await;
    assert_eq!(second["results"][0]["changed"], false);
    assert_eq!(
        second["results"][0]["investor"],
        first["results"][0]["investor"]
    );
}

#[tokio::test]
async fn entries_of_one_reference_are_one_customer() {
    let server = Server::start().await;
    let result = verify(
        &server,
        json!([
            {"wallet": wallet(1), "country": "DE", "external_id": "CRM-1"},
            {"wallet": wallet(2), "country": "DE", "external_id": "CRM-1"},
        ]),
    )
    .await;
    assert_eq!(
        result["results"][0]["investor"],
        result["results"][1]["investor"]
    );
    let found = server
        .get("/v1/investors?external_id=CRM-1")
        .await
        .expect(200);
    assert_eq!(found["data"][0]["wallets"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_batch_revokes_by_any_name_and_gives_nothing_back() {
    let server = Server::start().await;
    verify(
        &server,
        json!([
            {"wallet": wallet(1), "country": "DE"},
            {"wallet": wallet(2), "country": "DE", "external_id": "CRM-2"},
        ]),
    )
    .await;
    let third = server.verified(&[wallet(3)]).await;
    let entries = json!([
        {"wallet": wallet(1), "reason": "mistake"},
        {"external_id": "CRM-2", "reason": "departure"},
        {"investor": third, "reason": "sanctions"},
        {"wallet": wallet(9), "reason": "mistake"},
        {"wallet": wallet(1), "external_id": "CRM-2", "reason": "mistake"},
        {"investor": "0x1", "reason": "mistake"},
        {"wallet": wallet(1), "reason": "bad mood"},
    ]);
    let result = server
        .post("/v1/revocations/batch", json!({"entries": entries}))
        .await
        .expect(200);
    assert_eq!(
        (&result["ok"], &result["refused"]),
        (&json!(3), &json!(4)),
        "{result}"
    );
    let codes: Vec<_> = result["results"]
        .as_array()
        .unwrap()
        .iter()
        .skip(3)
        .map(|entry| entry["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes[1..],
        ["ambiguous_subject", "bad_investor_id", "unknown_value"]
    );

    let again = verify(&server, json!([{"wallet": wallet(1), "country": "DE"}])).await;
    assert_eq!(again["results"][0]["code"], "revoked");
}

#[tokio::test]
async fn a_batch_has_one_to_five_hundred_entries() {
    let server = Server::start().await;
    for count in [0, 501] {
        let entries: Vec<_> = (0..count)
            .map(|n| json!({"wallet": wallet(n), "country": "DE"}))
            .collect();
        let body = json!({"attestation": attestation(), "entries": entries});
        let problem = server
            .post("/v1/verifications/batch", body)
            .await
            .problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "entries");
    }
    let entries: Vec<_> = (0..500)
        .map(|n| json!({"wallet": wallet(n), "country": "DE"}))
        .collect();
    let result = verify(&server, json!(entries)).await;
    assert_eq!(result["ok"], 500);
    let entries: Vec<_> = (0..500)
        .map(|n| json!({"wallet": wallet(n), "reason": "mistake"}))
        .collect();
    let body = json!({"entries": entries});
    let reply = server
        .call_as(&server.key, Method::POST, "/v1/revocations/batch", body)
        .await;
    assert_eq!(reply.expect(200)["ok"], 500);
}
