//! Customer files, streamed, interrupted and taken up again.

use std::{collections::BTreeSet, fmt::Write, io::Cursor};

use axum::body::{Body, Bytes};
use serde_json::json;
use symbolon_core::{
    actor::Actor,
    import::ColumnMap,
    investor::{Attestation, Source},
};
use symbolon_server::{
    Wake,
    imports::{ImportFailure, ImportOptions, begin_import, hash_file, run_import},
};
use tokio_util::sync::CancellationToken;

use crate::harness::{ACME, NOW, Server, wallet};

/// A file of so many rows, of which every thousandth is wrong.
fn file(rows: u64) -> String {
    let mut file = "Wallet Address;country;expiry\n".to_owned();
    for row in 0..rows {
        let country = if row % 1000 == 999 { "XK" } else { "DE" };
        let _ = writeln!(file, "{};{country};2027-12-31", wallet(row));
    }
    file
}

fn streamed(file: &str) -> Body {
    let pieces: Vec<_> = file
        .as_bytes()
        .chunks(7_001)
        .map(Bytes::copy_from_slice)
        .collect();
    Body::from_stream(futures::stream::iter(
        pieces.into_iter().map(Ok::<_, std::io::Error>),
    ))
}

fn source() -> Source {
    Source::Operator {
        operator: "maria.keller".to_owned(),
        attestation: Attestation {
            text: "seen".to_owned(),
            version: "1".to_owned(),
        },
    }
}

#[tokio::test]
async fn a_large_file_is_stored_and_its_errors_are_named() {
    let server = Server::start().await;
    let reply = server.upload("", streamed(&file(20_000))).await;
    let job = reply.expect(202);
    let id = job["id"].as_str().unwrap();
    assert_eq!(reply.headers["location"], format!("/v1/imports/{id}"));
    let done = server.finished(id).await;
    assert_eq!(
        (&done["state"], &done["rows"]),
        (&json!("finished"), &json!(20_000))
    );
    assert_eq!(
        (&done["accepted"], &done["refused"]),
        (&json!(19_980), &json!(20))
    );
    assert_eq!(done["line"], 20_001);

    let errors = server
        .get(&format!("/v1/imports/{id}/errors.csv"))
        .await
        .text;
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!((lines.len(), lines[0]), (21, "row,column,code,message"));
    assert!(
        lines[1].starts_with("1001,country,no_numeric_code,"),
        "{}",
        lines[1]
    );
    assert_eq!(done["unchanged"], 0);
    // Again: all of it is known, and nothing is recorded.
    let job = server.upload("", streamed(&file(20_000))).await.expect(202);
    let again = server.finished(job["id"].as_str().unwrap()).await;
    assert_eq!(
        (&again["accepted"], &again["unchanged"]),
        (&json!(19_980), &json!(19_980))
    );
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["investors"]["verified"], 19_980);
    let listed = server.get("/v1/imports").await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_interrupted_import_goes_on_where_it_stopped() {
    let server = Server::start().await;
    let (store, issuer) = (server.state.store.clone(), ACME.parse().unwrap());
    let file = file(20_000);
    let hash = hash_file(file.as_bytes()).await.unwrap();
    let actor = Actor::api_key("backend");
    let job = begin_import(&store, &issuer, hash, &actor, &source(), NOW)
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let options = ImportOptions {
        columns: ColumnMap::default(),
        warrant: store.warrant(&issuer, &actor, None).await.unwrap(),
        wake: Wake::new(),
        stop: stop.clone(),
    };
    let reader = Cursor::new(file.clone().into_bytes());
    let interrupted = run_import(
        &store,
        &issuer,
        &job,
        reader,
        options,
        &server.clock,
        |progress| {
            if progress.accepted > 6_000 {
                stop.cancel();
            }
        },
    )
    .await;
    assert!(matches!(interrupted, Err(ImportFailure::Stopped)));
    let half = server
        .get(&format!("/v1/imports/{}", job.id))
        .await
        .expect(200);
    assert_eq!(
        (&half["state"], &half["working"]),
        (&json!("running"), &json!(false))
    );
    assert_eq!(half["line"], 7_001);

    // The same file through the front door: the same job, and no row twice.
    let again = server.upload("", streamed(&file)).await.expect(202);
    assert_eq!(again["id"], job.id);
    let done = server.finished(&job.id).await;
    assert_eq!(
        (&done["accepted"], &done["refused"]),
        (&json!(19_980), &json!(20))
    );
    let log = server.get("/v1/status").await.expect(200);
    assert_eq!(
        (&log["investors"]["total"], &log["log_entries"]),
        // And one of the key.
        (&json!(19_980), &json!(19_981))
    );
    let errors = server
        .get(&format!("/v1/imports/{}/errors.csv", job.id))
        .await
        .text;
    let lines: BTreeSet<_> = errors.lines().collect();
    assert_eq!((lines.len(), errors.lines().count()), (21, 21));
}

#[tokio::test]
async fn a_finished_file_begins_anew_and_changes_nothing() {
    let server = Server::start().await;
    let file = file(50);
    let first = server.upload("", file.clone()).await.expect(202)["id"].clone();
    server.finished(first.as_str().unwrap()).await;
    let before = server.get("/v1/status").await.expect(200);
    let second = server.upload("", file).await.expect(202)["id"].clone();
    assert_ne!(first, second);
    let done = server.finished(second.as_str().unwrap()).await;
    assert_eq!(done["accepted"], 50);
    assert_eq!(server.get("/v1/status").await.expect(200), before);
}

#[tokio::test]
async fn a_key_leads_to_one_job_and_to_no_other_file() {
    let server = Server::start().await;
    let send = async |file: String| {
        let request = axum::http::Request::post(format!("/v1/imports?{}", crate::harness::UPLOAD))
            .header("Authorization", format!("Bearer {}", server.key))
            .header("Idempotency-Key", "key-1")
            .body(Body::from(file))
            .unwrap();
        server.send(request).await
    };
    let first = send(file(10)).await.expect(202)["id"].clone();
    server.finished(first.as_str().unwrap()).await;
    let second = send(file(10)).await;
    assert_eq!(second.expect(202)["id"], first);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    send(file(11)).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn what_the_register_refuses_is_an_error_of_its_row() {
    let server = Server::start().await;
    let id = server.verified(&[wallet(1)]).await;
    server
        .post(
            &format!("/v1/investors/{id}/revocations"),
            json!({"reason": "sanctions"}),
        )
        .await
        .expect(200);
    let file = format!("wallet,country\n{},DE\n{},DE\n", wallet(1), wallet(2));
    let job = server.upload("", file).await.expect(202)["id"].clone();
    let done = server.finished(job.as_str().unwrap()).await;
    assert_eq!(
        (&done["accepted"], &done["refused"]),
        (&json!(1), &json!(1))
    );
    let errors = server
        .get(&format!("/v1/imports/{}/errors.csv", job.as_str().unwrap()))
        .await
        .text;
    assert!(errors.contains("\n2,,revoked,"), "{errors}");
}

#[tokio::test]
async fn columns_are_read_by_the_issuers_names() {
    let server = Server::start().await;
    let file = format!("Kunde Wallet,Land\n{},DE\n", wallet(1));
    let problem = server
        .upload("", file.clone())
        .await
        .problem(422, "unreadable_file");
    assert_eq!(problem["errors"][0]["code"], "missing_column");
    server
        .put("/v1/column-map", json!({"columns": {"Land": "country"}}))
        .await
        .expect(200);
    let job = server
        .upload("&map=Kunde%20Wallet=wallet", file.clone())
        .await
        .expect(202)["id"]
        .clone();
    assert_eq!(server.finished(job.as_str().unwrap()).await["accepted"], 1);
    let two = "&map=Kunde%20Wallet=wallet&map=Land=country&dry_run=true";
    assert_eq!(
        server.upload(two, file.clone()).await.expect(200)["accepted"],
        1
    );
    server
        .upload("&map=Kunde", file)
        .await
        .problem(400, "invalid_parameter");
}

#[tokio::test]
async fn a_dry_run_stores_nothing() {
    let server = Server::start().await;
    let found = server
        .upload("&dry_run=true", streamed(&file(2_000)))
        .await
        .expect(200);
    assert_eq!(
        (&found["rows"], &found["refused"]),
        (&json!(2_000), &json!(2))
    );
    assert_eq!(found["errors"][0]["row"], 1001);
    assert_eq!(found["errors"][0]["column"], "country");
    assert_eq!(
        server.get("/v1/imports").await.expect(200)["data"],
        json!([])
    );
    assert_eq!(
        server.get("/v1/status").await.expect(200)["investors"]["total"],
        0
    );
}

#[tokio::test]
async fn what_is_no_upload_is_refused() {
    let server = Server::start().await;
    server.upload("", "").await.problem(422, "unreadable_file");
    server
        .upload("", "wallet,country\n")
        .await
        .problem(422, "unreadable_file");
    server
        .post(
            "/v1/imports?operator=a&attestation_text=b&attestation_version=c",
            json!({}),
        )
        .await
        .problem(415, "unsupported_media_type");
    let problem = server
        .post("/v1/imports", json!(null))
        .await
        .problem(400, "invalid_parameter");
    assert_eq!(problem["errors"][0]["field"], "operator");
    let broken = futures::stream::iter([
        Ok(Bytes::from_static(b"wallet,country\n")),
        Err(std::io::Error::other("gone")),
    ]);
    server
        .upload("", Body::from_stream(broken))
        .await
        .problem(400, "malformed_body");
    assert_eq!(
        server.get("/v1/imports").await.expect(200)["data"],
        json!([])
    );
}
