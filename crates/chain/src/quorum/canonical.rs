//! What two answers must have in common to be the same: the fields that this
//! crate reads. What providers add, how they order keys, and whether they write
//! hexadecimal in capitals makes no difference.

use alloy::rpc::json_rpc::ErrorPayload;
use serde_json::{Map, Value};

/// Fields of a block. Transactions are asked for by hash.
const BLOCK: &[&str] = &["number", "hash", "parentHash", "timestamp", "baseFeePerGas"];
/// Fields of a receipt; its logs are compared as [`RECEIPT_LOG`].
const RECEIPT: &[&str] = &[
    "transactionHash",
    "blockHash",
    "blockNumber",
    "status",
    "gasUsed",
    "contractAddress",
    "logs",
];
const RECEIPT_LOG: &[&str] = &["address", "topics", "data"];
/// Fields of a log that was asked for by itself.
const LOG: &[&str] = &[
    "address",
    "topics",
    "data",
    "blockHash",
    "blockNumber",
    "transactionHash",
    "logIndex",
];
const TRANSACTION: &[&str] = &[
    "hash",
    "nonce",
    "from",
    "to",
    "value",
    "input",
    "blockHash",
    "blockNumber",
    "chainId",
];
/// Those of all these that are numbers, which some write with zeros in front.
const NUMBERS: &[&str] = &[
    "number",
    "timestamp",
    "baseFeePerGas",
    "blockNumber",
    "status",
    "gasUsed",
    "logIndex",
    "nonce",
    "value",
    "chainId",
];

/// An answer as it is compared; `None` where the node has nothing to show, and
/// `Some` of nothing of the kind where it makes no sense.
pub(super) fn of(method: &str, said: &str) -> Option<String> {
    let Ok(said) = serde_json::from_str::<Value>(said) else {
        return Some("unreadable".to_owned());
    };
    let canonical = match (method, said) {
        (_, Value::Null) => return None,
        ("eth_getBlockByNumber" | "eth_getBlockByHash", said) => fields(&said, BLOCK),
        ("eth_getTransactionReceipt", said) => fields(&said, RECEIPT),
        ("eth_getTransactionByHash", said) => fields(&said, TRANSACTION),
        ("eth_getLogs", Value::Array(logs)) => {
            logs.iter().map(|log| fields(log, LOG)).collect::<Value>()
        }
        ("eth_chainId" | "eth_getBalance" | "eth_getTransactionCount", Value::String(text)) => {
            Value::String(number(&text))
        }
        (_, said) => plain(&said),
    };
    Some(canonical.to_string())
}

/// A contract's refusal as it is compared: nodes word it differently, and the
/// contract's own words are in the data.
pub(super) fn of_revert(payload: &ErrorPayload) -> String {
    let data = payload.as_revert_data();
    format!("reverted {}", data.unwrap_or_default())
}

fn fields(said: &Value, names: &[&str]) -> Value {
    let Value::Object(all) = said else {
        return plain(said);
    };
    let picked = names.iter().filter_map(|name| {
        let value = match (*name, all.get(*name)?) {
            (_, Value::Null) => return None,
            ("logs", Value::Array(logs)) => logs
                .iter()
                .map(|log| fields(log, RECEIPT_LOG))
                .collect::<Value>(),
            (name, Value::String(text)) if NUMBERS.contains(&name) => Value::String(number(text)),
            (_, value) => plain(value),
        };
        Some(((*name).to_owned(), value))
    });
    Value::Object(picked.collect::<Map<_, _>>())
}

fn number(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(digits) => format!("0x{}", digits.trim_start_matches('0')),
        None => lower,
    }
}

/// Everything, with keys in order and without what is null.
fn plain(said: &Value) -> Value {
    match said {
        Value::String(text) if text.starts_with("0x") || text.starts_with("0X") => {
            Value::String(text.to_ascii_lowercase())
        }
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(all) => {
            let mut names: Vec<_> = all.keys().collect();
            names.sort_unstable();
            let there = names.into_iter().filter(|name| !all[*name].is_null());
            Value::Object(
                there
                    .map(|name| (name.clone(), plain(&all[name])))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(method: &str, a: &str, b: &str) -> bool {
        of(method, a) == of(method, b)
    }

    #[test]
    fn what_providers_add_makes_no_difference() {
        let plain = r#"{"blockNumber":"0x0a","status":"0x1","gasUsed":"0x5","contractAddress":null,
            "logs":[{"address":"0xAB","topics":["0xCD"],"data":"0x","logIndex":"0x0"}]}"#;
        let rich = r#"{"l1Fee":"0x9","logs":[{"removed":false,"data":"0x","topics":["0xcd"],"address":"0xab"}],
            "gasUsed":"0x05","status":"0x1","blockNumber":"0xA","effectiveGasPrice":"0x7"}"#;
        assert!(same("eth_getTransactionReceipt", plain, rich));
        assert!(same("eth_getBalance", r#""0x0""#, r#""0x00""#));
        assert!(same("eth_call", r#""0xAb""#, r#""0xaB""#));
        assert!(
            !same("eth_call", r#""0x00""#, r#""0x0""#),
            "bytes are no number"
        );
    }

    #[test]
    fn what_counts_does() {
        let receipt = |status: &str, data: &str| {
            format!(
                r#"{{"blockNumber":"0xa","status":"{status}","gasUsed":"0x5","logs":[{{"address":"0xab","topics":[],"data":"{data}"}}]}}"#
            )
        };
        let truth = receipt("0x1", "0x01");
        for lie in [receipt("0x0", "0x01"), receipt("0x1", "0x02")] {
            assert!(!same("eth_getTransactionReceipt", &truth, &lie), "{lie}");
        }
        assert!(!same("eth_getLogs", "[]", r#"[{"address":"0xab"}]"#));
        assert!(!same(
            "eth_getBlockByNumber",
            r#"{"hash":"0x1"}"#,
            r#"{"hash":"0x2"}"#
        ));
        assert_eq!(of("eth_getTransactionReceipt", "null"), None);
    }
}
