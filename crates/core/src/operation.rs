//! Token operations, explained: who takes part, and what bars each of them.

use serde::{Deserialize, Serialize};

use crate::{verdict::Reason, wallet::WalletAddress};

/// What somebody wants to do with tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum Operation {
    /// Issue to a wallet.
    Mint {
        /// The recipient.
        to: WalletAddress,
    },
    /// Move between two wallets.
    Transfer {
        /// The sender.
        from: WalletAddress,
        /// The recipient.
        to: WalletAddress,
    },
    /// Take from a wallet.
    Burn {
        /// The holder.
        from: WalletAddress,
    },
}

/// The part that a wallet plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Tokens leave it.
    Sender,
    /// Tokens reach it.
    Recipient,
}

/// One wallet's part in an operation, with everything that bars it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Party {
    /// The part it plays.
    pub role: Role,
    /// Which wallet.
    pub wallet: WalletAddress,
    /// Everything that bars it; empty when it may.
    pub reasons: Vec<Reason>,
}

impl Operation {
    /// Everybody who takes part: all of them must be verified.
    pub fn parties(self) -> Vec<(Role, WalletAddress)> {
        match self {
            Self::Mint { to } => vec![(Role::Recipient, to)],
            Self::Transfer { from, to } => vec![(Role::Sender, from), (Role::Recipient, to)],
            Self::Burn { from } => vec![(Role::Sender, from)],
        }
    }
}

/// Whether nothing bars anybody.
pub fn allowed(parties: &[Party]) -> bool {
    parties.iter().all(|party| party.reasons.is_empty())
}
