//! `symbolon token add`, `list` and `forget`: the tokens that ask the issuer's
//! registries.

use alloy_primitives::Address;
use clap::Args;
use serde_json::json;
use symbolon_core::ids::RegistryId;
use symbolon_store::{KnownToken, StoreError};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};

/// The arguments of `symbolon token add`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  symbolon token add 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --chain 8453")]
pub(crate) struct AddArgs {
    /// The token
    #[arg(value_name = "ADDRESS")]
    token: Address,

    /// Which chain, and which of your registries there that it asks
    #[arg(long, value_name = "CHAIN_ID")]
    chain: RegistryId,

    /// The block from which its transfers are read [default: the registry's first]
    #[arg(long, value_name = "NUMBER")]
    first_block: Option<u64>,
}

/// Runs `symbolon token add`.
pub(super) async fn add(args: &AddArgs, context: &Context) -> Result<Exit> {
    let known = context
        .with_issuer(async |store, issuer| {
            let id = args.chain;
            let chain = store.chain(issuer, id).await.map_err(|error| match error {
                StoreError::NotFound { .. } => Failure::not_found(format!(
                    "{issuer} has no registry on chain {id}: `symbolon chain list` shows those it has"
                )),
                other => other.into(),
            })?;
            let known = KnownToken {
                registry: id,
                token: args.token,
                first_block: args.first_block.unwrap_or(chain.chain.deployed_block),
            };
            let mut transaction = store.begin(issuer).await?;
            transaction.add_token(&known).await?;
            transaction.commit().await?;
            Ok(known)
        })
        .await?;
    context.output.result(&document(&known), || {
        format!(
            "{} on chain {} is read from block {}",
            known.token, known.registry, known.first_block
        )
    })?;
    Ok(Exit::Done)
}

/// Runs `symbolon token list`.
pub(super) async fn list(context: &Context) -> Result<Exit> {
    let tokens = context
        .with_issuer(async |store, issuer| Ok(store.tokens(issuer).await?))
        .await?;
    let shown: Vec<_> = tokens.iter().map(document).collect();
    let mut rows = table(["chain", "token", "first block"]);
    for known in &tokens {
        rows.add_row([
            known.registry.to_string(),
            known.token.to_string(),
            known.first_block.to_string(),
        ]);
    }
    context.output.result(&shown, || match tokens.is_empty() {
        true => "no token: `symbolon token add` makes one known".to_owned(),
        false => rows.to_string(),
    })?;
    Ok(Exit::Done)
}

/// Runs `symbolon token forget`.
pub(super) async fn forget(token: Address, context: &Context) -> Result<Exit> {
    context
        .with_issuer(async |store, issuer| {
            let mut transaction = store.begin(issuer).await?;
            transaction
                .forget_token(token)
                .await
                .map_err(|error| match error {
                    StoreError::NotFound { .. } => Failure::not_found(format!(
                        "{issuer} has no token {token}: `symbolon token list` shows those it has"
                    )),
                    other => other.into(),
                })?;
            Ok(transaction.commit().await?)
        })
        .await?;
    let document = json!({ "token": token.to_string() });
    context
        .output
        .result(&document, || format!("{token} is not read any more"))?;
    Ok(Exit::Done)
}

fn document(known: &KnownToken) -> serde_json::Value {
    json!({
        "chain_id": known.registry.chain,
        "place": known.registry.place,
        "token": known.token.to_string(),
        "first_block": known.first_block,
    })
}
