//! Transfer rules on their way to `CountryRules` beside the registry.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256};
use symbolon_bindings::CountryRules;
use symbolon_chain::{companion::words_at, development::DevelopmentNode};
use symbolon_core::{
    actor::Actor,
    country::Country,
    federation::{FederationCommand, OwnerOperation},
    investor::Level,
    mirror::companion::{Companion, CompanionKey},
    time::UnixSeconds,
    transfer_rules::{
        CountryRule, RuleChanges, RuleKeys,
        record::{RuleKey, RuleRecord, packed},
    },
};
use symbolon_sandbox::Anvil;
use symbolon_store::KnownCompanion;
use symbolon_testkit::chain::{OWNER_KEY, TestChain, next_mirror};

use crate::register::{Register, policy, until};

const US: RuleKey = Some(Country::US);

fn asking(level: Level) -> CountryRule {
    CountryRule {
        least_level: Some(level),
        ..CountryRule::OPEN
    }
}

fn of_us(rule: Option<CountryRule>) -> RuleChanges {
    RuleChanges {
        others: None,
        countries: [(Country::US, rule)].into(),
    }
}

fn owner() -> Address {
    let key = secrecy::SecretString::from(OWNER_KEY);
    symbolon_chain::signer::LaneSigner::from_hex(&key)
        .unwrap()
        .address()
}

impl Register {
    async fn add_rules(&self, chain: &TestChain, contract: Address) {
        let known = KnownCompanion {
            registry: chain.id().into(),
            companion: Companion::Rules,
            contract,
        };
        let mut transaction = self.store.begin(&self.issuer).await.unwrap();
        transaction.add_companion(&known).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn order(&self, operation: OwnerOperation) {
        let (actor, now) = (Actor::system("test"), self.clock.now());
        let command = FederationCommand::Propose {
            operation,
            expires: UnixSeconds(now.0 + 86_400),
        };
        let mut transaction = self.store.begin(&self.issuer).await.unwrap();
        let decided = transaction.govern(command, &actor, now).await.unwrap();
        decided.unwrap();
        transaction.commit().await.unwrap();
        self.wake.wake(&self.issuer);
    }

    async fn announce(&self, changes: RuleChanges) {
        self.order(OwnerOperation::AnnounceRules { changes }).await;
    }

    /// Waits until the contract comes to the register's rules by itself, and the
    /// register has seen that it does.
    async fn until_ruled(&self, chain: &TestChain, contract: Address) {
        let rules = self.store.rules(&self.issuer).await.unwrap();
        until("the rules are mirrored", async || {
            let (issuer, of) = (&self.issuer, Companion::Rules);
            let known = self.store.companions_on_chains(issuer, of).await.unwrap();
            let settled = known.iter().filter(|one| !one.is_under_way);
            settled.filter(|one| one.observed.is_some()).count() == rules.0.len()
        })
        .await;
        for (key, standing) in &rules.0 {
            let word = word(chain, contract, *key).await;
            let now = self.clock.now();
            let (there, here) = (word.in_the_end(), standing.in_the_end());
            assert_eq!(packed(there), packed(here), "{key:?}: {word:?}");
            let blocks = standing.at(now).is_some_and(|rule| rule.is_block());
            let blocked = word.in_force(now).is_some_and(|rule| rule.is_block());
            assert_eq!(blocked, blocks, "{key:?}: {word:?}");
        }
    }
}

async fn word(chain: &TestChain, contract: Address, key: RuleKey) -> RuleRecord {
    let (keys, block) = ([CompanionKey::Rule(key)], chain.height().await);
    let words = words_at(&chain.endpoint, chain.beside(), contract, &keys, block).await;
    RuleRecord(words.unwrap()[0].1)
}

/// A register with rules, a lane, and a contract that may not take its writes yet.
async fn ruled(chain: &TestChain, may_write: bool) -> (Register, Address) {
    let contract = chain.deploy_rules().await;
    if may_write {
        chain.appoint_mirror_of(contract).await;
    }
    let mut register = Register::of(&[chain]).await;
    register.announce(of_us(Some(asking(Level::Basic)))).await;
    register.add_rules(chain, contract).await;
    register.run_lane(chain.id(), chain.url(), policy());
    (register, contract)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_register_announces_every_chain_announces() {
    let chain = TestChain::start(31_337).await;
    let (register, contract) = ruled(&chain, true).await;
    register.until_ruled(&chain, contract).await;
    let korea: Country = "KP".parse().unwrap();
    let changes = RuleChanges {
        others: Some(asking(Level::Enhanced)),
        countries: [(korea, Some(CountryRule::BLOCKED))].into(),
    };
    register.announce(changes).await;
    register.until_ruled(&chain, contract).await;
    let rules = RuleKeys {
        others: true,
        countries: [Country::US].into(),
    };
    register
        .order(OwnerOperation::WithdrawRules { rules })
        .await;
    register.until_ruled(&chain, contract).await;
    let opened = RuleChanges {
        others: None,
        countries: [(korea, None)].into(),
    };
    register.announce(opened).await;
    register.until_ruled(&chain, contract).await;
    assert_eq!(register.trouble(chain.id()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_nobody_may_write_keep_no_wallet_waiting() {
    let chain = TestChain::start(31_337).await;
    let (register, contract) = ruled(&chain, false).await;
    let wallets = register.admit(20).await;
    register.revoke(&wallets[..5]).await;
    register.until_mirrored(&chain).await;
    assert_eq!(word(&chain, contract, US).await, RuleRecord::EMPTY);
    chain.appoint_mirror_of(contract).await;
    register.until_ruled(&chain, contract).await;
    let reverted = chain.mirror_nonce().await - chain.mirrored().await.len() as u64;
    assert_eq!(reverted, 1, "the rules alone, once they were taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_written_is_read_and_written_over() {
    let chain = TestChain::start(31_337).await;
    let (register, contract) = ruled(&chain, true).await;
    register.until_ruled(&chain, contract).await;
    // The contract's owner announces another rule, of which the register hears nothing.
    let version = word(&chain, contract, US).await.version();
    let announced = CountryRules::announceRuleCall {
        country: 840,
        terms: (1, 3, 0, false, 0).into(),
        source: B256::ZERO,
    };
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let input = announced.abi_encode().into();
    let done = node.act(owner(), Some(contract), input).await;
    done.unwrap().unwrap();
    register
        .announce(of_us(Some(asking(Level::Enhanced))))
        .await;
    register.until_ruled(&chain, contract).await;
    let written = word(&chain, contract, US).await.version();
    assert_eq!(written.0, version.0 + 2, "the first one was skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_holds_rules_against_the_register_too() {
    let chain = TestChain::start(31_337).await;
    let (mut register, contract) = ruled(&chain, true).await;
    register.follow(chain.id(), chain.url());
    register.until_ruled(&chain, contract).await;
    let withdrawn = CountryRules::withdrawRuleCall { country: 840 };
    let node = DevelopmentNode::new(chain.endpoint.clone());
    let input = withdrawn.abi_encode().into();
    let done = node.act(owner(), Some(contract), input).await;
    done.unwrap().unwrap();
    assert_eq!(word(&chain, contract, US).await.in_the_end(), None);
    let (issuer, now) = (&register.issuer, register.clock.now());
    let begun = register.store.begin_scan(issuer, chain.id().into(), 0, now);
    begun.await.unwrap();
    until("the rule is announced again", async || {
        word(&chain, contract, US).await.in_the_end() == Some(asking(Level::Basic))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_was_away_comes_to_the_rules_that_hold() {
    let folder = tempfile::tempdir().unwrap();
    let anvil = || Anvil::builder(31_337).folder(folder.path());
    let chain = TestChain::without_mirror(anvil()).await;
    chain.appoint_mirror().await;
    let (mut register, contract) = ruled(&chain, true).await;
    register.until_ruled(&chain, contract).await;
    let url = chain.url().to_owned();
    chain.stop().await;
    register.announce(of_us(Some(CountryRule::BLOCKED))).await;
    register
        .announce(of_us(Some(asking(Level::Corporate))))
        .await;
    let chain = TestChain::without_mirror(anvil()).await;
    assert_eq!(chain.url(), url);
    register.until_ruled(&chain, contract).await;
    let word = word(&chain, contract, US).await;
    let now = register.clock.now();
    assert_eq!(word.in_force(now), Some(CountryRule::BLOCKED));
    register.stop_lanes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_a_signer_writes_the_rules_too() {
    let chain = TestChain::start(31_337).await;
    let (mut register, contract) = ruled(&chain, true).await;
    register.until_ruled(&chain, contract).await;
    register.stop_lanes().await;
    let next = next_mirror();
    chain.appoint(next.address()).await;
    let owner = secrecy::SecretString::from(OWNER_KEY);
    let owner = symbolon_chain::signer::LaneSigner::from_hex(&owner).unwrap();
    symbolon_chain::deploy::appoint_mirror(&chain.endpoint, &owner, contract, next.address())
        .await
        .unwrap();
    register.run_lane_of(next, chain.id(), chain.url(), policy());
    register.announce(of_us(Some(CountryRule::BLOCKED))).await;
    register.until_ruled(&chain, contract).await;
}
