//! Whether the server lives, and whether it can serve.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    openapi,
    problem::{Problem, Result, catalog},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(live))
        .routes(routes!(ready))
}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of this server.
    version: &'static str,
}

const OK: Health = Health {
    status: "ok",
    version: env!("CARGO_PKG_VERSION"),
};

/// Ask whether the server lives
///
/// Answers as long as the process does. No API key is needed.
#[utoipa::path(
    get, path = "/health/live", operation_id = "health_live", tag = "Health", security(()),
    responses((status = 200, description = "It lives", body = Health))
)]
async fn live() -> Json<Health> {
    Json(OK)
}

/// Ask whether the server can serve
///
/// Answers once the database does, and its schema is this server's. No API key
/// is needed.
#[utoipa::path(
    get, path = "/health/ready", operation_id = "health_ready", tag = "Health", security(()),
    responses((status = 200, description = "It can", body = Health), openapi::Unavailable)
)]
async fn ready(State(state): State<AppState>) -> Result<Json<Health>> {
    let unready = |error: symbolon_store::StoreError| {
        tracing::warn!(%error, "not ready");
        Problem::plain(&catalog::UNAVAILABLE)
    };
    if state.store.schema_is_current().await.map_err(unready)? {
        Ok(Json(OK))
    } else {
        tracing::warn!("not ready: the database's schema is another version's");
        Err(Problem::plain(&catalog::UNAVAILABLE))
    }
}
