//! The file that is imported, wherever it comes from.

use std::{io::SeekFrom, path::Path};

use symbolon_core::{
    import::{ColumnMap, Field, Options, Reader},
    time::UnixSeconds,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use crate::exit::{Failure, Result};

/// Stdin is put down first: its hash must be known before its first row.
pub(super) async fn open(path: &Path) -> Result<File> {
    if path != Path::new("-") {
        return File::open(path).await.map_err(Failure::file("read", path));
    }
    let refused = |error| Failure::file("keep", Path::new("stdin"))(error);
    let mut file = File::from_std(tempfile::tempfile().map_err(refused)?);
    tokio::io::copy(&mut tokio::io::stdin(), &mut file)
        .await
        .map_err(refused)?;
    file.seek(SeekFrom::Start(0)).await.map_err(refused)?;
    Ok(file)
}

/// Which of these no column of the file holds. What cannot be read is the import's to tell.
pub(super) async fn lacking(
    file: &mut File,
    columns: ColumnMap,
    now: UnixSeconds,
    wanted: &[Field],
) -> std::io::Result<Vec<Field>> {
    let mut reader = Reader::new(Options::at(now).with_columns(columns));
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
            let lacking = wanted.iter().copied();
            return Ok(lacking
                .filter(|field| reader.holds(*field) == Some(false))
                .collect());
        }
    }
}

/// So that progress can be told; much faster than what follows.
pub(super) async fn count_lines(file: &mut File) -> std::io::Result<u64> {
    let mut buffer = vec![0; 256 * 1024];
    let mut lines = 0;
    loop {
        let read = file.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(lines);
        };
        lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
}
