//! From bytes to chunks of rows, each judged by `core::import`.

use std::sync::Arc;

use serde::Serialize;
use symbolon_core::{
    import::{ColumnMap, CustomerRow, Options, Reader, RowError, Summary},
    investor::Source,
    time::UnixSeconds,
};
use symbolon_store::{ImportJob, Request, Subject};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::mpsc,
};

use super::ImportFailure;
use crate::state::fresh_investor;

/// Bytes to a read.
pub(super) const READ: usize = 256 * 1024;

/// Not a row that is wrong, but a column that nobody reads.
const NOTICE: &str = "unknown_column";

/// Some rows of a file, ready to be stored.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// The last line among them.
    pub(super) line: u64,
    /// What the good rows ask, and their lines.
    pub(super) requests: Arc<Vec<Request>>,
    pub(super) lines: Vec<u64>,
    /// How many rows are bad, and why.
    pub(super) refused: u64,
    pub(super) errors: Vec<RowError>,
}

/// Reads a job's file from where the job stands.
pub(super) struct Judge {
    reader: Reader,
    source: Source,
    rows: usize,
}

impl Judge {
    pub(super) fn new(job: &ImportJob, columns: ColumnMap, rows: usize) -> Self {
        let options = Options::at(job.created).with_columns(columns);
        let mut reader = Reader::new(options);
        reader.skip_through(job.line);
        Self {
            reader,
            source: job.source.clone(),
            rows,
        }
    }

    /// Sends chunk after chunk; ends early when nobody takes them any more.
    pub(super) async fn read(
        mut self,
        mut file: impl AsyncRead + Unpin,
        chunks: mpsc::Sender<Chunk>,
    ) -> Result<(), ImportFailure> {
        let mut buffer = vec![0; READ];
        let mut chunk = Chunk::default();
        loop {
            let read = file.read(&mut buffer).await?;
            match read {
                0 => self.reader.finish(),
                read => self.reader.feed(&buffer[..read]),
            }
            while let Some(row) = self.reader.next_row()? {
                chunk.add(row, &self.source);
                if chunk.lines.len() + chunk.errors.len() >= self.rows
                    && chunks.send(std::mem::take(&mut chunk)).await.is_err()
                {
                    return Ok(());
                }
            }
            if read == 0 {
                break;
            }
        }
        if chunk.line > 0 {
            // Nobody takes it: whoever stored has failed, and says so.
            let _ = chunks.send(chunk).await;
        }
        Ok(())
    }
}

impl Chunk {
    fn add(&mut self, row: Result<CustomerRow, Vec<RowError>>, source: &Source) {
        match row {
            Ok(customer) => {
                self.line = customer.line;
                self.lines.push(customer.line);
                let request = Request {
                    subject: Subject::Row {
                        new: fresh_investor(),
                        wallet: customer.wallet,
                        external_id: customer.external_id.clone(),
                    },
                    command: customer.into_command(source.clone()),
                };
                // Shared only once it is sent.
                Arc::make_mut(&mut self.requests).push(request);
            }
            Err(errors) => {
                self.line = errors.first().map_or(self.line, |error| error.row);
                self.refused += u64::from(errors.iter().any(|error| error.code != NOTICE));
                self.errors.extend(errors);
            }
        }
    }
}

/// What an import would say of a file by itself; what the register refuses
/// (a wallet that is somebody else's) shows only when it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// All rows, blank lines aside.
    pub rows: u64,
    /// Rows that are right.
    pub accepted: u64,
    /// Rows with at least one error.
    pub refused: u64,
    /// What is wrong, in the order of the file.
    pub errors: Vec<RowError>,
    /// Whether there is more wrong than `errors` shows.
    pub more_errors: bool,
}

/// Judges a file and stores nothing. At most `most_errors` are listed; all are
/// counted.
pub async fn dry_run(
    mut file: impl AsyncRead + Unpin,
    columns: ColumnMap,
    now: UnixSeconds,
    most_errors: usize,
) -> Result<DryRun, ImportFailure> {
    let mut reader = Reader::new(Options::at(now).with_columns(columns));
    let mut buffer = vec![0; READ];
    let mut found = DryRun::default();
    loop {
        let read = file.read(&mut buffer).await?;
        match read {
            0 => reader.finish(),
            read => reader.feed(&buffer[..read]),
        }
        while let Some(row) = reader.next_row()? {
            let errors = row.err().unwrap_or_default();
            let room = most_errors.saturating_sub(found.errors.len());
            found.more_errors |= errors.len() > room;
            found.errors.extend(errors.into_iter().take(room));
        }
        if read == 0 {
            let Summary {
                rows,
                accepted,
                refused,
            } = reader.summary();
            return Ok(DryRun {
                rows,
                accepted,
                refused,
                ..found
            });
        }
    }
}

/// Refuses a file whose header cannot be read, before anything is begun.
pub(crate) async fn look_at_header(
    mut file: impl AsyncRead + Unpin,
    columns: ColumnMap,
    now: UnixSeconds,
) -> Result<(), ImportFailure> {
    let mut reader = Reader::new(Options::at(now).with_columns(columns));
    let mut buffer = vec![0; READ];
    loop {
        let read = file.read(&mut buffer).await?;
        match read {
            0 => reader.finish(),
            read => reader.feed(&buffer[..read]),
        }
        // Columns that nobody reads come before the first row, and say that
        // the header is fine as much as a row does.
        if reader.next_row()?.is_some() || read == 0 {
            return Ok(());
        }
    }
}
