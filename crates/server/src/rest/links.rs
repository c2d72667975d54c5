//! Verification links: what an issuer sends to somebody who is to be verified.

mod batch;
mod body;
mod of_customer;
mod shown;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use symbolon_core::{
    command::Command, customer::CustomerId, ids::InstanceName, link::LinkId, time::UnixSeconds,
};
use symbolon_store::{Link, LinkFilter, Subject};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use body::{LinkBody, NewLinkBody};

use super::{Absent, NoFields, Refused, known_chains, words::LinkStatusWord};
use crate::{
    auth::Caller,
    change::Post,
    customers,
    extract::{
        LinkPath, Query,
        page::{self, Page},
    },
    linking, links,
    problem::{Problem, Result, catalog},
    state::AppState,
};

const LIST: &str = "links";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(batch::create_batch))
        .routes(routes!(show))
        .routes(routes!(resend))
        .routes(routes!(revoke))
        .merge(of_customer::router())
}

/// Make a link
///
/// By which somebody proves a wallet, is verified by a provider, or both. Whom you do not
/// name by `investor` is registered with it. The link is sent to the person's e-mail
/// address, or the answer has its `url`: whoever has that may act as the person, and the
/// register keeps nothing that opens it. To somebody who was judged no link is sent that
/// asks for no check and lets the person choose the wallet, since whoever reads the mailbox
/// would take the verdict over (`attestation_needed`): ask for a check, name the `wallet`, or
/// give an `attestation`, which the log keeps with the wallet. Where a check is asked for, the
/// wallet that such a person proves is bound once the check is passed. The same request under the same
/// `Idempotency-Key` has the same `url`.
#[utoipa::path(
    post, path = "/links", operation_id = "create_link", tag = "Links",
    request_body = NewLinkBody,
    responses((status = 201, description = "The link", body = LinkBody), Refused)
)]
async fn create(State(state): State<AppState>, post: Post<NewLinkBody>) -> Result<Response> {
    let known = known_chains(&state, &post.caller).await?;
    let new = post.body.read(&known)?;
    let (caller, actor) = (&post.caller, &post.caller.actor);
    let prepared = links::prepare(&state, &caller.issuer, &new, actor).await;
    let answer = post
        .commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
            let now = transaction.now;
            let token = shown::token_of(caller, prepared);
            links::store(transaction.inner(), prepared, token.as_ref(), actor, now).await?;
            let body = LinkBody::new(links::link(prepared), now).shown_if(token.is_some());
            Ok(transaction.done(StatusCode::CREATED, body))
        })
        .await?;
    state.written.notify_one();
    shown::with_url(&state, &post.caller, answer).await
}

/// Which links.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those of this investor.
    investor: Option<String>,
    /// Only those that stand so by now.
    #[param(inline)]
    status: Option<LinkStatusWord>,
}

/// List links
///
/// The newest first, page by page, in the order in which they were made.
#[utoipa::path(
    get, path = "/links", operation_id = "list_links", tag = "Links",
    params(ListQuery),
    responses((status = 200, description = "A page of links", body = Page<LinkBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<LinkBody>>> {
    let (limit, before) =
        page::read::<LinkId>(query.limit.as_deref(), query.cursor.as_deref(), LIST)?;
    let investor = query.investor.as_deref().map(str::parse).transpose();
    let investor = investor.map_err(|_| {
        let message = "an investor id is `0x` and 64 hexadecimal digits";
        Problem::parameter("investor", "bad_id", message)
    })?;
    let filter = LinkFilter {
        investor,
        status: query.status.map(Into::into),
    };
    let now = state.clock.now();
    let found = state
        .store
        .links(&caller.issuer, filter, now, before, limit + 1)
        .await?;
    let place = |last: &Link| last.id;
    let shown = |link| LinkBody::new(&link, now);
    Ok(Json(Page::cut(LIST, limit, found, place, shown)))
}

/// Show a link
///
/// Whether the person has come, and how far it is. What opens it is shown nowhere again.
#[utoipa::path(
    get, path = "/links/{id}", operation_id = "show_link", tag = "Links",
    params(("id" = String, Path, description = "The link's id")),
    responses((status = 200, description = "The link", body = LinkBody), Absent)
)]
async fn show(
    caller: Caller,
    LinkPath(id): LinkPath,
    State(state): State<AppState>,
) -> Result<Json<LinkBody>> {
    let link = state.store.link(&caller.issuer, id).await?;
    Ok(Json(LinkBody::new(&link, state.clock.now())))
}

/// Send a link again
///
/// To the e-mail address that the profile has by now, with another token; those that were
/// sent before open it as well, until it is over. What may not be sent to somebody who was
/// judged since is refused (`attestation_needed`).
#[utoipa::path(
    post, path = "/links/{id}/resend", operation_id = "resend_link", tag = "Links",
    params(("id" = String, Path, description = "The link's id")),
    request_body = NoFields,
    responses((status = 200, description = "The link", body = LinkBody), Refused)
)]
async fn resend(
    LinkPath(id): LinkPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    send_again(&state, &post, id, None).await
}

/// Answers with the link, as an instance sees it if it is its `customer`'s.
async fn send_again(
    state: &AppState,
    post: &Post<NoFields>,
    id: LinkId,
    customer: Option<(&InstanceName, CustomerId)>,
) -> Result<Response> {
    let has_mailer = state.services.mailer.is_some();
    let answer = post
        .commit(state, |mut transaction| async move {
            let now = transaction.now;
            let shown = match customer {
                None => LinkBody::new,
                Some((instance, customer)) => {
                    customers::changeable(transaction.inner(), instance, customer).await?;
                    LinkBody::of_customer
                }
            };
            let link = transaction.inner().lock_link(id).await?;
            let offered = Command::OfferLink { link: id };
            let subject = Subject::Investor(link.purpose.investor);
            transaction.decide(subject, offered).await?;
            linking::usable(&link, now)?;
            if !has_mailer {
                return Err(Problem::plain(&catalog::NO_MAILER));
            }
            links::send(transaction.inner(), &link, now).await?;
            Ok(transaction.done(StatusCode::OK, shown(&link, now)))
        })
        .await?;
    state.written.notify_one();
    Ok(answer)
}

/// Take a link back
///
/// From then on it opens nothing. What was done by it stays done.
#[utoipa::path(
    post, path = "/links/{id}/revoke", operation_id = "revoke_link", tag = "Links",
    params(("id" = String, Path, description = "The link's id")),
    request_body = NoFields,
    responses((status = 200, description = "The link", body = LinkBody), Refused)
)]
async fn revoke(
    LinkPath(id): LinkPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    take_back(&state, &post, id, LinkBody::new).await
}

/// Answers with the link as it is `shown` to whoever asks.
async fn take_back(
    state: &AppState,
    post: &Post<NoFields>,
    id: LinkId,
    shown: fn(&Link, UnixSeconds) -> LinkBody,
) -> Result<Response> {
    post.commit(state, |mut transaction| async move {
        let now = transaction.now;
        let link = transaction.inner().lock_link(id).await?;
        let withdrawn = Command::WithdrawLink { link: id };
        let subject = Subject::Investor(link.purpose.investor);
        transaction.decide(subject, withdrawn).await?;
        linking::usable(&link, now)?;
        transaction.inner().revoke_link(id, now).await?;
        let link = transaction.inner().lock_link(id).await?;
        Ok(transaction.done(StatusCode::OK, shown(&link, now)))
    })
    .await
}
