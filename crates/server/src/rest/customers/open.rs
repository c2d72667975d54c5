//! What instances know of their customers, for keys that open profiles.

use std::fmt;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    command::Command,
    customer::{ReferenceKey, SearchKey},
};
use symbolon_store::Subject;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CustomerBody, known};
use crate::{
    auth::Caller,
    change::Post,
    customers::{
        TRIES,
        opening::{self, Opening as Opened},
        shown::OpenedBody,
    },
    extract::{Body, Check, CustomerPath, InstancePath},
    problem::{Problem, Result, catalog},
    rest::{
        Refused,
        profiles::{Opening, purpose},
    },
    state::AppState,
};

/// Customers that a search answers with.
const MOST_FOUND: u32 = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(search))
}

/// Open a customer
///
/// Its data and notes, for a key that was made to open profiles. The log keeps who opened
/// it, of which instance, when, and what for. The answer is not kept under an
/// `Idempotency-Key`.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/{id}/open", operation_id = "open_customer",
    tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    request_body = Opening,
    responses((status = 200, description = "What is known", body = OpenedBody), Refused)
)]
async fn open(
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
    post: Post<Opening>,
) -> Result<Json<OpenedBody>> {
    post.caller.require_owner()?;
    post.caller.require_profiles()?;
    state.vault()?;
    let purpose = purpose(post.body.text())?;
    let issuer = &post.caller.issuer.clone();
    let mut found = state.store.customer(issuer, &instance, id).await?;
    let opening = Post { once: None, ..post };
    // Who moves onto another investor meanwhile is opened as who it is by now.
    for _ in 0..TRIES {
        let (named, purpose, investor) = (&instance, &purpose, found.investor.id);
        // On record before it is shown.
        opening
            .commit(&state, |mut transaction| async move {
                let opened = Command::OpenCustomer {
                    instance: named.clone(),
                    purpose: purpose.clone(),
                };
                let subject = Subject::Investor(investor);
                transaction.decide(subject, opened).await?;
                Ok(transaction.done(StatusCode::OK, ()))
            })
            .await?;
        match opening::open(&state, issuer, named, &found.customer).await? {
            Opened::Known(opened) => return Ok(Json(OpenedBody::new(&opened)?)),
            Opened::Changed(record) => found = *record,
        }
    }
    Err(Problem::plain(&catalog::CUSTOMER_CHANGED))
}

/// By what a customer is looked for: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerSearch {
    /// The whole e-mail address that its data has.
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// The whole name that its data has; capitals and blanks do not matter.
    #[schema(example = "Jane Doe")]
    name: Option<String>,
    /// Its reference key.
    #[schema(example = "ref_8f2a6c1d0e5b4f7a9c3e1d2b4a6f8c0e")]
    reference_key: Option<String>,
    /// Also those that are archived.
    #[serde(default)]
    archived: bool,
}

impl fmt::Debug for CustomerSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerSearch(…)")
    }
}

/// Customers that were found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FoundCustomers {
    /// At most 100, in the order in which they were made.
    customers: Vec<CustomerBody>,
}

/// Search customers
///
/// By the whole e-mail address or name that their data has, for a key that was made to open
/// profiles; or by a reference key. What is looked for is compared by a keyed digest of this
/// instance's, and stands in no log. Archived customers are left out unless `archived` asks for
/// them.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/search", operation_id = "search_customers",
    tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = CustomerSearch,
    responses((status = 200, description = "Who was found", body = FoundCustomers), Refused)
)]
async fn search(
    caller: Caller,
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    Body(body): Body<CustomerSearch>,
) -> Result<Json<FoundCustomers>> {
    known(&state, &caller, &instance).await?;
    let mut check = Check::default();
    let term = match (&body.email, &body.name, &body.reference_key) {
        (Some(email), None, None) => Some(Term::Data(SearchKey::Email, email)),
        (None, Some(name), None) => Some(Term::Data(SearchKey::Name, name)),
        (None, None, Some(key)) => key
            .parse()
            .map(Term::Reference)
            .map_err(|error: symbolon_core::customer::ReferenceKeyError| {
                check.refuse("reference_key", "bad_reference_key", error.to_string());
            })
            .ok(),
        _ => {
            let message = "give email, name or reference_key, one of them";
            check.refuse("", "one_term", message);
            None
        }
    };
    let found = match check.finish(term)? {
        Term::Data(key, value) => {
            caller.require_profiles()?;
            state
                .vault()?
                .find_customers(
                    &caller.issuer,
                    &instance,
                    key,
                    value,
                    body.archived,
                    MOST_FOUND,
                )
                .await?
        }
        Term::Reference(key) => {
            let hash = key.hash(&caller.issuer, &instance);
            let found = state
                .store
                .customer_by_reference(&caller.issuer, &instance, hash);
            let found = found.await?.into_iter();
            found
                .filter(|one| body.archived || one.customer.archived.is_none())
                .collect()
        }
    };
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    let customers = found.into_iter();
    let customers = customers.map(|one| CustomerBody::new(&instance, one, restricted, now));
    Ok(Json(FoundCustomers {
        customers: customers.collect(),
    }))
}

enum Term<'a> {
    Data(SearchKey, &'a str),
    Reference(ReferenceKey),
}
