//! Profiles that the law keeps no longer are erased, for issuers who said that it is to
//! happen by itself (I7).

use std::time::Duration;

use symbolon_core::{actor::Actor, custody::must_have_ended_by, ids::IssuerId, log::EntryNumber};

use crate::{
    state::AppState,
    vault::{Vault, VaultFailure},
};

/// How often to look: days do not matter after years.
const INTERVAL: Duration = Duration::from_secs(3_600);
/// Profiles that are looked up at a time.
const PAGE: u32 = 100;

/// Runs until the server ends, if it has keys to destroy.
pub(crate) async fn run(state: AppState) {
    while state.services.vault.is_some() {
        if let Err(error) = sweep(&state).await {
            tracing::warn!(%error, "profiles are still to be erased; trying again in an hour");
        }
        tokio::select! {
            () = state.shutdown.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Erases every profile whose time has come; says how many.
pub async fn sweep(state: &AppState) -> Result<usize, VaultFailure> {
    let vault = state.vault()?;
    let mut erased = 0;
    for issuer in state.store.issuers().await? {
        erased += sweep_issuer(state, vault, &issuer.id).await?;
    }
    Ok(erased)
}

async fn sweep_issuer(
    state: &AppState,
    vault: &Vault,
    issuer: &IssuerId,
) -> Result<usize, VaultFailure> {
    let actor = Actor::system("retention");
    let (mut erased, mut after) = (0, EntryNumber::default());
    loop {
        let now = state.clock.now();
        // Asked for each page: somebody may have changed it.
        let retention = state.store.begin(issuer).await?.retention().await?;
        let ended_by = must_have_ended_by(retention.years, now);
        let Some(ended_by) = ended_by.filter(|_| retention.erases_by_itself) else {
            return Ok(erased);
        };
        let due = state.store.due_profiles(issuer, ended_by, after, PAGE);
        let due = due.await?;
        let Some(last) = due.last() else {
            return Ok(erased);
        };
        after = last.created;
        for due in due {
            // Refused where somebody has placed a hold meanwhile.
            match vault.erase(issuer, due.investor, &actor, now).await? {
                Ok(_) => erased += 1,
                Err(refusal) => tracing::info!(%issuer, %refusal, "a profile is kept after all"),
            }
        }
    }
}
