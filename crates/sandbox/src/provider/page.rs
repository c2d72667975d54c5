//! The pages on which a person says who it is.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

/// What a person fills in. Empty is nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub(super) given_names: String,
    pub(super) family_name: String,
    pub(super) birth_date: String,
    pub(super) country: String,
    pub(super) nationality: String,
    pub(super) document_number: String,
    pub(super) document_expires: String,
    pub(super) accredited: Option<String>,
    pub(super) us_person: Option<String>,
    pub(super) press: String,
}

impl Form {
    pub(super) fn ticked(tick: Option<&str>) -> bool {
        tick.is_some_and(|value| !value.is_empty())
    }
}

/// A field of the form: its name, its label, its kind, an attribute, and its value.
const FIELDS: [(&str, &str, &str, &str, &str); 7] = [
    ("given_names", "Given names", "text", "", "Ana"),
    ("family_name", "Family name", "text", "", "Sample"),
    ("birth_date", "Date of birth", "date", "", "1990-02-03"),
    (
        "country",
        "Country of residence, three letters",
        "text",
        r#" pattern="[A-Z]{3}""#,
        "DEU",
    ),
    (
        "nationality",
        "Nationality, three letters",
        "text",
        r#" pattern="[A-Z]{3}""#,
        "FRA",
    ),
    ("document_number", "Passport number", "text", "", "X0000000"),
    (
        "document_expires",
        "Passport valid until",
        "date",
        "",
        "2035-01-01",
    ),
];

/// The form, with what can be pressed: its value and its words.
pub(super) fn form(vendor: &str, presses: &[(&str, &str)]) -> Response {
    let mut inside = String::new();
    for (name, label, kind, attribute, value) in FIELDS {
        inside.push_str(&format!(
            r#"<p><label for="{name}">{label}</label><br><input id="{name}" name="{name}" type="{kind}" value="{value}"{attribute}></p>"#
        ));
    }
    for (name, label) in [
        ("accredited", "I am a qualified investor"),
        ("us_person", "I am a US person"),
    ] {
        inside.push_str(&format!(
            r#"<p><input id="{name}" name="{name}" type="checkbox" value="true"> <label for="{name}">{label}</label></p>"#
        ));
    }
    inside.push_str("<p>");
    for (value, words) in presses {
        inside.push_str(&format!(
            r#"<button name="press" value="{value}">{words}</button> "#
        ));
    }
    inside.push_str("</p>");
    page(
        StatusCode::OK,
        vendor,
        &format!(
            r#"<p>This is a stand-in: you are whoever you say, and what comes of it is what you press.</p><form method="post">{inside}</form>"#
        ),
    )
}

/// A page that says one thing.
pub(super) fn says(status: StatusCode, vendor: &str, words: &str) -> Response {
    page(status, vendor, &format!("<p>{words}</p>"))
}

fn page(status: StatusCode, vendor: &str, inside: &str) -> Response {
    let page = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{vendor} (sandbox)</title><style>body{{font:1rem/1.5 system-ui;max-width:32rem;margin:2rem auto;padding:0 1rem}}input:not([type=checkbox]){{width:100%;font:inherit}}button{{font:inherit;padding:.4rem .8rem}}</style></head><body><main><h1>{vendor} (sandbox)</h1>{inside}</main></body></html>"#
    );
    (status, Html(page)).into_response()
}

/// Back to whoever sent the person, or a word of thanks.
pub(super) fn back(vendor: &str, to: Option<&str>) -> Response {
    match to {
        Some(to) => Redirect::to(to).into_response(),
        None => says(
            StatusCode::OK,
            vendor,
            "Thank you. You may close this page.",
        ),
    }
}
