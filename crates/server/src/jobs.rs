//! What the register does by itself: bring every chain to hold what it must
//! hold, and take notice of verdicts that have ended.
//!
//! Here the adapters meet: [`follower`] takes in what others wrote to a chain,
//! [`reconciliation`] holds a whole chain against the register,
//! [`registrar`] what is decided on chain where an issuer's writer is there,
//! [`lane`] joins the store's books with a chain's
//! node under the direction of `core::mirror`, in the one server that has its
//! `lease`; [`expiry`], [`hints`] and [`watch`] need
//! the store alone. With a server run those that need what it was given: [`looks`] and
//! [`waiting`] read providers' records, [`monitoring`] has them watched and [`forgetting`]
//! forgotten, [`letters`] are sent, [`renewals`] notices whose verdict ends soon,
//! [`retention`] erases. Each job restarts itself after a failure and stops when
//! the shutdown token says so; stopping at any point loses nothing.

pub mod expiry;
pub mod follower;
pub(crate) mod forgetting;
mod hints;
pub mod lane;
mod lease;
pub(crate) mod letters;
pub(crate) mod looks;
pub(crate) mod monitoring;
mod patience;
pub mod reconciliation;
pub mod registrar;
pub mod renewals;
pub mod retention;
pub(crate) mod waiting;
pub mod watch;

use symbolon_store::Store;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use lane::LaneSettings;
pub use lease::LeaseTerms;
pub use registrar::RegistrarSettings;

use crate::{clock::Clock, wake::Wake};

/// Starts every job. The set ends when the shutdown token is cancelled.
pub fn spawn(
    store: &Store,
    lanes: Vec<LaneSettings>,
    clock: &Clock,
    wake: &Wake,
    shutdown: &CancellationToken,
) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(watch::run(
        store.clone(),
        lanes.clone(),
        clock.clone(),
        shutdown.clone(),
    ));
    for settings in lanes {
        jobs.spawn(follower::run(
            store.clone(),
            settings.clone(),
            clock.clone(),
            wake.clone(),
            shutdown.clone(),
        ));
        jobs.spawn(lane::run(
            store.clone(),
            settings,
            clock.clone(),
            wake.clone(),
            shutdown.clone(),
        ));
    }
    jobs.spawn(hints::run(store.clone(), wake.clone(), shutdown.clone()));
    jobs.spawn(expiry::run(
        store.clone(),
        clock.clone(),
        wake.clone(),
        shutdown.clone(),
    ));
    jobs
}
