//! `symbolon chain add`: a registry that stands already.

use alloy_primitives::Address;
use clap::Args;
use serde_json::json;
use symbolon_chain::{deploy, endpoint::Endpoint};
use symbolon_core::ids::IssuerId;
use symbolon_store::{NewChain, Store};

use super::{
    RpcArgs,
    presets::{ChainSettings, ChainSettingsArgs},
};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon chain add`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon chain add --rpc-file node.url --deployed-block 19000000 --preset ethereum \\
      --registry 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
pub(crate) struct AddArgs {
    #[command(flatten)]
    rpc: RpcArgs,

    /// The registry's address
    #[arg(long, value_name = "ADDRESS")]
    registry: Address,

    /// The block in which it was deployed: the audit looks no further back
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    deployed_block: u64,

    #[command(flatten)]
    settings: ChainSettingsArgs,
}

/// Runs `symbolon chain add`.
pub(super) async fn run(args: &AddArgs, context: &Context) -> Result<Exit> {
    let endpoint = args.rpc.endpoint().await?;
    if !deploy::is_committed_registry(&endpoint, args.registry).await? {
        return Err(Failure::new(
            Exit::Chain,
            format!(
                "no IdentityRegistry of this version stands at {} on chain {}: check the address, or deploy one with `symbolon chain deploy`",
                args.registry,
                endpoint.chain()
            ),
        ));
    }
    let (registry, block) = (args.registry, args.deployed_block);
    let settings = args.settings.of(endpoint.chain())?;
    let chain = context
        .with_issuer(async |store, issuer| {
            record(store, issuer, &endpoint, registry, block, &settings).await
        })
        .await?;
    let document = json!({ "chain_id": chain.id, "name": chain.name, "registry": chain.registry });
    context.output.result(&document, || {
        format!(
            "chain {} is added; add its [[lane]] to the configuration and restart `symbolon serve`",
            chain.id
        )
    })?;
    Ok(Exit::Done)
}

/// Takes the chain into the register, which owes it every known wallet.
/// Doing it again changes nothing.
pub(super) async fn record(
    store: &Store,
    issuer: &IssuerId,
    endpoint: &Endpoint,
    registry: Address,
    deployed_block: u64,
    settings: &ChainSettings,
) -> Result<NewChain> {
    let id = endpoint.chain();
    let chain = NewChain {
        id,
        name: settings.name.clone(),
        registry,
        deployed_block,
        confirmations: settings.confirmations,
        settings: json!({}),
    };
    let known = store
        .chains(issuer)
        .await?
        .into_iter()
        .find(|known| known.chain.id == id);
    match known {
        Some(known) if known.chain.registry == registry => Ok(known.chain),
        Some(known) => Err(Failure::refused(format!(
            "{issuer} has the registry {} on chain {id} already: it keeps one a chain",
            known.chain.registry
        ))),
        None => {
            let mut transaction = store.begin(issuer).await?;
            transaction.add_chain(&chain).await?;
            transaction.commit().await?;
            Ok(chain)
        }
    }
}
