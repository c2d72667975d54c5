//! The comparisons.

use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolEventInterface;
use symbolon_bindings::IdentityRegistry::{self as abi, IdentityRegistryEvents as Event};
use symbolon_core::{ids::AuthorityIndex, mirror::record::WalletRecord};
use symbolon_testkit::evm::registry::HEAD;

use super::{
    history::{Act, Step, WALLETS, Wallet},
    world::{Change, World},
};
use crate::histories::{Checked, expect};

/// All that can be read: every word after every step, and every getter of the
/// wallets that the step may have touched.
pub fn everything(world: &mut World<'_>, step: &Step) -> Checked {
    let wallets = Wallet::all().map(Wallet::bare).collect();
    let words = world.ask(&abi::recordsOfCall { wallets })?;
    for wallet in Wallet::all() {
        if words[wallet.0] != world.chain[wallet.0].0 {
            let what = format!("the word of {wallet:?} ({:#066x})", words[wallet.0]);
            let contract = WalletRecord(words[wallet.0]);
            return expect(contract, world.chain[wallet.0], &what);
        }
        let _userAddress = wallet.bare();
        let verified = world.ask(&abi::isVerifiedCall { _userAddress })?;
        if touched(step, wallet) {
            getters(world, wallet, verified)?;
        }
        if verified && world.is_cut_off(authority_in(words[wallet.0])) {
            return Err(format!(
                "{wallet:?} is verified by an authority that is cut off: {:?}",
                world.chain[wallet.0]
            ));
        }
        against_register(world, wallet, verified)?;
    }
    Ok(())
}

/// Read from the bare word, so that nothing of core's has a say.
fn authority_in(word: U256) -> AuthorityIndex {
    AuthorityIndex((word >> 236_usize).byte(0))
}

fn getters(world: &mut World<'_>, wallet: Wallet, says: bool) -> Checked {
    let record = world.chain[wallet.0];
    let verified = record.is_verified_at(world.now, world.restricted);
    let _userAddress = wallet.bare();
    let word = world.ask(&abi::recordOfCall {
        wallet: wallet.bare(),
    })?;
    expect(word, record.0, "recordOf")?;
    expect(
        says,
        verified,
        &format!("isVerified of {wallet:?} at {}", world.now.0),
    )?;
    let contained = world.ask(&abi::containsCall { _userAddress })?;
    expect(contained, record.is_contained(), "contains")?;
    let identity = world.ask(&abi::identityCall { _userAddress })?;
    expect(identity, record.identity(), "identity")?;
    let country = world.ask(&abi::investorCountryCall { _userAddress })?;
    expect(country, record.country_code(), "investorCountry")?;

    let other = Wallet((wallet.0 + 1) % WALLETS);
    let other_verified = world.chain[other.0].is_verified_at(world.now, world.restricted);
    let both = world.ask(&abi::areVerifiedCall {
        a: wallet.bare(),
        b: other.bare(),
    })?;
    expect(both, verified && other_verified, "areVerified")
}

/// Where the register's newest record stands on chain, and what became of the
/// authority in charge, its verdict is the contract's.
fn against_register(world: &World<'_>, wallet: Wallet, verified: bool) -> Checked {
    let in_charge = world.register.in_charge(wallet);
    let told = world.register.restricted().includes(in_charge) == world.is_cut_off(in_charge);
    if !world.current[wallet.0] || world.register.owes(wallet) || !told {
        return Ok(());
    }
    let reasons = world.register.reasons(wallet, world.now);
    if verified == reasons.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the register on {wallet:?}: {reasons:?}; the chain: verified = {verified}"
        ))
    }
}

/// The events of a write, in their order: the register's head once where a
/// mirror wrote, each changed word, and what ERC-3643 calls it; last, what an
/// agent's update says though it changed nothing.
pub fn events(
    logs: &[Log],
    changes: &[Change],
    by_mirror: bool,
    repeated: Option<Event>,
) -> Checked {
    let mut heads = Vec::new();
    let mut words = Vec::new();
    let mut erc3643 = Vec::new();
    for log in logs {
        let decoded = Event::decode_log(log).map_err(|error| error.to_string())?;
        match decoded.data {
            Event::RegisterHead(event) => heads.push(event.head),
            Event::WalletRecorded(event) => words.push((event.wallet, WalletRecord(event.record))),
            other => erc3643.push(other),
        }
    }
    let changed = changes
        .iter()
        .filter(|change| change.before != change.after);
    let recorded = changed
        .clone()
        .map(|change| (change.wallet.bare(), change.after))
        .collect();
    expect(
        heads,
        if by_mirror { vec![HEAD] } else { Vec::new() },
        "RegisterHead",
    )?;
    expect(words, recorded, "WalletRecorded")?;
    expect(
        erc3643,
        changed
            .flat_map(in_terms_of_erc3643)
            .chain(repeated)
            .collect(),
        "ERC-3643's events",
    )
}

fn in_terms_of_erc3643(change: &Change) -> Vec<Event> {
    let wallet = change.wallet.bare();
    let (before, after) = (change.before.identity(), change.after.identity());
    let mut events = Vec::new();
    match (before == Address::ZERO, after == Address::ZERO) {
        (true, true) => {}
        (true, false) => events.push(Event::IdentityRegistered(abi::IdentityRegistered {
            investorAddress: wallet,
            identity: after,
        })),
        (false, true) => events.push(Event::IdentityRemoved(abi::IdentityRemoved {
            investorAddress: wallet,
            identity: before,
        })),
        (false, false) => {
            if before != after {
                events.push(Event::IdentityUpdated(abi::IdentityUpdated {
                    oldIdentity: before,
                    newIdentity: after,
                }));
            }
            if change.before.country_code() != change.after.country_code() {
                events.push(Event::CountryUpdated(abi::CountryUpdated {
                    investorAddress: wallet,
                    country: change.after.country_code(),
                }));
            }
        }
    }
    events
}

/// What an update to the value that stands already makes the contract say, as
/// T-REX's does.
pub fn repeated(act: Act, stored: WalletRecord) -> Option<Event> {
    match act {
        Act::UpdateIdentity(_, identity) if identity.address() == stored.identity() => {
            Some(Event::IdentityUpdated(abi::IdentityUpdated {
                oldIdentity: identity.address(),
                newIdentity: identity.address(),
            }))
        }
        Act::UpdateCountry(wallet, country) if country == stored.country_code() => {
            Some(Event::CountryUpdated(abi::CountryUpdated {
                investorAddress: wallet.bare(),
                country,
            }))
        }
        _ => None,
    }
}

fn touched(step: &Step, wallet: Wallet) -> bool {
    match step {
        Step::Upsert(entries) => entries.iter().any(|(named, _)| *named == wallet),
        Step::Deny(entries) => entries.iter().any(|(named, ..)| *named == wallet),
        Step::AgentBatch(entries) => entries.iter().any(|(named, ..)| *named == wallet),
        Step::Agent(
            Act::Register(named, ..)
            | Act::UpdateIdentity(named, _)
            | Act::UpdateCountry(named, _)
            | Act::Delete(named),
        ) => *named == wallet,
        Step::Finalize | Step::SetTerm(_) => false,
        // The mirror may write to any wallet; time and authorities move verdicts.
        Step::Decide(..) | Step::Federate(..) | Step::Agree(..) => true,
        Step::Mirror(_) | Step::Replay(_) => true,
        Step::RestrictAuthority(..) | Step::Wait(_) => true,
    }
}
