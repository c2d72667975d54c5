//! Chains, events, exports, the numbers, the column map.

use std::time::Duration;

use serde_json::json;
use symbolon_core::{ids::ChainId, time::UnixSeconds};
use symbolon_store::ChainStatus;

use crate::harness::{ACME, NOW, Server, attestation, wallet};

#[tokio::test]
async fn a_chain_shows_how_far_it_is() {
    let server = Server::start().await;
    server.add_chain(ACME, 31337).await;
    server.verified(&[wallet(1)]).await;
    let status = ChainStatus {
        head_block: Some(120),
        head_time: Some(UnixSeconds(NOW.0 - 3)),
        finalized_block: Some(100),
        signer_balance_wei: Some(10_u128.pow(22)),
        last_error: Some("the node is away".to_owned()),
        updated: Some(NOW),
        ..ChainStatus::default()
    };
    let (store, issuer) = (&server.state.store, ACME.parse().unwrap());
    let term = Duration::from_secs(3600);
    let taken = store.take_lease(&issuer, ChainId(31337).into(), "kyc-1:4711", term);
    let lease = taken.await.unwrap().unwrap();
    store.update_chain_status(&lease, &status).await.unwrap();
    let chains = server.get("/v1/chains").await.expect(200);
    let chain = &chains["data"][0];
    assert_eq!(
        (&chain["id"], &chain["head_block"]),
        (&json!(31337), &json!(120))
    );
    assert_eq!(chain["driver"]["name"], "kyc-1:4711");
    assert_eq!(
        (&chain["head_age_seconds"], &chain["finality_lag_blocks"]),
        (&json!(3), &json!(20))
    );
    assert_eq!(
        (&chain["outbox"]["approvals"], &chain["outbox"]["denials"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(chain["signer_balance_wei"], "10000000000000000000000");
    assert_eq!(chain["last_error"], "the node is away");

    // What reads the chain has an error of its own.
    let store = &server.state.store;
    let noted = store.note_following(&issuer, ChainId(31337).into(), Some("too many logs"));
    noted.await.unwrap();
    let chains = server.get("/v1/chains").await.expect(200);
    assert_eq!(
        chains["data"][0]["last_error"],
        "the node is away; recoveries by tokens are not taken in: too many logs"
    );
}

#[tokio::test]
async fn the_log_tells_every_event() {
    let server = Server::start().await;
    let id = server.verified(&[wallet(1)]).await;
    // After the key's.
    let events = server.get("/v1/events?after=1").await.expect(200);
    let events = events["data"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["number"].as_u64().unwrap(),
                event["type"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (2, "InvestorRegistered"),
            (3, "WalletLinked"),
            (4, "InvestorVerified"),
            (4, "RecordChanged"),
        ]
    );
    assert!(
        events
            .iter()
            .all(|event| event["investor"] == id && event["actor"] == "key:backend")
    );
    assert_eq!(events[3]["data"]["version"], 1);
    let later = server.get("/v1/events?after=3").await.expect(200);
    assert_eq!(later["data"].as_array().unwrap(), &events[2..]);
    server
        .get("/v1/events?after=last")
        .await
        .problem(400, "invalid_parameter");
}

#[tokio::test]
async fn exports_hold_everybody_and_no_formula() {
    let server = Server::start().await;
    let entries: Vec<_> = (0..500)
        .map(|n| json!({"wallet": wallet(n), "country": "DE"}))
        .collect();
    let body = json!({"attestation": attestation(), "entries": entries});
    server
        .post("/v1/verifications/batch", body)
        .await
        .expect(200);
    let body = json!({"kind": "natural_person", "external_id": "=HYPERLINK(1)"});
    server.post("/v1/investors", body).await.expect(201);

    let csv = server.get("/v1/exports/investors.csv").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<_> = csv.text.lines().collect();
    assert_eq!(lines.len(), 502);
    let columns = lines[0].split(',').count();
    assert!(lines.iter().all(|line| line.split(',').count() == columns));
    assert!(
        lines[501].contains(",\"'=HYPERLINK(1)\",natural_person,pending,"),
        "{}",
        lines[501]
    );
    assert!(
        lines[1].contains(",verified,,true,false,false,0,basic,DE,none,"),
        "{}",
        lines[1]
    );

    let json = server.get("/v1/exports/investors.json").await.expect(200);
    assert_eq!(json.as_array().unwrap().len(), 501);
    assert_eq!(
        json[0],
        server.get("/v1/investors?limit=1").await.expect(200)["data"][0]
    );
}

#[tokio::test]
async fn an_empty_register_exports_an_empty_list() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/v1/exports/investors.json").await.expect(200),
        json!([])
    );
    assert_eq!(
        server
            .get("/v1/exports/investors.csv")
            .await
            .text
            .lines()
            .count(),
        1
    );
}

#[tokio::test]
async fn the_register_in_numbers() {
    let server = Server::start().await;
    server.add_chain(ACME, 31337).await;
    server.register(&[]).await;
    let id = server.register(&[wallet(1)]).await;
    let body = json!({"level": "basic", "country": "DE", "expiry": "2026-12-10", "attestation": attestation()});
    server
        .post(&format!("/v1/investors/{id}/verifications"), body)
        .await
        .expect(200);
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["issuer"], ACME);
    assert_eq!(
        (
            &status["investors"]["total"],
            &status["investors"]["verified"]
        ),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&status["expiring_soon"], &status["outbox"]),
        (&json!(1), &json!(1))
    );
    let sooner = server
        .get("/v1/status?expiring_within_days=5")
        .await
        .expect(200);
    assert_eq!(sooner["expiring_soon"], 0);
    server
        .get("/v1/status?expiring_within_days=0")
        .await
        .problem(400, "invalid_parameter");
}

#[tokio::test]
async fn the_column_map_is_kept_in_our_words() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/v1/column-map").await.expect(200)["columns"],
        json!({})
    );
    let body = json!({"columns": {"Kunde Wallet": "walletAddress", "Land": "country"}});
    let kept = server.put("/v1/column-map", body).await.expect(200);
    assert_eq!(
        kept["columns"],
        json!({"Kunde Wallet": "wallet", "Land": "country"})
    );
    assert_eq!(server.get("/v1/column-map").await.expect(200), kept);
    let wrong = json!({"columns": {"Kunde": "name"}});
    server
        .put("/v1/column-map", wrong)
        .await
        .problem(422, "invalid_fields");
    let twice = json!({"columns": {"Kunde": "wallet", "kunde": "country"}});
    server
        .put("/v1/column-map", twice)
        .await
        .problem(422, "invalid_fields");
}
