//! The API: each request is signed, and its signature is a minute old at most.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::faults::lock;
use super::super::server::{dated, hmac_sha256, meet, not_found, refusal, text};
use super::{Vendor, hosted, operator};

const MOST: usize = 1 << 20;

pub(super) fn router(vendor: Arc<Vendor>) -> Router {
    let api = Router::new()
        .route("/resources/applicants", post(create))
        .route("/resources/applicants/{id}/one", get(one))
        .route("/resources/applicants/{id}/status", get(status))
        .route(
            "/resources/applicants/{id}/presence/deactivated",
            patch(deactivate),
        )
        .route("/resources/accessTokens/sdk", post(token))
        .route(
            "/resources/sdkIntegrations/levels/{level}/websdkLink",
            post(link),
        )
        .layer(from_fn_with_state(Arc::clone(&vendor), signed));
    let pages = Router::new().route("/websdk/{link}", get(hosted::page).post(hosted::press));
    let at = Arc::clone(&vendor);
    api.merge(pages)
        .merge(operator::router())
        .layer(axum::middleware::from_fn(
            move |request: Request, next: Next| {
                let vendor = Arc::clone(&at);
                async move { dated(&vendor.options.clock, request, next).await }
            },
        ))
        .with_state(vendor)
}

async fn signed(State(vendor): State<Arc<Vendor>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "too long");
    };
    let header = |name: &str| parts.headers.get(name)?.to_str().ok();
    let at = header("X-App-Access-Ts").unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let told = [
        at.as_bytes(),
        parts.method.as_str().as_bytes(),
        path.as_bytes(),
        &body,
    ];
    let right = hmac_sha256(&vendor.options.secret, &told);
    let now = vendor.options.clock.seconds();
    let in_time = at.parse().is_ok_and(|at: u64| at.abs_diff(now) <= 60);
    let token = header("X-App-Token") == Some(&vendor.options.token);
    if !token || !in_time || header("X-App-Access-Sig") != Some(&right) {
        let body = json!({
            "description": "Request signature mismatch", "code": 401,
            "correlationId": "sandbox", "errorCode": 4003,
            "errorName": "app-token-signature mismatch",
        });
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    if let Some(fault) = meet(&vendor.faults).await {
        return fault;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

type Vendors = State<Arc<Vendor>>;
type Asked = Query<HashMap<String, String>>;

async fn create(State(vendor): Vendors, Query(asked): Asked, Json(body): Json<Value>) -> Response {
    let (Some(level), Some(customer)) = (asked.get("levelName"), text(&body, "/externalUserId"))
    else {
        return refusal(StatusCode::BAD_REQUEST, "levelName and externalUserId");
    };
    let (id, made) = vendor.applicant(customer, level);
    if !made {
        return refusal(StatusCode::CONFLICT, "there is such an applicant");
    }
    let _ = vendor.tell(&id, "applicantCreated").await;
    show(&vendor, &id, super::Applicant::one)
}

/// By the applicant's id, or by the issuer's: `-;externalUserId=u-1`.
async fn one(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    match id.strip_prefix("-;externalUserId=") {
        None => show(&vendor, &id, super::Applicant::one),
        Some(customer) => {
            let books = lock(&vendor.books);
            let mut all = books.applicants.values();
            match all.find(|one| one.customer == customer) {
                Some(found) => Json(found.one()).into_response(),
                None => not_found(),
            }
        }
    }
}

async fn status(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    show(&vendor, &id, super::Applicant::status)
}

fn show(vendor: &Vendor, id: &str, what: fn(&super::Applicant) -> Value) -> Response {
    match vendor.change(id, |one| what(one)) {
        Ok(shown) => Json(shown).into_response(),
        Err(_) => not_found(),
    }
}

async fn deactivate(State(vendor): Vendors, Path(id): Path<String>) -> Response {
    match vendor.change(&id, |one| one.is_being_checked()) {
        Err(_) => return not_found(),
        Ok(true) => return refusal(StatusCode::CONFLICT, "it is being checked"),
        Ok(false) => {}
    }
    let _ = vendor.change(&id, |one| one.deleted = true);
    let _ = vendor.tell(&id, "applicantDeactivated").await;
    show(&vendor, &id, super::Applicant::one)
}

async fn token(State(vendor): Vendors, Json(body): Json<Value>) -> Response {
    let (Some(customer), Some(level)) = (text(&body, "/userId"), text(&body, "/levelName")) else {
        return refusal(StatusCode::BAD_REQUEST, "userId and levelName");
    };
    let link = hosted::Link {
        customer: customer.to_owned(),
        level: level.to_owned(),
        success: None,
        reject: None,
        ends: vendor.options.clock.seconds() + 600,
    };
    let token = format!("_act-sbx-{}", vendor.add_link(link));
    Json(json!({"token": token, "userId": customer})).into_response()
}

/// The current form has `-` for a level and all in the body; the older one has the level in the
/// path and the rest in the query.
async fn link(
    State(vendor): Vendors,
    Path(level): Path<String>,
    Query(asked): Asked,
    Json(body): Json<Value>,
) -> Response {
    let told = |pointer| text(&body, pointer).map(str::to_owned);
    let now = vendor.options.clock.seconds();
    let (customer, level, lasts) = if level == "-" {
        let lasts = body.get("ttlInSecs").and_then(Value::as_u64);
        (told("/userId"), told("/levelName"), lasts)
    } else {
        let lasts = asked.get("ttlInSecs").and_then(|text| text.parse().ok());
        (asked.get("externalUserId").cloned(), Some(level), lasts)
    };
    let (Some(customer), Some(level), Some(lasts)) = (customer, level, lasts) else {
        return refusal(StatusCode::BAD_REQUEST, "user, level and ttlInSecs");
    };
    let link = hosted::Link {
        customer,
        level,
        success: told("/redirect/successUrl"),
        reject: told("/redirect/rejectUrl"),
        ends: now + lasts,
    };
    let url = format!("{}/websdk/{}", vendor.url, vendor.add_link(link));
    Json(json!({ "url": url })).into_response()
}
