//! The store and the node, as one lane's effects need them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy_primitives::B256;
use symbolon_chain::{
    ChainError, companion::CompanionWords, endpoint::HeadBlock, lane::LaneClient,
};
use symbolon_core::{
    claim::signed::SignsClaims,
    log::EntryNumber,
    mirror::{
        filter::MirroredRegistry,
        lane::{
            Broadcast, Effect, Estimate, Input, Nonce, OpenTransaction, Outcome, Part, Signed,
            Standing, Urgency,
        },
    },
    time::{Millis, UnixMillis},
    wallet::WalletAddress,
};
use symbolon_store::{ChainStatus, CrashPoint, Lease, Store, Unread};
use tokio::time::timeout;

use super::{error::LaneError, milestones::Milestones, settings::LaneSettings};
use crate::{clock::Clock, jobs::lease::HeldLease};

/// What is seen of a chain is written down this often.
const BETWEEN_STATUSES: Millis = Millis(2_000);
/// For so long a denial waits to hear whether the registry would carry it out.
const DENIALS_WAIT: Duration = Duration::from_millis(200);
/// What people are told while approvals wait for long.
const HELD_UP: &str = "approvals wait for transactions that a former signer left open: `symbolon chain rotate-signer` tells which; where they can never be mined, its --at-once removes that signer, and approvals go on";

/// What people are told while the signer has too little of the chain's coin.
const UNFUNDED: &str =
    "cannot pay for what it is to send, revocations among it: send it some of the chain's coin";

/// One lane's books.
pub(super) struct Books {
    store: Store,
    held: Arc<HeldLease>,
    target: MirroredRegistry,
    settings: LaneSettings,
    clock: Clock,
    client: LaneClient,
    /// When the chain's status was last written down, in milliseconds since 1970.
    noted_at: AtomicU64,
    milestones: Arc<Milestones>,
    standing: Mutex<Standing>,
    /// Whether a former signer's transactions keep approvals waiting.
    held_up: AtomicBool,
    /// Whether the node last refused a transaction that the signer cannot pay for.
    unfunded: AtomicBool,
    /// Why a contract beside the registry could not be read when that was last tried.
    unreadable: Mutex<Option<String>>,
}

impl Books {
    pub(super) fn new(
        store: Store,
        held: Arc<HeldLease>,
        target: MirroredRegistry,
        settings: LaneSettings,
        clock: Clock,
        client: LaneClient,
    ) -> Self {
        let milestones = Milestones::new(store.clone(), Arc::clone(&held), client.signer());
        Self {
            store,
            held,
            target,
            settings,
            clock,
            client,
            noted_at: AtomicU64::new(0),
            milestones: Arc::new(milestones),
            standing: Mutex::default(),
            held_up: AtomicBool::new(false),
            unfunded: AtomicBool::new(false),
            unreadable: Mutex::default(),
        }
    }

    /// Notes how the lane stands, and whether a former signer's transactions keep
    /// approvals waiting.
    pub(super) fn stand(&self, standing: Standing, held_up: bool) {
        self.held_up.store(held_up, Ordering::Relaxed);
        let mut noted = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = standing;
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
        let (store, signer) = (&self.store, self.client.signer());
        // Whoever has lost the lane does nothing any more, reading included.
        let lease = self.held.in_force()?;
        Ok(match effect {
            Effect::Pull {
                part: Part::Errands,
                limit,
            } => self.pull_errands(lease, limit).await?,
            Effect::Pull { part, limit } => {
                let pulled = store.pull(lease, &self.target, part, limit).await?;
                CrashPoint::Pulled.pass();
                Input::Pulled { part, pulled }
            }
            Effect::Discharge(discharge) => {
                store.discharge(lease, &discharge).await?;
                Input::Discharged
            }
            Effect::Estimate {
                urgency,
                gas_limit,
                head,
                batch,
            } => {
                let asked = self.client.estimate(head, &batch, gas_limit);
                let estimate = match urgency {
                    // A denial waits for no node that is slow to answer.
                    Urgency::Denials => timeout(DENIALS_WAIT, asked).await,
                    Urgency::Approvals | Urgency::Errands => Ok(asked.await),
                };
                let estimate = estimate.unwrap_or(Estimate::Unknown);
                if estimate == Estimate::Unknown && urgency == Urgency::Approvals {
                    self.client.check_mirror().await?;
                }
                Input::Estimated(urgency, estimate)
            }
            Effect::Quarantine { wallets, discharge } => {
                let now = self.clock.now();
                let (issuer, registry) = (lease.issuer(), lease.registry());
                for (wallet, version) in &wallets {
                    tracing::error!(%issuer, %registry, %wallet, version = version.0, "the registry takes no approval of this wallet: a person must look");
                }
                store.quarantine(lease, &wallets, &discharge, now).await?;
                Input::Discharged
            }
            Effect::Inspect { nonce, wallets } => self.inspect(nonce, &wallets).await,
            Effect::Store(envelope) => {
                CrashPoint::BeforeSigning.pass();
                let bytes = self.client.sign(&envelope)?;
                CrashPoint::SignedNotStored.pass();
                let signed = Signed {
                    envelope,
                    hash: bytes.hash,
                    raw: bytes.raw,
                    stored_at: self.clock.now_ms(),
                };
                store.store_signed(lease, signer, &signed).await?;
                CrashPoint::StoredNotBroadcast.pass();
                Input::Stored(signed)
            }
            Effect::Broadcast {
                nonce,
                attempt,
                urgency,
                raw,
            } => {
                let outcome = self.client.broadcast(&raw).await;
                CrashPoint::BroadcastNotNoted.pass();
                self.noted_funds(outcome);
                let now = self.clock.now_ms();
                self.milestones.sent(nonce, urgency, outcome, now);
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
                    .settle(lease, &self.target, signer, &ended, now)
                    .await?;
                CrashPoint::SettledNotTold.pass();
                let failed = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::Failed(_));
                if ended.iter().any(failed) {
                    self.client.check_mirror().await?;
                }
                let nonces: Vec<_> = ended.into_iter().map(|(nonce, _)| nonce).collect();
                self.milestones.settled(nonces.iter().copied());
                Input::Settled(nonces)
            }
            Effect::TellAgain(nonces) => {
                let now = self.clock.now();
                store
                    .tell_again(lease, &self.target, signer, &nonces, now)
                    .await?;
                Input::ToldAgain
            }
        })
    }

    /// What companions are owed, once it is known what they hold. One that cannot be
    /// read is told of nothing, and keeps nobody else waiting.
    async fn pull_errands(&self, lease: &Lease, limit: usize) -> Result<Input, LaneError> {
        let part = Part::Errands;
        let signer = self.settings.claim_signer.as_ref();
        let signer = signer.map(|signer| signer as &dyn SignsClaims);
        let (mut pulled, unread) = {
            let now = self.clock.now();
            self.store
                .pull_errands(lease, &self.target, signer, limit, now)
                .await?
        };
        let mut unreadable = None;
        for Unread { contract, keys } in &unread {
            let factory = self.target.identities.factory();
            let words = self.client.companion_words(factory, *contract, keys);
            match words.await {
                Ok(CompanionWords { block, words }) => {
                    self.store.note_companion(lease, block, &words).await?;
                }
                Err(error) => {
                    unreadable = Some(format!(
                        "the contract at {contract} cannot be read: {error}"
                    ))
                }
            }
        }
        if !unread.is_empty() && unreadable.is_none() {
            let now = self.clock.now();
            (pulled, _) = self
                .store
                .pull_errands(lease, &self.target, signer, limit, now)
                .await?;
        }
        if let Some(why) = &unreadable {
            let (issuer, registry) = (lease.issuer(), lease.registry());
            tracing::warn!(%issuer, %registry, "{why}");
            // Asked for again with the next news.
            pulled.more = false;
        }
        *self
            .unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = unreadable;
        Ok(Input::Pulled { part, pulled })
    }

    async fn inspect(&self, nonce: Nonce, wallets: &[WalletAddress]) -> Input {
        let inspection = self.client.inspect(wallets).await;
        if let Err(error) = &inspection {
            let LaneSettings {
                issuer, registry, ..
            } = &self.settings;
            tracing::warn!(%issuer, %registry, nonce = nonce.0, %error, "nobody can say what became of a transaction");
        }
        Input::Inspected(nonce, inspection.ok())
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
        if self.held_up.load(Ordering::Relaxed) {
            return Some(HELD_UP.to_owned());
        }
        let standing = *self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let unreadable = self
            .unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        in_words(standing).or_else(|| unreadable.clone())
    }

    async fn observe(&self, open: &[(Nonce, Vec<B256>)]) -> Input {
        match self.client.observe(open).await {
            Ok((observation, head)) => {
                CrashPoint::Observed.pass();
                self.milestones.observed(&observation, self.clock.now_ms());
                self.note(head, observation.final_block).await;
                Input::Observed(observation)
            }
            Err(error) => {
                let LaneSettings {
                    issuer, registry, ..
                } = &self.settings;
                if error.is_alarm() {
                    tracing::warn!(%issuer, %registry, %error, "chain not observed");
                } else {
                    tracing::debug!(%issuer, %registry, %error, "chain not observed");
                }
                self.alarm(&error).await;
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
        self.write_down(&status).await;
        // Its end is news as well.
        self.noted_at.store(0, Ordering::Relaxed);
    }

    /// A failure here stops nothing.
    async fn write_down(&self, status: &ChainStatus) {
        let Ok(lease) = self.held.in_force() else {
            return;
        };
        if let Err(error) = self.store.update_chain_status(lease, status).await {
            let (issuer, registry) = (lease.issuer(), lease.registry());
            tracing::debug!(%issuer, %registry, %error, "chain status not noted");
        }
    }

    /// Writes down what was seen, for people.
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
        self.write_down(&status).await;
    }
}

/// What of this people must look at.
fn in_words(standing: Standing) -> Option<String> {
    let Standing {
        quarantined,
        refused_denials,
        refused_errands,
        ..
    } = standing;
    if refused_denials > 0 {
        return Some(format!(
            "the registry would not carry out the denials of {refused_denials} wallets: look at its contract; they are tried again"
        ));
    }
    if refused_errands > 0 {
        return Some(format!(
            "contracts beside the registry would not take {refused_errands} words of the register's: see that the lane's signer is a mirror there; they are tried again"
        ));
    }
    (quarantined > 0).then(|| {
        format!(
            "{quarantined} transactions are in quarantine: their nonces are used up, and the node shows no receipt; their wallets are told again once the registry says what it holds"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_of_the_worst_and_of_nothing_while_all_is_well() {
        assert_eq!(in_words(Standing::default()), None);
        let quarantined = Standing {
            quarantined: 2,
            ..Standing::default()
        };
        let refused_errands = Standing {
            refused_errands: 3,
            ..quarantined
        };
        let refused_denials = Standing {
            refused_denials: 4,
            ..refused_errands
        };
        for (worse, words) in [
            (quarantined, "2 transactions"),
            (refused_errands, "3 words"),
            (refused_denials, "4 wallets"),
        ] {
            let told = in_words(worse);
            assert!(
                told.as_ref().is_some_and(|told| told.contains(words)),
                "{told:?}"
            );
        }
    }
}
