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
    problem::{FieldError, Problem, Result},
    rest::Refused,
    state::AppState,
};

/// In one transaction: a revocation waits for it.
const MOST: usize = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create_batch))
}

/// Customers to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomers {
    /// Up to 100.
    #[schema(max_items = 100)]
    customers: Vec<NewCustomerBody>,
}

/// What became of each, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeCustomers {
    results: Vec<MadeCustomer>,
}

/// A customer, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
struct MadeCustomer {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerBody>,
    /// A stable word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    code: Option<&'static str>,
    /// What is wrong, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Make many customers
///
/// Up to 100, each as `POST …/customers` makes one. One that cannot be made keeps no other
/// back: of a file that is sent again, those that the instance has by their `external_id` are
/// refused (`conflict`), and the others made.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/batch", operation_id = "create_customers",
    tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = NewCustomers,
    responses((status = 200, description = "What became of each", body = MadeCustomers), Refused)
)]
async fn create_batch(
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    post: Post<NewCustomers>,
) -> Result<Response> {
    known(&state, &post.caller, &instance).await?;
    if post.body.customers.len() > MOST {
        let message = format!("at most {MOST} at once: send the others in another request");
        let error = FieldError::new("customers", "too_many", message);
        return Err(Problem::invalid(vec![error]));
    }
    let (caller, issuer, actor) = (&post.caller, &post.caller.issuer, &post.caller.actor);
    let mut prepared = Vec::with_capacity(post.body.customers.len());
    for body in &post.body.customers {
        prepared.push(match body.read(caller, state.clock.now()) {
            Ok(wanted) => customers::prepare(&state, issuer, &instance, &wanted).await,
            Err(problem) => Err(problem),
        });
    }
    let (prepared, named) = (&prepared, &instance);
    let answer = post
        .commit(&state, |mut transaction| async move {
            let now = transaction.now;
            let mut results = Vec::with_capacity(prepared.len());
            for one in prepared {
                let made = match one {
                    Err(problem) => Err(problem.clone()),
                    Ok(one) => {
                        let key = reference::key(caller, named, one.id(), 1);
                        let inner = transaction.inner();
                        customers::store(inner, named, one, &key, actor, now).await
                    }
                };
                results.push(match made {
                    Ok(made) => {
                        let body = transaction.show_customer(named, &made.customer).await?;
                        MadeCustomer {
                            customer: Some(body.made(&made).with_room_for_key()),
                            code: None,
                            detail: None,
                        }
                    }
                    // What went wrong in the database went wrong for all.
                    Err(problem) if problem.again || problem.kind.status >= 500 => {
                        return Err(problem);
                    }
                    Err(problem) => MadeCustomer {
                        customer: None,
                        code: Some(problem.kind.code),
                        detail: Some(problem.detail),
                    },
                });
            }
            Ok(transaction.done(StatusCode::OK, MadeCustomers { results }))
        })
        .await?;
    reference::with_key(caller, named, answer).await
}
