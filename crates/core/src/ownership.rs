//! Who holds a wallet: what a holder is asked to sign (EIP-4361), and what the
//! signed message must say.
//!
//! 1. The server draws a [`Nonce`] and keeps a [`Challenge`];
//! 2. [`Challenge::message`] is what the wallet shows and signs;
//! 3. what comes back is read by [`Message`]'s `FromStr`, and
//!    [`Challenge::check`] takes it only if it is that message, and in time;
//! 4. the `chain` crate tells whether the wallet signed it, since contracts sign
//!    too. What is plain of a key's signature is told by [`KeySignature`] here.
//!
//! That a challenge is answered once, and by the person it was made for, is for
//! its keeper to see to: the nonce is consumed in the transaction that binds the
//! wallet.

mod challenge;
mod error;
mod field;
mod message;
mod parse;
mod refusal;
mod rfc3986;
mod signature;
mod text;
mod timestamp;

pub use challenge::Challenge;
pub use error::MessageError;
pub use field::Field;
pub use message::Message;
pub use refusal::OwnershipRefusal;
pub use signature::{KeySignature, MAX_SIGNATURE_BYTES, SignatureRefusal};
pub use text::{
    Domain, DomainError, Nonce, NonceError, RequestId, RequestIdError, Scheme, SchemeError,
    Statement, StatementError, Uri, UriError,
};
pub use timestamp::{Timestamp, TimestampError};
