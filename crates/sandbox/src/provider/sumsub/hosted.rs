//! The hosted pages.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::faults::lock;
use super::super::page;
use super::{Vendor, Verdict};

const VENDOR: &str = "Sumsub";
const PRESSES: [(&str, &str); 4] = [
    ("pass", "Pass"),
    ("retry", "Hand in something unreadable"),
    ("fail", "Hand in a forgery"),
    ("leave", "Leave"),
];

/// Where a person was sent, and may go afterwards.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) customer: String,
    pub(super) level: String,
    pub(super) success: Option<String>,
    pub(super) reject: Option<String>,
    /// In seconds after 1970.
    pub(super) ends: u64,
}

impl Vendor {
    pub(super) fn add_link(&self, link: Link) -> String {
        let mut books = lock(&self.books);
        books.made += 1;
        let name = format!("link-{}", books.made);
        books.links.insert(name.clone(), link);
        name
    }

    fn link(&self, name: &str) -> Option<Link> {
        let link = lock(&self.books).links.get(name).cloned();
        link.filter(|link| self.options.clock.seconds() < link.ends)
    }
}

fn ended() -> Response {
    page::says(StatusCode::GONE, VENDOR, "This link no longer works.")
}

/// The applicant is made when the person comes.
pub(super) async fn page(State(vendor): State<Arc<Vendor>>, Path(name): Path<String>) -> Response {
    let Some(link) = vendor.link(&name) else {
        return ended();
    };
    let (id, made) = vendor.applicant(&link.customer, &link.level);
    if made {
        let _ = vendor.tell(&id, "applicantCreated").await;
    }
    page::form(VENDOR, &PRESSES)
}

/// All webhooks are answered before the browser goes on.
pub(super) async fn press(
    State(vendor): State<Arc<Vendor>>,
    Path(name): Path<String>,
    Form(form): Form<page::Form>,
) -> Response {
    let Some(link) = vendor.link(&name) else {
        return ended();
    };
    let (id, made) = vendor.applicant(&link.customer, &link.level);
    if made {
        let _ = vendor.tell(&id, "applicantCreated").await;
    }
    let verdict = match form.press.as_str() {
        "pass" => Verdict::Green,
        "retry" => Verdict::Retry,
        "fail" => Verdict::Final(vec!["FORGERY".to_owned()]),
        "leave" => return page::back(VENDOR, link.reject.as_deref()),
        _ => return page::says(StatusCode::BAD_REQUEST, VENDOR, "Press one of the buttons."),
    };
    let passed = verdict == Verdict::Green;
    let _ = vendor.change(&id, |one| {
        one.level.clone_from(&link.level);
        one.hand_in(&form);
    });
    let _ = vendor.tell(&id, "applicantPending").await;
    let _ = vendor.review(&id, verdict).await;
    let to = if passed { link.success } else { link.reject };
    page::back(VENDOR, to.as_deref())
}
