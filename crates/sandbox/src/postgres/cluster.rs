//! Making a cluster, and clearing what a crash left in it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use tokio::process::Command;

use super::binaries::Binaries;
use super::home::{Home, PORT};
use crate::claim::Claim;
use crate::leash::{Farewell, Leash, LeashBuilder};
use crate::{Result, SandboxError};

/// The superuser: nobody but the owner of the socket's folder can connect at all.
pub(crate) const USER: &str = "symbolon";

/// Settings are given at every start, so that an old cluster gets new ones too. Durability is
/// PostgreSQL's own (fsync, full_page_writes, synchronous_commit); what a lone server never uses
/// is off. Parallel queries want shared memory that containers are short of.
const SETTINGS: [&str; 11] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=512MB",
    "max_parallel_workers_per_gather=0",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
];

/// Whether the cluster must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    Full,
    None,
}

/// The major version that made the cluster, if there is one.
pub(crate) fn made_by(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Runs `initdb` beside the cluster's place and moves the result there, so that an interrupted
/// run leaves nothing half-made. Sorting is by bytes, the same on every machine.
pub(crate) async fn make(
    home: &Home,
    binaries: &Binaries,
    claim: &Claim,
    durability: Durability,
) -> Result<()> {
    let fresh = home.dir.join("cluster.new");
    let mut status = None;
    for locale in ["C.UTF-8", "C"] {
        remove(&fresh)?;
        let initdb = child(home, claim, "initdb", &binaries.initdb)?
            .arg("--pgdata")
            .arg(&fresh)
            .args(["--username", USER, "--encoding", "UTF8", "--locale", locale])
            .args(["--auth-local=trust", "--auth-host=reject"]);
        let initdb = match durability {
            Durability::Full => initdb,
            Durability::None => initdb.arg("--no-sync"),
        };
        let ended = initdb.spawn()?.wait().await?;
        if ended.success() {
            return fs::rename(&fresh, &home.cluster)
                .map_err(SandboxError::io("move into place", &home.cluster));
        }
        status = Some(ended);
    }
    let status = status.map_or_else(String::new, |status| status.to_string());
    Err(SandboxError::Ended {
        name: "initdb".to_owned(),
        status,
        log: claim.last_words(),
    })
}

/// The server, ready to be started.
pub(crate) fn server(
    home: &Home,
    binaries: &Binaries,
    claim: &Claim,
    durability: Durability,
) -> Result<LeashBuilder> {
    let mut sockets = OsString::from("unix_socket_directories=");
    sockets.push(&home.sockets);
    let mut server = child(home, claim, claim.name(), &binaries.postgres)?
        .arg("-D")
        .arg(&home.cluster)
        .arg("-c")
        .arg(sockets)
        .args(["-p", &PORT.to_string()]);
    for setting in SETTINGS {
        server = server.args(["-c", setting]);
    }
    if durability == Durability::None {
        server = server.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    }
    Ok(server)
}

/// The server that runs on the cluster, by what it wrote there itself.
pub(crate) fn running(cluster: &Path) -> Result<Pid> {
    let path = cluster.join("postmaster.pid");
    let text = fs::read_to_string(&path).map_err(SandboxError::io("read", &path))?;
    let first = text.lines().next().unwrap_or_default();
    first
        .trim()
        .parse()
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| {
            SandboxError::io("find the server's number in", &path)(
                std::io::ErrorKind::InvalidData.into(),
            )
        })
}

/// The claim proves that no server of ours runs here. If the process id in `postmaster.pid` now
/// belongs to some other program (process ids repeat soon in containers) PostgreSQL would refuse
/// to start: write an impossible one. The rest of the file stays, with PostgreSQL's own check for
/// survivors that still use the shared memory.
pub(crate) async fn clear_stale_pid(cluster: &Path) -> Result<()> {
    let path = cluster.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&path) else {
        return Ok(());
    };
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let Some(pid) = first.trim().parse().ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    let alive = !matches!(test_kill_process(pid), Err(Errno::SRCH));
    let foreign = match command_line(pid).await {
        Some(words) => !words.contains("postgres") && !words.contains("postmaster"),
        None => false,
    };
    if alive && foreign {
        fs::write(&path, format!("{}\n{rest}", i32::MAX - 1))
            .map_err(SandboxError::io("correct", &path))?;
    }
    Ok(())
}

/// Removes a folder and everything in it, or nothing.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(SandboxError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

fn child(home: &Home, claim: &Claim, name: &str, program: &Path) -> Result<LeashBuilder> {
    let farewell = match name {
        "initdb" => Farewell::default(),
        _ => super::FAREWELL,
    };
    // macOS needs a valid LC_ALL; the databases' locale is initdb's and not affected.
    Leash::builder(name, program)
        .bare_env()
        .env("LC_ALL", "C")
        .current_dir(Path::new("/"))
        .run_as(home.account.as_ref())
        .farewell(farewell)
        .log(claim.log())
}

async fn command_line(pid: Pid) -> Option<String> {
    let pid = pid.as_raw_nonzero().to_string();
    if let Ok(words) = fs::read(format!("/proc/{pid}/cmdline")) {
        return Some(String::from_utf8_lossy(&words).into_owned());
    }
    let output = Command::new("ps")
        .args(["-o", "args=", "-p", &pid])
        .output()
        .await
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
