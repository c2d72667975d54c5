//! What instances know of a person goes with the person.

use std::time::Duration;

use serde_json::json;
use symbolon_core::{actor::Actor, command::Command, custody::RetentionYears};
use symbolon_store::{Request, Subject};

use super::{jane, text};
use crate::harness::{ACME, Server, wallet};

/// None of the calendar is longer.
const YEAR: Duration = Duration::from_secs(366 * 86_400);

#[tokio::test]
async fn an_erased_person_is_unreadable_to_every_instance_and_in_a_backup() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let made = server.customer("emea", json!({"external_id": "C-1", "data": jane()}));
    let made = made.await;
    let (id, investor) = (text(&made, "id"), text(&made, "investor"));
    let body = json!({"investor": investor, "data": {"name": "J. Canary"}});
    let other = server.customer("apac", body).await;
    let path = format!("/v1/instances/emea/customers/{id}");
    let note = json!({"text": "canary"});
    server
        .post(&format!("{path}/notes"), note.clone())
        .await
        .expect(201);

    // It is due by what customers are known by alone.
    let issuer = ACME.parse().unwrap();
    server.clock.advance(6 * YEAR);
    let now = server.clock.now();
    let due = server
        .state
        .store
        .due_profiles(&issuer, now, Default::default(), 10);
    assert_eq!(due.await.unwrap().len(), 1);
    let backup = server.database.back_up().await;
    let erase = format!("/v1/investors/{investor}/profile/erase");
    server.post(&erase, json!({})).await.expect(200);
    let remains = server
        .state
        .store
        .profile_remains(&issuer, investor.parse().unwrap());
    let remains = remains.await.unwrap();
    assert_eq!(
        (remains.values, remains.customers, remains.terms),
        (0, 0, 0)
    );

    // The customers stay, and nothing is known of them, nor taken in.
    let shown = server.get(&path).await.expect(200);
    assert_eq!(shown["external_id"], "C-1");
    assert_eq!(shown["erased"], now.to_string());
    let listed = server.get("/v1/instances/emea/customers").await.expect(200);
    assert_eq!(listed["data"][0]["erased"], now.to_string());
    for shape in ["csv", "jsonl"] {
        let path = format!("/v1/instances/emea/exports/customers.{shape}");
        let export = server.get(&path).await;
        assert!(export.text.contains(&now.to_string()), "{}", export.text);
    }
    assert_eq!(
        (&shown["has_data"], &shown["notes"]),
        (&json!(false), &json!(0))
    );
    let open = format!("{path}/open");
    let purpose = json!({"purpose": "review"});
    server
        .post(&open, purpose.clone())
        .await
        .problem(409, "erased");
    let body = json!({"data": jane()});
    let reply = server.post(&format!("{path}/data"), body).await;
    reply.problem(409, "erased");
    let reply = server.post(&format!("{path}/notes"), note).await;
    reply.problem(409, "erased");
    let body = json!({"investor": investor, "data": jane()});
    server.instance("latam").await;
    let reply = server.post("/v1/instances/latam/customers", body).await;
    reply.problem(409, "erased");
    assert!(!has_key(&server, &investor).await);
    let search = json!({"email": "jane@canary.example"});
    let found = server
        .post("/v1/instances/emea/customers/search", search)
        .await;
    assert_eq!(found.expect(200)["customers"], json!([]));
    let link = json!({"reference_key": text(&other, "reference_key"), "address": wallet(1)});
    let reply = server.post("/v1/instances/apac/customers/link-wallet", link);
    reply.await.problem(409, "erased");
    let body = json!({"purpose": "report"});
    let export = server
        .post("/v1/instances/emea/exports/customers", body)
        .await;
    assert!(!export.text.contains("anary") && export.text.contains("C-1"));
    let line: serde_json::Value = serde_json::from_str(export.text.trim()).unwrap();
    assert_eq!(line["erased"], now.to_string());
    assert_eq!(line["opened"], serde_json::Value::Null);

    // The row may be closed and put away, and takes in nothing about anybody.
    let renew = format!("{path}/reference-key");
    let renewed = server.post(&renew, json!({})).await;
    renewed.problem(409, "erased");
    for (verb, body) in [
        ("status", json!({"status": "closed"})),
        ("external-id", json!({"external_id": null})),
        ("archive", json!({})),
    ] {
        let reply = server.post(&format!("{path}/{verb}"), body).await;
        assert_eq!(reply.expect(200)["erased"], now.to_string());
    }

    // Whoever restores the register finds ciphertext, and no key to it.
    server.database.restore(backup).await;
    let reply = server.post(&open, purpose).await;
    assert!(!reply.text.contains("anary"), "{}", reply.text);
    reply.problem(500, "internal");
}

#[tokio::test]
async fn what_moved_is_unreadable_in_a_backup_from_before() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let known = server.verified(&[wallet(1)]).await;
    let made = server.customer("emea", json!({"data": jane()})).await;
    let backup = server.database.back_up().await;
    let link = json!({"reference_key": text(&made, "reference_key"), "address": wallet(1)});
    let linked = server.post("/v1/instances/emea/customers/link-wallet", link);
    assert_eq!(linked.await.expect(200)["investor"], json!(known));
    server.database.restore(backup).await;
    let open = format!("/v1/instances/emea/customers/{}/open", text(&made, "id"));
    let reply = server.post(&open, json!({"purpose": "review"})).await;
    assert!(!reply.text.contains("anary"), "{}", reply.text);
    reply.problem(500, "internal");
}

/// Whether there is a key that could open what is known of somebody.
async fn has_key(server: &Server, investor: &str) -> bool {
    let keyring = server.database.keyring().await;
    let (issuer, investor) = (ACME.parse().unwrap(), investor.parse().unwrap());
    let key = keyring.person_key(&issuer, investor);
    key.await.unwrap().is_some()
}

impl Server {
    /// Erases somebody who was never verified, as if no profile were kept for any time.
    pub(crate) async fn erase_at_once(&self, investor: &str) {
        let (store, issuer) = (&self.state.store, ACME.parse().unwrap());
        let (investor, now) = (investor.parse().unwrap(), self.clock.now());
        let mut transaction = store.begin(&issuer).await.unwrap();
        let erase = Request {
            subject: Subject::Investor(investor),
            command: Command::EraseProfile {
                since: now,
                retention: RetentionYears(0),
            },
        };
        let by = Actor::command_line("maria");
        let decided = transaction.decide(vec![erase], &by, now).await.unwrap();
        assert!(decided[0].is_ok(), "{decided:?}");
        transaction.erase_profile(investor, now).await.unwrap();
        transaction.commit().await.unwrap();
        store.finish_erasure(&issuer, investor).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_while_something_is_written_has_no_key_afterwards() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let writes = [
        ("data", json!({"data": jane()})),
        ("notes", json!({"text": "canary"})),
    ];
    for (verb, body) in writes {
        let made = server.customer("emea", json!({})).await;
        let investor = text(&made, "investor");
        let path = format!("/v1/instances/emea/customers/{}/{verb}", text(&made, "id"));
        // The key is about to be kept when the erasure goes by.
        let mut stalled = server.database.stall_new_keys().await;
        let erasing = async {
            stalled.until_somebody_waits().await;
            server.erase_at_once(&investor).await;
            drop(stalled);
        };
        let (reply, ()) = tokio::join!(server.post(&path, body), erasing);
        reply.problem(409, "erased");
        assert!(!has_key(&server, &investor).await, "{verb}");
    }
}
