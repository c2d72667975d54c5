//! Wallets that are keys.

use alloy::primitives::{Address, U256, b256};
use symbolon_chain::ownership::{NotProven, OwnershipProof, ProofKind};
use symbolon_core::ownership::{MAX_SIGNATURE_BYTES, SignatureRefusal};

use crate::case::{Case, key, signed};

const PROOF: OwnershipProof = OwnershipProof {
    kind: ProofKind::Key,
    block: None,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_proves_its_own_wallet_and_no_other() {
    let case = Case::start().await;
    let (mine, theirs) = (key(1), key(2));
    let wallet = mine.address();
    let signature = signed(wallet, &mine);
    assert_eq!(case.verdict(wallet, &signature).await, Ok(PROOF));

    let refusal = case.verdict(wallet, &signed(wallet, &theirs)).await;
    let signer = theirs.address();
    assert_eq!(refusal, Err(NotProven::OtherKey { wallet, signer }));
    // Of another message, somebody else's key signed this.
    let refusal = case.verdict(signer, &signature).await;
    assert_eq!(refusal.unwrap_err().code(), "signature_of_another_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signature_has_one_form() {
    let case = Case::start().await;
    let wallet = key(1).address();
    let right = signed(wallet, &key(1));

    let mut from_zero = right.clone();
    from_zero[64] -= 27;
    assert_eq!(case.verdict(wallet, &from_zero).await, Ok(PROOF));

    // The other s that would do, with the other parity.
    let order = U256::from_be_bytes(
        b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0,
    );
    let mut high = right.clone();
    let s = U256::from_be_slice(&right[32..64]);
    high[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
    high[64] = 55 - right[64];
    let form = |refusal| Err(NotProven::Form(refusal));
    let verdict = case.verdict(wallet, &high).await;
    assert_eq!(verdict, form(SignatureRefusal::HighS));

    for length in [0, 64, 66] {
        let mut other = right.clone();
        other.resize(length, 0);
        let verdict = case.verdict(wallet, &other).await;
        assert_eq!(verdict, form(SignatureRefusal::Length(length)));
    }
    let mut odd = right.clone();
    odd[64] = 29;
    let verdict = case.verdict(wallet, &odd).await;
    assert_eq!(verdict, form(SignatureRefusal::Recovery(29)));

    let long = vec![1; MAX_SIGNATURE_BYTES + 1];
    let verdict = case.verdict(wallet, &long).await;
    assert_eq!(verdict, Err(NotProven::TooLong(long.len())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_key_signs_is_nobodys() {
    let case = Case::start().await;
    // No point of the curve has this x, nor is anybody's address that of a failure.
    let mut bytes = [0; 65];
    (bytes[31], bytes[63], bytes[64]) = (5, 1, 27);
    for wallet in [key(1).address(), Address::with_last_byte(1)] {
        let verdict = case.verdict(wallet, &bytes).await;
        assert_eq!(verdict, Err(NotProven::NoKey));
    }
}
