//! One signing key.

use alloy::{
    consensus::{SignableTransaction, Signed, TxEnvelope},
    network::TxSignerSync,
    primitives::{Address, B256, Signature},
    signers::{SignerSync, local::PrivateKeySigner},
};
use secrecy::{ExposeSecret, SecretString};
use symbolon_core::claim::signed::{ClaimSignature, SignsClaims};
use zeroize::Zeroizing;

use crate::ChainError;

/// A key that signs for one lane. Its secret is neither printed nor copied out.
#[derive(Clone)]
pub struct LaneSigner {
    key: PrivateKeySigner,
}

impl LaneSigner {
    /// From 64 hexadecimal digits, with or without `0x`.
    pub fn from_hex(secret: &SecretString) -> Result<Self, ChainError> {
        let text = secret.expose_secret().trim();
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut bytes = Zeroizing::new([0_u8; 32]);
        alloy::hex::decode_to_slice(digits, bytes.as_mut()).map_err(|_| ChainError::Key)?;
        let key = PrivateKeySigner::from_bytes(&B256::from(*bytes)).map_err(|_| ChainError::Key)?;
        Ok(Self { key })
    }

    /// The address that pays, and that the registry must know as a mirror.
    pub fn address(&self) -> Address {
        self.key.address()
    }

    /// Signs a message of 32 bytes by EIP-191 (version `E`).
    pub fn sign_message(&self, message: B256) -> Result<Signature, ChainError> {
        self.key
            .sign_message_sync(message.as_slice())
            .map_err(|_| ChainError::Signing)
    }

    /// Signs; the result's bytes are what nodes take.
    pub fn sign<T>(&self, mut transaction: T) -> Result<TxEnvelope, ChainError>
    where
        T: SignableTransaction<Signature>,
        TxEnvelope: From<Signed<T>>,
    {
        let signature = self
            .key
            .sign_transaction_sync(&mut transaction)
            .map_err(|_| ChainError::Signing)?;
        Ok(transaction.into_signed(signature).into())
    }
}

impl SignsClaims for LaneSigner {
    fn address(&self) -> Address {
        self.address()
    }

    fn sign_claim(&self, claim: B256) -> Option<ClaimSignature> {
        let signature = self.sign_message(claim).ok()?;
        Some(ClaimSignature(signature.as_bytes()))
    }
}

impl std::fmt::Debug for LaneSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LaneSigner({})", self.address())
    }
}
