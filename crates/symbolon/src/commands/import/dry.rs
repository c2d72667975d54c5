//! The dry run: the file alone, judged by `core::import`.

use std::io::Read;

use serde::Serialize;
use symbolon_core::{
    import::{Options, Reader, RowError},
    investor::Attestation,
};
use symbolon_server::Clock;

use super::{ImportArgs, errors, lacking, signed};
use crate::{
    csv_text,
    exit::{Exit, Failure, Result},
    output::{Output, counted},
};

const CHUNK: usize = 256 * 1024;

/// What the file would give.
#[derive(Debug, Serialize)]
struct Report {
    /// Who would sign.
    operator: String,
    /// What would be signed.
    attestation: Attestation,
    rows: u64,
    accepted: u64,
    refused: u64,
    errors: Vec<RowError>,
}

/// Judges the file.
pub(super) fn run(args: &ImportArgs, output: Output) -> Result<Exit> {
    let options = Options::at(Clock::system().now()).with_columns(args.columns()?);
    let (source, length) = csv_text::source(&args.file)?;
    let (report, unreadable) = judge(source, length, options, output, args)?;
    if let Some(path) = &args.errors {
        errors::write(path, &report.errors)?;
    }
    output.result(&report, || text(&report, unreadable))?;
    Ok(if report.refused > 0 || unreadable {
        Exit::Refused
    } else {
        Exit::Done
    })
}

/// Also whether the file as a whole cannot be read.
fn judge(
    mut source: Box<dyn Read>,
    length: u64,
    options: Options,
    output: Output,
    args: &ImportArgs,
) -> Result<(Report, bool)> {
    let mut reader = Reader::new(options);
    let mut report = Report {
        operator: args.operator.name()?,
        attestation: args.operator.import_attestation()?,
        rows: 0,
        accepted: 0,
        refused: 0,
        errors: Vec::new(),
    };
    let bar = output.progress(length);
    let mut chunk = vec![0; CHUNK];
    let unreadable = loop {
        let read = source
            .read(&mut chunk)
            .map_err(Failure::file("read", &args.file))?;
        match chunk.get(..read) {
            Some(bytes) if read > 0 => reader.feed(bytes),
            _ => reader.finish(),
        }
        bar.inc(read as u64);
        if let Err(error) = take(&mut reader, &mut report.errors) {
            report.errors.push(error);
            break true;
        }
        if read == 0 {
            break false;
        }
    };
    bar.finish_and_clear();
    lacking::warn(&reader, output);
    let summary = reader.summary();
    (report.rows, report.accepted, report.refused) =
        (summary.rows, summary.accepted, summary.refused);
    Ok((report, unreadable))
}

fn take(reader: &mut Reader, errors: &mut Vec<RowError>) -> Result<(), RowError> {
    while let Some(row) = reader.next_row().map_err(|error| RowError::from(&error))? {
        if let Err(found) = row {
            errors.extend(found);
        }
    }
    Ok(())
}

fn text(report: &Report, unreadable: bool) -> String {
    let rows = counted(report.rows, "row", "rows");
    let summary = if unreadable {
        "the file cannot be imported; nothing was stored".to_owned()
    } else {
        format!(
            "{rows}: {} would be accepted, {} refused; nothing was stored\nwould be {}",
            crate::output::grouped(report.accepted),
            crate::output::grouped(report.refused),
            signed(&report.attestation, &report.operator),
        )
    };
    let shown = report.errors.iter().map(|error| {
        [
            error.row.to_string(),
            error.column.clone(),
            error.code.to_owned(),
            error.message.clone(),
        ]
    });
    errors::with_table(summary, shown, report.errors.len() as u64)
}
