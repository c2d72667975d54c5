//! What contracts beside a registry are owed, told, and seen to hold.

use alloy_primitives::{Address, B256, Bytes, U256};
use symbolon_core::{
    federation::OwnerOperation,
    investor::Level,
    mirror::{
        batch::Batch,
        companion::{Companion, CompanionKey, PendingErrand},
        fees::{Gas, GasPrice, Wei},
        lane::{Attempt, Envelope, Inspection, Nonce, Outcome, Receipt, Signed},
        plan::Discharge,
    },
    time::UnixMillis,
    transfer_rules::{CountryRule, RuleChanges, record::RuleRecord},
};
use symbolon_store::{KnownCompanion, Unread};

use crate::{
    lane::SIGNER,
    support::{NOW, ONE, Register, TWO},
};

const CONTRACT: Address = Address::repeat_byte(0x88);
const BLOCK: u64 = 10;

fn key(country: &str) -> CompanionKey {
    CompanionKey::Rule(Some(country.parse().unwrap()))
}

fn asking(level: Level) -> Option<CountryRule> {
    Some(CountryRule {
        least_level: Some(level),
        ..CountryRule::OPEN
    })
}

impl Register {
    async fn with_rules_contract() -> Self {
        let register = Self::empty().await;
        register.add_rules_contract(CONTRACT).await;
        register
    }

    async fn add_rules_contract(&self, contract: Address) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let known = KnownCompanion {
            registry: ONE,
            companion: Companion::Rules,
            contract,
        };
        transaction.add_companion(&known).await.unwrap();
        transaction.commit().await.unwrap();
    }

    async fn announce(&self, country: &str, rule: Option<CountryRule>) {
        let countries = [(country.parse().unwrap(), rule)].into();
        let changes = RuleChanges {
            others: None,
            countries,
        };
        let operation = OwnerOperation::AnnounceRules { changes };
        self.propose(operation).await.unwrap();
    }

    async fn errands(&self) -> (Vec<PendingErrand>, Vec<Unread>) {
        let lease = self.lease(ONE).await;
        let (pulled, unread) = self
            .store()
            .pull_errands(&lease, &ONE.into(), None, 100, NOW)
            .await
            .unwrap();
        (pulled.errands, unread)
    }

    /// What is owed where the contract holds nothing.
    async fn errands_of_an_empty_contract(&self) -> Vec<PendingErrand> {
        self.read(BLOCK, U256::ZERO).await;
        self.errands().await.0
    }

    /// The contract was read, and holds this wherever nobody knew.
    async fn read(&self, block: u64, word: U256) {
        let unread = self.errands().await.1;
        let lease = self.lease(ONE).await;
        for Unread { contract, keys } in unread {
            assert_eq!(contract, CONTRACT);
            let words: Vec<_> = keys.into_iter().map(|key| (key, word)).collect();
            self.store()
                .note_companion(&lease, block, &words)
                .await
                .unwrap();
        }
    }

    async fn tell_companion(&self, nonce: u64, errands: &[PendingErrand]) -> Signed {
        let writes = errands.iter().map(|one| one.write.unwrap().entry);
        let call = writes.clone().next().unwrap().call();
        let signed = Signed {
            envelope: Envelope {
                nonce: Nonce(nonce),
                attempt: Attempt(0),
                gas_limit: Gas(9_000_000),
                price: GasPrice {
                    max_fee: Wei(7),
                    priority_fee: Wei(1),
                },
                head: self.store().head(&self.issuer).await.unwrap(),
                batch: Batch::Companion(call.batch(CONTRACT, writes)),
                discharge: Discharge {
                    errands: errands.to_vec(),
                    ..Discharge::default()
                },
            },
            hash: B256::repeat_byte(nonce as u8 + 1),
            raw: Bytes::from_static(&[2, 3, 5]),
            stored_at: UnixMillis(NOW.0 * 1000),
        };
        let lease = self.lease(ONE).await;
        let stored = self.store().store_signed(&lease, SIGNER, &signed).await;
        stored.unwrap();
        signed
    }

    async fn end(&self, nonce: u64, outcome: Outcome) {
        let lease = self.lease(ONE).await;
        let ended = [(Nonce(nonce), outcome)];
        let settled = self
            .store()
            .settle(&lease, &ONE.into(), SIGNER, &ended, NOW)
            .await;
        settled.unwrap();
    }
}

fn mined(block_number: u64, succeeded: bool) -> Outcome {
    let receipt = Receipt {
        attempt: Attempt(0),
        block_number,
        succeeded,
        gas_used: Gas(21_000),
        fee: Default::default(),
        records: Vec::new(),
        authorities: Vec::new(),
    };
    match succeeded {
        true => Outcome::Mined(receipt),
        false => Outcome::Failed(receipt),
    }
}

#[tokio::test]
async fn what_a_contract_holds_is_read_before_it_is_told() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    let (errands, unread) = register.errands().await;
    assert_eq!(errands, []);
    assert_eq!(unread[0].keys, [key("US")]);
    let errands = register.errands_of_an_empty_contract().await;
    let write = errands[0].write.unwrap();
    assert_eq!(write.contract, CONTRACT);
    let symbolon_core::mirror::companion::CompanionEntry::AnnounceRule(announced) = write.entry
    else {
        panic!("{write:?}");
    };
    let head = register.store().head(&register.issuer).await.unwrap();
    assert_eq!(announced.source, head.hash, "the entry that announced it");
}

#[tokio::test]
async fn denials_are_told_first_and_other_chains_of_nothing() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    register.announce("KP", Some(CountryRule::BLOCKED)).await;
    let errands = register.errands_of_an_empty_contract().await;
    let keys: Vec<_> = errands.iter().map(|one| one.errand.key).collect();
    assert_eq!(keys, [key("KP"), key("US")]);
    let lease = register.lease(TWO).await;
    let elsewhere = register
        .store()
        .pull_errands(&lease, &ONE.into(), None, 100, NOW)
        .await
        .unwrap();
    assert_eq!((elsewhere.0.errands, elsewhere.1), (vec![], vec![]));
}

#[tokio::test]
async fn a_contract_that_is_added_later_is_owed_all_rules() {
    let register = Register::empty().await;
    register.announce("US", asking(Level::Basic)).await;
    register.announce("KP", Some(CountryRule::BLOCKED)).await;
    register
        .add_rules_contract(Address::repeat_byte(0x99))
        .await;
    register.add_rules_contract(CONTRACT).await;
    let errands = register.errands_of_an_empty_contract().await;
    assert_eq!(errands.len(), 2);
    assert!(errands.iter().all(|one| one.write.is_some()));
    let known = register.store().companions(&register.issuer).await.unwrap();
    assert_eq!(known[0].contract, CONTRACT, "the last one counts");
}

#[tokio::test]
async fn what_is_stored_is_owed_no_more_until_it_has_ended() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    let errands = register.errands_of_an_empty_contract().await;
    let becomes = errands[0].write.unwrap().becomes;
    register.tell_companion(0, &errands).await;
    assert_eq!(register.errands().await, (vec![], vec![]));
    register.end(0, mined(BLOCK + 5, true)).await;
    let (errands, unread) = register.errands().await;
    assert_eq!((errands.len(), unread[0].keys.len()), (0, 1));
    // A node that lags behind says nothing of it.
    register.read(BLOCK + 4, U256::ZERO).await;
    assert_eq!(register.errands().await.1.len(), 1);
    register.read(BLOCK + 5, becomes).await;
    let (errands, _) = register.errands().await;
    assert_eq!(errands[0].write, None, "it has come to the register's rule");
    let discharge = Discharge {
        errands,
        ..Discharge::default()
    };
    let lease = register.lease(ONE).await;
    register
        .store()
        .discharge(&lease, &discharge)
        .await
        .unwrap();
    assert_eq!(register.errands().await, (vec![], vec![]));
}

#[tokio::test]
async fn whatever_came_to_nothing_is_told_again() {
    for outcome in [mined(BLOCK, false), Outcome::Dropped(Inspection::default())] {
        let register = Register::with_rules_contract().await;
        register.announce("US", asking(Level::Basic)).await;
        let errands = register.errands_of_an_empty_contract().await;
        register.tell_companion(0, &errands).await;
        register.end(0, outcome).await;
        let again = register.errands_of_an_empty_contract().await;
        assert_eq!(
            again[0].write.unwrap().entry,
            errands[0].write.unwrap().entry
        );
    }
}

#[tokio::test]
async fn a_change_that_comes_between_is_not_lost() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    let stale = register.errands_of_an_empty_contract().await;
    register.announce("US", Some(CountryRule::BLOCKED)).await;
    register.tell_companion(0, &stale).await;
    let (errands, _) = register.errands().await;
    let write = errands[0].write.unwrap();
    assert!(write.is_denial);
    assert_eq!(write.entry.version().0, 2, "upon what is under way");
    register.tell_companion(1, &errands).await;
    // The first one's end is not the second's.
    register.end(0, mined(BLOCK, true)).await;
    let (errands, unread) = register.errands().await;
    assert_eq!((errands[0].write, unread.len()), (None, 0));
    register.end(1, mined(BLOCK, true)).await;
    assert_eq!(register.errands().await.1.len(), 1);
}

#[tokio::test]
async fn what_is_told_in_two_steps_is_owed_until_the_second() {
    let register = Register::with_rules_contract().await;
    register.announce("US", Some(CountryRule::BLOCKED)).await;
    register.announce("US", asking(Level::Enhanced)).await;
    let errands = register.errands_of_an_empty_contract().await;
    assert!(errands[0].write.unwrap().is_denial);
    register.tell_companion(0, &errands).await;
    let (errands, _) = register.errands().await;
    let write = errands[0].write.unwrap();
    assert!(!write.is_denial && write.is_last);
    assert_eq!(write.entry.version().0, 2);
    register.tell_companion(1, &errands).await;
    assert_eq!(register.errands().await, (vec![], vec![]));
}

#[tokio::test]
async fn a_block_that_the_register_has_forgotten_stays() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    let errands = register.errands_of_an_empty_contract().await;
    register.tell_companion(0, &errands).await;
    register.end(0, mined(BLOCK, true)).await;
    let blocked = RuleRecord(errands[0].write.unwrap().becomes)
        .blocked(errands[0].write.unwrap().entry.version());
    register.read(BLOCK, blocked.0).await;
    let (errands, _) = register.errands().await;
    assert_eq!(errands[0].write, None);
    let known = register.store();
    let known = known.companions_on_chains(&register.issuer, Companion::Rules);
    assert_eq!(
        known.await.unwrap()[0].observed,
        Some(blocked.0),
        "people see it"
    );
}

/// The first transaction that opens a blocked country never was carried out: nobody
/// has blocked it since.
#[tokio::test]
async fn a_country_that_was_opened_in_vain_is_opened_again() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    let blocked = RuleRecord::EMPTY.blocked(symbolon_core::wallet::Version(4));
    register.read(BLOCK, blocked.0).await;
    let (errands, _) = register.errands().await;
    register.tell_companion(0, &errands).await;
    register
        .end(0, Outcome::Dropped(Inspection::default()))
        .await;
    register.read(BLOCK, blocked.0).await;
    let (again, _) = register.errands().await;
    assert_eq!(again[0].write, errands[0].write);
}

#[tokio::test]
async fn while_decisions_may_be_lost_companions_hear_of_denials_alone() {
    let register = Register::with_rules_contract().await;
    register.announce("US", asking(Level::Basic)).await;
    register.announce("KP", Some(CountryRule::BLOCKED)).await;
    register
        .tamper("UPDATE chain SET approvals_held = true WHERE registry_id = 31338")
        .await;
    let errands = register.errands_of_an_empty_contract().await;
    let keys: Vec<_> = errands.iter().map(|one| one.errand.key).collect();
    assert_eq!(keys, [key("KP")]);
}
