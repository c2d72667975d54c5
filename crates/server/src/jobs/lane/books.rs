//! The store and the node, as one lane's effects need them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use alloy_primitives::B256;
use symbolon_chain::{ChainError, endpoint::HeadBlock, lane::LaneClient};
use symbolon_core::{
    log::EntryNumber,
    mirror::{
        filter::MirroredRegistry,
        lane::{Broadcast, Effect, Input, Nonce, OpenTransaction, Outcome, Signed},
    },
    time::{Millis, UnixMillis},
};
use symbolon_store::{ChainStatus, Store};

use super::{LaneError, LaneSettings};
use crate::clock::Clock;

/// What is seen of a chain is written down this often.
const BETWEEN_STATUSES: Millis = Millis(2_000);
/// What people are told while approvals wait for long.
const HELD_UP: &str = "approvals wait for transactions that a former signer left open: `symbolon chain rotate-signer` tells which";

/// What people are told while the signer has too little of the chain's coin.
const UNFUNDED: &str =
    "cannot pay for what it is to send, revocations among it: send it some of the chain's coin";

/// One lane's books.
pub(super) struct Books {
    store: Store,
    target: MirroredRegistry,
    settings: LaneSettings,
    clock: Clock,
    client: LaneClient,
    /// When the chain's status was last written down, in milliseconds since 1970.
    noted_at: AtomicU64,
    /// Whether a former signer's transactions keep approvals waiting.
    held_up: AtomicBool,
    /// Whether the node last refused a transaction that the signer cannot pay for.
    unfunded: AtomicBool,
}

impl Books {
    pub(super) fn new(
        store: Store,
        target: MirroredRegistry,
        settings: LaneSettings,
        clock: Clock,
        client: LaneClient,
    ) -> Self {
        Self {
            store,
            target,
            settings,
            clock,
            client,
            noted_at: AtomicU64::new(0),
            held_up: AtomicBool::new(false),
            unfunded: AtomicBool::new(false),
        }
    }

    /// Notes whether a former signer's transactions keep approvals waiting.
    pub(super) fn hold_up(&self, held_up: bool) {
        self.held_up.store(held_up, Ordering::Relaxed);
    }

    /// What the lane begins with.
    pub(super) async fn open(&self) -> Result<(Vec<OpenTransaction>, EntryNumber), LaneError> {
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        let (store, signer) = (&self.store, self.client.signer());
        // What a lane before this one was storing has happened, or never will.
        let through = store.told_through(issuer, *registry).await?;
        let open = store.open_transactions(issuer, *registry, signer).await?;
        Ok((open, through))
    }

    pub(super) async fn carry_out(self: Arc<Self>, effect: Effect) -> Result<Input, LaneError> {
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        let (store, signer) = (&self.store, self.client.signer());
        Ok(match effect {
            Effect::Pull { part, limit } => {
                let pulled = store.pull(issuer, &self.target, part, limit).await?;
                Input::Pulled { part, pulled }
            }
            Effect::Discharge(discharge) => {
                store.discharge(issuer, *registry, &discharge).await?;
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
                store
                    .store_signed(issuer, *registry, signer, &signed)
                    .await?;
                Input::Stored(signed)
            }
            Effect::Broadcast {
                nonce,
                attempt,
                raw,
            } => {
                let outcome = self.client.broadcast(&raw).await;
                self.noted_funds(outcome);
                Input::Broadcast {
                    nonce,
                    attempt,
                    outcome,
                }
            }
            Effect::Observe(open) => self.observe(&open).await,
            Effect::Settle(ended) => {
                let now = self.clock.now();
                store
                    .settle(issuer, &self.target, signer, &ended, now)
                    .await?;
                let failed = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::Failed(_));
                if ended.iter().any(failed) {
                    self.client.check_mirror().await?;
                }
                Input::Settled(ended.into_iter().map(|(nonce, _)| nonce).collect())
            }
            Effect::TellAgain(nonces) => {
                let now = self.clock.now();
                store
                    .tell_again(issuer, &self.target, signer, &nonces, now)
                    .await?;
                Input::ToldAgain
            }
        })
    }

    /// Tells people at once when the signer cannot pay any more.
    fn noted_funds(&self, outcome: Broadcast) {
        let unfunded = match outcome {
            Broadcast::Unfunded => true,
            Broadcast::Accepted | Broadcast::Known => false,
            _ => return,
        };
        if self.unfunded.swap(unfunded, Ordering::Relaxed) == unfunded {
            return;
        }
        self.noted_at.store(0, Ordering::Relaxed);
        if unfunded {
            let LaneSettings {
                issuer, registry, ..
            } = &self.settings;
            let signer = self.client.signer();
            tracing::error!(%issuer, %registry, %signer, "the signer {UNFUNDED}");
        }
    }

    /// What people must mend, if anything.
    fn trouble(&self) -> Option<String> {
        if self.unfunded.load(Ordering::Relaxed) {
            return Some(format!("the signer {} {UNFUNDED}", self.client.signer()));
        }
        let held_up = self.held_up.load(Ordering::Relaxed);
        held_up.then(|| HELD_UP.to_owned())
    }

    async fn observe(&self, open: &[(Nonce, Vec<B256>)]) -> Input {
        match self.client.observe(open).await {
            Ok((observation, head)) => {
                self.note(head, observation.final_block).await;
                Input::Observed(observation)
            }
            Err(error) => {
                let LaneSettings {
                    issuer, registry, ..
                } = &self.settings;
                if error.is_alarm() {
                    tracing::warn!(%issuer, %registry, %error, "chain not observed");
                    self.alarm(&error).await;
                } else {
                    tracing::debug!(%issuer, %registry, %error, "chain not observed");
                }
                Input::ObserveFailed
            }
        }
    }

    /// Tells people why nothing is settled. The lane goes on with what needs no
    /// look at the chain: denials are sent meanwhile.
    async fn alarm(&self, error: &ChainError) {
        let status = ChainStatus {
            last_error: Some(error.to_string()),
            ..ChainStatus::default()
        };
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        let noted = self.store.update_chain_status(issuer, *registry, &status);
        if let Err(error) = noted.await {
            tracing::debug!(%issuer, %registry, %error, "chain status not noted");
        }
        // Its end is news as well.
        self.noted_at.store(0, Ordering::Relaxed);
    }

    /// Writes down what was seen, for people; a failure here stops nothing.
    async fn note(&self, head: HeadBlock, final_block: u64) {
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
            finalized_block: Some(final_block),
            signer: Some(signer),
            signer_balance_wei: balance.ok().map(|wei| wei.0),
            last_error: self.trouble(),
            updated: Some(self.clock.now()),
        };
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        if let Err(error) = self
            .store
            .update_chain_status(issuer, *registry, &status)
            .await
        {
            tracing::debug!(%issuer, %registry, %error, "chain status not noted");
        }
    }
}
