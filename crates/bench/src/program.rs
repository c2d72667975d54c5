//! The real program, as a service manager runs it: configured by a file, and killed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;

const CONFIG: &str = "symbolon.toml";
const LOG: &str = "server.log";
const PATIENCE: Duration = Duration::from_secs(60);

/// A built program with a folder for its configuration.
pub(crate) struct Program {
    path: PathBuf,
    folder: TempDir,
    lives: u32,
}

/// A running `symbolon serve`, which ends with this value.
pub(crate) struct Server {
    pub(crate) url: String,
    process: Child,
}

impl Program {
    /// The one that `SYMBOLON_BIN` names; else it is built, or found to be.
    pub(crate) fn build() -> Result<Self> {
        let path = match std::env::var_os("SYMBOLON_BIN") {
            Some(path) => fs::canonicalize(path).context("SYMBOLON_BIN")?,
            None => build()?,
        };
        Ok(Self {
            path,
            folder: tempfile::tempdir()?,
            lives: 0,
        })
    }

    /// Writes its configuration, and files with secrets beside it.
    pub(crate) fn configure(&self, config: &str, secrets: &[(&str, &str)]) -> Result<()> {
        for (name, secret) in secrets {
            fs::write(self.folder.path().join(name), secret)?;
        }
        Ok(fs::write(self.folder.path().join(CONFIG), config)?)
    }

    /// Starts a server, and returns once it listens.
    pub(crate) async fn start(&mut self) -> Result<Server> {
        self.lives += 1;
        let log = self.folder.path().join(format!("{}-{LOG}", self.lives));
        let file = fs::File::create(&log)?;
        let mut process = tokio::process::Command::new(&self.path)
            .args(["--config", CONFIG, "serve"])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            .spawn()?;
        let begun = Instant::now();
        loop {
            let said = fs::read_to_string(&log)?;
            if let Some(url) = listening(&said) {
                return Ok(Server { url, process });
            }
            let alive = process.try_wait()?.is_none() && begun.elapsed() < PATIENCE;
            ensure!(alive, "the server does not start: {said}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Server {
    /// SIGKILL: it gets no chance to finish anything.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }
}

fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(["build", "--release", "--locked", "--package=symbolon"])
        .args(["--bin=symbolon", "--message-format=json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo is needed to build the program that is measured")?;
    ensure!(built.status.success(), "the program cannot be built");
    String::from_utf8(built.stdout)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "symbolon")
        .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
        .context("cargo does not say where it built the program")
}

fn listening(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("listening on ")?;
    Some(rest.split_once(' ')?.0.to_owned())
}
