//! `symbolon chain deploy`: the registry put in place, its mirror appointed,
//! the chain taken into the register. Doing it again finds all of it done.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, keccak256};
use clap::Args;
use serde_json::json;
use symbolon_chain::{deploy, signer::LaneSigner};
use symbolon_core::ids::IssuerId;

use super::{
    RpcArgs,
    add::{self, CommonArgs},
};
use crate::{
    config,
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon chain deploy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon chain deploy --rpc http://127.0.0.1:8545 --owner-key-file owner.key \\
      --signer-key-file mirror.key
  symbolon chain deploy --rpc-file base.url --owner-key-file owner.key --name Base \\
      --confirmations 12 --mirror 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --json")]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    rpc: RpcArgs,

    /// A file with the key that pays and will own the registry
    #[arg(long, value_name = "FILE")]
    owner_key_file: PathBuf,

    /// Who may write to the registry: the address of the lane's signer
    #[arg(
        long,
        value_name = "ADDRESS",
        required_unless_present = "signer_key_file"
    )]
    mirror: Option<Address>,

    /// A file with the key of the lane's signer
    #[arg(long, value_name = "FILE", conflicts_with = "mirror")]
    signer_key_file: Option<PathBuf>,

    #[command(flatten)]
    common: CommonArgs,
}

/// Each issuer's registry has an address of its own, the same on every chain.
pub(crate) fn registry_salt(issuer: &IssuerId) -> B256 {
    keccak256(format!("symbolon registry of {issuer}"))
}

/// Runs `symbolon chain deploy`.
pub(super) async fn run(args: &DeployArgs, context: &Context) -> Result<Exit> {
    let owner = signer("--owner-key-file", &args.owner_key_file)?;
    let mirror = match (&args.mirror, &args.signer_key_file) {
        (Some(mirror), _) => *mirror,
        (None, Some(path)) => signer("--signer-key-file", path)?.address(),
        (None, None) => {
            return Err(Failure::usage(
                "name the mirror with --mirror or --signer-key-file",
            ));
        }
    };
    let endpoint = args.rpc.endpoint().await?;
    let chain_id = endpoint.chain();
    let (issuer, deployed) = context
        .with_issuer(async |store, issuer| {
            let output = context.output;
            output.note(format_args!(
                "chain {chain_id}: putting the registry in place"
            ));
            let code = deploy::registry_code(owner.address());
            let deployed = deploy::deploy(&endpoint, &owner, &code, registry_salt(issuer)).await?;
            output.note(format_args!(
                "chain {chain_id}: appointing the mirror {mirror}"
            ));
            deploy::appoint_mirror(&endpoint, &owner, deployed.address, mirror).await?;
            let (registry, block) = (deployed.address, deployed.block);
            add::record(store, issuer, &endpoint, registry, block, &args.common).await?;
            Ok((issuer.clone(), deployed))
        })
        .await?;
    let lane = lane(&issuer, chain_id.0, args);
    let document = json!({
        "chain_id": chain_id,
        "registry": deployed.address,
        "block": deployed.block,
        "fresh": deployed.fresh,
        "owner": owner.address(),
        "mirror": mirror,
        "lane": lane,
    });
    context.output.result(&document, || {
        format!(
            "the registry of {issuer} stands at {} on chain {chain_id}\n\nAdd this to {}, then restart `symbolon serve`:\n\n{lane}",
            deployed.address,
            config::DEFAULT_FILE,
        )
    })?;
    Ok(Exit::Done)
}

fn signer(option: &str, path: &Path) -> Result<LaneSigner> {
    LaneSigner::from_hex(&config::read_secret(option, path)?)
        .map_err(|error| Failure::configuration(format!("{option}: {}: {error}", path.display())))
}

/// The section for the configuration. It names where secrets are, never them.
fn lane(issuer: &IssuerId, chain: u64, args: &DeployArgs) -> String {
    let rpc = match &args.rpc.rpc_file {
        Some(path) => format!("rpc_url_file = {}", quoted(path)),
        None => format!("rpc_url_env = \"SYMBOLON_RPC_URL_{chain}\""),
    };
    let key = match &args.signer_key_file {
        Some(path) => format!("signer_key_file = {}", quoted(path)),
        None => format!("signer_key_env = \"SYMBOLON_SIGNER_KEY_{chain}\""),
    };
    format!("[[lane]]\nissuer = \"{issuer}\"\nchain_id = {chain}\n{rpc}\n{key}\n")
}

fn quoted(path: &Path) -> String {
    toml::Value::from(path.display().to_string()).to_string()
}
