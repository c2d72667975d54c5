//! What was wrong with rows, for people and for spreadsheets.

use std::path::Path;

use symbolon_core::import::RowError;

use crate::{
    csv_text::{self, Target},
    exit::Result,
    output::{grouped, table},
};

/// Errors that people are shown.
pub(super) const SHOWN: usize = 20;

const COLUMNS: [&str; 4] = ["row", "column", "code", "message"];

/// The summary, with the first errors below it.
pub(super) fn with_table(
    summary: String,
    errors: impl Iterator<Item = [String; 4]>,
    all: u64,
) -> String {
    if all == 0 {
        return summary;
    }
    let mut table = table(COLUMNS);
    table.add_rows(errors.take(SHOWN));
    let more = all.saturating_sub(SHOWN as u64);
    if more == 0 {
        return format!("{summary}\n{table}");
    }
    format!(
        "{summary}\n{table}\nand {} more: --errors FILE writes all of them",
        grouped(more)
    )
}

/// Writes all errors of a dry run.
pub(super) fn write(path: &Path, errors: &[RowError]) -> Result<()> {
    let mut sheet = Sheet::begin(path)?;
    for error in errors {
        sheet.add(error.row, &error.column, error.code, &error.message)?;
    }
    sheet.finish()
}

/// A CSV file of errors.
pub(super) struct Sheet(csv::Writer<Target>);

impl Sheet {
    /// With its header.
    pub(super) fn begin(path: &Path) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(Target::open(Some(path))?);
        csv_text::record(&mut writer, COLUMNS)?;
        Ok(Self(writer))
    }

    /// One error more.
    pub(super) fn add(&mut self, row: u64, column: &str, code: &str, message: &str) -> Result<()> {
        csv_text::record(&mut self.0, [&row.to_string(), column, code, message])
    }

    /// Puts the file in place.
    pub(super) fn finish(self) -> Result<()> {
        csv_text::finish(self.0)
    }
}
