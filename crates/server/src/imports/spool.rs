//! An upload on its way: to a file without a name, since the import is known
//! by the hash of the whole, and since a slow client must not hold the
//! register. The kernel forgets the file with the process that opened it.

use std::{io::SeekFrom, time::Duration};

use alloy_primitives::B256;
use axum::body::BodyDataStream;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt, BufWriter},
};

use crate::problem::{Problem, Result, catalog};

const BUFFER: usize = 256 * 1024;

/// A whole upload, at its beginning.
#[derive(Debug)]
pub(crate) struct Spooled {
    pub(crate) file: File,
    pub(crate) hash: B256,
}

impl Spooled {
    /// Back to the beginning.
    pub(crate) async fn rewind(&mut self) -> Result<()> {
        self.file.seek(SeekFrom::Start(0)).await.map_err(ours)?;
        Ok(())
    }
}

/// Takes an upload of at most `limit` bytes to its end; a client that falls
/// silent for `idle` is given up.
pub(crate) async fn spool(
    mut upload: BodyDataStream,
    limit: u64,
    idle: Duration,
) -> Result<Spooled> {
    let file = tokio::task::spawn_blocking(tempfile::tempfile).await;
    let file = file
        .map_err(|error| Problem::internal(&error))?
        .map_err(ours)?;
    let mut out = BufWriter::with_capacity(BUFFER, File::from_std(file));
    let mut hasher = Sha256::new();
    let mut taken = 0;
    loop {
        let silent = || Problem::new(&catalog::TIMEOUT, "the upload stalled: send it again");
        let next = tokio::time::timeout(idle, upload.next())
            .await
            .map_err(|_| silent())?;
        let Some(bytes) = next else { break };
        let bytes = bytes.map_err(|_| {
            Problem::new(&catalog::MALFORMED, "the upload broke off: send it again")
        })?;
        taken += bytes.len() as u64;
        if taken > limit {
            let detail = format!("uploads may have {limit} bytes: split the file");
            return Err(Problem::new(&catalog::TOO_LARGE, detail));
        }
        hasher.update(&bytes);
        out.write_all(&bytes).await.map_err(ours)?;
    }
    out.flush().await.map_err(ours)?;
    let mut spooled = Spooled {
        file: out.into_inner(),
        hash: B256::from_slice(&hasher.finalize()),
    };
    spooled.rewind().await?;
    Ok(spooled)
}

/// A disk that is full, for example.
fn ours(error: std::io::Error) -> Problem {
    Problem::internal(&error)
}
