//! Profiles: what the issuer knows of an investor beyond its verdict. They go into the
//! vault here; they come out for keys that were made for it, each time for a purpose
//! that the log keeps.

mod body;

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    command::Command,
    custody::Remark,
    ids::InvestorId,
    profile::{Field, Personal, search_email, search_national_id},
};
use symbolon_store::Subject;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use body::{ProfileBody, changes};

use super::Refused;
use crate::{
    auth::Caller,
    change::Post,
    extract::{Body, Check, InvestorPath},
    problem::{Problem, Result, unknown_investor},
    state::AppState,
};

/// Investors that a search answers with.
const MOST_FOUND: u32 = 100;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change))
        .routes(routes!(open))
        .routes(routes!(search))
}

/// Which values of a profile are known, never what they say.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProfileChanged {
    /// The investor.
    #[schema(value_type = String)]
    investor: InvestorId,
    /// What was changed.
    #[schema(value_type = Vec<String>, example = json!(["family_name", "email"]))]
    changed: BTreeSet<Field>,
}

/// Change a profile
///
/// Each value that is named replaces the one before it; `null` forgets it; the others
/// stay. Every value is sealed under a key of this person alone, and the log keeps which
/// values changed, never what they say.
#[utoipa::path(
    post, path = "/investors/{id}/profile", operation_id = "change_profile", tag = "Profiles",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = ProfileBody,
    responses((status = 200, description = "What was changed", body = ProfileChanged), Refused)
)]
async fn change(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<ProfileBody>,
) -> Result<Response> {
    let vault = state.vault()?;
    let issuer = &post.caller.issuer;
    let investor = state.store.investor(issuer, id).await;
    let kind = investor.map_err(unknown_investor)?.investor.kind;
    let changes = changes(kind, &post.body, state.clock.now())?;
    let sealed = vault.seal(issuer, id, &changes).await;
    let sealed = sealed.map_err(Problem::from);
    let fields = &changes.fields();
    post.commit_prepared(&state, &sealed, |mut transaction, sealed| async move {
        let changed = Command::ChangeProfile {
            fields: fields.clone(),
        };
        let subject = Subject::Investor(id);
        transaction.decide(subject, changed).await?;
        transaction.keep_profile(id, sealed).await?;
        let body = ProfileChanged {
            investor: id,
            changed: fields.clone(),
        };
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}

/// Why somebody opens a profile.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    /// What for: the log keeps it. 1 to 200 characters, and nothing about the person.
    #[schema(example = "yearly review")]
    purpose: String,
}

impl Opening {
    /// What for, as it was written.
    pub(super) fn text(&self) -> &str {
        &self.purpose
    }
}

/// Open a profile
///
/// All that is known, for a key that was made to open profiles. The log keeps who opened
/// it, when, and what for. The answer is not kept under an `Idempotency-Key`.
#[utoipa::path(
    post, path = "/investors/{id}/profile/open", operation_id = "open_profile", tag = "Profiles",
    params(("id" = String, Path, description = "The investor's id")),
    request_body = Opening,
    responses((status = 200, description = "The profile", body = ProfileBody), Refused)
)]
async fn open(
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
    post: Post<Opening>,
) -> Result<Json<ProfileBody>> {
    post.caller.require_profiles()?;
    let vault = state.vault()?;
    let purpose = purpose(&post.body.purpose)?;
    let purpose = &purpose;
    let record = state.store.investor(&post.caller.issuer, id).await;
    let kind = record.map_err(unknown_investor)?.investor.kind;
    // On record before it is shown.
    let opening = Post { once: None, ..post };
    opening
        .commit(&state, |mut transaction| async move {
            let opened = Command::OpenProfile {
                purpose: purpose.clone(),
            };
            transaction.decide(Subject::Investor(id), opened).await?;
            Ok(transaction.done(StatusCode::OK, ()))
        })
        .await?;
    let profile = vault.open(&opening.caller.issuer, id, kind).await?;
    Ok(Json(ProfileBody::of(&profile)))
}

/// A purpose or reference for the log.
pub(super) fn purpose(text: &str) -> Result<Remark> {
    remark("purpose", text)
}

pub(super) fn remark(field: &str, text: &str) -> Result<Remark> {
    let mut check = Check::default();
    let read = text.parse::<Remark>();
    let read = read.map_err(|error| check.refuse(field, "bad_remark", error.to_string()));
    Ok(check.finish(read.ok())?)
}

/// By what a person is looked for: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// The whole e-mail address.
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// The whole number.
    national_id: Option<SearchedNumber>,
}

/// A number that a state gave a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SearchedNumber {
    /// ISO 3166-1, in two or three letters.
    #[schema(example = "DE")]
    country: String,
    /// As it is written; blanks and strokes do not matter.
    number: String,
}

/// Who was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FoundInvestors {
    /// Their ids, at most 100.
    #[schema(value_type = Vec<String>)]
    investors: Vec<InvestorId>,
}

/// Search profiles
///
/// By a whole e-mail address or national id, for a key that was made to open profiles.
/// What is looked for is compared by a keyed digest, and stands in no log.
#[utoipa::path(
    post, path = "/profiles/search", operation_id = "search_profiles", tag = "Profiles",
    request_body = Search,
    responses((status = 200, description = "Who was found", body = FoundInvestors), Refused)
)]
async fn search(
    caller: Caller,
    State(state): State<AppState>,
    Body(body): Body<Search>,
) -> Result<Json<FoundInvestors>> {
    caller.require_profiles()?;
    let vault = state.vault()?;
    let mut check = Check::default();
    let term = match (&body.email, &body.national_id) {
        (Some(email), None) => Some((Field::Email, search_email(email))),
        (None, Some(id)) => check
            .country("national_id.country", &id.country)
            .map(|country| {
                let term = search_national_id(country.alpha2(), &id.number);
                (Field::NationalId, term)
            }),
        _ => {
            check.refuse("", "one_term", "give email or national_id, one of them");
            None
        }
    };
    let (field, term) = check.finish(term)?;
    let term = Personal::new(term);
    let found = vault.find(&caller.issuer, field, &term, MOST_FOUND).await?;
    Ok(Json(FoundInvestors { investors: found }))
}
