//! `symbolon chain status`: what the register knows of its chains. In a terminal
//! it stays, and is drawn anew every second.

use std::{
    io::{self, IsTerminal, Write},
    pin::pin,
    time::Duration,
};

use clap::Args;
use serde_json::{Value, json};
use symbolon_core::{ids::IssuerId, time::UnixSeconds};
use symbolon_store::{Chain, ChainStatistics, Store};

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::{grouped, table, written},
};

/// Between two looks.
const BEAT: Duration = Duration::from_secs(1);
/// Clears a terminal, and begins at its top.
const CLEAR: &str = "\x1b[2J\x1b[H";

/// The arguments of `symbolon chain status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain status                 in a terminal: every second, until Ctrl-C
  symbolon chain status --once
  symbolon chain status --json")]
pub(crate) struct StatusArgs {
    /// Show it once, in a terminal too
    #[arg(long)]
    once: bool,
}

/// A chain, and what it is owed.
struct Seen {
    chain: Chain,
    owed: Option<ChainStatistics>,
    /// Wallets that it denies and the register approves.
    disputed: u64,
}

/// Shows what was last seen of each chain, and what it is owed.
pub(super) async fn run(args: &StatusArgs, context: &Context) -> Result<Exit> {
    let stays = !args.once && !context.output.is_json() && io::stdout().is_terminal();
    context
        .with_issuer(async |store, issuer| match stays {
            true => stay(store, issuer, context).await,
            false => once(store, issuer, context).await,
        })
        .await
}

async fn once(store: &Store, issuer: &IssuerId, context: &Context) -> Result<Exit> {
    let (chains, now) = (look(store, issuer).await?, context.clock.now());
    let document: Vec<_> = chains.iter().map(|seen| seen.document(now)).collect();
    context.output.result(&document, || text(&chains, now))?;
    Ok(Exit::Done)
}

async fn stay(store: &Store, issuer: &IssuerId, context: &Context) -> Result<Exit> {
    let mut beat = tokio::time::interval(BEAT);
    // One for all turns: an interrupt while the chains are looked at counts.
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            _ = &mut interrupted => return Ok(Exit::Done),
            _ = beat.tick() => {}
        }
        let (chains, now) = (look(store, issuer).await?, context.clock.now());
        let text = text(&chains, now);
        let mut stdout = io::stdout().lock();
        let drawn = write!(
            stdout,
            "{CLEAR}{issuer} at {now}\n{text}\nCtrl-C ends this.\n"
        );
        written(drawn.and_then(|()| stdout.flush()))?;
    }
}

async fn look(store: &Store, issuer: &IssuerId) -> Result<Vec<Seen>> {
    let owed = store.chain_statistics(issuer).await?;
    let mut seen = Vec::new();
    for chain in store.chains(issuer).await? {
        let id = chain.chain.id;
        seen.push(Seen {
            owed: owed.iter().find(|owed| owed.registry == id).copied(),
            disputed: store.count_disputes(issuer, id).await?,
            chain,
        });
    }
    Ok(seen)
}

fn text(chains: &[Seen], now: UnixSeconds) -> String {
    if chains.is_empty() {
        return "no chain yet: `symbolon chain deploy` adds one".to_owned();
    }
    let mut table = table([
        "chain",
        "name",
        "head",
        "waiting",
        "oldest denial",
        "in flight",
        "signer's balance",
        "driven by",
        "trouble",
    ]);
    for seen in chains {
        let Chain { chain, status, .. } = &seen.chain;
        let never = || "never seen".to_owned();
        table.add_row([
            chain.id.to_string(),
            chain.name.clone(),
            status.head_block.map_or_else(never, grouped),
            grouped(seen.count(|owed| owed.approvals + owed.denials + owed.errands)),
            seen.oldest_denial(now)
                .map_or_else(|| "none".to_owned(), |age| format!("{age} s")),
            seen.in_flight(),
            seen.balance().unwrap_or_else(never),
            driven_by(&seen.chain),
            seen.trouble().unwrap_or_else(|| "none".to_owned()),
        ]);
    }
    table.to_string()
}

impl Seen {
    fn count(&self, of: impl Fn(ChainStatistics) -> u64) -> u64 {
        self.owed.map_or(0, of)
    }

    /// For how many seconds the oldest denial has waited.
    fn oldest_denial(&self, now: UnixSeconds) -> Option<u64> {
        let since = self.owed?.oldest_denial?;
        Some(now.0.saturating_sub(since.0))
    }

    fn in_flight(&self) -> String {
        let open = grouped(self.count(|owed| owed.open_transactions));
        match self.count(|owed| owed.replaced) {
            0 => open,
            replaced => format!("{open}, {replaced} of them replaced"),
        }
    }

    /// How many days the signer's balance lasts.
    fn days(&self) -> Option<u64> {
        self.owed?
            .days_of_funds(self.chain.status.signer_balance_wei?)
    }

    fn balance(&self) -> Option<String> {
        let balance = ether(self.chain.status.signer_balance_wei?);
        Some(match self.days() {
            Some(days) => format!("{balance} ({} days)", grouped(days)),
            None => balance,
        })
    }

    fn trouble(&self) -> Option<String> {
        let quarantined = self.count(|owed| owed.quarantined);
        let quarantined = (quarantined > 0)
            .then(|| format!("{quarantined} wallets whose approval the registry would not take"));
        let disputed = (self.disputed > 0).then(|| {
            format!(
                "{} wallets that it denies and the register approves: `symbolon chain reconcile` lists them",
                self.disputed
            )
        });
        let troubles: Vec<_> = self
            .chain
            .trouble()
            .into_iter()
            .chain(quarantined)
            .chain(disputed)
            .collect();
        (!troubles.is_empty()).then(|| troubles.join("; "))
    }

    fn document(&self, now: UnixSeconds) -> Value {
        let Chain { chain, status, .. } = &self.chain;
        let age = |at: UnixSeconds| now.0.saturating_sub(at.0);
        json!({
            "chain_id": chain.id.chain,
            "place": chain.id.place,
            "name": chain.name,
            "registry": chain.registry,
            "head_block": status.head_block,
            "head_age_seconds": status.head_time.map(age),
            "seen_seconds_ago": status.updated.map(age),
            "pending_approvals": self.count(|owed| owed.approvals),
            "pending_denials": self.count(|owed| owed.denials),
            "pending_errands": self.count(|owed| owed.errands),
            "lag_seconds": self.owed.and_then(|owed| owed.oldest).map_or(0, age),
            "oldest_denial_seconds": self.oldest_denial(now),
            "open_transactions": self.count(|owed| owed.open_transactions),
            "replaced_transactions": self.count(|owed| owed.replaced),
            "quarantined_wallets": self.count(|owed| owed.quarantined),
            "disputed_wallets": self.disputed,
            "signer": status.signer,
            // Beyond what JSON numbers hold exactly.
            "signer_balance_wei": status.signer_balance_wei.map(|wei| wei.to_string()),
            "signer_balance_days": self.days(),
            "driver": self.chain.driver.as_ref().map(|driver| json!({
                "name": driver.name,
                "since": driver.since.to_string(),
            })),
            "last_error": self.chain.trouble(),
        })
    }
}

/// The server that drives the lane to a chain.
fn driven_by(chain: &Chain) -> String {
    let name = chain.driver.as_ref().map(|driver| driver.name.clone());
    name.unwrap_or_else(|| "no server".to_owned())
}

/// An amount of wei in the chain's own coin, to four places.
pub(crate) fn ether(wei: u128) -> String {
    const COIN: u128 = 1_000_000_000_000_000_000;
    format!("{}.{:04}", wei / COIN, wei % COIN / (COIN / 10_000))
}
