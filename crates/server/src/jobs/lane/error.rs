//! Why a lane stops, and is set up anew.

use alloy_primitives::Address;
use symbolon_chain::ChainError;
use symbolon_store::StoreError;
use thiserror::Error;

/// Why a lane had to be set up anew. What it had begun is in the store.
#[derive(Debug, Error)]
pub enum LaneError {
    /// The store did not answer, or may or may not have stored something.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This server's time is over: another one may drive the lane by now.
    #[error("the lane's lease was not renewed in time")]
    LeaseLost,
    /// A reorganisation has undone what counted as final: the lane begins anew
    /// with what is open again.
    #[error("a reorganisation has undone blocks that counted as final")]
    Reopened,
    /// Nobody can tell yet whether a node lags behind or blocks are gone.
    #[error(
        "blocks count up to {confirmed}, and up to {known} they did before: nodes lag behind, or the chain was reorganised and is not as long again; it is read once it is"
    )]
    Shorter {
        /// The last block that counts now.
        confirmed: u64,
        /// The last one that was read or settled.
        known: u64,
    },
    /// The node is down or of another chain, or the registry takes no writes
    /// from the signer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A lane without a key wants to write: a fault of ours, and nothing is sent.
    #[error("the lane of the former signer {0} wants to write: report it")]
    Keyless(Address),
}
