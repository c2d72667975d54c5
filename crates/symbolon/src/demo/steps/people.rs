//! Step 7: a person is verified by a link, and found on a list later.

use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::json;

use super::cast::Cast;
use crate::demo::{narrator::Narrator, person::Person, stage::Stage, summary::Summary};

const REFUSED: &str = "KYC_NOT_VERIFIED";

pub(super) async fn tell(
    cast: &Cast,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(7, "Ana is sent a link, and verified by a provider.");
    let link = stage.api.make_link(json!({})).await?;
    let url = link["url"].as_str().context("a link has a URL")?;
    let investor = link["investor"]
        .as_str()
        .context("a link is for somebody")?;
    let ana = Person::open(url).await?;
    ana.prove(stage.chains[0].id().0).await?;
    let begun = Instant::now();
    ana.be_checked().await?;
    let wallet = ana.wallet()?;
    let [first, second] = &stage.chains;
    tokio::try_join!(
        first.until_transfer(cast.seller, wallet, "ok"),
        second.until_transfer(cast.seller, wallet, "ok"),
    )?;
    summary.people.verified_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    narrator.say(&format!(
        "   She signed with her wallet, handed a passport in at the stand-in for Sumsub, and both chains let her receive {} ms later.",
        summary.people.verified_ms
    ));
    let begun = Instant::now();
    let customer = investor.trim_start_matches("0x");
    let applicant = stage.sumsub.applicant_of(customer);
    let applicant = applicant.context("the provider knows her")?;
    stage.sumsub.monitoring_hit(&applicant).await?;
    tokio::try_join!(
        first.until_transfer(cast.seller, wallet, REFUSED),
        second.until_transfer(cast.seller, wallet, REFUSED),
    )?;
    summary.people.denied_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    narrator.say(&format!(
        "   Then monitoring finds her on a list: refused on both chains {} ms later.",
        summary.people.denied_ms
    ));
    Ok(())
}
