//! Imports of customer files: watching them, reading what was wrong.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use symbolon_core::ids::IssuerId;
use symbolon_store::{ImportJob, ImportState, StoreError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Absent, model::SourceBody};
use crate::{
    auth::Caller,
    csv,
    extract::{
        JobPath, Query,
        page::{Page, PageQuery},
    },
    problem::{Problem, Result, catalog},
    state::AppState,
};

const LIST: &str = "imports";
/// Rows of `errors.csv` that are read at a time.
const ERRORS_PAGE: u32 = 1000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(errors))
}

/// An import and how far it has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub(super) struct ImportBody {
    #[schema(example = "imp_3f9a1c5e7d2b4a6f8c0e1d3b")]
    id: String,
    state: ImportWord,
    /// Whether this server works on it right now. An import that is `running`
    /// and not worked on was interrupted (or another process is at it): post
    /// the same file again and it goes on after `line`.
    working: bool,
    /// Rows dealt with so far.
    rows: u64,
    /// Rows accepted so far.
    accepted: u64,
    /// Those of them that said what was known already: nothing was recorded,
    /// and nothing signed, for these.
    unchanged: u64,
    /// Rows refused so far; `errors.csv` says why.
    refused: u64,
    /// The last line of the file that is dealt with.
    line: u64,
    /// The file's SHA-256, by which it is known again.
    file_hash: String,
    /// The authority that it is the business of; 0 is the issuer itself.
    authority: u8,
    /// Who asked for it.
    actor: String,
    source: SourceBody,
    /// When it began.
    #[schema(format = DateTime)]
    created: String,
    /// When it ended.
    #[schema(format = DateTime)]
    finished: Option<String>,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ImportWord {
    /// Rows are being stored, or it was interrupted and can go on.
    Running,
    /// All rows were looked at.
    Finished,
    /// The file could not be read to its end.
    Failed,
    /// Whoever asked for it may not go on: the key was revoked, or its authority
    /// restricted or given other countries. `errors.csv` ends with the reason;
    /// what was stored until then stays.
    Stopped,
}

impl ImportBody {
    pub(super) fn new(job: ImportJob, working: bool) -> Self {
        Self {
            id: job.id,
            state: match job.state {
                ImportState::Running => ImportWord::Running,
                ImportState::Finished => ImportWord::Finished,
                ImportState::Failed => ImportWord::Failed,
                ImportState::Stopped => ImportWord::Stopped,
            },
            working,
            rows: job.accepted + job.refused,
            accepted: job.accepted,
            unchanged: job.unchanged,
            refused: job.refused,
            line: job.line,
            file_hash: job.file_hash.to_string(),
            authority: job.authority.0,
            actor: job.actor,
            source: job.source.into(),
            created: job.created.to_string(),
            finished: job.finished.map(|at| at.to_string()),
        }
    }
}

/// List imports
///
/// The newest first. The owner sees all, an authority its own.
#[utoipa::path(
    get, path = "/imports", operation_id = "list_imports", tag = "Imports",
    params(PageQuery),
    responses((status = 200, description = "A page of imports", body = Page<ImportBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ImportBody>>> {
    let (limit, before) = query.read::<String>(LIST)?;
    let seen_by = caller.actor.authority;
    let before = match before {
        Some(id) => Some(
            state
                .store
                .import(&caller.issuer, &id, seen_by)
                .await
                .map_err(|error| match error {
                    StoreError::NotFound { .. } => Problem::plain(&catalog::INVALID_CURSOR),
                    error => error.into(),
                })?,
        ),
        None => None,
    };
    let jobs = state
        .store
        .imports(&caller.issuer, seen_by, before.as_ref(), limit + 1)
        .await?;
    let place = |last: &ImportJob| last.id.clone();
    let shown = |job| body(&state, &caller.issuer, job);
    Ok(Json(Page::cut(LIST, limit, jobs, place, shown)))
}

fn body(state: &AppState, issuer: &IssuerId, job: ImportJob) -> ImportBody {
    let working = state.running.includes(issuer, &job.id);
    ImportBody::new(job, working)
}

/// Show an import
///
/// How far it has come. Only the owner sees an import of another's.
#[utoipa::path(
    get, path = "/imports/{id}", operation_id = "show_import", tag = "Imports",
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The import", body = ImportBody), Absent)
)]
async fn show(
    caller: Caller,
    JobPath(id): JobPath,
    State(state): State<AppState>,
) -> Result<Json<ImportBody>> {
    let seen_by = caller.actor.authority;
    let job = state.store.import(&caller.issuer, &id, seen_by).await?;
    Ok(Json(body(&state, &caller.issuer, job)))
}

/// Download an import's errors
///
/// What was wrong with its rows, as CSV: line, column, code, message. Cells
/// that a spreadsheet would take for a formula begin with `'`.
#[utoipa::path(
    get, path = "/imports/{id}/errors.csv", operation_id = "download_import_errors",
    tag = "Imports",
    params(("id" = String, Path, description = "The import's id")),
    responses(
        (status = 200, description = "The errors", body = String, content_type = "text/csv"),
        Absent
    )
)]
async fn errors(
    caller: Caller,
    JobPath(id): JobPath,
    State(state): State<AppState>,
) -> Result<Response> {
    let seen_by = caller.actor.authority;
    state.store.import(&caller.issuer, &id, seen_by).await?;
    let stream = async_stream::try_stream! {
        let mut out = b"row,column,code,message\r\n".to_vec();
        let mut seen = 0;
        loop {
            let found = state.store.import_errors(&caller.issuer, &id, seen, ERRORS_PAGE).await;
            let found = found.map_err(std::io::Error::other)?;
            for error in &found {
                let column = error.column.as_deref().unwrap_or("");
                csv::line(&mut out, &[&error.line.to_string(), column, &error.code, &error.message]);
            }
            seen += found.len() as u64;
            yield Bytes::from(std::mem::take(&mut out));
            if found.len() < ERRORS_PAGE as usize {
                break;
            }
        }
    };
    let stream: futures::stream::BoxStream<'static, std::io::Result<Bytes>> = Box::pin(stream);
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"errors.csv\""),
    );
    Ok(response)
}
