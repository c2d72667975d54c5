//! What can go wrong between us and a chain.

use alloy::primitives::Address;
use symbolon_core::ids::ChainId;
use thiserror::Error;

/// A chain did not do, or say, what was needed.
#[derive(Debug, Error)]
pub enum ChainError {
    /// The URL cannot be used.
    #[error("`{url}` is no RPC endpoint: give an http or https URL")]
    Url {
        /// As it was configured, without user and password.
        url: String,
    },
    /// The node answered with an error, or not at all.
    #[error("the RPC endpoint refused `{method}`: {message}")]
    Rpc {
        /// What was asked.
        method: &'static str,
        /// The node's words, shortened.
        message: String,
    },
    /// Nodes of one chain contradict each other (I12).
    #[error(
        "the nodes {hosts} contradict each other about `{method}`, and nothing of it is believed: find out which is wrong, and replace it"
    )]
    Disagreement {
        /// What was asked.
        method: String,
        /// Which nodes, without secrets.
        hosts: String,
    },
    /// Not enough nodes answer to agree.
    #[error("{0}: `symbolon doctor` tells which are down or of another chain")]
    TooFewNodes(String),
    /// More nodes would have to agree than there are.
    #[error("{agreement} of {nodes} nodes cannot agree: ask for fewer, or name more nodes")]
    Agreement {
        /// How many must agree.
        agreement: usize,
        /// How many there are.
        nodes: usize,
    },
    /// The node has forgotten what accounts held then.
    #[error(
        "the RPC endpoint no longer has the state that `{method}` asks for: use an archive node, or one that keeps the state of recent blocks"
    )]
    NoState {
        /// What was asked.
        method: &'static str,
    },
    /// Another chain answers at this endpoint (I12).
    #[error("the endpoint is chain {found}, not chain {expected}: check its URL")]
    WrongChain {
        /// What was configured.
        expected: ChainId,
        /// What answers.
        found: ChainId,
    },
    /// The registry would revert whatever this signer sends.
    #[error(
        "the registry at {registry} takes no writes from {signer}: let its owner appoint it as a mirror"
    )]
    NotMirror {
        /// Which registry.
        registry: Address,
        /// Whose writes.
        signer: Address,
    },
    /// An account has too little of the chain's coin.
    #[error(
        "{account} cannot pay for the transaction {what}: send it some of chain {chain}'s coin"
    )]
    Unfunded {
        /// Which account.
        account: Address,
        /// Where.
        chain: ChainId,
        /// What the transaction is for.
        what: &'static str,
    },
    /// The node's answer makes no sense.
    #[error("the node's answer to `{method}` makes no sense: {why}")]
    Nonsense {
        /// What was asked.
        method: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A key that is no key.
    #[error("the signing key cannot be used: it must be 32 bytes in hexadecimal")]
    Key,
    /// Signing failed.
    #[error("signing failed")]
    Signing,
    /// The deployer that gives contracts the same address everywhere is missing.
    #[error(
        "chain {0} lacks the CREATE2 deployer at 0x4e59b44847b379578588920cA78FbF26c0B4956C: `symbolon chain deploy --place-deployer` puts it there for 0.01 of the chain's coin"
    )]
    NoDeployer(ChainId),
    /// A transaction was mined, but not carried out.
    #[error("the transaction {what} was reverted: {reason}")]
    Reverted {
        /// What it was to do.
        what: &'static str,
        /// The revert reason, where there is one.
        reason: String,
    },
    /// Other code stands where ours should.
    #[error("the contract at {0} is not the committed one")]
    ForeignCode(Address),
    /// A transaction was not mined in time.
    #[error("the transaction {what} was not mined within {seconds} s")]
    NotMined {
        /// What it was to do.
        what: &'static str,
        /// How long was waited.
        seconds: u64,
    },
}

impl ChainError {
    /// Whether somebody must look at the chain's nodes, and it is no passing
    /// silence of one.
    pub fn is_alarm(&self) -> bool {
        matches!(
            self,
            Self::Disagreement { .. } | Self::TooFewNodes(_) | Self::WrongChain { .. }
        )
    }
}
