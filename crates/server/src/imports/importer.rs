//! From chunks to stored rows.

use std::sync::Arc;

use symbolon_core::{ids::IssuerId, import::Field};
use symbolon_store::{
    DecidedBatch, ImportError, ImportJob, ImportProgress, IssuerTransaction, Store, StoreError,
    Warrant,
};
use tokio_util::task::AbortOnDropHandle;

use super::{ImportFailure, judge::Chunk, row_error};
use crate::clock::Clock;

/// Who stores chunks, one after another. While the database stores one, the
/// next is decided, so that it holds the issuer's lock for its storing alone.
pub(super) struct Importer {
    pub(super) store: Store,
    pub(super) issuer: IssuerId,
    pub(super) job: ImportJob,
    pub(super) warrant: Warrant,
    pub(super) clock: Clock,
}

/// A chunk that is decided, and whose transaction has the issuer's lock.
pub(super) struct Turn {
    transaction: IssuerTransaction,
    batch: DecidedBatch,
}

/// A chunk that is being decided before its turn.
pub(super) type Foreseen = AbortOnDropHandle<Option<DecidedBatch>>;

impl Importer {
    /// Ends the job instead where whoever asked for it may not go on. Nobody
    /// changes that while the transaction has the issuer's lock.
    pub(super) async fn take_turn(
        &self,
        chunk: &Chunk,
        foreseen: Option<Foreseen>,
    ) -> Result<Turn, ImportFailure> {
        let foreseen = match foreseen {
            // Whatever went wrong with it, it can be decided in its turn.
            Some(foreseen) => foreseen.await.unwrap_or_default(),
            None => None,
        };
        let mut transaction = self.store.begin(&self.issuer).await?;
        if let Some(lapse) = transaction.lapse(&self.warrant).await? {
            let now = self.clock.now();
            transaction.stop_import(&self.job.id, lapse, now).await?;
            transaction.commit().await?;
            return Err(ImportFailure::Lapsed(lapse));
        }
        let batch = match foreseen {
            Some(batch) if transaction.bears_out(&batch) => batch,
            _ => {
                let requests = chunk.requests.as_ref().clone();
                transaction
                    .consider(requests, self.warrant.actor(), self.clock.now())
                    .await?
            }
        };
        Ok(Turn { transaction, batch })
    }

    pub(super) fn foresee(&self, turn: &Turn, next: &Chunk) -> Foreseen {
        let (store, now) = (self.store.clone(), self.clock.now());
        let actor = self.warrant.actor().clone();
        let (foresight, requests) = (turn.batch.foresight(), Arc::clone(&next.requests));
        AbortOnDropHandle::new(tokio::spawn(async move {
            let foreseen = store.foresee(foresight, &requests, &actor, now).await;
            foreseen.ok().flatten()
        }))
    }

    pub(super) async fn store(
        &self,
        turn: Turn,
        chunk: Chunk,
        after: u64,
    ) -> Result<ImportProgress, StoreError> {
        let Turn {
            mut transaction,
            batch,
        } = turn;
        let answers = transaction.store(batch).await?;
        let mut progress = ImportProgress {
            after,
            line: chunk.line,
            accepted: 0,
            unchanged: 0,
            refused: chunk.refused,
            errors: chunk.errors.into_iter().map(row_error).collect(),
        };
        for (line, answer) in chunk.lines.into_iter().zip(answers) {
            match answer {
                Ok(decision) => {
                    progress.accepted += 1;
                    progress.unchanged += u64::from(decision.entry.is_none());
                }
                Err(refusal) => {
                    progress.refused += 1;
                    progress.errors.push(ImportError {
                        line,
                        column: refusal
                            .is_of_external_id()
                            .then(|| Field::ExternalId.to_string()),
                        code: refusal.code().to_owned(),
                        message: refusal.to_string(),
                    });
                }
            }
        }
        progress.errors.sort_by_key(|error| error.line);
        transaction
            .record_import_progress(&self.job.id, &progress)
            .await?;
        transaction.commit().await?;
        Ok(progress)
    }
}
