//! What a file's columns leave out, and what follows from that.

use symbolon_core::import::{ColumnMap, Field, Options, Reader};
use tokio::{fs::File, io::AsyncReadExt};

use crate::{context::Context, output::Output};

const WITHOUT: [(Field, &str); 2] = [
    (
        Field::ExternalId,
        "warning: no column holds externalId, so customers are known by their wallets alone: the same person with another wallet is somebody new",
    ),
    (
        Field::Expiry,
        "warning: no column holds expiry, so the verdicts of this file never end, nor do those any more that had an end: to keep or renew the ends, add the column",
    ),
];

/// Warns of what the columns leave out, once a header has been read.
pub(super) fn warn(reader: &Reader, output: Output) {
    for (field, warning) in WITHOUT {
        if reader.holds(field) == Some(false) {
            output.note(warning);
        }
    }
}

/// Reads as far as the header, and warns. What cannot be read is the import's to tell.
pub(super) async fn look(
    file: &mut File,
    columns: ColumnMap,
    context: &Context,
) -> std::io::Result<()> {
    let mut reader = Reader::new(Options::at(context.clock.now()).with_columns(columns));
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).await?;
        match buffer.get(..read) {
            Some(bytes) if read > 0 => reader.feed(bytes),
            _ => reader.finish(),
        }
        let unreadable = reader.next_row().is_err();
        let is_read = reader.holds(Field::Wallet).is_some();
        if is_read || unreadable || read == 0 {
            warn(&reader, context.output);
            return Ok(());
        }
    }
}
