//! The kill test: the server dies (SIGKILL) at random moments during imports
//! and revocations, comes back, and both chains equal the register, with each
//! wallet's version mined exactly once.
//!
//! [`stage`] is a real PostgreSQL, two real chains (one mines each transaction
//! at once, one makes a block a second) and the real program. [`client`] does
//! what an issuer's back end would: it sends again what was not answered, under
//! the same key. [`book`] is what that client was promised, and [`proof`] holds
//! the register, its log and both chains to it.
//!
//! [`servers`] tells of several of them on one database, each of them a
//! [`server`]: killed, stopped, restarted in turn. [`hooks`] tells of what providers sent.
//!
//! `SYMBOLON_KILLS` is how often the server dies, 20 by default, and
//! `SYMBOLON_KILL_SEED` repeats a run's choices, though never its exact timing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod book;
mod client;
mod hooks;
mod proof;
mod server;
mod servers;
mod stage;

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::task::JoinSet;

use book::Book;
use client::{Api, Errand};
use stage::Stage;

/// A lane's lease: the next life has none until the last one's has ended.
const LEASE: Duration = Duration::from_millis(250);
/// The server lives no longer than this once it is ready.
const LONGEST_LIFE: u64 = 600;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_at_random_moments_loses_nothing_and_repeats_nothing() {
    let kills = setting("SYMBOLON_KILLS").unwrap_or(20);
    let seed = setting("SYMBOLON_KILL_SEED").unwrap_or_else(rand::random);
    println!("SYMBOLON_KILLS={kills} SYMBOLON_KILL_SEED={seed}");
    let mut stage = Stage::set(LEASE).await;
    let (mut book, mut open) = (Book::default(), Vec::new());

    for kill in 1..=kills {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(kill));
        let life = Duration::from_millis(random.random_range(0..=LONGEST_LIFE));
        let api = stage.start_server().await;
        proof::in_force(&api, book.newly_judged()).await;
        open.extend(book.new_errands(&open, &mut random));
        let asked = open.len();
        let running = send(&api, open);
        tokio::time::sleep(life).await;
        stage.kill_server().await;
        open = outcome(running, &mut book).await;
        let owed = stage.owed().await;
        println!(
            "kill {kill}: after {life:?}, {} of {asked} requests unanswered; {owed:?}",
            open.len(),
        );
    }

    let api = stage.start_server().await;
    proof::in_force(&api, book.newly_judged()).await;
    let open = outcome(send(&api, open), &mut book).await;
    assert!(
        open.is_empty(),
        "nobody killed the server, which did not answer {open:?}"
    );
    stage.until_mirrored().await;
    proof::in_force(&api, book.newly_judged()).await;
    proof::register(&stage, &book).await;
    assert!(
        kills < 20 || book.revocations() > 0,
        "the test must ask for something"
    );
    for chain in &stage.chains {
        let counted = proof::chain(&stage, &book, chain).await;
        println!("chain {}: {counted}", chain.id());
    }
    proof::log(&stage);
    stage.stop().await;
}

/// Does all errands side by side.
fn send(api: &Api, errands: Vec<Errand>) -> JoinSet<(Errand, bool)> {
    let errands = errands.into_iter().map(|errand| {
        let api = api.clone();
        async move {
            let answered = api.run(&errand).await.is_ok();
            (errand, answered)
        }
    });
    errands.collect()
}

/// Notes what was answered, and returns what was not.
async fn outcome(mut running: JoinSet<(Errand, bool)>, book: &mut Book) -> Vec<Errand> {
    let mut unanswered = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended.unwrap() {
            (errand, true) => book.answered(&errand),
            (errand, false) => unanswered.push(errand),
        }
    }
    unanswered
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number")),
    )
}
