//! Logs of many blocks from nodes that bound them, each in its own words, and
//! from one that leaves some out.

use alloy::primitives::Address;
use symbolon_chain::{ChainError, agents::recoveries, spans::Span};

use crate::node::{FakeNode, Mood, Play, promptly, receipt, start, through};

/// Busy blocks whose logs nobody else has.
const BUSY: [u64; 4] = [2, 5, 5, 9];

fn honest() -> Play {
    Play {
        receipt: receipt(8, 0),
        logs: BUSY.to_vec(),
        ..Play::default()
    }
}

fn truncating() -> Play {
    Play {
        logs: vec![2],
        ..honest()
    }
}

/// Reads all blocks, and says how many there were at first.
async fn read(nodes: &[FakeNode]) -> Result<u64, ChainError> {
    let (endpoint, mut span) = (through(nodes), Span::default());
    let (mut from, mut first) = (1, None);
    while from <= 10 {
        let read = recoveries(&endpoint, Address::ZERO, from, 10, &mut span).await?;
        first.get_or_insert(read.through);
        from = read.through + 1;
    }
    Ok(first.unwrap())
}

#[tokio::test]
async fn whatever_words_refuse_a_span_a_narrower_one_is_asked_for() {
    for too_many in [
        "query returned more than 10000 results",
        "block range is too wide",
        "exceed maximum block range: 1",
        "eth_getLogs is limited to a 1 range",
        "Log response size exceeded",
    ] {
        let node = Play {
            most_blocks: 1,
            too_many,
            ..honest()
        };
        let nodes = start([node]).await;
        assert_eq!(read(&nodes).await.unwrap(), 1, "{too_many}");
        let transactions = nodes[0].asked("eth_getTransactionReceipt");
        assert_eq!(transactions, 3, "of all blocks");
    }
}

#[tokio::test]
async fn logs_that_one_node_leaves_out_are_not_lost() {
    let nodes = start([truncating(), honest(), honest()]).await;
    assert_eq!(read(&nodes).await.unwrap(), 10);
    let dead = Play {
        mood: Mood::Broken,
        ..honest()
    };
    let error = read(&start([truncating(), dead, honest()]).await).await;
    let error = error.unwrap_err();
    assert!(matches!(error, ChainError::Disagreement { .. }), "{error}");
}

#[tokio::test]
async fn a_node_that_gives_little_still_tells_who_lies() {
    let narrow = Play {
        most_blocks: 1,
        ..honest()
    };
    let nodes = start([truncating(), narrow, honest()]).await;
    let first = read(&nodes).await.unwrap();
    assert!(first < 5, "two agree where nothing is left out");
    promptly(async {
        while nodes[2].asked("eth_getTransactionReceipt") < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_node_that_is_behind_is_not_taken_at_its_silence() {
    let late = Play {
        head: 4,
        logs: vec![2],
        ..honest()
    };
    let nodes = start([late, honest(), honest()]).await;
    assert_eq!(read(&nodes).await.unwrap(), 10);
}
