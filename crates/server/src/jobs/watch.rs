//! What operators are shown of each lane, as metrics (`deploy/alerts.yml`).
//!
//! Read from the store, so every server tells the same of every lane, whoever
//! drives it.

use std::time::{Duration, Instant};

use symbolon_core::{ids::IssuerId, time::UnixSeconds};
use symbolon_store::{Chain, ChainStatistics, Store};
use tokio_util::sync::CancellationToken;

use super::LaneSettings;
use crate::{clock::Clock, metrics::lane as gauges};

/// Scrapes come every ten seconds or so.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
/// A look counts what chains are owed. It is followed by a pause so many times as
/// long, so that it hardly delays a denial where that is much.
const PAUSE_PER_LOOK: u32 = 100;

/// Watches the lanes of these settings until shutdown.
pub async fn run(
    store: Store,
    lanes: Vec<LaneSettings>,
    clock: Clock,
    shutdown: CancellationToken,
) {
    let mut issuers: Vec<_> = lanes.iter().map(|lane| lane.issuer.clone()).collect();
    issuers.sort_unstable();
    issuers.dedup();
    loop {
        let begun = Instant::now();
        for issuer in &issuers {
            if let Err(error) = look(&store, &lanes, issuer, clock.now()).await {
                tracing::debug!(%issuer, %error, "lanes not measured");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause_after(begun.elapsed())) => {}
        }
    }
}

fn pause_after(look: Duration) -> Duration {
    BETWEEN_LOOKS.max(look * PAUSE_PER_LOOK)
}

async fn look(
    store: &Store,
    lanes: &[LaneSettings],
    issuer: &IssuerId,
    now: UnixSeconds,
) -> symbolon_store::Result<()> {
    let statistics = store.chain_statistics(issuer).await?;
    for chain in store.chains(issuer).await? {
        let id = chain.chain.id;
        let is_ours = |lane: &&LaneSettings| lane.issuer == *issuer && lane.registry == id;
        let owed = statistics.iter().find(|owed| owed.registry == id);
        if let Some(owed) = owed.filter(|_| lanes.iter().any(|lane| is_ours(&lane))) {
            let disputes = store.count_disputes(issuer, id).await?;
            gauges::show(&shown(&chain, owed, disputes, now));
        }
    }
    Ok(())
}

fn shown(chain: &Chain, owed: &ChainStatistics, disputes: u64, now: UnixSeconds) -> gauges::Lane {
    let age = |at: Option<UnixSeconds>| at.map_or(0, |at| now.0.saturating_sub(at.0));
    let balance = chain.status.signer_balance_wei;
    gauges::Lane {
        chain: chain.chain.id.chain,
        registry: chain.chain.registry,
        is_well: chain.trouble().is_none(),
        seen_seconds_ago: age(chain.status.updated),
        head_age_seconds: age(chain.status.head_time),
        owed_approvals: owed.approvals,
        owed_denials: owed.denials,
        lag_seconds: age(owed.oldest),
        oldest_denial_seconds: age(owed.oldest_denial),
        open_transactions: owed.open_transactions,
        replaced_transactions: owed.replaced,
        quarantined_wallets: owed.quarantined,
        disputed_wallets: disputes,
        owed_errands: owed.errands,
        balance_wei: balance,
        balance_days: balance.and_then(|wei| owed.days_of_funds(wei)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_watched_less_often_where_that_takes_long() {
        let pauses = [1, 50, 300].map(|look| pause_after(Duration::from_millis(look)));
        assert_eq!(pauses, [5, 5, 30].map(Duration::from_secs));
    }
}
