//! Blocks by which a chain is recognised after a reorganisation.

use alloy_primitives::{B256, U256};

use crate::support::{ONE, Register};

const HEAD: u64 = 3_000;
/// Blocks between two looks.
const EACH: u64 = 3;

fn hash(block: u64) -> B256 {
    B256::from(U256::from(block))
}

async fn followed() -> Register {
    let register = Register::with_customers(1).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    for block in (EACH..=HEAD).step_by(EACH as usize) {
        let noted = transaction.followed(ONE, block, Some(hash(block)));
        noted.await.unwrap();
    }
    transaction.commit().await.unwrap();
    register
}

async fn landmarks(register: &Register) -> Vec<u64> {
    let found = register.store().landmarks(&register.issuer, ONE).await;
    let found = found.unwrap().into_iter();
    found
        .map(|one| {
            assert_eq!(one.hash, hash(one.block));
            one.block
        })
        .collect()
}

#[tokio::test]
async fn few_are_kept_and_none_is_far_from_what_is_undone() {
    let register = followed().await;
    let landmarks = landmarks(&register).await;
    assert!(landmarks.len() <= 30, "{landmarks:?}");
    assert_eq!(landmarks[0], HEAD);
    for depth in 1..HEAD / 2 {
        let fork = HEAD - depth;
        let known = landmarks.iter().find(|block| **block <= fork).unwrap();
        assert!(fork - known <= 3 * depth + EACH, "{depth}: {known}");
    }
}

#[tokio::test]
async fn after_a_reorganisation_the_chain_is_followed_from_the_one_that_stands() {
    let register = followed().await;
    let before = landmarks(&register).await;
    let fork = before[3];
    let (store, issuer) = (register.store(), &register.issuer);
    let mut transaction = store.begin(issuer).await.unwrap();
    assert_eq!(transaction.reopen(ONE, fork).await.unwrap(), 0);
    transaction.commit().await.unwrap();
    assert_eq!(landmarks(&register).await, before[3..]);
    let followed = store.followed(issuer, ONE).await.unwrap().unwrap();
    assert_eq!((followed.block, followed.hash), (fork, Some(hash(fork))));
    assert_eq!(store.reopened(issuer, ONE).await.unwrap(), 1);
}
