//! An instance's customers, written out.

use serde_json::{Value, json};

use super::{jane, text};
use crate::harness::{Server, wallet};

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
