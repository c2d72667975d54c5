//! What others write to a registry, taken into the register.
//!
//! A token that recovers an investor's tokens registers the new wallet and
//! removes the lost one by itself, provisionally. The register takes that in:
//! it binds the new wallet to the investor, bars the lost one everywhere, and
//! so confirms the recovery on this chain and follows it on the others. What
//! bars the investor bars the new wallet too: a recovery launders nobody.
//!
//! Only confirmed blocks are read, each once and a span of them at a time; what
//! follows from a span is stored together with the note that it was read. So a
//! failure costs no more than the span at hand, and people see it beside what
//! goes wrong with the chain's lane, until a look succeeds.

use std::time::Duration;

use secrecy::ExposeSecret;
use symbolon_chain::{
    agents::{Recoveries, Recovery, Span, recoveries},
    endpoint::Endpoint,
};
use symbolon_core::{actor::Actor, command::Command};
use symbolon_store::{IssuerTransaction, Request, Store, Subject};
use tokio_util::sync::CancellationToken;

use super::lane::{LaneError, LaneSettings};
use crate::{clock::Clock, wake::Wake};

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
        span: Span::default(),
    };
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = follower.look() => {}
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
    span: Span,
}

impl Follower {
    /// Takes in all that is yet to be read, and tells people if it could not.
    async fn look(&mut self) {
        let outcome = self.read().await;
        let LaneSettings {
            issuer, registry, ..
        } = &self.settings;
        let error = outcome.err().map(|error| error.to_string());
        if let Some(error) = &error {
            tracing::warn!(%issuer, %registry, %error, "recoveries are not taken in");
        }
        let noted = self
            .store
            .note_following(issuer, *registry, error.as_deref());
        if let Err(error) = noted.await {
            tracing::warn!(%issuer, %registry, %error, "not noted whether the chain is followed");
        }
    }

    async fn read(&mut self) -> Result<(), LaneError> {
        let (issuer, id) = (self.settings.issuer.clone(), self.settings.registry);
        let endpoint = Endpoint::connect(self.settings.rpc_url.expose_secret(), id.chain).await?;
        let head = endpoint.head().await?.number;
        let confirmed = (head + 1).saturating_sub(self.settings.policy.confirmations.max(1));
        let registry = self.store.chain(&issuer, id).await?.chain.registry;
        loop {
            let from = self.store.next_block_to_follow(&issuer, id).await?;
            if confirmed < from {
                return Ok(());
            }
            let span = &mut self.span;
            let read = recoveries(&endpoint, registry, from, confirmed, span).await?;
            self.take_in(from, read).await?;
        }
    }

    /// What a span shows and that it was read, both or neither.
    async fn take_in(&self, from: u64, read: Recoveries) -> Result<(), LaneError> {
        let (issuer, id) = (&self.settings.issuer, self.settings.registry);
        let mut transaction = self.store.begin(issuer).await?;
        // Another server may have taken these blocks in, and people decided since.
        if transaction.next_block_to_follow(id).await? != from {
            return Ok(());
        }
        for recovery in &read.found {
            self.recover(&mut transaction, recovery).await?;
        }
        transaction.followed(id, read.through).await?;
        transaction.commit().await?;
        if !read.found.is_empty() {
            self.wake.wake(issuer);
        }
        Ok(())
    }

    async fn recover(
        &self,
        transaction: &mut IssuerTransaction,
        recovery: &Recovery,
    ) -> Result<(), LaneError> {
        let (issuer, id) = (&self.settings.issuer, self.settings.registry);
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
