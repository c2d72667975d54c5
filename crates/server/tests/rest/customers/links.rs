//! Links for customers, by keys that see one instance alone.

use axum::http::Method;
use serde_json::{Value, json};
use symbolon_server::{Accounts, Services};

use super::text;
use crate::{
    harness::{ACME, Server, attestation, wallet},
    hooks::account,
};

const PATH: &str = "/v1/instances/emea/customers";

struct Stage {
    server: Server,
    /// Sees emea alone.
    key: String,
    customer: Value,
    /// Of that customer's links.
    path: String,
}

async fn stage() -> Stage {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let key = server.confined("emea").await;
    let customer = server.post_by(&key, PATH, json!({})).await.expect(201);
    let path = format!("{PATH}/{}/links", text(&customer, "id"));
    Stage {
        server,
        key,
        customer,
        path,
    }
}

fn wallet_alone() -> Value {
    json!({"check": false})
}

#[tokio::test]
async fn a_key_for_one_instance_makes_links_for_its_customers() {
    let Stage {
        server,
        key,
        customer,
        path,
    } = stage().await;
    let body = json!({"check": false, "hours": 48, "language": "de"});
    let once = crate::harness::request(&key, Method::POST, &path, &body, Some("one"));
    let link = server.send(once).await.expect(201);
    assert_eq!(link["investor"], customer["investor"]);
    assert_eq!(
        (&link["status"], &link["language"]),
        (&json!("pending"), &json!("de"))
    );
    let url = text(&link, "url");
    assert!(url.starts_with("https://kyc.example.com/"), "{url}");
    let again = crate::harness::request(&key, Method::POST, &path, &body, Some("one"));
    assert_eq!(server.send(again).await.expect(201), link);

    // What opens it is shown nowhere again.
    let listed = server.get_by(&key, &path).await;
    assert!(!listed.text.contains("url"), "{}", listed.text);
    let listed = listed.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["id"], link["id"]);
    let place = format!("{path}/{}", text(&link, "id"));
    let shown = server.get_by(&key, &place).await.expect(200);
    assert_eq!(shown["id"], link["id"]);
    // Nobody sends e-mails here, and it says so.
    let again = server
        .post_by(&key, &format!("{place}/resend"), json!({}))
        .await;
    again.problem(503, "no_mailer");
    let revoked = server
        .post_by(&key, &format!("{place}/revoke"), json!({}))
        .await;
    assert_eq!(revoked.expect(200)["status"], "revoked");
    let over = server
        .post_by(&key, &format!("{place}/resend"), json!({}))
        .await;
    over.problem(409, "link_over");

    // The log has who made it and took it back; the issuer's own keys see it, too.
    let events = server.get("/v1/events?limit=500").await.expect(200);
    let by_the_desk = events["data"].as_array().unwrap().iter().filter(|entry| {
        let name = entry["type"].as_str().unwrap();
        name.starts_with("Link") && entry["actor"] == "key:emea"
    });
    assert_eq!(by_the_desk.count(), 2);
    let all = server.get("/v1/links").await.expect(200);
    assert_eq!(all["data"][0]["id"], link["id"]);
    server.get(&place).await.expect(200);

    // Pages.
    for _ in 0..3 {
        server
            .post_by(&key, &path, wallet_alone())
            .await
            .expect(201);
    }
    let page = server
        .get_by(&key, &format!("{path}?limit=3"))
        .await
        .expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 3);
    let next = format!("{path}?limit=3&cursor={}", text(&page, "next_cursor"));
    let page = server.get_by(&key, &next).await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(page["next_cursor"], Value::Null);

    // An archived customer gets none.
    let archive = format!("{PATH}/{}/archive", text(&customer, "id"));
    server.post_by(&key, &archive, json!({})).await.expect(200);
    let again = format!("{path}/{}/resend", text(&page["data"][0], "id"));
    for (place, body) in [(&path, wallet_alone()), (&again, json!({}))] {
        let reply = server.post_by(&key, place, body).await;
        reply.problem(409, "customer_archived");
    }
}

#[tokio::test]
async fn links_of_others_are_as_none() {
    let Stage {
        server,
        key,
        customer,
        path,
    } = stage().await;
    // For the same person: by the issuer, and by another instance.
    let investor = text(&customer, "investor");
    let wide = json!({"check": false, "investor": investor});
    let wide = server.post("/v1/links", wide).await.expect(201);
    let shared = json!({"investor": investor});
    let theirs = server.customer("apac", shared).await;
    let of_theirs = format!("/v1/instances/apac/customers/{}/links", text(&theirs, "id"));
    let foreign = server.post(&of_theirs, wallet_alone()).await.expect(201);
    // And of another customer of its own.
    let second = server.post_by(&key, PATH, json!({})).await.expect(201);
    let of_second = format!("{PATH}/{}/links", text(&second, "id"));
    let other = server.post_by(&key, &of_second, wallet_alone()).await;
    let other = other.expect(201);

    let nobody = format!("0x{}", "7".repeat(32));
    let before = server.get("/v1/events?limit=500").await.expect(200);
    let mut details = std::collections::BTreeSet::new();
    for id in [
        text(&wide, "id"),
        text(&foreign, "id"),
        text(&other, "id"),
        nobody,
    ] {
        let place = format!("{path}/{id}");
        let shown = server.get_by(&key, &place).await;
        details.insert(text(&shown.problem(404, "not_found"), "detail"));
        for verb in ["resend", "revoke"] {
            let reply = server
                .post_by(&key, &format!("{place}/{verb}"), json!({}))
                .await;
            details.insert(text(&reply.problem(404, "not_found"), "detail"));
        }
    }
    assert_eq!(details.len(), 1, "{details:?}");
    let listed = server.get_by(&key, &path).await.expect(200);
    assert_eq!(listed["data"], json!([]));

    // Nor is there any other way to them.
    let strange = format!("{PATH}/{}/links", text(&theirs, "id"));
    for place in [
        of_theirs.clone(),
        format!("{of_theirs}/{}", text(&foreign, "id")),
        strange.clone(),
    ] {
        server.get_by(&key, &place).await.problem(404, "not_found");
        let made = server.post_by(&key, &strange, wallet_alone()).await;
        made.problem(404, "not_found");
    }
    for place in [
        "/v1/links".to_owned(),
        format!("/v1/links/{}", text(&wide, "id")),
    ] {
        server
            .get_by(&key, &place)
            .await
            .problem(403, "confined_key");
    }
    for field in ["investor", "external_id", "email", "replaces", "kind"] {
        let body = json!({"check": false, field: "x"});
        server
            .post_by(&key, &path, body)
            .await
            .problem(400, "malformed_body");
    }
    let after = server.get("/v1/events?limit=500").await.expect(200);
    assert_eq!(before, after);
    let opens = server
        .get(&format!("/v1/links/{}", text(&wide, "id")))
        .await;
    assert_eq!(opens.expect(200)["status"], "pending");
}

#[tokio::test]
async fn what_opens_a_check_is_shown_to_no_instance_where_others_are_concerned() {
    let accounts = Accounts::new([(ACME.parse().unwrap(), account())]);
    let server = Server::with_vault_and(|services| Services {
        accounts,
        ..services
    });
    let server = server.await;
    server.instance("emea").await;
    server.instance("apac").await;
    let key = server.confined("emea").await;
    let make = async |customer: &Value, body: Value| {
        let path = format!("{PATH}/{}/links", text(customer, "id"));
        server.post_by(&key, &path, body).await
    };
    let own = server.post_by(&key, PATH, json!({})).await.expect(201);
    let link = make(&own, json!({})).await.expect(201);
    assert!(
        link["url"].is_string() && link["provider"].is_string(),
        "{link}"
    );

    let judged = server.post_by(&key, PATH, json!({})).await.expect(201);
    let path = format!("/v1/investors/{}/verifications", text(&judged, "investor"));
    let verdict = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    server.post(&path, verdict).await.expect(200);
    let shared = server.post_by(&key, PATH, json!({})).await.expect(201);
    let body = json!({"investor": text(&shared, "investor")});
    server.customer("apac", body).await;
    for customer in [&judged, &shared] {
        let reply = make(customer, json!({})).await;
        reply.problem(403, "link_must_be_sent");
        // The issuer's own key answers for all.
        let path = format!("{PATH}/{}/links", text(customer, "id"));
        let link = server.post(&path, json!({})).await.expect(201);
        assert!(link["url"].is_string());
    }
    // Of a person of its own a wallet signs for itself.
    let alone = json!({"check": false, "wallet": wallet(3)});
    make(&judged, alone.clone()).await.expect(201);
    let reply = make(&shared, alone).await;
    reply.problem(403, "link_must_be_sent");
    let audit = server.state.store.verify_log(&ACME.parse().unwrap()).await;
    audit.unwrap();
}

#[tokio::test]
async fn the_issuers_own_reference_is_none_of_an_instances() {
    let Stage { server, key, .. } = stage().await;
    let known = json!({"kind": "natural_person", "external_id": "LEDGER-9"});
    let investor = server.post("/v1/investors", known).await.expect(201);
    let on = json!({"investor": investor["id"]});
    let customer = server.customer("emea", on).await;
    let path = format!("{PATH}/{}/links", text(&customer, "id"));
    let made = server.post(&path, wallet_alone()).await.expect(201);
    let place = format!("{path}/{}", text(&made, "id"));
    let shown = server.get_by(&key, &place).await.expect(200);
    let listed = server.get_by(&key, &path).await.expect(200)["data"][0].clone();
    let revoke = format!("{place}/revoke");
    let revoked = server.post_by(&key, &revoke, json!({})).await.expect(200);
    for link in [made, shown, listed, revoked] {
        assert_eq!(link["investor"], investor["id"], "{link}");
        assert_eq!(link["external_id"], Value::Null, "{link}");
    }
    let own = format!("/v1/links?investor={}", text(&investor, "id"));
    let own = server.get(&own).await.expect(200);
    assert_eq!(own["data"][0]["external_id"], "LEDGER-9", "{own}");
}
