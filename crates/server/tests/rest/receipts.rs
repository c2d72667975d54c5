//! When a wallet's denials reached its chains, over HTTP.

use serde_json::{Value, json};

use crate::harness::{ACME, Server, wallet};

#[tokio::test]
async fn a_revocation_has_a_receipt_of_each_chain() {
    let server = Server::start().await;
    server.add_chain(ACME, 31337).await;
    server.add_chain(ACME, 31338).await;
    server.verified(&[wallet(1)]).await;
    let path = format!("/v1/wallets/{}/receipts", wallet(1));
    assert_eq!(server.get(&path).await.expect(200)["data"], json!([]));

    let revoked = json!({"entries": [{"wallet": wallet(1), "reason": "sanctions"}]});
    server
        .post("/v1/revocations/batch", revoked)
        .await
        .expect(200);
    let issuer = ACME.parse().unwrap();
    server.state.store.promise(&issuer, Some(60)).await.unwrap();
    let receipts = server.get(&path).await.expect(200);
    let receipts = receipts["data"].as_array().unwrap();
    let of = |name: &str| -> Vec<Value> { receipts.iter().map(|one| one[name].clone()).collect() };
    assert_eq!(of("chain_id"), [json!(31337), json!(31338)]);
    assert_eq!(of("reached"), [json!("waiting"), json!("waiting")]);
    assert_eq!(of("promised_seconds"), [json!(60), json!(60)]);
    assert_eq!(of("promise_kept"), [json!(null), json!(null)], "yet");
}

#[tokio::test]
async fn a_wallet_that_nobody_ever_bound_has_none() {
    let server = Server::start().await;
    let path = format!("/v1/wallets/{}/receipts", wallet(99));
    server.get(&path).await.expect(404);
}
