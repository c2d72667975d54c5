//! The reader: bytes in, customers out.

use serde::Serialize;

use super::{
    columns::{ColumnMap, Field},
    customer::CustomerRow,
    duplicates::Duplicates,
    error::{HeaderError, RowError},
    header::Header,
    opening::Opening,
    records::{Broken, Loss, Records},
    row,
};
use crate::time::UnixSeconds;

/// What a row gives: a customer, or everything that is wrong with it.
pub type Row = Result<CustomerRow, Vec<RowError>>;

/// How to read a file.
#[derive(Clone, Debug)]
pub struct Options {
    /// The moment against which expiries are held. An import that is taken up
    /// again gives the moment at which it first began, so that the same rows
    /// are right.
    pub now: UnixSeconds,
    /// The issuer's own names for columns.
    pub columns: ColumnMap,
}

impl Options {
    /// With the usual column names.
    pub fn at(now: UnixSeconds) -> Self {
        Self {
            now,
            columns: ColumnMap::default(),
        }
    }

    /// With the issuer's own column names before the usual ones.
    #[must_use]
    pub fn with_columns(self, columns: ColumnMap) -> Self {
        Self { columns, ..self }
    }
}

/// How many rows a reader has yielded. Of an import that was taken up again,
/// those after the line at which it was; the sum of the parts is the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All rows, blank lines and unknown columns aside.
    pub rows: u64,
    /// Those that became customers.
    pub accepted: u64,
    /// Those with at least one error.
    pub refused: u64,
}

/// Reads one customer file that arrives in chunks of any size.
///
/// Feed a chunk, take rows until there is none, and so on; then [`finish`] and
/// take the last ones. What is fed is held until its rows are taken.
///
/// [`finish`]: Self::finish
#[derive(Debug)]
pub struct Reader {
    options: Options,
    records: Records,
    phase: Phase,
    duplicates: Duplicates,
    summary: Summary,
    skip_through: u64,
    /// Whether a row was seen at all, yielded or not.
    any: bool,
}

#[derive(Debug)]
enum Phase {
    Opening(Opening),
    Header,
    Rows(Box<Header>),
    Failed(Box<HeaderError>),
}

impl Reader {
    /// A reader at the beginning of a file.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            records: Records::new(),
            phase: Phase::Opening(Opening::default()),
            duplicates: Duplicates::default(),
            summary: Summary::default(),
            skip_through: 0,
            any: false,
        }
    }

    /// Yields nothing up to this line: those rows were stored before. They are
    /// read again all the same, since later rows must not repeat them.
    ///
    /// Called before the first chunk is fed. An interrupted import names the
    /// line of the last row that it stored.
    pub fn skip_through(&mut self, line: u64) {
        self.skip_through = line;
    }

    /// Takes the file's next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !matches!(self.phase, Phase::Failed(_)) {
            self.records.feed(bytes);
        }
    }

    /// The file has no more bytes.
    pub fn finish(&mut self) {
        self.records.finish();
    }

    /// The next row that is complete. `None` asks for more bytes; after
    /// [`finish`](Self::finish) it says that all are read.
    ///
    /// Columns that are not read come first, as one `Err` with an entry each
    /// (`unknown_column`, on the header's line). It is no row, and
    /// [`summary`](Self::summary) does not count it.
    ///
    /// # Errors
    ///
    /// Where the file as a whole cannot be read; from then on always the same.
    pub fn next_row(&mut self) -> Result<Option<Row>, HeaderError> {
        let found = self.advance();
        if let Err(error) = &found {
            self.phase = Phase::Failed(Box::new(error.clone()));
            self.records.abandon();
        }
        found
    }

    /// Whether a column of the file holds this; `None` before the header is read.
    pub fn holds(&self, field: Field) -> Option<bool> {
        match &self.phase {
            Phase::Rows(header) => Some(header.place(field).is_some()),
            Phase::Opening(_) | Phase::Header | Phase::Failed(_) => None,
        }
    }

    /// How many rows were yielded so far.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    fn advance(&mut self) -> Result<Option<Row>, HeaderError> {
        loop {
            match &mut self.phase {
                Phase::Failed(error) => return Err((**error).clone()),
                Phase::Opening(opening) => {
                    let finished = self.records.is_finished();
                    let Some(opened) = opening.look(self.records.unread(), finished)? else {
                        return Ok(None);
                    };
                    self.records.begin(opened.start, opened.delimiter);
                    self.phase = Phase::Header;
                }
                Phase::Header => {
                    let Some(notices) = self.read_header()? else {
                        return Ok(None);
                    };
                    if notices
                        .first()
                        .is_some_and(|notice| notice.row > self.skip_through)
                    {
                        return Ok(Some(Err(notices)));
                    }
                }
                Phase::Rows(header) => {
                    let finished = self.records.is_finished();
                    let (line, row) = match self.records.next() {
                        None if finished && !self.any => {
                            return Err(HeaderError::NoRows);
                        }
                        None => return Ok(None),
                        Some(Ok(record)) if record.is_blank() => continue,
                        Some(Ok(record)) => {
                            let duplicates = &mut self.duplicates;
                            let row = row::read(&record, header, self.options.now, duplicates);
                            (record.line, row)
                        }
                        Some(Err(broken)) => (broken.line, Err(vec![row::broken(broken)])),
                    };
                    self.any = true;
                    if line > self.skip_through {
                        self.count(&row);
                        return Ok(Some(row));
                    }
                }
            }
        }
    }

    fn read_header(&mut self) -> Result<Option<Vec<RowError>>, HeaderError> {
        let finished = self.records.is_finished();
        loop {
            let record = match self.records.next() {
                None if finished => return Err(HeaderError::Empty),
                None => return Ok(None),
                Some(Ok(record)) if record.is_blank() => continue,
                Some(Ok(record)) => record,
                Some(Err(Broken {
                    loss: Loss::TooLong { quoted: false },
                    ..
                })) => {
                    return Err(HeaderError::TooLong);
                }
                Some(Err(_)) => return Err(HeaderError::UnclosedQuote),
            };
            let (header, notices) = Header::read(&record, &self.options.columns)?;
            self.phase = Phase::Rows(Box::new(header));
            return Ok(Some(notices));
        }
    }

    fn count(&mut self, row: &Row) {
        self.summary.rows += 1;
        match row {
            Ok(_) => self.summary.accepted += 1,
            Err(_) => self.summary.refused += 1,
        }
    }
}
