//! `symbolon rules rehearse`: today's holders and past transfers under other rules.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use serde_json::{Value, json};
use symbolon_chain::{registry, transfers};
use symbolon_core::{
    country::Country,
    ids::{IssuerId, RegistryId},
    investor::PersonFacts,
    mirror::record::WalletRecord,
    time::UnixSeconds,
    transfer_rules::{Holder, Refusal, Rehearsal, RuleBook, Touched, rehearse},
    wallet::WalletAddress,
};
use symbolon_store::{KnownToken, Store};

use crate::{
    commands::chain::place::{NodeArgs, Place},
    context::Context,
    exit::{Exit, Result},
    output::{counted, table},
};

/// Wallets read from the register at a time.
const PAGE: u32 = 1_000;
/// Holders and transfers that people are shown; machines are given all.
const SHOWN: usize = 20;

/// The arguments of `symbolon rules rehearse`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon rules rehearse examples/rules.json
  symbolon rules rehearse --json                 what is announced, against what holds

Nothing is changed. Holders and past transfers are those of the tokens that `symbolon token add` made
known, read from their chains; before there are any, every wallet that the register would have
verified counts as a holder. The past is judged by what the registry holds today.")]
pub(crate) struct RehearseArgs {
    /// The rules, as JSON [default: what is announced]
    file: Option<PathBuf>,
}

/// What was rehearsed, and where.
struct Report {
    registry: RegistryId,
    token: Option<KnownToken>,
    rehearsal: Rehearsal,
}

/// Runs `symbolon rules rehearse`.
pub(super) async fn run(args: &RehearseArgs, context: &Context) -> Result<Exit> {
    let file = args.file.as_deref().map(super::read).transpose()?;
    let reports = context
        .with_issuer(async |store, issuer| {
            let schedule = store.rules(issuer).await?;
            let now = context.clock.now();
            let proposed = file.unwrap_or_else(|| schedule.in_the_end());
            let books = [schedule.at(now), proposed];
            rehearse_all(store, issuer, context, &books, now).await
        })
        .await?;
    let documents: Vec<_> = reports.iter().map(Report::document).collect();
    context.output.result(&documents, || {
        let texts: Vec<_> = reports.iter().map(Report::text).collect();
        match texts.is_empty() {
            true => "no chain, and so no holder: `symbolon chain deploy` adds one".to_owned(),
            false => texts.join("\n\n"),
        }
    })?;
    Ok(Exit::Done)
}

async fn rehearse_all(
    store: &Store,
    issuer: &IssuerId,
    context: &Context,
    [in_force, proposed]: &[RuleBook; 2],
    now: UnixSeconds,
) -> Result<Vec<Report>> {
    let (tokens, node) = (store.tokens(issuer).await?, NodeArgs::default());
    let mut reports = Vec::new();
    for token in &tokens {
        let place = Place::open(&node, token.registry, store, issuer, context).await?;
        let head = place.endpoint.head().await?.number;
        let past = transfers::past(&place.endpoint, token.token, token.first_block, head).await?;
        let named = past
            .transfers
            .iter()
            .flat_map(|one| [one.from, Some(one.to)]);
        let mut wallets: Vec<_> = named.flatten().collect();
        wallets.sort_unstable();
        wallets.dedup();
        let registry = place.chain.chain.registry;
        let records = registry::records_at(&place.endpoint, registry, &wallets, head).await?;
        let records: BTreeMap<_, _> = wallets.into_iter().zip(records).collect();
        let record_of = |wallet| records.get(&wallet).copied().unwrap_or_default();
        let persons = persons(store, issuer, token.registry).await?;
        let holders: Vec<_> = past
            .balances
            .iter()
            .map(|(wallet, balance)| Holder {
                wallet: *wallet,
                balance: *balance,
                record: record_of(*wallet),
                person: persons.get(wallet).copied(),
            })
            .collect();
        let transfers = &past.transfers;
        reports.push(Report {
            registry: token.registry,
            token: Some(*token),
            rehearsal: rehearse(in_force, proposed, &holders, transfers, now, record_of),
        });
    }
    if !tokens.is_empty() {
        return Ok(reports);
    }
    for chain in store.chains(issuer).await? {
        let holders = known(store, issuer, chain.chain.id, now).await?;
        let nobody = |_: WalletAddress| WalletRecord::EMPTY;
        reports.push(Report {
            registry: chain.chain.id,
            token: None,
            rehearsal: rehearse(in_force, proposed, &holders, &[], now, nobody),
        });
    }
    Ok(reports)
}

/// Everybody whom the register would have verified there.
async fn known(
    store: &Store,
    issuer: &IssuerId,
    registry: RegistryId,
    now: UnixSeconds,
) -> Result<Vec<Holder>> {
    let restricted = store.restricted_authorities(issuer).await?;
    let (mut holders, mut after) = (Vec::new(), None);
    loop {
        let page = store
            .mirror_standings(issuer, registry, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(holders);
        };
        after = Some(last.wallet);
        let verified = page
            .iter()
            .filter(|standing| standing.desired.is_verified_at(now, restricted));
        holders.extend(verified.map(|standing| Holder {
            wallet: standing.wallet,
            balance: Default::default(),
            record: standing.desired,
            person: standing.person,
        }));
    }
}

/// What the register has seen of natural persons, by wallet.
async fn persons(
    store: &Store,
    issuer: &IssuerId,
    registry: RegistryId,
) -> Result<BTreeMap<WalletAddress, PersonFacts>> {
    let (mut persons, mut after) = (BTreeMap::new(), None);
    loop {
        let page = store
            .mirror_standings(issuer, registry, after, PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(persons);
        };
        after = Some(last.wallet);
        let seen = page.iter();
        persons.extend(seen.filter_map(|one| Some((one.wallet, one.person?))));
    }
}

impl Report {
    fn document(&self) -> Value {
        let rehearsal = &self.rehearsal;
        let touched = rehearsal.touched.iter().map(|one| {
            json!({
                "wallet": one.wallet.to_string(),
                "country": one.country,
                "balance": one.balance.to_string(),
                "cannot_receive": one.cannot_receive,
                "cannot_send": one.cannot_send,
            })
        });
        let refused = rehearsal.refused.iter().map(|one| {
            json!({
                "transaction": one.transaction,
                "from": one.from.map(|from| from.to_string()),
                "to": one.to.to_string(),
                "amount": one.amount.to_string(),
                "refusal": one.refusal,
            })
        });
        let freed = rehearsal.freed.iter().map(WalletAddress::to_string);
        json!({
            "chain_id": self.registry.chain,
            "place": self.registry.place,
            "token": self.token.map(|known| known.token.to_string()),
            "holders": rehearsal.holders,
            "touched": touched.collect::<Vec<_>>(),
            "by_country": rehearsal.by_country,
            "freed": freed.collect::<Vec<_>>(),
            "over_cap": rehearsal.over_cap,
            "not_renewable": rehearsal
                .not_renewable
                .iter()
                .map(|(wallet, lacks)| (wallet.to_string(), json!(lacks)))
                .collect::<BTreeMap<_, _>>(),
            "transfers": rehearsal.transfers,
            "refused": refused.collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let rehearsal = &self.rehearsal;
        let place = self.registry;
        let mut text = match self.token {
            Some(known) => format!("{} on chain {place}: ", known.token),
            None => format!("chain {place}, everybody who is verified there: "),
        };
        let holders = counted(rehearsal.holders as u64, "holder", "holders");
        text += &format!(
            "of {holders} {} could do less, {} could do more",
            rehearsal.touched.len(),
            rehearsal.freed.len()
        );
        if self.token.is_some() {
            let transfers = counted(
                rehearsal.transfers as u64,
                "past transfer",
                "past transfers",
            );
            text += &format!(
                "; of {transfers} {} would be refused today",
                rehearsal.refused.len()
            );
        }
        for (wallet, lacks) in rehearsal.not_renewable.iter().take(SHOWN) {
            text += &format!(
                "\n{wallet} stays verified until its verdict ends, and would need {lacks} then"
            );
        }
        let unseen = rehearsal.not_renewable.len().saturating_sub(SHOWN);
        if unseen > 0 {
            text += &format!("\nand so would {unseen} more: --json has all of them");
        }
        for (country, holders) in &rehearsal.over_cap {
            text += &format!(
                "\n{country} has {holders} holders, more than its cap: none leaves, none comes"
            );
        }
        if rehearsal.touched.is_empty() {
            return text;
        }
        let mut rows = table([
            "wallet",
            "country",
            "holds",
            "cannot receive",
            "cannot send",
        ]);
        for Touched {
            wallet,
            country,
            balance,
            cannot_receive,
            cannot_send,
        } in rehearsal.touched.iter().take(SHOWN)
        {
            rows.add_row([
                wallet.to_string(),
                country.map_or(String::new(), |country: Country| country.to_string()),
                balance.to_string(),
                why(*cannot_receive),
                why(*cannot_send),
            ]);
        }
        text += &format!("\n{rows}");
        let rest = rehearsal.touched.len().saturating_sub(SHOWN);
        if rest > 0 {
            text += &format!("\nand {rest} more: --json has all of them");
        }
        text
    }
}

fn why(refusal: Option<Refusal>) -> String {
    let Some(refusal) = refusal else {
        return String::new();
    };
    let country = super::whose(refusal.country);
    format!("{} ({country})", refusal.reason)
}
