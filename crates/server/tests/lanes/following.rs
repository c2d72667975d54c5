//! Chains are read for what others wrote there, through nodes that give few logs
//! at a time, or none.

use serde_json::json;
use symbolon_testkit::chain::TestChain;

use crate::{
    proxy::{Logs, Proxy},
    register::{Register, policy, until},
};

/// Blocks of the chain that is followed.
const BLOCKS: u64 = 1_000;

async fn long_chain() -> TestChain {
    let chain = TestChain::start(31_337).await;
    // The node takes its time over each.
    const AT_ONCE: u64 = 100;
    for _ in 0..BLOCKS / AT_ONCE {
        chain.ask("anvil_mine", json!([AT_ONCE])).await;
    }
    chain
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_gives_few_logs_at_a_time_is_read_to_the_end() {
    let chain = long_chain().await;
    let proxy = Proxy::before(&chain).await;
    proxy.give(Logs {
        blocks: 100,
        through: u64::MAX,
    });
    let mut register = Register::of(&[&chain]).await;
    register.follow(chain.id(), &proxy.url);
    until("all is read", async || {
        register.next_block(chain.id()).await > BLOCKS
    })
    .await;
    assert_eq!(register.trouble(chain.id()).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_before_a_failure_stays_read_and_people_are_told() {
    let chain = long_chain().await;
    let proxy = Proxy::before(&chain).await;
    let given = 567;
    proxy.give(Logs {
        blocks: u64::MAX,
        through: given,
    });
    let mut register = Register::of(&[&chain]).await;
    register.run_lane(chain.id(), &proxy.url, policy());
    register.follow(chain.id(), &proxy.url);
    until("the failure is told", async || {
        register.trouble(chain.id()).await.is_some()
    })
    .await;
    let trouble = register.trouble(chain.id()).await.unwrap();
    assert!(
        trouble.starts_with("recoveries by tokens are not taken in: ")
            && trouble.contains("more logs than this node gives"),
        "{trouble}"
    );
    // Spans as narrow as 50 blocks were read up to there, and stay read.
    let next = register.next_block(chain.id()).await;
    assert!((given - 50..=given + 1).contains(&next), "{next}");

    // The lane is well, says so, and hides nothing.
    register.admit(3).await;
    register.until_mirrored(&chain).await;
    until("the lane has noted that it is well", async || {
        let status = register.status(chain.id()).await;
        status.updated.is_some() && status.last_error.is_none()
    })
    .await;
    assert!(register.trouble(chain.id()).await.is_some());

    proxy.give(Logs {
        blocks: u64::MAX,
        through: u64::MAX,
    });
    until("all is read", async || {
        register.next_block(chain.id()).await > BLOCKS
    })
    .await;
    until("the failure is over", async || {
        register.trouble(chain.id()).await.is_none()
    })
    .await;
}
