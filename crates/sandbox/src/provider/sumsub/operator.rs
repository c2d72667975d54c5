//! What whoever runs the stand-in can have happen by a request. No vendor offers this.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::super::server::not_found;
use super::Vendor;

pub(super) fn router() -> Router<Arc<Vendor>> {
    Router::new().route(
        "/stand-in/applicants/{customer}/monitoring-hit",
        post(monitoring_hit),
    )
}

/// Whoever the issuer calls so appears on a list of sanctions. All webhooks are answered first.
async fn monitoring_hit(
    State(vendor): State<Arc<Vendor>>,
    Path(customer): Path<String>,
) -> Response {
    let Some(applicant) = vendor.known(&customer) else {
        return not_found();
    };
    match vendor.monitoring_hit(&applicant).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => not_found(),
    }
}
