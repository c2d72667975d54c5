//! Sumsub's webhooks.

use ::http::HeaderMap;
use alloy_primitives::B256;
use secrecy::SecretString;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use symbolon_core::verification::Environment;

use crate::{Digest, Hint, HintError, id, read, signature};

const DIGEST: &str = "x-payload-digest";
const ALGORITHM: &str = "x-payload-digest-alg";

const fn algorithm(digest: Digest) -> &'static str {
    match digest {
        Digest::Sha256 => "HMAC_SHA256_HEX",
        Digest::Sha512 => "HMAC_SHA512_HEX",
    }
}

/// Whether it is genuine, and then what it is about.
pub(super) fn read(
    digest: Digest,
    secrets: &[SecretString],
    account: Environment,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Hint, HintError> {
    let named = signature::header(headers, ALGORITHM)?.ok_or(HintError::AlgorithmMissing)?;
    if named != algorithm(digest) {
        return Err(HintError::AlgorithmRefused);
    }
    let made = signature::header(headers, DIGEST)?.ok_or(HintError::SignatureMissing)?;
    signature::verify(digest, secrets, body, made)?;
    genuine(account, body)
}

fn genuine(account: Environment, body: &[u8]) -> Result<Hint, HintError> {
    let json: Value = serde_json::from_slice(body).map_err(|_| HintError::NotJson)?;
    if !json.is_object() {
        return Err(HintError::NotJson);
    }
    let environment = match json.get("sandboxMode") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(true)) => Some(Environment::Sandbox),
        Some(Value::Bool(false)) => Some(Environment::Production),
        Some(_) => return Err(unknown("sandboxMode")),
    };
    if (environment, account) == (Some(Environment::Sandbox), Environment::Production) {
        return Err(HintError::Sandbox);
    }
    let event = read::text(&json, "/type").filter(|event| id::is_event(event));
    let event = event.ok_or(unknown("type"))?.to_owned();
    let subject = match json.get("applicantId") {
        // Of transactions, cases and the travel rule: the register has none of them.
        None | Some(Value::Null) => return Err(HintError::NotFollowed),
        Some(_) => read::text(&json, "/applicantId").filter(|subject| id::is_id(subject)),
    };
    let subject = subject.ok_or(unknown("applicantId"))?.to_owned();
    let customer = read::text(&json, "/externalUserId").filter(|name| id::is_customer(name));
    let moment = |pointer| read::text(&json, pointer).and_then(read::moment);
    Ok(Hint {
        subject,
        customer: customer.map(str::to_owned),
        event,
        happened_at: moment("/createdAtMs").or_else(|| moment("/createdAt")),
        digest: B256::from_slice(&Sha256::digest(body)),
        environment,
    })
}

const fn unknown(field: &'static str) -> HintError {
    HintError::UnknownShape { field }
}
