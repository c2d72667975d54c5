//! The file that is imported, wherever it comes from.

use std::{io::SeekFrom, path::Path};

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
