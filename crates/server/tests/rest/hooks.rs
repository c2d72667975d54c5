//! Providers' webhooks at the door: what is not signed as it must be changes nothing.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Sha256, Sha512};
use symbolon_providers::{
    Clock as ProvidersClock,
    sumsub::{Sumsub, SumsubAccount, SumsubSecrets},
};
use symbolon_server::{Account, Accounts, Services};

use crate::harness::{ACME, Reply, Server};

const BODY: &str = r#"{"applicantId":"650000000000000000000001","type":"applicantReviewed","externalUserId":"u-1","createdAtMs":"2026-03-01 10:05:00.123"}"#;
const HOOK: &str = "/hooks/acme/sumsub";

pub(crate) fn account() -> Account {
    let account: SumsubAccount = serde_json::from_value(json!({
        // Nobody listens there: a look fails, and is taken again.
        "base_url": "http://127.0.0.1:9",
        "environment": "production",
        "mapping": {"levels": {}},
    }))
    .unwrap();
    let secrets = SumsubSecrets {
        token: "token".into(),
        secret: "secret".into(),
        webhook_secrets: vec!["new".into(), "old".into()],
    };
    let name = "sumsub".parse().unwrap();
    Account {
        provider: Arc::new(Sumsub::new(name, account, secrets, ProvidersClock::system()).unwrap()),
        requirements: serde_json::from_value(json!({})).unwrap(),
    }
}

async fn server() -> Server {
    let services = Services {
        accounts: Accounts::new([(ACME.parse().unwrap(), account())]),
        ..Services::default()
    };
    Server::with_services(services).await
}

fn sha256(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    alloy_primitives::hex::encode(mac.finalize().into_bytes())
}

async fn send(server: &Server, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut request = Request::builder().method(Method::POST).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn looks(server: &Server) -> u64 {
    let issuer = ACME.parse().unwrap();
    server.state.store.looks(&issuer).await.unwrap()
}

/// What is wrong with it, its headers and its body.
type Forgery<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

const DIGEST: &str = "x-payload-digest";
const ALGORITHM: &str = "x-payload-digest-alg";
const SHA256: &str = "HMAC_SHA256_HEX";

#[tokio::test]
async fn what_the_provider_signed_is_stored_once_by_either_secret() {
    let server = server().await;
    for secret in ["new", "old"] {
        let digest = sha256(secret, BODY);
        let headers = [(DIGEST, digest.as_str()), (ALGORITHM, SHA256)];
        let reply = send(&server, HOOK, &headers, BODY).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    assert_eq!(looks(&server).await, 1);
    let issuer = ACME.parse().unwrap();
    let now = server.clock.now_ms();
    let due = server.state.store.next_look(&issuer, now, now).await;
    let look = due.unwrap().unwrap();
    assert_eq!(look.subject, "650000000000000000000001");
    server.state.store.looked(&issuer, &look).await.unwrap();
    // The same bytes again are no news, however right their signature is.
    let digest = sha256("new", BODY);
    let headers = [(DIGEST, digest.as_str()), (ALGORITHM, SHA256)];
    let reply = send(&server, HOOK, &headers, BODY).await;
    assert_eq!(reply.status, 200);
    assert_eq!(looks(&server).await, 0);
}

#[tokio::test]
async fn a_forgery_is_refused_and_changes_nothing() {
    let server = server().await;
    let right = sha256("new", BODY);
    let upper = right.to_uppercase();
    let mut sha512 = Hmac::<Sha512>::new_from_slice(b"new").unwrap();
    sha512.update(BODY.as_bytes());
    let sha512 = alloy_primitives::hex::encode(sha512.finalize().into_bytes());
    let wrong_key = sha256("mallory", BODY);
    let altered = BODY.replace("Reviewed", "Deleted!");
    let sandbox = BODY.replacen('{', r#"{"sandboxMode":true,"#, 1);
    let of_sandbox = sha256("new", &sandbox);
    let forgeries: [Forgery<'_>; 11] = [
        ("no header at all", &[], BODY),
        ("no algorithm", &[(DIGEST, &right)], BODY),
        ("no digest", &[(ALGORITHM, SHA256)], BODY),
        (
            "altered bytes",
            &[(DIGEST, &right), (ALGORITHM, SHA256)],
            &altered,
        ),
        (
            "a byte more",
            &[(DIGEST, &right), (ALGORITHM, SHA256)],
            &format!("{BODY} "),
        ),
        (
            "wrong key",
            &[(DIGEST, &wrong_key), (ALGORITHM, SHA256)],
            BODY,
        ),
        (
            "another algorithm",
            &[(DIGEST, &sha512), (ALGORITHM, "HMAC_SHA512_HEX")],
            BODY,
        ),
        (
            "SHA-1",
            &[(DIGEST, &right[..40]), (ALGORITHM, "HMAC_SHA1_HEX")],
            BODY,
        ),
        (
            "truncated",
            &[(DIGEST, &right[..62]), (ALGORITHM, SHA256)],
            BODY,
        ),
        ("capitals", &[(DIGEST, &upper), (ALGORITHM, SHA256)], BODY),
        (
            "a sandbox's",
            &[(DIGEST, &of_sandbox), (ALGORITHM, SHA256)],
            &sandbox,
        ),
    ];
    for (what, headers, body) in forgeries {
        let reply = send(&server, HOOK, headers, body).await;
        assert!(!reply.text.contains("65000000"), "{what}: {}", reply.text);
        assert_eq!(reply.status, 401, "{what}: {}", reply.text);
        reply.problem(401, "hint_refused");
        assert_eq!(looks(&server).await, 0, "{what}");
    }
    let digest = sha256("new", BODY);
    let headers = [(DIGEST, digest.as_str()), (ALGORITHM, SHA256)];
    for path in [
        "/hooks/acme/other",
        "/hooks/bank/sumsub",
        "/hooks/acme/Sumsub",
    ] {
        let reply = send(&server, path, &headers, BODY).await;
        reply.problem(404, "not_found");
    }
    // After the key's.
    let events = server.get("/v1/events?after=1").await.expect(200);
    assert_eq!(events["data"], json!([]));
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let server = server().await;
    let body = "x".repeat(300 * 1024);
    let digest = sha256("new", &body);
    let headers = [(DIGEST, digest.as_str()), (ALGORITHM, SHA256)];
    let reply = send(&server, HOOK, &headers, &body).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
}
