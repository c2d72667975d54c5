//! Whose an import is, and until when whoever began it may go on.

use std::{fmt::Write, io::Cursor};

use axum::http::Method;
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    federation::KeyGrant,
    ids::{AuthorityIndex, IssuerId},
    import::ColumnMap,
    investor::{Attestation, Source},
};
use symbolon_server::{
    Wake,
    imports::{ImportFailure, ImportOptions, begin_import, hash_file, run_import},
};
use symbolon_store::{ImportJob, Lapse, Warrant};
use tokio::{io::AsyncWriteExt, sync::watch};
use tokio_util::sync::CancellationToken;

use crate::harness::{ACME, NOW, Reply, Server, wallet};

const BAFIN: AuthorityIndex = AuthorityIndex(1);

fn rows(from: u64, to: u64) -> String {
    (from..to).fold(String::new(), |mut rows, row| {
        let _ = writeln!(rows, "{},DE,2027-12-31", wallet(row));
        rows
    })
}

fn file(count: u64) -> String {
    format!("wallet,country,expiry\n{}", rows(0, count))
}

fn issuer() -> IssuerId {
    ACME.parse().unwrap()
}

/// Whoever holds the key of authority 1.
fn inspector() -> Actor {
    Actor {
        authority: BAFIN,
        ..Actor::api_key("authority-1")
    }
}

fn options(warrant: Warrant, stop: CancellationToken) -> ImportOptions {
    ImportOptions {
        columns: ColumnMap::default(),
        warrant,
        wake: Wake::new(),
        stop,
    }
}

impl Server {
    /// Authority 1's import of this file, as the front door would begin it.
    async fn begun(&self, file: &str) -> (ImportJob, Warrant) {
        let source = Source::Operator {
            operator: "maria.keller".to_owned(),
            attestation: Attestation {
                text: "seen".to_owned(),
                version: "1".to_owned(),
            },
        };
        let (store, issuer, actor) = (&self.state.store, issuer(), inspector());
        let hash = hash_file(file.as_bytes()).await.unwrap();
        let job = begin_import(store, &issuer, hash, &actor, &source, NOW);
        let job = job.await.unwrap();
        let warrant = store.warrant(&issuer, &actor, Some("authority-1")).await;
        (job, warrant.unwrap())
    }

    /// The same, interrupted after its first thousand rows.
    async fn interrupted(&self, file: &str) -> ImportJob {
        let (job, warrant) = self.begun(file).await;
        let (store, issuer, stop) = (&self.state.store, issuer(), CancellationToken::new());
        let options = options(warrant, stop.clone());
        let reader = Cursor::new(file.as_bytes().to_vec());
        let ran = run_import(store, &issuer, &job, reader, options, &self.clock, |_| {
            stop.cancel();
        });
        assert!(matches!(ran.await, Err(ImportFailure::Stopped)));
        job
    }

    async fn get_as(&self, key: &str, path: &str) -> Reply {
        self.call_as(key, Method::GET, path, Value::Null).await
    }
}

#[tokio::test]
async fn an_interrupted_import_is_gone_on_with_by_its_authority_alone() {
    let server = Server::start().await;
    server.federation().await;
    server.key_for(1).await;
    let finma = server.key_for(2).await;
    let file = file(2_500);
    let job = server.interrupted(&file).await;

    // The same file and answers from others: jobs of their own, from line 1.
    for key in [&finma, &server.key] {
        let other = server.upload_as(key, "", file.clone()).await.expect(202);
        assert_ne!(other["id"], job.id);
        let done = server.finished(other["id"].as_str().unwrap()).await;
        assert_eq!(
            (&done["rows"], &done["line"]),
            (&json!(2_500), &json!(2_501))
        );
    }
    let left = server.get(&format!("/v1/imports/{}", job.id)).await;
    let left = left.expect(200);
    assert_eq!(
        (&left["state"], &left["line"], &left["authority"]),
        (&json!("running"), &json!(1_001), &json!(1))
    );

    // Another key of the same authority takes it up.
    let successor = server
        .granted("successor", KeyGrant::Authority(BAFIN))
        .await;
    server.revoke_key("authority-1").await;
    let again = server.upload_as(&successor, "", file).await.expect(202);
    assert_eq!(again["id"], job.id);
    let done = server.finished(&job.id).await;
    assert_eq!(
        (&done["state"], &done["rows"]),
        (&json!("finished"), &json!(2_500))
    );
}

#[tokio::test]
async fn anothers_import_is_as_unknown_as_any() {
    let server = Server::start().await;
    server.federation().await;
    let (bafin, finma) = (server.key_for(1).await, server.key_for(2).await);
    let job = server.upload_as(&bafin, "", file(3)).await.expect(202);
    let id = job["id"].as_str().unwrap();
    server.finished(id).await;
    let own = server.upload("", file(4)).await.expect(202);
    let own = own["id"].as_str().unwrap();
    server.finished(own).await;

    let without_request = |reply: Reply| {
        let mut problem = reply.problem(404, "not_found");
        problem["request_id"].take();
        problem
    };
    for (key, foreign) in [(&finma, id), (&finma, own), (&bafin, own)] {
        for end in ["", "/errors.csv"] {
            let path = |id: &str| format!("/v1/imports/{id}{end}");
            let seen = server.get_as(key, &path(foreign)).await;
            let unknown = format!("imp_{}", "0".repeat(24));
            let unknown = server.get_as(key, &path(&unknown)).await;
            assert_eq!(without_request(seen), without_request(unknown));
        }
    }
    let listed = async |key: &str| {
        let page = server.get_as(key, "/v1/imports").await.expect(200);
        let jobs = page["data"].as_array().unwrap().clone();
        jobs.into_iter()
            .map(|job| job["id"].clone())
            .collect::<Vec<_>>()
    };
    assert!(listed(&finma).await.is_empty());
    assert_eq!(listed(&bafin).await, [id]);
    assert_eq!(listed(&server.key).await.len(), 2);
    for key in [&bafin, &server.key] {
        let path = format!("/v1/imports/{id}");
        server.get_as(key, &path).await.expect(200);
    }
    // Nor does a cursor tell that there is one.
    let page = server.get("/v1/imports?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/v1/imports?cursor={cursor}");
    let reply = server.get_as(&finma, &path).await;
    reply.problem(400, "invalid_cursor");
}

/// The rest of the file comes only once the right to import it has lapsed.
async fn stopped_by(lapsed: impl AsyncFnOnce(&Server)) -> (Server, Value, Lapse) {
    let server = Server::start().await;
    for (name, country) in [("bafin", "DE"), ("finma", "CH")] {
        let body = json!({"name": name, "countries": [country]});
        server.post("/v1/authorities", body).await.expect(200);
    }
    server.key_for(1).await;
    let (job, warrant) = server.begun(&file(5_000)).await;
    let (mut writer, reader) = tokio::io::duplex(64 * 1024);
    let (told, mut done) = watch::channel(0);
    let running = {
        let (store, issuer, clock) = (server.state.store.clone(), issuer(), server.clock.clone());
        let (options, job) = (options(warrant, CancellationToken::new()), job.clone());
        tokio::spawn(async move {
            run_import(&store, &issuer, &job, reader, options, &clock, |progress| {
                told.send_replace(progress.accepted);
            })
            .await
        })
    };
    let first = format!("wallet,country,expiry\n{}", rows(0, 2_000));
    writer.write_all(first.as_bytes()).await.unwrap();
    done.wait_for(|accepted| *accepted == 2_000).await.unwrap();
    lapsed(&server).await;
    // The import may end before it has read everything.
    let _ = writer.write_all(rows(2_000, 5_000).as_bytes()).await;
    drop(writer);
    let Err(ImportFailure::Lapsed(lapse)) = running.await.unwrap() else {
        panic!("the import went on");
    };
    let shown = server.get(&format!("/v1/imports/{}", job.id)).await;
    (server, shown.expect(200), lapse)
}

async fn keeps_what_was_done(server: &Server, job: &Value, code: &str) {
    assert_eq!(
        (&job["state"], &job["accepted"], &job["line"]),
        (&json!("stopped"), &json!(2_000), &json!(2_001))
    );
    assert!(job["finished"].is_string());
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["investors"]["total"], 2_000);
    let path = format!("/v1/imports/{}/errors.csv", job["id"].as_str().unwrap());
    let errors = server.get(&path).await.text;
    let last = errors.lines().last().unwrap();
    assert!(last.starts_with(&format!("2002,,{code},")), "{errors}");
}

#[tokio::test]
async fn an_import_stops_where_its_key_is_revoked() {
    let (server, job, lapse) =
        stopped_by(async |server| server.revoke_key("authority-1").await).await;
    assert_eq!(lapse, Lapse::KeyRevoked);
    keeps_what_was_done(&server, &job, "key_revoked").await;
}

#[tokio::test]
async fn an_import_stops_where_its_authority_is_cut_off() {
    let (server, job, lapse) = stopped_by(async |server| {
        let restrict = server.post("/v1/authorities/1/restrict", json!({}));
        restrict.await.expect(200);
    })
    .await;
    assert_eq!(lapse, Lapse::AuthorityRestricted(BAFIN));
    keeps_what_was_done(&server, &job, "authority_restricted").await;
}

#[tokio::test]
async fn an_import_stops_where_its_authority_gets_other_countries() {
    let (server, job, lapse) = stopped_by(async |server| {
        let both = json!({"countries": ["AT", "DE"]});
        let countries = server.post("/v1/authorities/1/countries", both);
        countries.await.expect(200);
    })
    .await;
    assert_eq!(lapse, Lapse::MandateChanged(BAFIN));
    keeps_what_was_done(&server, &job, "mandate_changed").await;
}

#[tokio::test]
async fn an_import_goes_on_whatever_happens_to_others() {
    let server = Server::start().await;
    server.federation().await;
    let bafin = server.key_for(1).await;
    server.key_for(2).await;
    server.api_key(ACME, "other").await;
    server.revoke_key("authority-2").await;
    server.revoke_key("other").await;
    let job = server.upload_as(&bafin, "", file(10)).await.expect(202);
    let done = server.finished(job["id"].as_str().unwrap()).await;
    assert_eq!(
        (&done["state"], &done["accepted"]),
        (&json!("finished"), &json!(10))
    );
}

/// The server knows a key for some seconds more; the register does not.
#[tokio::test]
async fn a_revoked_key_that_the_server_still_knows_imports_nothing() {
    let server = Server::start().await;
    let key = server.api_key(ACME, "leaked").await;
    server.get_as(&key, "/v1/status").await.expect(200);
    server.revoke_key("leaked").await;
    let job = server.upload_as(&key, "", file(10)).await.expect(202);
    let done = server.finished(job["id"].as_str().unwrap()).await;
    assert_eq!(
        (&done["state"], &done["accepted"]),
        (&json!("stopped"), &json!(0))
    );
    let status = server.get("/v1/status").await.expect(200);
    assert_eq!(status["investors"]["total"], 0);
}
