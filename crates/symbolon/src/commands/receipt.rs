//! `symbolon receipt`: when a wallet's denials reached each chain.

use clap::Args;
use serde_json::{Value, json};
use symbolon_core::{
    time::{UnixMillis, UnixSeconds},
    wallet::WalletAddress,
};
use symbolon_store::DenialReceipt;

use crate::{
    context::Context,
    exit::{Exit, Result},
    output::table,
};

/// The arguments of `symbolon receipt`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon receipt 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --json")]
pub(crate) struct ReceiptArgs {
    /// The wallet that was revoked, restricted, frozen or unlinked
    #[arg(value_name = "WALLET")]
    wallet: WalletAddress,
}

/// Runs `symbolon receipt`.
pub(crate) async fn run(args: &ReceiptArgs, context: &Context) -> Result<Exit> {
    let (receipts, promised) = context
        .with_issuer(async |store, issuer| {
            let promised = store.issuer(issuer).await?.promised_seconds;
            Ok((store.denial_receipts(issuer, args.wallet).await?, promised))
        })
        .await?;
    let now = context.clock.now();
    let document: Vec<_> = receipts
        .iter()
        .map(|receipt| document(receipt, promised, now))
        .collect();
    context
        .output
        .result(&document, || match receipts.is_empty() {
            true => format!("{} was never denied", args.wallet),
            false => text(&receipts, promised, now),
        })?;
    Ok(Exit::Done)
}

fn document(receipt: &DenialReceipt, promised: Option<u32>, now: UnixSeconds) -> Value {
    json!({
        "entry": receipt.entry.0,
        "decided": receipt.decided.to_string(),
        "chain_id": receipt.registry.chain.0,
        "place": receipt.registry.place,
        "reached": receipt.reached.as_str(),
        "transaction": receipt.transaction,
        "block": receipt.block,
        "sent": receipt.sent.map(moment),
        "mined": receipt.mined.map(moment),
        "finalized": receipt.finalized.map(|at| at.to_string()),
        "seconds_to_block": receipt.seconds_to_block(),
        "promised_seconds": promised,
        "promise_kept": kept(receipt, promised, now),
    })
}

fn text(receipts: &[DenialReceipt], promised: Option<u32>, now: UnixSeconds) -> String {
    let mut table = table([
        "entry", "decided", "chain", "reached", "sent", "mined", "final", "took", "promise",
    ]);
    let unknown = || "–".to_owned();
    for receipt in receipts {
        table.add_row([
            receipt.entry.0.to_string(),
            receipt.decided.to_string(),
            receipt.registry.to_string(),
            receipt.reached.to_string(),
            receipt.sent.map_or_else(unknown, moment),
            receipt.mined.map_or_else(unknown, moment),
            receipt.finalized.map_or_else(unknown, |at| at.to_string()),
            receipt
                .seconds_to_block()
                .map_or_else(unknown, |took| format!("{took} s")),
            match (promised, kept(receipt, promised, now)) {
                (None, _) => "none".to_owned(),
                (Some(_), None) => unknown(),
                (Some(seconds), Some(true)) => format!("kept ({seconds} s)"),
                (Some(seconds), Some(false)) => format!("broken ({seconds} s)"),
            },
        ]);
    }
    table.to_string()
}

fn kept(receipt: &DenialReceipt, promised: Option<u32>, now: UnixSeconds) -> Option<bool> {
    promised.and_then(|seconds| receipt.keeps(seconds.into(), now))
}

fn moment(at: UnixMillis) -> String {
    UnixSeconds(at.0 / 1_000).to_string()
}
