//! A profile as the vault stores it: nobody reads it without a key.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A master key, by a name made of the key itself: 16 hexadecimal digits that lead
/// nobody back to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MasterKeyId(pub String);

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key of one person's or one issuer's, encrypted under a master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Under which one.
    pub master: MasterKeyId,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// A value, encrypted under its person's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// What a search term becomes under the issuer's index key: the same term always
/// the same digest, and no way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermDigest(pub [u8; 32]);
