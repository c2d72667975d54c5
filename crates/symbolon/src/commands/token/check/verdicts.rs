//! Today's verdicts in our registry, written on the fork as the register's
//! mirror would write them.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, B256};
use symbolon_bindings::IdentityRegistry;
use symbolon_chain::{
    calldata::calldata,
    development::DevelopmentNode,
    erc3643::{Registry, ask},
    registry,
};
use symbolon_core::{
    mirror::{
        batch::{Batch, Denial, Upsert},
        record::WalletRecord,
        rules::Grounds,
    },
    wallet::{Version, WalletAddress},
};

use super::{
    cast::{Cast, Holder},
    plan::Plan,
    subject::quoted,
    trials::Act,
};
use crate::exit::{Exit, Failure, Result};

/// The largest country code that a record has room for.
const MOST_COUNTRY: u16 = 1_023;

/// What came of copying.
pub(super) struct Copied {
    /// Verified today, and not in our registry before.
    pub(super) missing: Vec<Address>,
    /// What could not be copied as it is.
    pub(super) notes: Vec<String>,
}

/// Has our registry verify whom the token's own verifies. Records that stand
/// there already, and verify, stay as they are.
pub(super) async fn copy(fork: &DevelopmentNode, plan: &Plan, cast: &Cast) -> Result<Copied> {
    let mirror = cast.mirror;
    let appoint = IdentityRegistry::addMirrorCall { mirror };
    let (owner, registry) = (plan.registry_owner, plan.registry);
    let appointed = fork.act(owner, Some(registry), appoint.abi_encode().into());
    appointed
        .await?
        .map_err(|reason| refused("a mirror", &reason))?;

    let (mut missing, mut notes, mut wallets) = (Vec::new(), Vec::new(), Vec::new());
    for holder in cast.verified() {
        let wallet = holder.wallet;
        let question = Registry::isVerifiedCall { wallet };
        if ask(fork.endpoint(), registry, &question).await? == Some(true) {
            continue;
        }
        missing.push(holder);
        wallets.push(known(wallet)?);
        if holder.country > MOST_COUNTRY {
            notes.push(format!(
                "{wallet} has the country {}, for which our registry has no room: it was left out",
                holder.country
            ));
        }
    }
    let stored = registry::records(fork.endpoint(), registry, &wallets).await?;
    let upserts: Vec<_> = missing
        .iter()
        .zip(wallets)
        .zip(stored)
        .map(|((holder, wallet), stored)| Upsert {
            wallet,
            record: record(holder, stored),
        })
        .collect();
    if !upserts.is_empty() {
        let input = calldata(registry, B256::ZERO, &Batch::Upsert(upserts));
        let written = fork.act(mirror, Some(registry), input).await?;
        written.map_err(|reason| refused("the verdicts", &reason))?;
    }
    Ok(Copied {
        missing: missing.into_iter().map(|holder| holder.wallet).collect(),
        notes,
    })
}

/// How our registry takes a verdict back.
pub(super) fn revocation(plan: &Plan, cast: &Cast) -> Result<Act> {
    let denial = Denial {
        wallet: known(cast.sender.wallet)?,
        version: Version(u16::MAX),
        grounds: Grounds::REVOKED,
    };
    Ok(Act {
        from: cast.mirror,
        to: plan.registry,
        input: calldata(plan.registry, B256::ZERO, &Batch::Deny(vec![denial])),
    })
}

/// A verdict without an end, one version newer than what is there.
fn record(holder: &Holder, stored: WalletRecord) -> WalletRecord {
    let country = Some(holder.country).filter(|country| *country <= MOST_COUNTRY);
    WalletRecord::EMPTY
        .with_identity(holder.identity)
        .with_country_code(country.unwrap_or_default())
        .with_version(Version(stored.version().0.saturating_add(1)))
        .with_approval(true)
}

/// As the register names wallets.
fn known(wallet: Address) -> Result<WalletAddress> {
    WalletAddress::new(wallet).map_err(Failure::refused)
}

fn refused(what: &str, reason: &str) -> Failure {
    let reason = quoted(reason);
    Failure::new(
        Exit::Unhealthy,
        format!("our registry refuses {what}: {reason}: check who owns it"),
    )
}
