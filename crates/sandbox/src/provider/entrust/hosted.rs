//! The hosted pages.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::super::clock::moment;
use super::super::page;
use super::super::server::text;
use super::{Outcome, Vendor};

const VENDOR: &str = "Entrust";
const PRESSES: [(&str, &str); 4] = [
    ("pass", "Pass"),
    ("review", "Hand in something doubtful"),
    ("fail", "Hand in a forgery"),
    ("leave", "Leave"),
];

/// The link of a run that waits for its person; or where the person goes instead.
fn link(vendor: &Vendor, run: &str) -> Result<Value, Box<Response>> {
    let Ok((link, status)) = vendor.change(run, |run| (run.link.clone(), run.status)) else {
        let words = "There is no such link.";
        return Err(Box::new(page::says(StatusCode::NOT_FOUND, VENDOR, words)));
    };
    let ends = text(&link, "/expires_at").and_then(moment);
    let ended = ends.is_some_and(|ends| ends <= vendor.options.clock.seconds());
    if ended || status != "awaiting_input" {
        let elsewhere = text(&link, "/expired_redirect_url");
        return Err(Box::new(page::back(VENDOR, elsewhere)));
    }
    Ok(link)
}

pub(super) async fn page(State(vendor): State<Arc<Vendor>>, Path(run): Path<String>) -> Response {
    match link(&vendor, &run) {
        Ok(_) => page::form(VENDOR, &PRESSES),
        Err(elsewhere) => *elsewhere,
    }
}

/// All webhooks are answered before the browser goes on.
pub(super) async fn press(
    State(vendor): State<Arc<Vendor>>,
    Path(run): Path<String>,
    Form(form): Form<page::Form>,
) -> Response {
    let link = match link(&vendor, &run) {
        Ok(link) => link,
        Err(elsewhere) => return *elsewhere,
    };
    let (outcome, to) = match form.press.as_str() {
        "pass" => (Outcome::Approved, "/completed_redirect_url"),
        "review" => (Outcome::Review, "/completed_redirect_url"),
        "fail" => {
            let reasons = vec!["forgery".to_owned()];
            (Outcome::Declined(reasons), "/completed_redirect_url")
        }
        "leave" => (Outcome::Abandoned, "/expired_redirect_url"),
        _ => return page::says(StatusCode::BAD_REQUEST, VENDOR, "Press one of the buttons."),
    };
    if outcome != Outcome::Abandoned {
        let _ = vendor.change(&run, |run| run.hand_in(&form));
    }
    let _ = vendor.complete(&run, outcome).await;
    page::back(VENDOR, text(&link, to))
}
