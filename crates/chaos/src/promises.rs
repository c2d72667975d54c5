//! What must hold, while everything breaks and after it.

use std::{collections::BTreeSet, path::Path, time::Duration};

use anyhow::{Result, anyhow};
use futures::future::join_all;
use serde_json::json;
use symbolon_core::{mirror::record::WalletRecord, wallet::WalletAddress};
use symbolon_store::MirrorStanding;
use symbolon_testkit::chain::mirror;
use tokio::time::sleep;

use crate::{
    chain::Chain,
    issuer::{Expected, Issuer},
    stage::Stage,
};

const LOOK_AGAIN: Duration = Duration::from_millis(60);
const PAGE: u32 = 1_000;

/// Watches a chain for as long as it is polled: whoever is revoked for good,
/// and was seen denied in a final block, never verifies there again. Returns
/// with the first who does.
pub(crate) async fn watch(chain: &Chain, issuer: &Issuer) -> String {
    let mut denied = BTreeSet::new();
    loop {
        let versions = issuer.denied();
        let wallets: Vec<_> = versions.keys().copied().collect();
        let words = match wallets[..] {
            [] => Ok(Default::default()),
            _ => chain.words(&wallets).await,
        };
        // A busy node is asked again.
        for (wallet, (last, newest)) in words.unwrap_or_default() {
            if denied.contains(&wallet) && verifies(newest) {
                return format!(
                    "chain {}: {wallet} was denied in a final block, and verifies again: {newest:?}",
                    chain.real.id()
                );
            }
            if !verifies(last) && last.version() >= versions[&wallet] {
                denied.insert(wallet);
            }
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Waits until nobody owes a chain anything and nothing is under way.
pub(crate) async fn until_settled(stage: &Stage) {
    loop {
        let owed = stage.store.chain_statistics(&stage.issuer).await;
        let is_settled = owed.is_ok_and(|chains| {
            chains
                .iter()
                .all(|chain| chain.approvals + chain.denials + chain.open_transactions == 0)
        });
        if is_settled {
            return;
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// What keeps a chain from being settled, in words.
pub(crate) async fn owed(stage: &Stage) -> String {
    let owed = match stage.store.chain_statistics(&stage.issuer).await {
        Ok(chains) => format!("{chains:?}"),
        Err(error) => error.to_string(),
    };
    let before = heads(stage).await;
    sleep(LOOK_AGAIN * 50).await;
    let after = heads(stage).await;
    let open = join_all(stage.chains.iter().map(|chain| open(stage, chain))).await;
    format!("{owed}; heads {before:?}, and then {after:?}; open {open:?}")
}

/// A chain that makes no blocks settles nothing.
async fn heads(stage: &Stage) -> Vec<Result<u64>> {
    join_all(stage.chains.iter().map(Chain::head)).await
}

/// What the chain knows of transactions that are open.
async fn open(stage: &Stage, chain: &Chain) -> Result<String> {
    let (registry, signer) = (chain.real.id().into(), mirror().address());
    let open = stage
        .store
        .open_transactions(&stage.issuer, registry, signer);
    let mut words = format!("{} are mined", chain.mirror_nonce().await?);
    for one in open.await? {
        let known = chain.known(one.hash).await?;
        let (nonce, attempt) = (one.nonce.0, one.attempt.0);
        words += &format!("; nonce {nonce}, try {attempt}: {known}");
    }
    Ok(words)
}

/// Everything that must be so once the chains have settled; each difference in
/// words.
pub(crate) async fn differences(
    stage: &Stage,
    program: &Path,
    issuer: &Issuer,
    expected: &[Expected],
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for customer in expected {
        let shown = issuer
            .get(&format!("/v1/wallets/{}", customer.wallet))
            .await?;
        let is = (&shown["verified"], &shown["version"]);
        let must = (&json!(customer.verified), &json!(customer.version.0));
        if is != must {
            found.push(format!(
                "register: {}: {is:?}, not {must:?}",
                customer.wallet
            ));
        }
    }
    for chain in &stage.chains {
        found.extend(on_chain(stage, chain, expected).await?);
    }
    let compared = stage
        .command(program, &["chain", "compare", "--json"])
        .await;
    if let Err(error) = compared {
        found.push(error.to_string());
    }
    match stage.command(program, &["audit", "verify", "--json"]).await {
        Ok(report) if report["ok"] != true => found.push(format!("audit: {report}")),
        Ok(_) => {}
        Err(error) => found.push(error.to_string()),
    }
    for chain in stage.store.chain_statistics(&stage.issuer).await? {
        if chain.quarantined > 0 {
            found.push(format!("{} wallets are in quarantine", chain.quarantined));
        }
    }
    Ok(found)
}

/// The chain holds what the register wants there, and the register has seen it.
async fn on_chain(stage: &Stage, chain: &Chain, expected: &[Expected]) -> Result<Vec<String>> {
    let (id, real) = (chain.real.id(), &chain.real);
    let standings = stage.store.mirror_standings(&stage.issuer, id, None, PAGE);
    let standings = standings.await?;
    let known: BTreeSet<WalletAddress> = standings.iter().map(|one| one.wallet).collect();
    if known != expected.iter().map(|customer| customer.wallet).collect() {
        return Err(anyhow!(
            "the register knows other wallets than were imported"
        ));
    }
    let wallets: Vec<_> = standings.iter().map(|one| one.wallet).collect();
    let words = real.words(&wallets).await;
    let mut found = Vec::new();
    for (standing, word) in standings.iter().zip(words) {
        let MirrorStanding {
            wallet,
            desired,
            observed,
            ..
        } = *standing;
        if word != desired {
            found.push(format!(
                "chain {id}: {wallet} holds {word:?}, must hold {desired:?}"
            ));
        }
        if observed != desired {
            found.push(format!(
                "chain {id}: {wallet} is thought to hold {observed:?}"
            ));
        }
        let must = expected.iter().find(|customer| customer.wallet == wallet);
        if must.is_some_and(|customer| verifies(word) != customer.verified) {
            found.push(format!(
                "chain {id}: {wallet} has another verdict: {word:?}"
            ));
        }
    }
    Ok(found)
}

/// What the registry says of it, expiry and authorities aside: nobody's ends
/// within a run.
fn verifies(word: WalletRecord) -> bool {
    word.is_approved() && !word.is_restricted() && !word.is_frozen()
}
