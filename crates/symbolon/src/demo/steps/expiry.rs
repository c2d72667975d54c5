//! Step 4: a verification ends by itself, at block time.

use std::time::Duration;

use anyhow::{Result, ensure};
use symbolon_core::time::UnixSeconds;

use super::{
    cast::{Cast, made_up},
    import::until_mirrored,
    transfers::agree,
};
use crate::demo::{narrator::Narrator, stage::Stage, summary::Summary};

/// Long enough to reach both chains before it ends.
const LIFETIME_S: u64 = 12;

pub(super) async fn tell(
    cast: &Cast,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(
        4,
        "One verification is short-lived, and ends without a transaction.",
    );
    let [first, second] = &stage.chains;
    let begun = first.time().await?.max(second.time().await?);
    let expiry = UnixSeconds(begun.0 + LIFETIME_S);
    let guest = made_up(&format!("guest {}", begun.0))?;
    stage.api.verify(guest, "CH", expiry).await?;
    until_mirrored(stage, narrator).await?;
    let mut before = Vec::new();
    for chain in &stage.chains {
        before.push((
            chain.would_transfer(cast.seller, guest).await?,
            chain.mirror_nonce().await?,
        ));
    }
    let bar = narrator.bar(LIFETIME_S, "waiting for the second");
    for chain in &stage.chains {
        loop {
            let time = chain.time().await?;
            bar.set_position(time.0.saturating_sub(begun.0).min(LIFETIME_S));
            if time >= expiry {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    bar.finish_and_clear();
    let mut rows = Vec::new();
    for (chain, (then, nonce)) in stage.chains.iter().zip(before) {
        let now = chain.transfer(cast.seller, guest, 1).await?;
        let sent = chain.mirror_nonce().await? - nonce;
        ensure!(
            sent == 0,
            "an expiry sent {sent} transactions on chain {}",
            chain.id()
        );
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            then,
            now.clone(),
            sent.to_string(),
        ]);
        agree(&mut summary.transfers.to_expired, now);
    }
    let header = [
        "chain",
        "before",
        "after the expiry",
        "transactions sent for it",
    ];
    narrator.table(&header, &rows);
    Ok(())
}
