//! Signers that were here before this one, and left transactions open.
//!
//! Their keys are gone; what they signed is stored. Each gets a lane of its own
//! that ends it ([`Lane::former`]), beside the lane that writes.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::Address;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use symbolon_chain::lane::LaneClient;
use symbolon_core::{
    mirror::{
        filter::MirroredRegistry,
        lane::{Effect, Input, Lane, Nonce, Outcome, Receipt},
    },
    time::UnixMillis,
};
use symbolon_store::Store;

use super::{error::LaneError, settings::LaneSettings};
use crate::{clock::Clock, jobs::lease::HeldLease};

/// The lanes of former signers that have not ended.
pub(super) struct Formers {
    lanes: BTreeMap<Address, (Lane, Arc<FormerBooks>)>,
    under_way: FuturesUnordered<BoxFuture<'static, Result<(Address, Input), LaneError>>>,
}

impl Formers {
    /// Everybody but this client's signer who has transactions open.
    pub(super) async fn open(
        store: &Store,
        held: &Arc<HeldLease>,
        target: &MirroredRegistry,
        settings: &LaneSettings,
        clock: &Clock,
        client: &LaneClient,
    ) -> Result<Self, LaneError> {
        let LaneSettings {
            issuer, registry, ..
        } = settings;
        let mut lanes = BTreeMap::new();
        for (former, nonces) in store.open_signers(issuer, *registry).await? {
            if former == client.signer() {
                continue;
            }
            tracing::info!(%issuer, %registry, %former, nonces, "ending what a former signer left open");
            let open = store.open_transactions(issuer, *registry, former).await?;
            let lane = Lane::former(settings.policy, open, clock.now_ms());
            let books = FormerBooks {
                store: store.clone(),
                held: Arc::clone(held),
                target: target.clone(),
                settings: settings.clone(),
                clock: clock.clone(),
                client: client.clone(),
                former,
            };
            lanes.insert(former, (lane, Arc::new(books)));
        }
        Ok(Self {
            lanes,
            under_way: FuturesUnordered::new(),
        })
    }

    /// Whether all have ended.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Whether any keeps its successor waiting for long.
    pub(super) fn is_overdue(&self) -> bool {
        self.lanes.values().any(|(lane, _)| lane.is_overdue())
    }

    /// When [`Self::begin`] may have something to do.
    pub(super) fn poll_at(&self) -> Option<UnixMillis> {
        self.lanes.values().map(|(lane, _)| lane.poll_at()).min()
    }

    /// Begins whatever is to be done now.
    pub(super) fn begin(&mut self, now: UnixMillis) {
        for (former, (lane, books)) in &mut self.lanes {
            while let Some(effect) = lane.poll(now) {
                let (former, books) = (*former, Arc::clone(books));
                self.under_way.push(Box::pin(async move {
                    Ok((former, books.carry_out(effect).await?))
                }));
            }
        }
    }

    /// Waits until something of it is done; for ever where nothing is.
    pub(super) async fn done(&mut self, clock: &Clock) -> Result<(), LaneError> {
        let Some(done) = self.under_way.next().await else {
            return std::future::pending().await;
        };
        let (former, input) = done?;
        if let Some((lane, _)) = self.lanes.get_mut(&former) {
            lane.handle(input, clock.now_ms());
            if lane.slots().next().is_none() {
                self.lanes.remove(&former);
            }
        }
        Ok(())
    }
}

/// The store and the node, as a lane without a key needs them.
struct FormerBooks {
    store: Store,
    held: Arc<HeldLease>,
    target: MirroredRegistry,
    settings: LaneSettings,
    clock: Clock,
    /// Its signer is the successor.
    client: LaneClient,
    former: Address,
}

impl FormerBooks {
    async fn carry_out(self: Arc<Self>, effect: Effect) -> Result<Input, LaneError> {
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        let (store, former, now) = (&self.store, self.former, self.clock.now());
        let lease = self.held.in_force()?;
        Ok(match effect {
            Effect::Broadcast {
                nonce,
                attempt,
                raw,
                ..
            } => Input::Broadcast {
                nonce,
                attempt,
                outcome: self.client.broadcast(&raw).await,
            },
            Effect::Observe(open) => match self.client.observe_former(former, &open).await {
                Ok(observation) => Input::Observed(observation),
                Err(error) => {
                    tracing::debug!(%issuer, %registry, %former, %error, "chain not observed");
                    Input::ObserveFailed
                }
            },
            Effect::Inspect { nonce, wallets } => {
                let inspection = self.client.inspect(&wallets).await;
                if let Err(error) = &inspection {
                    tracing::warn!(%issuer, %registry, %former, nonce = nonce.0, %error, "nobody can say what became of a transaction");
                }
                Input::Inspected(nonce, inspection.ok())
            }
            Effect::Settle(mut ended) => {
                for (_, outcome) in &mut ended {
                    if let Outcome::Mined(receipt) = outcome {
                        self.read_again(receipt).await?;
                    }
                }
                self.suspect(&ended).await?;
                store
                    .settle(lease, &self.target, former, &ended, now)
                    .await?;
                Input::Settled(ended.into_iter().map(|(nonce, _)| nonce).collect())
            }
            Effect::TellAgain(nonces) => {
                store
                    .tell_again(lease, &self.target, former, &nonces, now)
                    .await?;
                Input::ToldAgain
            }
            Effect::Pull { .. }
            | Effect::Discharge(_)
            | Effect::Estimate { .. }
            | Effect::Quarantine { .. }
            | Effect::Store(_) => {
                return Err(LaneError::Keyless(former));
            }
        })
    }

    /// What lands late is laid over what its successor has written, and may leave
    /// another word than the register's: these wallets are compared.
    async fn suspect(&self, ended: &[(Nonce, Outcome)]) -> Result<(), LaneError> {
        let mined = ended.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Mined(receipt) => Some(&receipt.records),
            _ => None,
        });
        let wallets: Vec<_> = mined.flatten().map(|(wallet, _)| *wallet).collect();
        let mut transaction = self.store.begin(&self.settings.issuer).await?;
        transaction.suspect(self.target.id, &wallets).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The successor may have written to the same wallets in the same block,
    /// before or after: what the newest block left there that counts is what
    /// counts. A newer one may still be undone.
    async fn read_again(&self, receipt: &mut Receipt) -> Result<(), LaneError> {
        let wallets: Vec<_> = receipt.records.iter().map(|(wallet, _)| *wallet).collect();
        receipt.records = self.client.inspect(&wallets).await?.records;
        Ok(())
    }
}
