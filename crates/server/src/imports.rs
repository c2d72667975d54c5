//! Customer files into the register, for the REST route and the command line
//! alike.
//!
//! 1. [`begin_import`] finds the authority's unfinished import of the same file
//!    by its hash, or begins one.
//! 2. [`run_import`] reads, judges and stores it, a thousand rows to a
//!    transaction, each together with how far the import has come: killed
//!    anywhere, it goes on after the last row that was stored. While one chunk
//!    is stored, the next is read, judged and decided.
//! 3. The job ends as finished, as failed where the file cannot be read, or as
//!    stopped where the key that asked for it was revoked or its authority may
//!    no longer do what it might: each chunk is held against that.
//!
//! [`dry_run`] judges a file and stores nothing. Deliberately absent: a job
//! that survives the server. The file is not kept (it may hold what belongs in
//! a vault, I6), so whoever has it posts it again.

mod importer;
mod judge;
pub(crate) mod running;
mod spool;

use alloy_primitives::B256;
use sha2::{Digest, Sha256};
use symbolon_core::{
    actor::Actor,
    ids::IssuerId,
    import::{ColumnMap, HeaderError, RowError},
    investor::Source,
    time::UnixSeconds,
};
use symbolon_store::{
    ImportError, ImportJob, ImportProgress, ImportState, Lapse, NewImport, Store, StoreError,
    Warrant,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::mpsc,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{clock::Clock, metrics, wake::Wake};
use importer::Importer;
use judge::Judge;
pub(crate) use judge::look_at_header;
pub use judge::{DryRun, dry_run};
pub(crate) use running::Claim;
pub(crate) use spool::{Spooled, spool};

/// Rows to a transaction.
const CHUNK: usize = 1000;
/// Chunks that may wait while one is stored.
const AHEAD: usize = 2;

/// How to run an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The issuer's own names for columns.
    pub columns: ColumnMap,
    /// Who asks, and by what right.
    pub warrant: Warrant,
    /// Rung after every stored chunk.
    pub wake: Wake,
    /// Stops the import between two chunks; it can go on later.
    pub stop: CancellationToken,
}

/// How far an import has come, all its parts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last line of the file that is dealt with.
    pub line: u64,
    /// Rows accepted.
    pub accepted: u64,
    /// Rows refused.
    pub refused: u64,
}

/// Why an import did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The file as a whole cannot be imported. The job has failed.
    #[error(transparent)]
    File(#[from] HeaderError),
    /// The file could not be read on. The job can go on.
    #[error("the file could not be read on")]
    Read(#[from] std::io::Error),
    /// The register could not be written. The job can go on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever asked for it may not go on. The job has ended.
    #[error("the import was stopped: {0}")]
    Lapsed(Lapse),
    /// Somebody stopped it. The job can go on.
    #[error("the import was stopped; post or import the same file again to go on")]
    Stopped,
}

/// The SHA-256 of a file, by which an import of it is known.
pub async fn hash_file(mut file: impl AsyncRead + Unpin) -> std::io::Result<B256> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; judge::READ];
    loop {
        let read = file.read(&mut buffer).await?;
        if read == 0 {
            return Ok(B256::from_slice(&hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

/// The job of this file: the one that was interrupted, if its authority and
/// whoever answers for it are the same, else a new one.
pub async fn begin_import(
    store: &Store,
    issuer: &IssuerId,
    file_hash: B256,
    actor: &Actor,
    source: &Source,
    now: UnixSeconds,
) -> Result<ImportJob, StoreError> {
    let mut transaction = store.begin(issuer).await?;
    let new = new_import(file_hash, actor, source);
    let job = transaction.begin_import(&new, now).await?;
    transaction.commit().await?;
    Ok(job)
}

/// What begins if no such import is running.
pub(crate) fn new_import(file_hash: B256, actor: &Actor, source: &Source) -> NewImport {
    let random: [u8; 12] = rand::random();
    NewImport {
        id: format!("imp_{}", alloy_primitives::hex::encode(random)),
        file_hash,
        actor: actor.clone(),
        source: source.clone(),
    }
}

/// Runs a job to its end, from wherever it was. `progress` is told after every
/// stored chunk.
pub async fn run_import(
    store: &Store,
    issuer: &IssuerId,
    job: &ImportJob,
    reader: impl AsyncRead + Unpin + Send + 'static,
    options: ImportOptions,
    clock: &Clock,
    mut progress: impl FnMut(Progress),
) -> Result<Progress, ImportFailure> {
    let judge = Judge::new(job, options.columns.clone(), CHUNK);
    let (sender, mut chunks) = mpsc::channel(AHEAD);
    let reading = AbortOnDropHandle::new(tokio::spawn(judge.read(reader, sender)));
    let mut done = Progress {
        line: job.line,
        accepted: job.accepted,
        refused: job.refused,
    };
    let importer = Importer {
        store: store.clone(),
        issuer: issuer.clone(),
        job: job.clone(),
        warrant: options.warrant.clone(),
        clock: clock.clone(),
    };
    let mut next = chunks.recv().await;
    let mut foreseen = None;
    while let Some(chunk) = next {
        if options.stop.is_cancelled() {
            return Err(ImportFailure::Stopped);
        }
        let turn = importer.take_turn(&chunk, foreseen).await?;
        next = chunks.try_recv().ok();
        foreseen = next.as_ref().map(|next| importer.foresee(&turn, next));
        let stored = importer.store(turn, chunk, done.line).await?;
        options.wake.wake(issuer);
        metrics::imported(stored.accepted, stored.refused);
        done.line = stored.line;
        done.accepted += stored.accepted;
        done.refused += stored.refused;
        progress(done);
        if next.is_none() {
            next = chunks.recv().await;
        }
    }
    let read = reading.await.map_err(std::io::Error::other)?;
    if let Err(ImportFailure::File(error)) = &read {
        fail(store, issuer, job, done, error).await?;
        store
            .finish_import(
                issuer,
                &job.id,
                ImportState::Failed,
                done.line + 1,
                clock.now(),
            )
            .await?;
    }
    read?;
    store
        .finish_import(
            issuer,
            &job.id,
            ImportState::Finished,
            done.line,
            clock.now(),
        )
        .await?;
    Ok(done)
}

/// Keeps with the job why its file cannot be read.
async fn fail(
    store: &Store,
    issuer: &IssuerId,
    job: &ImportJob,
    done: Progress,
    error: &HeaderError,
) -> Result<(), StoreError> {
    let progress = ImportProgress {
        after: done.line,
        line: done.line + 1,
        errors: vec![row_error(RowError::from(error))],
        ..ImportProgress::default()
    };
    let mut transaction = store.begin(issuer).await?;
    transaction
        .record_import_progress(&job.id, &progress)
        .await?;
    transaction.commit().await?;
    Ok(())
}

fn row_error(error: RowError) -> ImportError {
    ImportError {
        line: error.row,
        column: Some(error.column).filter(|column| !column.is_empty()),
        code: error.code.to_owned(),
        message: error.message,
    }
}
