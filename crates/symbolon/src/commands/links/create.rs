//! `symbolon links create`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use serde_json::{Value, json};
use symbolon_core::{
    actor::Actor,
    customer::CustomerId,
    ids::{ExternalId, InstanceName, InvestorId, IssuerId, ProviderName},
    investor::Attested,
    language::LanguageTag,
    link::{LinkLifetime, LinkToken},
    time::UnixSeconds,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::{
    AppState, ServerConfig, Services, Site,
    customers::offering,
    links::{self, Check, NewLink, PreparedLink, WantedWallet},
    problem::Problem,
};
use symbolon_store::{InvestorFilter, IssuerTransaction, Link, StoreError};
use tokio_util::sync::CancellationToken;

use super::{
    ByArgs, NOTHING_SENDS, issuer_of,
    people::{self, Person},
    shown,
};
use crate::{
    commands::instances::InstanceArgs,
    config,
    context::Context,
    exit::{Exit, Failure, Result},
    output::{counted, grouped},
    subject::attestation,
};

const NAMELESS: &str = "the register alone says for whom it is: name somebody new by --external-id and somebody known by --investor, or by the columns of these names";

/// The arguments of `symbolon links create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon links create --external-id CRM-10042 --language de
  symbolon links create --investor 0x01a2… --no-check --replaces 0x5aAe…
  symbolon links create --customer 0x77b1… --instance emea
  symbolon links create --csv customers.csv --send --json

The CSV file has a header with any of these columns:
  email        goes to the vault; an address is never an argument
  external_id  your own reference of somebody new
  investor     the id of somebody known
  wallet       the one that is to be proved
  language     in which the person is spoken to
  kind         natural_person or legal_entity
Columns are separated by `,` or `;`, and blank lines are skipped. Where the
output was lost, the same command with --known makes the links again.

To somebody who was judged, no link is sent that asks for no check and lets the
person choose the wallet: whoever reads the mailbox would take the verdict over.
With --attestation it is, and the record of the wallet says who answers for it.

Without a language the pages speak that of the person's browser, and letters
English. Of other languages than en, de, fr, es and it only the provider's
pages know.")]
#[command(group(ArgGroup::new("known_person").args(["investor", "customer"])))]
pub(super) struct CreateArgs {
    /// For this investor [default: somebody new]
    #[arg(long, value_name = "ID")]
    investor: Option<InvestorId>,
    /// For the person of an instance's customer; the instance sees the link, too
    #[arg(long, value_name = "ID", conflicts_with = "investor")]
    customer: Option<CustomerId>,
    #[command(flatten)]
    of: InstanceArgs,
    /// Your own reference of somebody new
    #[arg(long, value_name = "ID", conflicts_with_all = ["investor", "customer"])]
    external_id: Option<ExternalId>,
    /// The wallet that is to be proved [default: any]
    #[arg(long, value_name = "WALLET")]
    wallet: Option<WalletAddress>,
    /// Ask for no wallet
    #[arg(long, conflicts_with = "wallet")]
    no_wallet: bool,
    /// The lost wallet of the investor's, whose place the new one takes
    #[arg(long, value_name = "WALLET", requires = "known_person")]
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
    #[arg(long, value_name = "HOURS", default_value_t = LinkLifetime::WEEK.into(), value_parser = clap::value_parser!(u32).range(24..=720))]
    hours: u32,
    /// Make a link for the known investor of an external id, too, instead of refusing it
    #[arg(long)]
    known: bool,
    /// Send it to the person's e-mail address instead of showing it
    #[arg(long)]
    send: bool,
    /// What the operator signs who answers for it that whoever proves a wallet is the person
    #[arg(long, value_name = "TEXT", conflicts_with = "no_wallet")]
    attestation: Option<String>,
    /// The issuer's version of that text
    #[arg(
        long,
        value_name = "VERSION",
        requires = "attestation",
        default_value_if("attestation", clap::builder::ArgPredicate::IsPresent, "1")
    )]
    attestation_version: Option<String>,
    /// A link for each row of this file; `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["investor", "customer", "external_id", "wallet", "replaces"])]
    csv: Option<PathBuf>,
    #[command(flatten)]
    by: ByArgs,
}

/// A link that is asked for.
struct Wanted {
    /// The file's line, where there is a file.
    row: Option<usize>,
    /// The issuer's own name for whom it is, if it has one.
    external_id: Option<ExternalId>,
    /// For whom, or what is wrong with the row.
    person: Result<Person, String>,
}

impl From<people::Row> for Wanted {
    fn from(row: people::Row) -> Self {
        Self {
            row: Some(row.line),
            external_id: row.external_id,
            person: row.person,
        }
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

impl Made {
    const fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused(_))
    }
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
        None => vec![Wanted {
            row: None,
            external_id: args.external_id.clone(),
            person: Ok(Person {
                external_id: args.external_id.clone(),
                investor: args.investor,
                wallet: args.wallet,
                ..Person::default()
            }),
        }],
        Some(path) => people::read(path)?.into_iter().map(Wanted::from).collect(),
    };
    if args.send && context.config.mail.is_none() {
        return Err(Failure::refused(NOTHING_SENDS));
    }
    let actor = args.by.actor()?;
    let attested = attested(&args)?;
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
        let desk = Desk {
            customer: customer(&args, &state, &issuer).await?,
            args: &args,
            state: &state,
            issuer: &issuer,
            site: &site,
            lifetime,
            attested: attested.as_ref(),
            by: &actor,
        };
        let mut made = Vec::with_capacity(rows.len());
        for wanted in rows {
            let outcome = match wanted.person {
                Ok(person) => desk.one(person, wanted.row).await,
                Err(problem) => Ok(Outcome::Refused(problem)),
            };
            match outcome {
                Ok(outcome) => made.push(Made {
                    row: wanted.row,
                    external_id: wanted.external_id,
                    outcome,
                }),
                // Whatever is made by then is told all the same.
                Err(failure) => return Ok((made, Some(failure))),
            }
        }
        Ok((made, None))
    });
    let (made, failure) = work.await?;
    if failure.is_none() || !made.is_empty() {
        tell(&made, args.csv.is_some(), context)?;
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    match made.iter().any(Made::is_refused) {
        false => Ok(Exit::Done),
        true => Ok(Exit::Refused),
    }
}

/// Who answers for the wallets that are proved, if anybody does.
fn attested(args: &CreateArgs) -> Result<Option<Attested>> {
    let version = args.attestation_version.as_deref().unwrap_or("1");
    let signed = args.attestation.as_deref();
    let signed = signed.map(|text| attestation(text, version)).transpose()?;
    let operator = args.by.name()?;
    Ok(signed.map(|attestation| Attested {
        operator,
        attestation,
    }))
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

fn tell(made: &[Made], of_file: bool, context: &Context) -> Result<()> {
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
    if of_file {
        let refused = made.iter().filter(|one| one.is_refused()).count() as u64;
        let done = grouped(made.len() as u64 - refused);
        let refused = grouped(refused);
        context
            .output
            .note(format_args!("made {done}, refused {refused}"));
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

/// An instance's customer.
struct Customer {
    instance: InstanceName,
    id: CustomerId,
    investor: InvestorId,
}

/// Whose person the link is for, if an instance's customer was named.
async fn customer(
    args: &CreateArgs,
    state: &AppState,
    issuer: &IssuerId,
) -> Result<Option<Customer>> {
    let Some(id) = args.customer else {
        return Ok(None);
    };
    let instance = args.of.find(&state.store, issuer).await?;
    let found = state.store.customer(issuer, &instance, id).await?;
    Ok(Some(Customer {
        instance,
        id,
        investor: found.investor.id,
    }))
}

/// What every link of a command has in common.
struct Desk<'a> {
    args: &'a CreateArgs,
    state: &'a AppState,
    issuer: &'a IssuerId,
    site: &'a Site,
    lifetime: LinkLifetime,
    attested: Option<&'a Attested>,
    customer: Option<Customer>,
    by: &'a Actor,
}

impl Desk<'_> {
    async fn one(&self, person: Person, row: Option<usize>) -> Result<Outcome> {
        let new = self.new_link(person).await?;
        let prepared = match links::prepare(self.state, self.issuer, &new, self.by).await {
            Ok(prepared) => prepared,
            Err(problem) => return refused(problem, row),
        };
        let token = LinkToken::from_random(self.issuer.clone(), rand::random());
        let token = (!prepared.is_sent()).then_some(token);
        let mut transaction = self.state.store.begin(self.issuer).await?;
        let stored = self.store(&mut transaction, &prepared, token.as_ref());
        if let Err(problem) = stored.await {
            return refused(problem, row);
        }
        transaction.commit().await?;
        Ok(Outcome::Link {
            link: Box::new(links::link(&prepared).clone()),
            url: token.map(|token| self.site.link(&token).into()),
            nameless: new.investor.is_none() && new.external_id.is_none(),
        })
    }

    async fn store(
        &self,
        transaction: &mut IssuerTransaction,
        prepared: &PreparedLink,
        token: Option<&LinkToken>,
    ) -> Result<(), Problem> {
        let now = self.state.clock.now();
        match &self.customer {
            Some(Customer { instance, id, .. }) => {
                offering::store(transaction, (instance, *id), prepared, token, self.by, now).await
            }
            None => links::store(transaction, prepared, token, self.by, now).await,
        }
    }

    async fn new_link(&self, person: Person) -> Result<NewLink> {
        let args = self.args;
        let level = args.level.clone();
        let known = match (&person.external_id, person.investor) {
            (Some(reference), None) if args.known => self.known(reference).await?,
            _ => self.customer.as_ref().map(|customer| customer.investor),
        };
        Ok(NewLink {
            investor: person.investor.or(known),
            kind: person.kind.unwrap_or_default(),
            external_id: person.external_id,
            email: person.email,
            check: match (args.no_check, args.provider.clone()) {
                (true, _) => Check::None,
                (false, None) => Check::Only { level },
                (false, Some(provider)) => Check::Named { provider, level },
            },
            wallet: match (args.no_wallet, person.wallet) {
                (true, _) => WantedWallet::None,
                (false, None) => WantedWallet::Any,
                (false, Some(wallet)) => WantedWallet::This(wallet),
            },
            replaces: args.replaces,
            chains: ChainScope::All,
            language: person.language.or_else(|| args.language.clone()),
            lifetime: self.lifetime,
            send: args.send,
            attested: self.attested.cloned(),
        })
    }

    /// Whoever is known by a reference.
    async fn known(&self, reference: &ExternalId) -> Result<Option<InvestorId>> {
        let filter = InvestorFilter {
            external_id: Some(reference.clone()),
            ..InvestorFilter::default()
        };
        let store = &self.state.store;
        let page = store.investors(self.issuer, &filter, None, 1).await?;
        Ok(page.investors.first().map(|found| found.investor.id))
    }
}

/// What is wrong with one link keeps no other back.
fn refused(problem: Problem, row: Option<usize>) -> Result<Outcome> {
    let remedy = match (problem.kind.code, row) {
        ("internal" | "unavailable", _) => {
            return Err(Failure::new(Exit::Unexpected, problem.detail));
        }
        ("unknown_investor", None) => {
            return Err(StoreError::NotFound { what: "investor" }.into());
        }
        ("investor_exists", None) => {
            ": make the link with --investor ID instead of --external-id, or add --known"
        }
        ("investor_exists", Some(_)) => {
            ": name it in the column investor and leave external_id empty, or add --known"
        }
        ("attestation_needed", _) => " (--attestation)",
        _ => "",
    };
    Ok(Outcome::Refused(format!("{}{remedy}", problem.detail)))
}
