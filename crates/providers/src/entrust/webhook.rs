//! Entrust's webhooks.

use ::http::HeaderMap;
use alloy_primitives::B256;
use secrecy::SecretString;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::monitor;
use crate::{Digest, Hint, HintError, id, read, signature};

/// The signature in it names no algorithm: there is one.
const SIGNATURE: &str = "x-sha2-signature";

/// Whether it is genuine, and then what it is about.
pub(super) fn read(
    tokens: &[SecretString],
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Hint, HintError> {
    let made = signature::header(headers, SIGNATURE)?.ok_or(HintError::SignatureMissing)?;
    signature::verify(Digest::Sha256, tokens, body, made)?;
    genuine(body)
}

fn genuine(body: &[u8]) -> Result<Hint, HintError> {
    let json: Value = serde_json::from_slice(body).map_err(|_| HintError::NotJson)?;
    if !json.is_object() {
        return Err(HintError::NotJson);
    }
    let unknown = |field| HintError::UnknownShape { field };
    let event = read::text(&json, "/payload/action").filter(|event| id::is_event(event));
    let event = event.ok_or(unknown("payload.action"))?;
    let named = |pointers: &[&str]| -> Option<String> {
        // Two places that contradict each other name nobody.
        let found = pointers.iter().filter_map(|pointer| json.pointer(pointer));
        let ids = found.map(|value| value.as_str().filter(|id| id::is_id(id)));
        read::agreed(ids)?.map(str::to_owned)
    };
    let own = named(&["/payload/object/id", "/payload/resource/id"]);
    let (subject, field) = match read::text(&json, "/payload/resource_type") {
        Some("workflow_run") => (own, "payload.object.id"),
        Some("workflow_task") => {
            let run = [
                "/payload/object/workflow_run_id",
                "/payload/resource/workflow_run_id",
            ];
            (named(&run), "payload.object.workflow_run_id")
        }
        Some("watchlist_monitor") => {
            let subject = own.map(|id| monitor::subject(&id));
            (subject, "payload.object.id")
        }
        // Checks, reports, files and audit logs.
        Some(_) => return Err(HintError::NotFollowed),
        None => return Err(unknown("payload.resource_type")),
    };
    let subject = subject.ok_or(unknown(field))?;
    let customer = read::text(&json, "/payload/resource/customer_user_id");
    let moments = [
        "/payload/object/completed_at_iso8601",
        "/payload/resource/updated_at",
        "/payload/object/started_at_iso8601",
    ];
    let moment = |pointer| read::text(&json, pointer).and_then(read::moment);
    Ok(Hint {
        subject,
        customer: customer
            .filter(|name| id::is_customer(name))
            .map(str::to_owned),
        event: event.to_owned(),
        happened_at: moments.into_iter().find_map(moment),
        digest: B256::from_slice(&Sha256::digest(body)),
        environment: None,
    })
}
