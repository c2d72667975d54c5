//! A link's URL, which is in one answer and stored nowhere: its token is made of the
//! caller's API key and the link's id, so the same request has it again.

use axum::response::Response;
use serde_json::Value;
use symbolon_core::link::{LinkId, LinkToken};

use crate::{
    auth::Caller, links::PreparedLink, problem::Result, rest::shown_once, state::AppState,
};

/// What opens the link that this caller makes, if it is shown to the caller.
pub(super) fn token_of(caller: &Caller, prepared: &PreparedLink) -> Option<LinkToken> {
    (!prepared.is_sent()).then(|| token(caller, prepared.id()))
}

/// What opens a link that this caller makes.
fn token(caller: &Caller, link: LinkId) -> LinkToken {
    let secret = caller.keyed_hash(format!("symbolon link {link}").as_bytes());
    LinkToken::from_random(caller.issuer.clone(), secret)
}

/// The answer, with the URL of its link, or of each link in `results`.
pub(super) async fn with_url(
    state: &AppState,
    caller: &Caller,
    answer: Response,
) -> Result<Response> {
    let site = state.site()?;
    shown_once::with(answer, "link", |link| {
        let id = link.get("id").and_then(Value::as_str);
        let id = id.filter(|_| link.get("url").is_some());
        if let Some(id) = id.and_then(|id| id.parse().ok()) {
            link["url"] = String::from(site.link(&token(caller, id))).into();
        }
    })
    .await
}
