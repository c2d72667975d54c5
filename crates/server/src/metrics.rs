//! Prometheus metrics: no issuer, investor or wallet ever becomes a label.

pub(crate) mod lane;

use std::{sync::OnceLock, time::Duration};

use axum::{
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use symbolon_core::ids::ProviderName;
use symbolon_store::{Compared, Measure};

const REQUESTS: &str = "symbolon_http_request_duration_seconds";
const IMPORTED_ROWS: &str = "symbolon_import_rows_total";
/// Counted by `symbolon_chain::quorum`.
const RPC_REQUESTS: &str = "symbolon_rpc_requests_total";
const RPC_DISAGREEMENTS: &str = "symbolon_rpc_disagreements_total";
const RECONCILED: &str = "symbolon_reconciled_wallets_total";
const HINTS_REFUSED: &str = "symbolon_hints_refused_total";
const LOOKS: &str = "symbolon_provider_looks_total";
const LETTERS: &str = "symbolon_letters_total";
const MONITORINGS: &str = "symbolon_provider_monitorings_total";
const FORGETTINGS: &str = "symbolon_provider_forgettings_total";
const RENEWALS: &str = "symbolon_renewals_total";
const ALARMS: &str = "symbolon_chain_alarms_total";

/// Seconds: from a cached key and one select to a batch of 500.
const BUCKETS: [f64; 12] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

/// How often samples are folded into buckets.
const UPKEEP: Duration = Duration::from_secs(5);

/// Installs the recorder of this process, once; later calls find it in place.
///
/// Without it (where a host has its own) metrics go to the host's recorder and
/// `/metrics` is empty.
pub fn install() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("duration_seconds".to_owned()), &BUCKETS)
            .ok()?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        describe();
        Some(handle)
    });
    handle.as_ref()
}

fn describe() {
    metrics::describe_histogram!(
        REQUESTS,
        metrics::Unit::Seconds,
        "From a request's head to its answer's head, by route template"
    );
    lane::describe();
    metrics::describe_counter!(
        HINTS_REFUSED,
        "Webhooks of providers that were refused, by provider and why"
    );
    metrics::describe_counter!(
        LOOKS,
        "Providers' records that were read, by provider and how the attempt stood then"
    );
    metrics::describe_counter!(
        LETTERS,
        "E-mails, by what became of them: sent, failed, dropped"
    );
    metrics::describe_counter!(
        MONITORINGS,
        "Requests to watch somebody who was verified, by provider and what became of them: begun, already, not_asked, absent, denied, failed"
    );
    metrics::describe_counter!(
        FORGETTINGS,
        "Requests to forget somebody who was erased, by provider and what became of them: forgotten, failed, unasked"
    );
    metrics::describe_counter!(
        RENEWALS,
        "Verdicts that were noticed to be about to end, by what was done: listed, sent, unsent"
    );
    metrics::describe_counter!(IMPORTED_ROWS, "Rows of imports, by what came of them");
    metrics::describe_counter!(
        RPC_REQUESTS,
        "Requests to nodes, by chain, host and outcome: answered, refused, failed, limited, wrong_chain; and answers that others contradicted: outvoted"
    );
    metrics::describe_counter!(
        RPC_DISAGREEMENTS,
        "Questions to a chain that its nodes answered differently, none as often as it takes"
    );
    metrics::describe_counter!(
        RECONCILED,
        "Wallets of which a chain held something else than the register, by what was done"
    );
    metrics::describe_counter!(ALARMS, "Alarms about chains, by kind: somebody must look");
}

/// Folds samples into buckets for ever, so that they do not pile up between scrapes.
pub(crate) async fn keep_up() {
    let Some(handle) = install() else { return };
    let mut beat = tokio::time::interval(UPKEEP);
    loop {
        beat.tick().await;
        handle.run_upkeep();
    }
}

pub(crate) fn answered(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let class = match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    };
    let route = route.to_owned();
    metrics::histogram!(REQUESTS, "method" => method, "route" => route, "status" => class)
        .record(took);
}

pub(crate) fn imported(accepted: u64, refused: u64) {
    metrics::counter!(IMPORTED_ROWS, "result" => "accepted").increment(accepted);
    metrics::counter!(IMPORTED_ROWS, "result" => "refused").increment(refused);
}

pub(crate) fn reconciled(compared: &[Compared]) {
    for (measure, word) in [
        (Measure::Denied, "denied"),
        (Measure::Rewritten, "rewritten"),
        (Measure::LeftToPeople, "disputed"),
    ] {
        let found = compared.iter().filter(|one| one.measure == measure).count();
        metrics::counter!(RECONCILED, "result" => word).increment(found as u64);
    }
}

pub(crate) fn alarmed(kind: &'static str) {
    metrics::counter!(ALARMS, "kind" => kind).increment(1);
}

/// `GET /metrics`.
pub(crate) async fn page() -> Response {
    let text = install().map(PrometheusHandle::render).unwrap_or_default();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// A webhook was refused. The name of the account is the operator's own word.
pub(crate) fn hint_refused(provider: &ProviderName, code: &'static str) {
    let provider = provider.to_string();
    metrics::counter!(HINTS_REFUSED, "provider" => provider, "reason" => code).increment(1);
}

/// A provider's record was read.
pub(crate) fn looked(provider: &ProviderName, outcome: &'static str) {
    let provider = provider.to_string();
    metrics::counter!(LOOKS, "provider" => provider, "outcome" => outcome).increment(1);
}

/// A provider was asked to watch somebody who is verified.
pub(crate) fn monitored(provider: &ProviderName, outcome: &'static str) {
    let provider = provider.to_string();
    metrics::counter!(MONITORINGS, "provider" => provider, "outcome" => outcome).increment(1);
}

/// A provider was asked to forget somebody.
pub(crate) fn forgotten(provider: &ProviderName, outcome: &'static str) {
    let provider = provider.to_string();
    metrics::counter!(FORGETTINGS, "provider" => provider, "outcome" => outcome).increment(1);
}

/// A verdict is about to end.
pub(crate) fn renewal(outcome: &'static str) {
    metrics::counter!(RENEWALS, "outcome" => outcome).increment(1);
}

/// A letter was sent, or not.
pub(crate) fn letter(outcome: &'static str) {
    metrics::counter!(LETTERS, "outcome" => outcome).increment(1);
}
