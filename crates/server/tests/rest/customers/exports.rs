//! An instance's customers, written out.

use serde_json::{Value, json};

use symbolon_core::{actor::Actor, command::Command};
use symbolon_server::customers::place;
use symbolon_store::{Request, Subject};

use super::{jane, text};
use crate::harness::{ACME, Server, wallet};

const PATH: &str = "/v1/instances/emea/exports";

async fn stage() -> (Server, Vec<Value>) {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let investor = server.verified(&[wallet(1), wallet(2)]).await;
    let bodies = [
        json!({"investor": investor, "external_id": "=HYPERLINK(\"x\")", "data": jane()}),
        json!({"external_id": "C-2", "data": {"name": "Ben, \"B\""}}),
        json!({"external_id": "C-3"}),
    ];
    let mut made = Vec::new();
    for body in bodies {
        made.push(server.customer("emea", body).await);
    }
    server
        .customer("apac", json!({"external_id": "APAC-1"}))
        .await;
    let archive = format!(
        "/v1/instances/emea/customers/{}/archive",
        text(&made[2], "id")
    );
    server.post(&archive, json!({})).await.expect(200);
    (server, made)
}

#[tokio::test]
async fn a_table_without_personal_data_that_spreadsheets_open_without_harm() {
    let (server, made) = stage().await;
    let reply = server.get(&format!("{PATH}/customers.csv")).await;
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<_> = reply.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", reply.text);
    assert!(lines[0].starts_with("customer,externalId,status,archived,erased,verified,"));
    assert!(lines[1].starts_with(&text(&made[0], "id")));
    assert!(
        lines[1].contains(",\"'=HYPERLINK(\"\"x\"\")\",active,,,true,verified,basic,DE,none,,")
    );
    let wallets = lines[1].to_lowercase();
    assert!(wallets.contains(&format!("{} {}", wallet(1), wallet(2))));
    assert!(lines[2].contains(",C-2,active,,,false,pending,,,,,,"));
    for personal in ["anary", "Ben", "APAC", "ref_"] {
        assert!(!reply.text.contains(personal), "{personal}: {}", reply.text);
    }
    let all = server
        .get(&format!("{PATH}/customers.csv?archived=true"))
        .await;
    assert!(all.text.contains("C-3") && !all.text.contains("APAC"));
}

#[tokio::test]
async fn lines_of_json_with_data_for_a_purpose_that_the_log_has() {
    let (server, made) = stage().await;
    let reply = server.get(&format!("{PATH}/customers.jsonl")).await;
    let rows: Vec<Value> = reply
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["verdict"]["verified"], true);
    assert!(!reply.text.contains("anary") && !reply.text.contains("reference_key"));

    let body = json!({"purpose": "BaFin 2026-118", "archived": true});
    let reply = server.post(&format!("{PATH}/customers"), body).await;
    let rows: Vec<Value> = reply
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["opened"], json!({"data": jane(), "notes": []}));
    assert_eq!(rows[2]["opened"]["data"], Value::Null);
    assert_eq!(
        (&rows[0]["notes"], &rows[0]["erased"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(rows[1]["id"], made[1]["id"]);
    let events = server.get("/v1/events?limit=500").await;
    assert_eq!(events.text.matches("CustomerExported").count(), 3);
    assert!(events.text.contains("BaFin 2026-118") && !events.text.contains("anary"));
    let bad = json!({"purpose": "for jane@example.com"});
    let reply = server.post(&format!("{PATH}/customers"), bad).await;
    reply.problem(422, "invalid_fields");
}

#[tokio::test]
async fn an_export_of_many_pages_has_everybody_once() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    for number in 0..230 {
        let body = json!({"external_id": format!("C-{number:03}"), "data": {"number": number}});
        server.customer("emea", body).await;
    }
    let body = json!({"purpose": "report"});
    let reply = server.post(&format!("{PATH}/customers"), body).await;
    let numbers: Vec<_> = reply
        .text
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["opened"]["data"]["number"].clone()
        })
        .collect();
    assert_eq!(numbers, (0..230).map(Value::from).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_while_it_is_opened_is_opened_as_who_it_is_by_then() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let store = &server.state.store;
    let (issuer, emea) = (ACME.parse().unwrap(), "emea".parse().unwrap());
    for (number, path, body) in [
        (1, format!("{PATH}/customers"), json!({"purpose": "report"})),
        (2, String::new(), json!({"purpose": "review"})),
    ] {
        let known = server.verified(&[wallet(number)]).await;
        let made = server.customer("emea", json!({"data": jane()})).await;
        let path = match path.is_empty() {
            true => format!("/v1/instances/emea/customers/{}/open", text(&made, "id")),
            false => path,
        };
        let former = text(&made, "investor");
        let id = text(&made, "id").parse().unwrap();
        let customer = store.customer(&issuer, &emea, id).await.unwrap().customer;
        let to = known.parse().unwrap();
        let place = place(&issuer, &emea, &customer);
        let resealed = server.vault().reseal(&place, to).await.unwrap();
        // It is on record, and its key is about to be read, when it moves.
        let mut stalled = server.database.stall_keys().await;
        let moving = async {
            stalled.until_somebody_waits().await;
            let mut transaction = store.begin(&issuer).await.unwrap();
            let now = server.clock.now();
            let moved = transaction.move_customer(&emea, id, to, &resealed, now);
            moved.await.unwrap();
            let merge = Request {
                subject: Subject::Investor(customer.investor),
                command: Command::MergeInvestor { into: to },
            };
            let by = Actor::command_line("maria");
            let merged = transaction.decide(vec![merge], &by, now).await.unwrap();
            assert!(merged[0].is_ok(), "{merged:?}");
            transaction.commit().await.unwrap();
            stalled.destroy(&former).await;
        };
        let (reply, ()) = tokio::join!(server.post(&path, body), moving);
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert!(reply.text.contains("Jane Canary"), "{}", reply.text);
        let events = server.get("/v1/events?limit=500").await.expect(200);
        let events = events["data"].as_array().unwrap().iter();
        let shown = events.filter(|event| {
            let kind = event["type"].as_str().unwrap();
            event["investor"] == json!(known)
                && matches!(kind, "CustomerExported" | "CustomerOpened")
        });
        assert_eq!(shown.count(), 1, "the log has whose data it was");
    }
}
