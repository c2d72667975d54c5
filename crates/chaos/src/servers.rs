//! Servers that die where the plan says, and are started again as a service
//! manager would.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use symbolon_sandbox::{Farewell, Leash};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::plan::Crash;

pub(crate) const CONFIG: &str = "symbolon.toml";
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// A server that has not said by then where it listens never will.
const PATIENCE: Duration = Duration::from_secs(30);

/// Several servers on one database.
#[derive(Debug)]
pub(crate) struct Servers {
    shared: Arc<Shared>,
    keepers: JoinSet<Result<()>>,
}

/// What everybody may know of them.
#[derive(Debug)]
pub(crate) struct Shared {
    program: PathBuf,
    folder: PathBuf,
    listening: Mutex<BTreeMap<usize, SocketAddr>>,
    crashes: Mutex<VecDeque<Crash>>,
    fired: Mutex<Vec<Crash>>,
    broken: Mutex<Vec<String>>,
    lives: AtomicU32,
    /// Whether faults that explain a server's end are over.
    calm: AtomicBool,
    ending: CancellationToken,
}

impl Servers {
    /// Starts so many, which take the crashes in turn.
    pub(crate) fn start(program: &Path, folder: &Path, number: usize, crashes: &[Crash]) -> Self {
        let shared = Arc::new(Shared {
            program: program.to_owned(),
            folder: folder.to_owned(),
            listening: Mutex::default(),
            crashes: Mutex::new(crashes.iter().copied().collect()),
            fired: Mutex::default(),
            broken: Mutex::default(),
            lives: AtomicU32::new(0),
            calm: AtomicBool::new(false),
            ending: CancellationToken::new(),
        });
        let keepers = (0..number).map(|place| Arc::clone(&shared).keep(place));
        let keepers = keepers.collect();
        Self { shared, keepers }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Ends them in order. Returns where they died before, and what was wrong
    /// with any.
    pub(crate) async fn end(mut self) -> Result<(Vec<Crash>, Vec<String>)> {
        self.shared.ending.cancel();
        while let Some(kept) = self.keepers.join_next().await {
            kept??;
        }
        let broken = std::mem::take(&mut *lock(&self.shared.broken));
        Ok((lock(&self.shared.fired).clone(), broken))
    }
}

impl Shared {
    /// From now on a server that ends has a reason of its own.
    pub(crate) fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    /// Some server that listens; another one at each turn.
    pub(crate) fn some(&self, turn: usize) -> Option<SocketAddr> {
        let listening = lock(&self.listening);
        let all: Vec<_> = listening.values().copied().collect();
        (!all.is_empty()).then(|| all[turn % all.len()])
    }

    async fn keep(self: Arc<Self>, place: usize) -> Result<()> {
        while !self.ending.is_cancelled() {
            let calm = self.calm.load(Ordering::Relaxed);
            let crash = lock(&self.crashes).pop_front();
            let life = self.lives.fetch_add(1, Ordering::Relaxed) + 1;
            let log = self.folder.join(format!("server-{life}.log"));
            let mut server = self.spawn(&log, crash)?;
            let listening = self.until_listening(place, &log, &mut server).await?;
            if listening {
                while server.ended().is_none() && !self.ending.is_cancelled() {
                    sleep(LOOK_AGAIN).await;
                }
            }
            lock(&self.listening).remove(&place);
            let running = server.ended().is_none();
            let ended = server.stop().await?;
            let said = std::fs::read_to_string(&log)?;
            let wrong = |what: &str| {
                let words = format!("{what}: {}", log.display());
                lock(&self.broken).push(words);
            };
            if said.contains("panicked at") {
                wrong("a server panicked");
            }
            match crash {
                Some(crash) if said.contains("killing itself at") => {
                    lock(&self.fired).push(crash);
                }
                _ if running && listening && !ended.success() => {
                    wrong("a server did not end in order");
                }
                _ if !running && calm => wrong("a server ended with nothing wrong around it"),
                _ => {}
            }
        }
        Ok(())
    }

    fn spawn(&self, log: &Path, crash: Option<Crash>) -> Result<Leash> {
        let mut server = Leash::builder("symbolon serve", &self.program)
            .args(["--config", CONFIG, "serve"])
            .current_dir(&self.folder)
            .bare_env()
            .env(
                "SYMBOLON_LOG",
                "info,symbolon_server=debug,symbolon_chain=debug",
            )
            .farewell(Farewell::default())
            .log(&File::create(log)?)?;
        if let Some(Crash { point, passage }) = crash {
            server = server.env("SYMBOLON_CRASH_AT", format!("{}:{passage}", point.name()));
        }
        Ok(server.spawn()?)
    }

    /// Whether it came to that.
    async fn until_listening(&self, place: usize, log: &Path, server: &mut Leash) -> Result<bool> {
        let begun = Instant::now();
        while server.ended().is_none() && begun.elapsed() < PATIENCE {
            if let Some(address) = listening(&std::fs::read_to_string(log)?) {
                lock(&self.listening).insert(place, address);
                return Ok(true);
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(false)
    }
}

fn listening(said: &str) -> Option<SocketAddr> {
    // A line that is not ended may be half a line.
    let (lines, _) = said.rsplit_once('\n')?;
    let place = |line: &str| {
        let rest = line.strip_prefix("listening on http://")?;
        rest.split_once(' ')?.0.parse().ok()
    };
    lines.lines().find_map(place)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
