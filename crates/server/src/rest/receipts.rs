//! When a wallet's denials reached each chain.

use axum::{Json, extract::State};
use serde::Serialize;
use symbolon_core::{
    mirror::reached::Reached,
    time::{UnixMillis, UnixSeconds},
};
use symbolon_store::DenialReceipt;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Absent, wallets};
use crate::{
    auth::Caller,
    extract::{WalletPath, page::Page},
    problem::Result,
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// When a denial of a wallet reached one chain. What is not known yet is null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DenialReceipt)]
struct ReceiptBody {
    /// The log's entry that decided it.
    entry: u64,
    #[schema(format = DateTime)]
    decided: String,
    /// EIP-155.
    #[schema(example = 31337)]
    chain_id: u64,
    /// Which of the issuer's registries there, from 0.
    place: u8,
    reached: ReachedWord,
    /// The transaction that carries it.
    transaction: Option<String>,
    block: Option<u64>,
    /// When a node first took it.
    #[schema(format = DateTime)]
    sent: Option<String>,
    /// When it was first seen in a block.
    #[schema(format = DateTime)]
    mined: Option<String>,
    /// When it was seen in a block that counts.
    #[schema(format = DateTime)]
    finalized: Option<String>,
    /// From the decision to the block.
    seconds_to_block: Option<u64>,
    /// Within how many seconds the issuer promises that; null: it promises nothing.
    promised_seconds: Option<u32>,
    /// Whether the promise was kept; null while it still may be.
    promise_kept: Option<bool>,
}

/// How far a denial has come.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Reached)]
enum ReachedWord {
    /// No transaction carries it yet.
    Waiting,
    /// One is signed and stored.
    Stored,
    /// A node has taken it.
    Sent,
    /// It is in a block that may still be undone.
    Mined,
    /// It is in a block that counts.
    Final,
    /// It needed no transaction of its own.
    Needless,
}

impl From<Reached> for ReachedWord {
    fn from(reached: Reached) -> Self {
        match reached {
            Reached::Waiting => Self::Waiting,
            Reached::Stored => Self::Stored,
            Reached::Sent => Self::Sent,
            Reached::Mined => Self::Mined,
            Reached::Final => Self::Final,
            Reached::Needless => Self::Needless,
        }
    }
}

/// List a wallet's receipts
///
/// For each denial of the wallet and each chain: when it was decided, sent, mined
/// and final, against what the issuer promises. The newest denials first, a
/// hundred at most. A wallet that was never denied has none; one that nobody ever
/// bound is not found.
#[utoipa::path(
    get, path = "/wallets/{address}/receipts", operation_id = "list_receipts", tag = "Wallets",
    params(("address" = String, Path, description = "The wallet's address")),
    responses((status = 200, description = "Its receipts", body = Page<ReceiptBody>), Absent)
)]
async fn list(
    caller: Caller,
    WalletPath(address): WalletPath,
    State(state): State<AppState>,
) -> Result<Json<Page<ReceiptBody>>> {
    let receipts = state.store.denial_receipts(&caller.issuer, address).await?;
    if receipts.is_empty() {
        let (lookups, store) = (&state.lookups, &state.store);
        let known = lookups.report(store, &caller.issuer, address).await?;
        known.ok_or_else(wallets::unknown)?;
    }
    let promised = state.store.issuer(&caller.issuer).await?.promised_seconds;
    let now = state.clock.now();
    let data = receipts
        .iter()
        .map(|receipt| ReceiptBody::new(receipt, promised, now));
    Ok(Json(Page {
        data: data.collect(),
        next_cursor: None,
    }))
}

impl ReceiptBody {
    fn new(receipt: &DenialReceipt, promised: Option<u32>, now: UnixSeconds) -> Self {
        let moment = |at: UnixMillis| UnixSeconds(at.0 / 1_000).to_string();
        Self {
            entry: receipt.entry.0,
            decided: receipt.decided.to_string(),
            chain_id: receipt.registry.chain.0,
            place: receipt.registry.place,
            reached: receipt.reached.into(),
            transaction: receipt.transaction.map(|hash| hash.to_string()),
            block: receipt.block,
            sent: receipt.sent.map(moment),
            mined: receipt.mined.map(moment),
            finalized: receipt.finalized.map(|at| at.to_string()),
            seconds_to_block: receipt.seconds_to_block(),
            promised_seconds: promised,
            promise_kept: promised.and_then(|seconds| receipt.keeps(seconds.into(), now)),
        }
    }
}
