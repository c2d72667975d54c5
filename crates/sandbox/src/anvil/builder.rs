//! What a chain is to be like.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Anvil;
use crate::Result;

/// When blocks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mining {
    /// One for each transaction, at once.
    #[default]
    Automatic,
    /// One every so many seconds, empty or not.
    EverySeconds(u64),
    /// Only when asked to, by `anvil_mine` or `evm_mine`.
    OnDemand,
}

/// A chain that is yet to be started: `Anvil::builder(31337).start().await`.
#[derive(Debug, Clone)]
pub struct AnvilBuilder {
    pub(super) chain_id: u64,
    pub(super) port: u16,
    pub(super) folder: Option<PathBuf>,
    mining: Mining,
    accounts: u16,
    balance: u64,
    gas_limit: u64,
    save_interval: u64,
    epoch_slots: Option<u64>,
    old_states: bool,
    hardfork: &'static str,
    deployer: bool,
}

impl AnvilBuilder {
    pub(super) fn new(chain_id: u64) -> Self {
        Self {
            chain_id,
            port: 0,
            folder: None,
            mining: Mining::default(),
            accounts: 10,
            balance: 10_000,
            gas_limit: 60_000_000,
            save_interval: 10,
            epoch_slots: None,
            old_states: false,
            hardfork: "osaka",
            deployer: true,
        }
    }

    /// Keeps state, log and port in this folder, where a later start goes on with them. Without
    /// it the chain lives in a temporary folder and ends with its node.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Listens on this port or fails. With 0, the default, the system chooses one, which a later
    /// start in the same folder uses again if it is still free.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets when blocks are made; by default one for each transaction.
    pub fn mining(mut self, mining: Mining) -> Self {
        self.mining = mining;
        self
    }

    /// Funds this many development accounts with so many ether; by default 10 with 10,000.
    pub fn accounts(mut self, accounts: u16, ether: u64) -> Self {
        (self.accounts, self.balance) = (accounts, ether);
        self
    }

    /// Sets the gas limit of a block; by default 60 million.
    pub fn gas_limit(mut self, gas: u64) -> Self {
        self.gas_limit = gas;
        self
    }

    /// Saves the state every so many seconds besides at the end; by default every 10.
    pub fn save_every(mut self, seconds: u64) -> Self {
        self.save_interval = seconds.max(1);
        self
    }

    /// Sets the slots in an epoch: `safe` is one epoch behind the head, `finalized` two. By
    /// default 32, as on Ethereum.
    pub fn epoch_slots(mut self, slots: u64) -> Self {
        self.epoch_slots = Some(slots);
        self
    }

    /// Saves the states of older blocks too, so that they can be read after a restart, at about
    /// 50 kB a block and more with a large state.
    pub fn keep_old_states(mut self) -> Self {
        self.old_states = true;
        self
    }

    /// Follows the rules of another hardfork; by default `osaka`.
    pub fn hardfork(mut self, name: &'static str) -> Self {
        self.hardfork = name;
        self
    }

    /// Leaves out the CREATE2 deployer, which stands on every other chain.
    pub fn without_deployer(mut self) -> Self {
        self.deployer = false;
        self
    }

    /// Starts the node and returns when it answers with the right chain id.
    ///
    /// The binary is `SYMBOLON_ANVIL`; else that of the npm package `@foundry-rs/anvil`, whose
    /// version is pinned; else the one on `PATH`.
    pub async fn start(self) -> Result<Anvil> {
        Anvil::start(self).await
    }

    pub(super) fn arguments(&self, folder: &Path, port: u16) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        let mut option = |name: &str, value: &dyn ToString| {
            words.extend([name.into(), value.to_string().into()]);
        };
        option("--host", &"127.0.0.1");
        option("--port", &port);
        option("--chain-id", &self.chain_id);
        option("--hardfork", &self.hardfork);
        option("--gas-limit", &self.gas_limit);
        option("--accounts", &self.accounts);
        option("--balance", &self.balance);
        if let Mining::EverySeconds(seconds) = self.mining {
            option("--block-time", &seconds);
        }
        if let Some(slots) = self.epoch_slots {
            option("--slots-in-an-epoch", &slots);
        }
        words.extend(["--enable-tx-gas-limit", "--no-cors", "--cache-path"].map(OsString::from));
        words.push(folder.join("cache").into());
        // A temporary chain saves nothing: it would write into a folder that is being deleted.
        if self.folder.is_some() {
            words.extend(["--state".into(), folder.join("state.json").into()]);
            words.extend([
                "--state-interval".into(),
                self.save_interval.to_string().into(),
            ]);
        }
        if self.mining == Mining::OnDemand {
            words.push("--no-mining".into());
        }
        if !self.deployer {
            words.push("--disable-default-create2-deployer".into());
        }
        if self.old_states {
            words.push("--preserve-historical-states".into());
        }
        words
    }
}
