//! Accounts that have a key and code (EIP-7702).

use alloy::{
    consensus::SignableTransaction,
    consensus::TxEip7702,
    eips::{eip2718::Encodable2718, eip7702::Authorization},
    network::TxSignerSync,
    primitives::{Address, U256},
    signers::SignerSync,
};
use symbolon_chain::ownership::{NotProven, ProofKind};

use crate::case::{CHAIN, Case, Mood, key, signed};

/// Has a key's account run the code at this address, by a transaction of its own.
async fn delegate(case: &Case, number: u8, to: Address) {
    let account = key(number);
    let endpoint = case.node.endpoint();
    let parameters = serde_json::json!([account.address(), "0xde0b6b3a7640000"]);
    let funded = alloy::providers::Provider::raw_request::<_, serde_json::Value>(
        endpoint.provider(),
        "anvil_setBalance".into(),
        parameters,
    );
    funded.await.unwrap();
    let nonce = endpoint.mined_nonce(account.address()).await.unwrap();
    let authorization = Authorization {
        chain_id: U256::from(CHAIN.0),
        address: to,
        nonce: nonce + 1,
    };
    let consent = account.sign_hash_sync(&authorization.signature_hash());
    let mut transaction = TxEip7702 {
        chain_id: CHAIN.0,
        nonce,
        gas_limit: 200_000,
        max_fee_per_gas: 5_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: account.address(),
        authorization_list: vec![authorization.into_signed(consent.unwrap())],
        ..TxEip7702::default()
    };
    let signature = account.sign_transaction_sync(&mut transaction).unwrap();
    let signed = transaction.into_signed(signature);
    let hash = endpoint.send_raw(&signed.encoded_2718()).await.unwrap();
    while endpoint.receipt(hash).await.unwrap().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let code = case.code(account.address()).await;
    assert_eq!(code[..3], [0xef, 0x01, 0x00], "delegated");
    assert_eq!(code[3..], to[..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_code_is_asked_first_and_the_key_where_that_knows_nothing() {
    let case = Case::start().await;
    let by_key = |number: u8| signed(key(1).address(), &key(number));
    let wallet = key(1).address();

    // Code that knows the account's own key, and code of other owners.
    let honest = case.wallet(Address::ZERO, Mood::Honest).await;
    delegate(&case, 1, honest).await;
    let proof = case.verdict(wallet, &by_key(1)).await.unwrap();
    assert_eq!(proof.kind, ProofKind::Contract);
    assert!(proof.block.is_some());

    let of_another = case.wallet(key(2).address(), Mood::Honest).await;
    delegate(&case, 1, of_another).await;
    let proof = case.verdict(wallet, &by_key(2)).await.unwrap();
    assert_eq!(proof.kind, ProofKind::Contract);
    let verdict = case.verdict(wallet, &by_key(1)).await;
    assert_eq!(verdict, Err(NotProven::Refused(wallet)));

    // Code that does not know the question.
    let factory = case.factory().await;
    let silent = case.wallet(Address::ZERO, Mood::Silent).await;
    let nothing = Address::repeat_byte(0x99);
    for code in [factory, silent, nothing] {
        delegate(&case, 1, code).await;
        let proof = case.verdict(wallet, &by_key(1)).await.unwrap();
        assert_eq!((proof.kind, proof.block), (ProofKind::Key, None));
        let verdict = case.verdict(wallet, &by_key(2)).await;
        assert_eq!(verdict.unwrap_err().code(), "signature_of_another_key");
    }
}
