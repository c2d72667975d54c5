//! The program under test: `symbolon` with crash points.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A built program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The file.
    pub path: PathBuf,
    /// Tells one build from another.
    pub fingerprint: String,
}

impl Program {
    /// Builds it, or finds that it is built.
    pub fn build() -> Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .args(["build", "--locked", "--package=symbolon"])
            .args(["--features=crash-points", "--bin=symbolon-crashing"])
            .arg("--message-format=json-render-diagnostics")
            .output()
            .context("cargo is needed to build the program under test")?;
        if !built.status.success() {
            bail!("{}", String::from_utf8_lossy(&built.stderr));
        }
        let messages = String::from_utf8(built.stdout)?;
        let path = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "symbolon-crashing")
            .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
            .context("cargo does not say where it built the program under test")?;
        let digest = Sha256::digest(std::fs::read(&path)?);
        Ok(Self {
            path,
            fingerprint: hex::encode(&digest[..8]),
        })
    }

    /// The folder that all builds go to.
    pub fn target(&self) -> Result<&Path> {
        let target = self.path.parent().and_then(Path::parent);
        target.context("the program is in no target folder")
    }
}
