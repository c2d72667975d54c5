//! Links for many at once.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LinkBody, NewLinkBody, shown};
use crate::{
    change::Post,
    links,
    problem::{FieldError, Problem, Result},
    rest::{Refused, known_chains},
    state::AppState,
};

const MOST: usize = 500;

/// Links for many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLinks {
    /// Up to 500.
    #[schema(max_items = 500)]
    links: Vec<NewLinkBody>,
}

/// What became of each, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeLinks {
    results: Vec<MadeLink>,
}

/// A link, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
struct MadeLink {
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkBody>,
    /// A stable word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    code: Option<&'static str>,
    /// What is wrong, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Make many links
///
/// Up to 500, each as `POST /v1/links` makes one. One that cannot be made keeps no other
/// back.
#[utoipa::path(
    post, path = "/links/batch", operation_id = "create_links", tag = "Links",
    request_body = NewLinks,
    responses((status = 200, description = "What became of each", body = MadeLinks), Refused)
)]
pub(super) async fn create_batch(
    State(state): State<AppState>,
    post: Post<NewLinks>,
) -> Result<Response> {
    if post.body.links.len() > MOST {
        let message = format!("at most {MOST} at once: send the others in another request");
        let error = FieldError::new("links", "too_many", message);
        return Err(Problem::invalid(vec![error]));
    }
    let known = known_chains(&state, &post.caller).await?;
    let (issuer, actor) = (&post.caller.issuer, &post.caller.actor);
    let mut prepared = Vec::with_capacity(post.body.links.len());
    for body in &post.body.links {
        prepared.push(match body.read(&known) {
            Ok(new) => links::prepare(&state, issuer, &new, actor).await,
            Err(errors) => Err(Problem::invalid(errors)),
        });
    }
    let (prepared, caller) = (&prepared, &post.caller);
    let answer = post
        .commit(&state, |mut transaction| async move {
            let now = transaction.now;
            let mut results = Vec::with_capacity(prepared.len());
            for link in prepared {
                let made = match link {
                    Err(problem) => Err(problem.clone()),
                    Ok(link) => {
                        let token = shown::token_of(caller, link);
                        let token = token.as_ref();
                        let stored =
                            links::store(transaction.inner(), link, token, actor, now).await;
                        let body = LinkBody::new(links::link(link), now);
                        stored.map(|()| body.shown_if(token.is_some()))
                    }
                };
                results.push(match made {
                    Ok(link) => MadeLink {
                        link: Some(link),
                        code: None,
                        detail: None,
                    },
                    // What went wrong in the database went wrong for all.
                    Err(problem) if problem.again || problem.kind.status >= 500 => {
                        return Err(problem);
                    }
                    Err(problem) => MadeLink {
                        link: None,
                        code: Some(problem.kind.code),
                        detail: Some(problem.detail),
                    },
                });
            }
            Ok(transaction.done(StatusCode::OK, MadeLinks { results }))
        })
        .await?;
    state.written.notify_one();
    shown::with_url(&state, &post.caller, answer).await
}
