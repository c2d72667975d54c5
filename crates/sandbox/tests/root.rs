//! As root: the server runs as somebody else, wherever the data folder is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sqlx::{Connection, PgConnection};
use support::{NOBODY, is_root};
use symbolon_sandbox::PrivatePostgres;

async fn data_directory(postgres: &PrivatePostgres) -> PathBuf {
    let mut connection = PgConnection::connect(postgres.url()).await.unwrap();
    let dir: String = sqlx::query_scalar("SHOW data_directory")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    PathBuf::from(dir)
}

#[tokio::test]
async fn a_folder_that_only_root_can_enter_has_its_cluster_elsewhere() {
    if !is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let data = closed.path().join("data");

    let postgres = PrivatePostgres::start_disposable(&data).await.unwrap();
    let there = data_directory(&postgres).await;
    postgres.stop().await.unwrap();
    assert!(!there.starts_with(closed.path()));
    let home = there.parent().unwrap();
    let found = fs::metadata(home).unwrap();
    assert_eq!(found.mode() & 0o777, 0o700);
    assert_ne!(found.uid(), 0);
    let note = fs::read_to_string(data.join("postgres.location")).unwrap();
    assert_eq!(note.lines().next().map(Path::new), Some(home));

    let postgres = PrivatePostgres::start_disposable(&data).await.unwrap();
    assert_eq!(
        data_directory(&postgres).await,
        there,
        "the note is followed"
    );
    postgres.stop().await.unwrap();

    // The folder is deleted without a word and made again: its old cluster must not come back.
    fs::remove_dir_all(&data).unwrap();
    let postgres = PrivatePostgres::start_disposable(&data).await.unwrap();
    let anew = data_directory(&postgres).await;
    postgres.stop().await.unwrap();
    assert_ne!(anew, there);
    PrivatePostgres::erase(&data).await.unwrap();
    assert!(!anew.parent().unwrap().exists());
    fs::remove_dir_all(home).unwrap();
}

#[tokio::test]
async fn root_goes_on_as_the_user_who_made_the_cluster() {
    if !is_root() {
        return;
    }
    let dir = support::reachable_dir();
    let home = dir.path().join("postgres");
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    let postgres = PrivatePostgres::start_disposable(dir.path()).await.unwrap();
    let cluster = data_directory(&postgres).await;
    assert_eq!(fs::metadata(&cluster).unwrap().uid(), NOBODY);
    postgres.stop().await.unwrap();
}
