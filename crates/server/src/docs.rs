//! The API reference, written by the server from its own OpenAPI document:
//! one page, nothing loaded from anywhere, readable without a script.

pub(crate) mod html;
mod reference;
mod sample;

use axum::response::Response;
use serde_json::Value;

/// The page, written once at start.
#[derive(Clone, Debug)]
pub(crate) struct Reference(std::sync::Arc<str>);

impl Reference {
    pub(crate) fn of(document: &Value) -> Self {
        Self(reference::page(document).into())
    }

    pub(crate) fn response(&self) -> Response {
        html::response(&*self.0)
    }
}
