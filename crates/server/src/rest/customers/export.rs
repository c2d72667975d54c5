//! An instance's customers, streamed: what the register says of each, for anybody who may
//! see the instance; with what the instance knows of them, for a purpose that the log has.

use axum::{body::Bytes, extract::State, response::Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use symbolon_core::{
    actor::Actor,
    command::Command,
    custody::Remark,
    ids::{InstanceName, IssuerId},
    register::Refusal,
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
};
use symbolon_store::{CustomerFilter, CustomerPage, CustomerRecord, Request, Subject};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{archived, body::CustomerBody, known, open::OpenedBody};
use crate::{
    auth::Caller,
    csv,
    customers::place,
    extract::{Body, InstancePath, Query},
    problem::{Problem, Result, catalog},
    rest::{
        Absent, Refused,
        exports::{download, erased::Word},
        model::holds,
        profiles::purpose,
        words::{AccreditationWord, Level},
    },
    state::AppState,
};

const PAGE: u32 = 500;
/// Customers whose data is opened in one transaction: a revocation waits for it.
const BATCH: u32 = 100;

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
/// spreadsheet would take for a formula begin with `'`.
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
    let desk = Desk::of(state, &caller, instance, query.filter()?).await?;
    let first = desk.page(None, PAGE).await?;
    let rows = pages(desk, first, |desk, record, out| row(desk, &record, out));
    let head = HEADER.as_bytes();
    Ok(download(
        "text/csv; charset=utf-8",
        "customers.csv",
        head,
        rows,
        b"",
    ))
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
    let desk = Desk::of(state, &caller, instance, query.filter()?).await?;
    let first = desk.page(None, PAGE).await?;
    let rows = pages(desk, first, |desk, record, out| {
        line(&desk.shown(record), out);
    });
    Ok(download(
        "application/jsonl",
        "customers.jsonl",
        b"",
        rows,
        b"",
    ))
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

/// A customer with all that its instance knows.
#[derive(Serialize)]
struct WithData {
    #[serde(flatten)]
    customer: CustomerBody,
    #[serde(flatten)]
    opened: Option<OpenedBody>,
}

/// Export customers with their data
///
/// As JSON lines, each with `data` and `notes`, for a key that was made to open profiles. The
/// log keeps of each customer who took it out and what for, before it is opened. Of somebody
/// who was erased there is neither.
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
    state.vault()?;
    let purpose = purpose(&body.purpose)?;
    let filter = CustomerFilter {
        archived: body.archived,
        ..CustomerFilter::default()
    };
    let desk = Desk::of(state, &caller, instance, filter).await?;
    let first = desk.page(None, BATCH).await?;
    let rows = opened(desk, caller.actor.clone(), purpose, first);
    Ok(download(
        "application/jsonl",
        "customers.jsonl",
        b"",
        rows,
        b"",
    ))
}

/// What every page of an export takes.
struct Desk {
    state: AppState,
    issuer: IssuerId,
    instance: InstanceName,
    filter: CustomerFilter,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
}

impl Desk {
    async fn of(
        state: AppState,
        caller: &Caller,
        instance: InstanceName,
        filter: CustomerFilter,
    ) -> Result<Self> {
        let issuer = caller.issuer.clone();
        Ok(Self {
            restricted: state.store.restricted_authorities(&issuer).await?,
            now: state.clock.now(),
            state,
            issuer,
            instance,
            filter,
        })
    }

    async fn page(&self, after: Option<u64>, limit: u32) -> Result<CustomerPage> {
        let (issuer, instance) = (&self.issuer, &self.instance);
        let store = &self.state.store;
        Ok(store
            .customers(issuer, instance, &self.filter, after, limit)
            .await?)
    }

    fn shown(&self, record: CustomerRecord) -> CustomerBody {
        CustomerBody::new(&self.instance, record, self.restricted, self.now)
    }

    /// Puts a page on record, then opens it. Of whom nobody knows any more who it is
    /// there is nothing to open.
    async fn open(
        &self,
        by: &Actor,
        purpose: &Remark,
        page: Vec<CustomerRecord>,
    ) -> Result<Vec<WithData>> {
        let requests = page.iter().map(|record| Request {
            subject: Subject::Investor(record.investor.id),
            command: Command::ExportCustomer {
                instance: self.instance.clone(),
                purpose: purpose.clone(),
            },
        });
        let mut transaction = self.state.store.begin(&self.issuer).await?;
        let now = self.state.clock.now();
        let decided = transaction.decide(requests.collect(), by, now).await?;
        transaction.commit().await?;
        let vault = self.state.vault()?;
        let mut shown = Vec::with_capacity(page.len());
        for (record, decided) in page.into_iter().zip(decided) {
            let opened = match decided {
                Ok(_) => {
                    let place = place(&self.issuer, &self.instance, &record.customer);
                    let opened = vault.open_customer(&place).await?;
                    Some(OpenedBody::new(&opened)?)
                }
                Err(Refusal::Erased | Refusal::Merged(_)) => None,
                Err(refusal) => return Err(refusal.into()),
            };
            let customer = self.shown(record);
            shown.push(WithData { customer, opened });
        }
        Ok(shown)
    }
}

const HEADER: &str = "customer,externalId,status,archived,verified,registerStatus,level,country,\
    accreditation,expiry,wallets,investor,created,changed\r\n";

fn row(desk: &Desk, record: &CustomerRecord, out: &mut Vec<u8>) {
    let CustomerRecord { customer, investor } = record;
    let verdict = investor.status.verdict();
    let moment = |at: Option<UnixSeconds>| at.map(|at| at.to_string()).unwrap_or_default();
    let wallets = investor.wallets.iter();
    let wallets: Vec<_> = wallets.map(|wallet| wallet.address.to_string()).collect();
    let words = verdict.map(|verdict| {
        let level = Level::from(verdict.level).text();
        let accreditation = AccreditationWord::from(verdict.accreditation_at(desk.now));
        (level, accreditation.as_str())
    });
    let (level, accreditation) = words.unwrap_or_default();
    csv::line(
        out,
        &[
            &customer.id.to_string(),
            customer.external_id.as_ref().map_or("", |id| id.as_str()),
            customer.status.as_str(),
            &moment(customer.archived),
            match holds(investor, desk.restricted, desk.now) {
                true => "true",
                false => "false",
            },
            investor.status.name().as_str(),
            &level,
            verdict.map_or("", |verdict| verdict.country.alpha2()),
            accreditation,
            &moment(verdict.and_then(|verdict| verdict.expiry)),
            &wallets.join(" "),
            &investor.id.to_string(),
            &customer.created.to_string(),
            &customer.changed.to_string(),
        ],
    );
}

fn line(value: &impl Serialize, out: &mut Vec<u8>) {
    // Writing to memory a value without odd maps cannot fail.
    let _ = serde_json::to_writer(&mut *out, value);
    out.push(b'\n');
}

/// Page after page, each written when the client has taken the one before. A database
/// that fails midway breaks the stream off, so that nobody takes a part for the whole.
fn pages(
    desk: Desk,
    first: CustomerPage,
    mut write: impl FnMut(&Desk, CustomerRecord, &mut Vec<u8>) + Send + 'static,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    async_stream::try_stream! {
        let mut current = first;
        loop {
            let next = current.next;
            let mut out = Vec::with_capacity(128 * 1024);
            for record in current.customers {
                write(&desk, record, &mut out);
            }
            yield Bytes::from(out);
            let Some(place) = next else { break };
            current = desk.page(Some(place), PAGE).await.map_err(broken)?;
        }
    }
}

/// The same, each page on record before it is opened.
fn opened(
    desk: Desk,
    by: Actor,
    purpose: Remark,
    first: CustomerPage,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    async_stream::try_stream! {
        let mut current = first;
        loop {
            let next = current.next;
            let mut out = Vec::with_capacity(128 * 1024);
            for one in desk.open(&by, &purpose, current.customers).await.map_err(broken)? {
                line(&one, &mut out);
            }
            yield Bytes::from(out);
            let Some(place) = next else { break };
            current = desk.page(Some(place), BATCH).await.map_err(broken)?;
        }
    }
}

fn broken(problem: Problem) -> std::io::Error {
    std::io::Error::other(problem.detail)
}
