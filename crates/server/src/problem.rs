//! What goes wrong, as RFC 9457 problem details.
//!
//! The regimes of errors in this crate:
//!
//! - A [`Problem`] is an answer to a client: a [`Kind`] from the [`catalog`],
//!   a detail in words, and the fields that are wrong. Handlers return it.
//! - `symbolon_store::StoreError` and `symbolon_core`'s refusals become
//!   problems here, by `From`, and nowhere else. What is our fault is logged
//!   and shown without its cause.
//! - `anyhow::Error` is for starting and stopping, where no client waits.
//!
//! A value that a client sent is never repeated to it (I6): the messages name
//! the field, what is wrong, and how to mend it.

pub mod catalog;
mod page;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use symbolon_core::register::Refusal;
use symbolon_store::{FederationFailure, StoreError};
use utoipa::ToSchema;

pub use catalog::Kind;
pub use page::page;

use crate::vault::VaultFailure;

/// What handlers return.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// Why a request is not answered as asked.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which of the catalogue's problems.
    pub kind: &'static Kind,
    /// This occurrence, in words.
    pub detail: String,
    /// The fields that are wrong.
    pub errors: Vec<FieldError>,
    /// Whether the same transaction may succeed when it is tried again.
    pub(crate) again: bool,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path to the field in the body, or the parameter's name; empty where
    /// the body as a whole is meant.
    #[schema(example = "wallets[0].address")]
    pub field: String,
    /// A stable word for programs.
    #[schema(value_type = String, example = "bad_checksum")]
    pub code: &'static str,
    /// What is wrong with the value, and how to mend it.
    pub message: String,
}

impl FieldError {
    /// That this field is wrong.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
        }
    }

    /// The same error of a field further in.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        self.field = match self.field.as_str() {
            "" => parent.to_owned(),
            field => format!("{parent}.{field}"),
        };
        self
    }
}

impl Problem {
    /// This occurrence of a problem.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            again: false,
        }
    }

    /// The catalogue's own words are enough.
    pub fn plain(kind: &'static Kind) -> Self {
        Self::new(kind, kind.meaning)
    }

    /// Well-formed input that cannot be accepted, with everything that is
    /// wrong with it.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::of_fields(&catalog::INVALID_FIELDS, errors)
    }

    /// A parameter of the query, or a header, that is wrong.
    pub fn parameter(
        name: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let error = FieldError::new(name, code, message);
        Self::of_fields(&catalog::INVALID_PARAMETER, vec![error])
    }

    /// A problem with some fields, which the detail sums up.
    pub fn of_fields(kind: &'static Kind, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] if one.field.is_empty() => one.message.clone(),
            [one] => format!("{}: {}", one.field, one.message),
            many => format!("{} fields are wrong: see `errors`", many.len()),
        };
        Self {
            errors,
            ..Self::new(kind, detail)
        }
    }

    /// The same problem of a body that is part of another.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        let errors = std::mem::take(&mut self.errors);
        self.errors = errors
            .into_iter()
            .map(|error| error.within(parent))
            .collect();
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Something that is our fault: logged with its causes, shown without.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            causes = format!("{causes}: {error}");
            source = error.source();
        }
        tracing::error!(error = causes, "a request failed");
        Self::plain(&catalog::INTERNAL)
    }
}

/// The body of every answer that is not a success (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A page that explains the problem, relative to this server.
    #[serde(rename = "type")]
    #[schema(example = "/problems/wallet_taken")]
    pub kind: String,
    /// The problem in a few words, the same each time.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence, in words: what is wrong and how to mend it.
    pub detail: String,
    /// A stable word for programs.
    #[schema(example = "wallet_taken")]
    pub code: &'static str,
    /// The fields that are wrong, if fields are.
    pub errors: Vec<FieldError>,
    /// The request, as the server's log names it.
    pub request_id: String,
}

impl Problem {
    /// The answer, once the request's id is known.
    pub fn render(self, request_id: &str) -> Response {
        let status = self.status();
        let body = ProblemBody {
            kind: format!("/problems/{}", self.kind.code),
            title: self.kind.title,
            status: self.kind.status,
            detail: self.detail,
            code: self.kind.code,
            errors: self.errors,
            request_id: request_id.to_owned(),
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, content_type)], json).into_response();
        for (name, value) in self.kind.headers {
            if let Ok(name) = HeaderName::try_from(*name) {
                response
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
        }
        response
    }
}

impl IntoResponse for Problem {
    /// Without a body: [`crate::envelope`] renders it, since it knows the
    /// request's id.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Box::new(self));
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(catalog::of_refusal(&refusal), refusal.to_string())
    }
}

impl From<VaultFailure> for Problem {
    fn from(failure: VaultFailure) -> Self {
        match failure {
            VaultFailure::Closed => Self::new(&catalog::VAULT_CLOSED, failure.to_string()),
            VaultFailure::Store(error) => error.into(),
            VaultFailure::Refused(refusal) => refusal.into(),
            VaultFailure::KeyLost | VaultFailure::Vault(_) => Self::internal(&failure),
        }
    }
}

impl From<FederationFailure> for Problem {
    fn from(failure: FederationFailure) -> Self {
        let kind = match &failure {
            FederationFailure::Refused(refusal) => catalog::of_federation(refusal),
            FederationFailure::Investor { refusal, .. } => catalog::of_refusal(refusal),
        };
        Self::new(kind, failure.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound { .. } => Self::new(&catalog::NOT_FOUND, error.to_string()),
            StoreError::Conflict { .. } => Self::new(&catalog::CONFLICT, error.to_string()),
            StoreError::OutOfRange { .. } => {
                Self::invalid(vec![FieldError::new("", "out_of_range", error.to_string())])
            }
            _ if error.is_transient() => {
                tracing::warn!(%error, "the database is busy or away");
                Self {
                    again: true,
                    ..Self::plain(&catalog::UNAVAILABLE)
                }
            }
            _ => Self::internal(&error),
        }
    }
}

/// The same problem, whether a read or a change finds nobody.
pub(crate) fn unknown_investor(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound { .. } => Refusal::UnknownInvestor.into(),
        error => error.into(),
    }
}
