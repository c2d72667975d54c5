//! Why a text is no message of EIP-4361.

use thiserror::Error;

use super::{
    DomainError, Field, NonceError, RequestIdError, SchemeError, StatementError, TimestampError,
    UriError,
};
use crate::wallet::{WalletAddress, WalletAddressError};

/// Why a text is no [`Message`](super::Message).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    /// It does not begin as EIP-4361 says.
    #[error(
        "the first line does not end in `wants you to sign in with your Ethereum account:`: sign the message that was given"
    )]
    Opening,
    /// A field that every message has is not there.
    #[error("{0} is missing: sign the message that was given")]
    Missing(Field),
    /// A field stands in another place than its own, or twice.
    #[error("{0} is out of its order or there twice: sign the message that was given")]
    OutOfOrder(Field),
    /// A line that should be empty is not, or is not there.
    #[error("there is no empty line after {0}: sign the message that was given")]
    NoEmptyLine(Field),
    /// Lines after all fields.
    #[error(
        "after the last field comes `{0}`: sign the message that was given, without a line break at its end"
    )]
    Trailing(String),
    /// See there.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// See there.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// See there.
    #[error("address: {0}")]
    Address(#[from] WalletAddressError),
    /// An address in one case, or with `0X`: a message has it as EIP-55 says.
    #[error("address is not written as EIP-55 says: write {0}")]
    AddressSpelling(WalletAddress),
    /// See there.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// See there.
    #[error("URI {0}")]
    Uri(UriError),
    /// Of another version of EIP-4361, of which there is none.
    #[error("Version `{0}` is not 1, and there is no other: sign the message that was given")]
    Version(String),
    /// No number, one that no chain has, or one with zeros in front.
    #[error("Chain ID `{0}` is no chain's: write its number in decimal digits, such as 8453")]
    ChainId(String),
    /// See there.
    #[error(transparent)]
    Nonce(#[from] NonceError),
    /// A moment that is none.
    #[error("{field} {error}")]
    Time {
        /// Which one.
        field: Field,
        /// See there.
        error: TimestampError,
    },
    /// See there.
    #[error(transparent)]
    RequestId(#[from] RequestIdError),
    /// A resource that is no URI.
    #[error("resource {number} {error}")]
    Resource {
        /// Which one, counted from 1.
        number: usize,
        /// See there.
        error: UriError,
    },
}

impl MessageError {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Opening => "message_opening",
            Self::Missing(_) => "message_field_missing",
            Self::OutOfOrder(_) => "message_field_out_of_order",
            Self::NoEmptyLine(_) => "message_no_empty_line",
            Self::Trailing(_) => "message_trailing_text",
            Self::Scheme(_) => "message_scheme",
            Self::Domain(_) => "message_domain",
            Self::Address(_) => "message_address",
            Self::AddressSpelling(_) => "message_address_spelling",
            Self::Statement(_) => "message_statement",
            Self::Uri(_) => "message_uri",
            Self::Version(_) => "message_version",
            Self::ChainId(_) => "message_chain_id",
            Self::Nonce(_) => "message_nonce",
            Self::Time { .. } => "message_time",
            Self::RequestId(_) => "message_request_id",
            Self::Resource { .. } => "message_resource",
        }
    }
}
