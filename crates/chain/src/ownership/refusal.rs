//! Why it is not known that a wallet signed.

use alloy::primitives::Address;
use symbolon_core::ownership::{MAX_SIGNATURE_BYTES, SignatureRefusal};
use thiserror::Error;

/// Why a signature does not prove that a wallet signed a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotProven {
    /// More bytes than are looked at.
    #[error(
        "the signature has {0} bytes, and {MAX_SIGNATURE_BYTES} at most are taken: have the wallet sign with fewer signers"
    )]
    TooLong(usize),
    /// There is no code at the address, and the signature is not of the form of
    /// a key's.
    #[error(
        "{0}; a contract must be deployed on the chain that the message names, or sign by ERC-6492"
    )]
    Form(#[from] SignatureRefusal),
    /// It is no key's signature of anything.
    #[error("the signature is no key's: have the wallet sign again")]
    NoKey,
    /// Another key signed, or another text.
    #[error(
        "the signature is of {signer}, not of {wallet}, or of another text: sign the message that was given, with that wallet, on the chain that it names"
    )]
    OtherKey {
        /// Which wallet the message names.
        wallet: Address,
        /// Whose signature of this message it would be.
        signer: Address,
    },
    /// The mark of ERC-6492 is there, but nothing before it that it wraps.
    #[error(
        "the signature ends as ERC-6492 says and wraps nothing that can be read: have the wallet sign again"
    )]
    Wrapper,
    /// The factory that the signature names reverts, or is none.
    #[error(
        "the factory that the signature names does not deploy the wallet on this chain: deploy the wallet, and sign again"
    )]
    FactoryFailed,
    /// The factory did nothing, or deployed another wallet.
    #[error(
        "there is no contract at {0}, even once the factory was called that the signature names: sign with the wallet that the factory deploys"
    )]
    NotDeployed(Address),
    /// The contract reverts, changes something, takes too much gas, or answers
    /// something else than ERC-1271 says.
    #[error("the contract at {0} does not answer as ERC-1271 says: sign with a wallet that does")]
    NoAnswer(Address),
    /// The contract says no.
    #[error(
        "the contract at {0} does not take the signature for its own: sign the message that was given, with all signers that it needs"
    )]
    Refused(Address),
}

impl NotProven {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "signature_too_long",
            Self::Form(form) => form.code(),
            Self::NoKey => "signature_of_no_key",
            Self::OtherKey { .. } => "signature_of_another_key",
            Self::Wrapper => "signature_wrapper_unreadable",
            Self::FactoryFailed => "wallet_factory_failed",
            Self::NotDeployed(_) => "wallet_not_deployed",
            Self::NoAnswer(_) => "wallet_gives_no_answer",
            Self::Refused(_) => "wallet_refuses_signature",
        }
    }
}
