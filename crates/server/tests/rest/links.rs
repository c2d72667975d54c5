//! Links as an issuer's software makes and lists them.

use std::time::Duration;

use serde_json::{Value, json};
use symbolon_server::{Accounts, Services};

use crate::{
    harness::{ACME, Server, attestation, wallet},
    hooks::account,
    languages::Browser,
    renewals::sending,
};

/// What a link's pages say once it does nothing any more.
const OVER: &str = "This link is over.";
/// What they have while it does something.
const ACTS: &str = "<form";

/// Everything that the pages of a list have, two rows a page; what happens between them
/// is done in `meanwhile`.
async fn listed(server: &Server, meanwhile: impl AsyncFn()) -> Vec<Value> {
    let (mut seen, mut path) = (Vec::new(), "/v1/links?limit=2".to_owned());
    loop {
        let page = server.get(&path).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/v1/links?limit=2&cursor={next}"),
            None => return seen,
        }
        meanwhile().await;
    }
}

#[tokio::test]
async fn links_of_one_second_are_listed_the_newest_first_whatever_is_made_meanwhile() {
    // The clock of these tests stands still.
    let server = Server::with_vault().await;
    let made = async |reference: &str| {
        let body = json!({"check": false, "external_id": reference});
        server.post("/v1/links", body).await.expect(201)
    };
    for number in 1..=5 {
        made(&format!("CRM-{number}")).await;
    }
    let links = listed(&server, async || {
        let body = json!({"check": false});
        server.post("/v1/links", body).await.expect(201);
    })
    .await;
    let references: Vec<_> = links.iter().map(|link| &link["external_id"]).collect();
    assert_eq!(references, ["CRM-5", "CRM-4", "CRM-3", "CRM-2", "CRM-1"]);
    let created: Vec<_> = links.iter().map(|link| &link["created"]).collect();
    assert!(created.iter().all(|at| *at == created[0]), "{created:?}");
}

#[tokio::test]
async fn a_link_says_whose_it_is_by_the_issuers_own_reference() {
    let server = Server::with_vault().await;
    let body = json!({"check": false, "external_id": "CRM-1", "language": "de-CH"});
    let first = server.post("/v1/links", body.clone()).await.expect(201);
    assert_eq!(first["external_id"], "CRM-1");
    assert_eq!(first["language"], "de-CH");
    // Somebody who is known is named by the id that the refusal tells.
    let refused = server.post("/v1/links", body).await;
    let problem = refused.problem(409, "investor_exists");
    let investor = first["investor"].as_str().unwrap();
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(investor), "{detail}");
    let body = json!({"check": false, "investor": investor});
    let second = server.post("/v1/links", body).await.expect(201);
    assert_eq!(second["external_id"], "CRM-1");
    assert_eq!(second["language"], Value::Null);
    let path = format!("/v1/links/{}", second["id"].as_str().unwrap());
    let shown = server.get(&path).await.expect(200);
    assert_eq!(shown["external_id"], "CRM-1");
}

#[tokio::test]
async fn a_bad_entry_of_a_batch_keeps_no_other_back() {
    let server = sending().await;
    server.register(&[]).await;
    let body = json!({"links": [
        {"check": false, "external_id": "CRM-1"},
        {"check": false, "hours": 1},
        {"check": false, "external_id": "CRM-1"},
        {"check": false, "external_id": "CRM-2", "email": "jane@canary.example", "send": true},
        {"check": false, "e_mail": "joe@canary.example"},
        {"check": "joe@canary.example"},
        "joe@canary.example",
        {"check": false, "send": true},
        {"check": false, "external_id": "CRM-3"},
    ]});
    let reply = server.post("/v1/links/batch", body).await;
    assert!(!reply.text.contains("canary"), "{}", reply.text);
    let came = reply.expect(200);
    assert_eq!((&came["ok"], &came["refused"]), (&json!(3), &json!(6)));
    let results = came["results"].as_array().unwrap();
    let seen: Vec<_> = results
        .iter()
        .map(|result| result["code"].as_str().or(result["status"].as_str()))
        .map(Option::unwrap)
        .collect();
    assert_eq!(
        seen,
        [
            "ok",
            "out_of_range",
            "external_id_taken",
            "ok",
            "unknown_field",
            "wrong_type",
            "wrong_type",
            "no_email",
            "ok",
        ]
    );
    for (place, result) in results.iter().enumerate() {
        assert_eq!(result["index"], place);
        assert_eq!(result["message"].is_string(), result["status"] == "refused");
        assert_eq!(result["link"].is_object(), result["status"] == "ok");
        // What is sent is shown to nobody.
        assert_eq!(result["link"]["url"].is_string(), [0, 8].contains(&place));
    }
    assert_eq!(results[1]["errors"][0]["field"], "hours");
    let mut browser = Browser::default();
    for place in [0, 8] {
        let page = browser.open(&server, &results[place]["link"]).await;
        assert!(page.text.contains(ACTS), "{}", page.text);
    }
    // Nobody was registered for those that were refused.
    let links = server.get("/v1/links").await.expect(200);
    let listed = links["data"].as_array().unwrap().iter();
    let references: Vec<_> = listed.map(|link| &link["external_id"]).collect();
    assert_eq!(references, ["CRM-3", "CRM-2", "CRM-1"]);
    let known = server.get("/v1/investors").await.expect(200);
    assert_eq!(known["data"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_the_server_lacks_concerns_those_who_ask_for_it() {
    let server = Server::with_vault().await;
    let sent = json!({"check": false, "email": "jane@example.com", "send": true});
    let body = json!({"links": [sent, {"check": false}]});
    let came = server.post("/v1/links/batch", body).await.expect(200);
    assert_eq!(came["results"][0]["code"], "no_mailer");
    assert_eq!(came["results"][1]["status"], "ok");
    for count in [0, 501] {
        let links = vec![json!({"check": false}); count];
        let body = json!({"links": links});
        let refused = server.post("/v1/links/batch", body).await;
        let problem = refused.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["code"], "wrong_count");
    }
}

#[tokio::test]
async fn links_are_listed_by_where_they_stand() {
    let server = Server::with_vault().await;
    for hours in [24, 48, 24, 48] {
        let body = json!({"check": false, "hours": hours});
        server.post("/v1/links", body).await.expect(201);
    }
    let ids = async |query: &str| -> Vec<Value> {
        let page = server.get(&format!("/v1/links?{query}")).await.expect(200);
        let links = page["data"].as_array().unwrap().iter();
        links.map(|link| link["id"].clone()).collect()
    };
    let all = ids("").await;
    let revoke = format!("/v1/links/{}/revoke", all[0].as_str().unwrap());
    server.post(&revoke, json!({})).await.expect(200);
    assert_eq!(ids("status=revoked").await, all[..1]);
    assert_eq!(ids("status=pending").await, all[1..]);
    server.clock.advance(Duration::from_hours(24));
    assert_eq!(
        ids("status=expired").await,
        [all[1].clone(), all[3].clone()]
    );
    assert_eq!(ids("status=pending").await, [all[2].clone()]);
    assert_eq!(ids("status=completed").await, [] as [Value; 0]);
    // Page by page, and of one investor.
    let page = server.get("/v1/links?status=expired&limit=1").await;
    let page = page.expect(200);
    assert_eq!(page["data"][0]["id"], all[1]);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = ids(&format!("status=expired&limit=1&cursor={next}")).await;
    assert_eq!(rest, [all[3].clone()]);
    let investor = page["data"][0]["investor"].as_str().unwrap();
    let of_one = |status: &str| format!("status={status}&investor={investor}");
    assert_eq!(ids(&of_one("expired")).await, all[1..2]);
    assert_eq!(ids(&of_one("pending")).await, [] as [Value; 0]);
    let wrong = server.get("/v1/links?status=open").await;
    wrong.problem(400, "invalid_parameter");
}

/// A batch as a single link, a customer's link as the issuer's.
#[tokio::test]
async fn what_is_sent_to_whoever_was_judged_is_attested_to() {
    let server = sending().await;
    let investor = server.verified(&[wallet(1)]).await;
    let profile = format!("/v1/investors/{investor}/profile");
    let email = json!({"email": "jane@example.com"});
    server.post(&profile, email).await.expect(200);
    let sent = json!({"investor": investor, "check": false, "send": true});
    let with = |field: &str, value: Value| {
        let mut body = sent.clone();
        body[field] = value;
        body
    };
    let fine = [
        with("attestation", attestation()),
        with("wallet", json!(wallet(2))),
        with("check", json!(true)),
        with("send", json!(false)),
        json!({"check": false, "send": true, "email": "joe@example.com"}),
    ];
    for body in &fine {
        server.post("/v1/links", body.clone()).await.expect(201);
    }
    for body in [sent.clone(), with("replaces", json!(wallet(1)))] {
        let refused = server.post("/v1/links", body).await;
        let problem = refused.problem(409, "attestation_needed");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("have an operator attest"), "{detail}");
    }
    let entries = json!({"links": [sent, with("attestation", attestation())]});
    let came = server.post("/v1/links/batch", entries).await.expect(200);
    assert_eq!(came["results"][0]["code"], "attestation_needed");
    assert_eq!(came["results"][1]["link"]["attestation"], attestation());
    let half = with(
        "attestation",
        json!({"operator": "", "text": "x", "version": "1"}),
    );
    let refused = server.post("/v1/links", half).await;
    let problem = refused.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "attestation.operator");
    let mut idle = with("attestation", attestation());
    (idle["prove_wallet"], idle["check"]) = (json!(false), json!(true));
    let refused = server.post("/v1/links", idle).await;
    let problem = refused.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["code"], "contradiction");
    // An instance's customer's person is no other.
    server.instance("emea").await;
    let customer = server.customer("emea", json!({"investor": investor})).await;
    let id = customer["id"].as_str().unwrap();
    let links = format!("/v1/instances/emea/customers/{id}/links");
    let body = json!({"check": false, "send": true});
    let refused = server.post(&links, body).await;
    refused.problem(409, "attestation_needed");
}

#[tokio::test]
async fn without_a_provider_the_remedies_are_named() {
    let server = Server::with_vault().await;
    for (body, says) in [
        (json!({}), "add a [[provider]]"),
        (json!({}), "`check: false`"),
        (json!({"provider": "sumsub"}), "add a [[provider]]"),
    ] {
        let refused = server.post("/v1/links", body).await;
        let problem = refused.problem(409, "no_account");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(says), "{detail}");
    }
}

#[tokio::test]
async fn a_language_is_a_tag() {
    let server = Server::with_vault().await;
    for language in ["", "german!", "<b>", "d", "de_CH"] {
        let body = json!({"check": false, "language": language});
        let refused = server.post("/v1/links", body).await;
        let problem = refused.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "language");
    }
}

/// That a link, which its person has open, does nothing any more; whoever sends it again
/// is refused by this code.
async fn is_over(server: &Server, link: &Value, browser: &mut Browser, code: &str) {
    for (path, form) in [
        ("/v/ask", format!("address={}&chain_id=31337", wallet(9))),
        ("/v/sign", "message=anything&signature=0x00".to_owned()),
        ("/v/check", String::new()),
    ] {
        let reply = browser.post(server, path, "text/html", form).await;
        assert!(reply.text.contains(OVER), "{path}: {}", reply.text);
    }
    let page = browser.get(server, "/v").await;
    assert!(!page.text.contains(ACTS), "{}", page.text);
    let place = format!("/v1/links/{}", link["id"].as_str().unwrap());
    let shown = server.get(&place).await.expect(200);
    assert_eq!(shown["status"], "revoked");
    let again = server.post(&format!("{place}/resend"), json!({})).await;
    again.problem(409, code);
}

#[tokio::test]
async fn a_link_is_over_with_whomever_it_was_for() {
    let server = Server::with_vault_and(|services| Services {
        accounts: Accounts::new([(ACME.parse().unwrap(), account())]),
        ..services
    })
    .await;
    server.instance("emea").await;
    for merged in [false, true] {
        let customer = server.customer("emea", json!({})).await;
        let investor = customer["investor"].as_str().unwrap();
        let body = json!({"investor": investor, "provider": "sumsub"});
        let link = server.post("/v1/links", body).await.expect(201);
        let mut browser = Browser::default();
        let page = browser.open(&server, &link).await;
        assert!(page.text.contains(ACTS), "{}", page.text);
        if merged {
            server.verified(&[wallet(1)]).await;
            let key = &customer["reference_key"];
            let linked = json!({"reference_key": key, "address": wallet(1)});
            let path = "/v1/instances/emea/customers/link-wallet";
            let linked = server.post(path, linked).await.expect(200);
            assert_eq!(linked["moved_from"], investor);
        } else {
            server.erase_at_once(investor).await;
        }
        let code = if merged { "merged" } else { "erased" };
        is_over(&server, &link, &mut browser, code).await;
    }
}
