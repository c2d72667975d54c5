//! One of several servers on a stage, which is sent signals.

use std::{
    fs::File,
    path::PathBuf,
    process::{Command, Stdio},
};

use symbolon_store::LaneDriver;
use tokio::process::Child;

use crate::{
    client::Api,
    stage::{CONFIG, PROGRAM, Stage, listening, until},
};

/// A running `symbolon serve`, which ends with this value.
pub(crate) struct Server {
    pub(crate) api: Api,
    process: Child,
    id: u32,
    log: PathBuf,
}

impl Server {
    /// Returns once it is ready.
    pub(crate) async fn start(stage: &Stage) -> Self {
        let log = stage.new_log();
        let file = File::create(&log).unwrap();
        let process = tokio::process::Command::new(PROGRAM)
            .args(["--config", CONFIG, "serve"])
            .current_dir(stage.folder())
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let said = || std::fs::read_to_string(&log).unwrap();
        until("the server listens", async || listening(&said()).is_some()).await;
        let api = stage.api(listening(&said()).unwrap());
        assert!(api.is_ready().await);
        let id = process.id().unwrap();
        Self {
            api,
            process,
            id,
            log,
        }
    }

    /// Whether this is the server that drives a lane.
    pub(crate) fn is(&self, driver: &LaneDriver) -> bool {
        driver.name.ends_with(&format!(":{}", self.id))
    }

    /// Whether it has said this.
    pub(crate) fn said(&self, words: &str) -> bool {
        std::fs::read_to_string(&self.log).unwrap().contains(words)
    }

    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", name, &self.id.to_string()]).status();
        assert!(sent.unwrap().success(), "SIG{name}");
    }

    /// SIGKILL: it gets no chance to give anything back.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// SIGTERM, if it was not sent yet, and waits until it has ended in order.
    pub(crate) async fn end(mut self) {
        if self.process.try_wait().unwrap().is_none() && !self.said("stopping in order") {
            self.signal("TERM");
        }
        let ended = self.process.wait().await.unwrap();
        assert!(ended.success(), "{ended}");
    }
}
