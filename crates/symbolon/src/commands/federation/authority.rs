//! `symbolon authority`: who may verify investors beside the issuer, and where.

use std::{collections::BTreeSet, fmt, str::FromStr};

use clap::{Args, Subcommand};
use serde_json::json;
use symbolon_core::{
    country::Country,
    federation::OwnerOperation,
    ids::{AuthorityIndex, AuthorityName, InvestorId, IssuerId},
};
use symbolon_store::Store;

use super::owner::{OwnerArgs, WaitArgs, propose};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    output::table,
};

/// The arguments of `symbolon authority`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon authority add bafin --country DE --country AT
  symbolon authority restrict bafin
  symbolon authority list --json")]
pub(crate) struct AuthorityArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an authority known
    #[command(after_help = "\
Example:
  symbolon authority add bafin --country DE --country AT
  symbolon api-key create bafin-backend --authority bafin")]
    Add {
        /// Its name: a–z, 0–9 and `-`
        name: AuthorityName,
        #[command(flatten)]
        countries: CountryArgs,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Say where an authority may act from now on
    #[command(after_help = "Example:\n  symbolon authority countries bafin --country DE")]
    Countries {
        /// Its name or number
        authority: Named,
        #[command(flatten)]
        countries: CountryArgs,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Cut an authority off, and with it every investor in its charge
    #[command(after_help = "Example:\n  symbolon authority restrict bafin --key-file ada.key")]
    Restrict {
        /// Its name or number
        authority: Named,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Let an authority act again, and its investors count again
    #[command(after_help = "Example:\n  symbolon authority reinstate bafin --key-file ada.key")]
    Reinstate {
        /// Its name or number
        authority: Named,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Put an authority in charge of investors of its countries
    #[command(after_help = "\
Example:
  symbolon authority reassign finma \\
    0x8f2a6c1d0e5b4f7a9c3e1d2b4a6f8c0e2d4b6a8c0e1f3d5b7a9c1e3f5d7b9a1c")]
    Reassign {
        /// Its name or number; `owner` for the issuer itself
        authority: Named,
        /// Whom, by id: 1 to 500, all of them or none
        #[arg(required = true, value_name = "INVESTOR")]
        investors: Vec<InvestorId>,
        #[command(flatten)]
        wait: WaitArgs,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// List the authorities, and what each chain was told of them
    #[command(after_help = "Example:\n  symbolon authority list --json")]
    List,
}

#[derive(Debug, Args)]
struct CountryArgs {
    /// Where it may act (ISO 3166-1, DE or DEU); may be repeated
    #[arg(long = "country", value_name = "CODE", required = true)]
    countries: Vec<Country>,
}

impl CountryArgs {
    fn set(&self) -> BTreeSet<Country> {
        self.countries.iter().copied().collect()
    }
}

/// An authority as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// By number.
    Number(AuthorityIndex),
    /// By name.
    Name(AuthorityName),
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            _ if text == "owner" => Ok(Self::Number(AuthorityIndex::OWNER)),
            Ok(number) => Ok(Self::Number(AuthorityIndex(number))),
            Err(_) => text
                .parse()
                .map(Self::Name)
                .map_err(|error| format!("{error}; or its number, 1 to 255")),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl Named {
    /// Which one it is.
    pub(crate) async fn find(&self, store: &Store, issuer: &IssuerId) -> Result<AuthorityIndex> {
        let name = match self {
            Self::Number(number) => return Ok(*number),
            Self::Name(name) => name,
        };
        let federation = store.federation(issuer).await?;
        let found = federation.by_name(name).map(|authority| authority.index);
        found.ok_or_else(|| {
            Failure::not_found(format!(
                "{issuer} has no authority `{name}`: `symbolon authority list` shows all"
            ))
        })
    }
}

/// Runs `symbolon authority`.
pub(crate) async fn run(args: AuthorityArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::List => list(context).await,
        Action::Add {
            name,
            countries,
            wait,
            owner,
        } => {
            propose(context, &owner, &wait, async |_, _| {
                let countries = countries.set();
                Ok(OwnerOperation::AddAuthority { name, countries })
            })
            .await
        }
        Action::Countries {
            authority,
            countries,
            wait,
            owner,
        } => {
            propose(context, &owner, &wait, async |store, issuer| {
                Ok(OwnerOperation::SetAuthorityCountries {
                    authority: authority.find(store, issuer).await?,
                    countries: countries.set(),
                })
            })
            .await
        }
        Action::Restrict {
            authority,
            wait,
            owner,
        } => {
            propose(context, &owner, &wait, async |store, issuer| {
                let authority = authority.find(store, issuer).await?;
                Ok(OwnerOperation::RestrictAuthority { authority })
            })
            .await
        }
        Action::Reinstate {
            authority,
            wait,
            owner,
        } => {
            propose(context, &owner, &wait, async |store, issuer| {
                let authority = authority.find(store, issuer).await?;
                Ok(OwnerOperation::ReinstateAuthority { authority })
            })
            .await
        }
        Action::Reassign {
            authority,
            investors,
            wait,
            owner,
        } => {
            propose(context, &owner, &wait, async |store, issuer| {
                Ok(OwnerOperation::ReassignInvestors {
                    authority: authority.find(store, issuer).await?,
                    investors: investors.into_iter().collect(),
                })
            })
            .await
        }
    }
}

async fn list(context: &Context) -> Result<Exit> {
    let (federation, known) = context
        .with_issuer(async |store, issuer| {
            let known = store.authorities_on_chains(issuer).await?;
            Ok((store.federation(issuer).await?, known))
        })
        .await?;
    let mut shown = Vec::new();
    let mut rows = table(["number", "name", "countries", "state", "cut off on chains"]);
    for authority in federation.authorities.values() {
        let mut countries: Vec<_> = authority.countries.iter().map(|one| one.alpha2()).collect();
        countries.sort_unstable();
        let chains: Vec<_> = known
            .iter()
            .filter(|known| known.authority == authority.index && known.observed)
            .map(|known| known.registry.to_string())
            .collect();
        rows.add_row([
            authority.index.to_string(),
            authority.name.to_string(),
            countries.join(" "),
            match authority.restricted {
                true => "restricted".to_owned(),
                false => "acts".to_owned(),
            },
            chains.join(" "),
        ]);
        shown.push(json!({
            "number": authority.index,
            "name": authority.name,
            "countries": countries,
            "restricted": authority.restricted,
            "restricted_on_chains": chains,
        }));
    }
    context.output.result(&shown, || match shown.len() {
        0 => "no authority beside the issuer itself: `symbolon authority add` makes one".to_owned(),
        _ => rows.to_string(),
    })?;
    Ok(Exit::Done)
}
