//! What surrounds every request, in one layer since the hot path pays for
//! each: the request's id, the timeout, panics, the measurement, and the body
//! of every [`Problem`].
//!
//! The log line has the method, the route's template, the status and the
//! duration: no path, since paths name investors and wallets, no query
//! string, no header and no body (I6).

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;

use crate::{
    metrics,
    problem::{Problem, catalog},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const UNMATCHED: &str = "unmatched";

/// Routes whose duration is the client's business: they end when the client
/// goes away or says nothing for too long.
const UNTIMED: [&str; 3] = [
    "/v1/imports",
    "/v1/exports/investors.csv",
    "/v1/exports/investors.json",
];

/// The layer; `limit` is how long a request may take.
pub(crate) async fn surround(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or(UNMATCHED, MatchedPath::as_str);

    let limit = if UNTIMED.contains(&route) {
        Duration::MAX
    } else {
        limit
    };
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match tokio::time::timeout(limit, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => panicked(route, &*panic).render(text(&id)),
        Err(_) => Problem::plain(&catalog::TIMEOUT).render(text(&id)),
    };
    if let Some(problem) = response.extensions_mut().remove::<Box<Problem>>() {
        let headers = std::mem::take(response.headers_mut());
        response = problem.render(text(&id));
        keep(response.headers_mut(), headers);
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if route.starts_with("/v1") && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    finished(
        &method,
        route,
        response.status(),
        began.elapsed(),
        &response,
    );
    response
}

/// `Allow` and the like, which the problem's body does not replace.
fn keep(into: &mut HeaderMap, from: HeaderMap) {
    for (name, value) in from {
        if let Some(name) = name
            && !into.contains_key(&name)
            && name != header::CONTENT_LENGTH
        {
            into.insert(name, value);
        }
    }
}

fn finished(method: &Method, route: &str, status: StatusCode, took: Duration, response: &Response) {
    metrics::answered(method, route, status, took);
    let id = response.headers().get(REQUEST_ID).map_or("", text);
    let (status, micros) = (status.as_u16(), took.as_micros());
    tracing::debug!(%method, route, status, micros, id, "answered");
}

fn panicked(route: &str, panic: &(dyn Any + Send)) -> Problem {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(
        route,
        panic = said.unwrap_or("of no text"),
        "a handler panicked"
    );
    Problem::plain(&catalog::INTERNAL)
}

/// The client's own id where it is short and plain, else one of ours.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let plain = |value: &&HeaderValue| {
        let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        (1..=64).contains(&value.len()) && value.as_bytes().iter().all(fits)
    };
    headers
        .get(REQUEST_ID)
        .filter(plain)
        .cloned()
        .unwrap_or_else(fresh_id)
}

/// Unique in this process by its counter, across processes by its beginning.
fn fresh_id() -> HeaderValue {
    static PROCESS: LazyLock<u32> = LazyLock::new(rand::random);
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:08x}-{count:x}", *PROCESS);
    HeaderValue::from_maybe_shared(bytes::Bytes::from(id)).unwrap_or(HeaderValue::from_static("-"))
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        middleware,
        routing::get,
    };
    use tower::ServiceExt;

    use super::*;

    async fn answer(path: &str) -> (StatusCode, String) {
        let limit = Duration::from_millis(50);
        let router = Router::new()
            .route(
                "/panics",
                get(async || -> &'static str { panic!("with a secret") }),
            )
            .route(
                "/sleeps",
                get(async || tokio::time::sleep(Duration::from_secs(60)).await),
            )
            .layer(middleware::from_fn_with_state(limit, surround));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert!(response.headers().contains_key(REQUEST_ID));
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let (status, body) = answer("/panics").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            body.contains("\"code\":\"internal\"") && !body.contains("secret"),
            "{body}"
        );
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_given_up() {
        let (status, body) = answer("/sleeps").await;
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
        assert!(body.contains("\"code\":\"timeout\""), "{body}");
    }
}
