//! What only several nodes can get wrong, on its way through the client.

use alloy::transports::{RpcError, TransportError, TransportErrorKind};
use thiserror::Error;

use crate::ChainError;

/// Why there is no answer that may be believed.
#[derive(Clone, Debug, Error)]
pub(crate) enum Trouble {
    /// Nodes contradict each other.
    #[error("nodes contradict each other about `{method}`: {hosts}")]
    Disagreement {
        /// What was asked.
        method: String,
        /// Which nodes, without secrets.
        hosts: String,
    },
    /// Too few said the same, or anything.
    #[error("fewer than {agreement} of {nodes} nodes answer `{method}`")]
    TooFew {
        /// What was asked.
        method: String,
        /// How many must agree.
        agreement: usize,
        /// How many there are.
        nodes: usize,
    },
    /// They agree upon a block that is long gone.
    #[error("{agreement} of {nodes} nodes have no block newer than {block}, after {seen} was seen")]
    Behind {
        /// How many must agree.
        agreement: usize,
        /// How many there are.
        nodes: usize,
        /// What they agree upon.
        block: u64,
        /// What was agreed upon before.
        seen: u64,
    },
}

impl Trouble {
    /// What a transport's error is, if it is of this kind.
    pub(crate) fn of(error: &TransportErrorKind) -> Option<&Self> {
        error.as_custom()?.downcast_ref()
    }

    /// Whether nodes say different things, rather than nothing.
    pub(crate) fn is_contradiction(&self) -> bool {
        matches!(self, Self::Disagreement { .. })
    }
}

impl From<Trouble> for TransportError {
    fn from(trouble: Trouble) -> Self {
        RpcError::Transport(TransportErrorKind::Custom(Box::new(trouble)))
    }
}

impl From<Trouble> for ChainError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Disagreement { method, hosts } => Self::Disagreement { method, hosts },
            other => Self::TooFewNodes(other.to_string()),
        }
    }
}
