//! Wallets that are looked up at the same time are asked for together.
//!
//! Every look-up waits for one of a few turns. Whoever gets a turn asks the
//! database for its own wallet and for all those that wait by then, in one
//! select. Alone, a look-up waits for nothing; under load a hundred of them
//! cost a handful of round trips.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use symbolon_core::{ids::IssuerId, wallet::WalletAddress};
use symbolon_store::{Store, StoreError, WalletReport};
use tokio::sync::{Semaphore, oneshot};

/// Selects under way at the same time.
const TURNS: usize = 4;
/// Wallets in one select, at most.
const MOST: usize = 128;

type Answer = oneshot::Sender<Option<WalletReport>>;

/// Everybody who waits for a wallet's report.
#[derive(Debug)]
pub(crate) struct Lookups {
    waiting: Mutex<HashMap<IssuerId, Vec<(WalletAddress, Answer)>>>,
    turns: Semaphore,
}

impl Lookups {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            turns: Semaphore::new(TURNS),
        }
    }

    /// What is known of this wallet.
    pub(crate) async fn report(
        &self,
        store: &Store,
        issuer: &IssuerId,
        wallet: WalletAddress,
    ) -> Result<Option<WalletReport>, StoreError> {
        let (answer, mut answered) = oneshot::channel();
        self.wait(issuer, wallet, answer);
        let turn = tokio::select! {
            biased;
            report = &mut answered => return of(report.ok(), store, issuer, wallet).await,
            turn = self.turns.acquire() => turn,
        };
        let asked = self.take(issuer);
        if !asked.is_empty() {
            let wallets: Vec<_> = asked.iter().map(|(wallet, _)| *wallet).collect();
            let reports = store.wallet_reports(issuer, &wallets).await?;
            for (wallet, answer) in asked {
                // Whoever has gone away needs no answer.
                let _ = answer.send(reports.get(&wallet).cloned());
            }
        }
        drop(turn);
        of(answered.await.ok(), store, issuer, wallet).await
    }

    fn wait(&self, issuer: &IssuerId, wallet: WalletAddress, answer: Answer) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.get_mut(issuer) {
            Some(asked) => asked.push((wallet, answer)),
            None => {
                waiting.insert(issuer.clone(), vec![(wallet, answer)]);
            }
        }
    }

    fn take(&self, issuer: &IssuerId) -> Vec<(WalletAddress, Answer)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(asked) = waiting.get_mut(issuer) else {
            return Vec::new();
        };
        let rest = asked.split_off(asked.len().min(MOST));
        std::mem::replace(asked, rest)
    }
}

/// The answer, or one's own question where whoever asked for all went away in
/// the middle of it.
async fn of(
    answered: Option<Option<WalletReport>>,
    store: &Store,
    issuer: &IssuerId,
    wallet: WalletAddress,
) -> Result<Option<WalletReport>, StoreError> {
    match answered {
        Some(report) => Ok(report),
        None => Ok(store
            .wallet_reports(issuer, &[wallet])
            .await?
            .remove(&wallet)),
    }
}
