//! The pages' HTML.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::standing::Standing;
use crate::problem::{Problem, catalog};

/// Why somebody is shown another page.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No token, or one that opens nothing.
    Unknown,
    /// Something else, for people.
    Problem(Problem),
    /// Something else, for the page's script.
    Json(Problem),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    at: &'a Standing,
    error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    at: &'a Standing,
    message: &'a str,
}

#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage<'a> {
    url: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    title: &'a str,
    text: &'a str,
}

/// What there is to do, and how it stands.
pub(super) fn link(at: &Standing, error: Option<&str>) -> Result<Response, Trouble> {
    let status = match error {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    rendered(&LinkPage { at, error }, status)
}

/// A message that is to be signed by other means.
pub(super) fn message(at: &Standing, message: &str) -> Result<Response, Trouble> {
    rendered(&MessagePage { at, message }, StatusCode::OK)
}

/// On to the provider.
pub(super) fn leave(url: &str) -> Result<Response, Trouble> {
    rendered(&LeavePage { url }, StatusCode::OK)
}

/// A link that nobody knows.
pub(super) fn unknown() -> String {
    notice(
        "This link opens nothing",
        "It is incomplete, or it was never made. Please open it again from your letter, or ask whoever sent it for another one.",
    )
}

/// Something that is not the person's fault.
pub(super) fn trouble(problem: &Problem) -> String {
    match problem.kind.code {
        code if code == catalog::LINK_OVER.code => notice(
            "This link is over",
            "Please ask whoever sent it for another one.",
        ),
        _ => notice(
            "Something went wrong",
            "Nothing is lost. Please try again in a moment.",
        ),
    }
}

fn notice(title: &str, text: &str) -> String {
    NoticePage { title, text }.render().unwrap_or_default()
}

fn rendered(page: &impl Template, status: StatusCode) -> Result<Response, Trouble> {
    let text = page.render();
    let text = text.map_err(|error| Problem::internal(&error))?;
    Ok(html(text, status))
}

/// A page, with the headers that keep it to itself.
pub(super) fn html(page: String, status: StatusCode) -> Response {
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
