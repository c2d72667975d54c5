//! Gas of the contracts beside the registry, as their own tests measure it: forge
//! runs them now, those of ONCHAINID and T-REX among them, and writes what they used.

use std::{collections::BTreeMap, fs, process::Stdio};

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::row::{Part::Of, Row};

/// What T-REX's token used for a transfer with CountryRestrict, both holders known,
/// as it was measured when the bar was set.
const TREX_WITH_COUNTRY_RESTRICT: f64 = 242_821.0;

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let ended = Command::new("npm")
        .args(["run", "--silent", "contracts:gas"])
        .stdin(Stdio::null())
        .output()
        .await
        .context("running `npm run contracts:gas`")?;
    ensure!(
        ended.status.success(),
        "the gas tests fail: {}",
        String::from_utf8_lossy(&ended.stdout)
    );
    let token = Figures::of("RegulatedToken")?;
    let identity = Figures::of("Identity")?;
    let certificates = Figures::of("CertificateRegistry")?;
    Ok(vec![
        Row::at_most(
            "transfer of RegulatedToken with country rules for both",
            token.gas("transfer with country rules")?,
            "gas",
            56_000.0,
        )
        .above(TREX_WITH_COUNTRY_RESTRICT),
        Row::part(
            "identity deployed, against ONCHAINID's proxy",
            identity.gas("identity deployed, by the factory")?,
            "gas",
            identity.gas("ONCHAINID's identity, by its factory")?,
            Of(0.4),
        ),
        Row::part(
            "one claim added, against ONCHAINID's",
            identity.gas("addClaim")?,
            "gas",
            identity.gas("addClaim, ONCHAINID's")?,
            Of(0.7),
        ),
        Row::part(
            "claim checked by a contract, cold, against T-REX's isVerified",
            identity.gas("a claim checked by a contract, cold")?,
            "gas",
            identity.gas("T-REX's isVerified with one topic, called by a contract, cold")?,
            Of(0.6),
        ),
        Row::at_most(
            "certify a new holder",
            certificates.gas("certify a new holder")?,
            "gas",
            60_000.0,
        ),
        Row::at_most(
            "isVerified of a certificate, cold",
            certificates.gas("isVerified called by a contract, cold")?,
            "gas",
            5_600.0,
        ),
    ])
}

/// What the tests of one contract have written.
struct Figures {
    file: String,
    figures: BTreeMap<String, String>,
}

impl Figures {
    fn of(contract: &str) -> Result<Self> {
        let file = format!("contracts/snapshots/{contract}.json");
        let text = fs::read_to_string(&file).with_context(|| format!("reading {file}"))?;
        let figures = serde_json::from_str(&text).with_context(|| format!("reading {file}"))?;
        Ok(Self { file, figures })
    }

    fn gas(&self, name: &str) -> Result<f64> {
        let figure = self.figures.get(name);
        let figure = figure.with_context(|| format!("{} has no `{name}`", self.file))?;
        figure
            .parse()
            .with_context(|| format!("{} of {}", name, self.file))
    }
}
