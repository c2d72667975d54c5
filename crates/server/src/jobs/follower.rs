//! What others write to a registry, taken into the register.
//!
//! A token that recovers an investor's tokens registers the new wallet and
//! removes the lost one by itself, provisionally. The register takes that in:
//! it binds the new wallet to the investor, bars the lost one everywhere, and
//! so confirms the recovery on this chain and follows it on the others. What
//! bars the investor bars the new wallet too: a recovery launders nobody.
//!
//! What anybody else wrote ([`foreign`]) is compared with the register at once.
//!
//! Blocks that were read and are gone are noticed ([`reorganisation`]).
//!
//! Only final blocks are read, each once and a span of them at a time; what
//! follows from a span is stored together with the note that it was read. So a
//! failure costs no more than the span at hand, and people see it beside what
//! goes wrong with the chain's lane, until a look succeeds. Between two looks the
//! registry is held against the register ([`super::reconciliation`]).

pub(crate) mod foreign;
mod reader;
mod reorganisation;

use std::time::Duration;

use symbolon_chain::{
    agents::{Recoveries, Recovery, recoveries},
    spans::Span,
};
use symbolon_core::{actor::Actor, command::Command};
use symbolon_store::{IssuerTransaction, Request, Store, Subject};
use tokio_util::sync::CancellationToken;

use super::lane::{error::LaneError, settings::LaneSettings};
use crate::{clock::Clock, wake::Wake};

use foreign::Foreign;
pub use reader::Reader;

/// Follows one chain until shutdown. Whatever fails delays this chain alone.
pub async fn run(
    store: Store,
    settings: LaneSettings,
    clock: Clock,
    wake: Wake,
    shutdown: CancellationToken,
) {
    let interval = Duration::from_millis(settings.policy.idle_interval.0);
    let mut follower = Follower {
        store,
        settings,
        clock,
        wake,
        spans: Spans::default(),
    };
    loop {
        let more = tokio::select! {
            () = shutdown.cancelled() => return,
            more = follower.look() => more,
        };
        if more {
            continue;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
    }
}

struct Follower {
    store: Store,
    settings: LaneSettings,
    clock: Clock,
    wake: Wake,
    spans: Spans,
}

/// How many blocks the node is asked for at a time, for each kind of log.
#[derive(Debug, Default)]
pub struct Spans {
    removals: Span,
    pub(super) writes: Span,
}

impl Follower {
    /// Takes in all that is yet to be read, holds a part of the registry against
    /// the register, and tells people if it could not. Whether there is more to do.
    async fn look(&mut self) -> bool {
        let outcome = self.read().await;
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        let error = outcome.as_ref().err().map(ToString::to_string);
        if let Some(error) = &error {
            tracing::warn!(%issuer, %registry, %error, "the chain is not followed");
        }
        let noted = self
            .store
            .note_following(issuer, *registry, error.as_deref());
        if let Err(error) = noted.await {
            tracing::warn!(%issuer, %registry, %error, "not noted whether the chain is followed");
        }
        outcome.unwrap_or(false)
    }

    async fn read(&mut self) -> Result<bool, LaneError> {
        let (store, clock, wake) = (&self.store, &self.clock, &self.wake);
        let reader = Reader::of_lane(store, &self.settings, clock, wake).await?;
        reader.catch_up(&mut self.spans).await?;
        reader.begin_scan_if_due().await?;
        let turn = reader.reconcile(&mut self.spans).await?;
        Ok(turn.under_way && !turn.idle)
    }
}

impl Reader {
    /// Takes in what confirmed blocks show that were not read yet.
    pub async fn catch_up(&self, spans: &mut Spans) -> Result<(), LaneError> {
        self.notice_reorganisation().await?;
        let confirmed = self.final_block().await?;
        loop {
            let (issuer, id) = (&self.issuer, self.id());
            let from = self.store.next_block_to_follow(issuer, id).await?;
            if confirmed < from {
                return Ok(());
            }
            let span = &mut spans.removals;
            let read = recoveries(&self.endpoint, self.registry, from, confirmed, span).await?;
            let foreign = foreign::read(self, from, read.through, &mut spans.writes).await?;
            self.take_in(from, read, foreign).await?;
        }
    }

    /// What a span shows and that it was read, both or neither.
    async fn take_in(
        &self,
        from: u64,
        read: Recoveries,
        foreign: Foreign,
    ) -> Result<(), LaneError> {
        let (issuer, id) = (&self.issuer, self.id());
        let hash = self.endpoint.block_hash(read.through).await?;
        let authorities = match foreign.by_mirror {
            true => Some(self.restrictions(read.through).await?),
            false => None,
        };
        let mut transaction = self.store.begin(issuer).await?;
        // Another server may have taken these blocks in, and people decided since.
        if transaction.next_block_to_follow(id).await? != from {
            return Ok(());
        }
        for recovery in &read.found {
            self.recover(&mut transaction, recovery).await?;
        }
        if let Some(found) = &authorities {
            self.compare_authorities(&mut transaction, read.through, found)
                .await?;
        }
        if let Some(lost) = foreign.lost {
            foreign::raise(self, &mut transaction, lost).await?;
        }
        let suspects = Vec::from_iter(foreign.wallets);
        transaction.suspect(id, &suspects).await?;
        transaction.followed(id, read.through, hash).await?;
        transaction.commit().await?;
        if !read.found.is_empty() || foreign.by_mirror {
            self.wake.wake(issuer);
        }
        Ok(())
    }

    async fn recover(
        &self,
        transaction: &mut IssuerTransaction,
        recovery: &Recovery,
    ) -> Result<(), LaneError> {
        let (issuer, id) = (&self.issuer, self.id());
        let Recovery { lost, new, .. } = *recovery;
        // Before what follows is planned upon it.
        transaction
            .sight(id, recovery.block, &recovery.records)
            .await?;
        let request = Request {
            subject: Subject::Wallet(lost),
            command: Command::RecoverWallet {
                lost,
                new,
                chain: id.chain,
            },
        };
        let (actor, now) = (Actor::system("recovery"), self.clock.now());
        let answers = transaction.decide(vec![request], &actor, now).await?;
        let (transaction, token) = (recovery.transaction, recovery.token);
        match answers.into_iter().next() {
            Some(Ok(_)) => {
                tracing::info!(%issuer, registry = %id, %token, %transaction, "recovery taken in");
            }
            // Nobody's wallet, or somebody else's: what the agent wrote lapses
            // with its term, and a person must look.
            Some(Err(refusal)) => {
                tracing::error!(%issuer, registry = %id, %token, %transaction, %refusal, "recovery not taken in");
            }
            None => {}
        }
        Ok(())
    }
}
