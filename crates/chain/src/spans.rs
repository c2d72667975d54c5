//! Logs of many blocks, asked for a span at a time: nodes bound how much they
//! give at once, each in its own way.

use alloy::{
    providers::Provider,
    rpc::types::{Filter, Log},
};

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
};

/// Blocks whose logs are asked for at a time, at first and at least.
pub(crate) const SPAN: u64 = 10_000;
const LEAST_SPAN: u64 = 50;

/// The logs that match, from one block to another, both included, in the
/// chain's order.
pub(crate) async fn logs(
    endpoint: &Endpoint,
    wanted: &Filter,
    from: u64,
    to: u64,
) -> Result<Vec<Log>, ChainError> {
    let mut found = Vec::new();
    let (mut from, mut span) = (from, SPAN);
    while from <= to {
        let last = to.min(from.saturating_add(span - 1));
        let filter = wanted.clone().from_block(from).to_block(last);
        match endpoint.provider().get_logs(&filter).await {
            Ok(logs) => {
                found.extend(logs);
                from = last + 1;
            }
            Err(_) if span > LEAST_SPAN => span = (span / 4).max(LEAST_SPAN),
            Err(error) => return Err(refused("eth_getLogs")(error)),
        }
    }
    Ok(found)
}
