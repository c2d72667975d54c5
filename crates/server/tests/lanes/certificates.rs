//! Certificates on their way to a `CertificateRegistry` beside the registry.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, Bytes, U256};
use symbolon_bindings::CertificateRegistry;
use symbolon_chain::{companion::words_at, development::DevelopmentNode};
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion, record::CertificateRecord},
    command::Command,
    mirror::companion::{Companion, CompanionKey},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_store::{KnownCompanion, Request, Subject};
use symbolon_testkit::chain::{OWNER_KEY, TestChain};

use crate::register::{Register, policy, until};

const ID: CertificateId = CertificateId(7);

const REVOKE: Command = Command::RevokeCertificate { certificate: ID };

fn certify(expiry: Option<UnixSeconds>) -> Command {
    Command::Certify {
        certificate: ID,
        requirements: RequirementVersion(1),
        expiry,
    }
}

/// What it requires is said by the contract's owner.
async fn define(chain: &TestChain, contract: Address) {
    let metadata = ("Age".to_owned(), "uint".to_owned(), String::new());
    let values = (
        String::new(),
        U256::from(18),
        Address::ZERO,
        false,
        Bytes::new(),
    );
    let call = CertificateRegistry::changeStandardRequirementCall {
        SBTID: U256::from(ID.0),
        requirements: vec![(metadata.into(), ">=".to_owned(), values.into()).into()],
    };
    let owner = secrecy::SecretString::from(OWNER_KEY);
    let owner = symbolon_chain::signer::LaneSigner::from_hex(&owner).unwrap();
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let done = node.act(owner.address(), Some(contract), call.abi_encode().into());
    done.await.unwrap().unwrap();
}

async fn word(chain: &TestChain, contract: Address, holder: WalletAddress) -> CertificateRecord {
    let keys = [CompanionKey::Certificate(ID, holder)];
    let block = chain.height().await;
    let words = words_at(&chain.endpoint, chain.beside(), contract, &keys, block).await;
    CertificateRecord(words.unwrap()[0].1)
}

impl Register {
    async fn ask(&self, wallet: WalletAddress, command: Command) {
        let subject = Subject::Wallet(wallet);
        self.decide(vec![Request { subject, command }]).await;
    }

    async fn until_certified(&self, chain: &TestChain, contract: Address, holder: WalletAddress) {
        until("it is certified", async || {
            word(chain, contract, holder).await.is_certified()
        })
        .await;
    }

    async fn until_denied(&self, chain: &TestChain, contract: Address, holder: WalletAddress) {
        until("it is denied", async || {
            word(chain, contract, holder).await.is_revoked()
        })
        .await;
    }

    /// Waits until nothing is under way.
    async fn until_told(&self) {
        until("the contract is owed nothing", async || {
            let (issuer, of) = (&self.issuer, Companion::Certificates);
            let known = self.store.companions_on_chains(issuer, of).await.unwrap();
            known.iter().all(|one| !one.is_under_way)
        })
        .await;
    }
}

/// A register with a lane, a contract with requirements, and verified customers.
async fn certifying(chain: &TestChain) -> (Register, Address, Vec<WalletAddress>) {
    let contract = chain.deploy_certificates().await;
    chain.appoint_mirror_of(contract).await;
    define(chain, contract).await;
    let mut register = Register::of(&[chain]).await;
    let wallets = register.admit(4).await;
    let known = KnownCompanion {
        registry: chain.id().into(),
        companion: Companion::Certificates,
        contract,
    };
    let mut transaction = register.store.begin(&register.issuer).await.unwrap();
    transaction.add_companion(&known).await.unwrap();
    transaction.commit().await.unwrap();
    register.run_lane(chain.id(), chain.url(), policy());
    (register, contract, wallets)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_register_certifies_holds_on_the_chain_until_it_is_taken_back() {
    let chain = TestChain::start(31_337).await;
    let (register, contract, wallets) = certifying(&chain).await;
    let holder = wallets[0];
    let expiry = UnixSeconds(register.clock.now().0 + 1_000_000);
    register.ask(holder, certify(Some(expiry))).await;
    register.until_certified(&chain, contract, holder).await;
    assert_eq!(word(&chain, contract, holder).await.expiry(), Some(expiry));
    register.until_told().await;
    register.ask(holder, REVOKE).await;
    register.until_denied(&chain, contract, holder).await;
    // Of somebody who never held it, the refusal is kept.
    register.ask(wallets[1], REVOKE).await;
    register.until_denied(&chain, contract, wallets[1]).await;
    register.ask(holder, certify(None)).await;
    register.until_certified(&chain, contract, holder).await;
    register.until_told().await;
    assert_eq!(word(&chain, contract, holder).await.version().0, 3);
    assert_eq!(register.trouble(chain.id()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_the_verdict_loses_what_it_was_certified_for() {
    let chain = TestChain::start(31_337).await;
    let (register, contract, wallets) = certifying(&chain).await;
    let holder = wallets[0];
    register.ask(holder, certify(None)).await;
    register.until_certified(&chain, contract, holder).await;
    register.revoke(&[holder]).await;
    register.until_denied(&chain, contract, holder).await;
    let held = register.holder(holder).await;
    let verified = held.status.verdict().unwrap().clone();
    register
        .ask(
            holder,
            Command::Verify(symbolon_core::command::Verdict {
                level: verified.level,
                country: verified.country,
                accreditation: verified.accreditation,
                accreditation_ends: None,
                us_person: verified.us_person,
                person: Default::default(),
                expiry: None,
                source: verified.source,
            }),
        )
        .await;
    register.until_certified(&chain, contract, holder).await;
    register.ask(holder, Command::Restrict).await;
    register.until_denied(&chain, contract, holder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_follows_the_wallets_of_its_holder() {
    let chain = TestChain::start(31_337).await;
    let (register, contract, wallets) = certifying(&chain).await;
    let (holder, other) = (wallets[0], wallets[1]);
    register.ask(holder, certify(None)).await;
    register.until_certified(&chain, contract, holder).await;
    let further = WalletAddress::new(Address::repeat_byte(0x0f)).unwrap();
    let link = Command::LinkWallet {
        wallet: further,
        chains: ChainScope::All,
    };
    register.ask(holder, link.clone()).await;
    register.until_certified(&chain, contract, further).await;
    // Whose wallet it becomes was certified for nothing.
    let remove = Command::RemoveWallet { wallet: further };
    register
        .decide(vec![
            Request {
                subject: Subject::Wallet(holder),
                command: remove,
            },
            Request {
                subject: Subject::Wallet(other),
                command: link,
            },
        ])
        .await;
    register.until_denied(&chain, contract, further).await;
    assert!(word(&chain, contract, holder).await.is_certified());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_chain_has_no_requirements_for_is_certified_once_it_has() {
    let chain = TestChain::start(31_337).await;
    let (register, contract, wallets) = certifying(&chain).await;
    let later = Command::Certify {
        certificate: ID,
        requirements: RequirementVersion(2),
        expiry: None,
    };
    register.ask(wallets[0], later).await;
    until("it was told in vain", async || {
        chain.mirror_nonce().await > chain.mirrored().await.len() as u64
    })
    .await;
    register.until_mirrored(&chain).await;
    assert!(!word(&chain, contract, wallets[0]).await.is_certified());
    let told = chain.mirror_nonce().await;
    register.ask(wallets[1], certify(None)).await;
    register.until_certified(&chain, contract, wallets[1]).await;
    assert_eq!(
        chain.mirror_nonce().await,
        told + 1,
        "patience costs no gas"
    );
    define(&chain, contract).await;
    let (issuer, id) = (&register.issuer, chain.id().into());
    register.store.retry_companions(issuer, id).await.unwrap();
    register.until_certified(&chain, contract, wallets[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_is_added_later_is_told_of_all_certificates() {
    let chain = TestChain::start(31_337).await;
    let (register, contract, wallets) = certifying(&chain).await;
    for holder in &wallets[..3] {
        register.ask(*holder, certify(None)).await;
    }
    register.until_certified(&chain, contract, wallets[2]).await;
    // The same registry moves to another contract.
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let owner = secrecy::SecretString::from(OWNER_KEY);
    let owner = symbolon_chain::signer::LaneSigner::from_hex(&owner).unwrap();
    let code = symbolon_chain::deploy::certificates_code(owner.address());
    let receipt = node
        .act(owner.address(), None, code)
        .await
        .unwrap()
        .unwrap();
    let second = receipt.contract_address.unwrap();
    chain.appoint_mirror_of(second).await;
    define(&chain, second).await;
    let known = KnownCompanion {
        registry: chain.id().into(),
        companion: Companion::Certificates,
        contract: second,
    };
    let mut transaction = register.store.begin(&register.issuer).await.unwrap();
    transaction.add_companion(&known).await.unwrap();
    transaction.commit().await.unwrap();
    for holder in &wallets[..3] {
        register.until_certified(&chain, second, *holder).await;
    }
    assert!(!word(&chain, second, wallets[3]).await.is_certified());
}
