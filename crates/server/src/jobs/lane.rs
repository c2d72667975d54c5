//! One lane at work: `core::mirror::lane` decides, the store keeps its books,
//! the chain carries it out. [`books`] is where the two meet; [`former`] ends
//! what signers before this one left open.

mod books;
mod former;
mod milestones;

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use alloy_primitives::Address;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use symbolon_chain::{
    ChainError, endpoint::Endpoint, finality::Finality, lane::LaneClient, preset::FinalityTag,
    quorum::Nodes, signer::LaneSigner,
};
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
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use books::Books;
use former::Formers;

use super::{
    follower::{Reader, foreign},
    lease::{HeldLease, LeaseTerms},
};
use crate::{
    clock::Clock,
    wake::{Wake, heard},
};

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
    /// Through which nodes, of which enough must agree.
    pub nodes: Nodes,
    /// How they tell what is final; where not, the policy's confirmations do.
    pub finality: FinalityTag,
    /// Signed by whom.
    pub signer: LaneSigner,
    /// Whose key claims are signed with; without one, claims wait.
    pub claim_signer: Option<LaneSigner>,
    /// How.
    pub policy: LanePolicy,
    /// How this server takes the lane: one server at a time drives it.
    pub lease: LeaseTerms,
}

impl LaneSettings {
    /// When a block of the lane's chain counts for good.
    pub fn finality(&self) -> Finality {
        Finality {
            tag: self.finality,
            confirmations: self.policy.confirmations,
        }
    }
}

/// A policy for chains that nobody has tuned: a transaction of 350 wallets
/// stays well under the 16,777,216 gas that EIP-7825 allows.
pub fn default_policy(confirmations: u64, fee_cap: Wei) -> LanePolicy {
    LanePolicy {
        confirmations,
        max_upserts: 350,
        max_denials: 500,
        max_errands: 200,
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
    /// This server's time is over: another one may drive the lane by now.
    #[error("the lane's lease was not renewed in time")]
    LeaseLost,
    /// A reorganisation has undone what counted as final: the lane begins anew
    /// with what is open again.
    #[error("a reorganisation has undone blocks that counted as final")]
    Reopened,
    /// Nobody can tell yet whether a node lags behind or blocks are gone.
    #[error(
        "blocks count up to {confirmed}, and up to {known} they did before: nodes lag behind, or the chain was reorganised and is not as long again; it is read once it is"
    )]
    Shorter {
        /// The last block that counts now.
        confirmed: u64,
        /// The last one that was read or settled.
        known: u64,
    },
    /// The node is down or of another chain, or the registry takes no writes
    /// from the signer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A lane without a key wants to write: a fault of ours, and nothing is sent.
    #[error("the lane of the former signer {0} wants to write: report it")]
    Keyless(Address),
}

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
