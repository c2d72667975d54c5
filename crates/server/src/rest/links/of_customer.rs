//! Links for an instance's customers, by whoever may see the instance. The paths name the
//! instance, so a key that was made for one reaches its own customers' links, and no link
//! that was made for another instance's customer or for the issuer's own ends.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use symbolon_core::{
    customer::{Opening, may_open},
    ids::InstanceName,
    link::LinkId,
};
use symbolon_store::{CustomerRecord, IssuerTransaction, Link};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    LIST,
    body::{LinkBody, NewCustomerLinkBody},
    send_again, shown, take_back,
};
use crate::{
    auth::Caller,
    change::Post,
    customers::{offering, own},
    extract::{
        CustomerLinkPath, CustomerPath, Query,
        page::{self, Page},
    },
    links,
    problem::{Problem, Result, catalog},
    rest::{Absent, NoFields, Refused, known_chains},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show))
        .routes(routes!(resend))
        .routes(routes!(revoke))
}

/// Make a link for a customer
///
/// By which the customer's person proves a wallet, is verified by a provider, or both: as
/// `POST /v1/links`, for a key that sees this instance alone, too. Such a key is shown no `url`
/// where the issuer or another instance knows the person, too, and none of a check of whom
/// somebody has judged already (`link_must_be_sent`): then the link goes to the person's own
/// address. What it was shown opens nothing any more once that has become so.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/links",
    operation_id = "create_customer_link", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NewCustomerLinkBody,
    responses((status = 201, description = "The link", body = LinkBody), Refused)
)]
async fn create(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NewCustomerLinkBody>,
) -> Result<Response> {
    let (caller, named) = (&post.caller, &instance);
    caller.require_owner()?;
    let (issuer, actor) = (&caller.issuer, &caller.actor);
    let CustomerRecord { customer, .. } = state.store.customer(issuer, named, id).await?;
    let known = known_chains(&state, caller).await?;
    let new = post.body.read(customer.investor, &known)?;
    let prepared = links::prepare(&state, issuer, &new, actor).await;
    let prepared = prepared.map(|link| match caller.is_confined() {
        true => link.shown_to(named),
        false => link,
    });
    let answer = post
        .commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
            let now = transaction.now;
            let inner = transaction.inner();
            let token = shown::token_of(caller, prepared);
            offering::store(inner, (named, id), prepared, token.as_ref(), actor, now).await?;
            let link = links::link(prepared);
            if link.shown_to.is_some() {
                unless_others_are_concerned(inner, named, link).await?;
            }
            let body = LinkBody::of_customer(link, now).shown_if(token.is_some());
            Ok(transaction.done(StatusCode::CREATED, body))
        })
        .await?;
    state.written.notify_one();
    shown::with_url(&state, caller, answer).await
}

/// Whoever has a link's URL may act as its person, and what comes of it counts for all.
async fn unless_others_are_concerned(
    transaction: &mut IssuerTransaction,
    instance: &InstanceName,
    link: &Link,
) -> Result<()> {
    let investor = transaction.investor(link.purpose.investor).await?.investor;
    let own = own(transaction, instance, &investor).await?;
    let opening = Opening {
        checks: link.purpose.provider.is_some(),
        led_to_verdict: false,
    };
    match may_open(&own, opening) {
        true => Ok(()),
        false => Err(Problem::plain(&catalog::LINK_MUST_BE_SENT)),
    }
}

/// Which of the customer's links.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a customer's links
///
/// Those that were made for it as this instance's customer, the newest first, page by page.
#[utoipa::path(
    get, path = "/instances/{instance}/customers/{id}/links",
    operation_id = "list_customer_links", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
        ListQuery,
    ),
    responses((status = 200, description = "A page of links", body = Page<LinkBody>), Absent)
)]
async fn list(
    caller: Caller,
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<LinkBody>>> {
    caller.require_owner()?;
    let (limit, before) =
        page::read::<LinkId>(query.limit.as_deref(), query.cursor.as_deref(), LIST)?;
    let (store, issuer) = (&state.store, &caller.issuer);
    store.customer(issuer, &instance, id).await?;
    let found = store.links_of_customer(issuer, &instance, id, before, limit + 1);
    let found = found.await?;
    let now = state.clock.now();
    let place = |last: &Link| last.id;
    let shown = |link| LinkBody::of_customer(&link, now);
    Ok(Json(Page::cut(LIST, limit, found, place, shown)))
}

/// Show a customer's link
///
/// Whether the person has come, and how far it is. What opens it is shown nowhere again.
#[utoipa::path(
    get, path = "/instances/{instance}/customers/{id}/links/{link}",
    operation_id = "show_customer_link", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
        ("link" = String, Path, description = "The link's id"),
    ),
    responses((status = 200, description = "The link", body = LinkBody), Absent)
)]
async fn show(
    caller: Caller,
    path: CustomerLinkPath,
    State(state): State<AppState>,
) -> Result<Json<LinkBody>> {
    let link = found(&state, &caller, &path).await?;
    Ok(Json(LinkBody::of_customer(&link, state.clock.now())))
}

/// The link, if it was made for this customer; any other is as none.
async fn found(state: &AppState, caller: &Caller, path: &CustomerLinkPath) -> Result<Link> {
    caller.require_owner()?;
    let CustomerLinkPath(instance, customer, link) = path;
    let store = &state.store;
    let link = store.link_of_customer(&caller.issuer, instance, *customer, *link);
    Ok(link.await?)
}

/// Send a customer's link again
///
/// To the e-mail address that the profile has by now, with another token; those that were
/// sent before open it as well, until it is over. An archived customer is sent nothing.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/links/{link}/resend",
    operation_id = "resend_customer_link", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
        ("link" = String, Path, description = "The link's id"),
    ),
    request_body = NoFields,
    responses((status = 200, description = "The link", body = LinkBody), Refused)
)]
async fn resend(
    path: CustomerLinkPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    let link = found(&state, &post.caller, &path).await?;
    let CustomerLinkPath(instance, customer, _) = &path;
    send_again(&state, &post, link.id, Some((instance, *customer))).await
}

/// Take a customer's link back
///
/// From then on it opens nothing. What was done by it stays done.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/links/{link}/revoke",
    operation_id = "revoke_customer_link", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
        ("link" = String, Path, description = "The link's id"),
    ),
    request_body = NoFields,
    responses((status = 200, description = "The link", body = LinkBody), Refused)
)]
async fn revoke(
    path: CustomerLinkPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    let link = found(&state, &post.caller, &path).await?;
    take_back(&state, &post, link.id, LinkBody::of_customer).await
}
