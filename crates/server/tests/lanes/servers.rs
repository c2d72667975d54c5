//! Two servers on one database, as far as one process can play them. Killed and
//! stopped ones are in the command's own tests.

use std::time::{Duration, Instant};

use symbolon_server::{Clock, Wake, jobs};
use symbolon_store::Store;
use symbolon_testkit::chain::{TestChain, mirror};
use tokio_util::sync::CancellationToken;

use crate::register::{Register, policy, until};

/// PostgreSQL says so: nothing else of the one server reaches the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_decides_wakes_the_lanes_of_another() {
    let register = Register::of(&[]).await;
    let elsewhere = Store::connect(&register.database.url, 4).await.unwrap();
    let (wake, stop) = (Wake::new(), CancellationToken::new());
    let bell = tokio::sync::Mutex::new(wake.subscribe());
    let mut running = jobs::spawn(&elsewhere, Vec::new(), &Clock::system(), &wake, &stop);
    until("the bell rings there", async || {
        // Again, since the other server may not have listened yet.
        register.admit(1).await;
        let rung = bell.lock().await.try_recv();
        rung.is_ok_and(|issuer| issuer == register.issuer)
    })
    .await;
    stop.cancel();
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    elsewhere.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lives_keeps_its_lane_beyond_the_lease() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    register.lease = Duration::from_millis(500);
    register.run_lane(chain.id(), chain.url(), policy());
    let since = async || {
        let known = register.store.chain(&register.issuer, chain.id()).await;
        known.unwrap().driver.map(|driver| driver.since)
    };
    until("a lane drives", async || since().await.is_some()).await;
    let (begun, taken) = (Instant::now(), since().await);
    until("several leases would have ended", async || {
        begun.elapsed() > 6 * register.lease
    })
    .await;
    assert_eq!(since().await, taken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_stops_hands_over_at_once_and_nothing_is_sent_twice() {
    let chain = TestChain::start(31_337).await;
    let mut register = Register::of(&[&chain]).await;
    let driver = async |register: &Register| {
        let chain = register.store.chain(&register.issuer, chain.id()).await;
        chain.unwrap().driver
    };
    let mut wallets = Vec::new();
    for turn in 0..6 {
        register.run_lane(chain.id(), chain.url(), policy());
        wallets.extend(register.admit(20).await);
        until("a lane drives", async || driver(&register).await.is_some()).await;
        // The next server waits while this one works.
        let before = std::mem::take(&mut register.stop);
        register.run_lane(chain.id(), chain.url(), policy());
        register.revoke(&wallets[turn * 20..turn * 20 + 2]).await;
        before.cancel();
        let _ = register.lanes.join_next().await;
        until("the next one drives", async || {
            driver(&register).await.is_some()
        })
        .await;
        register.stop_lanes().await;
        assert_eq!(driver(&register).await, None, "it is given back");
    }
    register.run_lane_of(mirror(), chain.id(), chain.url(), policy());
    register.until_mirrored(&chain).await;
    let mined = chain.mirrored().await;
    let versions = mined
        .iter()
        .flat_map(|mined| mined.batch.as_ref().unwrap().versions());
    let mut versions: Vec<_> = versions.collect();
    versions.sort();
    let sent = versions.len();
    versions.dedup();
    assert_eq!(versions.len(), sent, "each version was mined once");
}
