//! The API: each request carries the token.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::faults::lock;
use super::super::server::{dated, meet, not_found, refusal, text};
use super::{Monitor, Run, Vendor, hosted};

pub(super) fn router(vendor: Arc<Vendor>) -> Router {
    let api = Router::new()
        .route("/v3.6/applicants", post(create_applicant))
        .route(
            "/v3.6/applicants/{id}",
            get(applicant).delete(delete_applicant),
        )
        .route("/v3.6/workflow_runs", post(create_run))
        .route("/v3.6/workflow_runs/{id}", get(run))
        .route(
            "/v3.6/watchlist_monitors",
            post(create_monitor).get(monitors),
        )
        .route(
            "/v3.6/watchlist_monitors/{id}",
            get(monitor).delete(delete_monitor),
        )
        .route("/v3.6/watchlist_monitors/{id}/matches", get(matches))
        .layer(from_fn_with_state(Arc::clone(&vendor), allowed));
    let pages = Router::new().route("/link/{run}", get(hosted::page).post(hosted::press));
    let at = Arc::clone(&vendor);
    api.merge(pages)
        .layer(from_fn(move |request: Request, next: Next| {
            let vendor = Arc::clone(&at);
            async move { dated(&vendor.options.clock, request, next).await }
        }))
        .with_state(vendor)
}

type Vendors = State<Arc<Vendor>>;

async fn allowed(State(vendor): Vendors, request: Request, next: Next) -> Response {
    let told = request.headers().get(header::AUTHORIZATION);
    let right = format!("Token token={}", vendor.options.api_token);
    if told.and_then(|told| told.to_str().ok()) != Some(&right) {
        return refusal(StatusCode::UNAUTHORIZED, "authorization_error");
    }
    if let Some(fault) = meet(&vendor.faults).await {
        return fault;
    }
    next.run(request).await
}

fn created(json: Value) -> Response {
    (StatusCode::CREATED, Json(json)).into_response()
}

fn found(json: Option<Value>) -> Response {
    json.map_or_else(not_found, |json| Json(json).into_response())
}

fn unprocessable(what: &str) -> Response {
    refusal(StatusCode::UNPROCESSABLE_ENTITY, what)
}

async fn create_applicant(State(vendor): Vendors, Json(mut body): Json<Value>) -> Response {
    let refused = |name: Option<&str>| {
        name.is_none_or(|name| name.is_empty() || name.contains(['!', '#', '<', '>', ';', '"']))
    };
    if refused(text(&body, "/first_name")) || refused(text(&body, "/last_name")) {
        return unprocessable("first_name and last_name");
    }
    let mut books = lock(&vendor.books);
    let id = books.id();
    body["id"] = json!(id);
    body["sandbox"] = json!(vendor.options.sandbox);
    body["created_at"] = json!(vendor.options.clock.rfc3339());
    books.applicants.insert(id, body.clone());
    created(body)
}

async fn applicant(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    found(lock(&vendor.books).applicants.get(&id).cloned())
}

/// The vendor deletes after a while; here it is gone at once, and its runs with it.
async fn delete_applicant(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    let mut books = lock(&vendor.books);
    if books.applicants.remove(&id).is_none() {
        return not_found();
    }
    books.runs.retain(|_, run| run.applicant != id);
    StatusCode::NO_CONTENT.into_response()
}

async fn create_run(State(vendor): Vendors, Json(body): Json<Value>) -> Response {
    let told = |pointer| text(&body, pointer).map(str::to_owned);
    let (Some(applicant), Some(workflow)) = (told("/applicant_id"), told("/workflow_id")) else {
        return unprocessable("applicant_id and workflow_id");
    };
    let mut books = lock(&vendor.books);
    if !books.applicants.contains_key(&applicant) {
        return unprocessable("applicant_id");
    }
    let id = books.id();
    let mut link = body.get("link").cloned().unwrap_or_else(|| json!({}));
    if !link.is_object() {
        return unprocessable("link");
    }
    link["url"] = json!(format!("{}/link/{id}", vendor.url));
    let now = vendor.options.clock.rfc3339();
    let run = Run {
        id: id.clone(),
        applicant,
        workflow,
        customer: told("/customer_user_id"),
        output: json!({}),
        created: now.clone(),
        updated: now,
        status: "awaiting_input",
        reasons: Vec::new(),
        link,
    };
    let shown = run.show();
    books.runs.insert(id, run);
    created(shown)
}

async fn run(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    found(lock(&vendor.books).runs.get(&id).map(Run::show))
}

async fn create_monitor(State(vendor): Vendors, Json(body): Json<Value>) -> Response {
    let told = |pointer| text(&body, pointer).map(str::to_owned);
    let (Some(applicant), Some(report)) = (told("/applicant_id"), told("/report_name")) else {
        return unprocessable("applicant_id and report_name");
    };
    let refused = |left: u64| left.checked_sub(1);
    let faults = &vendor.monitor_faults;
    if faults
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, refused)
        .is_ok()
    {
        return refusal(StatusCode::SERVICE_UNAVAILABLE, "internal_server_error");
    }
    let mut books = lock(&vendor.books);
    if !books.applicants.contains_key(&applicant) {
        return unprocessable("applicant_id");
    }
    let id = books.id();
    let monitor = Monitor {
        id: id.clone(),
        applicant,
        report,
        tags: body.get("tags").cloned().unwrap_or_else(|| json!([])),
        created: vendor.options.clock.rfc3339(),
        matches: BTreeMap::new(),
    };
    let shown = monitor.show();
    books.monitors.insert(id, monitor);
    created(shown)
}

async fn monitors(
    State(vendor): Vendors,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let applicant = asked.get("applicant_id");
    let books = lock(&vendor.books);
    let these = books.monitors.values();
    let these = these.filter(|one| applicant.is_none_or(|applicant| one.applicant == *applicant));
    let these: Vec<Value> = these.map(Monitor::show).collect();
    Json(json!({ "monitors": these })).into_response()
}

async fn monitor(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    found(lock(&vendor.books).monitors.get(&id).map(Monitor::show))
}

async fn delete_monitor(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    match lock(&vendor.books).monitors.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => not_found(),
    }
}

async fn matches(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    let books = lock(&vendor.books);
    found(books.monitors.get(&id).map(Monitor::show_matches))
}
