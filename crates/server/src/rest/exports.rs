//! The register for the regulator: every investor, streamed.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::Stream;
use symbolon_core::{
    ids::IssuerId,
    investor::{Investor, Residency, Status},
    log::EntryNumber,
    time::UnixSeconds,
    verdict::RestrictedAuthorities,
    wallet::{ChainScope, Wallet},
};
use symbolon_store::{InvestorFilter, InvestorPage};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{InvestorBody, date, holds},
    words::{AccreditationWord, Level, word},
};
use crate::{auth::Caller, csv, problem::Result, state::AppState};

const PAGE: u32 = 500;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(as_csv))
        .routes(routes!(as_json))
}

/// Export investors as CSV
///
/// A row for each wallet, and one for each investor without a wallet. Cells
/// that a spreadsheet would take for a formula begin with `'`.
#[utoipa::path(
    get, path = "/exports/investors.csv", operation_id = "export_investors_csv", tag = "Exports",
    responses((status = 200, description = "All investors", body = String, content_type = "text/csv"))
)]
async fn as_csv(caller: Caller, State(state): State<AppState>) -> Result<Response> {
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    let first = page(&state, &caller.issuer, None).await?;
    let rows = pages(state, caller.issuer.clone(), first, move |page, out| {
        for record in page.investors {
            rows(&record.investor, restricted, now, out);
        }
    });
    Ok(download(
        "text/csv; charset=utf-8",
        "investors.csv",
        HEADER.as_bytes(),
        rows,
        b"",
    ))
}

/// Export investors as JSON
///
/// One array of all investors, as `GET /v1/investors/{id}` shows each.
#[utoipa::path(
    get, path = "/exports/investors.json", operation_id = "export_investors_json", tag = "Exports",
    responses((status = 200, description = "All investors", body = Vec<InvestorBody>))
)]
async fn as_json(caller: Caller, State(state): State<AppState>) -> Result<Response> {
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    let first = page(&state, &caller.issuer, None).await?;
    let mut any = false;
    let rows = pages(state, caller.issuer.clone(), first, move |page, out| {
        for record in page.investors {
            out.extend_from_slice(if any { b",\n" } else { b"\n" });
            any = true;
            let body = InvestorBody::new(record.investor, restricted, now);
            // Writing to memory a value without odd maps cannot fail.
            let _ = serde_json::to_writer(&mut *out, &body);
        }
    });
    Ok(download(
        "application/json",
        "investors.json",
        b"[",
        rows,
        b"\n]\n",
    ))
}

const HEADER: &str = "investor,externalId,kind,status,reason,verified,restricted,frozen,authority,level,\
    country,accreditation,accreditationEnds,usPerson,leastAge,residency,expiry,verifiedAt,wallet,chains,\
    walletActive,version\r\n";

fn rows(
    investor: &Investor,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
    out: &mut Vec<u8>,
) {
    if investor.wallets.is_empty() {
        row(investor, None, restricted, now, out);
    }
    for wallet in &investor.wallets {
        row(investor, Some(wallet), restricted, now, out);
    }
}

fn row(
    investor: &Investor,
    wallet: Option<&Wallet>,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
    out: &mut Vec<u8>,
) {
    let verdict = investor.status.verdict();
    let reason = match &investor.status {
        Status::Revoked { reason, .. } => word(reason),
        Status::Rejected(reason) => word(reason),
        _ => String::new(),
    };
    let of_verdict = |read: &dyn Fn(&symbolon_core::investor::Verified) -> String| {
        verdict.map(read).unwrap_or_default()
    };
    let chains = wallet.map(|wallet| match &wallet.chains {
        ChainScope::All => "all".to_owned(),
        ChainScope::Only(chains) => chains
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
    });
    csv::line(
        out,
        &[
            &investor.id.to_string(),
            investor.external_id.as_ref().map_or("", |id| id.as_str()),
            &word(&investor.kind),
            investor.status.name().as_str(),
            &reason,
            yes(holds(investor, restricted, now) && wallet.is_none_or(|wallet| wallet.active)),
            yes(investor.restricted),
            yes(investor.frozen),
            &investor.authority.to_string(),
            &of_verdict(&|verdict| word(&Level::from(verdict.level))),
            &of_verdict(&|verdict| verdict.country.to_string()),
            verdict.map_or("", |verdict| {
                AccreditationWord::from(verdict.accreditation_at(now)).as_str()
            }),
            &of_verdict(&|verdict| verdict.accreditation_ends.map(date).unwrap_or_default()),
            verdict.map_or("", |verdict| yes(verdict.us_person)),
            &of_verdict(&|verdict| {
                verdict
                    .person
                    .least_age
                    .map(|years| years.to_string())
                    .unwrap_or_default()
            }),
            verdict
                .and_then(|verdict| verdict.person.residency)
                .map_or("", Residency::as_str),
            &of_verdict(&|verdict| verdict.expiry.map(|at| at.to_string()).unwrap_or_default()),
            &of_verdict(&|verdict| verdict.verified_at.to_string()),
            &wallet
                .map(|wallet| wallet.address.to_string())
                .unwrap_or_default(),
            &chains.unwrap_or_default(),
            wallet.map_or("", |wallet| yes(wallet.active)),
            &wallet
                .map(|wallet| wallet.version.0.to_string())
                .unwrap_or_default(),
        ],
    );
}

const fn yes(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

async fn page(
    state: &AppState,
    issuer: &IssuerId,
    after: Option<EntryNumber>,
) -> Result<InvestorPage> {
    Ok(state
        .store
        .investors(issuer, &InvestorFilter::default(), after, PAGE)
        .await?)
}

/// Page after page, each written when the client has taken the one before. A
/// database that fails midway breaks the stream off, so that nobody takes a
/// part for the whole.
fn pages(
    state: AppState,
    issuer: IssuerId,
    first: InvestorPage,
    mut write: impl FnMut(InvestorPage, &mut Vec<u8>) + Send + 'static,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    async_stream::try_stream! {
        let mut current = first;
        loop {
            let next = current.next;
            let mut out = Vec::with_capacity(128 * 1024);
            write(current, &mut out);
            yield Bytes::from(out);
            let Some(place) = next else { break };
            current = page(&state, &issuer, Some(place))
                .await
                .map_err(|problem| std::io::Error::other(problem.detail))?;
        }
    }
}

pub(super) fn download(
    kind: &'static str,
    name: &str,
    head: &'static [u8],
    rows: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
    tail: &'static [u8],
) -> Response {
    use futures::StreamExt;
    let once = |bytes: &'static [u8]| {
        futures::stream::once(async move { Ok::<_, std::io::Error>(Bytes::from_static(bytes)) })
    };
    // The tail stands only behind a stream that came to its end.
    let stream = once(head).chain(rows).chain(once(tail));
    let stream = stream.scan(false, |failed, item| {
        let stop = *failed;
        *failed |= item.is_err();
        futures::future::ready((!stop).then_some(item))
    });
    let disposition = format!("attachment; filename=\"{name}\"");
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
