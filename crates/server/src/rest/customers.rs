//! Customers: what one instance knows of investors, and what is done with it.
//!
//! A path names the instance, and nothing here looks at another one's rows. Customers are
//! the issuer's own business, so the keys of authorities open none of it; a key that was
//! made for one instance opens that one's alone ([`crate::auth`]).

mod batch;
mod body;
mod changes;
mod export;
mod open;
mod reference;
mod wallets;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use symbolon_core::{ids::InstanceName, investor::StatusName};
use symbolon_store::CustomerFilter;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use body::NewCustomerBody;

use super::{
    Absent, Refused,
    words::{CustomerStatusWord, StatusWord},
};
use crate::{
    auth::Caller,
    change::Post,
    customers::{
        self,
        shown::{CustomerBody, DataBody},
    },
    extract::{
        Check, CustomerPath, InstancePath, Query,
        page::{self, Page},
    },
    problem::{FieldError, Problem, Result, catalog},
    state::AppState,
};

const LIST: &str = "customers";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show))
        .merge(batch::router())
        .merge(changes::router())
        .merge(open::router())
        .merge(reference::router())
        .merge(wallets::router())
        .merge(export::router())
}

/// The instance, if it is the issuer's.
async fn known(state: &AppState, caller: &Caller, instance: &InstanceName) -> Result<()> {
    caller.require_owner()?;
    state.store.instance(&caller.issuer, instance).await?;
    Ok(())
}

/// Make a customer
///
/// Of an instance's, with or without a wallet to come. It stands on an investor of the
/// register: on the one that you name, on the one whom the register knows by the `profile`,
/// or on somebody new without wallets. So two instances may know one investor, each as a
/// customer of its own, and share its verdict and wallets, while neither sees the other's
/// data, status and notes. The answer has the customer's `reference_key`, by which a wallet
/// is linked later: the register keeps its hash alone, so it is shown this once, and another
/// one can be had. The same request under the same `Idempotency-Key` has the same one.
/// Where the register knew the investor before, the answer says so (`investor_known`), and
/// which fields of the `profile` were not taken in (`not_taken`).
#[utoipa::path(
    post, path = "/instances/{instance}/customers", operation_id = "create_customer",
    tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = NewCustomerBody,
    responses((status = 201, description = "The customer", body = CustomerBody), Refused)
)]
async fn create(
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    post: Post<NewCustomerBody>,
) -> Result<Response> {
    known(&state, &post.caller, &instance).await?;
    let wanted = post.body.read(&post.caller, state.clock.now())?;
    let (caller, shown) = (&post.caller, &instance);
    let prepared = customers::prepare(&state, &caller.issuer, shown, &wanted).await;
    let answer = post
        .commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
            let (now, actor) = (transaction.now, &caller.actor);
            let key = reference::key(caller, shown, prepared.id(), 1);
            let inner = transaction.inner();
            let made = customers::store(inner, shown, prepared, &key, actor, now).await?;
            let body = transaction.show_customer(shown, &made.customer).await?;
            let body = body.made(&made).with_room_for_key();
            Ok(transaction.done(StatusCode::CREATED, body))
        })
        .await?;
    reference::with_key(&post.caller, &instance, answer).await
}

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only the one with this reference of the instance's.
    external_id: Option<String>,
    /// Only the one whose investor holds this wallet.
    wallet: Option<String>,
    /// Only the one that stands on this investor.
    investor: Option<String>,
    /// Only those that stand so with the instance.
    #[param(inline)]
    status: Option<CustomerStatusWord>,
    /// Only those whose investor stands so in the register.
    #[param(inline)]
    verdict: Option<StatusWord>,
    /// `true`: also those that are archived.
    #[param(value_type = Option<bool>, default = false)]
    archived: Option<String>,
}

impl ListQuery {
    fn filter(&self) -> Result<CustomerFilter> {
        let mut check = Check::default();
        let external_id = check.external_id("external_id", self.external_id.as_deref());
        let wallet = self.wallet.as_deref();
        let wallet = wallet.map(|text| check.wallet("wallet", text));
        let investor = self.investor.as_deref().map(str::parse).transpose();
        let investor = investor.map_err(|_| {
            let message = "an investor id is `0x` and 64 hexadecimal digits";
            check.refuse("investor", "bad_id", message);
        });
        let archived = archived(self.archived.as_deref());
        let archived = archived.map_err(|error| {
            check.refuse("archived", error.code, error.message);
        });
        let filter = CustomerFilter {
            external_id: external_id.flatten(),
            wallet: wallet.flatten(),
            investor: investor.ok().flatten(),
            status: self.status.map(Into::into),
            verdict: self.verdict.map(StatusName::from),
            archived: archived.unwrap_or_default(),
        };
        let invalid = |errors| Problem::of_fields(&catalog::INVALID_PARAMETER, errors);
        check.finish(Some(filter)).map_err(invalid)
    }
}

/// Whether those that are archived are wanted, too.
fn archived(text: Option<&str>) -> Result<bool, FieldError> {
    match text {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(FieldError::new(
            "archived",
            "invalid",
            "write true or false",
        )),
    }
}

/// List customers
///
/// Of one instance, in the order in which they were made, page by page. Filters may be
/// combined; `external_id`, `wallet` and `investor` find one. By e-mail address, name or
/// reference key they are found by `POST …/customers/search`, since addresses of requests
/// are written down in many places.
#[utoipa::path(
    get, path = "/instances/{instance}/customers", operation_id = "list_customers",
    tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name"), ListQuery),
    responses((status = 200, description = "A page of customers", body = Page<CustomerBody>), Absent)
)]
async fn list(
    caller: Caller,
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<CustomerBody>>> {
    known(&state, &caller, &instance).await?;
    let (limit, after) = page::read::<u64>(query.limit.as_deref(), query.cursor.as_deref(), LIST)?;
    let filter = query.filter()?;
    let found = state
        .store
        .customers(&caller.issuer, &instance, &filter, after, limit)
        .await?;
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    let data = found.customers.into_iter();
    Ok(Json(Page {
        data: data
            .map(|record| CustomerBody::new(&instance, record, restricted, now))
            .collect(),
        next_cursor: found.next.map(|place| page::cursor(LIST, place)),
    }))
}

/// Show a customer
///
/// Without its data and notes: these are opened for a purpose.
#[utoipa::path(
    get, path = "/instances/{instance}/customers/{id}", operation_id = "show_customer",
    tag = "Customers",
    params(
        ("instance" = String, Path, description = "The instance's name"),
        ("id" = String, Path, description = "The customer's id"),
    ),
    responses((status = 200, description = "The customer", body = CustomerBody), Absent)
)]
async fn show(
    caller: Caller,
    CustomerPath(instance, id): CustomerPath,
    State(state): State<AppState>,
) -> Result<Json<CustomerBody>> {
    caller.require_owner()?;
    let found = state.store.customer(&caller.issuer, &instance, id).await?;
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    Ok(Json(CustomerBody::new(&instance, found, restricted, now)))
}
