//! What is changed of customers, and what the log says of it.

use serde_json::{Value, json};
use symbolon_core::customer::note;
use symbolon_server::customers::place;
use symbolon_store::SealedNote;

use super::{jane, text};
use crate::harness::{ACME, Server};

const PATH: &str = "/v1/instances/emea/customers";

async fn stage() -> (Server, Value, String) {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let made = server.customer("emea", json!({"external_id": "C-1"})).await;
    let path = format!("{PATH}/{}", text(&made, "id"));
    (server, made, path)
}

/// What the log has of customers' changes: what, and by whom.
async fn logged(server: &Server) -> Vec<(Value, Value)> {
    let entries = server.get("/v1/events?limit=500").await.expect(200);
    let events = entries["data"].as_array().unwrap().iter();
    let changes = events.filter(|event| event["type"] == "CustomerChanged");
    changes
        .map(|event| {
            assert_eq!(event["data"]["instance"], "emea", "{event}");
            (event["data"]["change"].clone(), event["actor"].clone())
        })
        .collect()
}

/// Whom the log has become a customer: of which instance, and by whom.
async fn added(server: &Server) -> Vec<(Value, Value)> {
    let entries = server.get("/v1/events?limit=500").await.expect(200);
    let events = entries["data"].as_array().unwrap().iter();
    let added = events.filter(|event| event["type"] == "CustomerAdded");
    added
        .map(|event| (event["data"]["instance"].clone(), event["actor"].clone()))
        .collect()
}

#[tokio::test]
async fn each_change_is_in_the_log_with_whoever_made_it_and_without_what_it_says() {
    let (server, made, path) = stage().await;
    let desk = server.confined("emea").await;
    let steps = [
        (
            "status",
            json!({"status": "on_hold"}),
            json!({"status": "on_hold"}),
        ),
        ("data", json!({"data": jane()}), json!("data_replaced")),
        ("data", json!({"data": null}), json!("data_forgotten")),
        ("reference-key", json!({}), json!("reference_renewed")),
        (
            "external-id",
            json!({"external_id": "CANARY-2"}),
            json!("external_id_changed"),
        ),
        ("notes", json!({"text": "canary"}), json!("noted")),
        ("archive", json!({}), json!("archived")),
        ("restore", json!({}), json!("restored")),
    ];
    let mut expected = Vec::new();
    for (place, (verb, body, change)) in steps.into_iter().enumerate() {
        let path = format!("{path}/{verb}");
        let (key, name) = match place % 2 {
            0 => (&server.key, "key:backend"),
            _ => (&desk, "key:emea"),
        };
        let status = if verb == "notes" { 201 } else { 200 };
        server.post_by(key, &path, body).await.expect(status);
        expected.push((change, json!(name)));
    }
    assert_eq!(logged(&server).await, expected);

    // What is so already is no news.
    for (verb, body) in [
        ("status", json!({"status": "on_hold"})),
        ("data", json!({"data": null})),
        ("external-id", json!({"external_id": "CANARY-2"})),
        ("restore", json!({})),
    ] {
        let before = server.get(&path).await.expect(200);
        let reply = server.post(&format!("{path}/{verb}"), body).await;
        assert_eq!(reply.expect(200), before, "{verb}");
    }
    assert_eq!(logged(&server).await, expected);

    // Nor is what was refused, and the log holds together.
    server
        .post(&format!("{path}/archive"), json!({}))
        .await
        .expect(200);
    for (verb, body) in [
        ("status", json!({"status": "closed"})),
        ("data", json!({"data": jane()})),
        ("external-id", json!({"external_id": "C-3"})),
        ("reference-key", json!({})),
    ] {
        let reply = server.post(&format!("{path}/{verb}"), body).await;
        reply.problem(409, "customer_archived");
    }
    let entries = server.get("/v1/events?limit=500").await;
    assert!(
        !entries.text.to_lowercase().contains("canary"),
        "{}",
        entries.text
    );
    assert_eq!(logged(&server).await.len(), expected.len() + 1);
    assert_eq!(
        added(&server).await,
        [(json!("emea"), json!("key:backend"))]
    );
    let investor = text(&made, "investor");
    let about = entries.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["investor"] == json!(investor) && event["type"] == "CustomerChanged")
        .count();
    assert_eq!(about, expected.len() + 1);
    let audit = server.state.store.verify_log(&ACME.parse().unwrap()).await;
    audit.unwrap();
}

#[tokio::test]
async fn an_external_id_is_changed_to_one_that_no_other_customer_has() {
    let (server, made, path) = stage().await;
    server.instance("apac").await;
    server.customer("emea", json!({"external_id": "C-2"})).await;
    server.customer("apac", json!({"external_id": "C-3"})).await;
    let rename = format!("{path}/external-id");
    let taken = server.post(&rename, json!({"external_id": "C-2"})).await;
    let problem = taken.problem(409, "conflict");
    assert!(
        text(&problem, "detail").contains("external id"),
        "{problem}"
    );
    assert_eq!(server.get(&path).await.expect(200)["external_id"], "C-1");
    assert_eq!(logged(&server).await, []);
    for wrong in [
        json!({"external_id": ""}),
        json!({"external_id": "jane@canary.example"}),
        json!({"external_id": "x".repeat(129)}),
    ] {
        let reply = server.post(&rename, wrong).await;
        assert!(!reply.text.contains("canary"), "{}", reply.text);
        let problem = reply.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "external_id");
    }
    server
        .post(&rename, json!({}))
        .await
        .problem(400, "malformed_body");

    // Another instance's is no matter; the former one is free from then on.
    let renamed = server.post(&rename, json!({"external_id": "C-3"})).await;
    let renamed = renamed.expect(200);
    assert_eq!(
        (&renamed["id"], &renamed["external_id"]),
        (&made["id"], &json!("C-3"))
    );
    let listed = server
        .get(&format!("{PATH}?external_id=C-1"))
        .await
        .expect(200);
    assert_eq!(listed["data"], json!([]));
    server.customer("emea", json!({"external_id": "C-1"})).await;
    let unnamed = server.post(&rename, json!({"external_id": null})).await;
    assert_eq!(unnamed.expect(200)["external_id"], Value::Null);
    server.customer("emea", json!({"external_id": "C-3"})).await;
}

#[tokio::test]
async fn archived_customers_are_found_where_they_are_asked_for() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let made = server.customer("emea", json!({"data": jane()})).await;
    let search = format!("{PATH}/search");
    let find = async |mut term: Value, archived: Option<bool>| {
        if let Some(archived) = archived {
            term["archived"] = json!(archived);
        }
        let found = server.post(&search, term).await.expect(200);
        found["customers"].as_array().unwrap().len()
    };
    let terms = [
        json!({"email": "jane@canary.example"}),
        json!({"name": "jane canary"}),
        json!({"reference_key": text(&made, "reference_key")}),
    ];
    for term in &terms {
        assert_eq!(find(term.clone(), None).await, 1);
    }
    let archive = format!("{PATH}/{}/archive", text(&made, "id"));
    server.post(&archive, json!({})).await.expect(200);
    for term in &terms {
        assert_eq!(find(term.clone(), None).await, 0, "{term}");
        assert_eq!(find(term.clone(), Some(false)).await, 0, "{term}");
        assert_eq!(find(term.clone(), Some(true)).await, 1, "{term}");
    }
}

/// So many notes, in one transaction.
async fn write_notes(server: &Server, customer: &Value, many: u32) {
    let (issuer, emea) = (ACME.parse().unwrap(), "emea".parse().unwrap());
    let id = text(customer, "id").parse().unwrap();
    let store = &server.state.store;
    let found = store.customer(&issuer, &emea, id).await.unwrap().customer;
    let place = place(&issuer, &emea, &found);
    let mut transaction = store.begin(&issuer).await.unwrap();
    for number in 1..=many {
        let words = note(&format!("note {number}")).unwrap();
        let note = SealedNote {
            number,
            sealed: server
                .vault()
                .seal_note(&place, number, &words)
                .await
                .unwrap(),
            author: "key:backend".to_owned(),
            written: found.created,
        };
        assert!(transaction.add_note(&emea, id, &note).await.unwrap());
    }
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_customer_has_a_thousand_notes_and_no_more_all_opened_in_order() {
    let (server, made, path) = stage().await;
    let notes = format!("{path}/notes");
    write_notes(&server, &made, 998).await;
    for number in [999, 1_000] {
        let note = json!({"text": format!("note {number}")});
        let reply = server.post(&notes, note).await.expect(201);
        assert_eq!(reply["notes"], number);
    }
    let more = server.post(&notes, json!({"text": "one more"})).await;
    more.problem(409, "too_many_notes");
    let check = |opened: &Value| {
        let notes = opened["notes"].as_array().unwrap();
        assert_eq!(notes.len(), 1_000);
        for (place, note) in notes.iter().enumerate() {
            let number = place + 1;
            assert_eq!(note["number"], number);
            assert_eq!(note["text"], format!("note {number}"));
        }
    };
    let id = path.rsplit('/').next().unwrap();
    check(&server.open_customer("emea", id).await);

    // All of them go along when the customer moves.
    let known = server.verified(&[crate::harness::wallet(1)]).await;
    let renew = format!("{path}/reference-key");
    let renewed = server.post(&renew, json!({})).await.expect(200);
    let key = text(&renewed, "reference_key");
    let link = json!({"reference_key": key, "address": crate::harness::wallet(1)});
    let linked = server.post(&format!("{PATH}/link-wallet"), link).await;
    assert_eq!(linked.expect(200)["investor"], json!(known));
    check(&server.open_customer("emea", id).await);
}
