//! `symbolon links`: what is sent to people who are to be verified.

mod create;
mod due;
mod people;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use symbolon_core::{
    command::Command,
    ids::{InvestorId, IssuerId},
    link::{LinkId, LinkStatus},
    time::UnixSeconds,
};
use symbolon_server::links;
use symbolon_store::{IssuerTransaction, Link, LinkFilter, Request, Store, Subject};

use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    subject::operator,
};

/// Why nothing can be sent, and the remedy.
const NOTHING_SENDS: &str = "nothing sends it: name a mail server in [mail] of symbolon.toml, as `symbolon serve --help` shows";

/// Links that are listed at once, at most.
const MOST_LISTED: u32 = 500;

/// The arguments of `symbolon links`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon links create --external-id CRM-10042
  symbolon links create --csv customers.csv --send
  symbolon links list --json
  symbolon links due --days 60
  symbolon links revoke 0x000102030405060708090a0b0c0d0e0f

Whoever has a link's URL may act as the person: hand it to nobody else.")]
pub(crate) struct LinksArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a link, or one for each row of a CSV file
    Create(Box<create::CreateArgs>),
    /// List links, the newest first
    #[command(after_help = "Example:\n  symbolon links list --limit 20 --json")]
    List {
        /// Only those of this investor
        #[arg(long, value_name = "ID")]
        investor: Option<InvestorId>,
        /// Only those that stand so by now
        #[arg(long, value_name = "STATUS", value_parser = status)]
        status: Option<LinkStatus>,
        /// So many at most
        #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_LISTED)))]
        limit: u32,
    },
    /// List whose verdict is about to end, and what was done about it
    Due(due::DueArgs),
    /// Send a link again, to the address that the profile has by now
    #[command(after_help = "\
Example:
  symbolon links resend 0x000102030405060708090a0b0c0d0e0f

A running `symbolon serve` with [mail] sends it.")]
    Resend {
        /// The link's id
        link: LinkId,
        #[command(flatten)]
        by: ByArgs,
    },
    /// Take a link back: from then on it opens nothing
    #[command(after_help = "\
Example:
  symbolon links revoke 0x000102030405060708090a0b0c0d0e0f")]
    Revoke {
        /// The link's id
        link: LinkId,
        #[command(flatten)]
        by: ByArgs,
    },
}

/// Who asks, for the log.
#[derive(Debug, Args)]
struct ByArgs {
    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,
}

impl ByArgs {
    fn name(&self) -> Result<String> {
        operator(self.operator.as_deref())
    }

    fn actor(&self) -> Result<symbolon_core::actor::Actor> {
        Ok(symbolon_core::actor::Actor::command_line(&self.name()?))
    }
}

/// Runs `symbolon links`.
pub(crate) async fn run(args: LinksArgs, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Create(args) => create::run(*args, context).await,
        Action::List {
            investor,
            status,
            limit,
        } => list(LinkFilter { investor, status }, limit, context).await,
        Action::Due(args) => due::run(&args, context).await,
        Action::Resend { link, by } => change(link, &by, Change::Resend, context).await,
        Action::Revoke { link, by } => change(link, &by, Change::Revoke, context).await,
    }
}

/// One of the words of a link's status.
fn status(text: &str) -> std::result::Result<LinkStatus, String> {
    let found = LinkStatus::ALL.into_iter().find(|one| one.as_str() == text);
    found.ok_or_else(|| {
        let words = LinkStatus::ALL.map(LinkStatus::as_str);
        format!("write one of {}", words.join(", "))
    })
}

async fn list(filter: LinkFilter, limit: u32, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let mut found = context
        .with_issuer(async |store, issuer| {
            Ok(store.links(issuer, filter, now, None, limit + 1).await?)
        })
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let document: Vec<_> = found.iter().map(|link| shown(link, now)).collect();
    context
        .output
        .result(&document, || match found.as_slice() {
            [] if filter != LinkFilter::default() => "no such links".to_owned(),
            [] => "no links: `symbolon links create` makes one".to_owned(),
            found => {
                let blocks = found.iter().map(|link| block(link, now));
                blocks.collect::<Vec<_>>().join("\n")
            }
        })?;
    if more {
        context.output.note(format_args!(
            "there are more than these: --limit NUMBER shows up to {MOST_LISTED}, --investor ID those of one, --status STATUS those that stand so, and GET /v1/links all"
        ));
    }
    Ok(Exit::Done)
}

/// A link in a few lines, none longer than a terminal is wide: what must be copied is whole.
fn block(link: &Link, now: UnixSeconds) -> String {
    let purpose = &link.purpose;
    let whose = match &link.external_id {
        Some(name) => format!("external id {name}"),
        None => format!("investor {}", purpose.investor),
    };
    let check = match &purpose.provider {
        Some(provider) => format!("a check by {provider}"),
        None => "no check".to_owned(),
    };
    let status = link.progress.at(now).as_str();
    let mut lines = vec![
        format!("link {}: {status}", link.id),
        format!("  {whose}"),
        format!(
            "  created {}, expires {}",
            link.created, link.progress.expires
        ),
        format!("  asks for {check}"),
    ];
    lines.extend(
        purpose
            .attested
            .as_ref()
            .map(|word| format!("  {} answers for who proves the wallet", word.operator)),
    );
    lines.extend(
        link.proved
            .map(|wallet| format!("  proved wallet {wallet}")),
    );
    lines.join("\n")
}

#[derive(Clone, Copy)]
enum Change {
    Resend,
    Revoke,
}

async fn change(id: LinkId, by: &ByArgs, change: Change, context: &Context) -> Result<Exit> {
    let actor = by.actor()?;
    let now = context.clock.now();
    if matches!(change, Change::Resend) && context.config.mail.is_none() {
        return Err(Failure::refused(NOTHING_SENDS));
    }
    let link = context
        .with_issuer(async |store, issuer| {
            let mut transaction = store.begin(issuer).await?;
            let link = transaction.lock_link(id).await?;
            let command = match change {
                Change::Resend => Command::OfferLink { link: id },
                Change::Revoke => Command::WithdrawLink { link: id },
            };
            let request = Request {
                subject: Subject::Investor(link.purpose.investor),
                command,
            };
            let mut answers = transaction.decide(vec![request], &actor, now).await?;
            if let Some(Err(refusal)) = answers.pop() {
                return Err(Failure::new(Exit::Refused, refusal.to_string()));
            }
            if !link.progress.is_usable(now) {
                let text = "the link is over already: make a new one with `symbolon links create`";
                return Err(Failure::new(Exit::Refused, text));
            }
            carry_out(&mut transaction, &link, change, now).await?;
            let link = transaction.lock_link(id).await?;
            transaction.commit().await?;
            Ok(link)
        })
        .await?;
    let text = match change {
        Change::Resend => format!("link {id} is to be sent again"),
        Change::Revoke => format!("link {id} opens nothing any more"),
    };
    context.output.result(&shown(&link, now), || text)?;
    Ok(Exit::Done)
}

async fn carry_out(
    transaction: &mut IssuerTransaction,
    link: &Link,
    change: Change,
    now: UnixSeconds,
) -> Result<()> {
    match change {
        Change::Resend => links::send(transaction, link, now).await?,
        Change::Revoke => transaction.revoke_link(link.id, now).await?,
    }
    Ok(())
}

/// A link without what opens it.
fn shown(link: &Link, now: UnixSeconds) -> Value {
    let purpose = &link.purpose;
    json!({
        "id": link.id.to_string(),
        "investor": purpose.investor.to_string(),
        "external_id": link.external_id.as_ref().map(ToString::to_string),
        "status": link.progress.at(now).as_str(),
        "provider": purpose.provider.as_ref().map(ToString::to_string),
        "prove_wallet": purpose.wants_wallet,
        "wallet": purpose.wallet.map(|wallet| wallet.to_string()),
        "replaces": purpose.replaces.map(|wallet| wallet.to_string()),
        "language": purpose.language,
        "attestation": purpose.attested.as_ref().map(|word| json!({
            "operator": word.operator,
            "text": word.attestation.text,
            "version": word.attestation.version,
        })),
        "proved": link.proved.map(|wallet| wallet.to_string()),
        "created": link.created.to_string(),
        "created_by": link.created_by,
        "expires": link.progress.expires.to_string(),
    })
}

/// The register of a command that makes links.
async fn issuer_of(context: &Context, store: &Store) -> Result<IssuerId> {
    context.issuer(store).await
}
