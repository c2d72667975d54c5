//! Wallets that are contracts (ERC-1271).

use alloy::primitives::Address;
use symbolon_chain::ownership::{NotProven, ProofKind};
use symbolon_core::ownership::MAX_SIGNATURE_BYTES;

use crate::case::{Case, Mood, PAYER, key, signed};

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_says_whose_signature_counts_and_in_which_block() {
    let case = Case::start().await;
    let owner = key(1);
    let wallet = case.wallet(owner.address(), Mood::Honest).await;
    let proof = case.verdict(wallet, &signed(wallet, &owner)).await.unwrap();
    assert_eq!(proof.kind, ProofKind::Contract);
    let block = proof.block.unwrap();
    let endpoint = case.node.endpoint();
    assert_eq!(block.number, endpoint.head().await.unwrap().number);
    let hash = endpoint.block_hash(block.number).await.unwrap();
    assert_eq!(Some(block.hash), hash);

    let theirs = signed(wallet, &key(2));
    let refused = Err(NotProven::Refused(wallet));
    assert_eq!(case.verdict(wallet, &theirs).await, refused);
    // What a contract takes is its own affair, but not how much there is to read.
    let longest = vec![1; MAX_SIGNATURE_BYTES];
    assert_eq!(case.verdict(wallet, &longest).await, refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owners_signature_is_the_contracts_and_not_the_owners() {
    let case = Case::start().await;
    let owner = key(1);
    let wallet = case.wallet(owner.address(), Mood::Honest).await;
    let signature = signed(wallet, &owner);
    let verdict = case.verdict(owner.address(), &signature).await;
    assert_eq!(verdict.unwrap_err().code(), "signature_of_another_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_no_yes_is_a_no() {
    let case = Case::start().await;
    let owner = key(1);
    for mood in [
        Mood::Reverting,
        Mood::Garbage,
        Mood::Huge,
        Mood::Short,
        Mood::Burning,
        Mood::Writing,
        Mood::Silent,
    ] {
        let wallet = case.wallet(owner.address(), mood).await;
        let verdict = case.verdict(wallet, &signed(wallet, &owner)).await;
        assert_eq!(verdict, Err(NotProven::NoAnswer(wallet)), "{mood:?}");
    }
    // Here anybody's signature counts while gas is estimated.
    let wallet = case.wallet(owner.address(), Mood::Estimating).await;
    let verdict = case.verdict(wallet, &[1; 65]).await;
    assert_eq!(verdict, Err(NotProven::Refused(wallet)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_without_the_function_signs_nothing() {
    let case = Case::start().await;
    let factory = case.factory().await;
    let verdict = case.verdict(factory, &signed(factory, &key(1))).await;
    assert_eq!(verdict, Err(NotProven::NoAnswer(factory)));
    // Code that is run and gives back what it was given.
    let echo = Address::with_last_byte(4);
    let verdict = case.verdict(echo, &signed(echo, &key(1))).await;
    assert_eq!(verdict.unwrap_err().code(), "signature_of_another_key");
    assert!(case.code(PAYER).await.is_empty());
}
