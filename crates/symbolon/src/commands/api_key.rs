//! `symbolon api-key`: who may use the REST API. The log has who made which key, and what
//! it may do.

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::{
    actor::Actor,
    federation::{KeyGrant, KeyPowers},
    ids::{AuthorityIndex, InstanceName, IssuerId, PersonName},
};
use symbolon_store::{ApiKey, ApiKeyInfo, Store};

use super::federation::authority::Named;
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
    subject::operator,
};

/// The arguments of `symbolon api-key`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon api-key create treasury-backend --issuer acme
  symbolon api-key revoke treasury-backend

The log keeps who made and who revoked each key, and what it may do: never the key itself.")]
pub(crate) struct ApiKeyArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and show it, this once; the log keeps who did
    #[command(after_help = "\
Examples:
  KEY=$(symbolon api-key create treasury-backend)
  symbolon api-key create review-desk --profiles
  symbolon api-key create emea-backend --instance emea
  symbolon api-key create bafin-backend --authority bafin
  symbolon api-key create ada-key --person ada --operator \"Maria Kern\"")]
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
        /// Let it open, find and erase profiles of the vault
        #[arg(long)]
        profiles: bool,
        /// Let it see this instance's customers, and nothing else
        #[arg(long, value_name = "NAME", conflicts_with_all = ["authority", "person"])]
        instance: Option<InstanceName>,
        #[command(flatten)]
        granter: GranterArgs,
    },
    /// List the keys by name, with the ids that the log has of them
    #[command(after_help = "\
Example:
  symbolon api-key list --json

The keys themselves are kept nowhere: a lost one is revoked, and another made.")]
    List,
    /// Let a key open nothing any more
    #[command(after_help = "Example:\n  symbolon api-key revoke treasury-backend")]
    Revoke {
        /// The key's name
        #[arg(value_parser = name)]
        name: String,
        #[command(flatten)]
        granter: GranterArgs,
    },
}

/// Who answers for what the log tells of keys.
#[derive(Debug, Args)]
struct GranterArgs {
    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,
}

impl GranterArgs {
    fn actor(&self) -> Result<Actor> {
        let operator = operator(self.operator.as_deref())?;
        Ok(Actor::command_line(&operator))
    }
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

/// An instance that is there.
async fn there_is(
    instance: &InstanceName,
    store: &Store,
    issuer: &IssuerId,
) -> Result<InstanceName> {
    let found = store.instance(issuer, instance).await;
    found.map(|found| found.name).map_err(|error| match error {
        symbolon_store::StoreError::NotFound { .. } => Failure::not_found(format!(
            "{issuer} has no instance `{instance}`: `symbolon instances list` shows them"
        )),
        other => other.into(),
    })
}

/// For whom a key is to speak; `None` for the issuer itself.
async fn grant(
    (authority, person, instance): (Option<&Named>, Option<&PersonName>, Option<&InstanceName>),
    store: &Store,
    issuer: &IssuerId,
) -> Result<Option<KeyGrant>> {
    if let Some(named) = authority {
        let index = known(named, store, issuer).await?;
        return Ok((!index.is_owner()).then_some(KeyGrant::Authority(index)));
    }
    if let Some(instance) = instance {
        let instance = there_is(instance, store, issuer).await?;
        return Ok(Some(KeyGrant::Instance(instance)));
    }
    Ok(person.cloned().map(KeyGrant::Person))
}

/// Runs `symbolon api-key`.
pub(crate) async fn run(args: &ApiKeyArgs, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    match &args.action {
        Action::Create {
            name,
            authority,
            person,
            profiles,
            instance,
            granter,
        } => {
            let by = granter.actor()?;
            let (issuer, key) = context
                .with_issuer(async |store, issuer| {
                    let key = ApiKey::from_random(issuer, rand::random());
                    let whom = (authority.as_ref(), person.as_ref(), instance.as_ref());
                    let powers = KeyPowers {
                        grant: grant(whom, store, issuer).await?,
                        profiles: *profiles,
                    };
                    let made = store.create_api_key(name, &key, &powers, &by, now);
                    made.await??;
                    Ok((issuer.clone(), key))
                })
                .await?;
            // The one place where a key is printed, so that `$(…)` catches it.
            let shown = json!({
                "issuer": issuer,
                "name": name,
                "id": key.id(),
                "profiles": profiles,
                "instance": instance,
                "key": key.text(),
            });
            context.output.result(&shown, || key.text().to_owned())?;
            context.output.note(format_args!(
                "this is the only time that the key `{name}` of {issuer} is shown: keep it like a password"
            ));
        }
        Action::List => {
            let keys = context
                .with_issuer(async |store, issuer| Ok(store.api_keys(issuer).await?))
                .await?;
            list(&keys, context)?;
        }
        Action::Revoke { name, granter } => {
            let by = granter.actor()?;
            context
                .with_issuer(async |store, issuer| {
                    let revoked = store.revoke_api_key(issuer, name, &by, now).await;
                    revoked.map_err(|error| match error {
                        symbolon_store::StoreError::NotFound { .. } => Failure::not_found(format!(
                            "{issuer} has no API key `{name}`: `symbolon api-key list` shows them"
                        )),
                        other => other.into(),
                    })??;
                    Ok(())
                })
                .await?;
            context.output.result(&json!({ "name": name, "revoked": true }), || {
                format!("the key `{name}` opens nothing any more; running servers notice within seconds")
            })?;
        }
    }
    Ok(Exit::Done)
}

fn list(keys: &[ApiKeyInfo], context: &Context) -> Result<()> {
    let mut shown = Vec::with_capacity(keys.len());
    let mut rows = table(["name", "speaks for", "profiles", "state", "id"]);
    for key in keys {
        let KeyPowers { grant, profiles } = &key.powers;
        let (mut authority, mut person, mut instance) = (AuthorityIndex::OWNER, None, None);
        let speaks_for = match grant {
            None => "the issuer".to_owned(),
            Some(KeyGrant::Authority(index)) => {
                authority = *index;
                format!("authority {index}")
            }
            Some(KeyGrant::Person(name)) => {
                person = Some(name);
                name.to_string()
            }
            Some(KeyGrant::Instance(name)) => {
                instance = Some(name);
                format!("instance {name}")
            }
        };
        let state = match key.revoked {
            None => format!("since {}", key.created.day()),
            Some(at) => format!("revoked {}", at.day()),
        };
        rows.add_row([
            key.name.clone(),
            speaks_for,
            match profiles {
                true => "opens them".to_owned(),
                false => String::new(),
            },
            state,
            key.id.to_string(),
        ]);
        shown.push(json!({
            "id": key.id,
            "name": key.name,
            "authority": authority,
            "person": person,
            "profiles": profiles,
            "instance": instance,
            "created": key.created.to_string(),
            "revoked": key.revoked.map(|at| at.to_string()),
        }));
    }
    context.output.result(&shown, || match rows.is_empty() {
        true => "no keys: `symbolon api-key create NAME` makes one".to_owned(),
        false => rows.to_string(),
    })
}
