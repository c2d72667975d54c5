//! Where a registrar on chain decides, the API shows it and writes nothing.

use alloy_primitives::Address;
use serde_json::json;
use symbolon_core::ids::{ChainId, IssuerId};
use symbolon_store::Writer;

use crate::harness::{ACME, Server, attestation, wallet};

impl Server {
    /// Gives the decisions to a registrar on chain 1.
    async fn follow_a_registrar(&self) {
        let issuer: IssuerId = ACME.parse().unwrap();
        let mut transaction = self.state.store.begin(&issuer).await.unwrap();
        let writer = Writer::Registrar {
            chain: ChainId(1),
            address: Address::repeat_byte(0x42),
            deployed_block: 7,
        };
        transaction.set_writer(writer).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_status_says_who_decides() {
    let server = Server::start().await;
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["writer"], json!({"kind": "register"}));
    server.follow_a_registrar().await;
    let status = server.get("/v1/status").await.expect(200);
    let writer = json!({
        "kind": "registrar",
        "chain_id": 1,
        "address": "0x4242424242424242424242424242424242424242",
        "next_block": 7,
        "last_error": null,
    });
    assert_eq!(status["writer"], writer);
    let issuer = ACME.parse().unwrap();
    let noted = server.state.store.note_witnessing(&issuer, Some("away"));
    noted.await.unwrap();
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["writer"]["last_error"], "away");
}

#[tokio::test]
async fn whatever_would_decide_is_refused() {
    let server = Server::start().await;
    server.follow_a_registrar().await;
    let code = "writer_is_on_chain";
    let refused = server.post("/v1/investors", json!({"kind": "natural_person"}));
    let problem = refused.await.problem(409, code);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("registrar on chain"), "{detail}");

    let entry = json!({"wallet": wallet(1), "country": "DE"});
    let batch = json!({"attestation": attestation(), "entries": [entry]});
    let answer = server.post("/v1/verifications/batch", batch).await;
    assert!(answer.text.contains(code), "{}", answer.text);
    assert!(answer.json()["results"][0]["investor"].is_null());

    let authority = json!({"name": "bafin", "countries": ["DE"]});
    let refused = server.post("/v1/authorities", authority).await;
    refused.problem(409, code);
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["log_entries"], 0);
}
