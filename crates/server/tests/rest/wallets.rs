//! One wallet's verdict, and operations checked beforehand.

use std::time::Duration;

use serde_json::json;

use crate::harness::{ACME, Server, attestation, wallet};

#[tokio::test]
async fn a_wallet_says_what_the_register_and_every_chain_say() {
    let server = Server::start().await;
    server.add_chain(ACME, 31337).await;
    server.add_chain(ACME, 31338).await;
    server.verified(&[wallet(1)]).await;
    let path = format!("/v1/wallets/{}", wallet(1));
    let report = server.get(&path).await.expect(200);
    assert_eq!(
        (&report["verified"], &report["reasons"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(report["chains"].as_array().unwrap().len(), 2);
    assert_eq!(report["chains"][0]["pending"], true);
    assert_eq!(report["chains"][0]["record"], json!(null));

    // The first chain shows what the register wants.
    let issuer = ACME.parse().unwrap();
    let address = wallet(1).parse().unwrap();
    let stored = server
        .state
        .store
        .wallet_report(&issuer, address)
        .await
        .unwrap()
        .unwrap();
    let record = stored.desired(&server.target(31337).await);
    server.mined(31337, 7, address, record).await;
    let report = server.get(&path).await.expect(200);
    let chain = &report["chains"][0];
    assert_eq!(
        (&chain["verified"], &chain["equals_register"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&chain["block"], &chain["record"]["version"]),
        (&json!(7), &json!(1))
    );
    assert_eq!(chain["record"]["country"], 276);
    assert_eq!(report["chains"][1]["equals_register"], false);
}

#[tokio::test]
async fn every_reason_is_named() {
    let server = Server::start().await;
    let id = server.register(&[wallet(1)]).await;
    let codes = async || {
        let report = server
            .get(&format!("/v1/wallets/{}", wallet(1)))
            .await
            .expect(200);
        let reasons = report["reasons"].as_array().unwrap().clone();
        assert_eq!(report["verified"], reasons.is_empty());
        reasons
            .iter()
            .map(|reason| reason["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes().await, ["not_verified"]);
    let body = json!({"level": "basic", "country": "DE", "expiry": "2026-11-21", "attestation": attestation()});
    server
        .post(&format!("/v1/investors/{id}/verifications"), body)
        .await
        .expect(200);
    assert!(codes().await.is_empty());
    server.clock.advance(Duration::from_secs(86_400));
    server
        .put(&format!("/v1/investors/{id}/restriction"), json!(null))
        .await
        .expect(200);
    server
        .post(&format!("/v1/investors/{id}/freeze"), json!(null))
        .await
        .expect(200);
    server
        .post(
            &format!("/v1/investors/{id}/wallets/{}/deactivate", wallet(1)),
            json!(null),
        )
        .await
        .expect(200);
    assert_eq!(
        codes().await,
        [
            "expired",
            "wallet_inactive",
            "investor_restricted",
            "assets_frozen"
        ]
    );
    server
        .delete(&format!("/v1/investors/{id}/wallets/{}", wallet(1)))
        .await
        .expect(200);
    assert_eq!(codes().await, ["unknown_wallet"]);
    server
        .get(&format!("/v1/wallets/{}", wallet(2)))
        .await
        .problem(404, "unknown_wallet");
}

#[tokio::test]
async fn an_operation_names_every_party_and_reason() {
    let server = Server::start().await;
    server.add_chain(ACME, 31337).await;
    server.add_chain(ACME, 31338).await;
    let id = server.verified(&[wallet(1)]).await;
    let link = json!({"address": wallet(2), "chains": [31337]});
    server
        .post(&format!("/v1/investors/{id}/wallets"), link)
        .await
        .expect(201);
    let check = async |body| server.post("/v1/operations/check", body).await;

    let transfer = json!({"operation": "transfer", "from": wallet(1), "to": wallet(2)});
    assert_eq!(check(transfer).await.expect(200)["allowed"], true);
    let elsewhere =
        json!({"operation": "transfer", "from": wallet(1), "to": wallet(2), "chain_id": 31338});
    let answer = check(elsewhere).await.expect(200);
    assert_eq!(answer["allowed"], false);
    assert_eq!(answer["parties"][0]["allowed"], true);
    assert_eq!(answer["parties"][1]["role"], "recipient");
    assert_eq!(
        answer["parties"][1]["reasons"][0]["code"],
        "wallet_not_on_chain"
    );
    let mint = check(json!({"operation": "mint", "to": wallet(3)}))
        .await
        .expect(200);
    assert_eq!(mint["parties"][0]["reasons"][0]["code"], "unknown_wallet");
    let burn = check(json!({"operation": "burn", "from": wallet(1)}))
        .await
        .expect(200);
    assert_eq!(
        (&burn["allowed"], &burn["parties"][0]["role"]),
        (&json!(true), &json!("sender"))
    );

    let wrong = json!({"operation": "burn", "to": wallet(1), "chain_id": 5});
    let problem = check(wrong).await.problem(422, "invalid_fields");
    let fields: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].clone())
        .collect();
    assert_eq!(fields, ["from", "to", "chain_id"]);
}
