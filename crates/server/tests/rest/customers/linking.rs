//! A wallet that comes later, and may turn out to be somebody's whom the register knows.

use serde_json::{Value, json};

use super::{jane, text};
use crate::harness::{ACME, Reply, Server, attestation, wallet};

const PATH: &str = "/v1/instances/emea/customers";

async fn stage() -> Server {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server
}

async fn link(server: &Server, customer: &Value, number: u64) -> Reply {
    let key = text(customer, "reference_key");
    let body = json!({"reference_key": key, "address": wallet(number)});
    server.post(&format!("{PATH}/link-wallet"), body).await
}

#[tokio::test]
async fn a_wallet_that_nobody_has_is_the_customers_and_verified_with_it() {
    let server = stage().await;
    let made = server.customer("emea", json!({"data": jane()})).await;
    let linked = link(&server, &made, 1).await.expect(200);
    assert_eq!(linked["investor"], made["investor"]);
    assert_eq!(linked["moved_from"], Value::Null);
    assert_eq!(linked["wallets"][0]["signed"], Value::Null);
    let path = format!("/v1/investors/{}/verifications", text(&made, "investor"));
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    server.post(&path, verdict).await.expect(200);
    let report = server.get(&format!("/v1/wallets/{}", wallet(1))).await;
    assert_eq!(report.expect(200)["verified"], true);

    // Said again, it changes nothing; another one is linked beside it.
    let before = server.get("/v1/events?limit=500").await.expect(200);
    let again = link(&server, &made, 1).await.expect(200);
    assert_eq!(again["wallets"].as_array().unwrap().len(), 1);
    assert_eq!(again["changed"], linked["changed"]);
    let after = server.get("/v1/events?limit=500").await.expect(200);
    assert_eq!(before, after);
    let both = link(&server, &made, 2).await.expect(200);
    assert_eq!(both["wallets"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_request_is_answered_the_same_though_the_key_has_changed_since() {
    let server = stage().await;
    let made = server.customer("emea", json!({})).await;
    let body = json!({"reference_key": text(&made, "reference_key"), "address": wallet(1)});
    let path = format!("{PATH}/link-wallet");
    let linked = server.post_once("link", &path, body.clone()).await;
    let linked = linked.expect(200);
    let renew = format!("{PATH}/{}/reference-key", text(&made, "id"));
    server.post(&renew, json!({})).await.expect(200);
    let again = server.post_once("link", &path, body.clone()).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(200), linked);
    let anew = server.post(&path, body).await;
    anew.problem(404, "unknown_reference");
}

#[tokio::test]
async fn a_customer_moves_onto_the_investor_who_holds_the_wallet() {
    let server = stage().await;
    server.instance("apac").await;
    let known = server.verified(&[wallet(1)]).await;
    let apac = server.customer("apac", json!({"investor": known})).await;
    let made = server.customer("emea", json!({"data": jane()})).await;
    let id = text(&made, "id");
    let note = json!({"text": "canary note"});
    let notes = format!("{PATH}/{id}/notes");
    server.post(&notes, note).await.expect(201);

    let linked = link(&server, &made, 1).await.expect(200);
    assert_eq!(linked["id"], made["id"]);
    assert_eq!(linked["investor"], json!(known));
    assert_eq!(linked["moved_from"], made["investor"]);
    assert_eq!(linked["verdict"]["verified"], true);
    let opened = server.open_customer("emea", &id).await;
    assert_eq!(opened["data"], jane());
    assert_eq!(opened["notes"][0]["text"], "canary note");
    let search = json!({"email": "jane@canary.example"});
    let found = server.post(&format!("{PATH}/search"), search).await;
    assert_eq!(found.expect(200)["customers"][0]["id"], json!(id));
    let again = link(&server, &made, 1).await.expect(200);
    assert_eq!(again["investor"], json!(known));
    assert_eq!(again["moved_from"], Value::Null);

    // The other instance's customer is as it was.
    let path = format!("/v1/instances/apac/customers/{}", text(&apac, "id"));
    let shown = server.get(&path).await.expect(200);
    assert_eq!(
        (&shown["has_data"], &shown["notes"]),
        (&json!(false), &json!(0))
    );

    // The investor that it was is done with: the log says why, nobody verifies it, and
    // its key is gone.
    let former = text(&made, "investor");
    let events = server.get("/v1/events?limit=500").await;
    assert!(events.text.contains("InvestorMerged"), "{}", events.text);
    assert!(!events.text.contains("anary"), "{}", events.text);
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    let path = format!("/v1/investors/{former}/verifications");
    server.post(&path, verdict).await.problem(409, "merged");
    let shown = server.get(&format!("/v1/investors/{former}")).await;
    assert_eq!(shown.expect(200)["merged_into"], json!(known));
    let keyring = server.database.keyring().await;
    let (issuer, former) = (ACME.parse().unwrap(), former.parse().unwrap());
    let key = keyring.person_key(&issuer, former).await.unwrap();
    assert!(key.is_none());
    let left = server.state.store.unfinished_erasures(&issuer, 10).await;
    assert!(left.unwrap().is_empty());
    let report = server.state.store.verify_log(&issuer).await;
    report.unwrap();
}

#[tokio::test]
async fn nobody_moves_who_has_a_story_or_takes_another_customers_wallet() {
    let server = stage().await;
    server.instance("apac").await;
    let known = server.verified(&[wallet(1)]).await;

    // Judged.
    let rejected = server.customer("emea", json!({})).await;
    let path = format!("/v1/investors/{}/rejections", text(&rejected, "investor"));
    let body = json!({"reason": "identity"});
    server.post(&path, body).await.expect(200);
    let reply = link(&server, &rejected, 1).await;
    let problem = reply.problem(409, "customer_cannot_move");
    assert!(text(&problem, "detail").contains("judged"), "{problem}");
    // With a wallet of its own.
    let holder = server.customer("emea", json!({})).await;
    link(&server, &holder, 2).await.expect(200);
    let reply = link(&server, &holder, 1).await;
    reply.problem(409, "customer_cannot_move");
    // With a profile, until it is forgotten.
    let profiled = server.customer("emea", json!({})).await;
    let path = format!("/v1/investors/{}/profile", text(&profiled, "investor"));
    let phone = json!({"phone": "+4930123456"});
    server.post(&path, phone).await.expect(200);
    let reply = link(&server, &profiled, 1).await;
    reply.problem(409, "customer_cannot_move");
    // Known to another instance, too.
    let shared = server.customer("emea", json!({})).await;
    let body = json!({"investor": text(&shared, "investor")});
    server.customer("apac", body).await;
    let reply = link(&server, &shared, 1).await;
    reply.problem(409, "customer_cannot_move");
    // A wallet whose key is lost is nobody's word.
    let path = format!("/v1/investors/{known}/wallets/{}/deactivate", wallet(1));
    server.post(&path, json!({})).await.expect(200);
    let bare = server.customer("emea", json!({})).await;
    let reply = link(&server, &bare, 1).await;
    reply.problem(409, "wallet_not_in_use");
    let path = format!("/v1/investors/{known}/wallets/{}/reactivate", wallet(1));
    server.post(&path, json!({})).await.expect(200);

    // The wallet of another customer of the same instance.
    server.customer("emea", json!({"investor": known})).await;
    let reply = link(&server, &bare, 1).await;
    reply.problem(409, "wallet_of_other_customer");
    let reply = link(&server, &bare, 2).await;
    reply.problem(409, "wallet_of_other_customer");
    let archive = format!("{PATH}/{}/archive", text(&bare, "id"));
    server.post(&archive, json!({})).await.expect(200);
    let reply = link(&server, &bare, 3).await;
    reply.problem(409, "customer_archived");
    for customer in [&rejected, &profiled, &shared, &bare] {
        let path = format!("{PATH}/{}", text(customer, "id"));
        let shown = server.get(&path).await.expect(200);
        assert_eq!(shown["investor"], customer["investor"]);
        assert_eq!(shown["wallets"], json!([]));
    }
}

#[tokio::test]
async fn keys_that_are_guessed_name_nobody() {
    let server = stage().await;
    server.customer("emea", json!({})).await;
    let path = format!("{PATH}/link-wallet");
    let guess = json!({"reference_key": format!("ref_{}", "0".repeat(32)), "address": wallet(1)});
    let unknown = server.post(&path, guess).await;
    let unknown = unknown.problem(404, "unknown_reference");
    server.issuer("other").await;
    let other = server.api_key("other", "second").await;
    let body = json!({"name": "emea", "title": "theirs"});
    server
        .post_by(&other, "/v1/instances", body)
        .await
        .expect(201);
    let theirs = server.post_by(&other, PATH, json!({})).await.expect(201);
    let foreign = json!({"reference_key": text(&theirs, "reference_key"), "address": wallet(1)});
    let foreign = server.post(&path, foreign).await;
    let foreign = foreign.problem(404, "unknown_reference");
    assert_eq!(unknown["detail"], foreign["detail"]);
    for key in ["", "ref_", "ref_ZZ", &"x".repeat(5_000)] {
        let body = json!({"reference_key": key, "address": wallet(1)});
        server
            .post(&path, body)
            .await
            .problem(422, "invalid_fields");
    }
    let half = json!({"reference_key": text(&theirs, "reference_key"), "address": wallet(1), "message": "x"});
    server
        .post(&path, half)
        .await
        .problem(422, "invalid_fields");
    let unasked = server.customer("emea", json!({})).await;
    let body = json!({
        "reference_key": text(&unasked, "reference_key"), "address": wallet(1),
        "message": "x", "signature": "0x00",
    });
    server.post(&path, body).await.problem(422, "not_proven");
}
