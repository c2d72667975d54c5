//! A claim as its signer signs it.

use alloy_primitives::{Address, B256, keccak256};

use super::{ClaimTopic, record::Wording};
use crate::wallet::Version;

/// Of 65 bytes: `r`, `s`, `v`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClaimSignature(pub [u8; 65]);

/// A key for claims.
pub trait SignsClaims: Send + Sync {
    /// Whose key it is, as the claim issuer's contract knows it.
    fn address(&self) -> Address;

    /// Its signature of a claim, by EIP-191 (version `E`); nothing where the key
    /// cannot be reached.
    fn sign_claim(&self, claim: B256) -> Option<ClaimSignature>;
}

/// What is signed: ONCHAINID's `keccak256(abi.encode(identity, topic, data))`, where
/// the data are when the claim ends, its version, and its content, a word each.
pub fn claim_hash(
    identity: Address,
    topic: ClaimTopic,
    version: Version,
    wording: &Wording,
) -> B256 {
    const DATA_AT: u64 = 3 * 32;
    const DATA_BYTES: u64 = 3 * 32;
    let number = |number: u64| B256::left_padding_from(&number.to_be_bytes());
    let words = [
        identity.into_word(),
        topic.0.into(),
        number(DATA_AT),
        number(DATA_BYTES),
        number(wording.ends.map_or(0, |at| at.0)),
        number(version.0.into()),
        wording.content,
    ];
    keccak256(words.concat())
}
