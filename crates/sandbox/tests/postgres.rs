//! The private cluster: its life, its restarts, its boundaries.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sqlx::{Connection, PgConnection};
use support::again_as_nobody;
use symbolon_sandbox::{PrivatePostgres, SandboxError, Shutdown};

async fn write(url: &str, n: i32) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS note (n int PRIMARY KEY)")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("INSERT INTO note VALUES ($1)")
        .bind(n)
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn read(url: &str) -> Vec<i32> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT n FROM note ORDER BY n")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

async fn setting(url: &str, name: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("SELECT current_setting($1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_cluster_keeps_its_data_and_makes_databases() {
    let dir = support::reachable_dir();
    let postgres = PrivatePostgres::start(dir.path()).await.unwrap();
    write(postgres.url(), 1).await;

    for (name, value) in [
        ("server_encoding", "UTF8"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", ""),
        ("TimeZone", "UTC"),
    ] {
        assert_eq!(setting(postgres.url(), name).await, value, "{name}");
    }
    let sockets = setting(postgres.url(), "unix_socket_directories").await;
    let mode = fs::metadata(&sockets).unwrap().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else may open {sockets}");

    let other = postgres.create_database("other").await.unwrap();
    write(&other, 5).await;
    assert_eq!(read(&other).await, [5]);
    assert_eq!(read(postgres.url()).await, [1], "databases are apart");
    let _open = PgConnection::connect(&other).await.unwrap();
    postgres.drop_database("other").await.unwrap();
    postgres.drop_database("other").await.unwrap();
    for name in ["", "Upper", "1st", "a-b", "a\"b"] {
        let refused = postgres.create_database(name).await.unwrap_err();
        assert!(matches!(refused, SandboxError::DatabaseName(_)), "{name}");
    }

    postgres.stop().await.unwrap();
    let postgres = PrivatePostgres::start(dir.path()).await.unwrap();
    assert_eq!(read(postgres.url()).await, [1]);
    postgres.stop().await.unwrap();
}

#[test]
fn an_ordinary_user_can_do_it_too() {
    again_as_nobody("a_cluster_keeps_its_data_and_makes_databases");
}

#[tokio::test]
async fn a_folder_in_use_is_refused_and_a_dropped_one_is_waited_for() {
    let dir = support::reachable_dir();
    let first = PrivatePostgres::start_disposable(dir.path()).await.unwrap();
    write(first.url(), 1).await;
    let refused = PrivatePostgres::start_disposable(dir.path())
        .await
        .unwrap_err();
    let owner = std::process::id().to_string();
    assert!(
        matches!(&refused, SandboxError::InUse { owner: o, .. } if *o == owner),
        "{refused}"
    );

    drop(first);
    let second = PrivatePostgres::start_disposable(dir.path()).await.unwrap();
    assert_eq!(read(second.url()).await, [1]);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket() {
    let dir = support::reachable_dir();
    let deep = dir.path().join("a ü/".repeat(10)).join("b".repeat(100));
    let postgres = PrivatePostgres::start_disposable(&deep).await.unwrap();
    write(postgres.url(), 1).await;
    let url = postgres.url().to_owned();
    postgres.stop().await.unwrap();

    let note = fs::read_to_string(deep.join("postgres.socket")).unwrap();
    let short = Path::new(note.lines().next().unwrap());
    assert_eq!(fs::metadata(short).unwrap().mode() & 0o777, 0o700);
    let postgres = PrivatePostgres::start_disposable(&deep).await.unwrap();
    assert_eq!(postgres.url(), url);
    assert_eq!(read(postgres.url()).await, [1]);
    postgres.stop().await.unwrap();

    PrivatePostgres::erase(&deep).await.unwrap();
    assert!(!short.exists() && !deep.join("postgres").exists());
}

#[tokio::test]
async fn a_stale_pid_that_became_another_program_does_not_block() {
    let dir = support::reachable_dir();
    let postgres = PrivatePostgres::start_disposable(dir.path()).await.unwrap();
    let pid_file = dir.path().join("postgres/cluster/postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    postgres.stop().await.unwrap();

    // As after a crash and a reboot: the number now belongs to this test.
    let rest = text.split_once('\n').unwrap().1;
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    let owner = fs::metadata(dir.path().join("postgres/cluster")).unwrap();
    std::os::unix::fs::chown(&pid_file, Some(owner.uid()), Some(owner.gid())).unwrap();
    let postgres = PrivatePostgres::start_disposable(dir.path()).await.unwrap();
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn clusters_start_side_by_side_whatever_their_folders_are_called() {
    let dir = support::reachable_dir();
    let (one, two) = (dir.path().join("one"), dir.path().join("a b&c=d%?#'ü"));
    let (one, two) = tokio::try_join!(
        PrivatePostgres::start_disposable(&one),
        PrivatePostgres::start_disposable(&two)
    )
    .unwrap();
    assert_ne!(one.url(), two.url());
    write(one.url(), 1).await;
    write(two.url(), 2).await;
    assert_eq!(
        (read(one.url()).await, read(two.url()).await),
        (vec![1], vec![2])
    );
    one.stop().await.unwrap();
    two.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_is_restarted_in_its_place() {
    let dir = support::reachable_dir();
    let mut postgres = PrivatePostgres::start_disposable(dir.path()).await.unwrap();
    for (n, shutdown) in [(1, Shutdown::Fast), (2, Shutdown::Immediate)] {
        write(postgres.url(), n).await;
        let mut session = PgConnection::connect(postgres.url()).await.unwrap();
        postgres.restart(shutdown).await.unwrap();
        assert!(session.ping().await.is_err(), "its session has ended");
        assert_eq!(read(postgres.url()).await.len(), n as usize);
    }
    postgres.stop().await.unwrap();
}
