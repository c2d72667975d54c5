//! `symbolon links create`.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    ids::{ExternalId, ExternalIdError, InvestorId, IssuerId, ProviderName},
    investor::InvestorKind,
    language::{LanguageTag, LanguageTagError},
    link::{LinkLifetime, LinkToken},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::{
    AppState, ServerConfig, Services, Site,
    links::{self, Check, NewLink, WantedWallet},
    problem::Problem,
};
use symbolon_store::Link;
use tokio_util::sync::CancellationToken;

use super::{ByArgs, issuer_of, shown};
use crate::{
    config,
    context::Context,
    exit::{Exit, Failure, Result},
    output::counted,
};

/// The line of a file's first row, after its header.
const FIRST_ROW: usize = 2;

const NAMELESS: &str = "the register alone says for whom it is: name somebody new by --external-id and somebody known by --investor, or by the columns of these names";

/// The arguments of `symbolon links create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon links create --external-id CRM-10042 --language de
  symbolon links create --investor 0x01a2… --no-check --replaces 0x5aAe…
  symbolon links create --csv customers.csv --send --json

The CSV file has a header with any of these columns:
  email        goes to the vault; an address is never an argument
  external_id  your own reference of somebody new
  investor     the id of somebody known
  wallet       the one that is to be proved
  language     in which the person is spoken to
  kind         natural_person or legal_entity

Without a language the pages speak that of the person's browser, and letters
English. Of other languages than en, de, fr, es and it only the provider's
pages know.")]
pub(super) struct CreateArgs {
    /// For this investor [default: somebody new]
    #[arg(long, value_name = "ID")]
    investor: Option<InvestorId>,
    /// Your own reference of somebody new
    #[arg(long, value_name = "ID", conflicts_with = "investor")]
    external_id: Option<ExternalId>,
    /// The wallet that is to be proved [default: any]
    #[arg(long, value_name = "WALLET")]
    wallet: Option<WalletAddress>,
    /// Ask for no wallet
    #[arg(long, conflicts_with = "wallet")]
    no_wallet: bool,
    /// The lost wallet of the investor's, whose place the new one takes
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
    /// In which language the person is spoken to, such as de [default: the browser's]
    #[arg(long, value_name = "TAG")]
    language: Option<LanguageTag>,
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

/// For whom a link is to be made.
struct Row {
    email: Option<SecretString>,
    external_id: Option<ExternalId>,
    investor: Option<InvestorId>,
    wallet: Option<WalletAddress>,
    language: Option<LanguageTag>,
    kind: Option<InvestorKind>,
}

/// A row of the file. What says by itself why it is wrong is read later.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    email: Option<SecretString>,
    external_id: Option<String>,
    investor: Option<InvestorId>,
    wallet: Option<WalletAddress>,
    language: Option<String>,
    kind: Option<InvestorKind>,
}

impl TryFrom<Line> for Row {
    type Error = String;

    fn try_from(line: Line) -> Result<Self, String> {
        let external_id = line.external_id.map(|text| text.parse()).transpose();
        let external_id =
            external_id.map_err(|error: ExternalIdError| format!("external_id: {error}"))?;
        let language = line.language.map(|text| text.parse()).transpose();
        let language = language.map_err(|error: LanguageTagError| format!("language: {error}"))?;
        Ok(Self {
            email: line.email,
            external_id,
            investor: line.investor,
            wallet: line.wallet,
            language,
            kind: line.kind,
        })
    }
}

/// What became of one link that was asked for.
struct Made {
    /// The file's line, where there is a file.
    row: Option<usize>,
    /// The issuer's own name for whom it is, if it has one.
    external_id: Option<ExternalId>,
    outcome: Outcome,
}

enum Outcome {
    /// It is made.
    Link {
        link: Box<Link>,
        /// What opens it, unless it is sent. A secret.
        url: Option<String>,
        /// Whether neither an external id nor an investor says for whom.
        nameless: bool,
    },
    /// It is not, and why.
    Refused(String),
}

pub(super) async fn run(args: CreateArgs, context: &Context) -> Result<Exit> {
    let rows = match &args.csv {
        None => vec![Ok(Row {
            email: None,
            external_id: args.external_id.clone(),
            investor: args.investor,
            wallet: args.wallet,
            language: None,
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
    let site = site(&args, context)?;
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
            let row_number = args.csv.is_some().then_some(place + FIRST_ROW);
            let (external_id, outcome) = match row {
                Ok(row) => {
                    let new = new(&args, row, lifetime);
                    let external_id = new.external_id.clone();
                    let outcome = one(&state, &issuer, &site, &new, &actor, row_number).await?;
                    (external_id, outcome)
                }
                Err(problem) => (None, Outcome::Refused(problem)),
            };
            made.push(Made {
                row: row_number,
                external_id,
                outcome,
            });
        }
        Ok(made)
    });
    let made = work.await?;
    tell(&made, context)?;
    let is_refused = |made: &Made| matches!(made.outcome, Outcome::Refused(_));
    match made.iter().any(is_refused) {
        false => Ok(Exit::Done),
        true => Ok(Exit::Refused),
    }
}

/// Where links lead. Nobody here knows where a server listens that was told so as it was
/// started.
fn site(args: &CreateArgs, context: &Context) -> Result<Site> {
    if let Some(site) = &context.config.site {
        return Ok(site.clone());
    }
    let here = format!("http://{}", context.config.server.listen);
    if !args.send {
        context.output.note(format_args!(
            "warning: there is no site.url, so links lead to {here}, whatever `symbolon serve --listen` says: set it (or SYMBOLON_SITE_URL) to the address by which people reach the server"
        ));
    }
    Site::new(&here).map_err(|error| Failure::configuration(format!("site.url: {error}")))
}

fn tell(made: &[Made], context: &Context) -> Result<()> {
    let now = context.clock.now();
    let documents: Vec<_> = made.iter().map(|one| document(one, now)).collect();
    let text = || made.iter().map(line).collect::<Vec<_>>().join("\n");
    match (made, documents.as_slice()) {
        ([Made { row: None, .. }], [only]) => context.output.result(only, text)?,
        _ => context.output.result(&documents, text)?,
    }
    let nameless = made.iter().filter(|one| is_nameless(one)).count() as u64;
    if nameless > 0 {
        let count = counted(nameless, "link names", "links name");
        context
            .output
            .note(format_args!("warning: {count} nobody: {NAMELESS}"));
    }
    Ok(())
}

fn is_nameless(made: &Made) -> bool {
    matches!(made.outcome, Outcome::Link { nameless, .. } if nameless)
}

fn document(made: &Made, now: UnixSeconds) -> Value {
    let mut document = match &made.outcome {
        Outcome::Link { link, url, .. } => {
            let mut document = shown(link, now);
            if let Some(url) = url {
                document["url"] = url.as_str().into();
            }
            document
        }
        Outcome::Refused(problem) => json!({
            "external_id": made.external_id.as_ref().map(ToString::to_string),
            "problem": problem,
        }),
    };
    if is_nameless(made) {
        document["warning"] = NAMELESS.into();
    }
    if let Some(row) = made.row {
        document["row"] = row.into();
    }
    document
}

fn line(made: &Made) -> String {
    let row = made
        .row
        .map_or_else(String::new, |row| format!("row {row}: "));
    let known = made.external_id.as_ref().map(ToString::to_string);
    match &made.outcome {
        Outcome::Refused(problem) => {
            let whose = known.map_or_else(String::new, |name| format!("{name}: "));
            format!("{row}{whose}refused: {problem}")
        }
        Outcome::Link { link, url, .. } => {
            let known = link.external_id.as_ref().map(ToString::to_string);
            let whose = known.unwrap_or_else(|| format!("investor {}", link.purpose.investor));
            let end = link.progress.expires;
            let what = match url {
                Some(url) => format!("until {end}\n{url}"),
                None => format!("until {end}, is to be sent"),
            };
            format!("{row}link {} for {whose}, {what}", link.id)
        }
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
        language: row.language.or_else(|| args.language.clone()),
        lifetime,
        send: args.send,
    }
}

async fn one(
    state: &AppState,
    issuer: &IssuerId,
    site: &Site,
    new: &NewLink,
    by: &Actor,
    row: Option<usize>,
) -> Result<Outcome> {
    let prepared = match links::prepare(state, issuer, new, by).await {
        Ok(prepared) => prepared,
        Err(problem) => return refused(problem, row),
    };
    let token = LinkToken::from_random(issuer.clone(), rand::random());
    let token = (!prepared.is_sent()).then_some(token);
    let now = state.clock.now();
    let mut transaction = state.store.begin(issuer).await?;
    let stored = links::store(&mut transaction, &prepared, token.as_ref(), by, now).await;
    if let Err(problem) = stored {
        return refused(problem, row);
    }
    transaction.commit().await?;
    Ok(Outcome::Link {
        link: Box::new(links::link(&prepared).clone()),
        url: token.map(|token| site.link(&token).into()),
        nameless: new.investor.is_none() && new.external_id.is_none(),
    })
}

/// What is wrong with one link keeps no other back.
fn refused(problem: Problem, row: Option<usize>) -> Result<Outcome> {
    let remedy = match (problem.kind.code, row) {
        ("internal" | "unavailable", _) => {
            return Err(Failure::new(Exit::Unexpected, problem.detail));
        }
        ("investor_exists", None) => ": make the link with --investor ID instead of --external-id",
        ("investor_exists", Some(_)) => {
            ": name it in the column investor, and leave external_id empty"
        }
        _ => "",
    };
    Ok(Outcome::Refused(format!("{}{remedy}", problem.detail)))
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
    let rows = reader.deserialize::<Line>().map(|line| {
        let line = line.map_err(|error| match error.kind() {
            csv::ErrorKind::Deserialize { err, .. } => match err.field() {
                Some(field) => format!("column {}: not such a value", field + 1),
                None => "a value does not fit its column, or a column is unknown: use email, external_id, investor, wallet, language and kind"
                    .to_owned(),
            },
            _ => "the row cannot be read as CSV".to_owned(),
        })?;
        Row::try_from(line)
    });
    Ok(rows.collect())
}
