//! Profiles in, and out again.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use symbolon_core::{
    command::Command,
    country::Country,
    custody::Remark,
    ids::ExternalId,
    investor::InvestorKind,
    profile::{Field, Personal, Profile, search_email, search_national_id},
    register::Refusal,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_server::{
    fresh_investor,
    vault::{IdStandard, ProfileChanges},
};
use symbolon_store::{Decision, Request, Subject};

use super::{
    ByArgs,
    known::{self, KnownAs},
};
use crate::{
    commands::status::find as find_investor,
    context::Context,
    csv_text::source,
    exit::{Exit, Failure, Result},
    subject::OneArgs,
};

/// A profile has a few thousand characters; a file of more is another one.
const MOST: u64 = 1 << 20;

/// Investors that a search answers with.
const MOST_FOUND: u32 = 100;

/// The arguments of `symbolon vault put`.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true, after_help = put_help())]
pub(super) struct PutArgs {
    #[command(flatten)]
    whose: OneArgs,

    /// The values as JSON; `-` for stdin
    #[arg(value_name = "FILE", required = true)]
    file: PathBuf,

    #[command(flatten)]
    by: ByArgs,
}

fn put_help() -> String {
    format!(
        "\
Examples:
  symbolon vault put 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed jane.json
  pass show jane | symbolon vault put --external-id C-00042 -

The file is a JSON object of values by the names of their fields:
  {{\"given_names\": \"Jane\", \"birth_date\": \"1980-12-31\", \"email\": null}}
Values that it does not name stay; null forgets one.

Of natural persons:
{}
Of legal entities:
{}
Of both:
{}",
        fields(true, false),
        fields(false, true),
        fields(true, true),
    )
}

/// The fields of persons, of entities, or of both, each with an example.
fn fields(of_persons: bool, of_entities: bool) -> String {
    let of = |field: &Field| {
        let person = field.is_of(InvestorKind::NaturalPerson);
        let entity = field.is_of(InvestorKind::LegalEntity);
        (person, entity) == (of_persons, of_entities)
    };
    let fields = Field::ALL.into_iter().filter(of);
    let lines = fields.map(|field| format!("  {field}: {}", field.example()));
    lines.collect::<Vec<_>>().join("\n")
}

/// The arguments of `symbolon vault register`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon vault register jane.json --external-id C-00042
  symbolon vault register fund.json --kind legal_entity \\
      --wallet 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed

Nobody is verified by this: `symbolon verify` does that.

The id is made of given_names, family_name, birth_date and national_id of a
person, or of the lei of an entity, with a key of the issuer's: so the same
person is not registered twice. A profile that lacks one of them gets an id made
of nothing, and a warning: the same one registered again is somebody new.")]
pub(super) struct RegisterArgs {
    /// The values as JSON, as for `vault put`; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Person or entity
    #[arg(long, default_value = "natural_person")]
    kind: KindName,

    /// Your own reference
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,

    /// A wallet to bind at once; may be repeated
    #[arg(long, value_name = "WALLET")]
    wallet: Vec<WalletAddress>,

    /// By which id the investor goes
    #[arg(long, default_value = "keyed")]
    id: IdName,

    #[command(flatten)]
    by: ByArgs,
}

/// Person or entity.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(in crate::commands) enum KindName {
    /// A human being
    NaturalPerson,
    /// A company, fund, trust or foundation
    LegalEntity,
}

impl From<KindName> for InvestorKind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::NaturalPerson => Self::NaturalPerson,
            KindName::LegalEntity => Self::LegalEntity,
        }
    }
}

/// By which id an investor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(in crate::commands) enum IdName {
    /// Made of the person and a key of yours: the same person is not registered twice
    Keyed,
    /// Made of nothing
    Random,
    /// The bare hash by which KYCRegistrar knows a person, for a registrar that has such ids
    KycRegistrar,
}

impl From<IdName> for IdStandard {
    fn from(name: IdName) -> Self {
        match name {
            IdName::Keyed => Self::Keyed,
            IdName::Random => Self::Random,
            IdName::KycRegistrar => Self::KycRegistrar,
        }
    }
}

/// The arguments of `symbolon vault show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  symbolon vault show --external-id C-00042 --purpose \"yearly review\"")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    whose: OneArgs,

    /// What for; the log keeps it, so nothing about the person
    #[arg(long, value_name = "TEXT")]
    purpose: Remark,

    #[command(flatten)]
    by: ByArgs,
}

/// The arguments of `symbolon vault find`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[command(after_help = "\
Examples:
  symbolon vault find --email < address.txt
  symbolon vault find --national-id DE < number.txt

What is looked for is the first line of stdin, so that neither the shell's history nor the list of
processes has it. It is compared by a keyed digest: the whole address, or the whole number.")]
pub(super) struct FindArgs {
    /// Stdin has an e-mail address
    #[arg(long)]
    email: bool,

    /// Stdin has a number that this country gave, such as DE or DEU
    #[arg(long, value_name = "COUNTRY")]
    national_id: Option<Country>,
}

const TOO_LITTLE: &str = "warning: the profile says too little to know this investor again: without given_names, family_name, birth_date and national_id of a person, or the lei of an entity, the id is made of nothing, and the same one registered again is somebody new";

/// Runs `symbolon vault put`.
pub(super) async fn put(args: &PutArgs, context: &Context) -> Result<Exit> {
    let (target, actor) = (args.whose.target()?, args.by.actor()?);
    let asked = read(&args.file)?;
    let (decision, fields) = context
        .with_vault(async |opened, store, issuer| {
            let investor = find_investor(&target, store, issuer).await?;
            let changes = changes(investor.kind, &asked, context)?;
            let fields = changes.fields();
            let sealed = opened.vault.seal(issuer, investor.id, &changes).await?;
            let now = context.clock.now();
            let mut transaction = store.begin(issuer).await?;
            let change = Request {
                subject: Subject::Investor(investor.id),
                command: Command::ChangeProfile {
                    fields: fields.clone(),
                },
            };
            let decided = transaction.decide(vec![change], &actor, now).await?;
            let decision = last(decided)?;
            transaction.keep_profile(investor.id, &sealed, now).await?;
            transaction.commit().await?;
            Ok((decision, fields))
        })
        .await?;
    let document = json!({
        "investor": decision.investor.id,
        "changed": fields,
        "entry": decision.entry,
    });
    context.output.result(&document, || {
        let fields: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
        format!("{}: changed {}", decision.investor.id, fields.join(", "))
    })?;
    Ok(Exit::Done)
}

/// Runs `symbolon vault register`.
pub(super) async fn register(args: &RegisterArgs, context: &Context) -> Result<Exit> {
    let actor = args.by.actor()?;
    let kind = args.kind.into();
    let changes = changes(kind, &read(&args.file)?, context)?;
    if args.id == IdName::KycRegistrar {
        context.output.note(
            "warning: the id is a bare hash of facts that others know: whoever knows the person can tell that it is an investor here, on every chain and for ever",
        );
    }
    let decision = context
        .with_vault(async |opened, store, issuer| {
            let id = opened.vault.identify(issuer, &changes.known, args.id.into());
            let id = match id.await? {
                Some(id) => id,
                None if args.id == IdName::KycRegistrar => {
                    return Err(Failure::refused(
                        "the profile names nobody: give given_names, family_name, birth_date and national_id of a person, or the lei of an entity",
                    ));
                }
                None => {
                    if args.id == IdName::Keyed {
                        context.output.note(TOO_LITTLE);
                    }
                    fresh_investor()
                }
            };
            let sealed = opened.vault.seal(issuer, id, &changes).await?;
            let subject = Subject::Investor(id);
            let first = Request {
                subject: Subject::New(id),
                command: Command::RegisterInvestor {
                    kind,
                    external_id: args.external_id.clone(),
                },
            };
            let links = args.wallet.iter().map(|wallet| Command::LinkWallet {
                wallet: *wallet,
                chains: ChainScope::All,
            });
            let known = Command::ChangeProfile {
                fields: changes.fields(),
            };
            let rest = links.chain([known]).map(|command| Request {
                subject: subject.clone(),
                command,
            });
            let requests = [first].into_iter().chain(rest).collect();
            let now = context.clock.now();
            let mut transaction = store.begin(issuer).await?;
            let decided = transaction.decide(requests, &actor, now).await?;
            if let Some(Err(Refusal::InvestorExists)) = decided.first() {
                return Err(Failure::refused(format!(
                    "the person is known already, as {id}: use `symbolon vault put`, or --id random if that one was erased"
                )));
            }
            let decision = last(decided)?;
            transaction.keep_profile(id, &sealed, now).await?;
            transaction.commit().await?;
            Ok(decision)
        })
        .await?;
    let investor = &decision.investor;
    let document = json!({
        "investor": investor.id,
        "external_id": investor.external_id,
        "kind": investor.kind,
        "wallets": investor.wallets.iter().map(|wallet| wallet.address.to_string()).collect::<Vec<_>>(),
        "entry": decision.entry,
    });
    context
        .output
        .result(&document, || format!("{} is known", investor.id))?;
    Ok(Exit::Done)
}

/// Runs `symbolon vault show`.
pub(super) async fn show(args: &ShowArgs, context: &Context) -> Result<Exit> {
    let target = args.whose.target()?;
    let actor = args.by.actor()?;
    let (decision, profile, customers) = context
        .with_vault(async |opened, store, issuer| {
            let investor = find_investor(&target, store, issuer).await?;
            let known_as = KnownAs::all(store, issuer, &[investor.id]).await?;
            let open = Request {
                subject: Subject::Investor(investor.id),
                command: Command::OpenProfile {
                    purpose: args.purpose.clone(),
                },
            };
            let others = known_as.iter().map(|known| known.opening(&args.purpose));
            let requests = others.chain([open]).collect();
            // On record before it is shown.
            let mut transaction = store.begin(issuer).await?;
            let now = context.clock.now();
            let decision = last(transaction.decide(requests, &actor, now).await?)?;
            transaction.commit().await?;
            let vault = &opened.vault;
            let profile = vault.open(issuer, investor.id, investor.kind).await?;
            let mut customers = Vec::new();
            for known in known_as {
                customers.extend(known.open(vault, store, issuer).await?);
            }
            Ok((decision, profile, customers))
        })
        .await?;
    let entry = decision.entry.map_or(0, |entry| entry.0);
    context.output.note(format_args!(
        "entry {entry} of the log keeps that {} opened it, and what for",
        actor.name
    ));
    let document = json!({
        "investor": decision.investor.id,
        "profile": values(&profile),
        "customers": customers,
        "entry": decision.entry,
    });
    context.output.result(&document, || {
        let customers = customers.iter().map(known::text);
        let all: Vec<_> = [text(&profile)].into_iter().chain(customers).collect();
        all.join("\n")
    })?;
    Ok(Exit::Done)
}

/// What is looked for: the first line of stdin.
pub(in crate::commands) fn typed(context: &Context) -> Result<String> {
    let mut typed = String::new();
    if std::io::stdin().is_terminal() {
        context.output.note("type what to look for, then Enter");
    }
    std::io::stdin()
        .read_line(&mut typed)
        .map_err(Failure::file("read", Path::new("stdin")))?;
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Failure::usage(
            "stdin has nothing to look for: write it to its first line",
        ));
    }
    Ok(typed.to_owned())
}

/// Runs `symbolon vault find`.
pub(super) async fn find(args: &FindArgs, context: &Context) -> Result<Exit> {
    let typed = &typed(context)?;
    let (field, term) = match args.national_id {
        Some(country) => (
            Field::NationalId,
            search_national_id(country.alpha2(), typed),
        ),
        None => (Field::Email, search_email(typed)),
    };
    let term = Personal::new(term);
    let found = context
        .with_vault(async |opened, _, issuer| {
            Ok(opened.vault.find(issuer, field, &term, MOST_FOUND).await?)
        })
        .await?;
    let document = json!({ "investors": found });
    context.output.result(&document, || {
        let ids: Vec<_> = found.iter().map(ToString::to_string).collect();
        match ids.is_empty() {
            true => "nobody has it".to_owned(),
            false => ids.join("\n"),
        }
    })?;
    Ok(Exit::Done)
}

/// All that is known, by the names of fields.
pub(super) fn values(profile: &Profile) -> BTreeMap<&'static str, Value> {
    let values = profile.values().filter_map(|(field, value)| {
        let value = serde_json::from_str(value.expose()).ok()?;
        Some((field.as_str(), value))
    });
    values.collect()
}

fn text(profile: &Profile) -> String {
    let lines = profile.values().map(|(field, value)| {
        let plain = value.text();
        let shown = plain.as_deref().unwrap_or_else(|| value.expose());
        format!("{field}: {}", crate::exit::one_line(shown))
    });
    let lines: Vec<_> = lines.collect();
    match lines.is_empty() {
        true => "nothing is known: `symbolon vault put` adds it".to_owned(),
        false => lines.join("\n"),
    }
}

/// What a file says; `-` is stdin.
pub(in crate::commands) fn text_in(path: &Path) -> Result<String> {
    let (reader, _) = source(path)?;
    let mut text = String::new();
    reader
        .take(MOST)
        .read_to_string(&mut text)
        .map_err(Failure::file("read", path))?;
    Ok(text)
}

/// The object in a file. What is wrong with it is told without its words.
pub(in crate::commands) fn read(path: &Path) -> Result<BTreeMap<String, Value>> {
    let text = text_in(path)?;
    let asked: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(|error| {
        Failure::refused(format!(
            "{}: line {}, column {}: no JSON object of values: write {{\"given_names\": \"…\"}}",
            path.display(),
            error.line(),
            error.column()
        ))
    })?;
    match asked.is_empty() {
        true => Err(Failure::refused(format!(
            "{}: names no field: give those that change",
            path.display()
        ))),
        false => Ok(asked),
    }
}

/// What an object asks to change.
pub(in crate::commands) fn changes(
    kind: InvestorKind,
    asked: &BTreeMap<String, Value>,
    context: &Context,
) -> Result<ProfileChanges> {
    ProfileChanges::read(kind, asked, context.clock.now()).map_err(|wrong| {
        let wrong = wrong.iter().map(|(name, error)| {
            let error = error.to_string();
            match error.starts_with(name) {
                true => error,
                false => format!("{name}: {error}"),
            }
        });
        Failure::refused(wrong.collect::<Vec<_>>().join("; "))
    })
}

/// All or none: the last decision is the answer.
fn last(decided: Vec<Result<Decision, Refusal>>) -> Result<Decision> {
    let mut last = None;
    for answer in decided {
        last = Some(answer?);
    }
    last.ok_or_else(|| Failure::new(Exit::Unexpected, "nothing was decided"))
}
