//! Issuers whose investors are kept on chain: is each registrar followed?

use symbolon_chain::registrar;
use symbolon_core::ids::IssuerId;
use symbolon_store::{Store, Writer};

use super::{Findings, nodes};
use crate::{
    config::{Config, RegistrarConfig},
    exit::{Failure, Result},
    output::grouped,
};

/// Checks the registrar of one issuer, or of all that have one.
pub(super) async fn check(
    config: &Config,
    store: &Store,
    issuer: Option<&IssuerId>,
    findings: &mut Findings,
) {
    let issuers = match store.issuers().await {
        Ok(issuers) => issuers,
        Err(error) => return findings.failure("registrars", Failure::from(error)),
    };
    for found in issuers {
        let wanted = issuer.is_none_or(|issuer| found.id == *issuer);
        let name = format!("registrar of {}", found.id);
        let section = config.registrar_of(&found.id);
        match (wanted, found.writer, section) {
            (false, ..) | (true, Writer::Register, None) => {}
            (true, Writer::Register, Some(section)) => findings.fail(
                name,
                format!("{} is there, but the register decides by itself", section.key("issuer")),
                "remove the section, or choose the writer with `symbolon issuer writer`",
            ),
            (true, Writer::Registrar { chain, .. }, None) => findings.warn(
                name,
                format!("it decides on chain {chain}, but this configuration has no [[registrar]] for it"),
                "add the section, unless another server follows it: what it decides reaches no chain otherwise",
            ),
            (true, writer, Some(section)) => {
                if let Err(failure) = follows(section, writer, store, &name, findings).await {
                    findings.failure(name, failure);
                }
            }
        }
    }
}

async fn follows(
    section: &RegistrarConfig,
    writer: Writer,
    store: &Store,
    name: &str,
    findings: &mut Findings,
) -> Result<()> {
    let address = section.of(writer)?;
    let endpoint = section.endpoint()?;
    let chain = section.chain();
    nodes::check(name, &section.nodes()?, chain, findings).await;
    endpoint.check_chain().await?;
    nodes::check_finality(name, &endpoint, section.finality(), findings).await;
    if !registrar::answers(&endpoint, address).await? {
        findings.fail(
            name,
            format!("what stands at {address} on chain {chain} does not answer as a KYCRegistrar"),
            "check the node, and the address with `symbolon issuer list`",
        );
        return Ok(());
    }
    let head = endpoint.head().await?.number;
    let next = store.next_block_to_witness(&section.issuer).await?;
    findings.ok(
        name,
        format!(
            "{address} on chain {chain} is read up to block {} of {}",
            grouped(next.saturating_sub(1)),
            grouped(head),
        ),
    );
    Ok(())
}
