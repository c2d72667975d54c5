//! Nodes that are down, slow, of another chain, or weary.

use alloy::primitives::keccak256;
use symbolon_chain::ChainError;
use symbolon_core::mirror::lane::Broadcast;

use crate::node::{FakeNode, Mood, Play, promptly, start, through};

fn honest() -> Play {
    Play::default()
}

fn in_mood(mood: Mood) -> Play {
    Play { mood, ..honest() }
}

#[tokio::test]
async fn nobody_waits_for_a_node_that_hangs() {
    let nodes = start([in_mood(Mood::Hanging), honest(), honest()]).await;
    let endpoint = through(&nodes);
    promptly(async {
        endpoint.check_chain().await.unwrap();
        assert_eq!(endpoint.head().await.unwrap().number, 10);
        assert_eq!(endpoint.broadcast(&[1]).await, Broadcast::Accepted);
    })
    .await;
}

#[tokio::test]
async fn with_too_few_nodes_nothing_goes_on() {
    let nodes = start([in_mood(Mood::Broken), in_mood(Mood::Broken), honest()]).await;
    let endpoint = through(&nodes);
    let error = endpoint.head().await.unwrap_err();
    assert!(matches!(error, ChainError::TooFewNodes(_)), "{error}");
    assert!(error.is_alarm());
    // One of them is well again, and is asked though it was left out.
    nodes[0].change(|play| play.mood = Mood::Answering);
    assert_eq!(endpoint.head().await.unwrap().number, 10);
}

#[tokio::test]
async fn a_node_that_failed_is_asked_for_its_chain_again() {
    let nodes = start([honest(), honest(), honest()]).await;
    let endpoint = through(&nodes);
    endpoint.head().await.unwrap();
    nodes[0].change(|play| play.mood = Mood::Broken);
    nodes[1].change(|play| play.mood = Mood::Broken);
    endpoint.head().await.unwrap_err();
    let asked = nodes[0].asked("eth_chainId");
    // Another chain took its place.
    nodes[0].change(|play| {
        play.mood = Mood::Answering;
        play.chain = 78;
    });
    nodes[1].change(|play| play.mood = Mood::Answering);
    assert_eq!(endpoint.head().await.unwrap().number, 10);
    assert!(nodes[0].asked("eth_chainId") > asked);
}

#[tokio::test]
async fn a_node_of_another_chain_is_not_used() {
    let stray = || Play {
        chain: 78,
        head: 99,
        ..honest()
    };
    let nodes = start([stray(), honest(), honest()]).await;
    let endpoint = through(&nodes);
    endpoint.check_chain().await.unwrap();
    assert_eq!(endpoint.head().await.unwrap().number, 10);
    assert_eq!(endpoint.broadcast(&[1]).await, Broadcast::Accepted);
    assert_eq!(nodes[0].asked("eth_getBlockByNumber"), 0);
    assert_eq!(nodes[0].asked("eth_sendRawTransaction"), 0);

    let two_astray = through(&start([stray(), stray(), honest()]).await);
    let error = two_astray.check_chain().await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { .. }), "{error}");
    let error = two_astray.head().await.unwrap_err();
    assert!(matches!(error, ChainError::TooFewNodes(_)), "{error}");
}

#[tokio::test]
async fn a_node_that_asks_to_be_left_alone_is() {
    let nodes = start([in_mood(Mood::Limiting(3_600)), honest(), honest()]).await;
    let endpoint = through(&nodes);
    endpoint.check_chain().await.unwrap();
    let met = || nodes[0].asked("eth_chainId") == 1;
    while !met() {
        tokio::task::yield_now().await;
    }
    // The others fall silent: not even that is a reason to ask it again.
    nodes[1].change(|play| play.mood = Mood::Broken);
    for _ in 0..5 {
        endpoint.head().await.unwrap_err();
    }
    assert!(met());
}

#[tokio::test]
async fn any_node_that_takes_a_transaction_suffices() {
    let refusing = |words| Play {
        refuses: Some(words),
        ..honest()
    };
    let sent = async |plays: Vec<Play>| {
        let nodes = start(plays).await;
        through(&nodes).broadcast(&[1, 2]).await
    };
    for (plays, outcome) in [
        (
            vec![honest(), refusing("nonce too low"), in_mood(Mood::Broken)],
            Broadcast::Accepted,
        ),
        (
            vec![in_mood(Mood::Broken), refusing("already known")],
            Broadcast::Known,
        ),
        (
            vec![
                refusing("insufficient funds"),
                refusing("replacement transaction underpriced"),
                refusing("no"),
            ],
            Broadcast::Underpriced,
        ),
        (
            vec![in_mood(Mood::Broken), in_mood(Mood::Broken)],
            Broadcast::Unreachable,
        ),
    ] {
        assert_eq!(sent(plays).await, outcome);
    }
    let endpoint = through(&start([honest(), honest()]).await);
    let hash = endpoint.send_raw(&[1, 2]).await.unwrap();
    assert_eq!(hash, keccak256([1, 2]), "whatever nodes call it");
}

#[tokio::test]
async fn what_one_took_reaches_the_others_too() {
    let nodes: Vec<FakeNode> = start([honest(), honest(), honest()]).await;
    let endpoint = through(&nodes);
    endpoint.broadcast(&[1]).await;
    promptly(async {
        while nodes
            .iter()
            .any(|node| node.asked("eth_sendRawTransaction") == 0)
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
