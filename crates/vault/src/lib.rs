//! What keeps profiles unreadable (I6, I7).
//!
//! 1. Each person has a key of its own ([`PersonKey`]). Every value of the profile is
//!    sealed with it by AES-256-GCM, bound to its issuer, investor and field: moved to
//!    another place, it opens nowhere.
//! 2. The key is stored wrapped by a master key ([`MasterKeys`]), which the database
//!    never sees. A new master key rewraps the keys; no value is touched.
//! 3. Who destroys a person's wrapped key has erased the person, wherever copies of the
//!    values are.
//! 4. To be found, a value leaves a digest under the issuer's [`IndexKey`]: without the
//!    key nobody can try out names and numbers.
//!
//! Where keys and values are stored is the business of others.

mod cipher;
mod customer;
mod index;
mod master;
mod person;

pub use customer::CustomerPlace;
pub use index::IndexKey;
pub use master::{MasterKey, MasterKeyError, MasterKeys};
pub use person::PersonKey;
use symbolon_core::ids::IssuerId;
use thiserror::Error;

/// Bytes of a nonce (NIST SP 800-38D, 8.2.2: drawn at random, far fewer than 2^32
/// messages under one key).
const NONCE: usize = 12;

/// Why something cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    /// It is wrapped by a master key that this process was not given.
    #[error("master key {0} is missing: add it to the vault's keys until the rotation is done")]
    MissingMasterKey(String),
    /// It was changed, moved, or sealed with another key.
    #[error("{0} does not open: the stored bytes were changed, or belong elsewhere")]
    Damaged(&'static str),
}

/// What a ciphertext is bound to, each part with its length.
fn bound_to(purpose: &str, issuer: &IssuerId, rest: &[&[u8]]) -> Vec<u8> {
    let parts = [purpose.as_bytes(), issuer.as_str().as_bytes()];
    let mut bound = Vec::with_capacity(128);
    for part in parts.iter().chain(rest) {
        bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bound.extend_from_slice(part);
    }
    bound
}
