//! How long a profile is kept: legal holds, and its erasure.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    command::Command,
    custody::{Remark, kept_until},
    ids::InvestorId,
    investor::Status,
};
use symbolon_store::{Departure, Subject};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Absent, NoFields, Refused, profiles::remark};
use crate::{
    auth::Caller,
    change::{Post, Transaction},
    extract::InvestorPath,
    problem::Result,
    state::AppState,
    vault::AtProvider,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(hold))
        .routes(routes!(lift))
        .routes(routes!(erase))
}

/// Until when a profile is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustodyBody {
    /// The investor.
    #[schema(value_type = String)]
    investor: InvestorId,
    /// The holds that lie on it, by their references.
    #[schema(value_type = Vec<String>)]
    holds: Vec<Remark>,
    /// Whether it was erased.
    erased: bool,
    /// How the person went from the register, by the log; absent while it is there, and in
    /// the answer to the erasure itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<DepartureBody>,
    /// Since when the relation is over; absent while the investor is verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    relation_ended: Option<String>,
    /// From when it may be erased, if no hold lies on it then; absent while the relation
    /// lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_until: Option<String>,
    /// For how many years the issuer keeps profiles after that.
    retention_years: u8,
    /// Whether it is erased then without anybody's doing, if the issuer said so.
    erased_by_itself: bool,
    /// Once it was erased, what has become of it at the providers who were asked to
    /// verify the person.
    providers: Vec<AtProvider>,
}

/// How a person went from the register: erased, or found to be somebody who was known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Departure)]
struct DepartureBody {
    #[schema(format = DateTime)]
    at: String,
    /// By whom, as the log names them.
    by: String,
    /// The entry of the log that tells of it.
    entry: u64,
    /// Who it was; absent where it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    merged_into: Option<InvestorId>,
}

impl From<Departure> for DepartureBody {
    fn from(departure: Departure) -> Self {
        Self {
            at: departure.at.to_string(),
            by: departure.by,
            entry: departure.entry.0,
            merged_into: departure.merged_into,
        }
    }
}

async fn custody(transaction: &mut Transaction, id: InvestorId) -> Result<CustodyBody> {
    let investor = transaction.investor(id).await?;
    let (since, retention) = transaction.retention(id).await?;
    let providers = transaction.inner().forgettings(id).await?;
    let over = !matches!(investor.status, Status::Verified(_));
    Ok(CustodyBody {
        investor: id,
        holds: investor.custody.holds.into_iter().collect(),
        erased: investor.custody.erased,
        gone: None,
        relation_ended: over.then(|| since.to_string()),
        kept_until: over.then(|| kept_until(since, retention.years).to_string()),
        retention_years: retention.years.0,
        erased_by_itself: retention.erases_by_itself,
        providers: providers.into_iter().map(AtProvider::from).collect(),
    })
}

/// Show until when a profile is kept
///
/// The clock begins when the relation ends: when the verdict was revoked or ran out, or the
/// investor was rejected, or made known and never judged.
#[utoipa::path(
    get, path = "/investors/{id}/custody", operation_id = "show_custody", tag = "Profiles",
    params(("id" = String, Path, description = "The investor's id")),
    responses((status = 200, description = "Until when, and why", body = CustodyBody), Absent)
)]
async fn show(
    caller: Caller,
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
) -> Result<Json<CustodyBody>> {
    let issuer = caller.issuer.clone();
    let mut transaction = Transaction::begin(&state, caller).await?;
    let custody = custody(&mut transaction, id).await?;
    drop(transaction);
    let gone = state.store.departure(&issuer, id).await?;
    Ok(Json(CustodyBody {
        gone: gone.map(DepartureBody::from),
        ..custody
    }))
}

/// A legal hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Hold {
    /// Who needs the profile kept, such as a case number: 1 to 200 characters, and
    /// nothing about the person.
    #[schema(example = "BaFin 2026-118")]
    reference: String,
}

/// Place a legal hold
///
/// The profile is kept until the hold is lifted, however long ago the relation ended.
#[utoipa::path(
    post, path = "/investors/{id}/holds", operation_id = "place_hold", tag = "Profiles",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = Hold,
    responses((status = 200, description = "Until when it is kept now", body = CustodyBody), Refused)
)]
async fn hold(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<Hold>,
) -> Result<Response> {
    let post = post.map(|body| remark("reference", &body.reference))?;
    decided(&state, &post, id, |reference| Command::PlaceHold {
        reference: reference.clone(),
    })
    .await
}

/// Lift a legal hold
///
/// Other holds stay, and so does the clock.
#[utoipa::path(
    post, path = "/investors/{id}/holds/lift", operation_id = "lift_hold", tag = "Profiles",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = Hold,
    responses((status = 200, description = "Until when it is kept now", body = CustodyBody), Refused)
)]
async fn lift(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<Hold>,
) -> Result<Response> {
    let post = post.map(|body| remark("reference", &body.reference))?;
    decided(&state, &post, id, |reference| Command::LiftHold {
        reference: reference.clone(),
    })
    .await
}

async fn decided(
    state: &AppState,
    post: &Post<Remark>,
    id: InvestorId,
    command: impl Fn(&Remark) -> Command,
) -> Result<Response> {
    let command = &command(&post.body);
    post.commit(state, |mut transaction| async move {
        let subject = Subject::Investor(id);
        transaction.decide(subject, command.clone()).await?;
        let body = custody(&mut transaction, id).await?;
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}

/// Erase a profile
///
/// Once the law keeps it no longer: the relation ended long enough ago, and no hold lies
/// on it. Its values go, and the person's key is destroyed, so that every copy is
/// unreadable, backups of the register included. Verdicts and log stay, without the
/// person. Providers who were asked to verify it are told to forget it, until they have:
/// what has become of that is shown with its custody. It cannot be undone, and needs a key
/// that was made to open profiles.
#[utoipa::path(
    post, path = "/investors/{id}/profile/erase", operation_id = "erase_profile",
    tag = "Profiles",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = NoFields,
    responses((status = 200, description = "What is left", body = CustodyBody), Refused)
)]
async fn erase(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    post.caller.require_profiles()?;
    let vault = state.vault()?;
    let answer = post
        .commit(&state, |mut transaction| async move {
            transaction.erase_profile(id).await?;
            let body = custody(&mut transaction, id).await?;
            Ok(transaction.done(StatusCode::OK, body))
        })
        .await?;
    vault.destroy_key(&post.caller.issuer, id).await?;
    Ok(answer)
}
