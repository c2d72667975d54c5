//! The federation's authorities: who may verify where, who is cut off, and who
//! is in charge of whom. All of it is the owner's to decide.

pub(super) mod body;

use std::collections::BTreeSet;

use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use symbolon_core::{
    country::Country,
    federation::OwnerOperation,
    ids::{AuthorityName, InvestorId},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use body::AuthorityBody;

use super::{
    Absent, Refused,
    approvals::{Asked, OperationResult, WaitFields, propose},
};
use crate::{
    auth::Caller,
    change::Post,
    extract::{AuthorityPath, Check, page::Page},
    problem::{Problem, Result, catalog},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show))
        .routes(routes!(set_countries))
        .routes(routes!(restrict))
        .routes(routes!(reinstate))
        .routes(routes!(reassign))
}

/// List authorities
///
/// All of the federation's, by number. There are no pages: a chain can tell
/// 255 apart.
#[utoipa::path(
    get, path = "/authorities", operation_id = "list_authorities", tag = "Federation",
    responses((status = 200, description = "All authorities", body = Page<AuthorityBody>))
)]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Page<AuthorityBody>>> {
    let federation = state.store.federation(&caller.issuer).await?;
    let known = state.store.authorities_on_chains(&caller.issuer).await?;
    let authorities = federation.authorities.values();
    Ok(Json(Page {
        data: authorities
            .map(|authority| AuthorityBody::new(authority, &known))
            .collect(),
        next_cursor: None,
    }))
}

/// Show an authority
///
/// With what each chain was told of it.
#[utoipa::path(
    get, path = "/authorities/{number}", operation_id = "show_authority", tag = "Federation",
    params(("number" = u8, Path, description = "The authority's number")),
    responses((status = 200, description = "The authority", body = AuthorityBody), Absent)
)]
async fn show(
    caller: Caller,
    AuthorityPath(number): AuthorityPath,
    State(state): State<AppState>,
) -> Result<Json<AuthorityBody>> {
    let federation = state.store.federation(&caller.issuer).await?;
    let known = state.store.authorities_on_chains(&caller.issuer).await?;
    let authority = federation.authorities.get(&number);
    let authority = authority.ok_or_else(|| Problem::plain(&catalog::UNKNOWN_AUTHORITY))?;
    Ok(Json(AuthorityBody::new(authority, &known)))
}

/// A new authority.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAuthority {
    /// 1 to 40 of a–z, 0–9 and `-`.
    #[schema(example = "bafin")]
    name: String,
    /// Where it may verify, ISO 3166-1 alpha-2 or alpha-3.
    #[schema(example = json!(["DE", "AT"]))]
    countries: Vec<String>,
    /// Until when this may be approved, where it needs approvals: a date or an
    /// RFC 3339 moment, at most 30 days ahead; a week by default.
    lapses: Option<String>,
}

/// Add an authority
///
/// It may verify investors of its countries, by keys that
/// `symbolon api-key create --authority` makes for it.
#[utoipa::path(
    post, path = "/authorities", operation_id = "add_authority", tag = "Federation",
    request_body = NewAuthority,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn add(State(state): State<AppState>, post: Post<NewAuthority>) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let name: Option<AuthorityName> = check.slug("name", &body.name);
        let countries = countries(&mut check, &body.countries);
        let lapses = check.lapse("lapses", body.lapses.as_deref(), now);
        let operation = name
            .zip(countries)
            .map(|(name, countries)| OwnerOperation::AddAuthority { name, countries });
        Ok(check.finish(Asked::new(operation, lapses))?)
    })?;
    propose(&state, post).await
}

/// Where an authority may verify from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Countries {
    /// All of them, ISO 3166-1 alpha-2 or alpha-3.
    #[schema(example = json!(["DE"]))]
    countries: Vec<String>,
    /// As with `add_authority`.
    lapses: Option<String>,
}

/// Set an authority's countries
///
/// All of them, replacing those before. What it has verified elsewhere stands,
/// but it can no longer touch it.
#[utoipa::path(
    post, path = "/authorities/{number}/countries", operation_id = "set_authority_countries",
    tag = "Federation",
    params(("number" = u8, Path, description = "The authority's number")),
    request_body = Countries,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn set_countries(
    AuthorityPath(authority): AuthorityPath,
    State(state): State<AppState>,
    post: Post<Countries>,
) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let countries = countries(&mut check, &body.countries);
        let lapses = check.lapse("lapses", body.lapses.as_deref(), now);
        let operation = countries.map(|countries| OwnerOperation::SetAuthorityCountries {
            authority,
            countries,
        });
        Ok(check.finish(Asked::new(operation, lapses))?)
    })?;
    propose(&state, post).await
}

/// Restrict an authority
///
/// Cuts it off, and with it every investor in its charge, at once and on every
/// chain by one transaction, whatever their number. Reassigning an investor, or
/// another authority's verification, brings that one back.
#[utoipa::path(
    post, path = "/authorities/{number}/restrict", operation_id = "restrict_authority",
    tag = "Federation",
    params(("number" = u8, Path, description = "The authority's number")),
    request_body = WaitFields,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn restrict(
    AuthorityPath(authority): AuthorityPath,
    State(state): State<AppState>,
    post: Post<WaitFields>,
) -> Result<Response> {
    let now = state.clock.now();
    let operation = OwnerOperation::RestrictAuthority { authority };
    propose(&state, post.map(|body| body.read(operation, now))?).await
}

/// Reinstate an authority
///
/// It may act again, and the investors in its charge count again, after every
/// denial that is on its way.
#[utoipa::path(
    post, path = "/authorities/{number}/reinstate", operation_id = "reinstate_authority",
    tag = "Federation",
    params(("number" = u8, Path, description = "The authority's number")),
    request_body = WaitFields,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn reinstate(
    AuthorityPath(authority): AuthorityPath,
    State(state): State<AppState>,
    post: Post<WaitFields>,
) -> Result<Response> {
    let now = state.clock.now();
    let operation = OwnerOperation::ReinstateAuthority { authority };
    propose(&state, post.map(|body| body.read(operation, now))?).await
}

/// Who is to be in this authority's charge.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Charge {
    /// 1 to 500 investors, by id.
    investors: Vec<String>,
    /// As with `add_authority`.
    lapses: Option<String>,
}

/// Reassign investors
///
/// Puts this authority (0: the owner) in charge of investors of its countries,
/// all of them or none. Their verdicts stay as they are, and count again where
/// the authority before was restricted.
#[utoipa::path(
    post, path = "/authorities/{number}/investors", operation_id = "reassign_investors",
    tag = "Federation",
    params(("number" = u8, Path, description = "The authority's number; 0 is the owner")),
    request_body = Charge,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn reassign(
    AuthorityPath(authority): AuthorityPath,
    State(state): State<AppState>,
    post: Post<Charge>,
) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let mut investors = BTreeSet::<InvestorId>::new();
        for (place, text) in body.investors.iter().enumerate() {
            match text.parse() {
                Ok(id) => {
                    investors.insert(id);
                }
                Err(error) => check.refuse(
                    &format!("investors[{place}]"),
                    "bad_investor",
                    format!("{error}"),
                ),
            }
        }
        let lapses = check.lapse("lapses", body.lapses.as_deref(), now);
        let operation = OwnerOperation::ReassignInvestors {
            authority,
            investors,
        };
        Ok(check.finish(Asked::new(Some(operation), lapses))?)
    })?;
    propose(&state, post).await
}

pub(super) fn countries(check: &mut Check, texts: &[String]) -> Option<BTreeSet<Country>> {
    let read: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(place, text)| check.country(&format!("countries[{place}]"), text))
        .collect();
    read.into_iter().collect()
}
