//! A server on the loopback interface that ends with whoever started it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::stream;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::VendorClock;
use super::faults::{ApiFault, Faults};
use crate::{Result, SandboxError};

#[derive(Debug)]
pub(super) struct Server {
    pub(super) url: String,
    task: JoinHandle<()>,
}

impl Server {
    /// `make` is told where the server is, since links name it.
    pub(super) async fn start<S>(
        port: u16,
        make: impl FnOnce(String) -> Arc<S>,
        router: impl FnOnce(Arc<S>) -> Router,
    ) -> Result<(Self, Arc<S>)> {
        let refused = |source| SandboxError::Listen { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.map_err(refused)?;
        let port = listener.local_addr().map_err(refused)?.port();
        let url = format!("http://127.0.0.1:{port}");
        let state = make(url.clone());
        let router = router(Arc::clone(&state));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok((Self { url, task }, state))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Every answer carries the vendor's time, of which ours is not always a copy.
pub(super) async fn dated(clock: &VendorClock, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    if let Ok(date) = HeaderValue::try_from(clock.http()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    answer
}

/// What a request meets instead of its answer.
pub(super) async fn meet(faults: &Faults) -> Option<Response> {
    match faults.next_request()? {
        ApiFault::Slow(by) => {
            tokio::time::sleep(by).await;
            None
        }
        ApiFault::Garbage => Some("<html>".into_response()),
        ApiFault::Long { bytes, told } => {
            let body = vec![b' '; bytes];
            Some(if told {
                body.into_response()
            } else {
                let chunk = stream::once(async move { Ok::<_, Infallible>(body) });
                Body::from_stream(chunk).into_response()
            })
        }
        ApiFault::Redirect(to) => {
            Some((StatusCode::FOUND, [(header::LOCATION, to)]).into_response())
        }
        ApiFault::Status {
            status,
            retry_after,
        } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
            let mut answer = refusal(status, "asked for");
            if let Some(seconds) = retry_after {
                let headers = answer.headers_mut();
                headers.insert(header::RETRY_AFTER, seconds.into());
            }
            Some(answer)
        }
    }
}

pub(super) fn refusal(status: StatusCode, description: &str) -> Response {
    let code = status.as_u16();
    let body = json!({
        "description": description, "code": code, "correlationId": "sandbox",
        "error": {"type": "sandbox", "message": description},
    });
    (status, Json(body)).into_response()
}

pub(super) fn not_found() -> Response {
    refusal(StatusCode::NOT_FOUND, "no such record")
}

/// A text at a JSON pointer.
pub(super) fn text<'a>(json: &'a Value, pointer: &str) -> Option<&'a str> {
    json.pointer(pointer).and_then(Value::as_str)
}

pub(super) fn hmac_sha256(key: &str, parts: &[&[u8]]) -> String {
    match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        Ok(mac) => finish(mac, parts),
        Err(_) => String::new(),
    }
}

pub(super) fn hmac_sha512(key: &str, parts: &[&[u8]]) -> String {
    match Hmac::<Sha512>::new_from_slice(key.as_bytes()) {
        Ok(mac) => finish(mac, parts),
        Err(_) => String::new(),
    }
}

fn finish(mut mac: impl Mac, parts: &[&[u8]]) -> String {
    parts.iter().for_each(|part| mac.update(part));
    hex::encode(mac.finalize().into_bytes())
}
