//! Secrets that are in one answer and stored nowhere: each is made of the caller's API key
//! and of what the stored answer has, so the same request has it again.

use axum::{
    body::{Body, to_bytes},
    http::header::CONTENT_LENGTH,
    response::Response,
};
use serde_json::Value;

use crate::problem::{Problem, Result};

/// Answers of ours are far smaller.
const LARGEST: usize = 4 * 1024 * 1024;

/// The answer, with what `add` puts into it, or into each `item` of its `results`.
pub(super) async fn with(
    answer: Response,
    item: &str,
    add: impl FnMut(&mut Value),
) -> Result<Response> {
    let mut add = add;
    let (mut parts, body) = answer.into_parts();
    let bytes = to_bytes(body, LARGEST).await;
    let bytes = bytes.map_err(|error| Problem::internal(&error))?;
    let mut value: Value =
        serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))?;
    match value.get_mut("results").and_then(Value::as_array_mut) {
        Some(results) => results
            .iter_mut()
            .filter_map(|result| result.get_mut(item))
            .for_each(add),
        None => add(&mut value),
    }
    let bytes = serde_json::to_vec(&value).map_err(|error| Problem::internal(&error))?;
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
