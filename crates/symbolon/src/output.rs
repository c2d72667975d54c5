//! What is printed where: the result on stdout, everything else on stderr.
//!
//! With `--json` stdout holds one JSON document and nothing else, so that
//! `symbolon … --json | jq` always works.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Serialize, ser::SerializeMap};
use symbolon_core::ids::RegistryId;

use crate::exit::{Exit, Failure, Result};

/// Where results and notes go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// As JSON for machines, or as text for people.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether machines read.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// The command's result: the document for machines, or the text for people.
    pub(crate) fn result(
        self,
        document: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<()> {
        let line = if self.json {
            serde_json::to_string_pretty(document)
                .map_err(|error| Failure::new(Exit::Unexpected, error))?
        } else {
            text()
        };
        let mut stdout = io::stdout().lock();
        written(writeln!(stdout, "{}", line.trim_end()).and_then(|()| stdout.flush()))
    }

    /// A line for people, whoever reads the result.
    pub(crate) fn note(self, text: impl Display) {
        // Where stderr is gone nobody listens.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Whether a person at the terminal says yes; where none sits there, whoever wrote the
    /// command has said it.
    pub(crate) fn confirmed(self, question: impl Display) -> Result<bool> {
        if self.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(true);
        }
        let mut stderr = io::stderr().lock();
        let asked = write!(stderr, "{question} Type `yes` to go on: ");
        written(asked.and_then(|()| stderr.flush()))?;
        let mut answer = String::new();
        written(io::stdin().read_line(&mut answer).map(drop))?;
        Ok(answer.trim() == "yes")
    }

    /// That the command failed.
    pub(crate) fn error(failure: &Failure) {
        let _ = writeln!(io::stderr().lock(), "error: {failure}");
    }

    /// A progress bar over so many bytes; invisible unless a person watches.
    pub(crate) fn progress(self, bytes: u64) -> ProgressBar {
        if !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(bytes);
        let template =
            "{bar:32.cyan/blue} {percent:>3} %  {msg}  {elapsed_precise} gone, {eta_precise} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar
    }
}

/// A pipe that closed early, as `| head` does, is no failure.
pub(crate) fn written(outcome: io::Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Unexpected,
            format!(
                "cannot write the output: {}: check that the disk has room",
                error.kind()
            ),
        )),
        _ => Ok(()),
    }
}

/// A table with these headings.
pub(crate) fn table<const N: usize>(headings: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(headings);
    table
}

/// `1 row`, `2 rows`, `12,345 rows`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        grouped(number),
        if number == 1 { one } else { many }
    )
}

/// Thousands apart, as people read them.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// For fields whose text for people differs from what the log has: a wallet
/// with its checksum.
pub(crate) fn as_shown<S: serde::Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// For a flattened field: a registry, as the fields `chain_id` and `place`.
pub(crate) fn as_place<S: serde::Serializer>(
    registry: &RegistryId,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_map(Some(2))?;
    fields.serialize_entry("chain_id", &registry.chain)?;
    fields.serialize_entry("place", &registry.place)?;
    fields.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(counted(1, "row", "rows"), "1 row");
        assert_eq!(counted(1_234_567, "row", "rows"), "1,234,567 rows");
    }
}
