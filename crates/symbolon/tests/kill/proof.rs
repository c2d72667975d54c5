//! What must hold after any number of deaths.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use symbolon_core::{
    ids::AuthorityIndex,
    investor::StatusName,
    time::UnixSeconds,
    wallet::{Version, WalletAddress},
};
use symbolon_store::{ImportState, MirrorStanding};
use symbolon_testkit::chain::TestChain;

use crate::{
    book::{Book, Customer},
    client::Api,
    stage::Stage,
};

const PAGE: u32 = 5_000;

/// Whatever was answered is so, from the next life's first moment on.
pub(crate) async fn in_force(api: &Api, judged: Vec<(WalletAddress, Customer)>) {
    for (wallet, customer) in judged {
        let report = api.wallet(wallet).await.unwrap();
        let so = (&report["verified"], &report["version"]);
        assert_eq!(
            so,
            (&json!(customer.verified), &json!(customer.verdicts)),
            "{report}"
        );
    }
}

/// Each row of each file is one customer, and each verdict was given once.
pub(crate) async fn register(stage: &Stage, book: &Book) {
    let (store, issuer) = (&stage.store, &stage.issuer);
    let jobs = store
        .imports(issuer, AuthorityIndex::OWNER, None, PAGE)
        .await
        .unwrap();
    assert!(
        jobs.iter().all(|job| job.state == ImportState::Finished),
        "{jobs:#?}"
    );
    assert_eq!(jobs.len() as u64, book.files, "one import a file");
    let rows: u64 = jobs.iter().map(|job| job.accepted).sum();
    assert_eq!(rows, book.customers.len() as u64);

    let statistics = store.statistics(issuer, UnixSeconds(0)).await.unwrap();
    let revoked = book
        .customers
        .values()
        .filter(|customer| !customer.verified)
        .count() as u64;
    let wanted = [
        (StatusName::Revoked, revoked),
        (StatusName::Verified, rows - revoked),
    ];
    assert_eq!(statistics.investors, wanted);
}

/// The chain's words equal the register, each version was mined once, and the
/// nonces have no gaps. Says what was counted.
pub(crate) async fn chain(stage: &Stage, book: &Book, chain: &TestChain) -> String {
    let standings = standings(stage, chain).await;
    let wallets: Vec<_> = standings.iter().map(|standing| standing.wallet).collect();
    assert!(
        wallets.iter().eq(book.customers.keys()),
        "nobody is missing, nobody is made up"
    );
    let words = chain.words(&wallets).await;
    let mut newest = BTreeSet::new();
    for (standing, word) in standings.iter().zip(words) {
        let customer = book.customers[&standing.wallet];
        assert_eq!(
            word,
            standing.desired,
            "chain {}: {}",
            chain.id(),
            standing.wallet
        );
        assert_eq!(
            standing.observed, standing.desired,
            "the register has seen it"
        );
        assert_eq!(word.is_approved(), customer.verified);
        assert_eq!(word.version(), Version(customer.verdicts));
        newest.insert((standing.wallet, word.version()));
    }

    let (mut mined, mut nonces) = (BTreeSet::new(), BTreeSet::new());
    for transaction in chain.mirrored().await {
        for version in transaction.batch.unwrap().versions() {
            assert!(
                mined.insert(version),
                "chain {}: mined twice: {version:?}",
                chain.id()
            );
        }
        let found = chain
            .ask("eth_getTransactionByHash", json!([transaction.hash]))
            .await;
        let nonce = found["nonce"].as_str().unwrap().trim_start_matches("0x");
        nonces.insert(u64::from_str_radix(nonce, 16).unwrap());
    }
    assert!(
        mined.is_superset(&newest),
        "chain {}: the newest versions are mined",
        chain.id()
    );
    let sent = chain.mirror_nonce().await;
    assert!(
        nonces.iter().copied().eq(0..sent),
        "chain {}: of {sent}: {nonces:?}",
        chain.id()
    );
    format!(
        "{} wallets, {} versions, {sent} transactions",
        wallets.len(),
        mined.len()
    )
}

async fn standings(stage: &Stage, chain: &TestChain) -> Vec<MirrorStanding> {
    let mut all: Vec<MirrorStanding> = Vec::new();
    loop {
        let after = all.last().map(|standing| standing.wallet);
        let page = stage
            .store
            .mirror_standings(&stage.issuer, chain.id(), after, PAGE);
        let page = page.await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// The log holds together, and knows every head that the chains notarised (I9).
pub(crate) fn log(stage: &Stage) {
    let output = stage.run(&["audit", "verify", "--json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], true, "{report}");
    let chains = report["chains"].as_array().unwrap();
    assert_eq!(chains.len(), stage.chains.len());
    for chain in chains {
        assert_eq!(
            (&chain["unknown"], &chain["error"]),
            (&json!([]), &Value::Null),
            "{report}"
        );
        assert!(chain["heads"].as_u64().unwrap() > 0, "{report}");
    }
}
