//! Links for many at once.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LinkBody, NewLinkBody, shown};
use crate::{
    change::Post,
    links,
    problem::{Problem, Result},
    rest::{
        Refused,
        entries::{BatchResult, Entries},
        known_chains,
    },
    state::AppState,
};

const MOST: usize = 500;

/// Links for many.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLinks {
    /// 1 to 500.
    #[schema(value_type = Vec<NewLinkBody>, min_items = 1, max_items = 500)]
    links: Entries,
}

/// What was made of an entry.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct MadeLink {
    /// Of `ok`: the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkBody>,
}

/// Make many links
///
/// Up to 500, each as `POST /v1/links` makes one, with a result for each in the order of the
/// entries. One that cannot be read or made keeps no other back.
#[utoipa::path(
    post, path = "/links/batch", operation_id = "create_links", tag = "Links",
    request_body = NewLinks,
    responses((status = 200, description = "A result for each entry", body = BatchResult<MadeLink>), Refused)
)]
pub(super) async fn create_batch(
    State(state): State<AppState>,
    post: Post<NewLinks>,
) -> Result<Response> {
    let known = known_chains(&state, &post.caller).await?;
    let (caller, actor) = (&post.caller, &post.caller.actor);
    let read = |entry: NewLinkBody| Ok(entry.read(&known)?);
    let entries = post.body.links.read(("links", MOST), read)?;
    let mut prepared = Vec::with_capacity(entries.len());
    for entry in entries {
        prepared.push(match entry {
            Ok(new) => links::prepare(&state, &caller.issuer, &new, actor).await,
            Err(problem) => Err(problem),
        });
    }
    let prepared = &prepared;
    let answer = post
        .commit(&state, |mut transaction| async move {
            let now = transaction.now;
            let mut result = BatchResult::new();
            for link in prepared {
                let made = async {
                    let link = link.as_ref().map_err(Problem::clone)?;
                    let token = shown::token_of(caller, link);
                    let inner = transaction.inner();
                    links::store(inner, link, token.as_ref(), actor, now).await?;
                    let body = LinkBody::new(links::link(link), now).shown_if(token.is_some());
                    Ok(MadeLink { link: Some(body) })
                };
                result.add(made.await)?;
            }
            Ok(transaction.done(StatusCode::OK, result))
        })
        .await?;
    state.written.notify_one();
    shown::with_url(&state, caller, answer).await
}
