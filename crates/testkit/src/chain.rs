//! A development chain for tests, with a registry on it that knows its mirror.

#![allow(
    clippy::expect_used,
    reason = "a test without its chain has nothing better to do"
)]

use alloy::providers::Provider;
use alloy_primitives::{Address, B256};
use secrecy::SecretString;
use serde_json::{Value, json};
use symbolon_chain::{
    claims,
    companion::Beside,
    deploy,
    endpoint::Endpoint,
    history::{self, MirrorTransaction},
    registry,
    signer::LaneSigner,
};
use symbolon_core::{ids::ChainId, mirror::record::WalletRecord, wallet::WalletAddress};
use symbolon_sandbox::{Anvil, AnvilBuilder};

/// Anvil's first development key, which everybody knows: the registry's owner.
pub const OWNER_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
/// Anvil's second one: the mirror.
pub const MIRROR_KEY: &str = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// Anvil's third one: whoever is mirror after that.
pub const NEXT_MIRROR_KEY: &str =
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

/// Words asked of a registry in one call.
const PAGE: usize = 500;

/// A chain and the registry on it. A transaction is mined as soon as it comes,
/// until a test wants it otherwise.
#[derive(Debug)]
pub struct TestChain {
    /// The node.
    pub endpoint: Endpoint,
    /// The registry.
    pub registry: Address,
    /// The block that the registry was deployed in.
    pub deployed_block: u64,
    anvil: Anvil,
}

impl TestChain {
    /// A chain whose registry takes writes from [`MIRROR_KEY`].
    pub async fn start(id: u64) -> Self {
        let chain = Self::without_mirror(Anvil::builder(id)).await;
        chain.appoint_mirror().await;
        chain
    }

    /// A chain whose registry takes writes from nobody yet.
    pub async fn without_mirror(anvil: AnvilBuilder) -> Self {
        let anvil = anvil.start().await.expect("start a chain");
        let id = ChainId(anvil.chain_id());
        let endpoint = Endpoint::connect(anvil.url(), id)
            .await
            .expect("connect to the chain");
        let owner = signer(OWNER_KEY);
        let code = deploy::registry_code(owner.address());
        let deployed = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await;
        let deployed = deployed.expect("deploy the registry");
        Self {
            registry: deployed.address,
            deployed_block: deployed.block,
            endpoint,
            anvil,
        }
    }

    /// Lets [`MIRROR_KEY`] write to the registry.
    pub async fn appoint_mirror(&self) {
        self.appoint(mirror().address()).await;
    }

    /// Lets this account write to the registry.
    pub async fn appoint(&self, mirror: Address) {
        let owner = signer(OWNER_KEY);
        deploy::appoint_mirror(&self.endpoint, &owner, self.registry, mirror)
            .await
            .expect("appoint the mirror");
    }

    /// Puts rules by country in place for tokens of this registry, which take writes
    /// from nobody yet.
    pub async fn deploy_rules(&self) -> Address {
        let owner = signer(OWNER_KEY);
        let code = deploy::rules_code(owner.address(), self.registry);
        let deployed = deploy::deploy(&self.endpoint, &owner, &code, B256::ZERO).await;
        deployed.expect("deploy the rules").address
    }

    /// Puts a certificate registry in place, which takes writes from nobody yet and has
    /// no requirements.
    pub async fn deploy_certificates(&self) -> Address {
        let owner = signer(OWNER_KEY);
        let code = deploy::certificates_code(owner.address());
        let deployed = deploy::deploy(&self.endpoint, &owner, &code, B256::ZERO).await;
        deployed.expect("deploy the certificates").address
    }

    /// Puts the factory of identities in place, which is everybody's.
    pub async fn deploy_identity_factory(&self) -> Address {
        let owner = signer(OWNER_KEY);
        let code = deploy::identity_factory_code();
        let deployed = deploy::deploy(&self.endpoint, &owner, &code, B256::ZERO).await;
        deployed.expect("deploy the factory").address
    }

    /// Puts a claim issuer in place, in which this key signs claims.
    pub async fn deploy_claims(&self, claim_signer: Address) -> Address {
        let owner = signer(OWNER_KEY);
        let code = deploy::claims_code(owner.address(), self.registry);
        let deployed = deploy::deploy(&self.endpoint, &owner, &code, B256::ZERO).await;
        let issuer = deployed.expect("deploy the claim issuer").address;
        let endpoint = &self.endpoint;
        let appointed = claims::appoint(endpoint, &owner, issuer, claim_signer).await;
        appointed.expect("appoint the claim signer");
        issuer
    }

    /// Where the registry's companions are asked.
    pub fn beside(&self) -> Beside {
        Beside::registry(self.registry)
    }

    /// Lets [`MIRROR_KEY`] write to a contract beside the registry.
    pub async fn appoint_mirror_of(&self, contract: Address) {
        let (owner, mirror) = (signer(OWNER_KEY), mirror().address());
        deploy::appoint_mirror(&self.endpoint, &owner, contract, mirror)
            .await
            .expect("appoint the mirror");
    }

    /// The chain's id.
    pub fn id(&self) -> ChainId {
        self.endpoint.chain()
    }

    /// The node's URL.
    pub fn url(&self) -> &str {
        self.anvil.url()
    }

    /// From now on a block every so many seconds, empty or not.
    pub async fn mine_every(&self, seconds: u64) {
        self.ask("evm_setIntervalMining", json!([seconds])).await;
    }

    /// From now on a block only when [`Self::mine`] is called.
    pub async fn mine_on_demand(&self) {
        self.ask("evm_setAutomine", json!([false])).await;
    }

    /// Makes a block.
    pub async fn mine(&self) {
        self.ask("evm_mine", json!([])).await;
    }

    /// Asks the node anything.
    pub async fn ask(&self, method: &'static str, params: Value) -> Value {
        let answer = self
            .endpoint
            .provider()
            .raw_request(method.into(), params)
            .await;
        answer.expect("the node answers")
    }

    /// The number of the newest block.
    pub async fn height(&self) -> u64 {
        self.endpoint.head().await.expect("read the head").number
    }

    /// How many of the mirror's transactions are mined.
    pub async fn mirror_nonce(&self) -> u64 {
        let nonce = self.endpoint.mined_nonce(mirror().address()).await;
        nonce.expect("read the mirror's nonce")
    }

    /// What the registry itself holds of these wallets.
    pub async fn words(&self, wallets: &[WalletAddress]) -> Vec<WalletRecord> {
        let mut words = Vec::with_capacity(wallets.len());
        for page in wallets.chunks(PAGE) {
            let page = registry::records(&self.endpoint, self.registry, page).await;
            words.extend(page.expect("read the registry"));
        }
        words
    }

    /// Every transaction by which the mirror wrote, in the chain's order.
    pub async fn mirrored(&self) -> Vec<MirrorTransaction> {
        let (from, to) = (self.deployed_block, self.height().await);
        history::mirror_transactions(&self.endpoint, self.registry, from, to)
            .await
            .expect("read the mirror's transactions")
    }

    /// Ends the node in order; with a folder, its state is kept.
    pub async fn stop(self) {
        self.anvil.stop().await.expect("stop the chain");
    }
}

/// The mirror's signer.
pub fn mirror() -> LaneSigner {
    signer(MIRROR_KEY)
}

/// The signer that follows the mirror's.
pub fn next_mirror() -> LaneSigner {
    signer(NEXT_MIRROR_KEY)
}

fn signer(key: &str) -> LaneSigner {
    LaneSigner::from_hex(&SecretString::from(key)).expect("a key of Anvil's")
}
