//! T-REX, the reference implementation of ERC-3643, deployed as its own
//! factory deploys it: every part behind its proxy, identities behind theirs,
//! and every investor verified by a claim that a trusted issuer signed.
//!
//! The code is that of the npm packages, read where they stand.

#![allow(
    clippy::expect_used,
    reason = "a test without its token has nothing better to do"
)]

mod artefact;
pub mod gas;
mod interfaces;
mod site;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{SolCall, SolValue},
};
use symbolon_chain::{
    development::DevelopmentNode,
    endpoint::Endpoint,
    erc3643::{Agents, ClaimTopics, Compliance, OnchainId, Registry, Token},
};

use artefact::Package;
use interfaces::{CountryRestriction, Initializable, Storage, TrustedIssuers};
use site::Site;

/// The country of all investors: Germany.
pub const COUNTRY: u16 = 276;
/// What an investor has of the token.
pub const HOLDING: u64 = 1_000;

/// ERC-734's purpose of a key that signs claims, and its only key type.
const CLAIM_SIGNER: u64 = 3;
const ECDSA: u64 = 1;

/// A wallet with its identity contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Investor {
    /// Who holds.
    pub wallet: Address,
    /// The wallet's ONCHAINID, a proxy whose management key is the wallet.
    pub identity: Address,
}

/// What it took to make an investor, in gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onboarding {
    /// Deploying the identity's proxy.
    pub identity: u64,
    /// Storing the signed claim in it.
    pub claim: u64,
    /// Registering the wallet, in a transaction of its own.
    pub registration: u64,
}

/// A token with all that belongs to it, unpaused, owned by [`Trex::owner`].
#[derive(Debug)]
pub struct Trex {
    /// The chain, on which anybody may be acted for.
    pub node: DevelopmentNode,
    /// Owns every contract.
    pub owner: Address,
    /// Agent of the token and of its registry.
    pub agent: Address,
    /// The token.
    pub token: Address,
    /// Its modular compliance, without a module.
    pub compliance: Address,
    /// Its identity registry.
    pub registry: Address,
    /// Its investors, who hold [`HOLDING`] each.
    pub investors: Vec<Investor>,
    issuer: Address,
    topics: Address,
    trusted: Address,
    identities: Address,
    signer: PrivateKeySigner,
}

impl Trex {
    /// Deploys it on a development chain, with so many investors and one
    /// required claim topic.
    pub async fn deploy(endpoint: &Endpoint, investors: usize) -> Self {
        let node = DevelopmentNode::new(endpoint.clone());
        let (owner, agent) = (named("owner", 0), named("agent", 0));
        let at = Site { node: &node, owner };
        let authority = at.authority().await;
        let behind = authority.abi_encode();
        let trusted = at.trex("proxy/TrustedIssuersRegistryProxy", &behind).await;
        let topics = at.trex("proxy/ClaimTopicsRegistryProxy", &behind).await;
        let storage = at.trex("proxy/IdentityRegistryStorageProxy", &behind).await;
        let compliance = at.trex("proxy/ModularComplianceProxy", &behind).await;
        let parts = (authority, trusted, topics, storage).abi_encode_params();
        let registry = at.trex("proxy/IdentityRegistryProxy", &parts).await;
        let (name, symbol) = ("Bond".to_owned(), "BOND".to_owned());
        let parts = (
            authority,
            registry,
            compliance,
            name,
            symbol,
            U256::ZERO,
            Address::ZERO,
        );
        let token = at
            .trex("proxy/TokenProxy", &parts.abi_encode_params())
            .await;
        at.own(storage, &Storage::bindIdentityRegistryCall { registry })
            .await;
        for (contract, agent) in [(registry, token), (registry, agent), (token, agent)] {
            at.own(contract, &Agents::addAgentCall { agent }).await;
        }

        let signer = PrivateKeySigner::from_bytes(&keccak256("claim signer")).expect("a key");
        let issuer = at
            .identity_contract("ClaimIssuer", &owner.abi_encode())
            .await;
        at.own(issuer, &signing(signer.address())).await;
        let library = at
            .identity_contract("Identity", &(owner, true).abi_encode_params())
            .await;
        let identities = at
            .identity_contract("proxy/ImplementationAuthority", &library.abi_encode())
            .await;

        let mut trex = Self {
            owner,
            agent,
            token,
            compliance,
            registry,
            investors: Vec::with_capacity(investors),
            issuer,
            topics,
            trusted,
            identities,
            signer,
            node,
        };
        trex.require(topic("KYC")).await;
        trex.agent(trex.token, &Token::unpauseCall {}).await;
        for n in 0..investors {
            let (investor, _) = trex.onboard(named("investor", n)).await;
            let (to, amount) = (investor.wallet, U256::from(HOLDING));
            trex.agent(trex.token, &Token::mintCall { to, amount })
                .await;
            trex.investors.push(investor);
        }
        trex
    }

    /// Requires a claim of everybody, by the trusted issuer.
    async fn require(&self, topic: U256) {
        self.own(self.topics, &ClaimTopics::addClaimTopicCall { topic })
            .await;
        let (issuer, topics) = (self.issuer, vec![topic]);
        self.own(
            self.trusted,
            &TrustedIssuers::addTrustedIssuerCall { issuer, topics },
        )
        .await;
    }

    /// Requires another claim of everybody, and by another issuer, in the place of its own.
    pub async fn trust(&self, issuer: Address, topic: U256) {
        let own = self::topic("KYC");
        self.own(
            self.topics,
            &ClaimTopics::removeClaimTopicCall { topic: own },
        )
        .await;
        self.own(self.topics, &ClaimTopics::addClaimTopicCall { topic })
            .await;
        let topics = vec![topic];
        let trusted = TrustedIssuers::addTrustedIssuerCall { issuer, topics };
        self.own(self.trusted, &trusted).await;
    }

    /// Lets another key sign claims of ONCHAINID's own issuer; where that is.
    pub async fn appoint(&self, signer: Address) -> Address {
        self.own(self.issuer, &signing(signer)).await;
        self.issuer
    }

    /// Registers a wallet with an identity that somebody else deploys.
    pub async fn register(&self, wallet: Address, identity: Address) -> u64 {
        let country = COUNTRY;
        let call = Registry::registerIdentityCall {
            wallet,
            identity,
            country,
        };
        self.agent(self.registry, &call).await
    }

    /// Makes an investor of a wallet: identity, signed claim, registration.
    pub async fn onboard(&self, wallet: Address) -> (Investor, Onboarding) {
        let at = self.site();
        let code = artefact::code(Package::OnchainId, "proxy/IdentityProxy");
        let arguments = (self.identities, wallet).abi_encode_params();
        let (identity, deployed) = at.create(code, &arguments).await;
        let (topic, data) = (topic("KYC"), Bytes::from_static(b"Some claim public data."));
        let claim = OnchainId::addClaimCall {
            topic,
            scheme: U256::from(ECDSA),
            issuer: self.issuer,
            signature: self.signature(identity, topic, &data),
            data,
            uri: String::new(),
        };
        let claim = self.send(wallet, identity, &claim).await;
        let registration = self.register(wallet, identity).await;
        let cost = Onboarding {
            identity: deployed,
            claim,
            registration,
        };
        (Investor { wallet, identity }, cost)
    }

    /// Refuses transfers to a country by the module that T-REX has for it.
    pub async fn restrict_country(&self, country: u16) {
        let at = self.site();
        let module = "compliance/modular/modules/CountryRestrictModule";
        let code = at.trex(module, &[]).await;
        let initialize = Bytes::from(Initializable::initializeCall {}.abi_encode());
        let parts = (code, initialize).abi_encode_params();
        let module = at
            .trex("compliance/modular/modules/ModuleProxy", &parts)
            .await;
        self.own(self.compliance, &Compliance::addModuleCall { module })
            .await;
        let data = CountryRestriction::addCountryRestrictionCall { country }.abi_encode();
        let data = data.into();
        self.own(
            self.compliance,
            &Compliance::callModuleFunctionCall { data, module },
        )
        .await;
    }

    /// Gives the token a compliance of T-REX 3, which takes no modules.
    pub async fn take_legacy_compliance(&self) {
        let compliance = self
            .site()
            .trex("compliance/legacy/DefaultCompliance", &[])
            .await;
        self.own(self.token, &Token::setComplianceCall { compliance })
            .await;
    }

    /// A call by the owner of everything; its gas.
    pub async fn own(&self, to: Address, call: &impl SolCall) -> u64 {
        self.send(self.owner, to, call).await
    }

    /// A call by the agent; its gas.
    pub async fn agent(&self, to: Address, call: &impl SolCall) -> u64 {
        self.send(self.agent, to, call).await
    }

    /// A call that must succeed; its gas.
    pub async fn send(&self, from: Address, to: Address, call: &impl SolCall) -> u64 {
        self.send_bytes(from, to, call.abi_encode().into()).await
    }

    /// The same with calldata as it stands.
    pub async fn send_bytes(&self, from: Address, to: Address, input: Bytes) -> u64 {
        let done = self.node.act(from, Some(to), input).await;
        let receipt = done
            .expect("the node answers")
            .expect("the call is carried out");
        receipt.gas_used().0
    }

    /// A contract of the owner's.
    pub async fn create(&self, code: &[u8], arguments: &[u8]) -> Address {
        let at = self.site();
        at.create(code.to_vec(), arguments).await.0
    }

    fn site(&self) -> Site<'_> {
        let (node, owner) = (&self.node, self.owner);
        Site { node, owner }
    }

    /// The trusted issuer's signature of a claim, as ONCHAINID checks it.
    fn signature(&self, identity: Address, topic: U256, data: &Bytes) -> Bytes {
        let claim = keccak256((identity, topic, data.clone()).abi_encode_params());
        let signature = self.signer.sign_message_sync(claim.as_slice());
        signature.expect("sign the claim").as_bytes().into()
    }
}

/// Addresses as dense as real ones.
pub fn named(what: &str, n: usize) -> Address {
    Address::from_word(keccak256(
        (what.to_owned(), U256::from(n)).abi_encode_params(),
    ))
}

/// An address as ERC-734 keeps keys.
fn key(address: Address) -> B256 {
    keccak256(address.abi_encode())
}

/// The call that lets a key sign claims.
fn signing(signer: Address) -> OnchainId::addKeyCall {
    OnchainId::addKeyCall {
        key: key(signer),
        purpose: U256::from(CLAIM_SIGNER),
        keyType: U256::from(ECDSA),
    }
}

fn topic(name: &str) -> U256 {
    keccak256(name).into()
}
