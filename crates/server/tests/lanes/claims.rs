//! Identities and claims on their way to the chains, and what others make of them.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use symbolon_bindings::{ClaimIssuer, Identity, IdentityRegistry};
use symbolon_chain::{
    claims, companion::words_at, development::DevelopmentNode, erc3643, signer::LaneSigner,
};
use symbolon_core::{
    claim::{ClaimTopic, record::ClaimRecord},
    command::{Command, Verdict},
    identity::mirrored::Purposes,
    ids::InvestorId,
    mirror::companion::{Companion, CompanionKey},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_store::{IdentityOnChain, KnownCompanion, Request, Subject};
use symbolon_testkit::{
    chain::{OWNER_KEY, TestChain},
    trex::Trex,
};

use crate::register::{Register, policy, until};

const TOPIC: ClaimTopic = ClaimTopic::KYC;

const REVOKE: Command = Command::RevokeClaim { topic: TOPIC };

fn claim(expiry: Option<UnixSeconds>) -> Command {
    Command::IssueClaim {
        topic: TOPIC,
        expiry,
        content: None,
    }
}

fn key(secret: &str) -> LaneSigner {
    LaneSigner::from_hex(&keccak256(secret).to_string().into()).unwrap()
}

fn owner() -> LaneSigner {
    LaneSigner::from_hex(&OWNER_KEY.into()).unwrap()
}

async fn ask<C: SolCall>(chain: &TestChain, contract: Address, call: C) -> C::Return {
    let input = call.abi_encode().into();
    let output = chain.endpoint.ask(contract, input).await.unwrap();
    C::abi_decode_returns(&output.unwrap_or_default()).unwrap()
}

async fn act(chain: &TestChain, from: Address, to: Address, input: Bytes) {
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let done = node.act(from, Some(to), input).await;
    done.unwrap().unwrap();
}

/// The claims of one chain.
struct Desk {
    register: Register,
    issuer: Address,
    holder: WalletAddress,
    investor: InvestorId,
}

impl Desk {
    /// A register with a lane that signs claims with this key, and a verified customer.
    async fn open(chain: &TestChain, signer: LaneSigner) -> Self {
        let factory = chain.deploy_identity_factory().await;
        let issuer = chain.deploy_claims(signer.address()).await;
        let mut register = Register::of(&[chain]).await;
        register.claim_signer = Some(signer);
        let holder = register.admit(1).await[0];
        let investor = register.holder(holder).await.id;
        let mut transaction = register.store.begin(&register.issuer).await.unwrap();
        for (companion, contract) in [
            (Companion::Identities, factory),
            (Companion::Claims, issuer),
        ] {
            let registry = chain.id().into();
            let known = KnownCompanion {
                registry,
                companion,
                contract,
            };
            transaction.add_companion(&known).await.unwrap();
        }
        transaction.commit().await.unwrap();
        register.run_lane(chain.id(), chain.url(), policy());
        Self {
            register,
            issuer,
            holder,
            investor,
        }
    }

    async fn decide(&self, command: Command) {
        let subject = Subject::Investor(self.investor);
        self.register
            .decide(vec![Request { subject, command }])
            .await;
    }

    async fn word(&self, chain: &TestChain, key: CompanionKey) -> U256 {
        let block = chain.height().await;
        let words = words_at(&chain.endpoint, chain.beside(), self.issuer, &[key], block).await;
        words.unwrap()[0].1
    }

    async fn claim(&self, chain: &TestChain) -> ClaimRecord {
        let key = CompanionKey::Claim(self.investor, TOPIC);
        ClaimRecord(self.word(chain, key).await)
    }

    async fn purposes(&self, chain: &TestChain, wallet: WalletAddress) -> Purposes {
        let key = CompanionKey::IdentityKey(self.investor, wallet);
        Purposes::shown(self.word(chain, key).await)
    }

    async fn until_claimed(&self, chain: &TestChain) {
        until("it is claimed", async || self.claim(chain).await.stands()).await;
    }

    async fn until_denied(&self, chain: &TestChain) {
        until("it is denied", async || !self.claim(chain).await.stands()).await;
    }

    async fn seen(&self) -> IdentityOnChain {
        let (store, issuer) = (&self.register.store, &self.register.issuer);
        let found = store.identity_on_chains(issuer, self.investor).await;
        found.unwrap().remove(0)
    }

    /// Waits until nothing is under way.
    async fn until_told(&self) -> IdentityOnChain {
        until("the identity is owed nothing", async || {
            !self.seen().await.is_under_way
        })
        .await;
        self.seen().await
    }

    async fn identity(&self) -> Address {
        self.seen().await.address
    }

    /// Has everything held against the register, as a daily scan does.
    async fn scan(&self, chain: &TestChain) {
        let store = &self.register.store;
        let mut transaction = store.begin(&self.register.issuer).await.unwrap();
        let id = chain.id().into();
        transaction.reread_companions(id).await.unwrap();
        transaction.commit().await.unwrap();
        self.register.wake.wake(&self.register.issuer);
    }

    /// The claim as the identity holds it: its signature and its data.
    async fn held(&self, chain: &TestChain) -> (Bytes, Bytes) {
        let id = self.claim_id();
        let call = Identity::getClaimCall { _claimId: id };
        let held = ask(chain, self.identity().await, call).await;
        (held._3, held._4)
    }

    fn claim_id(&self) -> B256 {
        let (issuer, topic) = (self.issuer.into_word(), TOPIC.0.to_be_bytes::<32>());
        keccak256([issuer.0, topic].concat())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_claim_deploys_the_identity_and_a_revocation_takes_it_back() {
    let chain = TestChain::start(31_337).await;
    let desk = Desk::open(&chain, key("claims")).await;
    let expiry = UnixSeconds(desk.register.clock.now().0 + 1_000_000);
    desk.decide(claim(Some(expiry))).await;
    desk.until_claimed(&chain).await;
    let claimed = desk.claim(&chain).await;
    assert_eq!(claimed.ends(), Some(expiry));
    let identity = desk.identity().await;
    let named = IdentityRegistry::identityCall {
        _userAddress: desk.holder.address(),
    };
    until("the registry names it", async || {
        ask(&chain, chain.registry, named.clone()).await == identity
    })
    .await;
    let seen = desk.until_told().await;
    assert!(seen.is_deployed());
    assert_eq!(seen.keys, [(desk.holder, Some(Purposes::OF_WALLETS))]);
    assert_eq!(seen.claims, [(TOPIC, Some(claimed))]);

    let (signature, data) = desk.held(&chain).await;
    let valid = ClaimIssuer::isClaimValidCall {
        _identity: identity,
        claimTopic: TOPIC.0,
        sig: signature,
        data,
    };
    assert!(ask(&chain, desk.issuer, valid.clone()).await);
    desk.decide(REVOKE).await;
    desk.until_denied(&chain).await;
    assert!(!ask(&chain, desk.issuer, valid.clone()).await);

    desk.decide(claim(None)).await;
    desk.until_claimed(&chain).await;
    assert!(!ask(&chain, desk.issuer, valid).await, "the older one");
    desk.until_told().await;
    assert_eq!(desk.register.trouble(chain.id()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_follow_the_verdict_and_keys_the_wallets() {
    let chain = TestChain::start(31_337).await;
    let desk = Desk::open(&chain, key("claims")).await;
    desk.decide(claim(None)).await;
    desk.until_claimed(&chain).await;
    desk.register.revoke(&[desk.holder]).await;
    desk.until_denied(&chain).await;
    desk.until_told().await;
    let held = desk.purposes(&chain, desk.holder).await;
    assert_eq!(held, Purposes::OF_WALLETS, "the identity is the investor's");

    // Verified again, with a wallet in the place of one that was lost.
    let status = desk.register.holder(desk.holder).await.status;
    let before = status.verdict().cloned().unwrap();
    desk.decide(Command::Verify(Verdict {
        level: before.level,
        country: before.country,
        accreditation: before.accreditation,
        accreditation_ends: None,
        us_person: before.us_person,
        person: Default::default(),
        expiry: None,
        source: before.source,
    }))
    .await;
    desk.until_claimed(&chain).await;
    let found = WalletAddress::new(Address::repeat_byte(0xf0)).unwrap();
    desk.decide(Command::LinkWallet {
        wallet: found,
        chains: ChainScope::All,
    })
    .await;
    desk.decide(Command::RemoveWallet {
        wallet: desk.holder,
    })
    .await;
    until("the keys have moved", async || {
        desk.purposes(&chain, found).await == Purposes::OF_WALLETS
            && desk.purposes(&chain, desk.holder).await == Purposes::NONE
    })
    .await;
    desk.until_told().await;
    assert!(desk.claim(&chain).await.stands());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_holder_hid_it_does_not_come_back_after_its_revocation() {
    let chain = TestChain::start(31_337).await;
    let desk = Desk::open(&chain, key("claims")).await;
    desk.decide(claim(None)).await;
    desk.until_claimed(&chain).await;
    desk.until_told().await;
    let (identity, holder) = (desk.identity().await, desk.holder.address());
    let (signature, data) = desk.held(&chain).await;
    let purpose = Identity::addKeyCall {
        _key: keccak256(holder.into_word()),
        _purpose: U256::from(3),
        _keyType: U256::from(1),
    };
    act(&chain, holder, identity, purpose.abi_encode().into()).await;
    let hide = Identity::removeClaimCall {
        _claimId: desk.claim_id(),
    };
    act(&chain, holder, identity, hide.abi_encode().into()).await;
    desk.scan(&chain).await;
    let seen = desk.until_told().await;
    let held = seen.claims[0].1.unwrap();
    assert!(!held.is_held(), "nobody puts back what its holder took off");
    assert_eq!(seen.keys[0].1, Some(Purposes(0b1110)), "its holder's key");

    desk.decide(REVOKE).await;
    until("it is denied", async || {
        desk.claim(&chain).await.denied_version().0 > 0
    })
    .await;
    let back = Identity::addClaimCall {
        _topic: TOPIC.0,
        _scheme: U256::from(1),
        issuer: desk.issuer,
        _signature: signature,
        _data: data,
        _uri: String::new(),
    };
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let refused = node.act(holder, Some(identity), back.abi_encode().into());
    assert!(refused.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_signer_takes_over_without_a_claim_lapsing() {
    let chain = TestChain::start(31_337).await;
    let (old, new) = (key("claims"), key("claims anew"));
    let mut desk = Desk::open(&chain, old.clone()).await;
    desk.decide(claim(None)).await;
    desk.until_claimed(&chain).await;
    desk.until_told().await;
    desk.register.stop_lanes().await;
    let appointment = claims::add_signer(new.address());
    act(&chain, owner().address(), desk.issuer, appointment).await;
    desk.register.claim_signer = Some(new.clone());
    desk.register.run_lane(chain.id(), chain.url(), policy());
    desk.scan(&chain).await;
    until("it is signed anew", async || {
        let claim = desk.claim(&chain).await;
        assert!(claim.stands(), "there is always one that counts");
        claim.is_signed_by(new.address())
    })
    .await;
    desk.until_told().await;
    let (store, issuer) = (&desk.register.store, &desk.register.issuer);
    let by = async |signer: &LaneSigner| {
        let by_it = store.claims_by(issuer, chain.id().into(), signer.address());
        by_it.await.unwrap()
    };
    assert_eq!((by(&old).await, by(&new).await), (0, 1));
    let dismissal = claims::remove_signer(old.address());
    act(&chain, owner().address(), desk.issuer, dismissal).await;
    assert!(desk.claim(&chain).await.stands());
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_wait_for_somebody_who_signs_and_denials_do_not() {
    let chain = TestChain::start(31_337).await;
    let signer = key("claims");
    let mut desk = Desk::open(&chain, signer.clone()).await;
    desk.decide(claim(None)).await;
    desk.until_claimed(&chain).await;
    desk.until_told().await;
    desk.register.stop_lanes().await;
    desk.register.claim_signer = None;
    desk.register.run_lane(chain.id(), chain.url(), policy());
    desk.decide(REVOKE).await;
    desk.until_denied(&chain).await;
    desk.until_told().await;
    desk.decide(claim(None)).await;
    assert!(desk.seen().await.is_under_way);
    desk.register.stop_lanes().await;
    assert!(!desk.claim(&chain).await.stands());
    desk.register.claim_signer = Some(signer);
    desk.register.run_lane(chain.id(), chain.url(), policy());
    desk.until_claimed(&chain).await;
}

/// An unmodified T-REX registry, to which ours is one more trusted issuer.
#[tokio::test(flavor = "multi_thread")]
async fn an_unmodified_trex_registry_verifies_by_our_identity_and_claim() {
    let chain = TestChain::start(31_337).await;
    let trex = Trex::deploy(&chain.endpoint, 0).await;
    let desk = Desk::open(&chain, key("claims")).await;
    trex.trust(desk.issuer, TOPIC.0).await;
    let wallet = desk.holder.address();
    trex.register(wallet, desk.identity().await).await;
    // It fails where there is no identity yet.
    let verified = async || {
        let call = erc3643::Registry::isVerifiedCall { wallet };
        let asked = chain.endpoint.ask(trex.registry, call.abi_encode().into());
        let output = asked.await.unwrap().unwrap_or_default();
        erc3643::Registry::isVerifiedCall::abi_decode_returns(&output).unwrap_or(false)
    };
    assert!(!verified().await);
    desk.decide(claim(None)).await;
    until("T-REX verifies it", verified).await;
    // ONCHAINID's own claim issuer reads what the register signed.
    let issuer = trex.appoint(key("claims").address()).await;
    let (signature, data) = desk.held(&chain).await;
    let valid = ClaimIssuer::isClaimValidCall {
        _identity: desk.identity().await,
        claimTopic: TOPIC.0,
        sig: signature,
        data,
    };
    assert!(ask(&chain, issuer, valid).await);
    desk.decide(REVOKE).await;
    until("T-REX refuses it", async || !verified().await).await;
}
