//! A leashed child ends when it should, as it should.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, getpgid};
use support::{Player, eventually, is_alive, players_dir};
use symbolon_sandbox::{Farewell, Leash, Signal};

/// A child that writes down its process id once it is ready, then lasts.
fn lasting(dir: &Path, setup: &str) -> Leash {
    let script = format!("{setup} echo $$ > pid.tmp; mv pid.tmp pid; while :; do sleep 0.05; done");
    let log = File::create(dir.join("log")).unwrap();
    Leash::builder("child", Path::new("/bin/sh"))
        .args(["-c", &script])
        .current_dir(dir)
        .log(&log)
        .unwrap()
        .farewell(Farewell {
            first: Signal::Terminate,
            patience: Duration::from_secs(1),
            last: Signal::Kill,
        })
        .spawn()
        .unwrap()
}

fn pid_in(dir: &Path) -> i32 {
    eventually("the child is ready", || dir.join("pid").exists());
    fs::read_to_string(dir.join("pid"))
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn stop_waits_until_the_child_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let leash = lasting(dir.path(), "trap 'echo bye > bye; exit 7' TERM;");
    let pid = pid_in(dir.path());
    let status = leash.stop().await.unwrap();
    assert_eq!(
        status.code(),
        Some(7),
        "the child's own exit code comes through"
    );
    assert!(!is_alive(pid));
    assert!(
        dir.path().join("bye").exists(),
        "it was asked before it was killed"
    );
}

#[tokio::test]
async fn a_child_that_ignores_the_first_signal_gets_the_last() {
    let dir = tempfile::tempdir().unwrap();
    let leash = lasting(dir.path(), "trap '' TERM;");
    let pid = pid_in(dir.path());
    let status = leash.stop().await.unwrap();
    assert_eq!(status.code(), Some(128 + 9));
    assert!(!is_alive(pid));
}

#[tokio::test]
async fn a_dropped_leash_ends_its_child() {
    let dir = tempfile::tempdir().unwrap();
    let leash = lasting(dir.path(), "");
    let pid = pid_in(dir.path());
    drop(leash);
    eventually("the child is gone", || !is_alive(pid));
}

#[tokio::test]
async fn kill_is_immediate() {
    let dir = tempfile::tempdir().unwrap();
    let leash = lasting(dir.path(), "trap '' TERM;");
    let pid = pid_in(dir.path());
    leash.kill().await.unwrap();
    eventually("the child is gone", || !is_alive(pid));
}

#[tokio::test]
async fn a_child_that_ends_by_itself_is_noticed() {
    let mut leash = Leash::builder("child", Path::new("/bin/sh"))
        .args(["-c", "exit 3"])
        .spawn()
        .unwrap();
    assert_eq!(leash.wait().await.unwrap().code(), Some(3));
    assert_eq!(leash.ended().unwrap().code(), Some(3));
    let mut absent = Leash::builder("child", Path::new("/nonexistent/program"))
        .spawn()
        .unwrap();
    assert_eq!(absent.wait().await.unwrap().code(), Some(127));
}

#[tokio::test]
async fn ctrl_c_in_the_terminal_does_not_reach_the_child() {
    let dir = tempfile::tempdir().unwrap();
    let leash = lasting(dir.path(), "");
    let pid = Pid::from_raw(pid_in(dir.path()));
    // A terminal signals the foreground process group, which is ours.
    assert_ne!(getpgid(pid).unwrap(), getpgid(None).unwrap());
    leash.stop().await.unwrap();
}

#[test]
fn a_child_does_not_outlive_an_owner_that_was_killed() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Player::start("owner", dir.path());
    owner.says("ready");
    let pid = pid_in(dir.path());
    owner.kill();
    eventually("the child is gone", || !is_alive(pid));
}

#[tokio::test]
#[ignore = "a part played for another test"]
async fn owner() {
    let Some(dir) = players_dir() else { return };
    // Spawned from a thread that ends: that must not matter.
    let runtime = tokio::runtime::Handle::current();
    let folder = dir.clone();
    let spawn = move || {
        let _inside = runtime.enter();
        lasting(&folder, "")
    };
    let _leash = std::thread::spawn(spawn).join().unwrap();
    println!("\nready");
    std::future::pending::<()>().await;
}
