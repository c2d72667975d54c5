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

    let authority = json!({"name": "bafin", "countries": ["DE"]});
    let refused = server.post("/v1/authorities", authority).await;
    refused.problem(409, code);
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["log_entries"], 1, "the key's");
}

/// One answer for all of it, whatever its rows are.
#[tokio::test]
async fn an_upload_is_refused_as_a_whole_before_any_row_is_read() {
    let server = Server::start().await;
    server.follow_a_registrar().await;
    let code = "writer_is_on_chain";
    let single = server.post("/v1/investors", json!({"kind": "natural_person"}));
    let single = single.await.problem(409, code);

    let verify = json!({"attestation": attestation(), "entries": [{"wallet": 5}]});
    let revoke = json!({"entries": [{"wallet": wallet(1), "reason": "sanctions"}, 7]});
    let good = format!("wallet,country\n{},DE\n", wallet(1));
    for refused in [
        server.post("/v1/verifications/batch", verify).await,
        server.post("/v1/revocations/batch", revoke).await,
        server.upload("", good.clone()).await,
        server.upload("&dry_run=true", good).await,
        server.upload("", "no,such,columns\n").await,
    ] {
        let problem = refused.problem(409, code);
        assert_eq!(problem["type"], single["type"]);
        assert_eq!(problem["detail"], single["detail"]);
    }
    let imports = server.get("/v1/imports").await.expect(200);
    assert_eq!(imports["data"], json!([]));
}
