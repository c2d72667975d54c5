//! AES-256-GCM with a random nonce before the ciphertext.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};

use crate::{NONCE, VaultError};

/// Nonce, ciphertext and tag.
pub(crate) fn encrypt(key: &[u8; 32], message: &[u8], bound: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = rand::random();
    let payload = Payload {
        msg: message,
        aad: bound,
    };
    let cipher = Aes256Gcm::new(key.into());
    // It fails for messages of more than 64 GiB alone.
    let encrypted = cipher.encrypt(&Nonce::from(nonce), payload);
    [nonce.as_slice(), &encrypted.unwrap_or_default()].concat()
}

/// What was encrypted under this key and bound to the same.
pub(crate) fn decrypt(
    key: &[u8; 32],
    bytes: &[u8],
    bound: &[u8],
    what: &'static str,
) -> Result<Vec<u8>, VaultError> {
    let damaged = VaultError::Damaged(what);
    let (nonce, encrypted) = bytes.split_first_chunk::<NONCE>().ok_or(damaged.clone())?;
    let payload = Payload {
        msg: encrypted,
        aad: bound,
    };
    let cipher = Aes256Gcm::new(key.into());
    cipher
        .decrypt(&Nonce::from(*nonce), payload)
        .map_err(|_| damaged)
}
