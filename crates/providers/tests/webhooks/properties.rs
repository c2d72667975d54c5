//! Whatever arrives: no body makes a parser panic, and no hint comes of a body that
//! nobody signed.

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_core::verification::Environment;
use symbolon_providers::{Digest, HintError, Provider};

use super::{entrust, headers, sha256, sumsub};

const KEY: &str = "wh-secret";

/// JSON that has the vendors' words at some places.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "workflow_run",
            "workflow_task",
            "watchlist_monitor",
            "applicantReviewed",
            "650000000000000000000001",
            "2026-03-01 10:05:00.123",
            "2026-03-01T10:05:00Z",
        ])
        .prop_map(Value::from),
    ];
    let word = prop::sample::select(vec![
        "payload",
        "object",
        "resource",
        "resource_type",
        "action",
        "id",
        "workflow_run_id",
        "completed_at_iso8601",
        "applicantId",
        "type",
        "sandboxMode",
        "externalUserId",
        "createdAtMs",
    ]);
    let json = leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|pairs| {
                let pairs = pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(pairs.collect())
            }),
        ]
    });
    prop_oneof![
        4 => json.prop_map(|json| json.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #[test]
    fn no_signed_body_makes_a_parser_panic(body in body()) {
        let digest = sha256(KEY, &body);
        let both = headers(&[
            ("x-payload-digest", &digest),
            ("x-payload-digest-alg", "HMAC_SHA256_HEX"),
            ("x-sha2-signature", &digest),
        ]);
        let one = sumsub(Environment::Production, Digest::Sha256, &[KEY]);
        let authentic = |error: HintError| error.is_authentic();
        prop_assert!(one.hint(&both, &body).map_or_else(authentic, |_| true));
        prop_assert!(entrust(&[KEY]).hint(&both, &body).map_or_else(authentic, |_| true));
    }

    #[test]
    fn no_hint_comes_of_an_unsigned_body(
        body in body(),
        signature in prop_oneof!["[0-9a-f]{64}", "[0-9a-zA-Z]{0,80}"],
    ) {
        let both = headers(&[
            ("x-payload-digest", &signature),
            ("x-payload-digest-alg", "HMAC_SHA256_HEX"),
            ("x-sha2-signature", &signature),
        ]);
        let one = sumsub(Environment::Production, Digest::Sha256, &[KEY]);
        let errors = [
            one.hint(&both, &body).unwrap_err(),
            entrust(&[KEY]).hint(&both, &body).unwrap_err(),
        ];
        prop_assert!(errors.iter().all(|error| !error.is_authentic()), "{errors:?}");
    }

    #[test]
    fn a_hint_repeats_what_names_the_subject_and_nothing_else(
        name in "[A-Z][a-z]{8,12}", id in "[0-9a-f]{24}",
    ) {
        let body = json!({
            "applicantId": id, "type": "applicantReviewed",
            "info": {"firstName": name}, "reviewResult": {"moderationComment": name},
            "externalUserId": format!("{name}@example.com"),
        }).to_string();
        let digest = sha256(KEY, body.as_bytes());
        let headers = headers(&[
            ("x-payload-digest", &digest),
            ("x-payload-digest-alg", "HMAC_SHA256_HEX"),
        ]);
        let one = sumsub(Environment::Production, Digest::Sha256, &[KEY]);
        let hint = one.hint(&headers, body.as_bytes()).unwrap();
        let printed = format!("{hint:?}");
        prop_assert!(!printed.contains(&name));
    }
}
