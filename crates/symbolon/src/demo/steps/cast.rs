//! Who plays in the story: verified customers of the imported file, and a
//! stranger.

use alloy::primitives::{Address, keccak256};
use anyhow::{Context, Result};
use symbolon_core::{country::Country, verdict::RestrictedAuthorities, wallet::WalletAddress};

use crate::demo::stage::Stage;

/// How many wallets are looked through for three that never expire.
const CANDIDATES: u32 = 2_000;

/// The players.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast {
    pub(super) seller: WalletAddress,
    pub(super) buyer: WalletAddress,
    /// Whose verification is revoked and given back.
    pub(super) suspect: WalletAddress,
    /// Nobody ever verified them.
    pub(super) stranger: WalletAddress,
}

/// The first three wallets outside the US whose verification does not end, and a
/// made-up one.
pub(super) async fn choose(stage: &Stage) -> Result<Cast> {
    let chain = &stage.chains[0];
    let now = chain.time().await?;
    let standings = stage
        .store
        .mirror_standings(&stage.issuer, chain.id(), None, CANDIDATES)
        .await?;
    let mut verified = standings.into_iter().filter(|standing| {
        let record = standing.desired;
        // Rules of an earlier run may hold for the US.
        let abroad = record.country_code() != Country::US.numeric() && !record.is_us_person();
        abroad
            && record.expiry().is_none()
            && record.is_verified_at(now, RestrictedAuthorities::default())
    });
    let mut next = || {
        let standing = verified.next();
        let standing = standing.context(
            "the story needs three customers outside the US whose verification does not \
             expire: leave the expiry of three rows empty",
        )?;
        Ok::<_, anyhow::Error>(standing.wallet)
    };
    Ok(Cast {
        seller: next()?,
        buyer: next()?,
        suspect: next()?,
        stranger: made_up("stranger")?,
    })
}

/// A wallet whose key nobody has.
pub(super) fn made_up(name: &str) -> Result<WalletAddress> {
    let hash = keccak256(format!("symbolon demo {name}"));
    Ok(WalletAddress::new(Address::from_word(hash))?)
}
