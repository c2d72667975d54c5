//! Profiles, from the vault's door.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    custody::{Retention, RetentionYears},
    profile::Field,
};
use symbolon_server::jobs::retention;

use crate::harness::{ACME, NOW, Server, wallet};

/// None of the calendar is longer.
const YEAR: Duration = Duration::from_secs(366 * 86_400);

fn jane() -> Value {
    json!({
        "given_names": "Jane",
        "family_name": "Canary-Doe",
        "birth_date": "1980-12-31",
        "nationalities": ["USA", "DE"],
        "national_id": {"country": "US", "number": "123 456 789"},
        "email": "Jane.Canary@Example.com",
        "documents": [{"kind": "passport", "country": "US", "number": "X-CANARY", "expires": "2030-01-01"}],
    })
}

async fn registered(server: &Server) -> String {
    let body = json!({"kind": "natural_person", "profile": jane()});
    let made = server.post("/v1/investors", body).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn open(server: &Server, id: &str) -> Value {
    let path = format!("/v1/investors/{id}/profile/open");
    let opened = server.post(&path, json!({"purpose": "review"})).await;
    opened.expect(200)
}

#[tokio::test]
async fn a_profile_goes_in_is_changed_and_comes_out_for_a_purpose() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let profile = open(&server, &id).await;
    assert_eq!(profile["family_name"], "Canary-Doe");
    assert_eq!(profile["nationalities"], json!(["DE", "US"]));
    assert_eq!(profile["documents"][0]["number"], "X-CANARY");

    let path = format!("/v1/investors/{id}/profile");
    let change = json!({"family_name": "Canary-Roe", "birth_date": null});
    let changed = server.post(&path, change).await.expect(200);
    assert_eq!(
        changed["changed"],
        json!(["family_name", "birth_date"])
            .as_array()
            .map(|fields| {
                let mut fields = fields.clone();
                fields.sort_by_key(|field| field.as_str().unwrap().parse::<Field>().unwrap());
                Value::from(fields)
            })
            .unwrap()
    );
    let profile = open(&server, &id).await;
    assert_eq!(profile["family_name"], "Canary-Roe");
    assert_eq!(profile["birth_date"], Value::Null);
    assert_eq!(profile["given_names"], "Jane");

    let events = server.get("/v1/events?limit=500").await;
    for word in ["Canary", "CANARY", "Jane", "1980", "123"] {
        assert!(!events.text.contains(&format!("\"{word}")), "{word}");
    }
    assert!(!events.text.contains("anary"), "{}", events.text);
    assert!(events.text.contains("ProfileOpened") && events.text.contains("review"));
}

#[tokio::test]
async fn the_same_person_is_registered_once() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let again = json!({"kind": "natural_person", "profile": jane()});
    server
        .post("/v1/investors", again.clone())
        .await
        .problem(409, "investor_exists");
    let mut random = again.clone();
    random["id"] = json!("random");
    let other = server.post("/v1/investors", random).await.expect(201);
    assert_ne!(other["id"], json!(id));
    let mut registrar = again;
    registrar["id"] = json!("kyc_registrar");
    registrar["profile"]["family_name"] = json!("Doe");
    let registrar = server.post("/v1/investors", registrar).await.expect(201);
    assert_eq!(
        registrar["id"],
        "0x3d57f406d017300445f29a27d5c995ab860d80164179bbc840f53ed41e37e80f"
    );
}

#[tokio::test]
async fn people_are_found_by_what_is_written_otherwise() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let find = async |body| {
        let found = server.post("/v1/profiles/search", body).await.expect(200);
        found["investors"].clone()
    };
    assert_eq!(
        find(json!({"email": " jane.canary@example.COM"})).await,
        json!([id])
    );
    let number = json!({"national_id": {"country": "USA", "number": "123-456-789"}});
    assert_eq!(find(number.clone()).await, json!([id]));
    assert_eq!(find(json!({"email": "jane@example.com"})).await, json!([]));
    let path = format!("/v1/investors/{id}/profile");
    let change = json!({"national_id": null});
    server.post(&path, change).await.expect(200);
    assert_eq!(find(number).await, json!([]));
    server
        .post("/v1/profiles/search", json!({}))
        .await
        .problem(422, "invalid_fields");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_not_repeated() {
    let server = Server::with_vault().await;
    let id = server.register(&[]).await;
    let path = format!("/v1/investors/{id}/profile");
    let unborn = json!({"birth_date": "2980-12-31"});
    let problem = server.post(&path, unborn).await;
    let problem = problem.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "birth_date");
    let body = json!({"birth_date": "31.12.1980", "lei": "x", "shoe_size": 44, "email": "jane"});
    let reply = server.post(&path, body).await;
    assert!(!reply.text.contains("31.12"), "{}", reply.text);
    let problem = reply.problem(422, "invalid_fields");
    let mut fields: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["field"].as_str().unwrap(),
                error["code"].as_str().unwrap(),
            )
        })
        .collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            ("birth_date", "bad_value"),
            ("email", "bad_value"),
            ("lei", "not_of_this_kind"),
            ("shoe_size", "unknown_field"),
        ]
    );
    let open = format!("/v1/investors/{id}/profile/open");
    let body = json!({"purpose": "to jane@example.com"});
    server
        .post(&open, body)
        .await
        .problem(422, "invalid_fields");
}

#[tokio::test]
async fn a_key_opens_profiles_only_if_it_was_made_to() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let key = server.api_key(ACME, "frontend").await;
    for (path, body) in [
        (
            format!("/v1/investors/{id}/profile/open"),
            json!({"purpose": "review"}),
        ),
        (format!("/v1/investors/{id}/profile/erase"), json!({})),
        (
            "/v1/profiles/search".to_owned(),
            json!({"email": "jane.canary@example.com"}),
        ),
    ] {
        let reply = server.call_as(&key, "POST".parse().unwrap(), &path, body);
        reply.await.problem(403, "no_profiles");
    }
    let path = format!("/v1/investors/{id}/profile");
    let body = json!({"phone": "+49 30 123456"});
    let reply = server.call_as(&key, "POST".parse().unwrap(), &path, body);
    reply.await.expect(200);
}

#[tokio::test]
async fn a_closed_vault_takes_nothing_and_says_how_to_open_it() {
    let server = Server::start().await;
    let body = json!({"kind": "natural_person", "profile": jane()});
    server
        .post("/v1/investors", body)
        .await
        .problem(503, "vault_closed");
    let all = server.get("/v1/investors").await.expect(200);
    assert_eq!(all["data"], json!([]));
}

#[tokio::test]
async fn a_profile_is_erased_in_its_time_and_unreadable_in_a_backup() {
    let server = Server::with_vault().await;
    let body =
        json!({"kind": "natural_person", "profile": jane(), "wallets": [{"address": wallet(1)}]});
    let made = server.post("/v1/investors", body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let erase = async || {
        let path = format!("/v1/investors/{id}/profile/erase");
        server.post(&path, json!({})).await
    };
    let custody = async || {
        let path = format!("/v1/investors/{id}/custody");
        server.get(&path).await.expect(200)
    };
    erase().await.problem(409, "must_keep");
    let hold = json!({"reference": "case 7"});
    let path = format!("/v1/investors/{id}/holds");
    server.post(&path, hold.clone()).await.expect(200);
    let held = custody().await;
    assert_eq!(held["holds"], json!(["case 7"]));
    assert_eq!(held.get("gone"), None);
    server.clock.advance(5 * YEAR);
    erase().await.problem(409, "must_keep");
    server.post(&format!("{path}/lift"), hold).await.expect(200);

    let backup = server.database.back_up().await;
    let left = erase().await.expect(200);
    assert_eq!(left["erased"], true);
    let gone = custody().await["gone"].clone();
    assert_eq!(gone["by"], "key:backend");
    assert!(gone["at"].is_string() && gone["entry"].is_u64(), "{gone}");
    let open = format!("/v1/investors/{id}/profile/open");
    let body = json!({"purpose": "review"});
    server
        .post(&open, body.clone())
        .await
        .problem(409, "erased");
    let search = json!({"email": "jane.canary@example.com"});
    let found = server.post("/v1/profiles/search", search).await.expect(200);
    assert_eq!(found["investors"], json!([]));
    erase().await.problem(409, "already_so");
    let verdict =
        json!({"level": "basic", "country": "DE", "attestation": crate::harness::attestation()});
    let verify = format!("/v1/investors/{id}/verifications");
    server.post(&verify, verdict).await.problem(409, "erased");

    // Whoever restores the register finds values, and no key to them.
    server.database.restore(backup).await;
    let reply = server.post(&open, body).await;
    assert!(!reply.text.contains("anary"), "{}", reply.text);
    reply.problem(500, "internal");
}

#[tokio::test]
async fn each_issuer_keeps_profiles_as_long_as_it_must() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let issuer = ACME.parse().unwrap();
    let mut transaction = server.state.store.begin(&issuer).await.unwrap();
    let none = Retention {
        years: RetentionYears(0),
        ..Retention::default()
    };
    let set = transaction
        .set_retention(none, &Actor::command_line("maria"), NOW)
        .await;
    set.unwrap().unwrap();
    transaction.commit().await.unwrap();
    let path = format!("/v1/investors/{id}/profile/erase");
    let left = server.post(&path, json!({})).await.expect(200);
    assert_eq!(left["retention_years"], 0);
}

#[tokio::test]
async fn servers_erase_by_themselves_once_the_issuer_says_so() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let mut other = json!({"kind": "natural_person", "profile": jane()});
    other["profile"]["family_name"] = json!("Canary-Roe");
    let held = server.post("/v1/investors", other).await.expect(201)["id"].clone();
    let held = held.as_str().unwrap();
    let path = format!("/v1/investors/{held}/holds");
    let hold = json!({"reference": "case 7"});
    server.post(&path, hold.clone()).await.expect(200);
    let custody = async |id: &str| {
        let path = format!("/v1/investors/{id}/custody");
        server.get(&path).await.expect(200)
    };
    let sweep = async || retention::sweep(&server.state).await.unwrap();

    server.clock.advance(5 * YEAR);
    assert_eq!(sweep().await, 0, "nobody has said so");
    let issuer = ACME.parse().unwrap();
    let mut transaction = server.state.store.begin(&issuer).await.unwrap();
    let by_itself = Retention {
        years: RetentionYears(6),
        erases_by_itself: true,
    };
    let set = transaction
        .set_retention(by_itself, &Actor::command_line("maria"), NOW)
        .await;
    set.unwrap().unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(custody(&id).await["erased_by_itself"], true);
    assert_eq!(sweep().await, 0, "its time has not come");
    server.clock.advance(YEAR);
    assert_eq!(sweep().await, 1);
    let left = custody(&id).await;
    assert_eq!(left["erased"], true);
    assert_eq!(left["gone"]["by"], "system:retention");
    let keyring = server.database.keyring().await;
    let key = keyring.person_key(&issuer, id.parse().unwrap()).await;
    assert!(key.unwrap().is_none());
    let events = server.get("/v1/events?limit=500").await.expect(200);
    let erased = events["data"].as_array().unwrap().last().unwrap();
    assert_eq!(erased["actor"], "system:retention");
    assert_eq!(erased["investor"], id.as_str());
    assert_eq!(custody(held).await["erased"], false);
    server.post(&format!("{path}/lift"), hold).await.expect(200);
    assert_eq!(sweep().await, 1);
    assert_eq!(custody(held).await["erased"], true);
    assert_eq!(sweep().await, 0);
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_is_finished() {
    let server = Server::with_vault().await;
    let id = registered(&server).await;
    let investor = id.parse().unwrap();
    let issuer = ACME.parse().unwrap();
    let keyring = server.database.keyring().await;
    let mut transaction = server.state.store.begin(&issuer).await.unwrap();
    transaction
        .erase_profile(investor, server.clock.now())
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let key = keyring.person_key(&issuer, investor).await.unwrap();
    assert!(key.is_some());
    server.vault().finish_erasures().await.unwrap();
    let key = keyring.person_key(&issuer, investor).await.unwrap();
    assert!(key.is_none());
    let left = server
        .state
        .store
        .unfinished_erasures(&issuer, 10)
        .await
        .unwrap();
    assert!(left.is_empty());
}
