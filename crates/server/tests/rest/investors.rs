//! Investors, their wallets, their verdicts and their bars.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{ACME, Server, attestation, wallet};

#[tokio::test]
async fn an_investor_is_registered_and_found_in_every_way() {
    let server = Server::start().await;
    server.add_chain(ACME, 31337).await;
    let body = json!({
        "kind": "legal_entity",
        "external_id": "CRM-1",
        "wallets": [{"address": wallet(1)}, {"address": wallet(2), "chains": [31337]}],
    });
    let made = server.post("/v1/investors", body).await.expect(201);
    assert_eq!(made["status"], "pending");
    assert_eq!(made["verified"], false);
    assert_eq!(made["wallets"][0]["chains"], json!(null));
    assert_eq!(made["wallets"][1]["chains"], json!([31337]));

    let id = made["id"].as_str().unwrap();
    assert_eq!(
        server.get(&format!("/v1/investors/{id}")).await.expect(200),
        made
    );
    server.register(&[]).await;
    for query in [
        "external_id=CRM-1".to_owned(),
        format!("wallet={}", wallet(2)),
        "status=pending&external_id=CRM-1".to_owned(),
    ] {
        let found = server
            .get(&format!("/v1/investors?{query}"))
            .await
            .expect(200);
        assert_eq!(found["data"], json!([made]), "{query}");
    }
    let found = server
        .get("/v1/investors?status=verified")
        .await
        .expect(200);
    assert_eq!(found["data"], json!([]));
}

#[tokio::test]
async fn a_registration_happens_altogether_or_not_at_all() {
    let server = Server::start().await;
    server.register(&[wallet(1)]).await;
    let body = json!({"kind": "natural_person", "wallets": [{"address": wallet(2)}, {"address": wallet(1)}]});
    server
        .post("/v1/investors", body)
        .await
        .problem(409, "wallet_taken");
    let all = server.get("/v1/investors").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_none_is_repeated() {
    let server = Server::start().await;
    let body = json!({
        "kind": "natural_person",
        "external_id": "alice@example.com",
        "wallets": [{"address": "0x12"}, {"address": wallet(1), "chains": [5]}],
    });
    let reply = server.post("/v1/investors", body).await;
    let problem = reply.problem(422, "invalid_fields");
    let errors: Vec<_> = problem["errors"]
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
    assert_eq!(
        errors,
        [
            ("external_id", "bad_external_id"),
            ("wallets[0].address", "bad_address"),
            ("wallets[1].chains", "unknown_chain"),
        ]
    );
    assert!(!reply.text.contains("alice"));
}

#[tokio::test]
async fn a_verdict_by_hand_names_who_answers_for_it() {
    let server = Server::start().await;
    let id = server.register(&[wallet(1)]).await;
    let path = format!("/v1/investors/{id}/verifications");
    let mut body = json!({
        "level": "enhanced", "country": "usa", "accreditation": "qualified",
        "accreditation_ends": "2027-06-30", "us_person": true, "expiry": "2027-12-31",
        "attestation": attestation(),
    });
    let investor = server.post(&path, body.clone()).await.expect(200);
    assert_eq!(
        (&investor["status"], &investor["verified"]),
        (&json!("verified"), &json!(true))
    );
    let verdict = &investor["verdict"];
    assert_eq!(verdict["country"], "US");
    assert_eq!(verdict["accreditation"], "qualified");
    assert_eq!(verdict["accreditation_ends"], "2027-06-30");
    assert_eq!(verdict["expiry"], "2028-01-01T00:00:00Z");
    assert_eq!(verdict["source"]["operator"], "maria.keller");
    assert_eq!(investor["wallets"][0]["version"], 1);

    body["attestation"]["operator"] = json!("  ");
    body["expiry"] = json!("2026-11-20");
    let problem = server
        .post(&path, body.clone())
        .await
        .problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["field"], "expiry");
    assert_eq!(problem["errors"][1]["field"], "attestation.operator");
    body.as_object_mut().unwrap().remove("attestation");
    let problem = server
        .post(&path, body)
        .await
        .problem(400, "malformed_body");
    assert_eq!(problem["errors"][0]["field"], "attestation");
}

#[tokio::test]
async fn an_accreditation_lapses_and_an_expiry_ends_by_the_clock() {
    let server = Server::start().await;
    let id = server.register(&[wallet(1)]).await;
    let body = json!({
        "level": "basic", "country": "DE", "accreditation": "professional",
        "accreditation_ends": "2026-11-21", "expiry": "2026-11-22", "attestation": attestation(),
    });
    server
        .post(&format!("/v1/investors/{id}/verifications"), body)
        .await
        .expect(200);
    server.clock.advance(Duration::from_secs(86_400));
    let investor = server.get(&format!("/v1/investors/{id}")).await.expect(200);
    assert_eq!(investor["verdict"]["accreditation"], "none");
    assert_eq!(investor["verified"], true);
    server.clock.advance(Duration::from_secs(86_400));
    let investor = server.get(&format!("/v1/investors/{id}")).await.expect(200);
    assert_eq!(investor["verified"], false);
}

#[tokio::test]
async fn a_verdict_is_withdrawn_and_given_back_by_name() {
    let server = Server::start().await;
    let id = server.verified(&[wallet(1)]).await;
    let path = |step: &str| format!("/v1/investors/{id}/{step}");
    let revoked = server
        .post(&path("revocations"), json!({"reason": "sanctions"}))
        .await
        .expect(200);
    assert_eq!(
        (&revoked["status"], &revoked["reason"]),
        (&json!("revoked"), &json!("sanctions"))
    );
    let again = server
        .post(&path("revocations"), json!({"reason": "sanctions"}))
        .await;
    again.problem(409, "already_so");
    server
        .post(&path("rejections"), json!({"reason": "identity"}))
        .await
        .problem(409, "wrong_status");
    let body = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    let verified = server.post(&path("verifications"), body).await.expect(200);
    assert_eq!(verified["verified"], true);

    let other = server.register(&[]).await;
    let rejected = server
        .post(
            &format!("/v1/investors/{other}/rejections"),
            json!({"reason": "country"}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&rejected["status"], &rejected["reason"]),
        (&json!("rejected"), &json!("country"))
    );
}

#[tokio::test]
async fn bars_lie_across_the_verdict() {
    let server = Server::start().await;
    let id = server.verified(&[wallet(1)]).await;
    let restriction = format!("/v1/investors/{id}/restriction");
    for _ in 0..2 {
        let barred = server.put(&restriction, json!(null)).await.expect(200);
        assert_eq!(
            (&barred["restricted"], &barred["verified"]),
            (&json!(true), &json!(false))
        );
    }
    for _ in 0..2 {
        let lifted = server.delete(&restriction).await.expect(200);
        assert_eq!(
            (&lifted["restricted"], &lifted["verified"]),
            (&json!(false), &json!(true))
        );
    }
    let frozen = server
        .post(&format!("/v1/investors/{id}/freeze"), json!(null))
        .await
        .expect(200);
    assert_eq!(
        (&frozen["frozen"], &frozen["verified"]),
        (&json!(true), &json!(false))
    );
    let unfreeze = format!("/v1/investors/{id}/unfreeze");
    server
        .post(&unfreeze, json!({"licence": " "}))
        .await
        .problem(422, "invalid_fields");
    server
        .post(&unfreeze, json!(null))
        .await
        .problem(400, "malformed_body");
    let free = server
        .post(&unfreeze, json!({"licence": "BAFA-1"}))
        .await
        .expect(200);
    assert_eq!(free["verified"], true);
}

#[tokio::test]
async fn certificates_are_issued_and_taken_back() {
    let server = Server::start().await;
    let id = server.verified(&[wallet(1)]).await;
    let issue = format!("/v1/investors/{id}/certificates");
    let body = json!({"certificate": 7, "requirements": 2, "expiry": "2029-12-31"});
    let issued = server.post(&issue, body.clone()).await.expect(200);
    let certificate = &issued["certificates"][0];
    assert_eq!(
        (&certificate["certificate"], &certificate["requirements"]),
        (&json!(7), &json!(2))
    );
    assert_eq!(certificate["counts"], true);
    server.post(&issue, body).await.problem(409, "already_so");
    let nonsense = json!({"certificate": 7, "requirements": 0, "expiry": "2019-12-31"});
    let refused = server.post(&issue, nonsense).await;
    assert!(refused.text.contains("expiry_passed"), "{}", refused.text);
    refused.problem(422, "invalid_fields");

    let restriction = format!("/v1/investors/{id}/restriction");
    let barred = server.put(&restriction, json!(null)).await.expect(200);
    assert_eq!(barred["certificates"][0]["counts"], false);
    server.delete(&restriction).await.expect(200);
    let revoke = format!("/v1/investors/{id}/certificates/revoke");
    let body = json!({"certificate": 7});
    let revoked = server.post(&revoke, body.clone()).await.expect(200);
    let certificate = &revoked["certificates"][0];
    assert_eq!(
        (&certificate["revoked"], &certificate["counts"]),
        (&json!(true), &json!(false))
    );
    server.post(&revoke, body).await.problem(409, "already_so");
    let pending = server.register(&[]).await;
    let issue = format!("/v1/investors/{pending}/certificates");
    let refused = server.post(&issue, json!({"certificate": 7})).await;
    refused.problem(409, "wrong_status");
}

#[tokio::test]
async fn claims_are_issued_and_taken_back() {
    let server = Server::start().await;
    let id = server.verified(&[wallet(1)]).await;
    let issue = format!("/v1/investors/{id}/claims");
    let content = format!("0x{}", "ab".repeat(32));
    let body = json!({"topic": "kyc", "expiry": "2029-12-31", "content": content});
    let issued = server.post(&issue, body.clone()).await.expect(200);
    let claim = &issued["claims"][0];
    assert_eq!(
        (&claim["topic"], &claim["stands"]),
        (&json!("kyc"), &json!(true))
    );
    assert_eq!(claim["content"], json!(content));
    server.post(&issue, body).await.problem(409, "already_so");
    let nonsense = json!({"topic": "KYC", "expiry": "2019-12-31"});
    let refused = server.post(&issue, nonsense).await;
    assert!(refused.text.contains("no_topic"), "{}", refused.text);
    refused.problem(422, "invalid_fields");
    let numbered = server
        .post(&issue, json!({"topic": "0x7"}))
        .await
        .expect(200);
    assert_eq!(numbered["claims"].as_array().unwrap().len(), 2);

    let revoke = format!("/v1/investors/{id}/claims/revoke");
    let revoked = server
        .post(&revoke, json!({"topic": "kyc"}))
        .await
        .expect(200);
    let of_kyc = |body: &Value| {
        let claims = body["claims"].as_array().unwrap().clone();
        claims
            .into_iter()
            .find(|claim| claim["topic"] == json!("kyc"))
    };
    let claim = of_kyc(&revoked).unwrap();
    assert_eq!(
        (&claim["revoked"], &claim["stands"]),
        (&json!(true), &json!(false))
    );
    let again = server.post(&revoke, json!({"topic": "kyc"})).await;
    again.problem(409, "already_so");
    let identities = format!("/v1/investors/{id}/identities");
    let nowhere = server.get(&identities).await.expect(200);
    assert_eq!(nowhere, json!([]), "no chain has any");
    let pending = server.register(&[]).await;
    let issue = format!("/v1/investors/{pending}/claims");
    let refused = server.post(&issue, json!({"topic": "kyc"})).await;
    refused.problem(409, "wrong_status");
}

#[tokio::test]
async fn wallets_come_and_go() {
    let server = Server::start().await;
    let id = server.verified(&[]).await;
    let other = server.register(&[]).await;
    let link = format!("/v1/investors/{id}/wallets");
    let linked = server
        .post(&link, json!({"address": wallet(1)}))
        .await
        .expect(201);
    assert_eq!(linked["wallets"][0]["version"], 1);
    server
        .post(&link, json!({"address": wallet(1)}))
        .await
        .problem(409, "wallet_already_linked");
    server
        .post(
            &format!("/v1/investors/{other}/wallets"),
            json!({"address": wallet(1)}),
        )
        .await
        .problem(409, "wallet_taken");

    let place = format!("{link}/{}", wallet(1));
    let barred = server
        .post(&format!("{place}/deactivate"), json!({}))
        .await
        .expect(200);
    assert_eq!(barred["wallets"][0]["active"], false);
    server
        .post(&format!("{place}/deactivate"), json!(null))
        .await
        .problem(409, "already_so");
    server
        .post(&format!("{place}/reactivate"), json!(null))
        .await
        .expect(200);
    let removed = server.delete(&place).await.expect(200);
    assert_eq!(removed["wallets"], json!([]));
    server.delete(&place).await.problem(404, "unknown_wallet");
    // Its version survives: the next binding goes on above it.
    let linked = server
        .post(&link, json!({"address": wallet(1)}))
        .await
        .expect(201);
    assert_eq!(linked["wallets"][0]["version"], 5);
}

#[tokio::test]
async fn nobody_is_found_where_nobody_is() {
    let server = Server::start().await;
    let nobody = format!("/v1/investors/0x{}", "7".repeat(64));
    server.get(&nobody).await.problem(404, "unknown_investor");
    server
        .post(&format!("{nobody}/freeze"), json!(null))
        .await
        .problem(404, "unknown_investor");
    let problem = server
        .get("/v1/investors/alice")
        .await
        .problem(400, "invalid_parameter");
    assert_eq!(problem["errors"][0]["field"], "id");
}

#[tokio::test]
async fn whoever_answers_for_a_verdict_has_a_name_and_signs_something_that_ends() {
    let server = Server::start().await;
    let id = server.register(&[]).await;
    let path = format!("/v1/investors/{id}/verifications");
    for (field, wrong) in [
        ("operator", String::new()),
        ("operator", "maria\nben".to_owned()),
        ("operator", "maria\u{1b}[2J".to_owned()),
        ("operator", "m".repeat(129)),
        ("text", " \n".to_owned()),
        ("text", "t".repeat(4_001)),
        ("version", String::new()),
        ("version", "1\n2".to_owned()),
        ("version", "1".repeat(65)),
    ] {
        let mut body = json!({"level": "basic", "country": "DE", "attestation": attestation()});
        body["attestation"][field] = json!(wrong);
        let problem = server
            .post(&path, body)
            .await
            .problem(422, "invalid_fields");
        assert_eq!(
            problem["errors"][0]["field"],
            format!("attestation.{field}")
        );
    }
    let mut body = json!({"level": "basic", "country": "DE", "attestation": attestation()});
    body["attestation"]["text"] = json!("I have seen\nthe documents.");
    server.post(&path, body).await.expect(200);
}
