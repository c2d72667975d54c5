//! Verifications: attempts to verify somebody by a provider, and those that somebody must
//! look at.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    command::Command,
    verification::{Concern, VerificationState},
};
use symbolon_store::{Subject, Verification};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Absent, NoFields, Refused};
use crate::{
    auth::Caller,
    change::Post,
    extract::{
        InvestorPath, Query, VerificationPath,
        page::{self, InTime, Page},
    },
    problem::{Problem, Result, catalog, unknown_investor},
    state::AppState,
};

const LIST: &str = "verifications";
/// An investor's attempts that are shown.
const MOST_OF_ONE: u32 = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_investor))
        .routes(routes!(show))
        .routes(routes!(settle))
}

/// An attempt to verify somebody by a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verification)]
struct VerificationBody {
    id: String,
    investor: String,
    /// Which of your accounts with providers.
    provider: String,
    /// The provider's applicant or workflow run; null: not known yet.
    reference: Option<String>,
    #[schema(value_type = String, example = "review")]
    state: VerificationState,
    /// Why somebody must look.
    #[schema(value_type = Vec<Object>, example = json!([{"concern": "country_unknown"}]))]
    concerns: Vec<Concern>,
    /// The log's entry of the last decision that came of it.
    decision: Option<u64>,
    #[schema(format = DateTime)]
    opened: String,
    #[schema(format = DateTime)]
    changed: String,
}

impl From<Verification> for VerificationBody {
    fn from(verification: Verification) -> Self {
        Self {
            id: verification.id.to_string(),
            investor: verification.investor.to_string(),
            provider: verification.provider.to_string(),
            reference: verification.reference,
            state: verification.state,
            concerns: verification.concerns,
            decision: verification.attempt.decision.map(|entry| entry.0),
            opened: verification.opened.to_string(),
            changed: verification.changed.to_string(),
        }
    }
}

/// Which attempts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Those that stand so: waiting, retry, review, approved, refused or settled.
    #[param(default = "review")]
    state: Option<String>,
}

/// List verifications
///
/// Those that somebody must look at, unless you ask for others; the oldest first.
#[utoipa::path(
    get, path = "/verifications", operation_id = "list_verifications", tag = "Verdicts",
    params(ListQuery),
    responses((status = 200, description = "A page of verifications", body = Page<VerificationBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<VerificationBody>>> {
    let (limit, after) =
        page::read::<InTime<_>>(query.limit.as_deref(), query.cursor.as_deref(), LIST)?;
    let word = query.state.as_deref().unwrap_or("review");
    let wanted = VerificationState::from_word(word).ok_or_else(|| {
        let message = "write waiting, retry, review, approved, refused or settled";
        Problem::parameter("state", "unknown_state", message)
    })?;
    let after = after.map(|InTime(at, id)| (at, id));
    let found = state
        .store
        .verifications_in(&caller.issuer, wanted, after, limit + 1)
        .await?;
    let place = |last: &Verification| InTime(last.opened, last.id);
    Ok(Json(Page::cut(
        LIST,
        limit,
        found,
        place,
        VerificationBody::from,
    )))
}

/// List an investor's verifications
///
/// The newest first, at most 100.
#[utoipa::path(
    get, path = "/investors/{id}/verifications", operation_id = "list_investor_verifications",
    tag = "Verdicts",
    params(("id" = String, Path, description = "The investor's id")),
    responses((status = 200, description = "Its verifications", body = Page<VerificationBody>), Absent)
)]
async fn of_investor(
    caller: Caller,
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
) -> Result<Json<Page<VerificationBody>>> {
    let known = state.store.investor(&caller.issuer, id).await;
    known.map_err(unknown_investor)?;
    let found = state
        .store
        .verifications_of(&caller.issuer, id, MOST_OF_ONE);
    let found = found.await?.into_iter();
    Ok(Json(Page {
        data: found.map(VerificationBody::from).collect(),
        next_cursor: None,
    }))
}

/// Show a verification
///
/// Where it stands, and why somebody must look, if somebody must.
#[utoipa::path(
    get, path = "/verifications/{id}", operation_id = "show_verification", tag = "Verdicts",
    params(("id" = String, Path, description = "The verification's id")),
    responses((status = 200, description = "The verification", body = VerificationBody), Absent)
)]
async fn show(
    caller: Caller,
    VerificationPath(id): VerificationPath,
    State(state): State<AppState>,
) -> Result<Json<VerificationBody>> {
    let found = state.store.verification(&caller.issuer, id).await?;
    Ok(Json(found.into()))
}

/// Settle a verification
///
/// Somebody has looked, and given a verdict by hand or let it be. It is off the list then;
/// what the provider approves later puts it there again, and what it denies denies.
#[utoipa::path(
    post, path = "/verifications/{id}/settle", operation_id = "settle_verification",
    tag = "Verdicts",
    params(("id" = String, Path, description = "The verification's id")),
    request_body = NoFields,
    responses((status = 200, description = "The verification", body = VerificationBody), Refused)
)]
async fn settle(
    VerificationPath(id): VerificationPath,
    State(state): State<AppState>,
    post: Post<NoFields>,
) -> Result<Response> {
    post.commit(&state, |mut transaction| async move {
        let now = transaction.now;
        let mut found = transaction.inner().verification(id).await?;
        let settled = Command::SettleVerification { verification: id };
        let subject = Subject::Investor(found.investor);
        transaction.decide(subject, settled).await?;
        if found.state != VerificationState::Review {
            let detail = "nobody must look at this verification";
            return Err(Problem::new(&catalog::ALREADY_SO, detail));
        }
        found.state = VerificationState::Settled;
        found.changed = now;
        transaction.inner().keep_verification(&found, now).await?;
        Ok(transaction.done(StatusCode::OK, VerificationBody::from(found)))
    })
    .await
}
