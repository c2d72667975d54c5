//! An identity registry on a chain of its own, with one account of each role.

use alloy_primitives::{Address, B256, Bytes, U256, address, b256};
use alloy_sol_types::{SolCall, SolConstructor};
use symbolon_bindings::IdentityRegistry;

use super::{Evm, Output, Revert};

/// Owns the registry: appoints mirrors and agents, sets the agents' term.
pub const OWNER: Address = address!("0x0000000000000000000000000000000000000a11");
/// A lane of the register: writes records and denials.
pub const MIRROR: Address = address!("0x0000000000000000000000000000000000000a12");
/// Writes through the functions of ERC-3643.
pub const AGENT: Address = address!("0x0000000000000000000000000000000000000a13");
/// The head of the register's log that the mirror's transactions carry here.
pub const HEAD: B256 = b256!("0x5359d626f6c6f6e00000000000000000000000000000000000000000000000ff");

/// The registry as the repository's bytecode has it.
pub struct Registry {
    /// The chain.
    pub evm: Evm,
    /// Where the registry is.
    pub address: Address,
}

impl Registry {
    /// Deploys it and appoints [`MIRROR`] and [`AGENT`].
    pub fn deploy(timestamp: u64) -> Result<Self, Revert> {
        let mut evm = Evm::at(timestamp);
        let arguments = IdentityRegistry::constructorCall { owner: OWNER }.abi_encode();
        let (address, _) = evm.deploy(OWNER, &IdentityRegistry::BYTECODE, &arguments)?;
        let mut registry = Self { evm, address };
        registry.own(&IdentityRegistry::addMirrorCall { mirror: MIRROR })?;
        registry.own(&IdentityRegistry::addAgentCall { _agent: AGENT })?;
        Ok(registry)
    }

    /// A call by the owner.
    pub fn own(&mut self, call: &impl SolCall) -> Result<Output, Revert> {
        self.evm.send(OWNER, self.address, call)
    }

    /// A call by an agent.
    pub fn act(&mut self, call: &impl SolCall) -> Result<Output, Revert> {
        self.evm.send(AGENT, self.address, call)
    }

    /// A call that changes nothing.
    pub fn ask<C: SolCall>(&mut self, call: &C) -> Result<C::Return, Revert> {
        self.evm.view(self.address, call)
    }

    /// The mirror writes whole records.
    pub fn upsert(&mut self, entries: &[(Address, U256)]) -> Result<Output, Revert> {
        let call = IdentityRegistry::upsertCall {
            head: HEAD,
            records: pack_records(entries),
        };
        self.evm.send(MIRROR, self.address, &call)
    }

    /// The mirror denies: wallet, version and grounds of each.
    pub fn deny(&mut self, entries: &[(Address, u16, u8)]) -> Result<Output, Revert> {
        let call = IdentityRegistry::denyCall {
            head: HEAD,
            denials: pack_denials(entries),
        };
        self.evm.send(MIRROR, self.address, &call)
    }

    /// The mirror restricts an authority, or lifts that.
    pub fn restrict_authority(
        &mut self,
        authority: u8,
        restricted: bool,
    ) -> Result<Output, Revert> {
        if restricted {
            let call = IdentityRegistry::restrictAuthorityCall {
                head: HEAD,
                authority,
            };
            return self.evm.send(MIRROR, self.address, &call);
        }
        let question = IdentityRegistry::restrictionOfCall { authority };
        let restriction = self.evm.view(self.address, &question)?;
        let call = IdentityRegistry::liftRestrictionCall {
            head: HEAD,
            authority,
            restriction,
        };
        self.evm.send(MIRROR, self.address, &call)
    }
}

/// What `upsert` takes: 52 bytes an entry, the wallet and its word.
pub fn pack_records(entries: &[(Address, U256)]) -> Bytes {
    let mut packed = Vec::with_capacity(entries.len() * 52);
    for (wallet, word) in entries {
        packed.extend_from_slice(wallet.as_slice());
        packed.extend_from_slice(&word.to_be_bytes::<32>());
    }
    packed.into()
}

/// What `deny` takes: 23 bytes an entry, the wallet, its version, the grounds.
pub fn pack_denials(entries: &[(Address, u16, u8)]) -> Bytes {
    let mut packed = Vec::with_capacity(entries.len() * 23);
    for (wallet, version, grounds) in entries {
        packed.extend_from_slice(wallet.as_slice());
        packed.extend_from_slice(&version.to_be_bytes());
        packed.push(*grounds);
    }
    packed.into()
}
