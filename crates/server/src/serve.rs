//! The server as a whole.

use std::time::Duration;

use anyhow::Context;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
    serve::ListenerExt,
};
use bytes::Bytes;
use serde_json::Value;
use symbolon_core::{
    ids::IssuerId,
    time::{Millis, UnixMillis},
};
use symbolon_store::{Store, StoreError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::ServerConfig,
    docs::Reference,
    envelope, hooks, jobs, metrics, openapi,
    problem::{self, Problem, catalog},
    rest,
    state::AppState,
    web,
};

/// For how long a provider's webhook is known as one that came before: far longer than
/// any of them tries again.
const HINTS_KEPT: Millis = Millis(30 * 24 * 3_600 * 1_000);
/// Hints that are forgotten at a time.
const HINTS: u32 = 1_000;

/// How often old idempotency keys and hints are forgotten.
const FORGETTING: Duration = Duration::from_secs(3600);

/// How often to look for erasures that were begun and not finished.
const FINISHING: Duration = Duration::from_secs(60);

/// For how long a shutdown waits for requests and chunks under way.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves until `shutdown` is cancelled; then takes no more connections, lets
/// requests end, and stops imports between two chunks.
pub async fn serve(
    config: ServerConfig,
    store: Store,
    clock: Clock,
    shutdown: CancellationToken,
    listener: TcpListener,
) -> anyhow::Result<()> {
    serve_state(AppState::new(store, clock, config, shutdown), listener).await
}

/// The same with a state that the caller has made, to share its
/// [`Wake`](crate::Wake) with lanes in this process.
pub async fn serve_state(state: AppState, listener: TcpListener) -> anyhow::Result<()> {
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    let shutdown = state.shutdown.clone();
    let keeping = [
        tokio::spawn(metrics::keep_up()),
        tokio::spawn(forget_old(state.clone())),
        tokio::spawn(finish_erasures(state.clone())),
        tokio::spawn(jobs::looks::run(state.clone())),
        tokio::spawn(jobs::waiting::run(state.clone())),
        tokio::spawn(jobs::monitoring::run(state.clone())),
        tokio::spawn(jobs::letters::run(state.clone())),
        tokio::spawn(jobs::renewals::run(state.clone())),
        tokio::spawn(jobs::retention::run(state.clone())),
        tokio::spawn(jobs::forgetting::run(state.clone())),
    ];
    tracing::info!(%address, "listening");
    // An answer goes out at once, not when the client has acknowledged the one before.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let server = axum::serve(listener, router(state.clone()))
        .with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let hurry = async {
        shutdown.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        served = server => served.context("serving HTTP failed")?,
        () = hurry => tracing::warn!("some requests did not end in time"),
    }
    // Imports stop between two chunks.
    state.tasks.close();
    if tokio::time::timeout(PATIENCE, state.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("some imports did not stop in time; they will go on later");
    }
    keeping.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// All routes.
pub fn router(state: AppState) -> Router {
    metrics::install();
    let limit = state.config.request_timeout;
    let (routes, described) = rest::router(&state).split_for_parts();
    let pages = Pages::of(&described);
    let (reference, document) = (pages.reference, pages.document);
    routes
        .route("/openapi.json", get(async move || json(document)))
        .route("/docs", get(async move || reference.response()))
        .route("/problems/{code}", get(problem::page))
        .route("/metrics", get(metrics::page))
        .merge(hooks::router())
        .merge(web::router())
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/", get(async || Redirect::to("/docs")))
        .fallback(async || Problem::plain(&catalog::NO_ROUTE))
        .method_not_allowed_fallback(async || Problem::plain(&catalog::METHOD_NOT_ALLOWED))
        .layer(middleware::from_fn_with_state(limit, envelope::surround))
        .with_state(state)
}

/// The OpenAPI document of this version, as `/openapi.json` serves it.
pub fn openapi_document(state: &AppState) -> Value {
    let (_, described) = rest::router(state).split_for_parts();
    openapi::document(&described).unwrap_or_default()
}

struct Pages {
    document: Bytes,
    reference: Reference,
}

impl Pages {
    fn of(described: &utoipa::openapi::OpenApi) -> Self {
        let document = openapi::document(described).unwrap_or_default();
        Self {
            reference: Reference::of(&document),
            document: serde_json::to_vec_pretty(&document)
                .unwrap_or_default()
                .into(),
        }
    }
}

fn json(bytes: Bytes) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

/// What a server that died had begun.
async fn finish_erasures(state: AppState) {
    let Ok(vault) = state.vault() else { return };
    let mut beat = tokio::time::interval(FINISHING);
    loop {
        beat.tick().await;
        if let Err(error) = vault.finish_erasures().await {
            tracing::warn!(%error, "keys of erased profiles are still to be destroyed");
        }
    }
}

async fn forget_hints(state: &AppState, issuer: &IssuerId) -> Result<(), StoreError> {
    let now = state.clock.now_ms();
    let before = UnixMillis(now.0.saturating_sub(HINTS_KEPT.0));
    while state.store.forget_hints(issuer, before, HINTS).await? > 0 {}
    Ok(())
}

async fn forget_old(state: AppState) {
    let mut beat = tokio::time::interval(FORGETTING);
    loop {
        beat.tick().await;
        let kept = state.config.idempotency_retention.as_secs();
        let before = symbolon_core::time::UnixSeconds(state.clock.now().0.saturating_sub(kept));
        let forgotten = async {
            for issuer in state.store.issuers().await? {
                state.store.forget_idempotent(&issuer.id, before).await?;
                forget_hints(&state, &issuer.id).await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "old idempotency keys and hints stay for another hour");
        }
    }
}
