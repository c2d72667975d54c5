//! Several registries on one chain, each fed by a part of the register.

use alloy_primitives::B256;
use secrecy::SecretString;
use symbolon_chain::{deploy, registry, signer::LaneSigner};
use symbolon_core::{
    command::{Command, Verdict},
    country::Country,
    ids::RegistryId,
    investor::RevocationReason,
    mirror::{
        filter::{MirroredRegistry, RegistryFilter},
        record::WalletRecord,
    },
    wallet::WalletAddress,
};
use symbolon_store::{Request, Subject};
use symbolon_testkit::chain::{OWNER_KEY, TestChain, next_mirror};

use crate::register::{Register, policy, until};

#[tokio::test(flavor = "multi_thread")]
async fn each_registry_of_a_chain_holds_its_part() {
    let chain = TestChain::start(31_337).await;
    let owner = LaneSigner::from_hex(&SecretString::from(OWNER_KEY)).unwrap();
    let code = deploy::registry_code(owner.address());
    let salt = B256::repeat_byte(1);
    let second = deploy::deploy(&chain.endpoint, &owner, &code, salt).await;
    let second = second.unwrap().address;
    let signer = next_mirror();
    deploy::appoint_mirror(&chain.endpoint, &owner, second, signer.address())
        .await
        .unwrap();

    // Everybody in the first, Germans in the second.
    let germany: Country = "DE".parse().unwrap();
    let filter = RegistryFilter {
        countries: [germany].into(),
        ..RegistryFilter::default()
    };
    let id = RegistryId {
        chain: chain.id(),
        place: 1,
    };
    let germans = MirroredRegistry {
        filter,
        ..id.into()
    };
    let mut register = Register::of(&[&chain]).await;
    register.add_registry(&germans, second).await;
    register.run_lane(chain.id(), chain.url(), policy());
    register.run_lane_of(signer, id, chain.url(), policy());

    let american = register.admit(3).await;
    let german = register.admit_from(germany, 3).await;
    register.until_mirrored(&chain).await;
    let settled = async || {
        until("the second registry is owed nothing", async || {
            let owed = register.owed(id).await;
            owed.approvals + owed.denials + owed.open_transactions == 0
        })
        .await;
    };
    settled().await;
    let there = async |wallets: &[_]| {
        let words = registry::records(&chain.endpoint, second, wallets).await;
        words.unwrap()
    };
    let approved = |words: Vec<WalletRecord>| words.iter().all(|word| word.is_approved());
    assert!(approved(there(&german).await));
    assert_eq!(there(&american).await, [WalletRecord::EMPTY; 3]);
    assert!(approved(chain.words(&american).await));

    // Who moves away is denied in the one, and stays in the other.
    let moved = american_verdict(&register, &german[0]).await;
    register
        .decide(vec![Request {
            subject: Subject::Wallet(german[0]),
            command: Command::Verify(moved),
        }])
        .await;
    // Who is revoked is denied in both.
    register
        .decide(vec![Request {
            subject: Subject::Wallet(german[1]),
            command: Command::Revoke(RevocationReason::Sanctions),
        }])
        .await;
    register.until_mirrored(&chain).await;
    settled().await;
    let words = there(&german).await;
    assert!(words[0].denies() && words[1].denies() && !words[2].denies());
    let words = chain.words(&german).await;
    assert!(!words[0].denies() && words[1].denies() && !words[2].denies());
}

/// The same verdict, but for the country.
async fn american_verdict(register: &Register, wallet: &WalletAddress) -> Verdict {
    let held = register.holder(*wallet).await;
    let held = held.status.verdict().unwrap().clone();
    Verdict {
        level: held.level,
        country: Country::US,
        accreditation: held.accreditation,
        accreditation_ends: held.accreditation_ends,
        us_person: true,
        person: Default::default(),
        expiry: held.expiry,
        source: held.source,
    }
}
