//! Each of several nodes by itself: together they hide that one is down.

use symbolon_chain::{ChainError, endpoint::Endpoint, preset::FinalityTag, quorum::Nodes};
use symbolon_core::ids::ChainId;

use super::Findings;

/// Checks which answer, and are of this chain.
pub(super) async fn check(name: &str, nodes: &Nodes, chain: ChainId, findings: &mut Findings) {
    if nodes.count() < 2 {
        return;
    }
    for (host, alone) in nodes.each() {
        let endpoint = Endpoint::through(&alone, chain);
        let found = match endpoint.check_chain().await {
            Ok(()) => endpoint.head().await,
            Err(error) => Err(error),
        };
        let name = format!("{name} {host}");
        match found {
            Ok(head) => findings.ok(
                name,
                format!("answers; its newest block is {}", head.number),
            ),
            Err(error @ ChainError::WrongChain { .. }) => findings.failure(name, error),
            Err(error) => findings.warn(
                name,
                error.to_string(),
                format!(
                    "mend or replace it: {} of {} must agree, or nothing goes on",
                    nodes.agreement(),
                    nodes.count(),
                ),
            ),
        }
    }
}

/// Checks that the nodes tell what is final where they are asked to.
pub(super) async fn check_finality(
    name: &str,
    endpoint: &Endpoint,
    tag: FinalityTag,
    findings: &mut Findings,
) {
    if tag == FinalityTag::None {
        return;
    }
    match endpoint.finalized().await {
        Ok(Some(number)) => findings.ok(name, format!("block {number} is final")),
        Ok(None) => findings.warn(
            name,
            "no block is final yet",
            "wait, or write finality = \"depth\" to count confirmations",
        ),
        Err(error) => findings.fail(
            name,
            error.to_string(),
            "write finality = \"depth\" to count confirmations, or use nodes that know what is final",
        ),
    }
}
