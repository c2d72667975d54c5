//! Logs, on stderr: a server's are news, a command's are noise unless asked for.

use std::io::IsTerminal;

use tracing::Metadata;
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

/// What a server tells unless asked for more.
const SERVER: &str = "info,sqlx=warn";

/// What a command tells unless asked for more.
const COMMAND: &str = "error";

/// Where libraries put whole URLs into spans and events, with the keys in them.
const INDISCREET: [&str; 3] = ["alloy_transport_http", "hyper_util", "reqwest"];

/// Starts logging as SYMBOLON_LOG asks, in the form that SYMBOLON_LOG_FORMAT asks.
pub(crate) fn start(server: bool) {
    let default = if server { SERVER } else { COMMAND };
    let wanted = std::env::var("SYMBOLON_LOG").unwrap_or_else(|_| default.to_owned());
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let json = std::env::var("SYMBOLON_LOG_FORMAT").is_ok_and(|format| format == "json");
    let layer = if json {
        lines.json().boxed()
    } else {
        lines.boxed()
    };
    // Filters of the whole, not of the one layer: such a filter loses the event
    // after each that a library has asked about and was not to make.
    tracing_subscriber::registry()
        .with(layer)
        .with(filter)
        .with(filter_fn(is_discreet))
        .init();
}

fn is_discreet(metadata: &Metadata<'_>) -> bool {
    !INDISCREET
        .iter()
        .any(|library| metadata.target().starts_with(library))
}
