//! A child process that cannot outlive its parent.
//!
//! How it works, on Linux and macOS alike:
//! 1. the child is started by a small `/bin/sh` script (`leash.sh`) whose standard input is a
//!    pipe; the only writing end is here, and nothing is ever written to it;
//! 2. when that end closes (we stop the child, drop the leash, exit, crash or are SIGKILLed) the
//!    script reads end-of-file and sends the child its [`Farewell`];
//! 3. both live in a process group of their own, so that Ctrl-C in the terminal reaches only us,
//!    and we stop the children in our own order.
//!
//! Linux's parent-death signal is not used: it fires when the *thread* that spawned the child
//! ends, and macOS has none.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, kill_process_group};
use tokio::process::{Child, ChildStdin, Command};

use crate::account::Account;
use crate::{Result, SandboxError};

const SCRIPT: &str = include_str!("leash.sh");

/// Between the last signal and the moment when the whole group is killed.
const GRACE: Duration = Duration::from_secs(15);

/// Where a pipe cannot be made close-on-exec in one step (macOS), a child spawned at the same
/// moment by another thread would inherit the writing end: so one at a time.
static SPAWNING: Mutex<()> = Mutex::new(());

/// A signal that ends a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT; PostgreSQL's fast shutdown.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGQUIT; PostgreSQL's immediate shutdown.
    Quit,
    /// SIGKILL.
    Kill,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
            Self::Quit => "QUIT",
            Self::Kill => "KILL",
        }
    }
}

/// How a child is asked to end: a signal, patience, and a last signal.
#[derive(Debug, Clone, Copy)]
pub struct Farewell {
    /// Sent when the leash closes.
    pub first: Signal,
    /// How long the child may take.
    pub patience: Duration,
    /// Sent when it took longer.
    pub last: Signal,
}

impl Default for Farewell {
    fn default() -> Self {
        Self {
            first: Signal::Terminate,
            patience: Duration::from_secs(20),
            last: Signal::Kill,
        }
    }
}

/// A running child on its leash. Dropping it tells the child to end, without waiting.
#[derive(Debug)]
pub struct Leash {
    name: String,
    farewell: Farewell,
    group: Option<Pid>,
    watchdog: Child,
    pipe: Option<OwnedFd>,
}

impl Leash {
    /// Prepares a child; `name` is for messages.
    pub fn builder(name: &str, program: &Path) -> LeashBuilder {
        let mut command = Command::new("/bin/sh");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        LeashBuilder {
            name: name.to_owned(),
            command,
            farewell: Farewell::default(),
            words: vec![program.as_os_str().to_owned()],
        }
    }

    /// The child's exit status if it has ended, without waiting. As in a shell, a child that was
    /// ended by signal n reports the code 128 + n.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.watchdog.try_wait().ok().flatten()
    }

    /// Waits for the child to end by itself.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        let name = self.name.clone();
        // tokio closes the child's standard input before it waits: ours was taken out of it.
        self.watchdog
            .wait()
            .await
            .map_err(|source| SandboxError::Spawn { name, source })
    }

    /// Ends the child as its [`Farewell`] says and waits until it is gone.
    pub async fn stop(mut self) -> Result<ExitStatus> {
        drop(self.pipe.take());
        let limit = self.farewell.patience + GRACE;
        match tokio::time::timeout(limit, self.wait()).await {
            Ok(status) => status,
            Err(_) => self.kill().await,
        }
    }

    /// Kills the child at once (SIGKILL), with everything in its process group.
    pub async fn kill(mut self) -> Result<ExitStatus> {
        if let (None, Some(group)) = (self.ended(), self.group) {
            // An error means that the group has just ended by itself.
            let _ = kill_process_group(group, rustix::process::Signal::KILL);
        }
        self.wait().await
    }
}

/// A child to be started on a [`Leash`].
#[derive(Debug)]
pub struct LeashBuilder {
    name: String,
    command: Command,
    farewell: Farewell,
    words: Vec<OsString>,
}

impl LeashBuilder {
    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.words.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args(self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Sets a variable in the child's environment.
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Empties the environment but for what finds and loads programs: the parent's may hold
    /// secrets, or settings that change what the child does.
    pub fn bare_env(mut self) -> Self {
        self.command.env_clear();
        for key in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(key) {
                self.command.env(key, value);
            }
        }
        self
    }

    /// Sets the folder that the child starts in.
    pub fn current_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Sends what the child prints to a file; by default it is thrown away.
    pub fn log(mut self, file: &File) -> Result<Self> {
        let copy = || {
            file.try_clone().map_err(|source| SandboxError::Spawn {
                name: self.name.clone(),
                source,
            })
        };
        let (out, err) = (copy()?, copy()?);
        self.command.stdout(out).stderr(err);
        Ok(self)
    }

    /// Says how the child is to be ended.
    pub fn farewell(mut self, farewell: Farewell) -> Self {
        self.farewell = farewell;
        self
    }

    /// Runs the child, watchdog included, as another user.
    pub(crate) fn run_as(mut self, account: Option<&Account>) -> Self {
        if let Some(account) = account {
            // Setting the user as root also drops root's supplementary groups.
            self.command.uid(account.uid).gid(account.gid);
        }
        self
    }

    /// Starts the child. Needs a tokio runtime.
    pub fn spawn(mut self) -> Result<Leash> {
        self.command
            .args(["-c", SCRIPT, "leash", self.farewell.first.name()])
            .arg(self.farewell.patience.as_secs().to_string())
            .arg(self.farewell.last.name())
            .args(&self.words)
            .stdin(Stdio::piped())
            .process_group(0);
        let spawned = {
            let _one_at_a_time = SPAWNING.lock().unwrap_or_else(PoisonError::into_inner);
            self.command.spawn()
        };
        let mut watchdog = spawned.map_err(|source| SandboxError::Spawn {
            name: self.name.clone(),
            source,
        })?;
        let group = watchdog.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        // A plain descriptor stays open when the runtime that spawned the child has ended.
        let pipe = watchdog
            .stdin
            .take()
            .map(ChildStdin::into_owned_fd)
            .transpose();
        let pipe = pipe.map_err(|source| SandboxError::Spawn {
            name: self.name.clone(),
            source,
        })?;
        Ok(Leash {
            name: self.name,
            farewell: self.farewell,
            group,
            watchdog,
            pipe,
        })
    }
}
