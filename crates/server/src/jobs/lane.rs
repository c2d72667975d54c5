//! One lane at work: `core::mirror::lane` decides, the store keeps its books,
//! the chain carries it out.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy_primitives::B256;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use secrecy::{ExposeSecret, SecretString};
use symbolon_chain::{
    ChainError,
    endpoint::{Endpoint, HeadBlock},
    lane::LaneClient,
    signer::LaneSigner,
};
use symbolon_core::{
    ids::{ChainId, IssuerId},
    log::EntryNumber,
    mirror::{
        fees::{FeePolicy, Gas, Wei},
        lane::{Effect, Input, Lane, LanePolicy, Nonce, OpenTransaction, Outcome, Signed},
    },
    time::{Millis, UnixMillis},
};
use symbolon_store::{ChainStatus, Store, StoreError};
use thiserror::Error;
use tokio::{sync::broadcast, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{clock::Clock, wake::Wake};

/// After a failure, before the lane is set up anew.
const BEFORE_RESTART: Duration = Duration::from_secs(1);
/// The store is asked this often even when nobody hints at news.
const UNPROMPTED: Duration = Duration::from_secs(1);
/// What is seen of a chain is written down this often.
const BETWEEN_STATUSES: Millis = Millis(2_000);

/// Where a lane leads, and how it is driven.
#[derive(Clone, Debug)]
pub struct LaneSettings {
    /// Whose register.
    pub issuer: IssuerId,
    /// To which chain.
    pub chain: ChainId,
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
        gas_per_denial: Gas(9_000),
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
}

/// Drives one lane until shutdown. Whatever fails delays this lane alone.
pub async fn run(
    store: Store,
    settings: LaneSettings,
    clock: Clock,
    wake: Wake,
    shutdown: CancellationToken,
) {
    let LaneSettings { issuer, chain, .. } = &settings;
    loop {
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return,
            outcome = drive(&store, &settings, &clock, &wake) => outcome,
        };
        if let Err(error) = outcome {
            tracing::warn!(%issuer, %chain, %error, "lane interrupted");
            let status = ChainStatus {
                last_error: Some(error.to_string()),
                ..ChainStatus::default()
            };
            // The failure may be the store's own; then this one is no news.
            let _ = store.update_chain_status(issuer, *chain, &status).await;
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
    let registry = store
        .chain(&settings.issuer, settings.chain)
        .await?
        .chain
        .registry;
    let url = settings.rpc_url.expose_secret();
    let endpoint = Endpoint::connect(url, settings.chain).await?;
    let client = LaneClient::new(endpoint, settings.signer.clone(), registry);
    client.check_mirror().await?;
    let books = Arc::new(Books {
        store: store.clone(),
        settings: settings.clone(),
        clock: clock.clone(),
        client,
        noted_at: AtomicU64::new(0),
    });
    let (open, through) = books.open().await?;
    let mut lane = Lane::new(settings.policy, open, through);
    let mut news = wake.subscribe();
    let mut under_way: FuturesUnordered<BoxFuture<'static, Result<Input, LaneError>>> =
        FuturesUnordered::new();
    let mut unprompted = tokio::time::interval(UNPROMPTED);
    loop {
        while let Some(effect) = lane.poll(clock.now_ms()) {
            under_way.push(Box::pin(Arc::clone(&books).carry_out(effect)));
        }
        let due = lane.poll_at().0.saturating_sub(clock.now_ms().0).max(5);
        let mut timer = pin!(sleep(Duration::from_millis(due)));
        tokio::select! {
            Some(input) = under_way.next() => lane.handle(input?, clock.now_ms()),
            () = heard(&mut news, &settings.issuer) => lane.handle(Input::Woken, clock.now_ms()),
            _ = unprompted.tick() => lane.handle(Input::Woken, clock.now_ms()),
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

/// The store and the node, as one lane's effects need them.
struct Books {
    store: Store,
    settings: LaneSettings,
    clock: Clock,
    client: LaneClient,
    /// When the chain's status was last written down, in milliseconds since 1970.
    noted_at: AtomicU64,
}

impl Books {
    async fn open(&self) -> Result<(Vec<OpenTransaction>, EntryNumber), LaneError> {
        let LaneSettings { issuer, chain, .. } = &self.settings;
        let (store, signer) = (&self.store, self.client.signer());
        // What a lane before this one was storing has happened, or never will.
        let through = store.told_through(issuer, *chain).await?;
        let open = store.open_transactions(issuer, *chain, signer).await?;
        Ok((open, through))
    }

    async fn carry_out(self: Arc<Self>, effect: Effect) -> Result<Input, LaneError> {
        let LaneSettings { issuer, chain, .. } = &self.settings;
        let (store, signer) = (&self.store, self.client.signer());
        Ok(match effect {
            Effect::Pull { part, limit } => {
                let pulled = store.pull(issuer, *chain, part, limit).await?;
                Input::Pulled { part, pulled }
            }
            Effect::Discharge(discharge) => {
                store.discharge(issuer, *chain, &discharge).await?;
                Input::Discharged
            }
            Effect::Store(envelope) => {
                let bytes = self.client.sign(&envelope)?;
                let signed = Signed {
                    envelope,
                    hash: bytes.hash,
                    raw: bytes.raw,
                    stored_at: self.clock.now_ms(),
                };
                store.store_signed(issuer, *chain, signer, &signed).await?;
                Input::Stored(signed)
            }
            Effect::Broadcast {
                nonce,
                attempt,
                raw,
            } => Input::Broadcast {
                nonce,
                attempt,
                outcome: self.client.broadcast(&raw).await,
            },
            Effect::Observe(open) => self.observe(&open).await,
            Effect::Settle(ended) => {
                let now = self.clock.now();
                store.settle(issuer, *chain, signer, &ended, now).await?;
                let failed = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::Failed(_));
                if ended.iter().any(failed) {
                    self.client.check_mirror().await?;
                }
                Input::Settled(ended.into_iter().map(|(nonce, _)| nonce).collect())
            }
        })
    }

    async fn observe(&self, open: &[(Nonce, Vec<B256>)]) -> Input {
        match self.client.observe(open).await {
            Ok((observation, head)) => {
                self.note(head).await;
                Input::Observed(observation)
            }
            Err(error) => {
                let LaneSettings { issuer, chain, .. } = &self.settings;
                tracing::debug!(%issuer, %chain, %error, "chain not observed");
                Input::ObserveFailed
            }
        }
    }

    /// Writes down what was seen, for people; a failure here stops nothing.
    async fn note(&self, head: HeadBlock) {
        let now = self.clock.now_ms();
        let last = self.noted_at.load(Ordering::Relaxed);
        if now < UnixMillis(last).after(BETWEEN_STATUSES) {
            return;
        }
        self.noted_at.store(now.0, Ordering::Relaxed);
        let signer = self.client.signer();
        let balance = self.client.endpoint().balance(signer).await;
        let status = ChainStatus {
            head_block: Some(head.number),
            head_time: Some(head.at),
            finalized_block: None,
            signer: Some(signer),
            signer_balance_wei: balance.ok().map(|wei| wei.0),
            last_error: None,
            updated: Some(self.clock.now()),
        };
        let LaneSettings { issuer, chain, .. } = &self.settings;
        if let Err(error) = self
            .store
            .update_chain_status(issuer, *chain, &status)
            .await
        {
            tracing::debug!(%issuer, %chain, %error, "chain status not noted");
        }
    }
}
