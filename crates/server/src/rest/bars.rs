//! Bars that lie across every verdict: restriction and asset freeze.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use symbolon_core::command::Command;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NoFields, Refused, act, model::InvestorBody, put};
use crate::{
    auth::Caller,
    change::Post,
    extract::{Check, InvestorPath},
    problem::Result,
    state::AppState,
};

const LONGEST_LICENCE: usize = 200;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(restrict, lift_restriction))
        .routes(routes!(freeze))
        .routes(routes!(unfreeze))
}

/// Restrict an investor
///
/// Bars all of its wallets, whatever the verdict, until the restriction is
/// lifted. No verification lifts it.
#[utoipa::path(
    put, path = "/investors/{id}/restriction", operation_id = "restrict_investor",
    tag = "Bars",
    params(("id" = String, Path, description = "The investor's id")),
    responses((status = 200, description = "The investor, restricted", body = InvestorBody), Refused)
)]
async fn restrict(
    caller: Caller,
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
) -> Result<Response> {
    put(&state, caller, id, Command::Restrict).await
}

/// Lift a restriction
///
/// Afterwards the verdict counts again, as it stands then.
#[utoipa::path(
    delete, path = "/investors/{id}/restriction", operation_id = "lift_restriction",
    tag = "Bars",
    params(("id" = String, Path, description = "The investor's id")),
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn lift_restriction(
    caller: Caller,
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
) -> Result<Response> {
    put(&state, caller, id, Command::LiftRestriction).await
}

/// Freeze an investor's assets
///
/// As sanctions law orders it: stronger than a revocation, nothing moves at
/// all, and lifting it takes a licence.
#[utoipa::path(
    post, path = "/investors/{id}/freeze", operation_id = "freeze_assets", tag = "Bars",
    params(("id" = String, Path, description = "The investor's id")),
    responses((status = 200, description = "The investor, frozen", body = InvestorBody), Refused)
)]
async fn freeze(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    act(&state, &post, id, |_| Command::FreezeAssets).await
}

/// What allows a freeze to be lifted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unfreeze {
    /// The reference of the authority's licence or order. It is stored in the
    /// log: no names.
    #[schema(example = "BAFA-2026-11873")]
    licence: String,
}

/// Unfreeze an investor's assets
///
/// Only with the reference of the licence or order that allows it.
#[utoipa::path(
    post, path = "/investors/{id}/unfreeze", operation_id = "unfreeze_assets", tag = "Bars",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = Unfreeze,
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn unfreeze(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<Unfreeze>,
) -> Result<Response> {
    let post = post.map(|body| {
        let mut check = Check::default();
        let licence = check.prose("licence", &body.licence, LONGEST_LICENCE);
        Ok(check.finish(licence)?)
    })?;
    act(&state, &post, id, |licence| Command::UnfreezeAssets {
        licence: licence.clone(),
    })
    .await
}
