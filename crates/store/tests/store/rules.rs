//! Transfer rules as they are stored, and the tokens that they are rehearsed with.

use alloy_primitives::Address;
use symbolon_core::{
    federation::OwnerOperation,
    investor::Level,
    transfer_rules::{CountryRule, HolderCap, RULES_WAIT_SECONDS, RuleChanges, RuleKeys},
};
use symbolon_store::{AuditError, KnownToken, StateDifference, StoreError};

use crate::support::{NOW, ONE, Register, TWO, issuer, open};

const TOKEN: Address = Address::repeat_byte(0x70);

fn changes() -> RuleChanges {
    let full = CountryRule {
        least_level: Some(Level::Corporate),
        least_accreditation: symbolon_core::investor::Accreditation::from_rating(5),
        no_us_persons: true,
        holder_cap: Some(HolderCap(2_000_000_000)),
        ..CountryRule::OPEN
    };
    RuleChanges {
        others: Some(full),
        countries: [
            ("KP".parse().unwrap(), Some(CountryRule::BLOCKED)),
            ("US".parse().unwrap(), Some(full)),
        ]
        .into(),
    }
}

async fn announced() -> Register {
    let register = Register::empty().await;
    let changes = changes();
    let operation = OwnerOperation::AnnounceRules { changes };
    let decision = register.propose(operation).await.unwrap();
    let stored = register.store().rules(&register.issuer).await.unwrap();
    assert_eq!(stored, decision.federation.rules);
    register
}

#[tokio::test]
async fn what_is_announced_is_stored_with_its_time() {
    let register = announced().await;
    let rules = register.store().rules(&register.issuer).await.unwrap();
    let us = rules.standing(Some("US".parse().unwrap()));
    assert_eq!(us.rule, None);
    assert_eq!(us.announced.unwrap().from.0, NOW.0 + RULES_WAIT_SECONDS);
    let countries = ["US".parse().unwrap()].into();
    let rules = RuleKeys {
        others: true,
        countries,
    };
    let operation = OwnerOperation::WithdrawRules { rules };
    register.propose(operation).await.unwrap();
    let rules = register.store().rules(&register.issuer).await.unwrap();
    assert_eq!(rules.in_the_end().others, CountryRule::OPEN);
    assert_eq!(
        rules.in_the_end().countries.len(),
        1,
        "what is blocked stays"
    );
    register.store().verify_log(&register.issuer).await.unwrap();
}

#[tokio::test]
async fn a_rule_that_was_edited_is_found() {
    let register = announced().await;
    register
        .tamper("UPDATE country_rule SET rule = 1 WHERE country = 408")
        .await;
    let found = register.store().verify_log(&register.issuer).await;
    assert!(
        matches!(found, Err(AuditError::State(StateDifference::Federation))),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_row_that_is_no_rule_is_damage() {
    let register = announced().await;
    register
        .tamper("UPDATE country_rule SET rule = 3 WHERE country = 408")
        .await;
    let read = register.store().rules(&register.issuer).await;
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
}

#[tokio::test]
async fn tokens_are_known_to_their_issuer_alone() {
    let register = Register::empty().await;
    let (store, other) = (register.store(), issuer("bravo"));
    open(store, &other).await;
    for (registry, first_block) in [(ONE, 3), (TWO, 7), (ONE, 5)] {
        let mut transaction = store.begin(&register.issuer).await.unwrap();
        let known = KnownToken {
            registry,
            token: TOKEN,
            first_block,
        };
        transaction.add_token(&known).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let known = store.tokens(&register.issuer).await.unwrap();
    let blocks: Vec<_> = known.iter().map(|one| one.first_block).collect();
    assert_eq!(blocks, [5, 7]);
    assert_eq!(store.tokens(&other).await.unwrap(), []);
    let mut transaction = store.begin(&other).await.unwrap();
    let forgotten = transaction.forget_token(TOKEN).await;
    assert!(matches!(forgotten, Err(StoreError::NotFound { .. })));
    drop(transaction);
    let mut transaction = store.begin(&register.issuer).await.unwrap();
    transaction.forget_token(TOKEN).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.tokens(&register.issuer).await.unwrap(), []);
}
