//! Takes notice of verdicts that are about to end, once each, and sends those persons a
//! link where their issuer wants that.

use std::time::Duration;

use symbolon_core::ids::IssuerId;
use symbolon_store::{StoreError, WhichRenewals};

use crate::{renewals, state::AppState};

/// How often to look.
const INTERVAL: Duration = Duration::from_secs(60);
/// How many are read at a time.
const PAGE: u32 = 200;

/// Runs until the server ends.
pub(crate) async fn run(state: AppState) {
    if state.services.renewals.are_sent() && !can_send(&state) {
        tracing::warn!(
            "this server sends no renewals: it has no mail server, or no key to the vault"
        );
    }
    loop {
        if let Err(error) = sweep(&state).await {
            tracing::warn!(%error, "renewals wait; trying again");
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Takes notice of every verdict whose end is near by now, for all issuers; says of how
/// many.
pub async fn sweep(state: &AppState) -> Result<usize, StoreError> {
    let mut noticed = 0;
    for issuer in state.store.issuers().await? {
        let terms = state.services.renewals.of(&issuer.id);
        // A server that can send nothing leaves it to one that can.
        if !terms.send || can_send(state) {
            noticed += sweep_issuer(state, &issuer.id).await?;
        }
    }
    Ok(noticed)
}

fn can_send(state: &AppState) -> bool {
    let services = &state.services;
    services.site.is_some() && services.mailer.is_some() && services.vault.is_some()
}

async fn sweep_issuer(state: &AppState, issuer: &IssuerId) -> Result<usize, StoreError> {
    let now = state.clock.now();
    let terms = state.services.renewals.of(issuer);
    let (by, which) = match terms.send {
        true => (terms.remind.reach(now), WhichRenewals::Unasked),
        false => (terms.remind.reach(now), WhichRenewals::Unnoticed),
    };
    let (mut noticed, mut after) = (0, None);
    loop {
        let page = state
            .store
            .due_renewals(issuer, which, (now, by), after, PAGE);
        let page = page.await?;
        for due in &page {
            match renewals::notice(state, issuer, due).await {
                Ok(news) => noticed += usize::from(news),
                Err(problem) => {
                    tracing::warn!(%issuer, investor = %due.investor, code = problem.kind.code, "a renewal waits; trying again");
                }
            }
        }
        // What failed is left to the next sweep, and keeps nobody waiting in this one.
        after = match page.last() {
            Some(last) => Some(last.place()),
            None => return Ok(noticed),
        };
    }
}
