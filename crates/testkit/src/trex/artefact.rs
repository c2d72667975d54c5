//! The compiled contracts that the npm packages ship.

use std::path::Path;

use alloy::hex;
use serde_json::Value;

/// A package with compiled contracts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Package {
    Trex,
    OnchainId,
}

/// The creation code of a contract, named by its source file without `.sol`.
pub(super) fn code(package: Package, contract: &str) -> Vec<u8> {
    let package = match package {
        Package::Trex => "@tokenysolutions/t-rex",
        Package::OnchainId => "@onchain-id/solidity",
    };
    let name = contract.rsplit('/').next().unwrap_or(contract);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../node_modules")
        .join(package)
        .join(format!("artifacts/contracts/{contract}.sol/{name}.json"));
    let text = std::fs::read(&path).expect("`make setup` fetches the package");
    let artefact: Value = serde_json::from_slice(&text).expect("an artefact is JSON");
    let code = artefact["bytecode"].as_str().expect("an artefact has code");
    hex::decode(code).expect("code is hexadecimal")
}
