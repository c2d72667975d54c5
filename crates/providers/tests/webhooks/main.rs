//! Webhooks: what the vendors sign is believed, and nothing else.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod entrust;
mod properties;
mod sumsub;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::json;
use sha2::{Sha256, Sha512};
use symbolon_core::verification::Environment;
use symbolon_providers::{
    Clock, Digest, Provider,
    entrust::{Entrust, EntrustSecrets},
    sumsub::{Sumsub, SumsubSecrets},
};

/// Made apart from what is tested.
fn sha256(key: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn sha512(key: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    HeaderMap::from_iter(pairs)
}

fn all(secrets: &[&str]) -> Vec<SecretString> {
    secrets.iter().map(|secret| (*secret).into()).collect()
}

/// Each account once: making its client reads the system's root certificates.
fn once<T: Send + Sync>(
    made: &Mutex<BTreeMap<String, Arc<T>>>,
    key: String,
    make: impl FnOnce() -> T,
) -> Arc<T> {
    let mut made = made.lock().unwrap();
    Arc::clone(made.entry(key).or_insert_with(|| Arc::new(make())))
}

fn sumsub(environment: Environment, digest: Digest, secrets: &[&str]) -> Arc<Sumsub> {
    static MADE: Mutex<BTreeMap<String, Arc<Sumsub>>> = Mutex::new(BTreeMap::new());
    let key = format!("{environment:?} {digest:?} {secrets:?}");
    once(&MADE, key, || make_sumsub(environment, digest, secrets))
}

fn entrust(tokens: &[&str]) -> Arc<Entrust> {
    static MADE: Mutex<BTreeMap<String, Arc<Entrust>>> = Mutex::new(BTreeMap::new());
    once(&MADE, format!("{tokens:?}"), || make_entrust(tokens))
}

fn make_sumsub(environment: Environment, digest: Digest, secrets: &[&str]) -> Sumsub {
    let account = json!({
        "environment": environment, "digest": digest, "mapping": {"levels": {}},
    });
    let secrets = SumsubSecrets {
        token: "token".into(),
        secret: "secret".into(),
        webhook_secrets: all(secrets),
    };
    let account = serde_json::from_value(account).unwrap();
    Sumsub::new("sumsub".parse().unwrap(), account, secrets, Clock::system()).unwrap()
}

fn make_entrust(tokens: &[&str]) -> Entrust {
    let account = json!({
        "region": "eu", "environment": "production", "mapping": {"workflows": {}},
    });
    let secrets = EntrustSecrets {
        api_token: "token".into(),
        webhook_tokens: all(tokens),
    };
    let account = serde_json::from_value(account).unwrap();
    Entrust::new(
        "entrust".parse().unwrap(),
        account,
        secrets,
        Clock::system(),
    )
    .unwrap()
}

#[test]
fn every_forgery_has_a_code_of_its_own_and_repeats_nothing() {
    use symbolon_providers::HintError;

    let all = [
        HintError::SignatureMissing,
        HintError::SignatureMalformed,
        HintError::SignatureWrong,
        HintError::AlgorithmMissing,
        HintError::AlgorithmRefused,
        HintError::NotJson,
        HintError::UnknownShape { field: "type" },
        HintError::Sandbox,
        HintError::NotFollowed,
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(|error| error.code()).collect();
    assert_eq!(codes.len(), all.len());
    for error in all {
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_provider_prints_no_secret() {
    let provider = sumsub(Environment::Production, Digest::Sha256, &["canary"]);
    assert_eq!(format!("{provider:?}"), "Sumsub(sumsub)");
    assert_eq!(provider.name().as_str(), "sumsub");
    assert_eq!(format!("{:?}", entrust(&["canary"])), "Entrust(entrust)");
}
