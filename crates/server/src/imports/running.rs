//! The imports that this process works on.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use symbolon_core::ids::IssuerId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

type Job = (IssuerId, String);

/// Which imports are worked on here, so that none is worked on twice. Between
/// processes the register itself sees to that.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    jobs: Arc<Mutex<HashSet<Job>>>,
    permits: Arc<Semaphore>,
}

/// The right to work on a job, until dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    job: Job,
    running: Running,
}

impl Running {
    pub(crate) fn new(at_once: usize) -> Self {
        Self {
            jobs: Arc::default(),
            permits: Arc::new(Semaphore::new(at_once.max(1))),
        }
    }

    /// Claims a job, unless it is worked on already.
    pub(crate) fn claim(&self, issuer: &IssuerId, id: &str) -> Option<Claim> {
        let job = (issuer.clone(), id.to_owned());
        let is_new = self
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(job.clone());
        is_new.then(|| Claim {
            job,
            running: self.clone(),
        })
    }

    /// Whether a job is worked on here.
    pub(crate) fn includes(&self, issuer: &IssuerId, id: &str) -> bool {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.contains(&(issuer.clone(), id.to_owned()))
    }
}

impl Claim {
    /// Waits for a turn. `None` only while the process ends.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.running.permits.clone().acquire_owned().await.ok()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut jobs = self
            .running
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jobs.remove(&self.job);
    }
}
