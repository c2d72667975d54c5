//! Batches of any kind: each entry is read by itself, and has a result of its own.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    extract::{Check, json},
    problem::{FieldError, Problem, Result, catalog},
};

/// The entries of a batch as they came. They may say who somebody is, so nothing shows them.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Entries(Vec<Box<RawValue>>);

impl Entries {
    /// What each asks, or what is wrong with it: 1 to `most` of them, in this `field`.
    pub(super) fn read<T: DeserializeOwned, R>(
        &self,
        (field, most): (&str, usize),
        read: impl Fn(T) -> Result<R>,
    ) -> Result<Vec<Result<R>>> {
        let mut check = Check::default();
        let count = self.0.len();
        if !(1..=most).contains(&count) {
            let message = format!(
                "a batch has 1 to {most} entries, this one {count}: send the others in another one"
            );
            check.refuse(field, "wrong_count", message);
        }
        check.finish(Some(()))?;
        let one = |entry: &RawValue| {
            let entry = json::parse::<T>(entry.get().as_bytes());
            read(entry.map_err(|error| Problem::invalid(vec![error]))?)
        };
        Ok(self.0.iter().map(|entry| one(entry)).collect())
    }
}

/// What came of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchResult<T> {
    /// Entries that were carried out.
    ok: u32,
    /// Entries that were refused.
    refused: u32,
    /// A result for each entry, in the order of the entries.
    results: Vec<EntryResult<T>>,
}

/// What came of one entry.
#[derive(Debug, Serialize, ToSchema)]
struct EntryResult<T> {
    /// The entry's place, from 0.
    index: usize,
    status: EntryStatus,
    #[serde(flatten)]
    made: T,
    /// Of `refused`: a stable word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
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

impl<T: Default> BatchResult<T> {
    /// Of no entry yet.
    pub(super) const fn new() -> Self {
        Self {
            ok: 0,
            refused: 0,
            results: Vec::new(),
        }
    }

    /// Adds what came of the next entry; nothing is said of a refused one beyond why. What
    /// went wrong with the server or its database went wrong for the whole batch.
    pub(super) fn add(&mut self, came: Result<T>) -> Result<()> {
        let index = self.results.len();
        self.results.push(match came {
            Ok(made) => {
                self.ok += 1;
                EntryResult {
                    index,
                    status: EntryStatus::Ok,
                    made,
                    code: None,
                    message: None,
                    errors: Vec::new(),
                }
            }
            Err(problem) if problem.again || is_everybodys(&problem) => return Err(problem),
            Err(problem) => {
                self.refused += 1;
                EntryResult {
                    index,
                    status: EntryStatus::Refused,
                    made: T::default(),
                    code: Some(code(&problem)),
                    message: Some(problem.detail),
                    errors: problem.errors,
                }
            }
        });
        Ok(())
    }
}

fn is_everybodys(problem: &Problem) -> bool {
    let kinds = [&catalog::INTERNAL, &catalog::UNAVAILABLE];
    kinds.iter().any(|kind| kind.code == problem.kind.code)
}

/// The first field's code stands for an entry with wrong fields, as in an import's list.
fn code(problem: &Problem) -> &'static str {
    let first = problem.errors.first();
    first.map_or(problem.kind.code, |error| error.code)
}
