//! An instance's customers, streamed.

use axum::{body::Bytes, extract::State, response::Response};
use futures::Stream;
use serde::Deserialize;
use symbolon_store::CustomerFilter;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{archived, known};
use crate::{
    auth::Caller,
    customers::export::{Export, Shape, Written},
    extract::{Body, InstancePath, Query},
    problem::{Problem, Result, catalog},
    rest::{Absent, Refused, exports::download, profiles::purpose},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(as_csv))
        .routes(routes!(as_lines))
        .routes(routes!(with_data))
}

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// `true`: also those that are archived.
    #[param(value_type = Option<bool>, default = false)]
    archived: Option<String>,
}

impl ExportQuery {
    fn filter(&self) -> Result<CustomerFilter> {
        let archived = archived(self.archived.as_deref());
        let invalid = |error| Problem::of_fields(&catalog::INVALID_PARAMETER, vec![error]);
        Ok(CustomerFilter {
            archived: archived.map_err(invalid)?,
            ..CustomerFilter::default()
        })
    }
}

/// Export customers as CSV
///
/// A row for each of the instance's customers, without its data and notes. Cells that a
/// spreadsheet would take for a formula begin with `'`. `symbolon customers export` writes
/// the same.
#[utoipa::path(
    get, path = "/instances/{instance}/exports/customers.csv",
    operation_id = "export_customers_csv", tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name"), ExportQuery),
    responses((status = 200, description = "All customers", body = String, content_type = "text/csv"), Absent)
)]
async fn as_csv(
    caller: Caller,
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    known(&state, &caller, &instance).await?;
    let filter = query.filter()?;
    let all = Export::begin(&state, &caller.issuer, &instance, filter, Shape::Csv);
    sent(all.await?, "text/csv; charset=utf-8", "customers.csv").await
}

/// Export customers as JSON lines
///
/// Each as `GET …/customers/{id}` shows it, in a line of its own, without its data and notes.
#[utoipa::path(
    get, path = "/instances/{instance}/exports/customers.jsonl",
    operation_id = "export_customers_jsonl", tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name"), ExportQuery),
    responses((status = 200, description = "All customers", body = String, content_type = "application/jsonl"), Absent)
)]
async fn as_lines(
    caller: Caller,
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    known(&state, &caller, &instance).await?;
    let filter = query.filter()?;
    let all = Export::begin(&state, &caller.issuer, &instance, filter, Shape::Lines);
    sent(all.await?, "application/jsonl", "customers.jsonl").await
}

/// Why somebody takes data out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportOfData {
    /// What for: the log keeps it. 1 to 200 characters, and nothing about a person.
    #[schema(example = "BaFin 2026-118")]
    purpose: String,
    /// Also those that are archived.
    #[serde(default)]
    archived: bool,
}

/// Export customers with their data
///
/// As JSON lines, each with `opened`, which has `data` and `notes`, for a key that was made to
/// open profiles. The log keeps of each customer who took it out and what for, before it is
/// opened. Of somebody who was erased `opened` is null.
#[utoipa::path(
    post, path = "/instances/{instance}/exports/customers",
    operation_id = "export_customer_data", tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = ExportOfData,
    responses((status = 200, description = "All customers", body = String, content_type = "application/jsonl"), Refused)
)]
async fn with_data(
    caller: Caller,
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    Body(body): Body<ExportOfData>,
) -> Result<Response> {
    known(&state, &caller, &instance).await?;
    caller.require_profiles()?;
    let shape = Shape::WithData {
        purpose: purpose(&body.purpose)?,
        by: caller.actor.clone(),
    };
    let filter = CustomerFilter {
        archived: body.archived,
        ..CustomerFilter::default()
    };
    let all = Export::begin(&state, &caller.issuer, &instance, filter, shape);
    sent(all.await?, "application/jsonl", "customers.jsonl").await
}

/// Page after page, each written when the client has taken the one before. What fails at
/// once is answered; a database that fails midway breaks the stream off, so that nobody
/// takes a part for the whole.
async fn sent(mut all: Export, kind: &'static str, name: &str) -> Result<Response> {
    let head = all.head();
    let first = all.next().await?;
    Ok(download(kind, name, head, pages(all, first), b""))
}

fn pages(
    mut all: Export,
    first: Option<Written>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    async_stream::try_stream! {
        let mut current = first;
        while let Some(written) = current {
            yield Bytes::from(written.bytes);
            let next = all.next().await;
            current = next.map_err(|problem| std::io::Error::other(problem.detail))?;
        }
    }
}
