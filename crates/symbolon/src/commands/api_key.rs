//! `symbolon api-key`: who may use the REST API.

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::ids::{AuthorityIndex, IssuerId, PersonName};
use symbolon_store::{ApiKey, KeyGrant, Store};

use super::federation::authority::Named;
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};

/// The arguments of `symbolon api-key`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon api-key create treasury-backend --issuer acme
  symbolon api-key revoke treasury-backend")]
pub(crate) struct ApiKeyArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and show it, this once
    #[command(after_help = "\
Examples:
  KEY=$(symbolon api-key create treasury-backend)
  symbolon api-key create bafin-backend --authority bafin
  symbolon api-key create ada-key --person ada")]
    Create {
        /// By which the log will know its holder
        #[arg(value_parser = name)]
        name: String,
        /// The authority that its holder acts for, by name or number [default:
        /// the issuer itself]
        #[arg(long, value_name = "AUTHORITY", conflicts_with = "person")]
        authority: Option<Named>,
        /// The person that its holder is, who approves what the owner decides
        #[arg(long, value_name = "NAME")]
        person: Option<PersonName>,
    },
    /// List the keys by name; the keys themselves are kept nowhere
    #[command(after_help = "Example:\n  symbolon api-key list --json")]
    List,
    /// Let a key open nothing any more
    #[command(after_help = "Example:\n  symbolon api-key revoke treasury-backend")]
    Revoke {
        /// The key's name
        #[arg(value_parser = name)]
        name: String,
    },
}

/// Names reach the log, so they are short and plain.
fn name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=60).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    fits.then(|| text.to_owned())
        .ok_or("use 1 to 60 letters, digits, `-`, `_` and `.`")
}

/// An authority that is there: a key for nobody would open nothing, silently.
async fn known(named: &Named, store: &Store, issuer: &IssuerId) -> Result<AuthorityIndex> {
    let index = named.find(store, issuer).await?;
    let federation = store.federation(issuer).await?;
    federation.mandate(index).map(|_| index).ok_or_else(|| {
        Failure::not_found(format!(
            "{issuer} has no authority {named}: `symbolon authority list` shows all"
        ))
    })
}

/// Runs `symbolon api-key`.
pub(crate) async fn run(args: &ApiKeyArgs, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    match &args.action {
        Action::Create {
            name,
            authority,
            person,
        } => {
            let (issuer, key) = context
                .with_issuer(async |store, issuer| {
                    let key = ApiKey::from_random(issuer, rand::random());
                    let grant = KeyGrant {
                        authority: match authority {
                            Some(named) => known(named, store, issuer).await?,
                            None => AuthorityIndex::OWNER,
                        },
                        person: person.clone(),
                    };
                    store.create_api_key(name, &key, &grant, now).await?;
                    Ok((issuer.clone(), key))
                })
                .await?;
            // The one place where a key is printed, so that `$(…)` catches it.
            let shown = json!({ "issuer": issuer, "name": name, "key": key.text() });
            context.output.result(&shown, || key.text().to_owned())?;
            context.output.note(format_args!(
                "this is the only time that the key `{name}` of {issuer} is shown: keep it like a password"
            ));
        }
        Action::List => {
            let keys = context
                .with_issuer(async |store, issuer| Ok(store.api_keys(issuer).await?))
                .await?;
            let shown: Vec<_> = keys
                .iter()
                .map(|key| {
                    json!({
                        "name": key.name,
                        "authority": key.grant.authority,
                        "person": key.grant.person,
                        "created": key.created.to_string(),
                        "revoked": key.revoked.map(|at| at.to_string()),
                    })
                })
                .collect();
            context.output.result(&shown, || {
                let mut table = table(["name", "acts for", "person", "since", "state"]);
                for key in &keys {
                    let state = match key.revoked {
                        None => "works".to_owned(),
                        Some(at) => format!("revoked {at}"),
                    };
                    let person = key.grant.person.as_ref().map(ToString::to_string);
                    table.add_row([
                        key.name.clone(),
                        match key.grant.authority.is_owner() {
                            true => "the issuer".to_owned(),
                            false => format!("authority {}", key.grant.authority),
                        },
                        person.unwrap_or_default(),
                        key.created.to_string(),
                        state,
                    ]);
                }
                table.to_string()
            })?;
        }
        Action::Revoke { name } => {
            context
                .with_issuer(async |store, issuer| {
                    store.revoke_api_key(issuer, name, now).await.map_err(|error| match error {
                        symbolon_store::StoreError::NotFound { .. } => Failure::not_found(format!(
                            "{issuer} has no API key `{name}`: `symbolon api-key list` shows them"
                        )),
                        other => other.into(),
                    })
                })
                .await?;
            context.output.result(&json!({ "name": name, "revoked": true }), || {
                format!("the key `{name}` opens nothing any more; running servers notice within seconds")
            })?;
        }
    }
    Ok(Exit::Done)
}
