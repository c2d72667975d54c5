//! A registrar on one chain, mirrored to a registry on another: both say the
//! same of every address, whatever the federation decides.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, aliases::U40, keccak256},
    providers::Provider,
    sol_types::{SolCall, SolConstructor},
};
use serde_json::{Value, json};
use symbolon_bindings::{IdentityRegistry, KYCRegistrar};
use symbolon_chain::{
    deploy::{self, Deployed},
    development::DevelopmentNode,
    endpoint::Endpoint,
    finality::Finality,
    quorum::Nodes,
    signer::LaneSigner,
};
use symbolon_core::{
    ids::ChainId,
    mirror::batch::{Batch, Upsert},
    verdict::RestrictedAuthorities,
    wallet::WalletAddress,
};
use symbolon_sandbox::Anvil;
use symbolon_server::{
    Clock,
    jobs::registrar::{RegistrarError, RegistrarSettings, look, run},
};
use symbolon_store::Writer;
use symbolon_testkit::chain::{OWNER_KEY, TestChain};

use crate::register::{Register, policy, until};

const HOME: ChainId = ChainId(31_338);
const GERMANY: u16 = 276;
const FRANCE: u16 = 250;
/// The registrar takes it for a country; ISO does not.
const NOWHERE: u16 = 1000;
const HOUR: u64 = 3600;
const NEVER: u64 = (1 << 40) - 1;

/// Somebody's address.
fn address(of: &str) -> Address {
    Address::from_word(keccak256(of))
}

fn investor(name: &str) -> B256 {
    keccak256(format!("salt {name}"))
}

/// A chain with a registrar whose owner appointed two authorities.
struct Federation {
    node: DevelopmentNode,
    registrar: Deployed,
    owner: Address,
    anvil: Anvil,
}

impl Federation {
    async fn start() -> Self {
        let anvil = Anvil::builder(HOME.0).start().await.unwrap();
        let endpoint = Endpoint::connect(anvil.url(), HOME).await.unwrap();
        let payer = LaneSigner::from_hex(&OWNER_KEY.into()).unwrap();
        let owner = payer.address();
        let arguments = KYCRegistrar::constructorCall {
            owners: vec![owner],
            threshold: 1,
        };
        let code = [&KYCRegistrar::BYTECODE[..], &arguments.abi_encode()].concat();
        let deployed = deploy::deploy(&endpoint, &payer, &Bytes::from(code), B256::ZERO).await;
        let federation = Self {
            node: DevelopmentNode::new(endpoint),
            registrar: deployed.unwrap(),
            owner,
            anvil,
        };
        for (name, countries) in [("bafin", vec![GERMANY, NOWHERE]), ("amf", vec![FRANCE])] {
            let call = KYCRegistrar::addAuthorityCall {
                addr: vec![address(name)],
                countries,
                threshold: 1,
            };
            federation.own(call).await;
        }
        federation
    }

    fn writer(&self) -> Writer {
        Writer::Registrar {
            chain: HOME,
            address: self.registrar.address,
            deployed_block: self.registrar.block,
        }
    }

    fn authority(&self, name: &str) -> B256 {
        let (registrar, first) = (self.registrar.address, address(name));
        keccak256([registrar.as_slice(), first.as_slice()].concat())
    }

    async fn act(&self, from: Address, call: impl SolCall) {
        let to = Some(self.registrar.address);
        let done = self.node.act(from, to, call.abi_encode().into()).await;
        done.unwrap().unwrap();
    }

    async fn own(&self, call: impl SolCall) {
        self.act(self.owner, call).await;
    }

    async fn add(&self, by: Address, name: &str, country: u16, expires: u64, addresses: &[&str]) {
        let call = KYCRegistrar::addInvestorCall {
            id: investor(name),
            country,
            region: Default::default(),
            rating: 2,
            expires: U40::from(expires),
            addr: addresses.iter().map(|name| address(name)).collect(),
        };
        self.act(by, call).await;
    }

    async fn register(&self, by: &str, name: &str, addresses: &[&str]) {
        let call = KYCRegistrar::registerAddressesCall {
            id: investor(name),
            addr: addresses.iter().map(|name| address(name)).collect(),
        };
        self.act(address(by), call).await;
    }

    async fn restrict_address(&self, by: &str, name: &str, held: &str) {
        let call = KYCRegistrar::restrictAddressesCall {
            id: investor(name),
            addr: vec![address(held)],
        };
        self.act(address(by), call).await;
    }

    async fn restrict(&self, by: &str, name: &str, restricted: bool) {
        let call = KYCRegistrar::setInvestorRestrictionCall {
            id: investor(name),
            restricted,
        };
        self.act(address(by), call).await;
    }

    async fn restrict_authority(&self, name: &str, restricted: bool) {
        let id = self.authority(name);
        self.own(KYCRegistrar::setAuthorityRestrictionCall { id, restricted })
            .await;
    }

    async fn hand_over(&self, to: &str, name: &str) {
        let call = KYCRegistrar::setInvestorAuthorityCall {
            authID: self.authority(to),
            ids: vec![investor(name)],
        };
        self.own(call).await;
    }

    async fn permits(&self, name: &str) -> bool {
        let addr = address(name);
        let call = KYCRegistrar::isPermittedCall { addr };
        says(self.node.endpoint(), self.registrar.address, call).await
    }
}

/// What a contract answers to a question whose answer is yes or no.
async fn says(endpoint: &Endpoint, contract: Address, question: impl SolCall) -> bool {
    let answer = endpoint.ask(contract, question.abi_encode().into()).await;
    answer.unwrap().unwrap().last() == Some(&1)
}

async fn verifies(mirror: &TestChain, name: &str) -> bool {
    let call = IdentityRegistry::isVerifiedCall {
        _userAddress: address(name),
    };
    says(&mirror.endpoint, mirror.registry, call).await
}

impl Register {
    async fn let_decide(&self, writer: Writer) {
        let mut transaction = self.store.begin(&self.issuer).await.unwrap();
        transaction.set_writer(writer).await.unwrap();
        transaction.commit().await.unwrap();
    }

    fn settings(&self, federation: &Federation, confirmations: u64) -> RegistrarSettings {
        RegistrarSettings {
            issuer: self.issuer.clone(),
            chain: HOME,
            nodes: Nodes::one(&federation.anvil.url().into()).unwrap(),
            finality: Finality::by_depth(confirmations),
            interval: Duration::from_millis(20),
        }
    }

    fn run_follower(&mut self, federation: &Federation) {
        let settings = self.settings(federation, 1);
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (wake, stop) = (self.wake.clone(), self.stop.clone());
        self.lanes.spawn(run(store, settings, clock, wake, stop));
    }

    async fn next_block_to_witness(&self) -> u64 {
        let next = self.store.next_block_to_witness(&self.issuer).await;
        next.unwrap()
    }

    async fn entries(&self) -> u64 {
        self.store.head(&self.issuer).await.unwrap().number.0
    }

    /// Waits until all that happened on chain is taken in and mirrored.
    async fn until_followed(&self, federation: &Federation, mirror: &TestChain) {
        let head = federation.node.endpoint().head().await.unwrap().number;
        until(
            "the register has read the registrar's newest block",
            async || self.next_block_to_witness().await > head,
        )
        .await;
        self.until_mirrored(mirror).await;
        until("the chain knows who is cut off", async || {
            let told = self.store.authorities_on_chains(&self.issuer).await;
            let told: RestrictedAuthorities = told
                .unwrap()
                .into_iter()
                .filter(|one| one.observed)
                .map(|one| one.authority)
                .collect();
            told == self
                .store
                .restricted_authorities(&self.issuer)
                .await
                .unwrap()
        })
        .await;
    }
}

/// Both chains' answers, for every address, and that they are these.
async fn both_say(
    register: &Register,
    federation: &Federation,
    mirror: &TestChain,
    permitted: &[&str],
) {
    register.until_followed(federation, mirror).await;
    for name in ["a1", "a2", "a3", "b1", "owner's", "bafin", "nobody"] {
        let wanted = permitted.contains(&name);
        assert_eq!(federation.permits(name).await, wanted, "registrar: {name}");
        assert_eq!(verifies(mirror, name).await, wanted, "registry: {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registrar_is_mirrored_to_another_chain_whatever_it_decides() {
    let federation = Federation::start().await;
    let mirror = TestChain::start(31_337).await;
    let mut register = Register::of(&[&mirror]).await;
    register.let_decide(federation.writer()).await;
    register.run_lane(mirror.id(), mirror.url(), policy());
    register.run_follower(&federation);
    let says =
        async |permitted: &[&str]| both_say(&register, &federation, &mirror, permitted).await;

    let now = Clock::system().now().0;
    let (bafin, amf) = (address("bafin"), address("amf"));
    let soon = now + 2 * HOUR;
    federation
        .add(bafin, "anna", GERMANY, now + 9 * HOUR, &["a1", "a2"])
        .await;
    federation
        .add(bafin, "odysseus", NOWHERE, NEVER, &["o1"])
        .await;
    federation.add(amf, "bruno", FRANCE, soon, &["b1"]).await;
    federation
        .add(federation.owner, "olga", FRANCE, NEVER, &["owner's"])
        .await;
    says(&["a1", "a2", "b1", "owner's"]).await;
    // Whom the register has no country for is unverified, and nobody waits for it.
    assert!(federation.permits("o1").await);
    assert!(!verifies(&mirror, "o1").await);

    federation.restrict_address("bafin", "anna", "a2").await;
    says(&["a1", "b1", "owner's"]).await;
    federation.register("bafin", "anna", &["a2", "a3"]).await;
    says(&["a1", "a2", "a3", "b1", "owner's"]).await;

    federation.restrict("amf", "bruno", true).await;
    says(&["a1", "a2", "a3", "owner's"]).await;
    federation.restrict("amf", "bruno", false).await;

    federation.restrict_authority("bafin", true).await;
    says(&["b1", "owner's"]).await;
    federation.hand_over("amf", "anna").await;
    says(&["a1", "a2", "a3", "b1", "owner's"]).await;
    federation.restrict_authority("amf", true).await;
    says(&["owner's"]).await;
    federation.restrict_authority("bafin", false).await;
    federation.restrict_authority("amf", false).await;
    says(&["a1", "a2", "a3", "b1", "owner's"]).await;

    // Expiry needs nobody: the chains know it by themselves.
    for chain in [federation.node.endpoint(), &mirror.endpoint] {
        for (method, params) in [
            ("evm_increaseTime", json!([3 * HOUR])),
            ("evm_mine", json!([])),
        ] {
            let done = chain.provider().raw_request(method.into(), params);
            let _: Value = done.await.unwrap();
        }
    }
    says(&["a1", "a2", "a3", "owner's"]).await;

    let report = register.store.verify_log(&register.issuer).await.unwrap();
    assert_eq!(report.investors, 4);
    register.stop_lanes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_why_a_registrar_is_not_read_until_it_is() {
    let federation = Federation::start().await;
    let mut register = Register::of(&[]).await;
    let Deployed { address, block, .. } = federation.registrar;
    let late = Writer::Registrar {
        chain: HOME,
        address,
        deployed_block: block + 1,
    };
    register.let_decide(late).await;
    register.run_follower(&federation);
    let error = async || {
        let issuer = register.store.issuer(&register.issuer).await;
        issuer.unwrap().writer_error
    };
    until("it is told", async || {
        let told = error().await;
        told.is_some_and(|error| error.contains("first event"))
    })
    .await;
    register.let_decide(federation.writer()).await;
    until("it is read", async || {
        register.next_block_to_witness().await > block
    })
    .await;
    until("the failure is over", async || error().await.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_was_away_catches_up_and_reads_nothing_twice() {
    let federation = Federation::start().await;
    let mirror = TestChain::start(31_337).await;
    let mut register = Register::of(&[&mirror]).await;
    register.let_decide(federation.writer()).await;
    register.run_lane(mirror.id(), mirror.url(), policy());
    register.run_follower(&federation);
    let expires = Clock::system().now().0 + 9 * HOUR;
    federation
        .add(address("bafin"), "anna", GERMANY, expires, &["a1"])
        .await;
    both_say(&register, &federation, &mirror, &["a1"]).await;
    let entries = register.entries().await;
    // Two authorities with their countries, an investor and an address.
    assert_eq!(entries, 6);
    register.stop_lanes().await;

    // An approval that is taken back before anybody looks again is told nowhere.
    federation
        .add(address("amf"), "bruno", FRANCE, expires, &["b1"])
        .await;
    federation.restrict("amf", "bruno", true).await;
    federation.restrict("bafin", "anna", true).await;
    federation.restrict("bafin", "anna", false).await;
    register.run_lane(mirror.id(), mirror.url(), policy());
    // Two servers with one configuration: each event still counts once.
    register.run_follower(&federation);
    register.run_follower(&federation);
    both_say(&register, &federation, &mirror, &["a1"]).await;
    assert_eq!(register.entries().await, entries + 5);
    let b1 = WalletAddress::new(address("b1")).unwrap();
    for told in mirror.mirrored().await {
        let Some(Batch::Upsert(records)) = told.batch else {
            continue;
        };
        let approves = |one: &Upsert| one.wallet == b1 && !one.record.denies();
        assert!(!records.iter().any(approves), "{records:?}");
    }
    register.stop_lanes().await;
}

/// A look by a node that shows these blocks.
async fn looked(
    register: &Register,
    federation: &Federation,
    confirmations: u64,
) -> Result<usize, RegistrarError> {
    let settings = register.settings(federation, confirmations);
    look(&register.store, &settings, &register.clock).await
}

#[tokio::test]
async fn only_confirmed_blocks_count_and_what_lacks_its_beginning_is_not_believed() {
    let federation = Federation::start().await;
    let register = Register::of(&[]).await;
    let refused = looked(&register, &federation, 1).await;
    assert!(matches!(refused, Err(RegistrarError::NotWriter)));
    let first = federation.registrar.block;
    let late = Writer::Registrar {
        chain: HOME,
        address: federation.registrar.address,
        deployed_block: first + 1,
    };
    register.let_decide(late).await;
    let refused = looked(&register, &federation, 1).await;
    assert!(matches!(refused, Err(RegistrarError::NoBeginning)));
    assert_eq!(register.next_block_to_witness().await, first + 1);

    register.let_decide(federation.writer()).await;
    let expires = Clock::system().now().0 + 9 * HOUR;
    let bafin = address("bafin");
    federation
        .add(bafin, "anna", GERMANY, expires, &["a1"])
        .await;
    let head = federation.node.endpoint().head().await.unwrap().number;
    let events = looked(&register, &federation, 3).await.unwrap();
    assert!(events > 0 && register.next_block_to_witness().await == head - 1);
    let entries = register.entries().await;
    assert_eq!(looked(&register, &federation, 3).await.unwrap(), 0);
    // The investor and her address are in the newest block but one.
    assert_eq!(looked(&register, &federation, 1).await.unwrap(), 2);
    assert_eq!(register.entries().await, entries + 2);
    assert_eq!(register.next_block_to_witness().await, head + 1);
}
