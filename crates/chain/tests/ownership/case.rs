//! A chain, keys, wallets, and a message for each.

use alloy::{
    primitives::{Address, B256, Bytes},
    providers::Provider,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{SolCall, SolConstructor},
};
use symbolon_bindings::probes::{MoodyFactory, MoodyWallet};
use symbolon_chain::{
    development::DevelopmentNode,
    endpoint::Endpoint,
    ownership::{NotProven, OwnershipProof, prove},
};
use symbolon_core::{
    ids::ChainId,
    ownership::{Challenge, Message, Nonce, Timestamp},
    time::UnixSeconds,
    wallet::WalletAddress,
};
use symbolon_sandbox::Anvil;

pub(crate) const CHAIN: ChainId = ChainId(31_337);
/// Whoever pays for what is deployed.
pub(crate) const PAYER: Address = Address::repeat_byte(0xaa);

/// How a wallet behaves, as `MoodyWallet.sol` counts it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    Honest,
    Reverting,
    Garbage,
    Huge,
    Short,
    Burning,
    Writing,
    Silent,
    Estimating,
}

/// What came of a proof.
pub(crate) type Verdict = Result<OwnershipProof, NotProven>;

/// A chain of its own.
pub(crate) struct Case {
    pub(crate) node: DevelopmentNode,
    pub(crate) anvil: Anvil,
}

/// One of a few keys.
pub(crate) fn key(number: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(number)).unwrap()
}

/// The message that this wallet is asked to sign.
pub(crate) fn message(wallet: Address) -> Message {
    let challenge = Challenge {
        scheme: None,
        domain: "kyc.example.com".parse().unwrap(),
        uri: "https://kyc.example.com/wallets".parse().unwrap(),
        statement: Some("Link this wallet to my verified identity.".parse().unwrap()),
        nonce: Nonce::drawn([7; 16]),
        request_id: "bind-0001".parse().unwrap(),
        chains: [CHAIN].into(),
        issued_at: Timestamp::at(UnixSeconds(1_772_359_200)).unwrap(),
        expires_at: Timestamp::at(UnixSeconds(1_772_359_800)).unwrap(),
    };
    challenge.message(WalletAddress::new(wallet).unwrap(), CHAIN)
}

/// This key's signature of the wallet's message.
pub(crate) fn signed(wallet: Address, key: &PrivateKeySigner) -> Vec<u8> {
    let text = message(wallet).to_string();
    let signature = key.sign_message_sync(text.as_bytes()).unwrap();
    signature.as_bytes().to_vec()
}

impl Case {
    pub(crate) async fn start() -> Self {
        Self::on(CHAIN).await
    }

    pub(crate) async fn on(chain: ChainId) -> Self {
        let anvil = Anvil::builder(chain.0).start().await.unwrap();
        let endpoint = Endpoint::connect(anvil.url(), chain).await.unwrap();
        let node = DevelopmentNode::new(endpoint);
        Self { node, anvil }
    }

    /// Whether that proves that the wallet signed its message.
    pub(crate) async fn verdict(&self, wallet: Address, signature: &[u8]) -> Verdict {
        let message = message(wallet);
        prove(self.node.endpoint(), &message, signature)
            .await
            .unwrap()
    }

    /// A wallet of this key's.
    pub(crate) async fn wallet(&self, owner: Address, mood: Mood) -> Address {
        let arguments = MoodyWallet::constructorCall {
            _owner: owner,
            _mood: mood as u8,
        };
        let code = [&MoodyWallet::BYTECODE[..], &arguments.abi_encode()].concat();
        self.deployed(code.into()).await
    }

    pub(crate) async fn factory(&self) -> Address {
        self.deployed(MoodyFactory::BYTECODE.clone()).await
    }

    async fn deployed(&self, code: Bytes) -> Address {
        let receipt = self.node.act(PAYER, None, code).await.unwrap().unwrap();
        receipt.contract_address.unwrap()
    }

    /// Where the factory deploys a wallet.
    pub(crate) async fn wallet_of(&self, factory: Address, owner: Address, mood: Mood) -> Address {
        let call = MoodyFactory::walletOfCall {
            owner,
            mood: mood as u8,
        };
        let endpoint = self.node.endpoint();
        let answer = endpoint.ask(factory, call.abi_encode().into()).await;
        MoodyFactory::walletOfCall::abi_decode_returns(&answer.unwrap().unwrap()).unwrap()
    }

    pub(crate) async fn code(&self, address: Address) -> Bytes {
        self.node.endpoint().code(address).await.unwrap()
    }

    /// Puts code at an address, as only a development node does.
    pub(crate) async fn place(&self, address: Address, code: Bytes) {
        let parameters = serde_json::json!([address, code]);
        let provider = self.node.endpoint().provider();
        let placed =
            provider.raw_request::<_, serde_json::Value>("anvil_setCode".into(), parameters);
        placed.await.unwrap();
    }
}
