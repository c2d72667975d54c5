//! KYC providers, and what the register takes from them (I8).
//!
//! 1. [`Provider::open`] asks for a session: a link to the provider's hosted pages.
//! 2. Whatever arrives by webhook is checked and read by [`Provider::hint`]. It says
//!    where to look and nothing else: no verdict is made of it.
//! 3. [`Provider::fetch`] reads the provider's own record, which is a
//!    [`Fact`](symbolon_core::verification::Fact), and the profile that goes to the
//!    vault. What cannot be read as a value is left out; what a standing cannot be
//!    read from is never an approval (I12).
//!
//! Requests may fail and come again: an error says whether, and when. No error, and
//! nothing that prints itself here, repeats what a provider or a person said (I6).
//!
//! Deliberately absent: retries and queues, which are the server's; pictures and
//! files of documents, which stay with the provider; a provider whose webhooks carry
//! no signature.

pub mod entrust;
mod error;
mod http;
mod id;
mod provider;
mod read;
mod setup;
mod signature;
pub mod sumsub;

pub use error::{FetchError, HintError};
pub use provider::{Clock, Hint, Provider, Record, ReturnTo, Session, SessionRequest, Watching};
pub use setup::SetupError;
pub use signature::Digest;
