//! How a person is found, and named, by what only the issuer knows.

use std::fmt;

use alloy_primitives::{B256, keccak256};
use secrecy::{ExposeSecret, SecretBox};
use symbolon_core::{
    ids::InvestorId,
    profile::{Field, Personal, TermDigest},
};

use crate::master::mac;

const TERM: &[u8] = b"symbolon search term 1";
const IDENTITY: &[u8] = b"symbolon investor id 1";

/// The key of one issuer's digests.
pub struct IndexKey(SecretBox<[u8; 32]>);

impl IndexKey {
    /// A key that nobody has.
    pub fn fresh() -> Self {
        Self::new(rand::random())
    }

    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(key)))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// What a search term of a field becomes.
    pub fn digest(&self, field: Field, term: &Personal) -> TermDigest {
        let field = field.as_str().as_bytes();
        TermDigest(self.mac(&[TERM, field, term.expose().as_bytes()]))
    }

    /// The id of the investor of this identity
    /// ([`Profile::standard_identity`](symbolon_core::profile::Profile::standard_identity)):
    /// the same person is the same investor, and nobody without the key can tell who.
    pub fn investor(&self, identity: &Personal) -> InvestorId {
        let id = self.mac(&[IDENTITY, identity.expose().as_bytes()]);
        InvestorId(B256::from(id))
    }

    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut message = Vec::with_capacity(128);
        for part in parts {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        mac(self.expose(), &message)
    }

    /// The id that `KYCRegistrar` gives to this identity: its bare keccak256. Whoever
    /// knows a person can tell that it is an investor here, so this is for issuers
    /// whose registrar on chain has such ids already.
    pub fn unkeyed_investor(identity: &Personal) -> InvestorId {
        InvestorId(keccak256(identity.expose()))
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_term_is_the_same_digest_under_one_key() {
        let (one, other) = (IndexKey::new([1; 32]), IndexKey::new([2; 32]));
        let term = Personal::new("jane@example.com".into());
        assert_eq!(
            one.digest(Field::Email, &term),
            one.digest(Field::Email, &term)
        );
        assert_ne!(
            one.digest(Field::Email, &term),
            one.digest(Field::NationalId, &term)
        );
        assert_ne!(
            one.digest(Field::Email, &term),
            other.digest(Field::Email, &term)
        );
        assert_ne!(one.investor(&term), other.investor(&term));
    }

    #[test]
    fn the_registrars_ids() {
        let id = |text: &str| IndexKey::unkeyed_investor(&Personal::new(text.into()));
        assert_eq!(
            id("JANEDOE31121980123456789").to_string(),
            "0x3d57f406d017300445f29a27d5c995ab860d80164179bbc840f53ed41e37e80f"
        );
        assert_eq!(
            id("5493001KJTIIGC8Y1R12").to_string(),
            "0x74cd7f8072a412ff0cb43f66a81c21754a90d5f53f4ff6b19b234fae667063c5"
        );
    }
}
