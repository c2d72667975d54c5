//! The keys that wrap keys.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString, zeroize::Zeroize};
use sha2::Sha256;
use symbolon_core::{
    ids::{InvestorId, IssuerId},
    profile::{MasterKeyId, WrappedKey},
};
use thiserror::Error;

use crate::{IndexKey, PersonKey, VaultError, bound_to, cipher};

const ID: &[u8] = b"symbolon master key";
const PERSON: &str = "symbolon person key 1";
const INDEX: &str = "symbolon index key 1";

/// One master key: 256 bits.
pub struct MasterKey {
    id: MasterKeyId,
    key: SecretBox<[u8; 32]>,
}

/// A text that is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a master key is 64 hexadecimal digits: restore the copy of yours, or, where nothing is sealed yet, make one by `openssl rand -hex 32`"
)]
pub struct MasterKeyError;

impl MasterKey {
    /// The key of these bytes.
    pub fn new(key: [u8; 32]) -> Self {
        let id = mac(&key, ID);
        let id = id[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            id: MasterKeyId(id),
            key: SecretBox::new(Box::new(key)),
        }
    }

    /// Reads 64 hexadecimal digits, as the environment, a file or a command gives them.
    pub fn read(text: &SecretString) -> Result<Self, MasterKeyError> {
        let text = text.expose_secret().trim();
        let mut key = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(MasterKeyError);
        }
        for (byte, place) in key.iter_mut().zip((0..64).step_by(2)) {
            let digits = text.get(place..place + 2).ok_or(MasterKeyError)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| MasterKeyError)?;
        }
        let read = Self::new(key);
        key.zeroize();
        Ok(read)
    }

    /// Its name.
    pub fn id(&self) -> &MasterKeyId {
        &self.id
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

pub(crate) fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The master keys that a process was given: the one that wraps from now on, and those
/// before it, until everything is rewrapped.
#[derive(Debug)]
pub struct MasterKeys {
    current: MasterKey,
    former: Vec<MasterKey>,
}

impl MasterKeys {
    /// The current one, and those before it.
    pub const fn new(current: MasterKey, former: Vec<MasterKey>) -> Self {
        Self { current, former }
    }

    /// The name of the one that wraps.
    pub fn current(&self) -> &MasterKeyId {
        self.current.id()
    }

    /// Whether this is the name of one of them.
    pub fn knows(&self, id: &MasterKeyId) -> bool {
        self.find(id).is_ok()
    }

    fn find(&self, id: &MasterKeyId) -> Result<&MasterKey, VaultError> {
        let mut all = std::iter::once(&self.current).chain(&self.former);
        all.find(|key| key.id == *id)
            .ok_or_else(|| VaultError::MissingMasterKey(id.to_string()))
    }

    /// A person's key as it is stored.
    pub fn wrap(&self, issuer: &IssuerId, investor: InvestorId, key: &PersonKey) -> WrappedKey {
        self.seal(key.expose(), &person(issuer, investor))
    }

    /// A person's key as it was stored.
    pub fn unwrap(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        wrapped: &WrappedKey,
    ) -> Result<PersonKey, VaultError> {
        let key = self.open(wrapped, &person(issuer, investor), "a person's key")?;
        Ok(PersonKey::new(key))
    }

    /// An issuer's index key as it is stored.
    pub fn wrap_index(&self, issuer: &IssuerId, key: &IndexKey) -> WrappedKey {
        self.seal(key.expose(), &bound_to(INDEX, issuer, &[]))
    }

    /// An issuer's index key as it was stored.
    pub fn unwrap_index(
        &self,
        issuer: &IssuerId,
        wrapped: &WrappedKey,
    ) -> Result<IndexKey, VaultError> {
        let bound = bound_to(INDEX, issuer, &[]);
        Ok(IndexKey::new(self.open(wrapped, &bound, "an index key")?))
    }

    fn seal(&self, key: &[u8; 32], bound: &[u8]) -> WrappedKey {
        WrappedKey {
            master: self.current.id.clone(),
            bytes: cipher::encrypt(self.current.key.expose_secret(), key, bound),
        }
    }

    fn open(
        &self,
        wrapped: &WrappedKey,
        bound: &[u8],
        what: &'static str,
    ) -> Result<[u8; 32], VaultError> {
        let master = self.find(&wrapped.master)?;
        let key = master.key.expose_secret();
        let mut opened = cipher::decrypt(key, &wrapped.bytes, bound, what)?;
        let read = <[u8; 32]>::try_from(opened.as_slice());
        opened.zeroize();
        read.map_err(|_| VaultError::Damaged(what))
    }
}

fn person(issuer: &IssuerId, investor: InvestorId) -> Vec<u8> {
    bound_to(PERSON, issuer, &[investor.0.as_slice()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(name: &str) -> IssuerId {
        name.parse().unwrap()
    }

    #[test]
    fn a_key_is_read_and_never_shown() {
        let text = SecretString::from(format!(" {}\n", "0a".repeat(32)));
        let key = MasterKey::read(&text).unwrap();
        assert_eq!(key.id(), MasterKey::new([10; 32]).id());
        assert_eq!(key.id().0.len(), 16);
        assert!(!format!("{key:?}").contains("0a0a0a"));
        for text in [
            "",
            "0a",
            &"0g".repeat(32),
            &"0a".repeat(33),
            &"é".repeat(32),
        ] {
            let text = SecretString::from(text.to_owned());
            assert_eq!(MasterKey::read(&text).err(), Some(MasterKeyError));
        }
    }

    #[test]
    fn a_wrapped_key_opens_for_its_person_alone() {
        let keys = MasterKeys::new(MasterKey::new([1; 32]), Vec::new());
        let (one, other) = (InvestorId::NONE, InvestorId([7; 32].into()));
        let key = PersonKey::fresh();
        let wrapped = keys.wrap(&issuer("acme"), one, &key);
        let opened = keys.unwrap(&issuer("acme"), one, &wrapped).unwrap();
        assert_eq!(opened.expose(), key.expose());
        let damaged = Some(VaultError::Damaged("a person's key"));
        assert_eq!(keys.unwrap(&issuer("acme"), other, &wrapped).err(), damaged);
        assert_eq!(keys.unwrap(&issuer("bank"), one, &wrapped).err(), damaged);
        for place in 0..wrapped.bytes.len() {
            let mut altered = wrapped.clone();
            altered.bytes[place] ^= 1;
            assert_eq!(
                keys.unwrap(&issuer("acme"), one, &altered).err(),
                damaged,
                "byte {place}"
            );
        }
    }

    #[test]
    fn a_rotation_needs_both_keys_until_it_is_done() {
        let acme = issuer("acme");
        let old = MasterKeys::new(MasterKey::new([1; 32]), Vec::new());
        let both = MasterKeys::new(MasterKey::new([2; 32]), vec![MasterKey::new([1; 32])]);
        let new = MasterKeys::new(MasterKey::new([2; 32]), Vec::new());
        let index = IndexKey::fresh();
        let wrapped = old.wrap_index(&acme, &index);
        assert!(matches!(
            new.unwrap_index(&acme, &wrapped),
            Err(VaultError::MissingMasterKey(_))
        ));
        let rewrapped = both.wrap_index(&acme, &both.unwrap_index(&acme, &wrapped).unwrap());
        assert_eq!(&rewrapped.master, new.current());
        let opened = new.unwrap_index(&acme, &rewrapped).unwrap();
        assert_eq!(opened.expose(), index.expose());
    }
}
