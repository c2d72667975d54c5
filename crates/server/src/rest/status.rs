//! The register in numbers.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use symbolon_core::{investor::StatusName, time::UnixSeconds};
use symbolon_store::Writer;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Caller,
    extract::Query,
    problem::{Problem, Result},
    state::AppState,
};

const DEFAULT_DAYS: u64 = 30;
const MOST_DAYS: u64 = 3650;
const SECONDS_A_DAY: u64 = 86_400;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// How far to look ahead.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StatusQuery {
    /// Days within which an expiry counts as soon, 1 to 3650.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 3650, default = 30)]
    expiring_within_days: Option<String>,
}

/// The register in numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterStatus)]
pub(super) struct StatusBody {
    /// The issuer that the API key opens.
    issuer: String,
    /// Who decides about its investors.
    writer: WriterBody,
    investors: InvestorCounts,
    /// Of the verified, those whose verdict ends within the days asked about.
    expiring_soon: u64,
    /// Entries in the log.
    log_entries: u64,
    /// Wallets that chains are yet to be told of, all chains together.
    outbox: u64,
}

/// Who decides about an issuer's investors.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Writer)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WriterBody {
    /// The register itself, by this API.
    Register,
    /// A `KYCRegistrar` on chain. The register takes in what happens there, and
    /// refuses to write by itself (`writer_is_on_chain`).
    Registrar {
        chain_id: u64,
        #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
        address: String,
        /// The next block to be read there.
        next_block: u64,
        /// Why nothing is read there now; null while all is well.
        last_error: Option<String>,
    },
}

/// Investors by status.
#[derive(Debug, Default, Serialize, ToSchema)]
struct InvestorCounts {
    total: u64,
    pending: u64,
    verified: u64,
    rejected: u64,
    revoked: u64,
    expired: u64,
}

/// Show the register in numbers
///
/// Investors by status, verdicts that end soon, and what the chains are owed.
#[utoipa::path(
    get, path = "/status", operation_id = "show_status", tag = "Register",
    params(StatusQuery),
    responses((status = 200, description = "The numbers", body = StatusBody))
)]
async fn show(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<StatusQuery>,
) -> Result<Json<StatusBody>> {
    let now = state.clock.now();
    let soon = UnixSeconds(now.0 + query.days()? * SECONDS_A_DAY);
    let statistics = state.store.statistics(&caller.issuer, soon).await?;
    let issuer = state.store.issuer(&caller.issuer).await?;
    let writer = match issuer.writer {
        Writer::Register => WriterBody::Register,
        Writer::Registrar { chain, address, .. } => WriterBody::Registrar {
            chain_id: chain.0,
            address: address.to_string(),
            next_block: state.store.next_block_to_witness(&caller.issuer).await?,
            last_error: issuer.writer_error,
        },
    };
    Ok(Json(StatusBody {
        issuer: caller.issuer.to_string(),
        investors: InvestorCounts::of(&statistics.investors),
        expiring_soon: statistics.expiring,
        writer,
        log_entries: issuer.head.number.0,
        outbox: statistics
            .chains
            .iter()
            .map(|chain| chain.approvals + chain.denials)
            .sum(),
    }))
}

impl StatusQuery {
    fn days(&self) -> Result<u64> {
        match self.expiring_within_days.as_deref().map(str::parse) {
            None => Ok(DEFAULT_DAYS),
            Some(Ok(days)) if (1..=MOST_DAYS).contains(&days) => Ok(days),
            Some(_) => {
                let message = format!("must be a number from 1 to {MOST_DAYS}");
                Err(Problem::parameter(
                    "expiring_within_days",
                    "out_of_range",
                    message,
                ))
            }
        }
    }
}

impl InvestorCounts {
    fn of(counts: &[(StatusName, u64)]) -> Self {
        let mut found = Self::default();
        for (status, count) in counts {
            found.total += count;
            let place = match status {
                StatusName::Pending => &mut found.pending,
                StatusName::Verified => &mut found.verified,
                StatusName::Rejected => &mut found.rejected,
                StatusName::Revoked => &mut found.revoked,
                StatusName::Expired => &mut found.expired,
            };
            *place += count;
        }
        found
    }
}
