//! By what it is known that a wallet is its holder's. Without a proof it is so by the
//! word of whoever bound it.

use alloy_primitives::{B256, Bytes};
use serde::{Deserialize, Serialize};

use crate::{ids::ChainId, time::UnixSeconds};

/// By what it is known that a wallet signed.
///
/// A key's wallet is its key's on every chain. A contract is known on the chain
/// alone that the message names: at its address on another one there may be
/// nothing, or somebody else's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// By its key's signature (EIP-191).
    Key,
    /// The contract said so (ERC-1271).
    Contract,
    /// The contract would say so, were it deployed (ERC-6492).
    UndeployedContract,
}

impl ProofKind {
    /// A stable word for people and programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Contract => "contract",
            Self::UndeployedContract => "undeployed_contract",
        }
    }
}

/// What a holder signed, and what was asked about it: enough for anybody to look again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnershipEvidence {
    /// The message (EIP-4361), byte for byte.
    pub message: String,
    /// The signature upon it.
    pub signature: Bytes,
    /// The chain that the message names.
    pub chain: ChainId,
    /// By what it holds.
    pub kind: ProofKind,
    /// Where a contract was asked, the number and hash of the block: it may say
    /// something else in another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<(u64, B256)>,
}

/// What the register remembers of a proof; the log has the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletProof {
    /// The chain that the signed message names.
    pub chain: ChainId,
    /// By what it holds.
    pub kind: ProofKind,
    /// When the wallet signed, by the server's clock.
    pub at: UnixSeconds,
}
