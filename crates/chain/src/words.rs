//! What nodes say, understood: they agree on few codes, and only roughly on words.

use alloy::rpc::json_rpc::ErrorPayload;
use symbolon_core::mirror::lane::Broadcast;

/// Why a call failed: the contract's words, else the node's.
pub(crate) fn reason_of(payload: &ErrorPayload) -> String {
    let reason = payload
        .as_revert_data()
        .and_then(|data| alloy::sol_types::decode_revert_reason(&data));
    bare_reason(&reason.unwrap_or_else(|| payload.message.to_string()))
}

/// Whether the contract failed, and not the node: code 3, or words that nodes
/// use for what ends an execution.
pub(crate) fn contract_refuses(payload: &ErrorPayload) -> bool {
    let message = payload.message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    payload.code == 3
        || payload.as_revert_data().is_some()
        || says(&["revert", "evm error", "invalid opcode", "out of gas"])
}

/// Nodes agree on no codes here, only roughly on words.
pub(crate) fn outcome_of(message: &str) -> Broadcast {
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&[
        "already known",
        "already imported",
        "known transaction",
        "alreadyknown",
    ]) {
        Broadcast::Known
    } else if says(&["nonce too low", "nonce is too low", "oldnonce"]) {
        Broadcast::NonceTooLow
    } else if says(&[
        "underpriced",
        "fee too low",
        "max fee per gas less than block base fee",
    ]) {
        Broadcast::Underpriced
    } else if says(&["insufficient funds"]) {
        Broadcast::Unfunded
    } else if says(&[
        "exceeds block gas limit",
        "intrinsic gas too low",
        "intrinsic gas too high",
        "gas limit too high",
        "exceeds transaction gas limit",
        "gas limit exceeds the cap",
        "oversized data",
        "tx too large",
        "transaction too large",
        "execution reverted",
    ]) {
        Broadcast::Refused
    } else {
        Broadcast::Unreachable
    }
}

/// `execution reverted: KYC_NOT_VERIFIED` and its kind, without the preamble.
fn bare_reason(words: &str) -> String {
    let words = words.trim();
    for preamble in [
        "execution reverted: ",
        "revert: ",
        "execution reverted, data: ",
    ] {
        if let Some(reason) = words.strip_prefix(preamble) {
            return reason.trim_matches('"').to_owned();
        }
    }
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_words_are_understood() {
        for (message, outcome) in [
            ("transaction already imported", Broadcast::Known),
            ("already known", Broadcast::Known),
            (
                "nonce too low: next nonce 5, tx nonce 4",
                Broadcast::NonceTooLow,
            ),
            (
                "replacement transaction underpriced",
                Broadcast::Underpriced,
            ),
            (
                "Insufficient funds for gas * price + value",
                Broadcast::Unfunded,
            ),
            ("exceeds block gas limit", Broadcast::Refused),
            ("rate limit exceeded", Broadcast::Unreachable),
        ] {
            assert_eq!(outcome_of(message), outcome, "{message}");
        }
    }
}
