//! An investor's wallets: binding, removing, barring from use.

use axum::{extract::State, http::StatusCode, response::Response};
use symbolon_core::command::Command;
use symbolon_store::Subject;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Refused, investors::NewWallet, known_chains, model::InvestorBody, put};
use crate::{
    auth::Caller,
    change::Post,
    extract::{Check, HeldWalletPath, InvestorPath},
    problem::Result,
    rest::NoFields,
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(link))
        .routes(routes!(remove))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
}

/// Link a wallet
///
/// Binds a wallet to the investor, on all of the issuer's chains or on some.
/// A verified investor's wallet is verified from then on. One wallet belongs to
/// one investor.
#[utoipa::path(
    post, path = "/investors/{id}/wallets", operation_id = "link_wallet", tag = "Wallets",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NewWallet,
    responses((status = 201, description = "The investor, with the wallet", body = InvestorBody), Refused)
)]
async fn link(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NewWallet>,
) -> Result<Response> {
    let known = known_chains(&state, &post.caller).await?;
    let post = post.map(|body| {
        let mut check = Check::default();
        let read = body.read(&mut check, "", &known);
        Ok(check.finish(read)?)
    })?;
    let (wallet, chains) = &post.body;
    post.commit(&state, |mut transaction| async move {
        let (wallet, chains) = (*wallet, chains.clone());
        let link = Command::LinkWallet { wallet, chains };
        let decision = transaction.decide(Subject::Investor(id), link).await?;
        let body = transaction.show(decision.investor).await?;
        Ok(transaction.done(StatusCode::CREATED, body))
    })
    .await
}

/// Remove a wallet
///
/// Takes the wallet from the investor. The chains keep a tombstone with its
/// version, so that no old approval can bring it back.
#[utoipa::path(
    delete, path = "/investors/{id}/wallets/{address}", operation_id = "remove_wallet",
    tag = "Wallets",
    params(
        ("id" = String, Path, description = "The investor's id"),
        ("address" = String, Path, description = "The wallet's address"),
    ),
    responses((status = 200, description = "The investor, without the wallet", body = InvestorBody), Refused)
)]
async fn remove(
    caller: Caller,
    HeldWalletPath(id, wallet): HeldWalletPath,
    State(state): State<AppState>,
) -> Result<Response> {
    put(&state, caller, id, Command::RemoveWallet { wallet }).await
}

/// Deactivate a wallet
///
/// Bars the wallet from use on every chain, for a key that was lost or stolen.
/// The investor's other wallets stay as they are.
#[utoipa::path(
    post, path = "/investors/{id}/wallets/{address}/deactivate",
    operation_id = "deactivate_wallet", tag = "Wallets",
    params(
        ("id" = String, Path, description = "The investor's id"),
        ("address" = String, Path, description = "The wallet's address"),
    ),
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn deactivate(
    HeldWalletPath(id, wallet): HeldWalletPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    super::act(&state, &post, id, |_| Command::DeactivateWallet { wallet }).await
}

/// Reactivate a wallet
///
/// Lets a deactivated wallet be used again.
#[utoipa::path(
    post, path = "/investors/{id}/wallets/{address}/reactivate",
    operation_id = "reactivate_wallet", tag = "Wallets",
    params(
        ("id" = String, Path, description = "The investor's id"),
        ("address" = String, Path, description = "The wallet's address"),
    ),
    responses((status = 200, description = "The investor", body = InvestorBody), Refused)
)]
async fn reactivate(
    HeldWalletPath(id, wallet): HeldWalletPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    super::act(&state, &post, id, |_| Command::ReactivateWallet { wallet }).await
}
