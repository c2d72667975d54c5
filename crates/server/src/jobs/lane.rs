//! One lane at work: `core::mirror::lane` decides, the store keeps its books,
//! the chain carries it out. [`books`] is where the two meet; [`former`] ends
//! what signers before this one left open.

mod books;
mod former;

use std::{pin::pin, sync::Arc, time::Duration};

use alloy_primitives::Address;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use secrecy::{ExposeSecret, SecretString};
use symbolon_chain::{ChainError, endpoint::Endpoint, lane::LaneClient, signer::LaneSigner};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::{
        fees::{FeePolicy, Gas, Wei},
        lane::{Input, Lane, LanePolicy},
    },
    time::Millis,
};
use symbolon_store::{ChainStatus, Store, StoreError};
use thiserror::Error;
use tokio::{sync::broadcast, time::sleep};
use tokio_util::sync::CancellationToken;

use books::Books;
use former::Formers;

use super::follower::{Reader, foreign};
use crate::{clock::Clock, wake::Wake};

/// After a failure, before the lane is set up anew.
const BEFORE_RESTART: Duration = Duration::from_secs(1);
/// The store is asked this often even when nobody hints at news.
const UNPROMPTED: Duration = Duration::from_secs(1);

/// Where a lane leads, and how it is driven.
#[derive(Clone, Debug)]
pub struct LaneSettings {
    /// Whose register.
    pub issuer: IssuerId,
    /// To which registry.
    pub registry: RegistryId,
    /// Through which node; a secret, since URLs carry keys.
    pub rpc_url: SecretString,
    /// Signed by whom.
    pub signer: LaneSigner,
    /// How.
    pub policy: LanePolicy,
}

/// A policy for chains that nobody has tuned: a transaction of 350 wallets
/// stays well under the 16,777,216 gas that EIP-7825 allows.
pub fn default_policy(confirmations: u64, fee_cap: Wei) -> LanePolicy {
    LanePolicy {
        confirmations,
        max_upserts: 350,
        max_denials: 500,
        max_in_flight: 12,
        denial_reserve: 52,
        base_gas: Gas(80_000),
        gas_per_upsert: Gas(29_000),
        // One of a wallet that the chain never held fills an empty slot.
        gas_per_denial: Gas(29_000),
        fees: FeePolicy {
            cap: fee_cap,
            bump_percent: 13,
        },
        eager_interval: Millis(25),
        busy_interval: Millis(250),
        idle_interval: Millis(2_000),
        rebroadcast_after: Millis(15_000),
        replace_after: Millis(45_000),
    }
}

/// Why a lane had to be set up anew. What it had begun is in the store.
#[derive(Debug, Error)]
pub enum LaneError {
    /// The store did not answer, or may or may not have stored something.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node is down or of another chain, or the registry takes no writes
    /// from the signer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A lane without a key wants to write: a fault of ours, and nothing is sent.
    #[error("the lane of the former signer {0} wants to write: report it")]
    Keyless(Address),
}

/// Drives one lane until shutdown. Whatever fails delays this lane alone.
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
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return,
            outcome = drive(&store, &settings, &clock, &wake) => outcome,
        };
        if let Err(error) = outcome {
            tracing::warn!(%issuer, %registry, %error, "lane interrupted");
            let status = ChainStatus {
                last_error: Some(error.to_string()),
                ..ChainStatus::default()
            };
            // The failure may be the store's own; then this one is no news.
            let _ = store.update_chain_status(issuer, *registry, &status).await;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(BEFORE_RESTART) => {}
        }
    }
}

async fn drive(
    store: &Store,
    settings: &LaneSettings,
    clock: &Clock,
    wake: &Wake,
) -> Result<(), LaneError> {
    let known = store
        .chain(&settings.issuer, settings.registry)
        .await?
        .chain;
    let url = settings.rpc_url.expose_secret();
    let endpoint = Endpoint::connect(url, settings.registry.chain).await?;
    let client = LaneClient::new(endpoint, settings.signer.clone(), known.registry);
    let client = client.in_its_form().await?;
    client.check_mirror().await?;
    let reader = Reader::of_lane(store, settings, clock, wake).await?;
    foreign::recognise(&reader, client.signer()).await?;
    // Whoever was storing for this chain has ended once its books are open.
    let books = Books::new(
        store.clone(),
        known.target(),
        settings.clone(),
        clock.clone(),
        client.clone(),
    );
    let books = Arc::new(books);
    let reopened = store.reopened(&settings.issuer, settings.registry).await?;
    let (open, through) = books.open().await?;
    let mut formers = Formers::open(store, &known.target(), settings, clock, &client).await?;
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
        books.hold_up(formers.is_overdue());
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
                // A server that still had another key stored one more.
                if formers.is_empty() && former::any(store, settings).await? {
                    return Ok(());
                }
                // What it believes settled may be gone.
                if store.reopened(&settings.issuer, settings.registry).await? != reopened {
                    return Ok(());
                }
            }
            () = &mut timer => {}
        }
    }
}

/// Returns when this issuer's chains may be owed something new.
async fn heard(news: &mut broadcast::Receiver<IssuerId>, issuer: &IssuerId) {
    loop {
        match news.recv().await {
            Ok(changed) if changed == *issuer => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // Nobody is left to ring: the timer goes on.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
