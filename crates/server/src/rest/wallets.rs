//! One wallet: its verdict, every reason, and what each chain says of it.
//!
//! Tokens' back ends ask this before every transfer, so it takes one select by
//! primary key: the caller and the list of chains come from memory.

use axum::{Json, extract::State};
use serde::Serialize;
use symbolon_core::{
    mirror::record::WalletRecord, time::UnixSeconds, verdict, wallet::WalletAddress,
};
use symbolon_store::{AuthorityOnChain, Chain, WalletReport};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Absent,
    model::{InvestorBody, ReasonBody, date},
    words::AccreditationWord,
};
use crate::{
    auth::Caller,
    extract::WalletPath,
    problem::{Problem, Result, catalog},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What is known of a wallet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WalletReportBody {
    /// With its EIP-55 checksum.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    address: String,
    /// The register's verdict at `at`.
    verified: bool,
    /// The moment of this answer.
    #[schema(format = DateTime, example = "2026-11-21T09:30:00Z")]
    at: String,
    /// Everything that stands against it; empty if verified.
    reasons: Vec<ReasonBody>,
    /// How often the chains were told something new of it.
    version: u16,
    /// Its holder, showing this wallet alone; null once it was removed.
    investor: Option<InvestorBody>,
    /// What each of the issuer's chains says.
    chains: Vec<ChainAnswer>,
}

/// What one chain says of a wallet.
#[derive(Debug, Serialize, ToSchema)]
struct ChainAnswer {
    #[schema(example = 31337)]
    chain_id: u64,
    /// Which of the issuer's registries there, from 0.
    place: u8,
    #[schema(example = "anvil")]
    name: String,
    /// What `isVerified` says there at the moment of this answer, by the last
    /// confirmed block.
    verified: bool,
    /// Whether the chain holds what the register wants it to hold.
    equals_register: bool,
    /// Whether it is yet to be told: the change is queued, or sent and not
    /// confirmed.
    pending: bool,
    /// What the chain holds; null if it never heard of the wallet.
    record: Option<RecordBody>,
    /// The confirmed block that showed it.
    block: Option<u64>,
}

/// A wallet's word on chain, decoded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WalletRecord)]
struct RecordBody {
    version: u16,
    /// The identity's address; null for a tombstone.
    identity: Option<String>,
    /// Whether the approval stands, expiry and bars aside.
    approved: bool,
    restricted: bool,
    frozen: bool,
    /// ISO 3166-1 numeric; null where unset.
    #[schema(example = 276)]
    country: Option<u16>,
    #[schema(format = DateTime)]
    expiry: Option<String>,
    accreditation: Option<AccreditationWord>,
    #[schema(format = Date)]
    accreditation_ends: Option<String>,
    us_person: bool,
    authority: u8,
    /// Whether an agent wrote it and the register has not confirmed it.
    provisional: bool,
}

/// Show a wallet's verdict
///
/// Whether it is verified at this moment, every reason if it is not, its
/// holder, and for each chain what that chain says and whether it equals the
/// register. A wallet that nobody ever bound is not found.
#[utoipa::path(
    get, path = "/wallets/{address}", operation_id = "show_wallet", tag = "Wallets",
    params(("address" = String, Path, description = "The wallet's address")),
    responses((status = 200, description = "The wallet", body = WalletReportBody), Absent)
)]
async fn show(
    caller: Caller,
    WalletPath(address): WalletPath,
    State(state): State<AppState>,
) -> Result<Json<WalletReportBody>> {
    let chains = state.chains(&caller.issuer).await?;
    let report = state
        .lookups
        .report(&state.store, &caller.issuer, address)
        .await?;
    let report = report.ok_or_else(unknown)?;
    // Only an authority can be restricted, and most registers have none.
    let authorities = match report.names_authority() {
        true => state.store.authorities_on_chains(&caller.issuer).await?,
        false => Vec::new(),
    };
    let now = state.clock.now();
    let answers = chains
        .iter()
        .map(|chain| ChainAnswer::new(&report, chain, &authorities, now));
    let answers = answers.collect();
    Ok(Json(WalletReportBody::new(address, report, answers, now)))
}

pub(super) fn unknown() -> Problem {
    Problem::new(
        &catalog::UNKNOWN_WALLET,
        "this issuer's register has never known the wallet",
    )
}

impl WalletReportBody {
    fn new(
        address: WalletAddress,
        report: WalletReport,
        chains: Vec<ChainAnswer>,
        now: UnixSeconds,
    ) -> Self {
        let restricted = report.restricted();
        let reasons = match &report.investor {
            Some(investor) => verdict::reasons(investor, &report.wallet, None, restricted, now),
            None => vec![verdict::Reason::UnknownWallet],
        };
        Self {
            address: address.to_string(),
            verified: reasons.is_empty(),
            at: now.to_string(),
            reasons: reasons.into_iter().map(ReasonBody::from).collect(),
            version: report.wallet.version.0,
            chains,
            investor: report
                .investor
                .map(|investor| InvestorBody::new(investor, restricted, now)),
        }
    }
}

impl ChainAnswer {
    fn new(
        report: &WalletReport,
        chain: &Chain,
        authorities: &[AuthorityOnChain],
        now: UnixSeconds,
    ) -> Self {
        let id = chain.chain.id;
        let restricted = authorities
            .iter()
            .filter(|known| known.registry == id && known.observed)
            .map(|known| known.authority)
            .collect();
        let observed = report.observed(id);
        let pending = report.is_pending(&chain.chain.target());
        Self {
            chain_id: id.chain.0,
            place: id.place,
            name: chain.chain.name.clone(),
            verified: observed.is_verified_at(now, restricted),
            equals_register: !pending,
            pending,
            record: (observed != WalletRecord::EMPTY).then(|| RecordBody::from(observed)),
            block: report
                .chains
                .iter()
                .find(|seen| seen.registry == id)
                .map(|seen| seen.block),
        }
    }
}

impl From<WalletRecord> for RecordBody {
    fn from(record: WalletRecord) -> Self {
        Self {
            version: record.version().0,
            identity: record.is_contained().then(|| record.identity().to_string()),
            approved: record.is_approved(),
            restricted: record.is_restricted(),
            frozen: record.is_frozen(),
            country: Some(record.country_code()).filter(|code| *code != 0),
            expiry: record.expiry().map(|expiry| expiry.to_string()),
            accreditation: AccreditationWord::of_rating(record.rating()),
            accreditation_ends: record.accreditation_ends().map(date),
            us_person: record.is_us_person(),
            authority: record.authority().0,
            provisional: record.is_provisional(),
        }
    }
}
