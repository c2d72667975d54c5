//! How a transaction ended.

use std::fmt::{self, Debug, Display};

use alloy_primitives::{Bytes, Log, hex};
use alloy_sol_types::{Panic, Revert as RevertString, SolError};
use revm::context_interface::result::ExecutionResult;

/// A transaction that succeeded.
#[derive(Clone, Debug)]
pub struct Output {
    /// What the receipt shows, refunds and floor included.
    pub gas_used: u64,
    /// The events, in their order.
    pub logs: Vec<Log>,
    /// What the call returned.
    pub data: Bytes,
}

/// A transaction that failed and changed nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Revert {
    /// What it cost all the same.
    pub gas_used: u64,
    /// What the contract reverted with; empty if no contract had a say.
    pub data: Bytes,
    /// The revert string; else the panic, the custom error's bytes, or why the
    /// EVM stopped or refused the transaction.
    pub reason: String,
}

impl Revert {
    /// The custom error `E`, if that is what the contract reverted with.
    pub fn error<E: SolError>(&self) -> Option<E> {
        E::abi_decode(&self.data).ok()
    }

    /// A transaction that never ran.
    pub(super) fn refused(reason: impl Display) -> Self {
        Self {
            gas_used: 0,
            data: Bytes::new(),
            reason: reason.to_string(),
        }
    }
}

impl Debug for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revert({}, {} gas)", self.reason, self.gas_used)
    }
}

/// What the EVM's result means for whoever sent the transaction.
pub(super) fn of(result: ExecutionResult) -> Result<Output, Revert> {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { logs, output, .. } => Ok(Output {
            gas_used,
            logs,
            data: output.into_data(),
        }),
        ExecutionResult::Revert { output, .. } => Err(Revert {
            gas_used,
            reason: reason(&output),
            data: output,
        }),
        ExecutionResult::Halt { reason, .. } => Err(Revert {
            gas_used,
            data: Bytes::new(),
            reason: format!("{reason:?}"),
        }),
    }
}

fn reason(data: &[u8]) -> String {
    if let Ok(revert) = RevertString::abi_decode(data) {
        revert.reason
    } else if let Ok(panic) = Panic::abi_decode(data) {
        panic.to_string()
    } else {
        hex::encode_prefixed(data)
    }
}
