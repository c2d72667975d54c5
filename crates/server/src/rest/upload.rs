//! Uploading a customer file.

mod query;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use symbolon_core::{ids::IssuerId, import::ColumnMap};
use symbolon_store::{ImportJob, ImportState, Warrant};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use query::UploadQuery;

use super::{Refused, decides_here, imports::ImportBody};
use crate::{
    auth::Caller,
    change::{Once, Post},
    extract::Query,
    imports::{self, Claim, ImportFailure, ImportOptions, Spooled},
    problem::{FieldError, Problem, Result, catalog},
    state::AppState,
};

/// Errors that a dry run lists.
const SHOWN_ERRORS: usize = 1000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// What a dry run found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DryRun)]
struct DryRunBody {
    /// All rows, blank lines aside.
    rows: u64,
    /// Rows that are right.
    accepted: u64,
    /// Rows with at least one error.
    refused: u64,
    /// What is wrong: at most 1,000 are listed, all are counted.
    errors: Vec<RowErrorBody>,
    /// Whether there is more wrong than `errors` shows.
    more_errors: bool,
}

/// One thing that is wrong with one row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RowError)]
struct RowErrorBody {
    /// The line in the file, the first being 1.
    row: u64,
    /// The column by the file's own name; empty where the whole row is wrong.
    column: String,
    /// A stable word for programs.
    #[schema(example = "bad_checksum")]
    code: String,
    /// The field, what is wrong with it, and how to mend it.
    message: String,
}

/// Import a customer file
///
/// Send the CSV file itself as the body, of any size: `curl --data-binary
/// @customers.csv -H 'Content-Type: text/csv'`. It is taken whole, then stored
/// in the background, a thousand rows to a transaction; the answer is the job
/// to watch. One bad row never loses the good ones.
///
/// The same file is known again by its hash: an import that was interrupted
/// goes on where it stopped, and one that has ended begins anew, which changes
/// nothing where all is so already. An import is its authority's: the same file
/// from another, or from the owner, is an import of its own. It stops where the
/// key that asked for it is revoked, or its authority is restricted or given
/// other countries. With an `Idempotency-Key` the same file
/// and options always lead to the same job; another file under that key is
/// refused.
#[utoipa::path(
    post, path = "/imports", operation_id = "import_file", tag = "Imports",
    params(UploadQuery),
    request_body(content = String, content_type = "text/csv", description = "The file",
        example = "wallet,country,expiry\n0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed,DE,2027-12-31\n"),
    responses(
        (status = 200, description = "What a dry run found", body = DryRunBody),
        (status = 202, description = "The job to watch", body = ImportBody),
        Refused
    )
)]
async fn upload(
    caller: Caller,
    Query(query): Query<UploadQuery>,
    State(state): State<AppState>,
    request: Request,
) -> Result<Response> {
    let (parts, body) = request.into_parts();
    is_csv(&parts.headers)?;
    let source = query.source()?;
    let dry_run = query.is_dry_run()?;
    decides_here(&state, &caller).await?;
    let columns = query.columns(&state, &caller.issuer).await?;
    let (limit, idle) = (state.config.upload_limit, state.config.upload_idle_timeout);
    let mut spooled = imports::spool(body.into_data_stream(), limit, idle).await?;
    let method_path = format!("{} {}", parts.method, parts.uri);
    let once = Once::read(
        &caller,
        &parts.headers,
        &method_path,
        spooled.hash.as_slice(),
    )?;
    let post = Post {
        caller,
        once,
        body: (),
    };

    let now = state.clock.now();
    if dry_run {
        let found = imports::dry_run(&mut spooled.file, columns, now, SHOWN_ERRORS).await;
        let found = found.map_err(failed)?;
        let found = &found;
        return post
            .answer(
                &state,
                || async move { Ok(DryRunBody::from(found.clone())) },
            )
            .await;
    }
    imports::look_at_header(&mut spooled.file, columns.clone(), now)
        .await
        .map_err(failed)?;
    spooled.rewind().await?;

    let answer = {
        let new = imports::new_import(spooled.hash, &post.caller.actor, &source);
        let new = &new;
        post.commit(&state, |mut transaction| async move {
            let job = transaction.begin_import(new).await?;
            Ok(transaction.done(StatusCode::ACCEPTED, ImportBody::new(job, true)))
        })
        .await?
    };
    let (answer, id) = read_id(answer).await?;
    let caller = &post.caller;
    let (issuer, actor) = (&caller.issuer, &caller.actor);
    let job = state.store.import(issuer, &id, actor.authority).await?;
    let warrant = state
        .store
        .warrant(issuer, actor, Some(&caller.key))
        .await?;
    start(&state, issuer.clone(), job, spooled, columns, warrant);
    Ok(answer)
}

/// Works on a job in the background, unless it has ended or is worked on.
fn start(
    state: &AppState,
    issuer: IssuerId,
    job: ImportJob,
    spooled: Spooled,
    columns: ColumnMap,
    warrant: Warrant,
) {
    if job.state != ImportState::Running {
        return;
    }
    let Some(claim) = state.running.claim(&issuer, &job.id) else {
        return;
    };
    let options = ImportOptions {
        columns,
        warrant,
        wake: state.wake.clone(),
        stop: state.shutdown.clone(),
    };
    let work = work(state.clone(), issuer, job, spooled, options, claim);
    state.tasks.spawn(work);
}

async fn work(
    state: AppState,
    issuer: IssuerId,
    job: ImportJob,
    spooled: Spooled,
    options: ImportOptions,
    claim: Claim,
) {
    let Some(_turn) = claim.turn().await else {
        return;
    };
    let (store, clock) = (&state.store, &state.clock);
    let ran = imports::run_import(store, &issuer, &job, spooled.file, options, clock, |_| {}).await;
    match ran {
        Ok(done) => {
            let (accepted, refused) = (done.accepted, done.refused);
            tracing::info!(%issuer, job = job.id, accepted, refused, "an import is finished");
        }
        Err(error) => tracing::warn!(%issuer, job = job.id, %error, "an import did not finish"),
    }
}

/// The job's id, be the answer new or replayed; the answer says where it is.
async fn read_id(answer: Response) -> Result<(Response, String)> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let (mut parts, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await;
    let bytes = bytes.map_err(|error| Problem::internal(&error))?;
    let Id { id } = serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))?;
    if let Ok(place) = HeaderValue::from_str(&format!("/v1/imports/{id}")) {
        parts.headers.insert(header::LOCATION, place);
    }
    Ok((Response::from_parts(parts, Body::from(bytes)), id))
}

fn is_csv(headers: &HeaderMap) -> Result<()> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    match essence {
        None
        | Some(
            "text/csv"
            | "text/plain"
            | "application/octet-stream"
            | "application/csv"
            | "application/vnd.ms-excel",
        ) => Ok(()),
        Some(_) => {
            let detail = "send the file itself with `Content-Type: text/csv`, not as a form";
            Err(Problem::new(&catalog::UNSUPPORTED_MEDIA_TYPE, detail))
        }
    }
}

fn failed(failure: ImportFailure) -> Problem {
    match failure {
        ImportFailure::File(error) => {
            let error = FieldError::new("", error.code(), error.to_string());
            Problem::of_fields(&catalog::UNREADABLE_FILE, vec![error])
        }
        ImportFailure::Store(error) => error.into(),
        other => Problem::internal(&other),
    }
}

impl From<imports::DryRun> for DryRunBody {
    fn from(found: imports::DryRun) -> Self {
        let errors = found.errors.into_iter().map(|error| RowErrorBody {
            row: error.row,
            column: error.column,
            code: error.code.to_owned(),
            message: error.message,
        });
        Self {
            rows: found.rows,
            accepted: found.accepted,
            refused: found.refused,
            errors: errors.collect(),
            more_errors: found.more_errors,
        }
    }
}
