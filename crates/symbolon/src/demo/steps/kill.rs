//! Step 8: the server dies in the middle of an import and of a revocation.

use std::{collections::BTreeSet, fmt::Write, time::Duration};

use anyhow::{Result, bail};
use symbolon_core::wallet::WalletAddress;

use super::{
    cast::{Cast, made_up},
    import::{compared, heights, until_mirrored},
};
use crate::demo::{chain::versions_mined, narrator::Narrator, stage::Stage, summary::Summary};

/// Customers of the second file.
const ROWS: usize = 8_000;
/// How many must be stored when the server dies: one transaction's worth.
const STORED_BEFORE: u64 = 1_000;

pub(super) async fn tell(
    cast: &Cast,
    stage: &mut Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(
        8,
        "The server is killed in the middle of an import and a revocation.",
    );
    let from = heights(stage).await?;
    let (file, wallets) = second_file()?;
    let revocation = format!("demo-revocation-{}", from[0]);

    let upload = tokio::spawn({
        let (api, file) = (stage.api.clone(), file.clone());
        async move { api.import(file).await }
    });
    let stored = stage.api.until_stored(STORED_BEFORE).await?;
    let revoking = tokio::spawn({
        let (api, suspect, key) = (stage.api.clone(), cast.suspect, revocation.clone());
        async move { api.revoke(suspect, Some(&key)).await }
    });
    // Long enough to arrive, too short to know the answer.
    tokio::time::sleep(Duration::from_millis(3)).await;
    stage.kill_server().await?;
    upload.abort();
    let answered = matches!(revoking.await, Ok(Ok(())));
    narrator.say(&format!(
        "   SIGKILL after {stored} of {ROWS} rows; the revocation was {}.",
        if answered { "answered" } else { "not answered" }
    ));

    stage.start_server().await?;
    summary.kill_test.restarts += 1;
    narrator.say("   The server is back. The same file and the same revocation are sent again.");
    stage.api.revoke(cast.suspect, Some(&revocation)).await?;
    let job = stage.api.import(file).await?;
    if job.accepted != ROWS as u64 {
        bail!(
            "the second file has {ROWS} customers, but {} were taken",
            job.accepted
        );
    }
    until_mirrored(stage, narrator).await?;

    let mut rows = Vec::new();
    summary.kill_test.equals_register = true;
    for (chain, from) in stage.chains.iter().zip(from) {
        let compared = compared(stage, chain).await?;
        let mined = versions_mined(&chain.mirrored_since(from).await?);
        let reached: BTreeSet<WalletAddress> = mined.keys().map(|(wallet, _)| *wallet).collect();
        let missing = wallets
            .iter()
            .filter(|wallet| !reached.contains(*wallet))
            .count();
        let twice = mined.values().filter(|count| **count > 1).count() as u64;
        summary.kill_test.equals_register &= compared.is_equal() && missing == 0;
        summary.kill_test.versions_mined += mined.len() as u64;
        summary.kill_test.mined_twice += twice;
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            if compared.is_equal() { "yes" } else { "NO" }.to_owned(),
            mined.len().to_string(),
            missing.to_string(),
            twice.to_string(),
        ]);
    }
    let header = [
        "chain",
        "equals the register",
        "versions mined",
        "missing",
        "mined twice",
    ];
    narrator.table(&header, &rows);
    stage.api.verify_again(cast.suspect).await?;
    until_mirrored(stage, narrator).await
}

/// A file of customers that no earlier run has seen.
fn second_file() -> Result<(String, Vec<WalletAddress>)> {
    let salt: u64 = rand::random();
    let wallets = (0..ROWS)
        .map(|n| made_up(&format!("second import {salt} {n}")))
        .collect::<Result<Vec<_>>>()?;
    let mut file = "address,country\n".to_owned();
    for (wallet, country) in wallets.iter().zip(["DE", "CH", "FR", "SG"].iter().cycle()) {
        writeln!(file, "{wallet},{country}")?;
    }
    Ok((file, wallets))
}
