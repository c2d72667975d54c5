//! Step 2: who may trade, and who may not.

use anyhow::Result;

use super::cast::Cast;
use crate::demo::{narrator::Narrator, stage::Stage, summary::Summary};

/// What the seller has to sell.
const STOCK: u64 = 1_000;

pub(super) async fn tell(
    cast: &Cast,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(2, "The token asks the registry before each transfer.");
    let mut rows = Vec::new();
    for chain in &stage.chains {
        chain.mint(cast.seller, STOCK).await?;
        let to_buyer = chain.transfer(cast.seller, cast.buyer, 100).await?;
        let to_stranger = chain.transfer(cast.seller, cast.stranger, 100).await?;
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            to_buyer.clone(),
            to_stranger.clone(),
        ]);
        agree(&mut summary.transfers.verified_to_verified, to_buyer);
        agree(&mut summary.transfers.verified_to_unverified, to_stranger);
    }
    narrator.table(
        &["chain", "verified to verified", "verified to a stranger"],
        &rows,
    );
    Ok(())
}

/// One word for both chains, or both words where they differ.
pub(super) fn agree(said: &mut String, word: String) {
    if said.is_empty() {
        *said = word;
    } else if *said != word {
        *said = format!("{said} / {word}");
    }
}
