//! A link's URL, which is in one answer and stored nowhere: its token is made of the
//! caller's API key and the link's id, so the same request has it again.

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use serde_json::Value;
use symbolon_core::link::{LinkId, LinkToken};

use crate::{
    auth::Caller,
    linking,
    problem::{Problem, Result},
    state::AppState,
};

/// Answers of ours are far smaller.
const LARGEST: usize = 4 * 1024 * 1024;

/// What opens a link that this caller makes.
pub(super) fn token(caller: &Caller, link: LinkId) -> LinkToken {
    let secret = caller.keyed_hash(format!("symbolon link {link}").as_bytes());
    LinkToken::from_random(caller.issuer.clone(), secret)
}

/// The answer, with the URL of its link, or of each link in `results`.
pub(super) async fn with_url(
    state: &AppState,
    caller: &Caller,
    answer: Response,
) -> Result<Response> {
    let (mut parts, body) = answer.into_parts();
    let bytes = to_bytes(body, LARGEST).await;
    let bytes = bytes.map_err(|error| Problem::internal(&error))?;
    let mut value: Value =
        serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))?;
    let site = linking::site(state)?;
    let add = |link: &mut Value| {
        let id = link.get("id").and_then(Value::as_str);
        let id = id.filter(|_| link.get("url").is_some());
        if let Some(id) = id.and_then(|id| id.parse().ok()) {
            link["url"] = String::from(site.link(&token(caller, id))).into();
        }
    };
    match value.get_mut("results").and_then(Value::as_array_mut) {
        Some(results) => results
            .iter_mut()
            .filter_map(|result| result.get_mut("link"))
            .for_each(add),
        None => add(&mut value),
    }
    let bytes = serde_json::to_vec(&value).map_err(|error| Problem::internal(&error))?;
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
