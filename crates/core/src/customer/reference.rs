//! Reference keys, by which an instance names a customer whose wallet comes later.

use std::fmt;

use alloy_primitives::{B128, B256, hex};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::ids::{InstanceName, IssuerId};

const PREFIX: &str = "ref_";
const DIGITS: usize = 32;

/// 128 random bits that name a customer to whoever is to link a wallet to it. Whoever
/// has one may say so, so the register keeps its hash, and hands out another at a word.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferenceKey(B128);

/// A text that is no [`ReferenceKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a reference key is `ref_` and 32 of 0–9 and a–f")]
pub struct ReferenceKeyError;

impl ReferenceKey {
    /// The key of these random bytes, which the caller drew.
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(B128::new(bytes))
    }

    /// The key's text, for whoever may have it.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", hex::encode(self.0))
    }

    /// What is stored of it. Nobody guesses 128 random bits, so no slow hash is needed;
    /// and it opens nothing of another instance.
    pub fn hash(&self, issuer: &IssuerId, instance: &InstanceName) -> B256 {
        let mut hasher = Sha256::new().chain_update("symbolon reference key");
        for name in [issuer.as_str(), instance.as_str()] {
            hasher = hasher.chain_update([name.len() as u8]).chain_update(name);
        }
        B256::from_slice(&hasher.chain_update(self.0).finalize())
    }
}

impl std::str::FromStr for ReferenceKey {
    type Err = ReferenceKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let digits = text.trim().strip_prefix(PREFIX).ok_or(ReferenceKeyError)?;
        if digits.len() != DIGITS || !digits.bytes().all(is_digit) {
            return Err(ReferenceKeyError);
        }
        digits.parse().map(Self).map_err(|_| ReferenceKeyError)
    }
}

impl fmt::Debug for ReferenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReferenceKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_never_shown() {
        let key = ReferenceKey::from_random([0xab; 16]);
        assert_eq!(key.expose(), format!("ref_{}", "ab".repeat(16)));
        assert_eq!(key.expose().parse(), Ok(key.clone()));
        assert_eq!(format!("{key:?}"), "ReferenceKey(…)");
        for text in ["", "ref_", "ref_12", &format!("ref_{}", "AB".repeat(16))] {
            assert_eq!(text.parse::<ReferenceKey>(), Err(ReferenceKeyError));
        }
    }

    #[test]
    fn a_hash_is_of_one_instance_of_one_issuer() {
        let key = ReferenceKey::from_random([7; 16]);
        let hash = |issuer: &str, instance: &str| {
            key.hash(&issuer.parse().unwrap(), &instance.parse().unwrap())
        };
        assert_ne!(hash("acme", "emea"), hash("acme", "apac"));
        assert_ne!(hash("acme", "emea"), hash("bank", "emea"));
        assert_ne!(hash("acme", "emea"), hash("acmee", "mea"));
    }
}
