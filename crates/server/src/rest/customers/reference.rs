//! A customer's reference key, which is in one answer and stored nowhere: it is made of
//! the caller's API key, so the same request has it again.

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::Value;
use symbolon_core::{
    customer::{CustomerId, ReferenceKey},
    ids::InstanceName,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Caller,
    change::Post,
    customers::{changing, shown::CustomerBody},
    extract::CustomerPath,
    problem::Result,
    rest::{NoFields, Refused, shown_once},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(renew))
}

/// The key that a customer has of this caller, the first, second and so on.
pub(super) fn key(
    caller: &Caller,
    instance: &InstanceName,
    customer: CustomerId,
    number: u32,
) -> ReferenceKey {
    let text = format!("symbolon reference key {instance} {customer} {number}");
    let secret = caller.keyed_hash(text.as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&secret[..16]);
    ReferenceKey::from_random(half)
}

/// The answer, with the key of its customer, or of each in `results`, where there is room
/// for it.
pub(super) async fn with_key(
    caller: &Caller,
    instance: &InstanceName,
    answer: Response,
) -> Result<Response> {
    shown_once::with(answer, "customer", |customer| {
        let id = customer.get("id").and_then(Value::as_str);
        let id = id.and_then(|id| id.parse().ok());
        let number = customer.get("reference_number").and_then(Value::as_u64);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let room = customer.get("reference_key").is_some();
        if let (Some(id), Some(number), true) = (id, number, room) {
            customer["reference_key"] = key(caller, instance, id, number).expose().into();
        }
    })
    .await
}

/// Give a customer another reference key
///
/// The one before names nobody from then on, and a message that was handed out to be signed
/// is worth nothing.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/reference-key",
    operation_id = "renew_reference_key", tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = NoFields,
    responses((status = 200, description = "The customer, with its key", body = CustomerBody), Refused)
)]
async fn renew(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    post.caller.require_owner()?;
    let (caller, named) = (&post.caller, &instance);
    let answer = post
        .commit(&state, |mut transaction| async move {
            let now = transaction.now;
            let inner = transaction.inner();
            let made = inner.lock_customer(named, id).await?.references_made;
            let another = key(caller, named, id, made + 1);
            let hash = another.hash(&caller.issuer, named);
            let by = &caller.actor;
            let customer = changing::renew_reference(inner, named, id, hash, by, now).await?;
            let body = transaction.show_customer(named, &customer).await?;
            Ok(transaction.done(StatusCode::OK, body.with_room_for_key()))
        })
        .await?;
    with_key(caller, named, answer).await
}
