//! `symbolon certificates define`: what a certificate requires, as data of a chain's
//! registry (ERC-5851).

use std::path::PathBuf;

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, Bytes, U256};
use clap::Args;
use serde::Deserialize;
use serde_json::json;
use symbolon_bindings::CertificateRegistry;
use symbolon_chain::roles;
use symbolon_core::{certificate::CertificateId, ids::RegistryId, mirror::companion::Companion};

use crate::{
    commands::chain::{
        owner::OwnerArgs,
        place::{NodeArgs, Place},
    },
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The operators of the standard.
const LOGIC: [&str; 8] = ["==", "!=", ">=", "<=", ">", "<", "⊂", "⊄"];

/// The arguments of `symbolon certificates define`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon certificates define 8453 7 requirements.json --owner-key-file owner.key

The file is a JSON list: `title`, `type` and `description` of what is asked, `logic` (==, !=, >=,
<=, >, <, ⊂, ⊄), and one expected value: `string`, `uint`, `address`, `bool` or `bytes`. Each definition is
a new version: name it with --requirements when you issue.")]
pub(crate) struct DefineArgs {
    /// Beside which registry
    #[arg(value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// Which certificate
    #[arg(value_name = "ID")]
    certificate: CertificateId,

    /// What it requires, as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    owner: OwnerArgs,

    #[command(flatten)]
    node: NodeArgs,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    title: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    description: String,
    logic: String,
    #[serde(default)]
    string: String,
    #[serde(default)]
    uint: U256,
    #[serde(default)]
    address: Address,
    #[serde(default)]
    bool: bool,
    #[serde(default)]
    bytes: Bytes,
}

/// Runs `symbolon certificates define`.
pub(super) async fn run(args: &DefineArgs, context: &Context) -> Result<Exit> {
    let requirements = read(args)?;
    let call = CertificateRegistry::changeStandardRequirementCall {
        SBTID: U256::from(args.certificate.0),
        requirements: requirements
            .into_iter()
            .map(|one| {
                let metadata = (one.title, one.kind, one.description);
                let values = (one.string, one.uint, one.address, one.bool, one.bytes);
                (metadata.into(), one.logic, values.into()).into()
            })
            .collect(),
    };
    let data = Bytes::from(call.abi_encode());
    let (chain, certificate) = (args.chain, args.certificate);
    let (unsent, version) = context
        .with_issuer(async |store, issuer| {
            let known = store.companions(issuer).await?;
            let mut known = known.iter().filter(|one| {
                one.registry == chain && one.companion == Companion::Certificates
            });
            let contract = known.next().map(|one| one.contract).ok_or_else(|| {
                Failure::not_found(format!(
                    "{issuer} has no certificates on chain {chain}: `symbolon certificates deploy {chain}` puts them in place"
                ))
            })?;
            let place = Place::open(&args.node, chain, store, issuer, context).await?;
            let endpoint = &place.endpoint;
            let (owner, _) = roles::ownership(endpoint, contract).await?;
            let owner = args.owner.of(owner)?;
            let what = "to say what the certificate requires";
            let unsent = owner.carry_out(endpoint, contract, data, what).await?;
            let ask = CertificateRegistry::requirementVersionCall {
                id: U256::from(certificate.0),
            };
            let answer = endpoint.ask(contract, ask.abi_encode().into()).await?;
            let version = answer.and_then(|output| {
                CertificateRegistry::requirementVersionCall::abi_decode_returns(&output).ok()
            });
            store.retry_companions(issuer, chain).await?;
            Ok((unsent, version.unwrap_or_default()))
        })
        .await?;
    let document = json!({
        "chain_id": chain.chain,
        "place": chain.place,
        "certificate": certificate,
        "version": version.to_string(),
        "unsent": unsent,
    });
    context.output.result(&document, || match &unsent {
        Some(unsent) => unsent.text(),
        None => format!(
            "certificate {certificate} requires this on chain {chain} as version {version}: name it with --requirements {version} when you issue"
        ),
    })?;
    Ok(Exit::Done)
}

fn read(args: &DefineArgs) -> Result<Vec<Requirement>> {
    let path = &args.file;
    let refused = |why: String| Failure::new(Exit::Refused, format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(Failure::file("read", path))?;
    let requirements: Vec<Requirement> =
        serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
    if requirements.is_empty() {
        return Err(refused(
            "it asks for nothing: name at least one requirement".to_owned(),
        ));
    }
    for (place, one) in requirements.iter().enumerate() {
        if !LOGIC.contains(&one.logic.as_str()) {
            return Err(refused(format!(
                "requirement {}: `logic` is `{}`: give one of {}",
                place + 1,
                one.logic,
                LOGIC.join(", ")
            )));
        }
    }
    Ok(requirements)
}
