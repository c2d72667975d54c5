//! What an instance changes of its customers.

use std::fmt;

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use symbolon_core::{
    customer::{CustomerData, CustomerId, note},
    ids::InstanceName,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CustomerBody, CustomerStatusWord, DataBody};
use crate::{
    change::Post,
    customers::{self, changing, is_overtaken},
    extract::{Check, CustomerPath},
    problem::Result,
    rest::{NoFields, Refused},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change_data))
        .routes(routes!(set_status))
        .routes(routes!(set_external_id))
        .routes(routes!(add_note))
        .routes(routes!(archive))
        .routes(routes!(restore))
}

/// What the instance knows from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewData {
    /// All of it: what was known before goes. `null` forgets it.
    #[serde(deserialize_with = "Option::deserialize")]
    data: Option<DataBody>,
}

/// Replace a customer's data
///
/// The whole object. It is sealed under the person's key, and goes when that one is erased.
/// The log keeps that it was replaced or forgotten and who did so, never what it says.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/data",
    operation_id = "change_customer_data", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NewData,
    responses((status = 200, description = "The customer", body = CustomerBody), Refused)
)]
async fn change_data(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NewData>,
) -> Result<Response> {
    post.caller.require_owner()?;
    let mut check = Check::default();
    let data = post.body.data.as_ref();
    let data = data.map(|data| data.read(&mut check));
    let data: Option<CustomerData> = check.finish(Some(data.flatten()))?;
    let (issuer, named, actor) = (&post.caller.issuer, &instance, &post.caller.actor);
    let mut tried = 1;
    loop {
        let found = state.store.customer(issuer, named, id).await?;
        let prepared = changing::prepare_data(&state, issuer, named, &found, data.as_ref());
        let prepared = prepared.await;
        let answer = post
            .commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
                let now = transaction.now;
                let inner = transaction.inner();
                let customer = changing::store_data(inner, named, prepared, actor, now).await?;
                let body = transaction.show_customer(named, &customer).await?;
                Ok(transaction.done(StatusCode::OK, body))
            })
            .await;
        match answer {
            Err(problem) if is_overtaken(&problem) && tried < customers::TRIES => tried += 1,
            answer => return answer,
        }
    }
}

/// Something to be noted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    /// 1 to 2,000 characters. It goes to the vault.
    #[schema(example = "called back, wants to subscribe in March")]
    text: String,
}

impl fmt::Debug for NewNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewNote(…)")
    }
}

/// Note something about a customer
///
/// With your name and the time. Notes are kept in order, and nobody takes one back; they go
/// when the person is erased.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/notes",
    operation_id = "add_customer_note", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NewNote,
    responses((status = 201, description = "The customer", body = CustomerBody), Refused)
)]
async fn add_note(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NewNote>,
) -> Result<Response> {
    post.caller.require_owner()?;
    let mut check = Check::default();
    let read = note(&post.body.text);
    let read = read.map_err(|error| check.refuse("text", "bad_note", error.to_string()));
    let note = check.finish(read.ok())?;
    let (issuer, named, actor) = (&post.caller.issuer, &instance, &post.caller.actor);
    let mut tried = 1;
    loop {
        let found = state.store.customer(issuer, named, id).await?;
        let prepared = customers::prepare_note(&state, issuer, named, &found, &note);
        let prepared = prepared.await;
        let answer = post
            .commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
                let now = transaction.now;
                let inner = transaction.inner();
                let customer = customers::store_note(inner, named, prepared, actor, now).await?;
                let body = transaction.show_customer(named, &customer).await?;
                Ok(transaction.done(StatusCode::CREATED, body))
            })
            .await;
        match answer {
            Err(problem) if is_overtaken(&problem) && tried < customers::TRIES => tried += 1,
            answer => return answer,
        }
    }
}

/// Where a customer is to stand with its instance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStatus {
    status: CustomerStatusWord,
}

/// Say where a customer stands with its instance
///
/// `active`, `on_hold` or `closed`. The register's verdict is another matter. The log keeps
/// the word and who said it.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/status",
    operation_id = "set_customer_status", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NewStatus,
    responses((status = 200, description = "The customer", body = CustomerBody), Refused)
)]
async fn set_status(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NewStatus>,
) -> Result<Response> {
    post.caller.require_owner()?;
    let (named, status, actor) = (&instance, post.body.status.into(), &post.caller.actor);
    post.commit(&state, |mut transaction| async move {
        let now = transaction.now;
        let inner = transaction.inner();
        let customer = changing::set_status(inner, named, id, status, actor, now).await?;
        let body = transaction.show_customer(named, &customer).await?;
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}

/// By which reference an instance knows a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExternalId {
    /// 1 to 128 characters, no e-mail address, unique among the instance's customers;
    /// `null`: none.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
}

/// Change a customer's external id
///
/// Your own reference for it, or none. One that another customer of this instance has is
/// refused (`conflict`). The log keeps that it changed and who did so, and neither id: the
/// former one may have said more than it should.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/external-id",
    operation_id = "set_customer_external_id", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NewExternalId,
    responses((status = 200, description = "The customer", body = CustomerBody), Refused)
)]
async fn set_external_id(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NewExternalId>,
) -> Result<Response> {
    post.caller.require_owner()?;
    let mut check = Check::default();
    let external_id = check.external_id("external_id", post.body.external_id.as_deref());
    let external_id = check.finish(external_id)?;
    let (named, wanted, actor) = (&instance, external_id.as_ref(), &post.caller.actor);
    post.commit(&state, |mut transaction| async move {
        let now = transaction.now;
        let inner = transaction.inner();
        let customer = changing::set_external_id(inner, named, id, wanted, actor, now).await?;
        let body = transaction.show_customer(named, &customer).await?;
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}

/// Archive a customer
///
/// It changes no more, and lists and searches leave it out unless they are asked for it.
/// Nothing is erased, and the investor stays as it is. The log keeps who did so.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/archive",
    operation_id = "archive_customer", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NoFields,
    responses((status = 200, description = "The customer", body = CustomerBody), Refused)
)]
async fn archive(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    put_away(&state, &post, &instance, id, true).await
}

/// Restore a customer
///
/// From the archive, as it was. The log keeps who did so.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/restore",
    operation_id = "restore_customer", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NoFields,
    responses((status = 200, description = "The customer", body = CustomerBody), Refused)
)]
async fn restore(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    put_away(&state, &post, &instance, id, false).await
}

async fn put_away(
    state: &AppState,
    post: &Post<NoFields>,
    instance: &InstanceName,
    id: CustomerId,
    archived: bool,
) -> Result<Response> {
    post.caller.require_owner()?;
    let actor = &post.caller.actor;
    post.commit(state, |mut transaction| async move {
        let now = transaction.now;
        let inner = transaction.inner();
        let customer = changing::archive(inner, instance, id, archived, actor, now).await?;
        let body = transaction.show_customer(instance, &customer).await?;
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}
