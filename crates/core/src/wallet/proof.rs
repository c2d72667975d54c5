//! By what it is known that a wallet is its holder's. Without a proof it is so by the
//! word of whoever bound it.

use alloy_primitives::{B256, Bytes};
use serde::{Deserialize, Serialize};

use super::{ChainScope, WalletAddress};
use crate::{
    ids::ChainId,
    investor::{Attested, Investor},
    register::Refusal,
    time::UnixSeconds,
};

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

/// A wallet whose holder has signed, as the investor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletClaim {
    /// Which one.
    pub wallet: WalletAddress,
    /// Where it counts, if it is bound by this. A contract counts on the chain alone
    /// that its message names.
    pub chains: ChainScope,
    /// In whose place.
    pub replaces: Option<WalletAddress>,
    /// What was signed.
    pub evidence: OwnershipEvidence,
    /// What says that its holder is the investor.
    pub vouched: Vouched,
}

/// What says that whoever signed for a wallet is the investor: the signature itself says
/// so of nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// More than an e-mail: the issuer named the wallet or saw to whom the link went, or a
    /// provider checks the person.
    Otherwise,
    /// That they read the investor's e-mail; and an operator's word, if one was given.
    ByEmail(Option<Attested>),
}

impl Vouched {
    /// Refuses an e-mail alone where it would bind a wallet to somebody who was judged:
    /// whoever reads the mailbox would take the verdict over.
    pub fn is_enough_for(&self, investor: &Investor) -> Result<(), Refusal> {
        match self {
            Self::ByEmail(None) if investor.status.is_judged() => Err(Refusal::AttestationNeeded),
            _ => Ok(()),
        }
    }
}

/// What the register remembers of a proof; the log has the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletProof {
    /// The chain that the signed message names.
    pub chain: ChainId,
    /// By what it holds.
    pub kind: ProofKind,
    /// When the wallet signed, by the server's clock.
    pub at: UnixSeconds,
    /// Who answers for it that the holder is the investor, where nothing but an e-mail
    /// said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested_by: Option<String>,
}
