//! The audit catches whoever touches the database.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{Desk, customers};

async fn filled() -> Desk {
    let desk = Desk::with_issuer().await;
    desk.write("some.csv", &customers(20));
    desk.run(&["import", "some.csv"]).succeeded();
    desk.run(&["revoke", "--external-id", "C-000003", "--reason", "mistake"])
        .succeeded();
    desk
}

pub(crate) async fn tamper(desk: &Desk, sql: &str) {
    let url = &desk.database.as_ref().unwrap().url;
    let mut connection = PgConnection::connect(url).await.unwrap();
    let done = sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_log_holds_together() {
    let desk = filled().await;
    let report = desk.run(&["audit", "verify", "--json"]).succeeded().json();
    assert_eq!(report["ok"], true);
    assert_eq!(
        (&report["entries"], &report["investors"], &report["wallets"]),
        (&json!(21), &json!(20), &json!(20))
    );
    assert_eq!(report["chains"], json!([]));

    let lines = desk.run(&["audit", "export"]).succeeded().stdout;
    let entries: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(entries.len(), 21);
    assert_eq!(entries[20]["hash"], report["head"]);
    assert_eq!(entries[20]["events"][0]["type"], "InvestorRevoked");
    assert_eq!(entries[20]["actor"], "cli:maria");
    assert_eq!(
        desk.run(&["audit", "export", "--json"]).succeeded().json(),
        json!(entries)
    );
    let written = desk
        .run(&["audit", "export", "--output", "log.jsonl", "--json"])
        .succeeded()
        .json();
    assert_eq!(written["entries"], 21);
    assert_eq!(desk.read("log.jsonl"), lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_tampering_exits_with_8() {
    for (sql, word) in [
        (
            "UPDATE entry SET actor = 'cli:nobody' WHERE number = 7",
            "edited",
        ),
        ("DELETE FROM entry WHERE number = 7", "deleted"),
        ("DELETE FROM entry WHERE number = 21", "truncated"),
        (
            "UPDATE investor SET status = 'verified', reason = NULL WHERE status = 'revoked'",
            "is not what its log",
        ),
    ] {
        let desk = filled().await;
        tamper(&desk, sql).await;
        let report = desk.run(&["audit", "verify", "--json"]).exits(8).json();
        assert_eq!(report["ok"], false, "{sql}");
        let problem = report["problem"].as_str().unwrap();
        assert!(problem.contains(word), "{sql} gave {problem}");
        let text = desk.run(&["audit", "verify"]).exits(8).stdout;
        assert!(text.starts_with("TAMPERED: "), "{text}");
    }
}
