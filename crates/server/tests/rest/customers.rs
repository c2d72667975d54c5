//! Customers of instances: each instance sees its own, and all share one register.

mod changes;
mod erasure;
mod exports;
mod linking;
mod links;
mod takeover;

use axum::http::Method;
use serde_json::{Value, json};
use symbolon_core::federation::{KeyGrant, KeyPowers};

use crate::harness::{ACME, Reply, Server, wallet};

impl Server {
    /// An instance of acme's.
    pub(crate) async fn instance(&self, name: &str) {
        let body = json!({"name": name, "title": format!("The {name} desk")});
        self.post("/v1/instances", body).await.expect(201);
    }

    /// A customer of an instance's, as the answer shows it.
    pub(crate) async fn customer(&self, instance: &str, body: Value) -> Value {
        let path = format!("/v1/instances/{instance}/customers");
        self.post(&path, body).await.expect(201)
    }

    /// A key that sees one instance's customers alone.
    async fn confined(&self, instance: &str) -> String {
        let grant = KeyGrant::Instance(instance.parse().unwrap());
        self.granted(instance, grant).await
    }

    async fn post_by(&self, key: &str, path: &str, body: Value) -> Reply {
        self.call_as(key, Method::POST, path, body).await
    }

    async fn get_by(&self, key: &str, path: &str) -> Reply {
        self.call_as(key, Method::GET, path, Value::Null).await
    }

    async fn open_customer(&self, instance: &str, id: &str) -> Value {
        let path = format!("/v1/instances/{instance}/customers/{id}/open");
        self.post(&path, json!({"purpose": "review"}))
            .await
            .expect(200)
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

fn jane() -> Value {
    json!({"name": "Jane Canary", "email": "jane@canary.example", "tier": 2})
}

#[tokio::test]
async fn a_customer_is_made_without_a_wallet_and_gets_a_reference_key() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let body = json!({"external_id": "CRM-1", "data": jane()});
    let path = "/v1/instances/emea/customers";
    let reply = server.post_once("one", path, body.clone()).await;
    let made = reply.expect(201);
    assert_eq!(made["external_id"], "CRM-1");
    assert_eq!(made["status"], "active");
    assert_eq!(made["has_data"], true);
    assert_eq!(made["verdict"]["status"], "pending");
    assert_eq!(made["wallets"], json!([]));
    let key = text(&made, "reference_key");
    assert!(key.starts_with("ref_") && key.len() == 36, "{key}");
    assert!(!reply.text.contains("anary"), "{}", reply.text);

    // The same request has the same key; nothing else ever shows it.
    let again = server.post_once("one", path, body).await.expect(201);
    assert_eq!(again, made);
    let shown = server.get(&format!("{path}/{}", text(&made, "id"))).await;
    assert_eq!(shown.expect(200).get("reference_key"), None);
    let listed = server.get(path).await;
    assert!(!listed.text.contains(&key), "{}", listed.text);

    // Another one takes its place.
    let renew = format!("{path}/{}/reference-key", text(&made, "id"));
    let renewed = server.post(&renew, json!({})).await.expect(200);
    let newer = text(&renewed, "reference_key");
    assert_ne!(newer, key);
    let search = format!("{path}/search");
    let find = async |key: &str| {
        let found = server.post(&search, json!({"reference_key": key})).await;
        found.expect(200)["customers"].as_array().unwrap().len()
    };
    assert_eq!(find(&key).await, 0);
    assert_eq!(find(&newer).await, 1);

    // An external id is given once.
    let body = json!({"external_id": "CRM-1"});
    server.post(path, body).await.problem(409, "conflict");
}

#[tokio::test]
async fn two_instances_share_an_investor_and_nothing_else() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let investor = server.verified(&[wallet(1)]).await;
    let one = json!({"investor": investor, "external_id": "CRM-1", "data": jane()});
    let emea = server.customer("emea", one.clone()).await;
    let two = json!({"investor": investor, "external_id": "CRM-1", "data": {"name": "J. C."}});
    let apac = server.customer("apac", two).await;
    assert_ne!(emea["id"], apac["id"]);
    for shown in [&emea, &apac] {
        assert_eq!(shown["verdict"]["verified"], true);
        assert_eq!(shown["verdict"]["country"], "DE");
        let address = text(&shown["wallets"][0], "address").to_lowercase();
        assert_eq!(address, wallet(1));
    }
    server
        .post("/v1/instances/emea/customers", one)
        .await
        .problem(409, "conflict");

    // What one does, the other does not see.
    let of_emea = format!("/v1/instances/emea/customers/{}", text(&emea, "id"));
    let note = json!({"text": "canary of emea"});
    let noted = server.post(&format!("{of_emea}/notes"), note).await;
    assert_eq!(noted.expect(201)["notes"], 1);
    let hold = json!({"status": "on_hold"});
    server
        .post(&format!("{of_emea}/status"), hold)
        .await
        .expect(200);
    let of_apac = format!("/v1/instances/apac/customers/{}", text(&apac, "id"));
    let shown = server.get(&of_apac).await.expect(200);
    assert_eq!(
        (&shown["status"], &shown["notes"]),
        (&json!("active"), &json!(0))
    );
    let opened = server.open_customer("apac", &text(&apac, "id")).await;
    assert_eq!(opened, json!({"data": {"name": "J. C."}, "notes": []}));
    let opened = server.open_customer("emea", &text(&emea, "id")).await;
    assert_eq!(opened["data"], jane());
    assert_eq!(opened["notes"][0]["text"], "canary of emea");
    assert_eq!(opened["notes"][0]["author"], "key:backend");

    // One's ids and keys name nobody in the other.
    let crossed = format!("/v1/instances/apac/customers/{}", text(&emea, "id"));
    server.get(&crossed).await.problem(404, "not_found");
    for (verb, body) in [
        ("data", json!({"data": null})),
        ("notes", json!({"text": "x"})),
        ("status", json!({"status": "closed"})),
        ("open", json!({"purpose": "review"})),
        ("archive", json!({})),
        ("restore", json!({})),
        ("reference-key", json!({})),
        ("external-id", json!({"external_id": "CRM-2"})),
        ("links", json!({"check": false})),
    ] {
        let path = format!("{crossed}/{verb}");
        server.post(&path, body).await.problem(404, "not_found");
    }
    let link = json!({"reference_key": text(&emea, "reference_key"), "address": wallet(9)});
    server
        .post("/v1/instances/apac/customers/link-wallet", link)
        .await
        .problem(404, "unknown_reference");
    for term in [
        json!({"email": "jane@canary.example"}),
        json!({"name": "jane  CANARY"}),
    ] {
        let find = async |instance: &str| {
            let path = format!("/v1/instances/{instance}/customers/search");
            let found = server.post(&path, term.clone()).await.expect(200);
            found["customers"].as_array().unwrap().len()
        };
        assert_eq!((find("emea").await, find("apac").await), (1, 0), "{term}");
    }
    let events = server.get("/v1/events?limit=500").await;
    assert!(!events.text.contains("anary"), "{}", events.text);
    assert!(events.text.contains("CustomerOpened") && events.text.contains("\"emea\""));
}

#[tokio::test]
async fn a_person_whom_the_register_knows_is_found_by_its_profile() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let profile = json!({
        "given_names": "Jane", "family_name": "Doe", "birth_date": "1980-12-31",
        "national_id": {"country": "US", "number": "123456789"},
    });
    let one = server.customer("emea", json!({"profile": profile})).await;
    let mut other = profile.clone();
    other["phone"] = json!("+4930123456");
    let two = server.customer("apac", json!({"profile": other})).await;
    assert_eq!(one["investor"], two["investor"]);
    // It is told that the person was known, and what was not taken in.
    assert_eq!(
        (&one["investor_known"], one.get("not_taken")),
        (&json!(false), None)
    );
    assert_eq!(two["investor_known"], true);
    assert_eq!(two["not_taken"], json!(["phone"]));
    let found = format!("/v1/instances/apac/customers/{}", text(&two, "id"));
    let found = server.get(&found).await.expect(200);
    assert_eq!(found.get("investor_known"), None);
    let path = format!("/v1/investors/{}/profile/open", text(&one, "investor"));
    let opened = server.post(&path, json!({"purpose": "review"})).await;
    let opened = opened.expect(200);
    assert_eq!(opened["family_name"], "Doe");
    assert_eq!(opened.get("phone"), None, "another instance wrote to it");
    let random = server.customer("apac", json!({"profile": other, "id": "random"}));
    assert_ne!(random.await["investor"], one["investor"]);
}

#[tokio::test]
async fn many_are_made_at_once_and_none_keeps_another_back() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let path = "/v1/instances/emea/customers/batch";
    let body = json!({"customers": [
        {"external_id": "C-1", "data": jane()},
        {"external_id": "C-1"},
        {"external_id": "C-2", "data": {"email": "canary"}},
        {"external_id": "C-3"},
        {"external_id": "C-4", "name": "canary"},
        "canary",
    ]});
    let reply = server.post_once("batch", path, body.clone()).await;
    assert!(!reply.text.contains("anary"), "{}", reply.text);
    let made = reply.expect(200);
    let results = made["results"].as_array().unwrap();
    assert_eq!(results[1]["code"], "conflict");
    assert_eq!(results[2]["errors"][0]["field"], "data.email");
    assert_eq!(results[4]["code"], "unknown_field");
    assert_eq!(results[5]["code"], "wrong_type");
    assert_eq!((&made["ok"], &made["refused"]), (&json!(2), &json!(4)));
    let keys = [0, 3].map(|place| text(&results[place]["customer"], "reference_key"));
    assert_ne!(keys[0], keys[1]);
    assert_eq!(
        server.post_once("batch", path, body).await.expect(200),
        made
    );
    let search = "/v1/instances/emea/customers/search";
    for (key, external_id) in keys.iter().zip(["C-1", "C-3"]) {
        let found = server.post(search, json!({"reference_key": key})).await;
        let found = found.expect(200);
        assert_eq!(found["customers"][0]["external_id"], external_id);
    }
    // Nobody was registered for those that were refused.
    let investors = server.get("/v1/investors").await.expect(200);
    assert_eq!(investors["data"].as_array().unwrap().len(), 2);
    let many = json!({"customers": vec![json!({}); 101]});
    server.post(path, many).await.problem(422, "invalid_fields");
}

#[tokio::test]
async fn notes_that_come_together_are_all_kept() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let made = server.customer("emea", json!({})).await;
    let path = format!("/v1/instances/emea/customers/{}/notes", text(&made, "id"));
    let notes = (0..5).map(|number| {
        let note = json!({"text": format!("note {number}")});
        server.post(&path, note)
    });
    for reply in futures::future::join_all(notes).await {
        reply.expect(201);
    }
    let opened = server.open_customer("emea", &text(&made, "id")).await;
    let notes = opened["notes"].as_array().unwrap();
    let numbers: Vec<_> = notes.iter().map(|note| note["number"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn customers_are_listed_narrowed_paged_and_put_away() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let investor = server.verified(&[wallet(1)]).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let body = match number {
            2 => json!({"investor": investor, "external_id": "C-2"}),
            _ => json!({"external_id": format!("C-{number}")}),
        };
        ids.push(text(&server.customer("emea", body).await, "id"));
        server.customer("apac", json!({})).await;
    }
    let path = "/v1/instances/emea/customers";
    let list = async |query: &str| {
        let page = server.get(&format!("{path}?{query}")).await.expect(200);
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| text(row, "id")).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ids);
    let only = [ids[2].clone()];
    assert_eq!(list("external_id=C-2").await, only);
    assert_eq!(list(&format!("wallet={}", wallet(1))).await, only);
    assert_eq!(list(&format!("investor={investor}")).await, only);
    assert_eq!(list("verdict=verified").await, only);
    assert_eq!(list("verdict=pending").await.len(), 4);
    assert_eq!(list("external_id=C-2&verdict=pending").await, [""; 0]);

    let mut walked = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("{path}?limit=2{cursor}")).await;
        let page = page.expect(200);
        let rows = page["data"].as_array().unwrap().iter();
        walked.extend(rows.map(|row| text(row, "id")));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, ids);

    let status = format!("{path}/{}/status", ids[1]);
    let closed = server.post(&status, json!({"status": "closed"})).await;
    closed.expect(200);
    assert_eq!(list("status=closed").await, [ids[1].clone()]);
    let archive = format!("{path}/{}/archive", ids[1]);
    for _ in 0..2 {
        let archived = server.post(&archive, json!({})).await.expect(200);
        assert!(archived["archived"].is_string());
    }
    assert_eq!(list("status=closed").await, [""; 0]);
    assert_eq!(list("status=closed&archived=true").await, [ids[1].clone()]);
    for (verb, body) in [
        ("status", json!({"status": "active"})),
        ("notes", json!({"text": "x"})),
        ("data", json!({"data": {"tier": 1}})),
        ("reference-key", json!({})),
    ] {
        let path = format!("{path}/{}/{verb}", ids[1]);
        server
            .post(&path, body)
            .await
            .problem(409, "customer_archived");
    }
    let restore = format!("{path}/{}/restore", ids[1]);
    let restored = server.post(&restore, json!({})).await.expect(200);
    assert_eq!(restored["archived"], Value::Null);
    assert_eq!(list("status=closed").await, [ids[1].clone()]);

    for query in ["archived=yes", "status=gone", "investor=7", "colour=red"] {
        let reply = server.get(&format!("{path}?{query}")).await;
        reply.problem(400, "invalid_parameter");
    }
    let nowhere = server.get("/v1/instances/nowhere/customers").await;
    nowhere.problem(404, "not_found");
}

#[tokio::test]
async fn what_is_wrong_with_data_is_named_and_never_repeated() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let path = "/v1/instances/emea/customers";
    for (body, field) in [
        (json!({"data": "canary"}), "data"),
        (json!({"data": {"a": "canary\u{1b}[2J"}}), "data"),
        (json!({"data": {"a": "canary".repeat(3_000)}}), "data"),
        (json!({"data": {"email": "canary"}}), "data.email"),
        (json!({"external_id": "canary\u{7}"}), "external_id"),
        (json!({"external_id": "canary@example.com"}), "external_id"),
        (json!({"investor": "canary"}), "investor"),
    ] {
        let reply = server.post(path, body).await;
        assert!(!reply.text.contains("canary"), "{}", reply.text);
        let problem = reply.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let huge = json!({"data": {"a": "x".repeat(100_000)}});
    server.post(path, huge).await.problem(413, "body_too_large");
    let nobody = json!({"investor": format!("0x{}", "1".repeat(64))});
    let reply = server.post(path, nobody).await;
    reply.problem(404, "unknown_investor");
    let made = server.customer("emea", json!({})).await;
    let notes = format!("{path}/{}/notes", text(&made, "id"));
    for note in ["", " ", "canary\u{0}", &"canary".repeat(400)] {
        let reply = server.post(&notes, json!({"text": note})).await;
        reply.problem(422, "invalid_fields");
    }
    let listed = server.get(path).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["notes"], 0);
    for body in [
        json!({"name": "Emea!", "title": "x"}),
        json!({"name": "emea", "title": "\u{1b}"}),
    ] {
        let reply = server.post("/v1/instances", body).await;
        reply.problem(422, "invalid_fields");
    }
    let twice = json!({"name": "emea", "title": "x"});
    let reply = server.post("/v1/instances", twice).await;
    reply.problem(409, "conflict");
}

#[tokio::test]
async fn data_is_opened_by_keys_for_it_and_replaced_whole() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    let made = server.customer("emea", json!({"data": jane()})).await;
    let id = text(&made, "id");
    let path = format!("/v1/instances/emea/customers/{id}");
    let plain = server.api_key(ACME, "frontend").await;
    let open = json!({"purpose": "review"});
    for (place, body) in [
        (format!("{path}/open"), open.clone()),
        (
            "/v1/instances/emea/customers/search".to_owned(),
            json!({"email": "jane@canary.example"}),
        ),
        ("/v1/instances/emea/exports/customers".to_owned(), open),
    ] {
        let reply = server.post_by(&plain, &place, body).await;
        reply.problem(403, "no_profiles");
    }
    // Whoever may not read may write, as with profiles.
    let body = json!({"data": {"name": "Jane Roe"}});
    let reply = server.post_by(&plain, &format!("{path}/data"), body).await;
    assert!(!reply.text.contains("Roe"), "{}", reply.text);
    reply.expect(200);
    let opened = server.open_customer("emea", &id).await;
    assert_eq!(opened["data"], json!({"name": "Jane Roe"}));
    let find = async |term: Value| {
        let search = "/v1/instances/emea/customers/search";
        let found = server.post(search, term).await.expect(200);
        found["customers"].as_array().unwrap().len()
    };
    assert_eq!(find(json!({"email": "jane@canary.example"})).await, 0);
    assert_eq!(find(json!({"name": "jane roe"})).await, 1);
    let forget = json!({"data": null});
    let reply = server.post(&format!("{path}/data"), forget).await;
    assert_eq!(reply.expect(200)["has_data"], false);
    assert_eq!(find(json!({"name": "jane roe"})).await, 0);
    let opened = server.open_customer("emea", &id).await;
    assert_eq!(opened, json!({"data": null, "notes": []}));
    let reply = server.post(&format!("{path}/data"), json!({})).await;
    reply.problem(400, "malformed_body");
}

#[tokio::test]
async fn a_closed_vault_takes_no_data_and_keeps_the_rest_going() {
    let server = Server::start().await;
    server.instance("emea").await;
    let path = "/v1/instances/emea/customers";
    let reply = server.post(path, json!({"data": jane()})).await;
    reply.problem(503, "vault_closed");
    let made = server.customer("emea", json!({"external_id": "C-1"})).await;
    let link = json!({"reference_key": text(&made, "reference_key"), "address": wallet(1)});
    let linked = server.post(&format!("{path}/link-wallet"), link).await;
    assert_eq!(linked.expect(200)["wallets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_for_one_instance_opens_nothing_else() {
    let server = Server::with_vault().await;
    server.instance("emea").await;
    server.instance("apac").await;
    let investor = server.verified(&[wallet(1)]).await;
    let other = server.customer("apac", json!({"data": jane()})).await;
    let powers = KeyPowers {
        grant: Some(KeyGrant::Instance("emea".parse().unwrap())),
        profiles: true,
    };
    let key = server.key_with(ACME, "emea", powers).await;

    let path = "/v1/instances/emea/customers";
    let made = server.post_by(&key, path, json!({"data": jane()})).await;
    let made = made.expect(201);
    let open = format!("{path}/{}/open", text(&made, "id"));
    let opened = server.post_by(&key, &open, json!({"purpose": "review"}));
    assert_eq!(opened.await.expect(200)["data"], jane());
    server.get_by(&key, "/v1/instances/emea").await.expect(200);

    // As if there were no other instance.
    for place in [
        "/v1/instances/apac".to_owned(),
        "/v1/instances/apac/customers".to_owned(),
        format!("/v1/instances/apac/customers/{}", text(&other, "id")),
        "/v1/instances/apac/exports/customers.csv".to_owned(),
        "/v1/instances/nowhere/customers".to_owned(),
    ] {
        let reply = server.get_by(&key, &place).await;
        reply.problem(404, "not_found");
    }
    let stranger = format!("{path}/{}", text(&other, "id"));
    server
        .get_by(&key, &stranger)
        .await
        .problem(404, "not_found");

    // Every other route is closed to it, whichever there are.
    let document = server.get("/openapi.json").await.expect(200);
    let before = server.get("/v1/events?limit=500").await.expect(200);
    let mut tried = 0;
    for (place, methods) in document["paths"].as_object().unwrap() {
        if place.contains("{instance}") || place.starts_with("/health") {
            continue;
        }
        let place = place
            .replace("{id}", &investor)
            .replace("{address}", &wallet(1))
            .replace("{number}", "1")
            .replace("{chain_id}", "31337")
            .replace("{place}", "0");
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let reply = server.call_as(&key, method.clone(), &place, Value::Null);
            let reply = reply.await;
            // What names a link or a verification is no investor's id.
            let unread = reply.status == 400 && reply.json()["errors"][0]["field"] == "id";
            if !unread {
                reply.problem(403, "confined_key");
            }
            tried += 1;
        }
    }
    assert!(tried > 40, "only {tried} routes were tried");
    let after = server.get("/v1/events?limit=500").await.expect(200);
    assert_eq!(before, after);

    // It names no investors of the register, and does not find out whose a wallet is.
    let named = json!({"investor": investor});
    let reply = server.post_by(&key, path, named).await;
    reply.problem(403, "confined_key");
    let link = json!({"reference_key": text(&made, "reference_key"), "address": wallet(1)});
    let place = format!("{path}/link-wallet");
    let reply = server.post_by(&key, &place, link).await;
    reply.problem(403, "proof_needed");

    // Nor does it let any wallet count by its word.
    let free = json!({"reference_key": text(&made, "reference_key"), "address": wallet(5)});
    let reply = server.post_by(&key, &place, free).await;
    reply.problem(403, "proof_needed");

    // Nobody meets what another key has asked under the same Idempotency-Key.
    let list = "/v1/instances/emea/customers";
    let once = crate::harness::request(&key, Method::POST, list, &json!({}), Some("same"));
    server.send(once).await.expect(201);
    let body = json!({"kind": "natural_person"});
    let reply = server.post_once("same", "/v1/investors", body).await;
    reply.expect(201);
}
