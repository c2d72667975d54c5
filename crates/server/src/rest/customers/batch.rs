//! Customers, many at once.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::NewCustomerBody, known, reference};
use crate::{
    change::Post,
    customers::{self, shown::CustomerBody},
    extract::InstancePath,
    problem::{Problem, Result},
    rest::{
        Refused,
        entries::{BatchResult, Entries},
    },
    state::AppState,
};

/// In one transaction: a revocation waits for it.
const MOST: usize = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create_batch))
}

/// Customers to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomers {
    /// 1 to 100.
    #[schema(value_type = Vec<NewCustomerBody>, min_items = 1, max_items = 100)]
    customers: Entries,
}

/// What was made of an entry.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct MadeCustomer {
    /// Of `ok`: the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerBody>,
}

/// Make many customers
///
/// Up to 100, each as `POST …/customers` makes one, with a result for each in the order of the
/// entries. One that cannot be read or made keeps no other back: of a file that is sent again, those that the instance has by their `external_id` are
/// refused (`conflict`), and the others made.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/batch", operation_id = "create_customers",
    tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = NewCustomers,
    responses((status = 200, description = "A result for each entry", body = BatchResult<MadeCustomer>), Refused)
)]
async fn create_batch(
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    post: Post<NewCustomers>,
) -> Result<Response> {
    known(&state, &post.caller, &instance).await?;
    let (caller, actor) = (&post.caller, &post.caller.actor);
    let (now, named) = (state.clock.now(), &instance);
    let read = |entry: NewCustomerBody| entry.read(caller, now);
    let entries = post.body.customers.read(("customers", MOST), read)?;
    let mut prepared = Vec::with_capacity(entries.len());
    for entry in entries {
        prepared.push(match entry {
            Ok(wanted) => customers::prepare(&state, &caller.issuer, named, &wanted).await,
            Err(problem) => Err(problem),
        });
    }
    let prepared = &prepared;
    let answer = post
        .commit(&state, |mut transaction| async move {
            let now = transaction.now;
            let mut result = BatchResult::new();
            for customer in prepared {
                let made = async {
                    let customer = customer.as_ref().map_err(Problem::clone)?;
                    let key = reference::key(caller, named, customer.id(), 1);
                    let inner = transaction.inner();
                    let made = customers::store(inner, named, customer, &key, actor, now).await?;
                    let body = transaction.show_customer(named, &made.customer).await?;
                    let customer = Some(body.made(&made).with_room_for_key());
                    Ok(MadeCustomer { customer })
                };
                result.add(made.await)?;
            }
            Ok(transaction.done(StatusCode::OK, result))
        })
        .await?;
    reference::with_key(caller, named, answer).await
}
