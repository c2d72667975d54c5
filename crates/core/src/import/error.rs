//! What can be wrong with a file and with its rows, in words for people and
//! codes for programs.

use serde::Serialize;
use thiserror::Error;

use super::{MAX_LINE, columns::Field};

/// One thing that is wrong with one row.
///
/// The codes are part of the interface: `missing_wallet`, `bad_address`,
/// `bad_checksum`, `zero_address`, `duplicate_wallet`, `missing_country`,
/// `unknown_country`, `no_numeric_code`, `bad_expiry`, `expiry_passed`,
/// `expiry_out_of_range`, `unknown_investor_type`, `unknown_level`,
/// `bad_external_id`, `conflicting_external_id`, `not_utf8`,
/// `wrong_field_count`, `line_too_long`, `unclosed_quote`, `unknown_column`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// The line in the file at which the row begins, the first line being 1.
    pub row: u64,
    /// The column by the file's own name; empty where the whole row is wrong.
    pub column: String,
    /// A stable word for programs.
    pub code: &'static str,
    /// The field, what is wrong with it, and how to mend it.
    pub message: String,
}

/// Why a file as a whole cannot be read; none of its rows is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// Nothing in it.
    #[error("the file is empty: its first line must name the columns, such as wallet,country")]
    Empty,
    /// Column names and nothing else.
    #[error("the file has a header and no rows: nothing to import")]
    NoRows,
    /// Binary data.
    #[error("this is no CSV file: {0}")]
    NotText(&'static str),
    /// No line break where the header should have ended long ago.
    #[error("the header does not end within {} KiB: is this a CSV file?", MAX_LINE / 1024)]
    TooLong,
    /// A quote in the header is opened and never closed.
    #[error("the header opens a quote that it does not close: add the missing `\"`")]
    UnclosedQuote,
    /// Columns without which no customer can be admitted.
    #[error(
        "no column for {missing}: the file has {found}; rename one ({aliases}) or map it, such as --map \"NAME={first}\"",
        missing = list(missing.iter().map(|field| field.name())),
        found = list(found),
        aliases = list(missing.iter().flat_map(|field| field.aliases())),
        first = missing.first().map_or("wallet", |field| field.name())
    )]
    MissingColumn {
        /// The fields that no column holds.
        missing: Vec<Field>,
        /// The columns of the file.
        found: Vec<String>,
    },
    /// Columns that were mapped for this file, and that it does not have.
    #[error(
        "no column {absent}, which is mapped: the file has {found}; name one of these",
        absent = list(absent.iter().map(|name| format!("`{name}`"))),
        found = list(found)
    )]
    AbsentColumn {
        /// The columns that were named.
        absent: Vec<String>,
        /// The columns of the file.
        found: Vec<String>,
    },
    /// Two columns for the same field.
    #[error(
        "{field} stands in two columns, `{first}` and `{second}`: remove or rename one; the file has {found}",
        found = list(found)
    )]
    RepeatedField {
        /// The field.
        field: Field,
        /// The column that names it first.
        first: String,
        /// The column that names it again.
        second: String,
        /// The columns of the file.
        found: Vec<String>,
    },
}

impl HeaderError {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::NoRows => "no_rows",
            Self::NotText(_) => "not_csv",
            Self::TooLong => "line_too_long",
            Self::UnclosedQuote => "unclosed_quote",
            Self::MissingColumn { .. } => "missing_column",
            Self::AbsentColumn { .. } => "absent_column",
            Self::RepeatedField { .. } => "repeated_field",
        }
    }
}

impl From<&HeaderError> for RowError {
    /// As an entry of an error list: line 1, no column.
    fn from(error: &HeaderError) -> Self {
        Self {
            row: 1,
            column: String::new(),
            code: error.code(),
            message: error.to_string(),
        }
    }
}

/// At most twenty names, for a message that somebody shall read.
fn list<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let mut names = names.into_iter();
    let mut text = String::new();
    for name in names.by_ref().take(20) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(name.as_ref());
    }
    match names.count() {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_names_what_was_found_and_what_would_do() {
        let error = HeaderError::MissingColumn {
            missing: vec![Field::Country],
            found: vec!["Kunde".into(), "Wallet".into()],
        };
        assert_eq!(
            error.to_string(),
            "no column for country: the file has Kunde, Wallet; rename one (country, countryCode, jurisdiction) or map it, such as --map \"NAME=country\""
        );
        let row = RowError::from(&error);
        assert_eq!((row.row, row.code), (1, "missing_column"));
    }
}
