//! `symbolon chain add`: a registry that stands already.

use alloy_primitives::Address;
use clap::Args;
use serde_json::json;
use symbolon_chain::{deploy, endpoint::Endpoint};
use symbolon_core::{
    country::Country,
    ids::{IssuerId, RegistryId},
    investor::Level,
    mirror::filter::RegistryFilter,
};
use symbolon_store::{NewChain, Store};

use super::{
    RpcArgs,
    presets::{ChainSettings, ChainSettingsArgs},
};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    kind::LevelName,
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

    #[command(flatten)]
    mirroring: MirroringArgs,
}

/// Which of several registries on a chain it is, and whom it holds.
#[derive(Debug, Args)]
pub(super) struct MirroringArgs {
    /// Which of the issuer's registries on this chain it is, counted from 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=127))]
    pub(super) place: u8,

    /// It holds only investors of this country; may be repeated [default: of all countries]
    #[arg(long = "only-country", value_name = "CODE")]
    countries: Vec<Country>,

    /// It holds only investors verified so thoroughly; may be repeated [default: all]
    #[arg(long = "only-level", value_name = "LEVEL")]
    levels: Vec<LevelName>,
}

impl MirroringArgs {
    fn filter(&self) -> RegistryFilter {
        RegistryFilter {
            countries: self.countries.iter().copied().collect(),
            levels: self.levels.iter().copied().map(Level::from).collect(),
        }
    }
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
            record(
                store,
                issuer,
                &endpoint,
                registry,
                block,
                &settings,
                &args.mirroring,
            )
            .await
        })
        .await?;
    let document = json!({ "chain_id": chain.id.chain, "place": chain.id.place, "filter": chain.filter, "name": chain.name, "registry": chain.registry });
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
    mirroring: &MirroringArgs,
) -> Result<NewChain> {
    let id = RegistryId {
        chain: endpoint.chain(),
        place: mirroring.place,
    };
    let chain = NewChain {
        id,
        filter: mirroring.filter(),
        name: settings.name.clone(),
        registry,
        identity_factory: symbolon_chain::deploy::identity_factory(),
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
        Some(known) if known.chain.registry == registry && known.chain.filter == chain.filter => {
            Ok(known.chain)
        }
        Some(known) if known.chain.registry == registry => Err(Failure::refused(format!(
            "the registry {registry} holds others than these: another filter needs a registry of its own, with another --place"
        ))),
        Some(known) => Err(Failure::refused(format!(
            "{issuer} has the registry {} as {id} already: give another --place for a further one",
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
