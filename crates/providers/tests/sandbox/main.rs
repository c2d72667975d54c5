//! Against stand-ins that were made from the vendors' documentation alone: a session, a person in
//! a browser, webhooks, and the record that decides.

#![allow(clippy::unwrap_used, reason = "tests")]

mod entrust;
mod faults;
mod sumsub;

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::Value;
use symbolon_core::{investor::InvestorKind, profile::Profile, time::UnixSeconds};
use symbolon_providers::{Clock, Hint, HintError, Provider, ReturnTo, Session, SessionRequest};
use symbolon_sandbox::provider::{VendorClock, Webhook};

/// 2026-03-01T10:00:00Z.
const START: u64 = 1_772_359_200_000;
const MINUTE: Duration = Duration::from_secs(60);

fn clocks() -> (VendorClock, Clock) {
    let vendors = VendorClock::manual(START);
    let ours = vendors.clone();
    (vendors, Clock::new(move || UnixSeconds(ours.seconds())))
}

fn return_to() -> ReturnTo {
    ReturnTo {
        success: "https://issuer.example/done".parse().unwrap(),
        failure: "https://issuer.example/again".parse().unwrap(),
    }
}

/// Sends a person there.
async fn open(provider: &dyn Provider, profile: Option<&Profile>) -> Session {
    let request = SessionRequest {
        customer: "u-1",
        kind: InvestorKind::NaturalPerson,
        level: None,
        return_to: &return_to(),
        lasts: Duration::from_secs(1800),
        profile,
        language: Some("de"),
        begun: None,
    };
    provider.open(&request).await.unwrap()
}

/// The browser: opens the page, fills it in, presses, and says where it was sent.
async fn walk(session: &Session, press: &str) -> Option<String> {
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    let browser = browser.build().unwrap();
    let link = session.url.expose_secret();
    let page = browser.get(link).send().await.unwrap();
    if page.status() != 200 {
        return location(&page);
    }
    let html = page.text().await.unwrap();
    assert!(html.contains(&format!(r#"value="{press}""#)), "{html}");
    let form = [
        ("given_names", "Ana"),
        ("family_name", "Sample"),
        ("birth_date", "1990-02-03"),
        ("country", "DEU"),
        ("nationality", "FRA"),
        ("document_number", "X0000000"),
        ("document_expires", "2035-01-01"),
        ("accredited", "true"),
        ("press", press),
    ];
    let form = form
        .map(|(name, value)| format!("{name}={value}"))
        .join("&");
    let pressed = browser
        .post(link)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    location(&pressed.send().await.unwrap())
}

fn location(answer: &reqwest::Response) -> Option<String> {
    let location = answer.headers().get("location")?;
    Some(location.to_str().unwrap().to_owned())
}

fn hint(provider: &dyn Provider, webhook: &Webhook) -> Result<Hint, HintError> {
    let headers = webhook.headers.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    provider.hint(&HeaderMap::from_iter(headers), &webhook.body)
}

fn text(profile: &Profile, field: symbolon_core::profile::Field) -> Option<String> {
    profile.get(field)?.text()
}

fn from<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}
