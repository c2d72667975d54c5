//! What people must decide: wallets that a chain denies and the register approves.

use axum::{Json, extract::State};
use serde::Serialize;
use symbolon_core::wallet::WalletAddress;
use symbolon_store::Dispute;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Caller,
    extract::{
        Query, RegistryPath,
        page::{self, Page, PageQuery},
    },
    problem::Result,
    state::AppState,
};

/// The list's name in its cursors.
const LIST: &str = "disputes";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A wallet that a chain denies and the register approves, without a word of the
/// register's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
struct DisputeBody {
    /// The wallet.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    wallet: String,
    /// Its holder.
    investor: Option<String>,
    /// The record that the chain was seen to hold, as a 256-bit word.
    record: String,
    /// The block that showed it.
    block: u64,
    /// Whether the wallet is barred on every chain until it is reactivated.
    barred: bool,
    /// When it was noticed.
    #[schema(format = DateTime)]
    since: String,
}

/// List a chain's disputes
///
/// Wallets that this registry denies and the register approves. They stay denied
/// there until a person verifies the holder again, or revokes it; a wallet that
/// is barred must be reactivated, too.
#[utoipa::path(
    get, path = "/chains/{chain_id}/{place}/disputes", operation_id = "list_disputes",
    tag = "Chains",
    params(
        ("chain_id" = u64, Path, description = "EIP-155"),
        ("place" = u8, Path, description = "Which of the issuer's registries there, from 0"),
        PageQuery
    ),
    responses(
        (status = 200, description = "A page of disputes, by wallet", body = Page<DisputeBody>),
        crate::rest::Refused
    )
)]
async fn list(
    caller: Caller,
    RegistryPath(id): RegistryPath,
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<DisputeBody>>> {
    let (limit, after) = query.read::<WalletAddress>(LIST)?;
    let (store, issuer) = (&state.store, &caller.issuer);
    store.chain(issuer, id).await?;
    let found = store.disputes(issuer, id, after, limit).await?;
    let full = found.len() as u64 >= u64::from(limit);
    let last = found.last().filter(|_| full);
    Ok(Json(Page {
        next_cursor: last.map(|last| page::cursor(LIST, last.wallet)),
        data: found.into_iter().map(DisputeBody::from).collect(),
    }))
}

impl From<Dispute> for DisputeBody {
    fn from(dispute: Dispute) -> Self {
        Self {
            wallet: dispute.wallet.to_string(),
            investor: dispute.investor.map(|id| id.to_string()),
            record: format!("{:#066x}", dispute.held.0),
            block: dispute.block,
            barred: dispute.barred,
            since: dispute.since.to_string(),
        }
    }
}
