//! Step 3: a revocation reaches every chain, and a new verification too.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::{cast::Cast, import::until_mirrored, transfers::agree};
use crate::demo::{narrator::Narrator, stage::Stage, summary::Summary};

const REFUSED: &str = "KYC_NOT_VERIFIED";

pub(super) async fn tell(
    cast: &Cast,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(3, "One investor is revoked, and later verified again.");
    for chain in &stage.chains {
        chain.mint(cast.suspect, 500).await?;
    }
    let begun = Instant::now();
    stage.api.revoke(cast.suspect, None).await?;
    let [first, second] = &stage.chains;
    tokio::try_join!(
        first.until_transfer(cast.suspect, cast.buyer, REFUSED),
        second.until_transfer(cast.suspect, cast.buyer, REFUSED),
    )?;
    summary.revocation_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    narrator.say(&format!(
        "   Refused on both chains {} ms after the request, blocks of one second included.",
        summary.revocation_ms
    ));
    let mut rows = Vec::new();
    for chain in &stage.chains {
        let before = chain.balance(cast.suspect).await?;
        let sends = chain.transfer(cast.suspect, cast.buyer, 10).await?;
        let receives = chain.transfer(cast.seller, cast.suspect, 10).await?;
        let after = chain.balance(cast.suspect).await?;
        ensure!(before == after, "a revoked balance moved");
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            sends.clone(),
            receives.clone(),
            format!("{after}, untouched"),
        ]);
        agree(&mut summary.transfers.from_revoked, sends);
        agree(&mut summary.transfers.to_revoked, receives);
    }
    stage.api.verify_again(cast.suspect).await?;
    until_mirrored(stage, narrator).await?;
    for (chain, row) in stage.chains.iter().zip(&mut rows) {
        let sends = chain.transfer(cast.suspect, cast.buyer, 10).await?;
        row.push(sends.clone());
        agree(&mut summary.transfers.after_renewal, sends);
    }
    let header = [
        "chain",
        "revoked sends",
        "revoked receives",
        "balance",
        "verified again, sends",
    ];
    narrator.table(&header, &rows);
    Ok(())
}
