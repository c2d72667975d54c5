//! What others write to a registry, taken into the register.
//!
//! A token that recovers an investor's tokens registers the new wallet and
//! removes the lost one by itself, provisionally. The register takes that in:
//! it binds the new wallet to the investor, bars the lost one everywhere, and
//! so confirms the recovery on this chain and follows it on the others. What
//! bars the investor bars the new wallet too: a recovery launders nobody.
//!
//! Only confirmed blocks are read, each once; what follows from a block is
//! stored together with the note that it was read.

use std::time::Duration;

use secrecy::ExposeSecret;
use symbolon_chain::{
    agents::{Recovery, recoveries},
    endpoint::Endpoint,
};
use symbolon_core::{actor::Actor, command::Command};
use symbolon_store::{Request, Store, Subject};
use tokio_util::sync::CancellationToken;

use super::lane::{LaneError, LaneSettings};
use crate::{clock::Clock, wake::Wake};

/// Blocks read in one go, so that a long history is read in steps.
const STEP: u64 = 50_000;

/// Follows one chain until shutdown. Whatever fails delays this chain alone.
pub(super) async fn run(
    store: Store,
    settings: LaneSettings,
    clock: Clock,
    wake: Wake,
    shutdown: CancellationToken,
) {
    let interval = Duration::from_millis(settings.policy.idle_interval.0);
    let LaneSettings {
        issuer, registry, ..
    } = &settings;
    loop {
        match look(&store, &settings, &clock, &wake).await {
            Ok(true) => continue,
            Ok(false) => {}
            // The lane meets the same failure, and tells people of it.
            Err(error) => tracing::debug!(%issuer, %registry, %error, "chain not followed"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// Reads the confirmed blocks that are yet to be read; says whether there may
/// be more.
async fn look(
    store: &Store,
    settings: &LaneSettings,
    clock: &Clock,
    wake: &Wake,
) -> Result<bool, LaneError> {
    let (issuer, id) = (&settings.issuer, settings.registry);
    let endpoint = Endpoint::connect(settings.rpc_url.expose_secret(), id.chain).await?;
    let head = endpoint.head().await?.number;
    let confirmed = (head + 1).saturating_sub(settings.policy.confirmations.max(1));
    let from = store.next_block_to_follow(issuer, id).await?;
    if confirmed < from {
        return Ok(false);
    }
    let to = confirmed.min(from + STEP - 1);
    let registry = store.chain(issuer, id).await?.chain.registry;
    let recoveries = recoveries(&endpoint, registry, from, to).await?;

    let mut transaction = store.begin(issuer).await?;
    // Another server may have taken these blocks in, and people decided since.
    if store.next_block_to_follow(issuer, id).await? != from {
        return Ok(true);
    }
    for recovery in &recoveries {
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
        let actor = Actor::system("recovery");
        let answers = transaction
            .decide(vec![request], &actor, clock.now())
            .await?;
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
    }
    transaction.followed(id, to).await?;
    transaction.commit().await?;
    if !recoveries.is_empty() {
        wake.wake(issuer);
    }
    Ok(to < confirmed)
}
