//! By what wallets are the investor's, and what providers were asked about it.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy_primitives::{Address, B256, Bytes};
use serde_json::{Value, json};
use symbolon_core::{
    case::Case,
    command::Command,
    ids::ChainId,
    ownership::{Challenge, Nonce, Timestamp},
    verification::{Concern, VerificationId, VerificationState},
    wallet::{ChainScope, OwnershipEvidence, ProofKind, Vouched, WalletAddress, WalletClaim},
};

use super::{
    decided,
    desk::{acme, checked, decide, hashed_anew, now, signed, store, written},
};
use crate::support::{Desk, WALLET};

const CHAIN: ChainId = ChainId(31_337);

/// What a holder of this wallet was asked, and answered with this key.
fn evidence(wallet: Address, key: &PrivateKeySigner, kind: ProofKind) -> OwnershipEvidence {
    let asked = now();
    let challenge = Challenge {
        scheme: None,
        domain: "kyc.example.com".parse().unwrap(),
        uri: "https://kyc.example.com/v".parse().unwrap(),
        statement: None,
        nonce: Nonce::drawn([7; 16]),
        request_id: "bind-0001".parse().unwrap(),
        chains: [CHAIN].into(),
        issued_at: Timestamp::at(asked).unwrap(),
        expires_at: Timestamp::at(asked).unwrap(),
    };
    let wallet = WalletAddress::new(wallet).unwrap();
    let message = challenge.message(wallet, CHAIN).to_string();
    let signature = key.sign_message_sync(message.as_bytes()).unwrap();
    let block = (kind == ProofKind::Contract).then_some((17, B256::repeat_byte(5)));
    OwnershipEvidence {
        message,
        signature: Bytes::from(signature.as_bytes().to_vec()),
        chain: CHAIN,
        kind,
        block,
    }
}

/// Binds a wallet to the investor by what its holder signed.
async fn prove(desk: &Desk, wallet: Address, evidence: OwnershipEvidence) {
    let prove = Command::ProveWallet(WalletClaim {
        wallet: WalletAddress::new(wallet).unwrap(),
        chains: ChainScope::All,
        replaces: None,
        evidence,
        vouched: Vouched::Otherwise,
    });
    decide(desk, prove).await;
}

/// By what each wallet was found to be the investor's, in the order of the log.
fn bound(said: &Value) -> Vec<&str> {
    let wallets = said["wallets"].as_array().unwrap().iter();
    wallets.map(|one| one["bound"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holders_signed_is_checked_offline_wallet_by_wallet() {
    let desk = decided().await;
    let key = PrivateKeySigner::random();
    let contract = Address::repeat_byte(0xc0);
    prove(
        &desk,
        key.address(),
        evidence(key.address(), &key, ProofKind::Key),
    )
    .await;
    prove(
        &desk,
        contract,
        evidence(contract, &key, ProofKind::Contract),
    )
    .await;
    let genuine = written(&desk, WALLET, "case.json");
    let (code, said) = checked(&desk, "case.json");
    assert_eq!(code, 0, "{said:#}");
    assert_eq!(bound(&said), ["by_word", "signed", "by_contract"]);

    // Whoever has the key that signs cases has not the holders'.
    let whole: Case = serde_json::from_value(genuine["case"].clone()).unwrap();
    let other = PrivateKeySigner::random();
    let theirs = evidence(key.address(), &other, ProofKind::Key);
    let of_others = evidence(other.address(), &other, ProofKind::Key);
    for (what, place, forged) in [
        ("another key's", 1, theirs),
        ("another wallet's", 1, of_others.clone()),
        (
            "another wallet's, by a contract",
            2,
            OwnershipEvidence {
                kind: ProofKind::Contract,
                ..of_others
            },
        ),
    ] {
        let mut case = whole.clone();
        let entry = case.entries.iter_mut();
        let mut proven = entry.filter(|entry| entry.events.contains("WalletProven"));
        let entry = proven.nth(place - 1).unwrap();
        let mut events: Value = serde_json::from_str(&entry.events).unwrap();
        let mut events_of = events.as_array_mut().unwrap().iter_mut();
        let proof = events_of.find(|event| event["type"] == "WalletProven");
        proof.unwrap()["evidence"] = serde_json::to_value(forged).unwrap();
        entry.events = events.to_string();
        hashed_anew(&mut case);
        desk.write("forged.json", &signed(&case));
        let ended = desk.run(&["case", "verify", "forged.json", "--page", "forged.html"]);
        let (code, said) = checked(&desk, "forged.json");
        assert_eq!((code, &said["genuine"]), (8, &json!(false)), "{what}");
        assert_eq!(said["faults"], json!([]), "{what}: all the rest holds");
        assert_eq!(bound(&said)[place], "wrong", "{what}");
        // And nobody prints it.
        assert_eq!(
            ended.exits(8).stdout.lines().last().unwrap(),
            "NOT genuine: this case file is not what it claims to be"
        );
        assert!(!desk.folder.path().join("forged.html").exists(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_was_told_lies_makes_no_case() {
    let desk = decided().await;
    let (key, other) = (PrivateKeySigner::random(), PrivateKeySigner::random());
    prove(
        &desk,
        key.address(),
        evidence(key.address(), &other, ProofKind::Key),
    )
    .await;
    let refused = ["case", WALLET, "--out", "case.json", "--page", "case.html"];
    let refused = desk.run(&refused).exits(8);
    assert!(
        refused.error().contains("what a holder signed"),
        "{refused:#?}"
    );
    for file in ["case.json", "case.html"] {
        assert!(!desk.folder.path().join(file).exists(), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_of_providers_are_named_by_what_these_know_them_by() {
    let desk = decided().await;
    let investor = {
        let status = desk.run(&["status", WALLET, "--json"]).succeeded().json();
        status["investor"].as_str().unwrap().parse().unwrap()
    };
    let id = VerificationId([9; 16].into());
    let mut transaction = store(&desk).begin(&acme()).await.unwrap();
    let provider = "sumsub".parse().unwrap();
    let begun = transaction.begin_verification(id, investor, &provider, now());
    begun.await.unwrap();
    transaction.refer(id, "applicant-7").await.unwrap();
    let mut attempt = transaction.verification(id).await.unwrap();
    attempt.state = VerificationState::Review;
    attempt.concerns = vec![Concern::CountryUnknown];
    transaction
        .keep_verification(&attempt, now())
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    let genuine = written(&desk, WALLET, "case.json");
    let (code, said) = checked(&desk, "case.json");
    assert_eq!(code, 0, "{said:#}");
    let shown = &said["verifications"][0];
    assert_eq!(
        (&shown["provider"], &shown["reference"], &shown["state"]),
        (&json!("sumsub"), &json!("applicant-7"), &json!("review"))
    );
    let kept = &genuine["case"]["verifications"][0]["concerns"];
    assert_eq!(kept, &json!([{"concern": "country_unknown"}]));
    desk.run(&["case", "verify", "case.json", "--page", "case.html"])
        .succeeded();
    let page = desk.read("case.html");
    for says in ["sumsub", "applicant-7", "review", "country unknown"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let mut changed = genuine;
    changed["case"]["verifications"][0]["reference"] = json!("applicant-8");
    desk.write("changed.json", &changed.to_string());
    assert_eq!(checked(&desk, "changed.json").0, 8);
}
