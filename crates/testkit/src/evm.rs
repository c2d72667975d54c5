//! An EVM in this process: no node, no network, tens of thousands of calls a
//! second.
//!
//! Every call is a transaction of its own under the rules of [`HARDFORK`], so
//! its gas is what a receipt would show: intrinsic cost, calldata with its
//! floor (EIP-7623), execution from cold, refunds, and the cap on a
//! transaction (EIP-7825). Gas is free, so nobody needs a balance.

pub mod gas;
mod outcome;
pub mod registrar;
pub mod registry;

use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use revm::{
    Context, DatabaseRef, ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext, MainnetEvm,
    context::{BlockEnv, ContextSetters, TxEnv},
    database::InMemoryDB,
    handler::MainnetContext,
    primitives::{eip7825::TX_GAS_LIMIT_CAP, hardfork::SpecId},
    state::AccountInfo,
};

pub use outcome::{Output, Revert};

/// The rules that the chain follows.
pub const HARDFORK: SpecId = SpecId::OSAKA;

/// The gas that a transaction may use at most (EIP-7825).
pub const GAS_CAP: u64 = TX_GAS_LIMIT_CAP;

/// A chain in memory, empty at first.
pub struct Evm {
    machine: MainnetEvm<MainnetContext<InMemoryDB>>,
}

/// All that a chain held at one moment.
#[derive(Clone)]
pub struct Snapshot {
    state: InMemoryDB,
    block: BlockEnv,
}

impl Evm {
    /// An empty chain whose clock shows `timestamp`.
    pub fn at(timestamp: u64) -> Self {
        let machine = Context::mainnet()
            .with_db(InMemoryDB::default())
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(HARDFORK);
                cfg.disable_nonce_check = true;
                cfg.tx_chain_id_check = false;
            })
            .build_mainnet();
        let mut evm = Self { machine };
        evm.set_timestamp(timestamp);
        evm
    }

    /// Deploys a contract: its bytecode, followed by its constructor's encoded arguments.
    pub fn deploy(
        &mut self,
        from: Address,
        bytecode: &[u8],
        arguments: &[u8],
    ) -> Result<(Address, Output), Revert> {
        let transaction = transaction(from, TxKind::Create, [bytecode, arguments].concat().into());
        let result = self
            .machine
            .transact_commit(transaction)
            .map_err(Revert::refused)?;
        let created = result.created_address();
        let output = outcome::of(result)?;
        match created {
            Some(address) => Ok((address, output)),
            None => Err(Revert::refused("nothing was deployed")),
        }
    }

    /// A transaction that calls `to`; what it changes stays.
    pub fn call(&mut self, from: Address, to: Address, data: Bytes) -> Result<Output, Revert> {
        let transaction = transaction(from, TxKind::Call(to), data);
        let result = self
            .machine
            .transact_commit(transaction)
            .map_err(Revert::refused)?;
        outcome::of(result)
    }

    /// The same, as `eth_call` does it: nothing stays.
    pub fn static_call(
        &mut self,
        from: Address,
        to: Address,
        data: Bytes,
    ) -> Result<Output, Revert> {
        let transaction = transaction(from, TxKind::Call(to), data);
        let executed = self
            .machine
            .transact(transaction)
            .map_err(Revert::refused)?;
        outcome::of(executed.result)
    }

    /// [`Self::call`] with a typed call.
    pub fn send(
        &mut self,
        from: Address,
        to: Address,
        call: &impl SolCall,
    ) -> Result<Output, Revert> {
        self.call(from, to, call.abi_encode().into())
    }

    /// [`Self::static_call`] with a typed call and answer.
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, Revert> {
        let output = self.static_call(Address::ZERO, to, call.abi_encode().into())?;
        C::abi_decode_returns(&output.data).map_err(Revert::refused)
    }

    /// The clock of the next transactions, in unix seconds.
    pub fn set_timestamp(&mut self, timestamp: u64) {
        let mut block = self.machine.ctx.block.clone();
        block.timestamp = U256::from(timestamp);
        block.number += U256::ONE;
        self.machine.ctx.set_block(block);
    }

    /// What an account owns, in wei.
    pub fn balance(&self, address: Address) -> U256 {
        self.account(address)
            .map_or(U256::ZERO, |account| account.balance)
    }

    /// Gives an account this many wei.
    pub fn set_balance(&mut self, address: Address, wei: U256) {
        let mut account = self.account(address).unwrap_or_default();
        account.balance = wei;
        self.machine
            .ctx
            .journaled_state
            .database
            .insert_account_info(address, account);
    }

    /// Keeps all that the chain holds now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            state: self.machine.ctx.journaled_state.database.clone(),
            block: self.machine.ctx.block.clone(),
        }
    }

    /// Goes back to what the chain held then.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        self.machine
            .ctx
            .journaled_state
            .database
            .clone_from(&snapshot.state);
        self.machine.ctx.set_block(snapshot.block.clone());
    }

    fn account(&self, address: Address) -> Option<AccountInfo> {
        match self.machine.ctx.journaled_state.database.basic_ref(address) {
            Ok(account) => account,
            Err(never) => match never {},
        }
    }
}

fn transaction(from: Address, kind: TxKind, data: Bytes) -> TxEnv {
    TxEnv {
        caller: from,
        kind,
        data,
        gas_limit: GAS_CAP,
        gas_price: 0,
        ..TxEnv::default()
    }
}
