//! Customer files, read as the server and the command line read them.

#![allow(clippy::unwrap_used, reason = "tests")]

mod files;
mod rows;

use symbolon_core::{
    import::{CustomerRow, HeaderError, Options, Reader, Row, Summary},
    time::UnixSeconds,
};

/// 2026-11-21.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_795_219_200);
pub(crate) const A: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
pub(crate) const B: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";
pub(crate) const C: &str = "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB";

pub(crate) fn rows_with(options: Options, file: &[u8]) -> Result<(Vec<Row>, Summary), HeaderError> {
    let mut reader = Reader::new(options);
    reader.feed(file);
    reader.finish();
    let mut rows = Vec::new();
    while let Some(row) = reader.next_row()? {
        rows.push(row);
    }
    Ok((rows, reader.summary()))
}

pub(crate) fn rows(file: &str) -> Vec<Row> {
    rows_with(Options::at(NOW), file.as_bytes()).unwrap().0
}

pub(crate) fn customer(file: &str) -> CustomerRow {
    rows(file).remove(0).unwrap()
}

/// Line, column and code of every error in the file.
pub(crate) fn errors(file: &str) -> Vec<(u64, String, &'static str)> {
    let all = rows(file).into_iter().filter_map(Result::err).flatten();
    all.map(|error| (error.row, error.column, error.code))
        .collect()
}

pub(crate) fn refused(file: &[u8]) -> HeaderError {
    rows_with(Options::at(NOW), file).unwrap_err()
}
