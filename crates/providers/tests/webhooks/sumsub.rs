//! Sumsub's, and forgeries of them.

use serde_json::{Value, json};
use symbolon_core::{time::UnixMillis, verification::Environment};
use symbolon_providers::{Digest, Hint, HintError, Provider};

use super::{headers, sha256, sha512, sumsub};

const KEY: &str = "wh-secret";
/// What the reference gives.
const BODY: &str = r#"{"applicantId":"650000000000000000000001","type":"applicantReviewed"}"#;
const SHA1: &str = "8e011b04b7fc49e645e2a2a2ba852e213881dfaa";
const SHA256: &str = "328917aec5edebb8aa455e907c7bc09475c644d0f5c761296ef10a254d24072e";

fn hint(body: &[u8], algorithm: &str, digest: &str) -> Result<Hint, HintError> {
    let headers = headers(&[
        ("X-Payload-Digest", digest),
        ("X-Payload-Digest-Alg", algorithm),
    ]);
    sumsub(Environment::Production, Digest::Sha256, &[KEY]).hint(&headers, body)
}

fn signed(body: &[u8]) -> Result<Hint, HintError> {
    hint(body, "HMAC_SHA256_HEX", &sha256(KEY, body))
}

fn event() -> Value {
    json!({
        "applicantId": "650000000000000000000001", "inspectionId": "650000000000000000000002",
        "applicantType": "individual", "correlationId": "req-00000000-aaaa",
        "levelName": "basic-kyc-level", "externalUserId": "u-1", "type": "applicantReviewed",
        "sandboxMode": false, "reviewStatus": "completed",
        "reviewResult": {"reviewAnswer": "RED", "rejectLabels": ["FORGERY"],
            "reviewRejectType": "FINAL", "moderationComment": "canary"},
        "createdAt": "2026-03-01 10:05:00+0000", "createdAtMs": "2026-03-01 10:05:00.123",
        "clientId": "acme",
    })
}

#[test]
fn what_the_vendor_signs_is_believed() {
    let hint = hint(BODY.as_bytes(), "HMAC_SHA256_HEX", SHA256).unwrap();
    assert_eq!(hint.subject, "650000000000000000000001");
    assert_eq!(hint.event, "applicantReviewed");
    assert_eq!(hint.environment, None);
    let hint = signed(event().to_string().as_bytes()).unwrap();
    assert_eq!(hint.customer.as_deref(), Some("u-1"));
    assert_eq!(hint.happened_at, Some(UnixMillis(1_772_359_500_123)));
    assert_eq!(hint.environment, Some(Environment::Production));
    assert!(!format!("{hint:?}").contains("canary"));
}

#[test]
fn one_body_is_one_webhook() {
    let one = signed(BODY.as_bytes()).unwrap();
    assert_eq!(signed(BODY.as_bytes()).unwrap().digest, one.digest);
    assert_ne!(
        signed(event().to_string().as_bytes()).unwrap().digest,
        one.digest
    );
}

#[test]
fn an_altered_byte_at_every_place() {
    for at in 0..BODY.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut body = BODY.as_bytes().to_vec();
            body[at] ^= bit;
            let error = hint(&body, "HMAC_SHA256_HEX", SHA256).unwrap_err();
            assert_eq!(error, HintError::SignatureWrong, "byte {at}");
        }
    }
    for end in 0..BODY.len() {
        let error = hint(&BODY.as_bytes()[..end], "HMAC_SHA256_HEX", SHA256);
        assert_eq!(error, Err(HintError::SignatureWrong), "cut at {end}");
    }
    let longer = format!("{BODY} ");
    let error = hint(longer.as_bytes(), "HMAC_SHA256_HEX", SHA256);
    assert_eq!(error, Err(HintError::SignatureWrong));
}

#[test]
fn an_altered_digit_at_every_place() {
    for at in 0..SHA256.len() {
        let mut digest = SHA256.to_owned();
        let other = if &digest[at..=at] == "0" { "1" } else { "0" };
        digest.replace_range(at..=at, other);
        let error = hint(BODY.as_bytes(), "HMAC_SHA256_HEX", &digest);
        assert_eq!(error, Err(HintError::SignatureWrong), "digit {at}");
    }
    for digest in ["", "0", &SHA256[1..], &SHA256.to_uppercase(), SHA1] {
        let error = hint(BODY.as_bytes(), "HMAC_SHA256_HEX", digest);
        assert_eq!(error, Err(HintError::SignatureMalformed), "{digest}");
    }
}

#[test]
fn the_algorithm_is_the_configured_one() {
    let body = BODY.as_bytes();
    for (algorithm, digest) in [
        ("HMAC_SHA1_HEX", SHA1.to_owned()),
        ("HMAC_SHA1_HEX", SHA256.to_owned()),
        ("HMAC_SHA512_HEX", sha512(KEY, body)),
        ("hmac_sha256_hex", SHA256.to_owned()),
        ("", SHA256.to_owned()),
    ] {
        let error = hint(body, algorithm, &digest);
        assert_eq!(error, Err(HintError::AlgorithmRefused), "{algorithm}");
    }
    let provider = sumsub(Environment::Production, Digest::Sha512, &[KEY]);
    let pair = |algorithm, digest: &str| {
        headers(&[
            ("x-payload-digest-alg", algorithm),
            ("x-payload-digest", digest),
        ])
    };
    let right = pair("HMAC_SHA512_HEX", &sha512(KEY, body));
    assert!(provider.hint(&right, body).is_ok());
    let weaker = pair("HMAC_SHA256_HEX", SHA256);
    assert_eq!(
        provider.hint(&weaker, body),
        Err(HintError::AlgorithmRefused)
    );
}

#[test]
fn headers_are_there_once() {
    let provider = sumsub(Environment::Production, Digest::Sha256, &[KEY]);
    let algorithm = ("x-payload-digest-alg", "HMAC_SHA256_HEX");
    let digest = ("x-payload-digest", SHA256);
    for (pairs, error) in [
        (&[][..], HintError::AlgorithmMissing),
        (&[digest], HintError::AlgorithmMissing),
        (&[algorithm], HintError::SignatureMissing),
    ] {
        let found = provider.hint(&headers(pairs), BODY.as_bytes());
        assert_eq!(found, Err(error), "{pairs:?}");
    }
    let mut twice = headers(&[algorithm, digest]);
    twice.append("x-payload-digest", SHA256.parse().unwrap());
    let found = provider.hint(&twice, BODY.as_bytes());
    assert_eq!(found, Err(HintError::SignatureMalformed));
}

#[test]
fn two_secrets_while_one_follows_another() {
    let provider = sumsub(Environment::Production, Digest::Sha256, &["next", KEY]);
    for (key, believed) in [(KEY, true), ("next", true), ("other", false)] {
        let pairs = [
            ("x-payload-digest-alg", "HMAC_SHA256_HEX"),
            ("x-payload-digest", &sha256(key, BODY.as_bytes())),
        ];
        let found = provider.hint(&headers(&pairs), BODY.as_bytes());
        assert_eq!(found.is_ok(), believed, "{key}");
    }
}

#[test]
fn a_production_account_hears_nothing_of_the_sandbox() {
    let mut event = event();
    event["sandboxMode"] = json!(true);
    let body = event.to_string();
    assert_eq!(signed(body.as_bytes()), Err(HintError::Sandbox));
    let provider = sumsub(Environment::Sandbox, Digest::Sha256, &[KEY]);
    let pairs = [
        ("x-payload-digest-alg", "HMAC_SHA256_HEX"),
        ("x-payload-digest", &sha256(KEY, body.as_bytes())),
    ];
    let hint = provider.hint(&headers(&pairs), body.as_bytes()).unwrap();
    assert_eq!(hint.environment, Some(Environment::Sandbox));
}

#[test]
fn signed_and_yet_unreadable() {
    for body in ["", "applicant", "[]", "7", "null", "{", "\u{feff}{}"] {
        assert_eq!(signed(body.as_bytes()), Err(HintError::NotJson), "{body}");
    }
    assert_eq!(signed(&[0xff, 0xfe]), Err(HintError::NotJson));
    for (field, value) in [
        ("type", json!(null)),
        ("type", json!("a\nb")),
        ("type", json!("x".repeat(65))),
        ("applicantId", json!(7)),
        ("applicantId", json!("../accessTokens")),
        ("applicantId", json!("-;externalUserId=u-2")),
        ("sandboxMode", json!("true")),
        ("sandboxMode", json!(0)),
    ] {
        let mut event = event();
        event[field] = value;
        let found = signed(event.to_string().as_bytes());
        assert_eq!(found, Err(HintError::UnknownShape { field }), "{event}");
    }
    let mut event = event();
    event["applicantId"] = json!(null);
    event["type"] = json!("travelRuleAction");
    let error = signed(event.to_string().as_bytes()).unwrap_err();
    assert_eq!(error, HintError::NotFollowed);
    assert!(error.is_authentic());
}
