//! `symbolon chain deploy`: the registry put in place, its mirror appointed,
//! the chain taken into the register. Doing it again finds all of it done.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, B256, keccak256};
use clap::Args;
use serde_json::json;
use symbolon_chain::{
    deploy, deployer, endpoint::Endpoint, preset::Preset, roles, signer::LaneSigner,
};
use symbolon_core::ids::IssuerId;

use super::{
    RpcArgs, add,
    owner::signer,
    presets::{self, ChainSettingsArgs},
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
  openssl rand -hex 32 > owner.key; chmod 600 owner.key
  symbolon chain deploy --rpc http://127.0.0.1:8545 --owner-key-file owner.key \\
      --signer-key-file mirror.key
  symbolon chain deploy --rpc-file base.url --owner-key-file owner.key --preset base \\
      --mirror 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --json

The registry stands at the same address on every chain, as long as issuer and owner are the same:
deploy with one owner everywhere, then `symbolon chain handover` each registry to a multisig.")]
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

    /// Put the CREATE2 deployer in place first where the chain lacks it, for 0.01 of its coin
    #[arg(long)]
    place_deployer: bool,

    #[command(flatten)]
    settings: ChainSettingsArgs,

    #[command(flatten)]
    mirroring: add::MirroringArgs,
}

/// Each of an issuer's registries has an address of its own, the same on every
/// chain.
pub(crate) fn registry_salt(issuer: &IssuerId, place: u8) -> B256 {
    match place {
        0 => keccak256(format!("symbolon registry of {issuer}")),
        place => keccak256(format!("symbolon registry of {issuer}, place {place}")),
    }
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
    let settings = args.settings.of(chain_id)?;
    let output = context.output;
    let warning = (owner.address() == mirror).then_some(
        "owner and mirror are one key: whoever takes the server's key takes the registry; give the lane a key of its own",
    );
    if let Some(warning) = warning {
        output.note(format_args!("warning: {warning}"));
    }
    let (issuer, deployed) = context
        .with_issuer(async |store, issuer| {
            if args.place_deployer && deployer::place(&endpoint, &owner).await? {
                output.note(format_args!(
                    "chain {chain_id}: the CREATE2 deployer is in place"
                ));
            }
            output.note(format_args!(
                "chain {chain_id}: {} puts the registry in place and owns it",
                owner.address()
            ));
            let code = deploy::registry_code(owner.address());
            let deployed = deploy::deploy(
                &endpoint,
                &owner,
                &code,
                registry_salt(issuer, args.mirroring.place),
            )
            .await?;
            may_appoint(&endpoint, deployed.address, &owner, mirror).await?;
            output.note(format_args!(
                "chain {chain_id}: appointing the mirror {mirror}"
            ));
            deploy::appoint_mirror(&endpoint, &owner, deployed.address, mirror).await?;
            let (registry, block) = (deployed.address, deployed.block);
            if endpoint.balance(mirror).await?.0 == 0 {
                output.note(format_args!(
                    "warning: the mirror {mirror} has none of the chain's coin: send it some before `symbolon serve`"
                ));
            }
            add::record(
                store,
                issuer,
                &endpoint,
                registry,
                block,
                &settings,
                &args.mirroring,
            )
            .await?;
            Ok((issuer.clone(), deployed))
        })
        .await?;
    let lane = Lane::of(&issuer, chain_id.0, settings.preset, args);
    let document = json!({
        "chain_id": chain_id,
        "registry": deployed.address,
        "block": deployed.block,
        "fresh": deployed.fresh,
        "owner": owner.address(),
        "mirror": mirror,
        "preset": settings.preset.map(|preset| preset.name),
        "lane": lane.section,
        "variables": lane.variables.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "warning": warning,
    });
    context.output.result(&document, || {
        format!(
            "the registry of {issuer} stands at {} on chain {chain_id}\n\n{}",
            deployed.address,
            lane.text(),
        )
    })?;
    Ok(Exit::Done)
}

/// A registry that stands already may belong to somebody else by now.
async fn may_appoint(
    endpoint: &Endpoint,
    registry: Address,
    owner: &LaneSigner,
    mirror: Address,
) -> Result<()> {
    if roles::is_mirror(endpoint, registry, mirror).await? {
        return Ok(());
    }
    let (owns, _) = roles::ownership(endpoint, registry).await?;
    if owns == owner.address() {
        return Ok(());
    }
    let chain = endpoint.chain();
    Err(Failure::refused(format!(
        "chain {chain}: the registry at {registry} stands already, and {} has handed it over: only {owns} can appoint the mirror {mirror}: `symbolon chain rotate-signer {chain} --new-signer {mirror} --print` tells what it must send",
        owner.address()
    )))
}

/// What the operator adds to the configuration. It names where secrets are,
/// never them.
struct Lane {
    section: String,
    /// Variables that the section names, and what belongs into each.
    variables: Vec<(String, &'static str)>,
}

impl Lane {
    fn of(issuer: &IssuerId, chain: u64, preset: Option<&Preset>, args: &DeployArgs) -> Self {
        let mut variables = Vec::new();
        let mut source = |key: &str, file: Option<&PathBuf>, variable: &str, what| match file {
            Some(path) => format!("{key}_file = {}", quoted(path)),
            None => {
                let name = format!("{variable}_{chain}");
                let line = format!("{key}_env = \"{name}\"");
                variables.push((name, what));
                line
            }
        };
        let rpc_file = args.rpc.rpc_file.as_ref();
        let rpc = source("rpc_url", rpc_file, "SYMBOLON_RPC_URL", "<the node's URL>");
        let key_file = args.signer_key_file.as_ref();
        let what = "<the signer's key, 64 hexadecimal digits>";
        let key = source("signer_key", key_file, "SYMBOLON_SIGNER_KEY", what);
        let place = match args.mirroring.place {
            0 => String::new(),
            place => format!("place = {place}\n"),
        };
        let mut section =
            format!("[[lane]]\nissuer = \"{issuer}\"\nchain_id = {chain}\n{place}{rpc}\n{key}\n");
        if let Some(preset) = preset {
            let (gwei, poll) = (presets::gwei(preset), preset.poll.0);
            section.push_str(&format!("max_fee_gwei = {gwei}\npoll_ms = {poll}\n"));
        }
        Self { section, variables }
    }

    fn text(&self) -> String {
        let Self { section, variables } = self;
        let file = config::DEFAULT_FILE;
        let mut text = format!("Add this to {file}:\n\n{section}\n");
        if !variables.is_empty() {
            text.push_str("Set this where `symbolon serve` runs:\n\n");
            for (name, what) in variables {
                text.push_str(&format!("export {name}='{what}'\n"));
            }
            text.push('\n');
        }
        text.push_str("Then restart `symbolon serve`.");
        text
    }
}

/// As TOML has it.
pub(super) fn quoted(path: &Path) -> String {
    toml::Value::from(path.display().to_string()).to_string()
}
