//! The REST interface under `/v1`: a file per resource, each with its routes,
//! its bodies and their descriptions, so that routes and document cannot part.

mod approvals;
mod attempts;
mod authorities;
mod bars;
mod batches;
mod certificates;
mod chains;
mod claims;
mod column_map;
mod custody;
mod customers;
mod disputes;
mod entries;
mod events;
mod exports;
mod health;
mod holdings;
mod imports;
mod instances;
mod investors;
mod links;
pub(crate) mod model;
mod operations;
mod profiles;
mod receipts;
mod renewals;
mod rules;
mod shown_once;
mod status;
mod upload;
mod verdicts;
mod wallets;
pub(crate) mod words;

use std::collections::BTreeMap;

use axum::{extract::DefaultBodyLimit, http::StatusCode, response::Response};
use serde::Deserialize;
use symbolon_core::{
    command::Command,
    ids::{ChainId, InvestorId},
    register::Refusal,
};
use symbolon_store::{Subject, Writer};
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{RefOr, response::Response as Described},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    auth::Caller,
    change::Post,
    openapi,
    problem::{Result, catalog},
    state::AppState,
};

/// Everything under `/v1`, and health.
pub(crate) fn router(state: &AppState) -> OpenApiRouter<AppState> {
    let batches = batches::router().layer(DefaultBodyLimit::max(state.config.batch_body_limit));
    let ordinary = OpenApiRouter::new()
        .merge(investors::router())
        .merge(verdicts::router())
        .merge(bars::router())
        .merge(certificates::router())
        .merge(claims::router())
        .merge(holdings::router())
        .merge(profiles::router())
        .merge(custody::router())
        .merge(instances::router())
        .merge(customers::router())
        .merge(links::router())
        .merge(renewals::router())
        .merge(attempts::router())
        .merge(wallets::router())
        .merge(receipts::router())
        .merge(operations::router())
        .merge(imports::router())
        .merge(upload::router())
        .merge(column_map::router())
        .merge(chains::router())
        .merge(disputes::router())
        .merge(authorities::router())
        .merge(approvals::router())
        .merge(rules::router())
        .merge(events::router())
        .merge(exports::router())
        .merge(status::router())
        .layer(DefaultBodyLimit::max(state.config.body_limit));
    OpenApiRouter::with_openapi(openapi::frame())
        .nest("/v1", ordinary.merge(batches))
        .merge(health::router())
}

/// The answers of a route that names an investor or changes one.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let problem = |description| RefOr::T(openapi::problem(description));
        BTreeMap::from([
            (
                "404".to_owned(),
                problem("This issuer has no such investor, wallet or import"),
            ),
            (
                "409".to_owned(),
                problem("The register refuses: `code` and `detail` say why"),
            ),
            (
                "422".to_owned(),
                problem("Fields that cannot be accepted, or a reused Idempotency-Key"),
            ),
        ])
    }
}

/// The answer of a route that looks up something named.
struct Absent;

impl IntoResponses for Absent {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let described = openapi::problem("This issuer has no such thing");
        BTreeMap::from([("404".to_owned(), RefOr::T(described))])
    }
}

/// No body, or an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoFields {}

/// Carries out one command on one investor, once, and answers with how the
/// investor stands then.
async fn act<T>(
    state: &AppState,
    post: &Post<T>,
    id: InvestorId,
    command: impl Fn(&T) -> Command,
) -> Result<Response> {
    let command = command(&post.body);
    let command = &command;
    post.commit(state, |mut transaction| async move {
        let decision = transaction
            .decide(Subject::Investor(id), command.clone())
            .await?;
        let body = transaction.show(decision.investor).await?;
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}

/// The same for PUT and DELETE, which need no key: where all is so already,
/// the answer is the same.
async fn put(
    state: &AppState,
    caller: Caller,
    id: InvestorId,
    command: Command,
) -> Result<Response> {
    let put = Post {
        caller,
        once: None,
        body: command,
    };
    let command = &put.body;
    put.commit(state, |mut transaction| async move {
        let investor = match transaction
            .decide(Subject::Investor(id), command.clone())
            .await
        {
            Ok(decision) => decision.investor,
            Err(problem) if problem.kind.code == catalog::ALREADY_SO.code => {
                transaction.investor(id).await?
            }
            Err(problem) => return Err(problem),
        };
        let body = transaction.show(investor).await?;
        Ok(transaction.done(StatusCode::OK, body))
    })
    .await
}

/// Refuses at once what would be refused entry by entry, since a registrar on
/// chain decides.
async fn decides_here(state: &AppState, caller: &Caller) -> Result<()> {
    match state.store.writer(&caller.issuer).await? {
        Writer::Register => Ok(()),
        Writer::Registrar { .. } => Err(Refusal::WriterIsOnChain.into()),
    }
}

/// The chains that a wallet can be bound to.
async fn known_chains(state: &AppState, caller: &Caller) -> Result<Vec<ChainId>> {
    let chains = state.chains(&caller.issuer).await?;
    Ok(chains.iter().map(|chain| chain.chain.id.chain).collect())
}
