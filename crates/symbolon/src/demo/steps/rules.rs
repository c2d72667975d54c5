//! Step 6: where accreditation is required, a retail investor is refused, and told why.

use anyhow::{Context, Result};
use serde_json::json;
use symbolon_core::{country::Country, investor::Accreditation, transfer_rules::CountryRule};

use super::{
    cast::{Cast, made_up},
    import::until_mirrored,
    transfers::agree,
};
use crate::demo::{narrator::Narrator, stage::Stage, summary::Summary};

const US: &str = "US";

pub(super) async fn tell(
    cast: &Cast,
    stage: &Stage,
    narrator: &Narrator,
    summary: &mut Summary,
) -> Result<()> {
    narrator.step(6, "Who resides in the US may receive only if accredited.");
    let salt: u64 = rand::random();
    let retail = made_up(&format!("retail {salt}"))?;
    let accredited = made_up(&format!("accredited {salt}"))?;
    stage.api.verify_as(retail, US, "retail").await?;
    stage.api.verify_as(accredited, US, "qualified").await?;
    let rule = CountryRule {
        least_accreditation: Accreditation::from_rating(3),
        ..CountryRule::OPEN
    };
    let body = json!({"least_accreditation": "qualified"});
    stage.api.announce_rule(US, body).await?;
    until_mirrored(stage, narrator).await?;
    let mut still = String::new();
    for chain in &stage.chains {
        let Some(from) = chain.until_announced(Country::US, rule).await? else {
            continue;
        };
        agree(&mut still, chain.would_transfer(cast.seller, retail).await?);
        chain.forward_to(from).await?;
    }
    if !still.is_empty() {
        narrator.say(&format!(
            "   Announced, it changes nothing yet (a transfer to a US retail investor: {still}). Both chains' clocks are set two days forward."
        ));
    }
    let mut rows = Vec::new();
    for chain in &stage.chains {
        let refused = chain.transfer(cast.seller, retail, 1).await?;
        let (party, country) = chain.refused_by(cast.seller, retail).await?;
        let country = country.context("a country's rule refuses it")?;
        let taken = chain.transfer(cast.seller, accredited, 1).await?;
        rows.push(vec![
            format!("{} ({})", chain.name, chain.id()),
            refused.clone(),
            format!("{party}, by the rule of {country}"),
            taken.clone(),
        ]);
        agree(&mut summary.transfers.to_us_retail, refused);
        agree(&mut summary.transfers.to_us_accredited, taken);
    }
    let header = [
        "chain",
        "to a US retail investor",
        "who is refused",
        "to an accredited one",
    ];
    narrator.table(&header, &rows);
    Ok(())
}
