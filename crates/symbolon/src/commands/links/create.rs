//! `symbolon links create`.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    ids::{ExternalId, InvestorId, IssuerId, ProviderName},
    investor::InvestorKind,
    link::{LinkLifetime, LinkToken},
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::{
    AppState, ServerConfig, Services, Site,
    links::{self, Check, NewLink, WantedWallet},
    problem::Problem,
};
use tokio_util::sync::CancellationToken;

use super::{ByArgs, issuer_of, shown};
use crate::{
    config,
    context::Context,
    exit::{Exit, Failure, Result},
};

/// The arguments of `symbolon links create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon links create --external-id CRM-10042 --json
  symbolon links create --investor 0x… --no-check --replaces 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  symbolon links create --csv customers.csv --send

The CSV file has a header with any of the columns email, external_id, investor, wallet and kind
(natural_person or legal_entity). E-mail addresses go to the vault, and are never arguments.")]
pub(super) struct CreateArgs {
    /// For this investor [default: somebody new]
    #[arg(long, value_name = "ID")]
    investor: Option<InvestorId>,
    /// Your own reference of somebody new
    #[arg(long, value_name = "REFERENCE", conflicts_with = "investor")]
    external_id: Option<ExternalId>,
    /// The wallet that is to be proved [default: any]
    #[arg(long, value_name = "WALLET")]
    wallet: Option<WalletAddress>,
    /// Ask for no wallet
    #[arg(long, conflicts_with = "wallet")]
    no_wallet: bool,
    /// The investor's wallet whose key is lost, which the new one takes the place of
    #[arg(long, value_name = "WALLET", requires = "investor")]
    replaces: Option<WalletAddress>,
    /// Which of your accounts with providers [default: the only one]
    #[arg(long, value_name = "NAME")]
    provider: Option<ProviderName>,
    /// The provider's level or workflow [default: the account's own]
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// Ask for no check by a provider
    #[arg(long, conflicts_with_all = ["provider", "level"])]
    no_check: bool,
    /// For how many hours the link may be used, 24 to 720
    #[arg(long, value_name = "HOURS", default_value_t = LinkLifetime::WEEK.into())]
    hours: u32,
    /// Send it to the person's e-mail address instead of showing it
    #[arg(long)]
    send: bool,
    /// A link for each row of this file; `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["investor", "external_id", "wallet", "replaces"])]
    csv: Option<PathBuf>,
    #[command(flatten)]
    by: ByArgs,
}

/// A row of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    email: Option<SecretString>,
    external_id: Option<ExternalId>,
    investor: Option<InvestorId>,
    wallet: Option<WalletAddress>,
    kind: Option<InvestorKind>,
}

pub(super) async fn run(args: CreateArgs, context: &Context) -> Result<Exit> {
    let rows = match &args.csv {
        None => vec![Ok(Row {
            email: None,
            external_id: args.external_id.clone(),
            investor: args.investor,
            wallet: args.wallet,
            kind: None,
        })],
        Some(path) => read(path)?,
    };
    let actor = args.by.actor()?;
    let lifetime = LinkLifetime::hours(args.hours)
        .map_err(|error| Failure::usage(format!("--hours: {error}")))?;
    let mailer = context.config.mail.as_ref();
    let mailer = mailer.map(config::MailConfig::mailer).transpose()?;
    let accounts = config::accounts(&context.config.providers)?;
    let site = match &context.config.site {
        Some(site) => site.clone(),
        None => Site::new(&format!("http://{}", context.config.server.listen))
            .map_err(|error| Failure::configuration(format!("site.url: {error}")))?,
    };
    let work = context.with_vaults(async |opened, store| {
        let issuer = issuer_of(context, store).await?;
        let services = Services {
            vault: Some(std::sync::Arc::clone(&opened.vault)),
            accounts,
            site: Some(site.clone()),
            mailer,
            ..Services::default()
        };
        let stop = CancellationToken::new();
        let clock = context.clock.clone();
        let state = AppState::with(
            services,
            store.clone(),
            clock,
            ServerConfig::default(),
            stop,
        );
        let mut made = Vec::with_capacity(rows.len());
        for (place, row) in rows.into_iter().enumerate() {
            let link = match row {
                Ok(row) => one(&state, &issuer, &site, new(&args, row, lifetime), &actor).await?,
                Err(problem) => json!({ "problem": problem }),
            };
            made.push((place, link));
        }
        Ok(made)
    });
    let made = work.await?;
    let refused = made
        .iter()
        .filter(|(_, link)| link.get("problem").is_some());
    let refused = refused.count();
    let document: Vec<_> = made.iter().map(|(_, link)| link).collect();
    let is_batch = args.csv.is_some();
    let text = || {
        let lines = made
            .iter()
            .map(|(place, link)| line(*place, link, is_batch));
        lines.collect::<Vec<_>>().join("\n")
    };
    match (is_batch, document.as_slice()) {
        (false, [only]) => context.output.result(only, text)?,
        _ => context.output.result(&document, text)?,
    }
    match refused {
        0 => Ok(Exit::Done),
        _ => Ok(Exit::Refused),
    }
}

fn line(place: usize, link: &Value, is_batch: bool) -> String {
    let text = |name: &str| link[name].as_str().unwrap_or_default().to_owned();
    let says = match (link.get("problem"), link.get("url")) {
        (Some(_), _) => format!("refused: {}", text("problem")),
        (None, Some(_)) => text("url"),
        (None, None) => format!("link {} is to be sent", text("id")),
    };
    match is_batch {
        true => format!("row {}: {says}", place + 2),
        false => says,
    }
}

fn new(args: &CreateArgs, row: Row, lifetime: LinkLifetime) -> NewLink {
    let level = args.level.clone();
    NewLink {
        investor: row.investor,
        kind: row.kind.unwrap_or_default(),
        external_id: row.external_id,
        email: row.email,
        check: match (args.no_check, args.provider.clone()) {
            (true, _) => Check::None,
            (false, None) => Check::Only { level },
            (false, Some(provider)) => Check::Named { provider, level },
        },
        wallet: match (args.no_wallet, row.wallet) {
            (true, _) => WantedWallet::None,
            (false, None) => WantedWallet::Any,
            (false, Some(wallet)) => WantedWallet::This(wallet),
        },
        replaces: args.replaces,
        chains: ChainScope::All,
        language: "en".to_owned(),
        lifetime,
        send: args.send,
    }
}

async fn one(
    state: &AppState,
    issuer: &IssuerId,
    site: &Site,
    new: NewLink,
    by: &Actor,
) -> Result<Value> {
    let prepared = match links::prepare(state, issuer, &new, by).await {
        Ok(prepared) => prepared,
        Err(problem) => return refused(problem),
    };
    let token = LinkToken::from_random(issuer.clone(), rand::random());
    let token = (!prepared.is_sent()).then_some(token);
    let now = state.clock.now();
    let mut transaction = state.store.begin(issuer).await?;
    let stored = links::store(&mut transaction, &prepared, token.as_ref(), by, now).await;
    if let Err(problem) = stored {
        return refused(problem);
    }
    transaction.commit().await?;
    let mut document = shown(links::link(&prepared), now);
    if let Some(token) = token {
        document["url"] = String::from(site.link(&token)).into();
    }
    Ok(document)
}

/// What is wrong with one link keeps no other back.
fn refused(problem: Problem) -> Result<Value> {
    match problem.kind.status {
        500.. if problem.kind.code == "internal" || problem.kind.code == "unavailable" => {
            Err(Failure::new(Exit::Unexpected, problem.detail))
        }
        _ => Ok(json!({ "problem": problem.detail })),
    }
}

/// The rows, or what is wrong with each; never what it says.
fn read(path: &Path) -> Result<Vec<Result<Row, String>>> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::usage(format!(
            "--csv: cannot read the file: {error}: check the path"
        ))
    };
    let input: Box<dyn std::io::Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(path).map_err(|error| unreadable(&error.kind()))?),
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(input);
    let rows = reader.deserialize::<Row>().map(|row| {
        row.map_err(|error| match error.kind() {
            csv::ErrorKind::Deserialize { err, .. } => match err.field() {
                Some(field) => format!("column {}: not such a value", field + 1),
                None => "a value does not fit its column, or a column is unknown: use email, external_id, investor, wallet and kind"
                    .to_owned(),
            },
            _ => "the row cannot be read as CSV".to_owned(),
        })
    });
    Ok(rows.collect())
}
