//! Entrust's, among them those that the vendor published, and forgeries of them.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use symbolon_core::time::UnixMillis;
use symbolon_providers::{Hint, HintError, Provider};

use super::{entrust, headers, sha256};

const TOKEN: &str = "webhook-token";
const RUN: &str = "bc77c6e5-753a-4580-96a6-aaed3e5a8d19";

#[derive(Deserialize)]
struct Vector {
    name: String,
    token: String,
    body: String,
    signature: String,
}

/// The shared file, where it stands: it is not part of this repository.
fn vectors() -> Vec<Vector> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/onfido/webhook_vectors.json");
    let Ok(file) = std::fs::read(file) else {
        println!("skipped: ../shared/data/onfido does not stand beside this repository");
        return Vec::new();
    };
    serde_json::from_slice(&file).unwrap()
}

fn hint(token: &str, body: &[u8], signature: &str) -> Result<Hint, HintError> {
    entrust(&[token]).hint(&headers(&[("X-SHA2-Signature", signature)]), body)
}

fn signed(body: &serde_json::Value) -> Result<Hint, HintError> {
    let body = body.to_string();
    hint(TOKEN, body.as_bytes(), &sha256(TOKEN, body.as_bytes()))
}

#[test]
fn what_the_vendor_published() {
    for vector in vectors() {
        let Vector {
            name,
            token,
            body,
            signature,
        } = vector;
        match hint(&token, body.as_bytes(), &signature) {
            Ok(hint) => {
                let parts: Vec<_> = hint.subject.split('-').map(str::len).collect();
                assert_eq!(
                    parts,
                    [8, 4, 4, 4, 12],
                    "{name}: the run, and no task of it"
                );
                assert!(hint.event.starts_with("workflow_task."), "{name}");
                assert!(hint.happened_at.is_some(), "{name}");
            }
            Err(error) => {
                assert!(name.contains("classic"), "{name}: {error}");
                assert_eq!(error, HintError::NotFollowed, "a check is no run");
            }
        }
        let wrong = hint("another", body.as_bytes(), &signature);
        assert_eq!(wrong, Err(HintError::SignatureWrong), "{name}");
        for at in 0..body.len() {
            let mut altered = body.clone().into_bytes();
            altered[at] ^= 1;
            let found = hint(&token, &altered, &signature);
            assert_eq!(found, Err(HintError::SignatureWrong), "{name}: byte {at}");
        }
    }
}

#[test]
fn what_is_missing_or_malformed() {
    let body = br#"{"payload":{}}"#;
    let right = sha256(TOKEN, body);
    let missing = entrust(&[TOKEN]).hint(&headers(&[]), body);
    assert_eq!(missing, Err(HintError::SignatureMissing));
    for signature in ["", &right[..40], &right.to_uppercase(), "not hexadecimal"] {
        let found = hint(TOKEN, body, signature);
        assert_eq!(found, Err(HintError::SignatureMalformed), "{signature}");
    }
    assert_eq!(hint("other", body, &right), Err(HintError::SignatureWrong));
    let both = entrust(&["next", TOKEN]).hint(&headers(&[("x-sha2-signature", &right)]), body);
    assert!(both.unwrap_err().is_authentic());
}

#[test]
fn a_run_and_a_monitor_are_followed() {
    let run = json!({"payload": {
        "resource_type": "workflow_run", "action": "workflow_run.completed",
        "object": {"id": RUN, "status": "approved", "completed_at_iso8601": "2026-03-01T10:05:00Z",
            "href": "http://169.254.169.254/latest/meta-data"},
        "resource": {"id": RUN, "customer_user_id": "u-1", "output": {"name": "canary"}},
    }});
    let hint = signed(&run).unwrap();
    assert_eq!(hint.subject, RUN);
    assert_eq!(hint.customer.as_deref(), Some("u-1"));
    assert_eq!(hint.happened_at, Some(UnixMillis(1_772_359_500_000)));
    let printed = format!("{hint:?}");
    assert!(
        !printed.contains("canary") && !printed.contains("169.254"),
        "{printed}"
    );
    let monitor = json!({"payload": {
        "resource_type": "watchlist_monitor", "action": "watchlist_monitor.matches_updated",
        "object": {"id": RUN},
    }});
    assert_eq!(signed(&monitor).unwrap().subject, format!("monitor:{RUN}"));
}

#[test]
fn signed_and_yet_unreadable() {
    let event = |resource_type, object, resource| {
        json!({"payload": {
            "resource_type": resource_type, "action": "workflow_run.completed",
            "object": object, "resource": resource,
        }})
    };
    let id = |id: &str| json!({ "id": id });
    for (body, field) in [
        (
            event("workflow_run", json!({}), json!({})),
            "payload.object.id",
        ),
        (
            event("workflow_run", id("../a"), json!({})),
            "payload.object.id",
        ),
        (
            event("workflow_run", id(RUN), id("other")),
            "payload.object.id",
        ),
        (
            event("workflow_task", id(RUN), json!({})),
            "payload.object.workflow_run_id",
        ),
        (json!({"payload": {}}), "payload.action"),
        (json!({"payload": {"action": "a"}}), "payload.resource_type"),
    ] {
        assert_eq!(
            signed(&body),
            Err(HintError::UnknownShape { field }),
            "{body}"
        );
    }
    for resource in ["check", "report", "audit_log", "workflow_timeline_file"] {
        let body = event(resource, id(RUN), json!({}));
        assert_eq!(signed(&body), Err(HintError::NotFollowed), "{resource}");
    }
    assert_eq!(signed(&json!([])), Err(HintError::NotJson));
}
