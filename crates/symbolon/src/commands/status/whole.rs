//! The whole register: investors by status, what each chain is owed.

use serde_json::json;
use symbolon_core::time::UnixSeconds;
use symbolon_store::{Chain, ChainStatistics, Issuer, Statistics, Writer};

use crate::{
    commands::issuer::writer,
    context::Context,
    exit::{Exit, Result},
    output::{counted, grouped, table},
};

/// "Expires soon" is within 30 days.
const SOON: u64 = 30 * 86_400;

struct Whole {
    issuer: Issuer,
    /// The next block of the writer's chain to be read.
    next_block: Option<u64>,
    now: UnixSeconds,
    statistics: Statistics,
    chains: Vec<Chain>,
}

/// Shows the whole register.
pub(super) async fn run(context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let whole = context
        .with_issuer(async |store, issuer| {
            let found = store.issuer(issuer).await?;
            let next_block = match found.writer {
                Writer::Register => None,
                Writer::Registrar { .. } => Some(store.next_block_to_witness(issuer).await?),
            };
            Ok(Whole {
                issuer: found,
                next_block,
                now,
                statistics: store.statistics(issuer, UnixSeconds(now.0 + SOON)).await?,
                chains: store.chains(issuer).await?,
            })
        })
        .await?;
    context.output.result(&document(&whole), || text(&whole))?;
    Ok(Exit::Done)
}

impl Whole {
    fn owed(&self, chain: &Chain) -> Option<&ChainStatistics> {
        self.statistics
            .chains
            .iter()
            .find(|owed| owed.registry == chain.chain.id)
    }

    /// For how long the oldest change has waited, in seconds.
    fn lag(&self, chain: &Chain) -> Option<u64> {
        let oldest = self.owed(chain)?.oldest?;
        Some(self.now.0.saturating_sub(oldest.0))
    }
}

fn document(whole: &Whole) -> serde_json::Value {
    let investors: serde_json::Map<_, _> = whole
        .statistics
        .investors
        .iter()
        .map(|(status, number)| (status.to_string(), json!(number)))
        .collect();
    let chains: Vec<_> = whole
        .chains
        .iter()
        .map(|chain| {
            let owed = whole.owed(chain);
            json!({
                "chain_id": chain.chain.id.chain,
                "place": chain.chain.id.place,
                "name": chain.chain.name,
                "registry": chain.chain.registry,
                "pending_approvals": owed.map_or(0, |owed| owed.approvals),
                "pending_denials": owed.map_or(0, |owed| owed.denials),
                "open_transactions": owed.map_or(0, |owed| owed.open_transactions),
                "lag_seconds": whole.lag(chain).unwrap_or(0),
                "head_block": chain.status.head_block,
                "last_error": chain.trouble(),
            })
        })
        .collect();
    let mut decides = writer::shown(whole.issuer.writer);
    if let Some(next) = whole.next_block {
        decides["next_block"] = next.into();
        decides["last_error"] = json!(whole.issuer.writer_error);
    }
    json!({
        "issuer": whole.issuer.id,
        "writer": decides,
        "investors": investors,
        "expiring_within_30_days": whole.statistics.expiring,
        "chains": chains,
    })
}

/// Who decides about the issuer's investors, and whether it is heard.
fn decided_by(whole: &Whole) -> String {
    let mut line = format!("decided by {}", writer::in_words(whole.issuer.writer));
    if let Some(next) = whole.next_block {
        let read = grouped(next.saturating_sub(1));
        line.push_str(&format!(", read up to block {read}"));
    }
    if let Some(error) = &whole.issuer.writer_error {
        line.push_str(&format!("; not read now: {error}"));
    }
    line
}

fn text(whole: &Whole) -> String {
    let mut lines = vec![
        format!("register of {}", whole.issuer.id),
        decided_by(whole),
    ];
    if whole.statistics.investors.is_empty() {
        lines
            .push("no investor yet: `symbolon import FILE` or `symbolon verify WALLET`".to_owned());
    } else {
        let mut investors = table(["status", "investors"]);
        for (status, number) in &whole.statistics.investors {
            investors.add_row([status.to_string(), grouped(*number)]);
        }
        lines.push(investors.to_string());
        let expiring = counted(whole.statistics.expiring, "verdict ends", "verdicts end");
        lines.push(format!("{expiring} within 30 days"));
    }
    if whole.chains.is_empty() {
        lines.push("no chain yet: `symbolon chain deploy` adds one".to_owned());
    } else {
        let mut chains = table([
            "chain",
            "name",
            "waiting",
            "denials",
            "in flight",
            "lag",
            "trouble",
        ]);
        for chain in &whole.chains {
            let owed = whole.owed(chain);
            let lag = whole
                .lag(chain)
                .map_or_else(|| "none".to_owned(), |lag| format!("{lag} s"));
            chains.add_row([
                chain.chain.id.to_string(),
                chain.chain.name.clone(),
                grouped(owed.map_or(0, |owed| owed.approvals)),
                grouped(owed.map_or(0, |owed| owed.denials)),
                grouped(owed.map_or(0, |owed| owed.open_transactions)),
                lag,
                chain.trouble().unwrap_or_else(|| "none".to_owned()),
            ]);
        }
        lines.push(chains.to_string());
    }
    lines.join("\n")
}
