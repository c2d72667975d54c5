//! What m of n say is believed, and nothing else.

use alloy::{
    primitives::{Address, B256},
    providers::Provider,
};
use serde_json::Value;
use symbolon_chain::{ChainError, endpoint::Endpoint, quorum::Nodes};
use symbolon_core::mirror::fees::Wei;

use crate::node::{CHAIN, Mood, Play, receipt, start, through};

fn honest() -> Play {
    Play::default()
}

fn at(head: u64) -> Play {
    Play { head, ..honest() }
}

fn forked(fork: u8) -> Play {
    Play { fork, ..honest() }
}

fn with_receipt(receipt: Value) -> Play {
    Play {
        receipt,
        ..honest()
    }
}

fn dead() -> Play {
    Play {
        mood: Mood::Broken,
        ..honest()
    }
}

/// What is read of a receipt: its block, and how many logs it has.
async fn receipt_of(plays: [Play; 3]) -> Result<Option<(u64, usize)>, ChainError> {
    let endpoint = through(&start(plays).await);
    let found = endpoint.receipt(B256::ZERO).await?;
    Ok(found.map(|found| (found.block_number().unwrap(), found.logs.len())))
}

#[tokio::test]
async fn the_head_is_the_newest_that_enough_have() {
    for (heads, agreed) in [
        ([10, 10, 10], 10),
        ([10, 9, 10], 10),
        ([10, 9, 8], 9),
        ([1_000_000, 9, 10], 10),
        ([0, 10, 9], 9),
    ] {
        let endpoint = through(&start(heads.map(at)).await);
        assert_eq!(endpoint.head().await.unwrap().number, agreed, "{heads:?}");
    }
    let endpoint = through(&start([10, 9, 8].map(at)).await);
    assert_eq!(endpoint.finalized().await.unwrap(), Some(4));
    let number = endpoint.provider().get_block_number().await;
    assert_eq!(number.unwrap(), 9);
}

#[tokio::test]
async fn one_liar_about_a_block_is_outvoted_and_three_forks_are_a_disagreement() {
    let endpoint = through(&start([forked(1), honest(), honest()]).await);
    assert_eq!(endpoint.head().await.unwrap().number, 10);

    let nodes = start([forked(0), forked(1), forked(2)]).await;
    let error = through(&nodes).head().await.unwrap_err();
    assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
    assert!(error.is_alarm());
    let message = error.to_string();
    assert!(message.contains("http://127.0.0.1:"), "{message}");
    assert!(
        !message.contains("secret") && !message.contains("/key"),
        "{message}"
    );
}

#[tokio::test]
async fn receipts_are_what_enough_nodes_show() {
    let truth = || with_receipt(receipt(8, 1));
    let none = || with_receipt(Value::Null);
    let forged = || with_receipt(receipt(8, 2));
    let of = receipt_of;
    assert_eq!(
        of([forged(), truth(), truth()]).await.unwrap(),
        Some((8, 1))
    );
    assert_eq!(
        of([none(), truth(), truth()]).await.unwrap(),
        Some((8, 1)),
        "it is hidden"
    );
    assert_eq!(
        of([truth(), none(), none()]).await.unwrap(),
        None,
        "nobody else has it"
    );
    assert_eq!(of([dead(), truth(), truth()]).await.unwrap(), Some((8, 1)));

    let error = of([forged(), truth(), none()]).await.unwrap_err();
    assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
    let error = of([truth(), none(), dead()]).await.unwrap_err();
    assert!(matches!(error, ChainError::TooFewNodes(_)), "{error}");
}

#[tokio::test]
async fn what_is_asked_of_the_newest_block_is_asked_of_the_agreed_one() {
    let liar = Play {
        nonce: 99,
        ..honest()
    };
    let late = at(9);
    let endpoint = through(&start([liar.clone(), late, honest()]).await);
    // The late one would refuse a block that it does not have.
    let error = endpoint.mined_nonce(Address::ZERO).await.unwrap_err();
    assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
    let endpoint = through(&start([liar, honest(), honest()]).await);
    assert_eq!(endpoint.mined_nonce(Address::ZERO).await.unwrap(), 3);
}

#[tokio::test]
async fn no_liar_moves_a_fee_beyond_its_neighbours() {
    let head = through(&start([honest(), honest(), honest()]).await);
    let head = head.head().await.unwrap();
    for (tips, agreed) in [([1_000_000, 100, 90], 100), ([0, 100, 90], 90)] {
        let plays = tips.map(|tip| Play { tip, ..honest() });
        let endpoint = through(&start(plays).await);
        assert_eq!(endpoint.market(head).await.tip, Wei(agreed), "{tips:?}");
    }
}

#[tokio::test]
async fn two_of_two_is_everybody_and_one_of_two_is_anybody() {
    let nodes = start([forked(1), honest()]).await;
    let urls: Vec<_> = nodes.iter().map(|node| node.url.clone().into()).collect();
    let all = Endpoint::through(&Nodes::new(&urls, None).unwrap(), CHAIN);
    let error = all.head().await.unwrap_err();
    assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
    let any = Nodes::new(&urls, std::num::NonZeroUsize::new(1)).unwrap();
    assert!(Endpoint::through(&any, CHAIN).head().await.is_ok());
    let error = Nodes::new(&urls, std::num::NonZeroUsize::new(3)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 of 2 nodes cannot agree: ask for fewer, or name more nodes"
    );
    assert!(!format!("{any:?}").contains("secret"));
}
