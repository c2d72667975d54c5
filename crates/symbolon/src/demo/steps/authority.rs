//! Step 5: an authority turns out to be compromised, and is cut off with all
//! that rely on it.

use std::time::Instant;

use anyhow::{Result, ensure};
use symbolon_core::wallet::WalletAddress;

use super::{
    cast::{Cast, made_up},
    import::until_mirrored,
};
use crate::demo::{narrator::Narrator, stage::Stage, summary::Summary};

/// Whom the authority verifies.
const INVESTORS: usize = 200;
const REFUSED: &str = "KYC_NOT_VERIFIED";

pub(super) async fn tell(
    cast: &Cast,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(5, "An authority is compromised, and the owner cuts it off.");
    let authority = stage.api.add_authority(&["DE"]).await?;
    let partner = stage.api_for(authority).await?;
    let salt: u64 = rand::random();
    let investors = (0..INVESTORS)
        .map(|n| made_up(&format!("of authority {authority} {salt} {n}")))
        .collect::<Result<Vec<WalletAddress>>>()?;
    partner.verify_all(&investors, "DE").await?;
    until_mirrored(stage, narrator).await?;
    let mut before = Vec::with_capacity(stage.chains.len());
    for chain in &stage.chains {
        chain.mint(investors[0], 10).await?;
        let verified = chain.verified(&investors).await?;
        before.push((verified, chain.mirror_nonce().await?));
    }
    narrator.say(&format!(
        "   It has verified {INVESTORS} investors, who count on both chains."
    ));

    let begun = Instant::now();
    stage.api.restrict_authority(authority).await?;
    let [first, second] = &stage.chains;
    tokio::try_join!(
        first.until_transfer(investors[0], cast.buyer, REFUSED),
        second.until_transfer(investors[0], cast.buyer, REFUSED),
    )?;
    summary.authority.restriction_ms =
        u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    summary.authority.investors = INVESTORS as u64;
    let mut rows = Vec::new();
    for (chain, (verified, nonce)) in stage.chains.iter().zip(before) {
        let after = chain.verified(&investors).await?;
        let transactions = chain.mirror_nonce().await? - nonce;
        ensure!(after == 0, "{after} investors of the authority still count");
        ensure!(
            transactions == 1,
            "it took {transactions} transactions to cut the authority off"
        );
        summary.authority.transactions_a_chain = transactions;
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            verified.to_string(),
            after.to_string(),
            transactions.to_string(),
            chain.transfer(cast.seller, cast.buyer, 1).await?,
        ]);
    }
    narrator.say(&format!(
        "   None of them counts {} ms after the request, blocks of one second included.",
        summary.authority.restriction_ms
    ));
    let header = [
        "chain",
        "verified before",
        "after",
        "transactions",
        "others go on",
    ];
    narrator.table(&header, &rows);
    Ok(())
}
