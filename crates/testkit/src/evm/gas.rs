//! What the contracts cost, measured on the wallets and records of
//! `contracts/test/gas`, so that Forge's snapshots must show the same figures.

use alloy_primitives::{Address, B256, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolConstructor, SolValue};
use symbolon_bindings::{
    IdentityRegistry,
    probes::{BareToken, GuardedToken, VerifiedProbe},
};

use super::{
    Evm, Revert,
    registry::{MIRROR, OWNER, Registry, pack_denials, pack_records},
};

const NOW: u64 = 1_790_000_000;
const DAY: u64 = 86_400;
const REVOKED: u8 = 1;
const REMOVED: u8 = 1 << 3;

/// Wallets to a transaction, as the planner cuts them.
pub const CHUNK: usize = 350;

/// Gas: of a wallet in a batch of [`CHUNK`], or of one question or transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// `isVerified` called by a contract, cold, authority 0.
    pub is_verified: u64,
    /// The same, another authority.
    pub is_verified_of_authority: u64,
    /// `areVerified` called by a contract, cold.
    pub are_verified: u64,
    /// A transfer of a token without a check.
    pub bare_transfer: u64,
    /// A transfer of the same token with a check of both parties.
    pub guarded_transfer: u64,
    /// A wallet's first registration.
    pub upsert_new: u64,
    /// Another record of a known wallet.
    pub upsert_known: u64,
    /// A record that the chain has already.
    pub upsert_repeated: u64,
    /// A revocation.
    pub revoke: u64,
    /// A removal that leaves the tombstone.
    pub remove: u64,
}

impl Figures {
    /// What the check of both parties adds to a transfer.
    pub fn added_to_a_transfer(&self) -> u64 {
        self.guarded_transfer - self.bare_transfer
    }
}

/// Takes all figures.
pub fn measure() -> Result<Figures, Revert> {
    let (is_verified, are_verified) = verdicts(0)?;
    let (is_verified_of_authority, _) = verdicts(7)?;
    let (bare_transfer, guarded_transfer) = transfers()?;

    let mut registry = Registry::deploy(NOW)?;
    Ok(Figures {
        is_verified,
        is_verified_of_authority,
        are_verified,
        bare_transfer,
        guarded_transfer,
        upsert_new: upsert(&mut registry, 1)?,
        upsert_known: upsert(&mut registry, 2)?,
        upsert_repeated: upsert(&mut registry, 2)?,
        revoke: deny(&mut registry, 3, REVOKED)?,
        remove: deny(&mut registry, 4, REMOVED)?,
    })
}

fn upsert(registry: &mut Registry, version: u16) -> Result<u64, Revert> {
    let entries: Vec<_> = (0..CHUNK)
        .map(|i| (wallet(i), record(i, version, 0)))
        .collect();
    let records = pack_records(&entries);
    mirrored(
        registry,
        &IdentityRegistry::upsertCall {
            head: head(),
            records,
        },
    )
}

fn deny(registry: &mut Registry, version: u16, grounds: u8) -> Result<u64, Revert> {
    let entries: Vec<_> = (0..CHUNK).map(|i| (wallet(i), version, grounds)).collect();
    let denials = pack_denials(&entries);
    mirrored(
        registry,
        &IdentityRegistry::denyCall {
            head: head(),
            denials,
        },
    )
}

fn mirrored(registry: &mut Registry, call: &impl SolCall) -> Result<u64, Revert> {
    let output = registry.evm.send(MIRROR, registry.address, call)?;
    Ok(output.gas_used / CHUNK as u64)
}

fn verdicts(authority: u8) -> Result<(u64, u64), Revert> {
    let mut registry = approved(authority)?;
    let (at, (a, b)) = (registry.address, parties());
    let (probe, _) = registry.evm.deploy(OWNER, &VerifiedProbe::BYTECODE, &[])?;
    let one = VerifiedProbe::isVerifiedCall {
        registry: at,
        wallet: a,
    };
    let both = VerifiedProbe::areVerifiedCall { registry: at, a, b };
    Ok((
        asked(&mut registry.evm, probe, &one)?,
        asked(&mut registry.evm, probe, &both)?,
    ))
}

/// What the probe says that its question cost; the answer must be yes.
fn asked(evm: &mut Evm, probe: Address, question: &impl SolCall) -> Result<u64, Revert> {
    let answer = evm.static_call(OWNER, probe, question.abi_encode().into())?;
    match <(bool, U256)>::abi_decode_params(&answer.data) {
        Ok((true, gas)) => Ok(gas.saturating_to()),
        _ => Err(Revert::refused("the probe was not told yes")),
    }
}

fn transfers() -> Result<(u64, u64), Revert> {
    let mut registry = approved(0)?;
    let (name, symbol, owner) = ("Bond".to_owned(), "BOND".to_owned(), OWNER);
    let bare = BareToken::constructorCall {
        name: name.clone(),
        symbol: symbol.clone(),
        owner,
    };
    let at = registry.address;
    let guarded = GuardedToken::constructorCall {
        name,
        symbol,
        registry: at,
        owner,
    };
    let evm = &mut registry.evm;
    let (bare, _) = evm.deploy(OWNER, &BareToken::BYTECODE, &bare.abi_encode())?;
    let (guarded, _) = evm.deploy(OWNER, &GuardedToken::BYTECODE, &guarded.abi_encode())?;
    Ok((transfer(evm, bare)?, transfer(evm, guarded)?))
}

/// One token moves between two holders.
fn transfer(evm: &mut Evm, token: Address) -> Result<u64, Revert> {
    let (from, to) = parties();
    let amount = U256::from(100);
    for to in [from, to] {
        evm.send(OWNER, token, &BareToken::mintCall { to, amount })?;
    }
    let call = BareToken::transferCall {
        to,
        value: U256::ONE,
    };
    Ok(evm.send(from, token, &call)?.gas_used)
}

fn approved(authority: u8) -> Result<Registry, Revert> {
    let mut registry = Registry::deploy(NOW)?;
    let (a, b) = parties();
    let record = record(0, 1, authority);
    registry.upsert(&[(a, record), (b, record)])?;
    Ok(registry)
}

fn parties() -> (Address, Address) {
    // Forge's `makeAddr("recipient")`.
    (
        wallet(0),
        address!("0x006217c47ffA5Eb3F3c92247ffFE22AD998242c5"),
    )
}

fn wallet(i: usize) -> Address {
    named("wallet", i)
}

/// Addresses as dense as real ones.
fn named(what: &str, i: usize) -> Address {
    Address::from_word(keccak256((what, U256::from(i)).abi_encode_params()))
}

fn head() -> B256 {
    keccak256("head of the register")
}

/// A US person in the US, verified for a year, with every field in use.
fn record(i: usize, version: u16, authority: u8) -> U256 {
    let identity = U256::from_be_slice(named("identity", i).as_slice());
    [
        (160, 840),
        (170, NOW + 365 * DAY),
        (204, NOW / DAY + 300),
        (220, version.into()),
        (236, authority.into()),
        (244, 1),
        (247, 1),
        (248, 2),
        (250, 3),
    ]
    .into_iter()
    .fold(identity, |word, (at, value): (usize, u64)| {
        word | (U256::from(value) << at)
    })
}
