//! A server's hold on a lane: one server at a time drives it.
//!
//! The lease itself is in the store, and ends by the database's clock. Here it
//! is prolonged in good time, and given up by this machine's own clock, counted
//! from before the store was asked: so a process that was stopped for a while
//! knows that its time is over before it does anything else. Even if it did
//! not, the store would refuse what it writes.

use std::time::Duration;

use symbolon_core::ids::{IssuerId, RegistryId};
use symbolon_store::{CrashPoint, Lease, Store, StoreError};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::lane::error::LaneError;
use crate::wake::{Wake, heard};

/// Nobody asks for a lease more often, unless told that it is free.
const LEAST_WAIT: Duration = Duration::from_millis(10);
/// For how long a server that stops tries to give its lease back.
const PATIENCE: Duration = Duration::from_secs(1);

/// In whose name, and for how long at a time, this server takes lanes.
#[derive(Clone, Debug)]
pub struct LeaseTerms {
    /// This server's name, for people.
    pub holder: String,
    /// After so long without a renewal another server takes over.
    pub term: Duration,
}

impl LeaseTerms {
    /// Goes by this host's name and the number of this process.
    pub fn of_this_process(term: Duration) -> Self {
        let host = rustix::system::uname();
        let host = host.nodename().to_string_lossy();
        let holder = format!("{host}:{}", std::process::id());
        Self { holder, term }
    }
}

/// A lease that this process has.
pub(super) struct HeldLease {
    lease: Lease,
    store: Store,
    wake: Wake,
    /// When it ends unless it is renewed.
    until: watch::Receiver<Instant>,
    renewing: AbortOnDropHandle<()>,
}

impl HeldLease {
    /// Waits until the lane is free, and takes it; `None` if this server stops
    /// before. What it is taking then it has, and can give back.
    pub(super) async fn wait(
        store: &Store,
        issuer: &IssuerId,
        registry: RegistryId,
        terms: &LeaseTerms,
        wake: &Wake,
        shutdown: &CancellationToken,
    ) -> Result<Option<Self>, StoreError> {
        // Listening first: what is given back after the question is heard.
        let mut freed = wake.subscribe_freed();
        while !shutdown.is_cancelled() {
            let asked = Instant::now();
            let taken = store.take_lease(issuer, registry, &terms.holder, terms.term);
            if let Some(lease) = taken.await? {
                CrashPoint::LeaseTaken.pass();
                tracing::info!(%issuer, %registry, token = lease.token().0, "driving the lane");
                return Ok(Some(Self::keep(store, lease, asked, terms.term, wake)));
            }
            let remaining = store.lease_remaining(issuer, registry).await?;
            tokio::select! {
                () = sleep(remaining.max(LEAST_WAIT)) => {}
                () = heard(&mut freed, issuer) => {}
                () = shutdown.cancelled() => {}
            }
        }
        Ok(None)
    }

    fn keep(store: &Store, lease: Lease, asked: Instant, term: Duration, wake: &Wake) -> Self {
        let (prolong, until) = watch::channel(asked + term);
        let renewing = tokio::spawn(renew(store.clone(), lease.clone(), term, prolong));
        Self {
            lease,
            store: store.clone(),
            wake: wake.clone(),
            until,
            renewing: AbortOnDropHandle::new(renewing),
        }
    }

    /// The lease, while it is surely this process's.
    pub(super) fn in_force(&self) -> Result<&Lease, LaneError> {
        if Instant::now() < *self.until.borrow() {
            return Ok(&self.lease);
        }
        Err(LaneError::LeaseLost)
    }

    /// Returns once it is not any more.
    pub(super) async fn lost(&self) {
        let mut until = self.until.clone();
        while self.in_force().is_ok() {
            let end = *until.borrow_and_update();
            tokio::select! {
                () = sleep_until(end) => {}
                Ok(()) = until.changed() => {}
            }
        }
    }

    /// Gives it back, so that another server takes over at once. What this one
    /// had begun to store has been stored by then, or never will be.
    pub(super) async fn release(&self) {
        self.renewing.abort();
        let released = self.store.release_lease(&self.lease);
        match timeout(PATIENCE, released).await {
            Ok(Ok(())) => self.wake.lane_freed(self.lease.issuer()),
            // Then it ends with its term.
            Ok(Err(error)) => tracing::debug!(%error, "lease not given back"),
            Err(_) => tracing::debug!("lease not given back in time"),
        }
    }
}

/// Prolongs the lease for as long as it is ours.
async fn renew(store: Store, lease: Lease, term: Duration, prolong: watch::Sender<Instant>) {
    loop {
        sleep(term / 3).await;
        let asked = Instant::now();
        match store.renew_lease(&lease, term).await {
            Ok(()) => drop(prolong.send_replace(asked + term)),
            Err(StoreError::Fenced) => {
                prolong.send_replace(asked);
                return;
            }
            Err(error) => {
                let (issuer, registry) = (lease.issuer(), lease.registry());
                tracing::warn!(%issuer, %registry, %error, "lease not renewed; trying again");
            }
        }
    }
}
