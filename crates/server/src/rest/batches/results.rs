//! What came of a batch, entry by entry.

use axum::http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use symbolon_store::{Decision, Request};
use utoipa::ToSchema;

use crate::{
    change::{Done, Transaction},
    extract::json,
    problem::{FieldError, Problem, Result, catalog},
    rest::words::StatusWord,
};

/// The entries of a batch: what each asks, or what is wrong with it.
pub(super) struct Entries(Vec<Result<Request, Vec<FieldError>>>);

impl Entries {
    pub(super) fn read<T: DeserializeOwned>(
        entries: &[Box<RawValue>],
        read: impl Fn(T) -> Result<Request, Vec<FieldError>>,
    ) -> Self {
        let parse = |entry: &RawValue| {
            json::parse::<T>(entry.get().as_bytes())
                .map_err(|error| vec![error])
                .and_then(&read)
        };
        Self(entries.iter().map(|entry| parse(entry)).collect())
    }

    pub(super) async fn decide(&self, mut transaction: Transaction) -> Result<Done<BatchResult>> {
        let requests = self
            .0
            .iter()
            .filter_map(|entry| entry.as_ref().ok())
            .cloned()
            .collect();
        let mut decided = transaction.decide_all(requests).await?.into_iter();
        let mut result = BatchResult::default();
        for (index, entry) in self.0.iter().enumerate() {
            let found = match entry {
                Err(errors) => EntryResult::unread(index, errors),
                Ok(_) => match decided.next() {
                    Some(Ok(decision)) => EntryResult::done(index, decision),
                    Some(Err(problem)) => EntryResult::refused(index, problem),
                    None => return Err(Problem::plain(&catalog::INTERNAL)),
                },
            };
            match found.status {
                EntryStatus::Ok => result.ok += 1,
                EntryStatus::Refused => result.refused += 1,
            }
            result.results.push(found);
        }
        Ok(transaction.done(StatusCode::OK, result))
    }
}

/// What came of a batch.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::rest) struct BatchResult {
    /// Entries that were carried out.
    ok: u32,
    /// Entries that were refused.
    refused: u32,
    /// A result for each entry, in the order of the entries.
    results: Vec<EntryResult>,
}

/// What came of one entry.
#[derive(Debug, Serialize, ToSchema)]
struct EntryResult {
    /// The entry's place, from 0.
    index: usize,
    status: EntryStatus,
    /// Of `ok`: the investor's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    investor: Option<String>,
    /// Of `ok`: where the investor stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    investor_status: Option<StatusWord>,
    /// Of `ok`: whether anything changed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    /// Of `refused`: a stable word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Of `refused`: what is wrong, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Of `refused`: the fields that are wrong, if fields are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// Whether an entry was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EntryStatus {
    /// All is as the entry asks.
    Ok,
    /// Nothing changed.
    Refused,
}

impl EntryResult {
    fn done(index: usize, decision: Decision) -> Self {
        Self {
            investor: Some(decision.investor.id.to_string()),
            investor_status: Some(decision.investor.status.name().into()),
            changed: Some(decision.entry.is_some()),
            ..Self::empty(index, EntryStatus::Ok)
        }
    }

    fn refused(index: usize, problem: Problem) -> Self {
        Self {
            code: Some(problem.kind.code),
            message: Some(problem.detail),
            errors: problem.errors,
            ..Self::empty(index, EntryStatus::Refused)
        }
    }

    /// The first error's code stands for the entry, as in an import's list.
    fn unread(index: usize, errors: &[FieldError]) -> Self {
        let problem = Problem::invalid(errors.to_vec());
        let code = errors.first().map_or(problem.kind.code, |error| error.code);
        Self {
            code: Some(code),
            ..Self::refused(index, problem)
        }
    }

    fn empty(index: usize, status: EntryStatus) -> Self {
        Self {
            index,
            status,
            investor: None,
            investor_status: None,
            changed: None,
            code: None,
            message: None,
            errors: Vec::new(),
        }
    }
}
