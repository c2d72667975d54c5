//! An issuer whose investors a `KYCRegistrar` keeps on some chain: what happens
//! there is taken into the register, and so mirrored to the issuer's other
//! chains. The register itself writes nothing there.
//!
//! 1. [`registrar::events`] reads the final blocks that are yet to be read.
//! 2. [`reading`] makes of each event what the register is to take in.
//! 3. All that follows is stored in one transaction, together with the note
//!    how far the chain was read. So the other chains never learn of an
//!    approval that a later block had taken back by then, and a crash makes
//!    nothing read twice.
//!
//! What the register has no room for (a country without an ISO code) leaves
//! that investor or address unverified, is logged by its name, and keeps nobody
//! else waiting (I12). What the node cannot tell is asked again.

mod reading;

use std::time::Duration;

use alloy_primitives::B256;
use symbolon_chain::{
    ChainError,
    endpoint::Endpoint,
    finality::Finality,
    quorum::Nodes,
    registrar::{self, RegistrarEvent, Reported, owner_id},
};
use symbolon_core::ids::{ChainId, IssuerId};
use symbolon_store::{IssuerTransaction, Store, StoreError, Witnessed, Writer};
use thiserror::Error;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use reading::{Reading, Step};

use crate::{clock::Clock, wake::Wake};

/// Deeds that are decided at a time.
const BATCH: usize = 500;

/// Whose registrar is followed, and by which node.
#[derive(Clone, Debug)]
pub struct RegistrarSettings {
    /// Whose register.
    pub issuer: IssuerId,
    /// The chain of the issuer's writer.
    pub chain: ChainId,
    /// Through which nodes, of which enough must agree.
    pub nodes: Nodes,
    /// When a block counts.
    pub finality: Finality,
    /// How often to look.
    pub interval: Duration,
}

/// Why a registrar could not be followed for now. Nothing was taken in by halves.
#[derive(Debug, Error)]
pub enum RegistrarError {
    /// The store did not answer, or may or may not have stored something.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node is down, of another chain, or makes no sense.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Somebody else decides about this issuer's investors.
    #[error(
        "the issuer's writer is not on this chain: look at `symbolon issuer list` and the [[registrar]] of the configuration"
    )]
    NotWriter,
    /// What came before is missing: nothing is believed that came after (I12).
    #[error(
        "the node does not show the registrar's first event: use a node that keeps all logs, and check the block that `symbolon issuer writer` was given"
    )]
    NoBeginning,
}

/// Starts a follower for each registrar; they end when the shutdown token is
/// cancelled.
pub fn spawn(
    jobs: &mut JoinSet<()>,
    store: &Store,
    registrars: Vec<RegistrarSettings>,
    clock: &Clock,
    wake: &Wake,
    shutdown: &CancellationToken,
) {
    for settings in registrars {
        let (store, clock) = (store.clone(), clock.clone());
        jobs.spawn(run(store, settings, clock, wake.clone(), shutdown.clone()));
    }
}

/// Follows one registrar until shutdown. Whatever fails delays this issuer alone.
pub async fn run(
    store: Store,
    settings: RegistrarSettings,
    clock: Clock,
    wake: Wake,
    shutdown: CancellationToken,
) {
    let RegistrarSettings { issuer, chain, .. } = &settings;
    loop {
        let mut error = None;
        match look(&store, &settings, &clock).await {
            Ok(0) => {}
            Ok(_) => wake.wake(issuer),
            Err(failure) => {
                tracing::warn!(%issuer, %chain, error = %failure, "registrar not followed");
                error = Some(failure.to_string());
            }
        }
        let noted = store.note_witnessing(issuer, error.as_deref()).await;
        if let Err(error) = noted {
            tracing::warn!(%issuer, %chain, %error, "not noted whether the registrar is followed");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(settings.interval) => {}
        }
    }
}

/// Takes in what the final blocks show that are yet to be read; says how
/// many events there were.
pub async fn look(
    store: &Store,
    settings: &RegistrarSettings,
    clock: &Clock,
) -> Result<usize, RegistrarError> {
    let (issuer, chain) = (&settings.issuer, settings.chain);
    let (address, deployed_block) = match store.writer(issuer).await? {
        Writer::Registrar {
            chain: writer,
            address,
            deployed_block,
        } if writer == chain => (address, deployed_block),
        _ => return Err(RegistrarError::NotWriter),
    };
    let endpoint = Endpoint::join(&settings.nodes, chain).await?;
    let head = endpoint.head().await?.number;
    let confirmed = settings.finality.block(&endpoint, head).await?;
    let from = store.next_block_to_witness(issuer).await?;
    if confirmed < from {
        return Ok(0);
    }
    let reported = registrar::events(&endpoint, address, from, confirmed).await?;
    // Block 0 has no logs: reading begins with 1.
    if from <= deployed_block.max(1) && !begins(&reported, owner_id(address)) {
        return Err(RegistrarError::NoBeginning);
    }
    let mut reading = Reading::new(address, &store.federation(issuer).await?);

    let mut transaction = store.begin(issuer).await?;
    if transaction.next_block_to_witness().await? != from {
        // Another server was first.
        return Ok(0);
    }
    let events = reported.len();
    let mut intake = Intake {
        settings,
        clock,
        transaction,
        waiting: Vec::new(),
    };
    for reported in reported {
        let transaction = reported.transaction;
        for step in reading.steps(reported) {
            intake.take(step, transaction).await?;
        }
    }
    intake.flush().await?;
    let mut transaction = intake.transaction;
    transaction.witnessed_through(confirmed).await?;
    transaction.commit().await?;
    Ok(events)
}

/// A registrar's first event appoints its owner: whoever sees another one first
/// has missed something.
fn begins(reported: &[Reported], owner: B256) -> bool {
    reported.first().is_some_and(|first| {
        first.event
            == RegistrarEvent::AuthorityIndexed {
                id: owner,
                index: 0,
            }
    })
}

/// One transaction, and the deeds that wait to be decided in it together.
struct Intake<'a> {
    settings: &'a RegistrarSettings,
    clock: &'a Clock,
    transaction: IssuerTransaction,
    waiting: Vec<(B256, Witnessed)>,
}

impl Intake<'_> {
    async fn take(&mut self, step: Step, mined: B256) -> Result<(), RegistrarError> {
        let RegistrarSettings { issuer, chain, .. } = self.settings;
        match step {
            Step::Investor(witnessed) => {
                self.waiting.push((mined, witnessed));
                if self.waiting.len() >= BATCH {
                    self.flush().await?;
                }
            }
            // Whatever came before it stands before it in the log.
            Step::Authority {
                authority,
                deed,
                at,
            } => {
                self.flush().await?;
                let taken = self
                    .transaction
                    .witness_authority(*chain, authority, deed, at);
                if let Err(refusal) = taken.await? {
                    tracing::error!(%issuer, %chain, %authority, transaction = %mined, %refusal, "authority not taken in");
                }
            }
            Step::LeftOut(why) => {
                tracing::error!(%issuer, %chain, transaction = %mined, %why, "registrar's event not taken in");
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), RegistrarError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let RegistrarSettings { issuer, chain, .. } = self.settings;
        let (mined, deeds): (Vec<_>, Vec<_>) = self.waiting.drain(..).unzip();
        let named: Vec<_> = deeds
            .iter()
            .map(|done| (done.investor, done.deed.wallet()))
            .collect();
        let now = self.clock.now();
        let answers = self.transaction.witness(*chain, deeds, now).await?;
        for ((answer, mined), (investor, wallet)) in answers.into_iter().zip(mined).zip(named) {
            if let Err(refusal) = answer {
                let wallet = wallet.map(tracing::field::display);
                tracing::error!(%issuer, %chain, %investor, wallet, transaction = %mined, %refusal, "unverified here: not taken in");
            }
        }
        Ok(())
    }
}
