//! The owner of both children is killed: they end, and a successor finds everything.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::Path;

use rustix::process::Signal;
use sqlx::{Connection, PgConnection};
use support::{Player, again_as_nobody, connects, eventually, is_alive, players_dir, postmaster};
use symbolon_sandbox::{Anvil, PrivatePostgres};

async fn start(dir: &Path) -> (PrivatePostgres, Anvil) {
    let (data, chain) = (dir.join("data"), dir.join("chain"));
    let postgres = PrivatePostgres::start(&data);
    let anvil = Anvil::builder(31337).folder(chain).start();
    tokio::try_join!(postgres, anvil).unwrap()
}

#[tokio::test]
async fn the_children_of_a_killed_owner_end_and_its_successor_goes_on() {
    let dir = support::reachable_dir();
    let cluster = dir.path().join("data/postgres/cluster");
    for round in 1..=2 {
        let mut owner = Player::start("owner", dir.path());
        let chain = owner.says("chain");
        let postmaster = postmaster(&cluster).unwrap();
        assert!(connects(&chain) && is_alive(postmaster));
        owner.kill();
        if round == 1 {
            eventually("both have ended", || {
                !connects(&chain) && !is_alive(postmaster)
            });
        }
        // In the second round the successor starts while they are still shutting down.
        let (postgres, anvil) = start(dir.path()).await;
        assert_eq!(rows(&postgres).await, round);
        postgres.stop().await.unwrap();
        anvil.stop().await.unwrap();
    }
}

#[test]
fn an_ordinary_user_can_do_it_too() {
    again_as_nobody("the_children_of_a_killed_owner_end_and_its_successor_goes_on");
}

#[tokio::test]
async fn a_crashed_server_recovers_what_was_committed() {
    let dir = support::reachable_dir();
    let postgres = PrivatePostgres::start(dir.path()).await.unwrap();
    add_row(&postgres).await;
    let pid = postmaster(&dir.path().join("postgres/cluster")).unwrap();
    support::signal(pid, Signal::KILL);
    drop(postgres);
    let postgres = PrivatePostgres::start(dir.path()).await.unwrap();
    assert_eq!(rows(&postgres).await, 1);
    postgres.stop().await.unwrap();
}

async fn add_row(postgres: &PrivatePostgres) {
    let mut connection = PgConnection::connect(postgres.url()).await.unwrap();
    let sql = "CREATE TABLE IF NOT EXISTS note (); INSERT INTO note DEFAULT VALUES";
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

async fn rows(postgres: &PrivatePostgres) -> i64 {
    let mut connection = PgConnection::connect(postgres.url()).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM note")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
#[ignore = "a part played for another test"]
async fn owner() {
    let Some(dir) = players_dir() else { return };
    let (postgres, anvil) = start(&dir).await;
    add_row(&postgres).await;
    println!("\nchain {}", anvil.url());
    std::future::pending::<()>().await;
}
