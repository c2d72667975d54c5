//! What is plain of a key's signature without looking who made it.

use alloy_primitives::{B256, b256};
use thiserror::Error;

/// The most bytes that a signature of any kind may have. Contracts say what
/// theirs are: a multisig's has 65 for each signer, one of ERC-6492 holds what
/// deploys the wallet.
pub const MAX_SIGNATURE_BYTES: usize = 16 * 1024;

/// The order of secp256k1 (SEC 2, section 2.4.1).
const ORDER: B256 = b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
/// Half of it: no greater `s` is a transaction's (EIP-2).
const HALF_ORDER: B256 = b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// A key's signature in the one form that is taken: 65 bytes `r`, `s`, `v`, of
/// which `s` is the lower of two that would do. So one signature has one form,
/// and nobody makes another of it.
///
/// The last byte is 27 or 28. 0 and 1 mean the same and are taken as well: some
/// hardware wallets write them, and whose signature it is does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySignature {
    /// The x coordinate of the signature's point.
    pub r: B256,
    /// The proof, no greater than half of the curve's order.
    pub s: B256,
    /// Whether the point's y coordinate is odd.
    pub y_is_odd: bool,
}

/// Why bytes are no [`KeySignature`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureRefusal {
    /// Of another length, such as the 64 bytes of EIP-2098.
    #[error(
        "the signature has {0} bytes, and a key's has 65: have the wallet sign with r, s and v"
    )]
    Length(usize),
    /// The last byte tells neither of the two keys.
    #[error(
        "the signature's last byte is {0}, not 27 or 28: have the wallet sign again by EIP-191"
    )]
    Recovery(u8),
    /// `r` or `s` is zero or no less than the curve's order.
    #[error("the signature's r or s is none of the curve secp256k1: have the wallet sign again")]
    Range,
    /// `s` is the higher one of two.
    #[error(
        "the signature's s is in the upper half of the order, which anybody can make of another: have the wallet sign again with a low s (EIP-2)"
    )]
    HighS,
}

impl KeySignature {
    /// Reads the 65 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, SignatureRefusal> {
        let bytes: &[u8; 65] = bytes
            .try_into()
            .map_err(|_| SignatureRefusal::Length(bytes.len()))?;
        let (r, s) = (
            B256::from_slice(&bytes[..32]),
            B256::from_slice(&bytes[32..64]),
        );
        let y_is_odd = match bytes[64] {
            0 | 27 => false,
            1 | 28 => true,
            other => return Err(SignatureRefusal::Recovery(other)),
        };
        let is_in_range = |number: B256| !number.is_zero() && number < ORDER;
        if !is_in_range(r) || !is_in_range(s) {
            return Err(SignatureRefusal::Range);
        }
        if s > HALF_ORDER {
            return Err(SignatureRefusal::HighS);
        }
        Ok(Self { r, s, y_is_odd })
    }
}

impl SignatureRefusal {
    /// A stable word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length(_) => "signature_length",
            Self::Recovery(_) => "signature_recovery_byte",
            Self::Range => "signature_out_of_range",
            Self::HighS => "signature_high_s",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(r: B256, s: B256, v: u8) -> Vec<u8> {
        [&r[..], &s[..], &[v]].concat()
    }

    const ONE: B256 = B256::with_last_byte(1);

    #[test]
    fn both_spellings_of_v_are_one_signature() {
        for (v, y_is_odd) in [(0, false), (27, false), (1, true), (28, true)] {
            let read = KeySignature::new(&bytes(ONE, HALF_ORDER, v)).unwrap();
            assert_eq!(read.y_is_odd, y_is_odd);
        }
        for v in [2, 26, 29, 35, 0x92, 255] {
            let read = KeySignature::new(&bytes(ONE, ONE, v));
            assert_eq!(read, Err(SignatureRefusal::Recovery(v)));
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in [0, 1, 64, 66, 130] {
            let read = KeySignature::new(&vec![1; length]);
            assert_eq!(read, Err(SignatureRefusal::Length(length)));
        }
    }

    #[test]
    fn numbers_off_the_curve_and_high_ones_are_refused() {
        let mut high = HALF_ORDER;
        high[31] += 1;
        for (r, s, refusal) in [
            (B256::ZERO, ONE, SignatureRefusal::Range),
            (ONE, B256::ZERO, SignatureRefusal::Range),
            (ORDER, ONE, SignatureRefusal::Range),
            (ONE, ORDER, SignatureRefusal::Range),
            (ONE, high, SignatureRefusal::HighS),
        ] {
            assert_eq!(KeySignature::new(&bytes(r, s, 27)), Err(refusal));
        }
    }
}
