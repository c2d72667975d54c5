//! Wallets that are not deployed yet (ERC-6492).

use alloy::{
    primitives::{Address, Bytes},
    sol_types::{SolCall, SolValue},
};
use symbolon_bindings::probes::MoodyFactory;
use symbolon_chain::ownership::{NotProven, ProofKind};

use crate::case::{Case, Mood, PAYER, key, signed};

fn wrapped(factory: Address, call: Vec<u8>, signature: Vec<u8>) -> Vec<u8> {
    let content = (factory, Bytes::from(call), Bytes::from(signature));
    [content.abi_encode_params(), [0x64, 0x92].repeat(16)].concat()
}

fn deploy(owner: Address, mood: Mood) -> Vec<u8> {
    let mood = mood as u8;
    MoodyFactory::deployCall { owner, mood }.abi_encode()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_signs_before_it_is_there_and_after() {
    let case = Case::start().await;
    let (factory, owner) = (case.factory().await, key(1));
    let call = deploy(owner.address(), Mood::Honest);
    let wallet = case.wallet_of(factory, owner.address(), Mood::Honest).await;
    let signature = wrapped(factory, call.clone(), signed(wallet, &owner));

    let proof = case.verdict(wallet, &signature).await.unwrap();
    assert_eq!(proof.kind, ProofKind::UndeployedContract);
    assert!(proof.block.is_some());
    assert!(case.code(wallet).await.is_empty(), "nothing was deployed");

    let theirs = wrapped(factory, call.clone(), signed(wallet, &key(2)));
    let refused = Err(NotProven::Refused(wallet));
    assert_eq!(case.verdict(wallet, &theirs).await, refused);

    let deployed = case.node.act(PAYER, Some(factory), call.into()).await;
    deployed.unwrap().unwrap();
    let proof = case.verdict(wallet, &signature).await.unwrap();
    assert_eq!(proof.kind, ProofKind::Contract);
    assert_eq!(case.verdict(wallet, &theirs).await, refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factory_that_lies_proves_nothing() {
    let case = Case::start().await;
    let (factory, owner) = (case.factory().await, key(1));
    let wallet = case.wallet_of(factory, owner.address(), Mood::Honest).await;
    let not_deployed = Err(NotProven::NotDeployed(wallet));
    let failed = Err(NotProven::FactoryFailed);
    let lie = MoodyFactory::lieCall { wallet }.abi_encode();
    let others = deploy(key(2).address(), Mood::Honest);
    for (factory, call, verdict) in [
        (factory, lie, not_deployed),
        // Another wallet than the one that is to have signed.
        (factory, others, not_deployed),
        (factory, MoodyFactory::refuseCall {}.abi_encode(), failed),
        (factory, MoodyFactory::burnCall {}.abi_encode(), failed),
        (factory, vec![1, 2, 3, 4], failed),
        (Address::repeat_byte(0x77), Vec::new(), failed),
        (Address::ZERO, Vec::new(), not_deployed),
    ] {
        let signature = wrapped(factory, call, signed(wallet, &owner));
        assert_eq!(case.verdict(wallet, &signature).await, verdict);
    }
    let unwrapped = case.verdict(wallet, &signed(wallet, &owner)).await;
    assert_eq!(unwrapped.unwrap_err().code(), "signature_of_another_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_misbehaves_once_deployed_signs_nothing() {
    let case = Case::start().await;
    let (factory, owner) = (case.factory().await, key(1));
    for mood in [Mood::Reverting, Mood::Garbage, Mood::Huge, Mood::Burning] {
        let wallet = case.wallet_of(factory, owner.address(), mood).await;
        let call = deploy(owner.address(), mood);
        let signature = wrapped(factory, call, signed(wallet, &owner));
        let verdict = case.verdict(wallet, &signature).await;
        assert_eq!(verdict, Err(NotProven::NoAnswer(wallet)), "{mood:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_wrapper_makes_a_keys_wallet_of_it() {
    let case = Case::start().await;
    let (factory, owner) = (case.factory().await, key(1));
    let wallet = owner.address();
    let call = deploy(wallet, Mood::Honest);
    let signature = wrapped(factory, call, signed(wallet, &owner));
    let verdict = case.verdict(wallet, &signature).await;
    assert_eq!(verdict, Err(NotProven::NotDeployed(wallet)));

    let mut broken = signature.clone();
    broken[..32].fill(0xff);
    let verdict = case.verdict(wallet, &broken).await;
    assert_eq!(verdict, Err(NotProven::Wrapper));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_is_there_is_asked_as_it_is() {
    let case = Case::start().await;
    let (factory, owner) = (case.factory().await, key(1));
    let wallet = case.wallet(owner.address(), Mood::Honest).await;
    // Its factory is not called: neither its failure nor what it would do counts.
    for call in [
        MoodyFactory::refuseCall {}.abi_encode(),
        MoodyFactory::burnCall {}.abi_encode(),
    ] {
        let signature = wrapped(factory, call, signed(wallet, &owner));
        let proof = case.verdict(wallet, &signature).await.unwrap();
        assert_eq!(proof.kind, ProofKind::Contract);
    }
}
