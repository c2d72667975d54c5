//! Several servers on one database: each lane has one driver, whoever of them
//! dies, is stopped or is restarted, and no revocation waits for the others.

use std::time::Duration;

use symbolon_core::wallet::WalletAddress;
use symbolon_store::LaneDriver;
use symbolon_testkit::chain::TestChain;
use tokio::time::Instant;

use crate::{
    book::{Book, made_up},
    client::{Api, Errand},
    proof,
    server::Server,
    stage::{Stage, until},
};

/// Long enough that no server misses its time on a busy machine.
const LEASE: Duration = Duration::from_secs(2);
const CUSTOMERS: usize = 120;

/// Three servers, and customers whom both chains know.
struct Fleet {
    stage: Stage,
    servers: Vec<Server>,
    book: Book,
    innocent: Vec<WalletAddress>,
}

impl Fleet {
    async fn of_three() -> Self {
        let stage = Stage::set(LEASE).await;
        let mut servers = Vec::new();
        for _ in 0..3 {
            servers.push(Server::start(&stage).await);
        }
        let mut fleet = Self {
            stage,
            servers,
            book: Book::default(),
            innocent: Vec::new(),
        };
        let customer = |number| made_up(&format!("customer {number}"));
        let wallets: Vec<_> = (0..CUSTOMERS).map(customer).collect();
        let import = Errand::Import {
            key: "import".to_owned(),
            wallets: wallets.clone(),
        };
        let api = fleet.servers[0].api.clone();
        fleet.ask(&api, &import).await;
        fleet.innocent = wallets;
        fleet.stage.until_mirrored().await;
        fleet
    }

    async fn ask(&mut self, api: &Api, errand: &Errand) {
        api.run(errand).await.unwrap();
        self.book.answered(errand);
    }

    /// Revokes somebody by way of this server.
    async fn revoke(&mut self, api: &Api) -> WalletAddress {
        let wallet = self.innocent.pop().unwrap();
        let revoke = Errand::Revoke {
            key: format!("revoke-{wallet}"),
            wallets: vec![wallet],
        };
        self.ask(api, &revoke).await;
        wallet
    }

    /// The chain that mines whatever comes at once.
    fn chain(&self) -> &TestChain {
        &self.stage.chains[0]
    }

    async fn until_denied(&self, wallet: WalletAddress) {
        let denied = async || self.chain().words(&[wallet]).await[0].denies();
        until("the chain denies the wallet", denied).await;
    }

    async fn driver(&self) -> Option<LaneDriver> {
        let (store, id) = (&self.stage.store, self.chain().id());
        let chain = store.chain(&self.stage.issuer, id).await;
        chain.unwrap().driver
    }

    /// Takes the server that drives the lane out of the fleet.
    async fn take_driver(&mut self) -> Server {
        until("a server drives", async || self.driver().await.is_some()).await;
        let driver = self.driver().await.unwrap();
        let place = self.servers.iter().position(|server| server.is(&driver));
        self.servers.remove(place.unwrap())
    }

    /// Waits until one of the fleet drives, and returns the token of its lease.
    async fn until_driven(&self) -> i64 {
        until("another server drives", async || {
            let driver = self.driver().await;
            driver.is_some_and(|driver| self.servers.iter().any(|server| server.is(&driver)))
        })
        .await;
        self.stage.lease_token(self.chain()).await
    }

    /// The chains equal the register, and at each time one server wrote. Says
    /// what was counted.
    async fn prove(self) -> String {
        self.stage.until_mirrored().await;
        let mut counted = Vec::new();
        for chain in &self.stage.chains {
            counted.push(proof::chain(&self.stage, &self.book, chain).await);
            let tokens = self.stage.tokens_as_stored(chain).await;
            assert!(tokens.is_sorted(), "two servers wrote by turns: {tokens:?}");
        }
        proof::log(&self.stage);
        for server in self.servers {
            server.end().await;
        }
        self.stage.stop().await;
        counted.join("; ")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_whose_driver_is_killed_is_taken_over() {
    let mut fleet = Fleet::of_three().await;
    for _ in 0..2 {
        let driver = fleet.take_driver().await;
        let begun = Instant::now();
        driver.kill().await;
        let survivor = fleet.servers[0].api.clone();
        let wallet = fleet.revoke(&survivor).await;
        fleet.until_driven().await;
        let taken = begun.elapsed();
        fleet.until_denied(wallet).await;
        println!(
            "lease {LEASE:?}: taken over {taken:?} after SIGKILL, the revocation on chain after {:?}",
            begun.elapsed()
        );
    }
    println!("{}", fleet.prove().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_is_stopped_and_wakes_up_writes_nothing() {
    let mut fleet = Fleet::of_three().await;
    let sleeper = fleet.take_driver().await;
    let old = fleet.stage.lease_token(fleet.chain()).await;
    let begun = Instant::now();
    sleeper.signal("STOP");
    let new = fleet.until_driven().await;
    println!(
        "lease {LEASE:?}: taken over {:?} after SIGSTOP",
        begun.elapsed()
    );
    assert!(new > old);
    let before = fleet.stage.stored_under(fleet.chain(), old).await;
    let other = fleet.servers[0].api.clone();
    let mut revoked = vec![fleet.revoke(&other).await];

    sleeper.signal("CONT");
    for _ in 0..5 {
        revoked.push(fleet.revoke(&other).await);
    }
    until("the woken server says that its time is over", async || {
        sleeper.said("the lane's lease was not renewed in time")
    })
    .await;
    assert!(sleeper.api.is_ready().await, "it goes on to serve");
    // Decided there, carried out by whoever drives.
    let awake = sleeper.api.clone();
    revoked.push(fleet.revoke(&awake).await);
    for wallet in revoked {
        fleet.until_denied(wallet).await;
    }

    // It waits like any other, and takes the lane anew.
    for other in std::mem::replace(&mut fleet.servers, vec![sleeper]) {
        other.end().await;
    }
    assert!(fleet.until_driven().await > new);
    let wallet = fleet.revoke(&awake).await;
    fleet.until_denied(wallet).await;
    let after = fleet.stage.stored_under(fleet.chain(), old).await;
    assert_eq!(after, before, "nothing was stored under the old token");
    println!("{}", fleet.prove().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_land_while_servers_are_restarted_in_turn() {
    let mut fleet = Fleet::of_three().await;
    for _ in 0..3 {
        let driver = fleet.take_driver().await;
        let survivor = fleet.servers[0].api.clone();
        let before = fleet.revoke(&survivor).await;
        driver.signal("TERM");
        let begun = Instant::now();
        let after = fleet.revoke(&survivor).await;
        fleet.until_denied(after).await;
        println!("on chain {:?} after its driver's SIGTERM", begun.elapsed());
        fleet.until_denied(before).await;
        driver.end().await;
        let next = Server::start(&fleet.stage).await;
        fleet.servers.push(next);
    }
    println!("{}", fleet.prove().await);
}
