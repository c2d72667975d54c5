//! An issuer's register and its lanes, in this process.

use std::time::Duration;

use alloy_primitives::{Address, keccak256};
use symbolon_chain::{preset::FinalityTag, quorum::Nodes, signer::LaneSigner};
use symbolon_core::{
    actor::Actor,
    command::{Command, Verdict},
    country::Country,
    ids::{ChainId, IssuerId, RegistryId},
    investor::{
        Accreditation, Attestation, Investor, InvestorKind, Level, RevocationReason, Source,
    },
    mirror::{
        fees::Wei,
        filter::MirroredRegistry,
        lane::{LanePolicy, OpenTransaction},
        record::WalletRecord,
    },
    time::Millis,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::{
    Clock, Wake,
    jobs::{
        LeaseTerms, follower,
        lane::{LaneSettings, default_policy, run},
    },
};
use symbolon_store::{
    ChainStatistics, ChainStatus, MirrorStanding, NewChain, Request, Store, Subject,
};
use symbolon_testkit::{
    chain::{TestChain, mirror},
    database::TestDatabase,
};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// What the lanes of these tests may pay for a unit of gas.
pub(crate) const CAP: Wei = Wei(500_000_000_000);

/// The production policy, in a hurry and with small batches.
pub(crate) fn policy() -> LanePolicy {
    LanePolicy {
        max_upserts: 40,
        eager_interval: Millis(20),
        busy_interval: Millis(20),
        idle_interval: Millis(50),
        rebroadcast_after: Millis(200),
        replace_after: Millis(60_000),
        ..default_policy(1, CAP)
    }
}

/// A register with lanes, which stop with it.
pub(crate) struct Register {
    pub(crate) store: Store,
    pub(crate) issuer: IssuerId,
    pub(crate) clock: Clock,
    pub(crate) wake: Wake,
    pub(crate) stop: CancellationToken,
    pub(crate) lanes: JoinSet<()>,
    pub(crate) database: TestDatabase,
    /// For how long a server that says nothing keeps its lanes.
    pub(crate) lease: Duration,
    /// Whose key claims are signed with.
    pub(crate) claim_signer: Option<LaneSigner>,
}

impl Register {
    /// A register that is mirrored to these chains; no lane runs yet.
    pub(crate) async fn of(chains: &[&TestChain]) -> Self {
        let database = TestDatabase::fresh().await;
        let (store, clock) = (database.store.clone(), Clock::system());
        let issuer: IssuerId = "acme".parse().unwrap();
        store
            .create_issuer(&issuer, "Acme", clock.now())
            .await
            .unwrap();
        let register = Self {
            store,
            issuer,
            clock,
            wake: Wake::new(),
            stop: CancellationToken::new(),
            lanes: JoinSet::new(),
            database,
            lease: LEASE,
            claim_signer: None,
        };
        for chain in chains {
            register.add_chain(chain.id(), chain.registry).await;
        }
        register
    }

    pub(crate) async fn add_chain(&self, id: ChainId, registry: Address) {
        self.add_registry(&id.into(), registry).await;
    }

    pub(crate) async fn add_registry(&self, target: &MirroredRegistry, registry: Address) {
        let chain = NewChain {
            id: target.id,
            name: format!("registry {}", target.id),
            registry,
            identity_factory: symbolon_chain::deploy::identity_factory(),
            filter: target.filter.clone(),
            deployed_block: 0,
            confirmations: 1,
            settings: serde_json::json!({}),
        };
        let mut transaction = self.store.begin(&self.issuer).await.unwrap();
        transaction.add_chain(&chain).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Starts a lane to a chain by way of this URL.
    pub(crate) fn run_lane(&mut self, chain: ChainId, url: &str, policy: LanePolicy) {
        self.run_lane_of(mirror(), chain, url, policy);
    }

    /// The same with a signer of the test's own.
    pub(crate) fn run_lane_of(
        &mut self,
        signer: LaneSigner,
        registry: impl Into<RegistryId>,
        url: &str,
        policy: LanePolicy,
    ) {
        self.run_lane_through(signer, registry, &[url], policy);
    }

    /// The same by way of several nodes, of which most must agree.
    pub(crate) fn run_lane_through(
        &mut self,
        signer: LaneSigner,
        registry: impl Into<RegistryId>,
        urls: &[&str],
        policy: LanePolicy,
    ) {
        let urls: Vec<_> = urls.iter().map(|url| (*url).into()).collect();
        let settings = LaneSettings {
            issuer: self.issuer.clone(),
            registry: registry.into(),
            nodes: Nodes::new(&urls, None).unwrap(),
            finality: FinalityTag::None,
            signer,
            claim_signer: self.claim_signer.clone(),
            policy,
            lease: LeaseTerms::of_this_process(self.lease),
        };
        let (store, clock) = (self.store.clone(), self.clock.clone());
        self.lanes.spawn(run(
            store,
            settings,
            clock,
            self.wake.clone(),
            self.stop.clone(),
        ));
    }

    /// Starts to follow a chain by way of this URL.
    pub(crate) fn follow(&mut self, chain: ChainId, url: &str) {
        let settings = LaneSettings {
            issuer: self.issuer.clone(),
            registry: chain.into(),
            nodes: Nodes::one(&url.into()).unwrap(),
            finality: FinalityTag::None,
            signer: mirror(),
            claim_signer: None,
            policy: policy(),
            lease: LeaseTerms::of_this_process(LEASE),
        };
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (wake, stop) = (self.wake.clone(), self.stop.clone());
        self.lanes
            .spawn(follower::run(store, settings, clock, wake, stop));
    }

    /// The first block of this chain that is yet to be read.
    pub(crate) async fn next_block(&self, chain: ChainId) -> u64 {
        let next = self.store.next_block_to_follow(&self.issuer, chain.into());
        next.await.unwrap()
    }

    /// What people are told of a chain.
    pub(crate) async fn trouble(&self, chain: ChainId) -> Option<String> {
        self.store
            .chain(&self.issuer, chain)
            .await
            .unwrap()
            .trouble()
    }

    /// Stops every lane; later ones begin from what is stored.
    pub(crate) async fn stop_lanes(&mut self) {
        self.stop.cancel();
        while let Some(ended) = self.lanes.join_next().await {
            ended.unwrap();
        }
        self.stop = CancellationToken::new();
    }

    /// Verifies so many new customers; returns their wallets.
    pub(crate) async fn admit(&self, several: u32) -> Vec<WalletAddress> {
        self.admit_from(Country::US, several).await
    }

    /// The same from another country.
    pub(crate) async fn admit_from(&self, country: Country, several: u32) -> Vec<WalletAddress> {
        let head = self.store.head(&self.issuer).await.unwrap().number.0;
        let wallet = |n| {
            let name = keccak256(format!("customer {n} after entry {head}"));
            WalletAddress::new(Address::from_word(name)).unwrap()
        };
        let wallets: Vec<_> = (0..several).map(wallet).collect();
        self.decide(
            wallets
                .iter()
                .map(|wallet| admission(*wallet, country))
                .collect(),
        )
        .await;
        wallets
    }

    /// Withdraws the verdicts of these wallets' holders.
    pub(crate) async fn revoke(&self, wallets: &[WalletAddress]) {
        let revocation = |wallet: &WalletAddress| Request {
            subject: Subject::Wallet(*wallet),
            command: Command::Revoke(RevocationReason::Sanctions),
        };
        self.decide(wallets.iter().map(revocation).collect()).await;
    }

    pub(crate) async fn decide(&self, requests: Vec<Request>) {
        let actor = Actor::system("test");
        let mut transaction = self.store.begin(&self.issuer).await.unwrap();
        let decisions = transaction
            .decide(requests, &actor, self.clock.now())
            .await
            .unwrap();
        assert!(decisions.iter().all(Result::is_ok), "{decisions:?}");
        transaction.commit().await.unwrap();
        self.wake.wake(&self.issuer);
    }

    /// Whose a wallet is.
    pub(crate) async fn holder(&self, wallet: WalletAddress) -> Investor {
        let report = self.store.wallet_report(&self.issuer, wallet).await;
        report.unwrap().unwrap().investor.unwrap()
    }

    /// What was last seen of a chain.
    pub(crate) async fn status(&self, chain: ChainId) -> ChainStatus {
        self.store.chain(&self.issuer, chain).await.unwrap().status
    }

    /// The signed transactions of which nobody knows what became.
    pub(crate) async fn open(&self, chain: ChainId) -> Vec<OpenTransaction> {
        self.open_of(mirror().address(), chain).await
    }

    /// Those of one signer.
    pub(crate) async fn open_of(&self, signer: Address, chain: ChainId) -> Vec<OpenTransaction> {
        let open = self
            .store
            .open_transactions(&self.issuer, chain.into(), signer);
        open.await.unwrap()
    }

    /// What a chain is owed.
    pub(crate) async fn owed(&self, registry: impl Into<RegistryId>) -> ChainStatistics {
        let registry = registry.into();
        let owed = self.store.chain_statistics(&self.issuer).await.unwrap();
        owed.into_iter()
            .find(|owed| owed.registry == registry)
            .unwrap()
    }

    /// Waits until the chain is owed nothing, and holds it to the register.
    pub(crate) async fn until_mirrored(&self, chain: &TestChain) {
        until("the chain is owed nothing", async || {
            self.owes_nothing(chain.id()).await
        })
        .await;
        for (standing, word) in self.standings(chain).await {
            let (desired, wallet) = (standing.desired, standing.wallet);
            assert!(
                desired.is_met_by(word),
                "{wallet}: {word:?}, not {desired:?}"
            );
            let seen = standing.observed;
            assert!(desired.is_met_by(seen), "seen: {wallet}: {seen:?}");
        }
    }

    /// Waits until the chain is owed nothing and holds what it must. Where others
    /// wrote to it what the register does not know yet, a denial may leave another
    /// word than was meant; that is seen afterwards, and written anew.
    pub(crate) async fn until_repaired(&self, chain: &TestChain) {
        until("the chain holds what it must", async || {
            let is_met = self
                .standings(chain)
                .await
                .into_iter()
                .all(|(standing, word)| {
                    standing.desired.is_met_by(word)
                        && standing.desired.is_met_by(standing.observed)
                });
            is_met && self.owes_nothing(chain.id()).await
        })
        .await;
    }

    async fn owes_nothing(&self, chain: ChainId) -> bool {
        let owed = self.owed(chain).await;
        owed.approvals + owed.denials + owed.open_transactions == 0
    }

    /// What the chain must hold, with what it holds.
    async fn standings(&self, chain: &TestChain) -> Vec<(MirrorStanding, WalletRecord)> {
        let all = self
            .store
            .mirror_standings(&self.issuer, chain.id(), None, 10_000);
        let all = all.await.unwrap();
        let wallets: Vec<_> = all.iter().map(|standing| standing.wallet).collect();
        let words = chain.words(&wallets).await;
        all.into_iter().zip(words).collect()
    }

    /// Waits until a chain's last error says this.
    pub(crate) async fn until_error(&self, chain: ChainId, words: &str) {
        until(words, async || {
            let status = self.status(chain).await;
            status.last_error.is_some_and(|error| error.contains(words))
        })
        .await;
    }
}

fn admission(wallet: WalletAddress, country: Country) -> Request {
    let verdict = Verdict {
        level: Level::Basic,
        country,
        accreditation: Accreditation::None,
        accreditation_ends: None,
        us_person: country == Country::US,
        person: Default::default(),
        expiry: None,
        source: Source::Operator {
            operator: "maria.keller".to_owned(),
            attestation: Attestation {
                text: "I have seen the documents.".to_owned(),
                version: "2026-03".to_owned(),
            },
        },
    };
    Request {
        subject: Subject::Row {
            new: symbolon_server::fresh_investor(),
            wallet,
            external_id: None,
        },
        command: Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            wallet,
            chains: ChainScope::All,
            verdict,
        },
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it never came to this: {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
