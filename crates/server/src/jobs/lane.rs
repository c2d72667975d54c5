//! One lane at work: `core::mirror::lane` decides, the store keeps its books,
//! the chain carries it out. [`books`] is where the two meet; [`former`] ends
//! what signers before this one left open.

mod books;
pub(super) mod error;
mod former;
mod milestones;
pub(super) mod settings;

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use symbolon_chain::{endpoint::Endpoint, lane::LaneClient};
use symbolon_core::mirror::lane::{Input, Lane};
use symbolon_store::{ChainStatus, Store};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use books::Books;
pub use error::LaneError;
use former::Formers;
pub use settings::{LaneSettings, default_policy};

use super::{
    follower::{Reader, foreign},
    lease::HeldLease,
};
use crate::{
    clock::Clock,
    wake::{Wake, heard},
};

/// After a failure, before the lane is set up anew.
const BEFORE_RESTART: Duration = Duration::from_secs(1);
/// The store is asked this often even when nobody hints at news.
const UNPROMPTED: Duration = Duration::from_secs(1);

/// Drives one lane until shutdown, whenever no other server does. Whatever
/// fails delays this lane alone, and lets other servers try.
pub async fn run(
    store: Store,
    settings: LaneSettings,
    clock: Clock,
    wake: Wake,
    shutdown: CancellationToken,
) {
    let LaneSettings {
        issuer, registry, ..
    } = &settings;
    loop {
        let terms = &settings.lease;
        let held = HeldLease::wait(&store, issuer, *registry, terms, &wake, &shutdown);
        let error = match held.await {
            Err(error) => error.into(),
            Ok(None) => return,
            Ok(Some(held)) => {
                let held = Arc::new(held);
                // What is under way when one of these ends is given up: it has
                // been stored and may be done again, or never was.
                let error = tokio::select! {
                    biased;
                    () = shutdown.cancelled() => None,
                    () = held.lost() => Some(LaneError::LeaseLost),
                    Err(error) = drive(&store, &held, &settings, &clock, &wake) => Some(error),
                };
                if let Some(error) = &error {
                    note(&store, &held, error).await;
                }
                held.release().await;
                match error {
                    None => return,
                    Some(error) => error,
                }
            }
        };
        tracing::warn!(%issuer, %registry, %error, "lane interrupted");
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(BEFORE_RESTART) => {}
        }
    }
}

/// Tells people what went wrong, unless that is another server's business.
async fn note(store: &Store, held: &HeldLease, error: &LaneError) {
    let Ok(lease) = held.in_force() else {
        return;
    };
    let status = ChainStatus {
        last_error: Some(error.to_string()),
        ..ChainStatus::default()
    };
    // The failure may be the store's own; then this one is no news.
    let _ = store.update_chain_status(lease, &status).await;
}

async fn drive(
    store: &Store,
    held: &Arc<HeldLease>,
    settings: &LaneSettings,
    clock: &Clock,
    wake: &Wake,
) -> Result<Infallible, LaneError> {
    let known = store
        .chain(&settings.issuer, settings.registry)
        .await?
        .chain;
    let endpoint = Endpoint::join(&settings.nodes, settings.registry.chain).await?;
    let (signer, finality) = (settings.signer.clone(), settings.finality());
    let client = LaneClient::new(endpoint, signer, known.registry, finality);
    let client = client.in_its_form().await?;
    client.check_mirror().await?;
    let reader = Reader::of_lane(store, settings, clock, wake).await?;
    foreign::recognise(&reader, client.signer()).await?;
    // Whoever was storing for this chain has ended once its books are open.
    let books = Books::new(
        store.clone(),
        Arc::clone(held),
        known.target(),
        settings.clone(),
        clock.clone(),
        client.clone(),
    );
    let books = Arc::new(books);
    let reopened = store.reopened(&settings.issuer, settings.registry).await?;
    let (open, through) = books.open().await?;
    let mut formers = Formers::open(store, held, &known.target(), settings, clock, &client).await?;
    let mut lane = if formers.is_empty() {
        Lane::new(settings.policy, open, through)
    } else {
        Lane::succeeding(settings.policy, open, through)
    };
    let mut news = wake.subscribe();
    let mut under_way: FuturesUnordered<BoxFuture<'static, Result<Input, LaneError>>> =
        FuturesUnordered::new();
    let mut unprompted = tokio::time::interval(UNPROMPTED);
    loop {
        while let Some(effect) = lane.poll(clock.now_ms()) {
            under_way.push(Box::pin(Arc::clone(&books).carry_out(effect)));
        }
        formers.begin(clock.now_ms());
        books.stand(lane.standing(), formers.is_overdue());
        let poll_at = formers.poll_at().into_iter().chain([lane.poll_at()]).min();
        let due = poll_at.map_or(0, |at| at.0.saturating_sub(clock.now_ms().0));
        let due = due.max(5);
        let mut timer = pin!(sleep(Duration::from_millis(due)));
        tokio::select! {
            Some(input) = under_way.next() => lane.handle(input?, clock.now_ms()),
            ended = formers.done(clock) => {
                ended?;
                if formers.is_empty() {
                    lane.handle(Input::FormerEnded, clock.now_ms());
                }
            }
            () = heard(&mut news, &settings.issuer) => lane.handle(Input::Woken, clock.now_ms()),
            _ = unprompted.tick() => {
                lane.handle(Input::Woken, clock.now_ms());
                // What it believes settled may be gone.
                if store.reopened(&settings.issuer, settings.registry).await? != reopened {
                    return Err(LaneError::Reopened);
                }
            }
            () = &mut timer => {}
        }
    }
}
