//! `symbolon issuer writer`: who decides about an issuer's investors.

use alloy_primitives::Address;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use symbolon_chain::{
    endpoint::Endpoint,
    registrar::{self, RegistrarEvent, owner_id},
};
use symbolon_core::ids::IssuerId;
use symbolon_store::{Store, StoreError, Writer};

use crate::{
    commands::chain::RpcArgs,
    config,
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon issuer writer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon issuer writer registrar --issuer acme --rpc-file node.url --from-block 19000000 \\
      --address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon issuer writer register --issuer acme

A writer is chosen before anything is decided, and stays.")]
pub(crate) struct WriterArgs {
    #[command(subcommand)]
    who: Who,
}

#[derive(Debug, Subcommand)]
enum Who {
    /// A KYCRegistrar on chain decides: the register takes in what happens there, and writes nothing itself
    Registrar(RegistrarArgs),
    /// The register decides by itself, as it does by default
    #[command(after_help = "Example:\n  symbolon issuer writer register --issuer acme")]
    Register,
}

/// The arguments of `symbolon issuer writer registrar`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon issuer writer registrar --rpc-file node.url --from-block 19000000 \\
      --address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

Afterwards `symbolon serve` follows the registrar by the [[registrar]] of the configuration.")]
pub(crate) struct RegistrarArgs {
    #[command(flatten)]
    rpc: RpcArgs,

    /// The registrar's address
    #[arg(long, value_name = "ADDRESS")]
    address: Address,

    /// The block in which it was deployed, or an earlier one: what came before is never read
    #[arg(long, value_name = "NUMBER")]
    from_block: u64,
}

/// Runs `symbolon issuer writer`.
pub(super) async fn run(args: &WriterArgs, context: &Context) -> Result<Exit> {
    let writer = match &args.who {
        Who::Register => Writer::Register,
        Who::Registrar(args) => registrar(args).await?,
    };
    let issuer = context
        .with_issuer(async |store, issuer| {
            choose(store, issuer, writer).await?;
            Ok(issuer.clone())
        })
        .await?;
    let mut document = shown(writer);
    if let Writer::Registrar { chain, .. } = writer {
        document["registrar"] = section(&issuer, chain.0).into();
    }
    context.output.result(&document, || match writer {
        Writer::Register => format!("the register of {issuer} decides by itself"),
        Writer::Registrar { chain, address, .. } => format!(
            "the registrar {address} on chain {chain} decides about {issuer}'s investors\n\nAdd this to {}:\n\n{}\nThen restart `symbolon serve`.",
            config::DEFAULT_FILE,
            section(&issuer, chain.0),
        ),
    })?;
    Ok(Exit::Done)
}

/// The writer, once it is known that a registrar stands there and that nothing
/// of its history is left out.
async fn registrar(args: &RegistrarArgs) -> Result<Writer> {
    let (endpoint, address) = (args.rpc.endpoint().await?, args.address);
    let chain = endpoint.chain();
    if !registrar::answers(&endpoint, address).await? {
        return Err(Failure::new(
            Exit::Chain,
            format!(
                "what stands at {address} on chain {chain} does not answer as a KYCRegistrar: check the address and the node"
            ),
        ));
    }
    if !shows_beginning(&endpoint, address, args.from_block).await? {
        return Err(Failure::refused(format!(
            "--from-block: the registrar at {address} was deployed before block {}, or the node has not kept its first events: give the block of its deployment, by a node that keeps all logs",
            args.from_block
        )));
    }
    Ok(Writer::Registrar {
        chain,
        address,
        deployed_block: args.from_block,
    })
}

/// Whether the owner's appointment, the registrar's first event, can be seen.
async fn shows_beginning(endpoint: &Endpoint, address: Address, from: u64) -> Result<bool> {
    let head = endpoint.head().await?.number;
    let first = registrar::first_event(endpoint, address, from, head).await?;
    let appointed = RegistrarEvent::AuthorityIndexed {
        id: owner_id(address),
        index: 0,
    };
    Ok(first.is_some_and(|first| first.event == appointed))
}

async fn choose(store: &Store, issuer: &IssuerId, writer: Writer) -> Result<()> {
    if store.writer(issuer).await? == writer {
        return Ok(());
    }
    let mut transaction = store.begin(issuer).await?;
    transaction
        .set_writer(writer)
        .await
        .map_err(|error| match error {
            StoreError::Conflict { .. } => Failure::refused(format!(
                "{issuer} has decided already, so its writer stays as it is: make another issuer with `symbolon issuer create`"
            )),
            other => other.into(),
        })?;
    transaction.commit().await?;
    Ok(())
}

/// As documents have it.
pub(in crate::commands) fn shown(writer: Writer) -> Value {
    match writer {
        Writer::Register => json!({ "writer": "register" }),
        Writer::Registrar {
            chain,
            address,
            deployed_block,
        } => json!({
            "writer": "registrar",
            "chain_id": chain,
            "address": address,
            "from_block": deployed_block,
        }),
    }
}

/// In a few words.
pub(in crate::commands) fn in_words(writer: Writer) -> String {
    match writer {
        Writer::Register => "the register".to_owned(),
        Writer::Registrar { chain, address, .. } => format!("{address} on chain {chain}"),
    }
}

/// What the operator adds to the configuration. It names where the URL is.
fn section(issuer: &IssuerId, chain: u64) -> String {
    format!(
        "[[registrar]]\nissuer = \"{issuer}\"\nchain_id = {chain}\nrpc_url_env = \"SYMBOLON_RPC_URL_{chain}\"\n"
    )
}
