//! A person's own key, and the values that it seals.

use std::fmt;

use secrecy::{ExposeSecret, SecretBox};
use symbolon_core::{
    ids::{InvestorId, IssuerId},
    profile::{Field, Personal, Sealed},
};

use crate::{VaultError, bound_to, cipher};

const VALUE: &str = "symbolon profile value 1";

/// The key of one person's profile.
pub struct PersonKey(SecretBox<[u8; 32]>);

impl PersonKey {
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

    /// A value as it is stored, bound to its place.
    pub fn seal(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        field: Field,
        value: &Personal,
    ) -> Sealed {
        let bound = place(issuer, investor, field);
        let message = value.expose().as_bytes();
        Sealed(cipher::encrypt(self.expose(), message, &bound))
    }

    /// A value as it was stored at this place.
    pub fn open(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        field: Field,
        sealed: &Sealed,
    ) -> Result<Personal, VaultError> {
        let what = "a profile's value";
        let bound = place(issuer, investor, field);
        let opened = cipher::decrypt(self.expose(), &sealed.0, &bound, what)?;
        String::from_utf8(opened)
            .map(Personal::new)
            .map_err(|_| VaultError::Damaged(what))
    }
}

fn place(issuer: &IssuerId, investor: InvestorId, field: Field) -> Vec<u8> {
    let (investor, field) = (investor.0.as_slice(), field.as_str().as_bytes());
    bound_to(VALUE, issuer, &[investor, field])
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHO: InvestorId = InvestorId::NONE;

    fn acme() -> IssuerId {
        "acme".parse().unwrap()
    }

    #[test]
    fn a_value_opens_at_its_place_alone() {
        let key = PersonKey::fresh();
        let value = Personal::new(r#""Canary""#.into());
        let sealed = key.seal(&acme(), WHO, Field::FamilyName, &value);
        let shown = String::from_utf8_lossy(&sealed.0).into_owned();
        assert!(!shown.contains("Canary"));
        let open = |issuer: &str, who, field, key: &PersonKey| {
            key.open(&issuer.parse().unwrap(), who, field, &sealed).ok()
        };
        let opened = open("acme", WHO, Field::FamilyName, &key).unwrap();
        assert_eq!(opened.expose(), r#""Canary""#);
        let other = InvestorId([1; 32].into());
        assert!(open("bank", WHO, Field::FamilyName, &key).is_none());
        assert!(open("acme", other, Field::FamilyName, &key).is_none());
        assert!(open("acme", WHO, Field::GivenNames, &key).is_none());
        assert!(open("acme", WHO, Field::FamilyName, &PersonKey::fresh()).is_none());
    }

    proptest! {
        #[test]
        fn no_altered_value_opens(text in ".{0,40}", place in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let key = PersonKey::fresh();
            let mut sealed = key.seal(&acme(), WHO, Field::Email, &Personal::new(text.clone()));
            let opened = key.open(&acme(), WHO, Field::Email, &sealed).unwrap();
            prop_assert_eq!(opened.expose(), text);
            let place = place.index(sealed.0.len());
            sealed.0[place] ^= 1 << bit;
            prop_assert!(key.open(&acme(), WHO, Field::Email, &sealed).is_err());
            sealed.0.truncate(place);
            prop_assert!(key.open(&acme(), WHO, Field::Email, &sealed).is_err());
        }
    }
}
