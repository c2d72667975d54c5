//! What a node says of a batch before it is sent.

use alloy_primitives::Address;
use symbolon_chain::{finality::Finality, lane::LaneClient};
use symbolon_core::{
    log::Head,
    mirror::{
        batch::{Batch, Upsert},
        fees::Gas,
        lane::Estimate,
        record::WalletRecord,
    },
    wallet::{Version, WalletAddress},
};
use symbolon_testkit::chain::{TestChain, mirror, next_mirror};

const ENOUGH: Gas = Gas(1_000_000);

fn approvals(wallets: u8) -> Batch {
    let upsert = |n| Upsert {
        wallet: WalletAddress::new(Address::repeat_byte(n)).unwrap(),
        record: WalletRecord::tombstone(Version(1))
            .with_identity(Address::repeat_byte(200))
            .with_approval(true),
    };
    Batch::Upsert((1..=wallets).map(upsert).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_at_fault_is_told_from_a_registry_that_takes_nothing() {
    let chain = TestChain::start(31_337).await;
    let of = |signer| {
        LaneClient::new(
            chain.endpoint.clone(),
            signer,
            chain.registry,
            Finality::by_depth(1),
        )
    };
    let (lane, stranger) = (of(mirror()), of(next_mirror()));
    let head = Head::default();
    let batch = approvals(10);
    assert_eq!(lane.estimate(head, &batch, ENOUGH).await, Estimate::Passes);
    let too_little = Gas(100_000);
    assert_eq!(
        lane.estimate(head, &batch, too_little).await,
        Estimate::Refused
    );
    assert_eq!(
        lane.estimate(head, &approvals(1), too_little).await,
        Estimate::Passes
    );
    assert_eq!(
        stranger.estimate(head, &batch, ENOUGH).await,
        Estimate::Unknown
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inspection_reads_a_block_that_counts() {
    let chain = TestChain::start(31_337).await;
    let lane = LaneClient::new(
        chain.endpoint.clone(),
        mirror(),
        chain.registry,
        Finality::by_depth(2),
    );
    let nobody = [WalletAddress::new(Address::repeat_byte(9)).unwrap()];
    chain.mine().await;
    chain.mine().await;
    let inspection = lane.inspect(&nobody).await.unwrap();
    assert_eq!(inspection.block_number + 1, chain.height().await);
    assert_eq!(inspection.records, [(nobody[0], WalletRecord::EMPTY)]);
}
