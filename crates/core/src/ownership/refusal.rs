//! Why a message is not the one that was asked for.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Field, Timestamp, text::QUOTED};
use crate::{ids::ChainId, time::UnixSeconds};

/// Why a [`Challenge`](super::Challenge) is not met by a message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OwnershipRefusal {
    /// A field says something else.
    #[error("{field} is `{found}`, not `{asked}`: sign the message that was given")]
    Differs {
        /// Which one.
        field: Field,
        /// What it says, shortened.
        found: String,
        /// What was asked for, shortened.
        asked: String,
    },
    /// A field that was asked for is not there.
    #[error("{field} `{asked}` is missing: sign the message that was given")]
    Missing {
        /// Which one.
        field: Field,
        /// What was asked for, shortened.
        asked: String,
    },
    /// A field that was not asked for is there.
    #[error("{0} was not asked for: sign the message that was given")]
    Unasked(Field),
    /// A chain on which no wallet is taken.
    #[error(
        "Chain ID {found} is none of {}: switch the wallet to one of them, and sign again",
        listed(allowed)
    )]
    ChainNotAllowed {
        /// Which one.
        found: ChainId,
        /// Those on which wallets are taken.
        allowed: BTreeSet<ChainId>,
    },
    /// It was handed out in the future.
    #[error(
        "Issued At {issued_at} is later than {now}: set the servers' clocks right, and ask for a new message"
    )]
    TooEarly {
        /// When it was handed out.
        issued_at: Timestamp,
        /// When it was checked.
        now: UnixSeconds,
    },
    /// It has ended.
    #[error(
        "Expiration Time {expires_at} has passed, it is {now}: ask for a new message, and sign that"
    )]
    Expired {
        /// When it ended.
        expires_at: Timestamp,
        /// When it was checked.
        now: UnixSeconds,
    },
}

impl OwnershipRefusal {
    pub(super) fn differs(field: Field, found: &str, asked: &str) -> Self {
        let (found, asked) = (shortened(found), shortened(asked));
        Self::Differs {
            field,
            found,
            asked,
        }
    }

    pub(super) fn missing(field: Field, asked: &str) -> Self {
        let asked = shortened(asked);
        Self::Missing { field, asked }
    }

    /// A stable word for programs: which field is not as it was asked for, be it
    /// that it differs, is missing, or is one too many; or what is wrong with
    /// the time.
    pub const fn code(&self) -> &'static str {
        let field = match self {
            Self::Differs { field, .. } | Self::Missing { field, .. } | Self::Unasked(field) => {
                field
            }
            Self::ChainNotAllowed { .. } => return "chain_not_allowed",
            Self::TooEarly { .. } => return "challenge_too_early",
            Self::Expired { .. } => return "challenge_expired",
        };
        match field {
            Field::Scheme => "scheme_differs",
            Field::Domain => "domain_differs",
            Field::Address => "address_differs",
            Field::Statement => "statement_differs",
            Field::Uri => "uri_differs",
            Field::Version => "version_differs",
            Field::ChainId => "chain_id_differs",
            Field::Nonce => "nonce_differs",
            Field::IssuedAt => "issued_at_differs",
            Field::ExpirationTime => "expiration_time_differs",
            Field::NotBefore => "not_before_differs",
            Field::RequestId => "request_id_differs",
            Field::Resources => "resources_differ",
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

fn listed(chains: &BTreeSet<ChainId>) -> String {
    let chains: Vec<_> = chains.iter().map(ChainId::to_string).collect();
    chains.join(", ")
}
