//! Pages cover every row exactly once, also while rows are added.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Server, attestation, wallet};

async fn admit(server: &Server, wallets: std::ops::Range<u64>) {
    let entries: Vec<_> = wallets
        .map(|n| json!({"wallet": wallet(n), "country": "DE"}))
        .collect();
    let body = json!({"attestation": attestation(), "entries": entries});
    server
        .post("/v1/verifications/batch", body)
        .await
        .expect(200);
}

/// Walks a list page by page; `between` runs after each page.
async fn walk(
    server: &Server,
    path: &str,
    limit: usize,
    between: impl AsyncFn(usize),
    name: impl Fn(&Value) -> String,
) -> Vec<String> {
    let mut names = Vec::new();
    let mut cursor = String::new();
    for page_number in 0.. {
        let page = server
            .get(&format!("{path}?limit={limit}{cursor}"))
            .await
            .expect(200);
        let rows = page["data"].as_array().unwrap();
        names.extend(rows.iter().map(&name));
        match page["next_cursor"].as_str() {
            Some(next) => {
                assert_eq!(rows.len(), limit);
                cursor = format!("&cursor={next}");
            }
            None => break,
        }
        between(page_number).await;
    }
    names
}

#[tokio::test]
async fn investors_who_join_meanwhile_come_last() {
    let server = Server::start().await;
    admit(&server, 0..50).await;
    let add = async |page: usize| {
        let next = 50 + page as u64;
        if next < 55 {
            admit(&server, next..next + 1).await;
        }
    };
    let name = |row: &Value| {
        row["wallets"][0]["address"]
            .as_str()
            .unwrap()
            .to_lowercase()
    };
    let names = walk(&server, "/v1/investors", 7, add, name).await;
    let expected: Vec<_> = (0..55).map(wallet).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn events_are_cut_between_two_of_one_entry() {
    let server = Server::start().await;
    admit(&server, 0..20).await;
    let name = |row: &Value| format!("{}.{}", row["number"], row["index"]);
    let all = walk(&server, "/v1/events", 500, async |_| {}, name).await;
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    for limit in [1, 3, 7] {
        let names = walk(&server, "/v1/events", limit, async |_| {}, name).await;
        assert_eq!(names, all, "{limit} a page");
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let server = Server::start().await;
    admit(&server, 0..3).await;
    let page = server.get("/v1/events?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    server
        .get(&format!("/v1/investors?cursor={cursor}"))
        .await
        .problem(400, "invalid_cursor");
    server
        .get("/v1/investors?cursor=nonsense")
        .await
        .problem(400, "invalid_cursor");
    server
        .get("/v1/imports?cursor=aW1wb3J0czppbXBfMQ")
        .await
        .problem(400, "invalid_cursor");
    let problem = server
        .get("/v1/investors?limit=501")
        .await
        .problem(400, "invalid_parameter");
    assert_eq!(problem["errors"][0]["field"], "limit");
}
