//! An Anvil development chain of one's own.
//!
//! What was found out about Anvil 1.7.1, and what follows:
//! - It loads its state, then listens, then prints the port: so the port it prints is the port
//!   it has, and no other process can take it in between.
//! - It saves on SIGTERM and SIGINT and at every interval, into the file itself and not beside
//!   it: so it is given time to finish.
//! - Blocks, receipts and calldata survive a restart; older *states* do not, so reads at
//!   `finalized` fail until enough new blocks exist ([`AnvilBuilder::keep_old_states`]). Pending
//!   transactions are forgotten.

mod binary;
mod builder;
mod rpc;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;

pub use builder::{AnvilBuilder, Mining};

use crate::claim::Claim;
use crate::leash::{Farewell, Leash};
use crate::{Result, SandboxError};

const NAME: &str = "anvil";
/// A state of many megabytes takes a while to load.
const READY_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(10);

/// A running chain. Dropping it asks the node to save and stop, without waiting.
#[derive(Debug)]
pub struct Anvil {
    chain_id: u64,
    port: u16,
    url: String,
    folder: PathBuf,
    // In this order: the node is told to stop before the folder is let go.
    leash: Leash,
    claim: Claim,
    _temporary: Option<tempfile::TempDir>,
}

impl Anvil {
    /// Describes a chain that is yet to be started.
    pub fn builder(chain_id: u64) -> AnvilBuilder {
        AnvilBuilder::new(chain_id)
    }

    /// The JSON-RPC endpoint, on the loopback interface.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The TCP port of [`Self::url`].
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of state and log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The chain's id.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Makes this chain a copy of another as it stood after a block; what is not here is fetched
    /// from there when it is needed. The URL goes by a request, since it often carries a key and
    /// command lines are everybody's to read. Whatever the chain held before is gone.
    pub async fn fork(&self, origin: &str, block: u64) -> Result<()> {
        rpc::fork(&self.url, origin, block).await?;
        rpc::expect_chain(&self.url, self.chain_id).await
    }

    /// Stops the node, which saves its state, and waits until it is gone.
    pub async fn stop(self) -> Result<()> {
        let status = self.leash.stop().await?;
        if status.success() {
            return Ok(());
        }
        let log = self.claim.last_words();
        Err(SandboxError::Ended {
            name: NAME.to_owned(),
            status: status.to_string(),
            log,
        })
    }

    /// Kills the node at once, as a power cut would: what it had not saved is lost.
    pub async fn kill(self) -> Result<()> {
        self.leash.kill().await.map(|_| ())
    }

    async fn start(builder: AnvilBuilder) -> Result<Self> {
        let (folder, temporary) = match &builder.folder {
            Some(folder) => (folder.clone(), None),
            None => temporary_folder()?,
        };
        std::fs::create_dir_all(&folder).map_err(SandboxError::io("make", &folder))?;
        let claim = Claim::take(&folder, NAME).await?;
        let binary = binary::find()?;
        let state = folder.join("state.json");
        check_state(&state)?;

        let port_note = folder.join("port");
        let kept = std::fs::read_to_string(&port_note)
            .ok()
            .and_then(|port| port.trim().parse().ok());
        // A chosen port must be had; a kept one is a wish, and 0 lets the system choose.
        let wishes = match (builder.port, kept) {
            (0, Some(kept)) => vec![kept, 0],
            (port, _) => vec![port],
        };
        let mut last = None;
        for port in wishes {
            let arguments = builder.arguments(&folder, port);
            let mut leash = Leash::builder(NAME, &binary)
                .bare_env()
                .env("NO_COLOR", "1")
                .env("HOME", &folder)
                .current_dir(&folder)
                .farewell(Farewell::default())
                .log(claim.log())?
                .args(arguments)
                .spawn()?;
            match listening(&mut leash, &claim).await {
                Ok(port) => {
                    std::fs::write(&port_note, port.to_string())
                        .map_err(SandboxError::io("write", &port_note))?;
                    let url = format!("http://127.0.0.1:{port}");
                    rpc::expect_chain(&url, builder.chain_id).await?;
                    rpc::silence(&url).await;
                    let chain_id = builder.chain_id;
                    return Ok(Self {
                        chain_id,
                        port,
                        url,
                        leash,
                        claim,
                        folder,
                        _temporary: temporary,
                    });
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or(SandboxError::AnvilMissing))
    }
}

fn temporary_folder() -> Result<(PathBuf, Option<tempfile::TempDir>)> {
    let made = tempfile::Builder::new()
        .prefix("symbolon-anvil-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir();
    let made = made.map_err(SandboxError::io("make a folder in", &std::env::temp_dir()))?;
    Ok((made.path().to_path_buf(), Some(made)))
}

/// Waits for the line that says which port the node has.
async fn listening(leash: &mut Leash, claim: &Claim) -> Result<u16> {
    let deadline = Instant::now() + READY_WITHIN;
    let name = NAME.to_owned();
    loop {
        // Asked before the log is read: whatever an ended child had to say is in it by then.
        let ended = leash.ended();
        let printed = claim.printed();
        let port = printed.lines().rev().find_map(|line| {
            line.strip_prefix("Listening on 127.0.0.1:")?
                .trim()
                .parse()
                .ok()
        });
        match (port, ended) {
            (_, Some(status)) => {
                let (status, log) = (status.to_string(), claim.last_words());
                return Err(SandboxError::Ended { name, status, log });
            }
            (Some(port), None) => return Ok(port),
            (None, None) if Instant::now() >= deadline => {
                let (seconds, log) = (READY_WITHIN.as_secs(), claim.last_words());
                return Err(SandboxError::NotReady { name, seconds, log });
            }
            (None, None) => tokio::time::sleep(POLL).await,
        }
    }
}

/// Says in our words what Anvil says in a usage message.
fn check_state(state: &Path) -> Result<()> {
    let Ok(file) = std::fs::File::open(state) else {
        return Ok(());
    };
    match serde_json::from_reader::<_, IgnoredAny>(std::io::BufReader::new(file)) {
        Ok(_) => Ok(()),
        Err(error) => Err(SandboxError::DamagedState {
            path: state.to_path_buf(),
            reason: error.to_string(),
        }),
    }
}
