//! The published vectors of signatures. Their messages name chain 1, and so does
//! a chain of ours here, on which nobody has deployed anything.

use std::{collections::BTreeMap, path::Path};

use alloy::{
    hex,
    primitives::{Address, eip191_hash_message},
};
use serde_json::Value;
use symbolon_chain::ownership::{ProofKind, prove};
use symbolon_core::{
    ids::ChainId,
    ownership::{Field, KeySignature, Message, MessageError},
};

use crate::case::{Case, Mood, Verdict};

/// The shared file, where it stands: it is not part of this repository.
fn vectors(name: &str, count: usize) -> Option<BTreeMap<String, Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/siwe")
        .join(name);
    let Ok(file) = std::fs::read(path) else {
        println!("skipped: ../shared/data/siwe/{name} does not stand beside this repository");
        return None;
    };
    let vectors: BTreeMap<String, Value> = serde_json::from_slice(&file).unwrap();
    assert_eq!(vectors.len(), count, "{name}");
    Some(vectors)
}

/// The message of a vector's fields, as whoever does not look at them writes it.
fn text_of(vector: &Value) -> String {
    let line = |label: &str, name: &str| {
        let value = match &vector[name] {
            Value::Null => return String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        format!("{label}{value}")
    };
    [
        line("", "domain"),
        line(
            " wants you to sign in with your Ethereum account:\n",
            "address",
        ),
        line("\n\n", "statement"),
        line("\n\nURI: ", "uri"),
        line("\nVersion: ", "version"),
        line("\nChain ID: ", "chainId"),
        line("\nNonce: ", "nonce"),
        line("\nIssued At: ", "issuedAt"),
        line("\nExpiration Time: ", "expirationTime"),
        line("\nNot Before: ", "notBefore"),
    ]
    .concat()
}

fn signature_of(vector: &Value) -> Vec<u8> {
    let digits = vector["signature"].as_str().unwrap();
    hex::decode(digits).unwrap()
}

async fn verdict(case: &Case, message: &Message, signature: &[u8]) -> Verdict {
    prove(case.node.endpoint(), message, signature)
        .await
        .unwrap()
}

/// Whose signature of the message it would be.
fn signer_of(message: &Message, signature: &[u8]) -> Address {
    let KeySignature { r, s, y_is_odd } = KeySignature::new(signature).unwrap();
    let signature = alloy::primitives::Signature::new(r.into(), s.into(), y_is_odd);
    let hash = eip191_hash_message(message.to_string());
    signature.recover_address_from_prehash(&hash).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn right_signatures_are_taken() {
    let Some(vectors) = vectors("verification_positive.json", 4) else {
        return;
    };
    let case = Case::on(ChainId(1)).await;
    for (name, vector) in vectors {
        let message: Message = text_of(&vector).parse().unwrap();
        let proof = verdict(&case, &message, &signature_of(&vector)).await;
        let kind = proof.map(|proof| proof.kind);
        assert_eq!(kind, Ok(ProofKind::Key), "{name}");
    }
}

/// Of the others the signatures are right: what is wrong is what the message
/// says, and the tests of `symbolon-core` show that a challenge refuses it.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_signatures_and_messages_that_are_none_are_refused() {
    let Some(vectors) = vectors("verification_negative.json", 10) else {
        return;
    };
    let case = Case::on(ChainId(1)).await;
    for (name, vector) in vectors {
        let message = text_of(&vector).parse::<Message>();
        let no_time = |field| match &message {
            Err(MessageError::Time { field: found, .. }) => assert_eq!(*found, field, "{name}"),
            other => panic!("{name}: {other:?}"),
        };
        match name.as_str() {
            "invalid issuedAt" => no_time(Field::IssuedAt),
            "invalid notBefore" => no_time(Field::NotBefore),
            "invalid expirationTime" => no_time(Field::ExpirationTime),
            // Half a byte is too much: these are no bytes yet.
            "malformed signature" => {
                let digits = vector["signature"].as_str().unwrap();
                assert!(hex::decode(digits).is_err(), "{name}");
            }
            "wrong signature" => {
                let verdict = verdict(&case, &message.unwrap(), &signature_of(&vector)).await;
                let code = verdict.unwrap_err().code();
                assert_eq!(code, "signature_of_another_key", "{name}");
            }
            _ => {
                let proof = verdict(&case, &message.unwrap(), &signature_of(&vector)).await;
                assert_eq!(proof.unwrap().kind, ProofKind::Key, "{name}");
            }
        }
    }
}

/// The contracts of these two stand on Ethereum alone, so neither can be asked
/// here: Loopring's signature is of a form that no code but its own knows. What
/// Argent's wallet asks, whether its owner's key signed, a wallet of ours asks
/// as well: at Argent's address it takes Argent's signature.
#[tokio::test(flavor = "multi_thread")]
async fn a_published_signature_of_a_contract_is_its_own() {
    let Some(vectors) = vectors("eip1271.json", 2) else {
        return;
    };
    let case = Case::on(ChainId(1)).await;
    let read = |name: &str| -> (Message, Vec<u8>) {
        let vector = &vectors[name];
        let message = vector["message"].as_str().unwrap().parse();
        (message.unwrap(), signature_of(vector))
    };
    let (message, signature) = read("loopring");
    let refusal = verdict(&case, &message, &signature).await.unwrap_err();
    assert_eq!(refusal.code(), "signature_length");

    let (message, signature) = read("argent");
    let refusal = verdict(&case, &message, &signature).await.unwrap_err();
    assert_eq!(refusal.code(), "signature_of_another_key");
    let owner = signer_of(&message, &signature);
    let ours = case.wallet(owner, Mood::Honest).await;
    let code = case.code(ours).await;
    case.place(message.wallet.address(), code).await;
    let proof = verdict(&case, &message, &signature).await.unwrap();
    assert_eq!(proof.kind, ProofKind::Contract);
}
