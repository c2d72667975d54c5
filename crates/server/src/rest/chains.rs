//! The issuer's chains and how far each has come.

use axum::{Json, extract::State};
use serde::Serialize;
use symbolon_core::time::UnixSeconds;
use symbolon_store::{Chain, ChainStatistics, Scan};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::words::Level;
use crate::{auth::Caller, extract::page::Page, problem::Result, state::AppState};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A chain that the register is mirrored to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chain)]
pub(super) struct ChainBody {
    /// EIP-155.
    #[schema(example = 31337)]
    id: u64,
    /// Which of the issuer's registries there, from 0.
    place: u8,
    #[schema(example = "anvil")]
    name: String,
    /// The identity registry there.
    registry: String,
    /// Whom that registry holds.
    filter: FilterBody,
    /// Blocks after which a transaction counts as confirmed.
    confirmations: u32,
    /// The newest block seen.
    head_block: Option<u64>,
    /// Seconds since that block, by its own time.
    head_age_seconds: Option<u64>,
    /// The newest block that cannot be reorganised away.
    finalized_block: Option<u64>,
    /// Blocks between the two.
    finality_lag_blocks: Option<u64>,
    outbox: OutboxBody,
    drift: DriftBody,
    /// Signed transactions of which nobody knows yet what became.
    open_transactions: u64,
    /// Nonces of those that were sent with a higher fee since.
    replaced_transactions: u64,
    /// Wallets whose approval the registry would not carry out: a person must look.
    quarantined_wallets: u64,
    /// How long the oldest denial has waited that is in no block that counts.
    oldest_denial_age_seconds: Option<u64>,
    /// Who signs there.
    signer: Option<String>,
    /// What the signer has left for gas, in wei; text, since it exceeds 2^53.
    #[schema(example = "10000000000000000000000")]
    signer_balance_wei: Option<String>,
    /// For how many days that lasts, if the signer goes on paying as it did last.
    signer_balance_days: Option<u64>,
    /// The server that drives its lane; null while none does.
    driver: Option<DriverBody>,
    /// What went wrong last, with writing there or with reading what others wrote
    /// there; null while all is well.
    last_error: Option<String>,
    /// When all this was seen.
    #[schema(format = DateTime)]
    updated: Option<String>,
}

/// The server that drives a lane: of several, one at a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LaneDriver)]
struct DriverBody {
    /// Its host's name and the number of its process there.
    #[schema(example = "kyc-1:4711")]
    name: String,
    /// When it took the lane.
    #[schema(format = DateTime)]
    since: String,
}

/// Whom a registry holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryFilter)]
struct FilterBody {
    /// Investors of these countries, ISO 3166-1 alpha-2; empty for all.
    countries: Vec<&'static str>,
    /// Investors verified so thoroughly; empty for all.
    levels: Vec<Level>,
}

/// How the chain has come to differ from the register otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Drift)]
struct DriftBody {
    /// Wallets that the chain denies and the register approves: a person decides.
    disputed: u64,
    /// Wallets that the last scan denied there or wrote anew.
    repaired: u64,
    /// When that scan ended; null while one is under way.
    #[schema(format = DateTime)]
    compared: Option<String>,
    /// Whether approvals wait until it has ended, since the register may have lost
    /// decisions.
    approvals_held: bool,
}

/// What the chain is yet to be told of: wallets, and what contracts beside its
/// registry hold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Outbox)]
struct OutboxBody {
    approvals: u64,
    /// These go first.
    denials: u64,
    /// Rules, certificates, identities' keys and claims of which contracts beside the
    /// registry are yet to be told, or to be read.
    errands: u64,
    /// How long the oldest approval or denial has waited.
    oldest_age_seconds: Option<u64>,
}

/// List chains
///
/// Every chain that this issuer's register is mirrored to, with its head, what
/// it is yet to be told, the signer's balance, and which server drives it. A chain has no pages: an
/// issuer has a handful.
#[utoipa::path(
    get, path = "/chains", operation_id = "list_chains", tag = "Chains",
    responses((status = 200, description = "All chains", body = Page<ChainBody>))
)]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Page<ChainBody>>> {
    let chains = state.store.chains(&caller.issuer).await?;
    let statistics = state.store.chain_statistics(&caller.issuer).await?;
    let now = state.clock.now();
    let owed = |chain: &Chain| {
        statistics
            .iter()
            .find(|owed| owed.registry == chain.chain.id)
    };
    let mut data = Vec::with_capacity(chains.len());
    for chain in &chains {
        let (store, id) = (&state.store, chain.chain.id);
        let drift = DriftBody {
            disputed: store.count_disputes(&caller.issuer, id).await?,
            ..DriftBody::of(chain, store.scan(&caller.issuer, id).await?)
        };
        data.push(ChainBody::new(chain, owed(chain), drift, now));
    }
    Ok(Json(Page {
        data,
        next_cursor: None,
    }))
}

impl DriftBody {
    fn of(chain: &Chain, scan: Option<Scan>) -> Self {
        Self {
            disputed: 0,
            repaired: scan.map_or(0, |scan| scan.findings.repaired()),
            compared: scan.and_then(|scan| Some(scan.ended?.to_string())),
            approvals_held: chain.approvals_held,
        }
    }
}

impl ChainBody {
    fn new(
        found: &Chain,
        owed: Option<&ChainStatistics>,
        drift: DriftBody,
        now: UnixSeconds,
    ) -> Self {
        let (chain, status) = (&found.chain, &found.status);
        let age = |at: UnixSeconds| now.0.saturating_sub(at.0);
        Self {
            id: chain.id.chain.0,
            place: chain.id.place,
            name: chain.name.clone(),
            registry: chain.registry.to_string(),
            filter: FilterBody {
                countries: chain
                    .filter
                    .countries
                    .iter()
                    .map(|one| one.alpha2())
                    .collect(),
                levels: chain
                    .filter
                    .levels
                    .iter()
                    .copied()
                    .map(Level::from)
                    .collect(),
            },
            confirmations: chain.confirmations,
            head_block: status.head_block,
            head_age_seconds: status.head_time.map(age),
            finalized_block: status.finalized_block,
            finality_lag_blocks: status
                .head_block
                .zip(status.finalized_block)
                .map(|(head, finalized)| head.saturating_sub(finalized)),
            outbox: OutboxBody {
                approvals: owed.map_or(0, |owed| owed.approvals),
                denials: owed.map_or(0, |owed| owed.denials),
                errands: owed.map_or(0, |owed| owed.errands),
                oldest_age_seconds: owed.and_then(|owed| owed.oldest).map(age),
            },
            drift,
            open_transactions: owed.map_or(0, |owed| owed.open_transactions),
            replaced_transactions: owed.map_or(0, |owed| owed.replaced),
            quarantined_wallets: owed.map_or(0, |owed| owed.quarantined),
            oldest_denial_age_seconds: owed.and_then(|owed| owed.oldest_denial).map(age),
            signer: status.signer.map(|signer| signer.to_string()),
            signer_balance_wei: status.signer_balance_wei.map(|wei| wei.to_string()),
            signer_balance_days: owed
                .zip(status.signer_balance_wei)
                .and_then(|(owed, wei)| owed.days_of_funds(wei)),
            driver: found.driver.as_ref().map(|driver| DriverBody {
                name: driver.name.clone(),
                since: driver.since.to_string(),
            }),
            last_error: found.trouble(),
            updated: status.updated.map(|at| at.to_string()),
        }
    }
}
