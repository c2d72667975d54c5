//! Each lane of the configuration, from the node to the signer's funds.

use symbolon_chain::{
    deploy,
    endpoint::{Endpoint, HeadBlock},
    roles,
    signer::LaneSigner,
};
use symbolon_core::{
    ids::{IssuerId, RegistryId},
    mirror::fees::Wei,
};
use symbolon_server::Clock;
use symbolon_store::Store;

use super::{Findings, nodes};
use crate::{
    commands::chain::ether,
    config::{self, Config, LaneConfig},
    exit::{Failure, Result},
};

/// A head older than this, in seconds, is worth a look on any chain.
const OLD_HEAD: u64 = 300;

/// A head from the future shows a clock that is behind.
const AHEAD: u64 = 30;

/// Enough for some hundred transactions on a usual day.
const LOW_FUNDS: Wei = Wei(10_000_000_000_000_000);

/// Checks every lane, of one issuer or of all.
pub(super) async fn check(
    config: &Config,
    store: &Store,
    issuer: Option<&IssuerId>,
    clock: &Clock,
    findings: &mut Findings,
) {
    let wanted = |lane: &&LaneConfig| issuer.is_none_or(|issuer| lane.issuer == *issuer);
    let lanes: Vec<_> = config.lanes.iter().filter(wanted).collect();
    if lanes.is_empty() {
        findings.warn(
            "chains",
            "no chain is configured: the register is mirrored nowhere",
            "deploy a registry with `symbolon chain deploy`, which prints the [[lane]] to add",
        );
    }
    if let Err(failure) = config::refuse_shared_signers(&config.lanes) {
        findings.failure("lanes", failure);
    }
    for lane in &lanes {
        let name = |what: &str| format!("chain {} of {}: {what}", lane.registry, lane.issuer);
        if let Err((what, failure)) = check_lane(lane, store, clock, findings).await {
            findings.failure(name(what), failure);
        }
    }
    if let Err(failure) = without_lane(config, store, issuer, findings).await {
        findings.failure("chains", failure);
    }
}

/// Chains in the register that no server drives, and this configuration would not.
async fn without_lane(
    config: &Config,
    store: &Store,
    issuer: Option<&IssuerId>,
    findings: &mut Findings,
) -> Result<()> {
    for found in store.issuers().await? {
        if issuer.is_some_and(|issuer| found.id != *issuer) {
            continue;
        }
        for chain in store.chains(&found.id).await? {
            let id = chain.chain.id;
            let ours = config.lanes_of(&found.id).any(|lane| lane.registry == id);
            if !ours && chain.driver.is_none() {
                findings.warn(
                    format!("chain {id} of {}", found.id),
                    "no server drives it, and this configuration has no [[lane]] for it",
                    "add the lane, or start the server that has it",
                );
            }
        }
    }
    Ok(())
}

type Stopped = (&'static str, Failure);

/// Goes on for as long as the next check makes sense.
async fn check_lane(
    lane: &LaneConfig,
    store: &Store,
    clock: &Clock,
    findings: &mut Findings,
) -> Result<(), Stopped> {
    let name = |what: &str| format!("chain {} of {}: {what}", lane.registry, lane.issuer);
    let at = |what: &'static str| move |failure: Failure| (what, failure);
    let signer = lane.signer().map_err(at("signer"))?;
    let endpoint = lane.endpoint().map_err(at("node"))?;
    let several = lane.nodes().map_err(at("node"))?;
    nodes::check(&name("node"), &several, lane.registry.chain, findings).await;
    endpoint
        .check_chain()
        .await
        .map_err(|error| ("node", error.into()))?;
    let head = endpoint
        .head()
        .await
        .map_err(|error| ("node", error.into()))?;
    check_head(&name("node"), head, clock, findings);
    nodes::check_finality(&name("finality"), &endpoint, lane.finality(), findings).await;
    let registry = match store.chain(&lane.issuer, lane.registry).await {
        Ok(chain) => chain.chain.registry,
        Err(symbolon_store::StoreError::NotFound { .. }) => {
            return Err(("registry", unknown_chain(&lane.issuer, lane.registry)));
        }
        Err(error) => return Err(("registry", error.into())),
    };
    let committed = deploy::is_committed_registry(&endpoint, registry).await;
    if committed.map_err(|error| ("registry", error.into()))? {
        findings.ok(
            name("registry"),
            format!("{registry} holds this version's bytecode"),
        );
    } else {
        findings.fail(
            name("registry"),
            format!("the code at {registry} is not this version's registry"),
            "check the address with `symbolon chain list`, or deploy a new registry",
        );
    }
    check_mirror(&endpoint, &signer, registry, &name("signer"), findings).await
}

fn unknown_chain(issuer: &IssuerId, chain: RegistryId) -> Failure {
    Failure::not_found(format!(
        "{issuer} has no chain {chain} in its register: run `symbolon chain deploy` or `symbolon chain add`"
    ))
}

fn check_head(name: &str, head: HeadBlock, clock: &Clock, findings: &mut Findings) {
    let now = clock.now().0;
    let (number, at) = (head.number, head.at);
    if at.0 > now + AHEAD {
        findings.warn(
            name,
            format!(
                "block {number} is of {at}, {} s ahead of this machine",
                at.0 - now
            ),
            "keep this machine's clock by NTP: expiries depend on it",
        );
    } else if at.0 + OLD_HEAD < now {
        findings.warn(
            name,
            format!("its newest block {number} is {} s old", now - at.0),
            "check that the node is in sync",
        );
    } else {
        findings.ok(name, format!("answers; block {number} is of {at}"));
    }
}

async fn check_mirror(
    endpoint: &Endpoint,
    signer: &LaneSigner,
    registry: alloy_primitives::Address,
    name: &str,
    findings: &mut Findings,
) -> Result<(), Stopped> {
    let address = signer.address();
    let is_mirror = roles::is_mirror(endpoint, registry, address).await;
    if !is_mirror.map_err(|error| ("signer", error.into()))? {
        findings.fail(
            name,
            format!("{address} may not write to the registry"),
            "appoint it as its owner: `symbolon chain deploy --mirror` does so",
        );
    }
    let balance = endpoint
        .balance(address)
        .await
        .map_err(|error| ("signer", error.into()))?;
    let has = format!("{address} has {}", ether(balance.0));
    if balance.0 == 0 {
        findings.fail(
            name,
            has,
            "send it some of the chain's coin: it pays for every transaction",
        );
    } else if balance < LOW_FUNDS {
        findings.warn(name, has, "send it more of the chain's coin soon");
    } else {
        findings.ok(name, has);
    }
    Ok(())
}
